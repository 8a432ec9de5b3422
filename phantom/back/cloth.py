"""What the upper body wears here: a bare back, a tank top, a T-shirt, a dark T-shirt.

The cut is a signed distance in the rest pose, metres, + inside the cloth, so that its edges are as
fine as the texture and not as coarse as the mesh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from phantom.back.blades import size_of
from phantom.body import BONES

if TYPE_CHECKING:
    from phantom.body import Body
    from scapcoach.arrays import BoolArray, FloatArray

    Colour = tuple[int, int, int]

Kind = Literal["bare", "tank", "shirt", "dark"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Cut = Literal["bare", "racer", "straps", "tee", "bra"]


@dataclass(frozen=True, slots=True)
class Cloth:
    """What is worn over the back; everything that is None is drawn from `seed`.

    Attributes:
        kind: bare (a man's bare back; a woman wears a sports bra), tank (a racerback or a top with
            two straps), shirt (a fitted T-shirt with a visible weave and folds), dark (a T-shirt
            of which a camera sees little).
        colour: RGB 0..255.
        printed: whether a shirt has a print on its back. Never on the others.
        seed: of colour, cut, print and of every unevenness of skin and cloth.
    """

    kind: Kind = "shirt"
    colour: Colour | None = None
    printed: bool | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Tailored:
    """A cloth with nothing left open."""

    kind: Kind
    cut: Cut
    colour: Colour
    ink: Colour | None
    seed: int


_COLOURS: Final = (
    (58, 92, 140), (168, 52, 48), (206, 204, 198), (120, 124, 128), (60, 118, 92), (214, 158, 60),
    (120, 84, 142), (150, 186, 204),
)  # fmt: skip


def tailor(cloth: Cloth, sex: float) -> Tailored:
    """`cloth` with its open choices drawn from its seed, for a body of that sex (0 female)."""
    rng = np.random.default_rng(cloth.seed + 5501)
    drawn = _COLOURS[rng.integers(len(_COLOURS))]
    grey = int(rng.integers(24, 40))
    racer, printed = rng.random() < 0.5, rng.random() < 0.4
    if cloth.kind == "dark":
        drawn = (grey, grey, grey + 4)
    colour = drawn if cloth.colour is None else cloth.colour
    cut: Cut = "tee"
    if cloth.kind == "bare":
        cut = "bra" if sex < 0.5 else "bare"
    elif cloth.kind == "tank":
        cut = "racer" if racer else "straps"
    if cloth.printed is not None:
        printed = cloth.printed
    ink = (235, 235, 230) if sum(colour) < 380 else (40, 42, 48)
    return Tailored(
        cloth.kind, cut, colour, ink if printed and cloth.kind == "shirt" else None, cloth.seed
    )


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Places on the body in its rest pose.

    Attributes:
        position: (K, 3) metres.
        behind: (K,) whether they look backwards.
        along: (K,) how far along the arm: 0 shoulder, 1 elbow, 2 wrist.
        arm: (K,) 1 on the arm, 0 elsewhere.
    """

    position: FloatArray
    behind: BoolArray
    along: FloatArray
    arm: FloatArray


def arm_share(body: Body) -> FloatArray:
    """(N,) how much of each vertex belongs to an arm, 0..1."""
    names = ("upperarm", "lowerarm", "wrist", "finger", "shoulder01")
    ids = [i for i, b in enumerate(BONES) if b.startswith(names)]
    return np.asarray((body.bone_weight * np.isin(body.bone_index, ids)).sum(axis=1))


#: Height over the shoulder joint -> distance from the spine, metres on an average man: the outer
#: and the inner edge of the cloth from behind and, for both tops, from the front.
_OUTER: Final = {
    "racer": ((-.22, .22), (-.17, .150), (-.12, .085), (-.06, .048), (-.02, .044), (.02, .056),
              (.06, .084), (.10, .10)),
    "straps": ((-.22, .22), (-.17, .150), (-.10, .125), (-.02, .112), (.06, .105), (.10, .10)),
    "front": ((-.20, .22), (-.14, .150), (-.06, .115), (.02, .10), (.10, .10)),
}  # fmt: skip
_INNER: Final = {
    "racer": ((-.01, -.02), (.0, .0), (.02, .018), (.06, .045), (.10, .06)),
    "straps": ((-.09, -.03), (-.08, .0), (-.06, .045), (-.02, .07), (.04, .073), (.10, .07)),
    "front": ((-.08, -.02), (-.07, .0), (-.06, .03), (-.03, .05), (.04, .062), (.10, .062)),
}  # fmt: skip
#: How far down the upper arm a sleeve reaches, and how long an upper arm is (metres).
_SLEEVE: Final = 0.55
_UPPER_ARM: Final = 0.28


def waist(body: Body) -> float:
    """Height of the waist, metres."""
    return float(body.head("upperleg01.L")[1] + 0.09)


def inside(cut: Cut, body: Body, at: Surface) -> FloatArray:
    """(K,) metres from the edge of the cloth, + inside; -1 where there is none."""
    if cut == "bare":
        return np.full(len(at.position), -1.0)
    size = size_of(body)
    x = np.abs(at.position[:, 0]) / size
    h = (at.position[:, 1] - body.head("upperarm01.L")[1]) / size
    if cut == "bra":
        body_only = np.minimum((0.5 - at.arm) * 0.1, 0.115 - h)
        return np.asarray(np.minimum(_bra(x, h, at), body_only) * size)
    hem = at.position[:, 1] - (waist(body) - 0.06)
    # Nothing is worn above the neck.
    hem = np.minimum(hem, body.joints["neck"][1] + 0.02 - at.position[:, 1])
    if cut == "tee":
        neck = np.linalg.norm(at.position - body.joints["neck"], axis=1) - 0.085
        sleeve = np.where(at.arm > 0.5, (_SLEEVE - at.along) * _UPPER_ARM, 1.0)
        return np.asarray(np.minimum(np.minimum(hem, neck), sleeve))
    outer = np.where(at.behind, _curve(_OUTER[cut], h), _curve(_OUTER["front"], h))
    inner = np.where(at.behind, _curve(_INNER[cut], h), _curve(_INNER["front"], h))
    low = h < -0.22
    side = np.where(low, (0.5 - at.arm) * 0.1, np.minimum(outer - x, x - inner))
    return np.asarray(np.minimum(hem, side * size))


def _curve(points: tuple[tuple[float, float], ...], h: FloatArray) -> FloatArray:
    from scipy.interpolate import PchipInterpolator

    a = np.array(points)
    return np.asarray(PchipInterpolator(*a.T)(np.clip(h, a[0, 0], a[-1, 0])))


def _bra(x: FloatArray, h: FloatArray, at: Surface) -> FloatArray:
    strap = np.minimum(0.008 - np.abs(x - 0.085), np.minimum(h + 0.16, 0.2))
    band = 0.022 - np.abs(h + 0.15)
    cups = np.minimum(np.minimum(h + 0.19, -0.05 - h), 0.2 - x)
    return np.asarray(np.maximum(strap, np.where(at.behind, band, cups)))
