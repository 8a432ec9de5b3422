"""Random set-ups: bodies, clothes, rooms and cameras, each determined by a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from phantom.body import BodyShape, make_body
from phantom.camera import VIEWS, Camera
from phantom.clip import Setup
from phantom.outfit import Look
from phantom.scene import Scene

#: Seeds below this are for development and tuning; the accuracy bench takes its own from above,
#: so that no body, camera or person of the test set is ever tuned on.
FIRST_TEST_SEED: Final = 1_000_000

_SKINS: Final = ((236, 198, 174), (219, 172, 144), (190, 142, 112), (150, 104, 78), (104, 70, 52))
_HAIRS: Final = ((30, 24, 22), (62, 44, 32), (110, 78, 48), (176, 140, 92), (128, 126, 124))


@dataclass(frozen=True, slots=True)
class Framing:
    """How a camera frames the body.

    Attributes:
        size: (width, height) in pixels.
        framing: body (head to feet), upper (head to thighs), desk (hips out of the picture).
    """

    size: tuple[int, int] = (320, 320)
    framing: str = "body"


def random_setup(
    seed: int, view: str | None = None, framing: Framing | None = None, fps: float = 15.0
) -> Setup:
    """The set-up of that seed.

    Args:
        seed: decides everything that the other arguments leave open.
        view: one of `VIEWS`; the camera stands within 10 deg of it, for oblique and side views on
            either side of the body. None: any.
        framing: size of the picture and how much of the body is in it.
        fps: frames a second.
    """
    rng = np.random.default_rng(seed)
    framing = Framing() if framing is None else framing
    name = view if view is not None else str(rng.choice(list(VIEWS)))
    shape = _shape(rng)
    camera = _camera(rng, VIEWS[name], framing, shape)
    return Setup(
        shape=shape,
        look=_look(rng, seed),
        camera=camera,
        scene=_scene(rng, seed),
        fps=fps,
        quality=int(rng.uniform(45, 95)),
        seed=seed,
    )


def _shape(rng: np.random.Generator) -> BodyShape:
    faces = rng.dirichlet((1.0, 1.0, 1.0))
    return BodyShape(
        sex=float(np.clip(rng.choice((0.0, 1.0)) + rng.normal(0, 0.12), 0, 1)),
        muscle=float(rng.uniform(0.3, 0.95)),
        weight=float(rng.uniform(0.25, 0.8)),
        height=float(rng.uniform(-0.3, 0.3)),
        ethnicity=(float(faces[0]), float(faces[1]), float(faces[2])),
        details={
            "torso/measure-shoulder-dist-incr": float(rng.uniform(-0.3, 0.6)),
            "torso/torso-vshape-incr": float(rng.uniform(-0.2, 0.5)),
            "neck/neck-scale-vert-incr": float(rng.uniform(-0.3, 0.3)),
        },
    )


def _tint(rng: np.random.Generator) -> tuple[int, int, int]:
    grey = rng.uniform(25, 235)
    tint = np.clip(grey + rng.normal(0, 24, 3), 12, 245).astype(int)
    return int(tint[0]), int(tint[1]), int(tint[2])


def _look(rng: np.random.Generator, seed: int) -> Look:
    skin, hair = _SKINS[rng.integers(len(_SKINS))], _HAIRS[rng.integers(len(_HAIRS))]
    return Look(
        skin=skin,
        hair=hair,
        top=_tint(rng),
        bottom=_tint(rng),
        shoes=_tint(rng),
        sleeve=("none", "short", "short", "long")[rng.integers(4)],  # type: ignore[arg-type]
        legs="long" if rng.random() < 0.6 else "short",
        stripe=_tint(rng) if rng.random() < 0.2 else None,
        looseness=float(rng.uniform(0, 0.9)),
        hair_length=float(rng.choice((0.0, 0.4, 0.7, 1.0))),
        seed=seed,
    )


def _camera(rng: np.random.Generator, yaw: float, framing: Framing, shape: BodyShape) -> Camera:
    # Frames are drawn for a person of 1.73 m and scaled to this one.
    tall = float(make_body(shape).vertices[:, 1].max()) / 1.73
    side = -1.0 if 0 < yaw < 180 and rng.random() < 0.5 else 1.0
    aim, span = {"body": (0.92, 2.05), "upper": (1.18, 1.25), "desk": (1.38, 0.78)}[framing.framing]
    aim, span = aim * tall, span * tall
    fov = float(rng.uniform(36, 62))
    width, height = framing.size
    span *= float(rng.uniform(1.0, 1.35))
    # Wide arms must fit a narrow picture, too.
    span *= max(1.0, 0.62 * height / width)
    distance = span / 2 / np.tan(np.radians(fov) / 2)
    return Camera(
        yaw=side * yaw + float(rng.uniform(-10, 10)),
        distance=float(distance),
        height=float(np.clip(aim + rng.uniform(-0.45, 0.5) * min(distance / 2.5, 1.2), 0.15, 2.3)),
        aim=aim + float(rng.uniform(-0.06, 0.06)),
        fov=fov,
        roll=float(rng.normal(0, 1.2)),
        pan=float(rng.uniform(-0.08, 0.08) * fov),
        size=framing.size,
        noise=float(rng.uniform(0.5, 6)),
        blur=float(rng.choice((0.0, 0.0, 0.5))),
    )


def _scene(rng: np.random.Generator, seed: int) -> Scene:
    return Scene(
        background=("plain", "gradient", "room", "gym")[rng.integers(4)],  # type: ignore[arg-type]
        wall=_tint(rng),
        floor=_tint(rng),
        brightness=float(rng.uniform(0.55, 1.15)),
        key=float(rng.uniform(-80, 80)),
        key_height=float(rng.uniform(20, 75)),
        contrast=float(rng.uniform(0.25, 0.75)),
        seed=seed,
    )
