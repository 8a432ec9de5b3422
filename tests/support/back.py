"""A textured back seen from behind, whose skin moves as asked, and its landmarks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scapcoach.landmarks import N_LANDMARKS, Landmark, Poses
from scapcoach.surface.follow import BackFollower

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SIZE = (400, 400)
#: Pixels of the texture for a trunk length, and the (u, v) of its middle.
_DENSITY = 400
_MIDDLE = (0.0, 0.5)
#: Trunk lengths from the spine, and down the trunk, within which the skin is stretched evenly; and
#: the height down to which that fades out.
EDGE, EVEN, GONE = 0.32, 0.47, 0.58


@lru_cache(maxsize=8)
def texture(seed: int = 0, contrast: float = 40.0) -> np.ndarray:
    """(H, W) uint8 smooth noise; `contrast` is its standard deviation in grey levels."""
    rng = np.random.default_rng(seed)
    noise = sum(
        cv2.GaussianBlur(rng.normal(size=(1000, 1000)), (0, 0), blur) * blur for blur in (3, 8)
    )
    grey = 120 + contrast * noise / noise.std()
    return np.clip(grey, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Look:
    """One picture of the back.

    Attributes:
        left, right: width of the skin from the spine to that side over what it was.
        height: the same for its height.
        at: mid-shoulder in pixels.
        length: of the trunk in pixels.
        angle: degrees by which the trunk is turned in the picture, clockwise.
        light: factor of brightness.
        seed, contrast: of the texture; contrast 0 is flat grey.
        noise: standard deviation in grey levels of what a camera adds.
    """

    left: float = 1.0
    right: float = 1.0
    height: float = 1.0
    at: tuple[float, float] = (200.0, 110.0)
    length: float = 190.0
    angle: float = 0.0
    light: float = 1.0
    seed: int = 0
    contrast: float = 40.0
    noise: float = 0.0


def picture(look: Look, grain: int = 0) -> np.ndarray:
    """(H, W, 3) uint8 RGB."""
    width, height = SIZE
    x, y = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    turn = np.radians(look.angle)
    dx, dy = (x - look.at[0]) / look.length, (y - look.at[1]) / look.length
    u, v = np.cos(turn) * dx + np.sin(turn) * dy, np.cos(turn) * dy - np.sin(turn) * dx
    share = np.clip((GONE - v) / (GONE - EVEN), 0, 1)
    tall = np.where(v < EVEN * look.height, v / look.height, v + EVEN * (1 - look.height))
    side = np.where(u < 0, look.left, look.right)
    side = 1 + (side - 1) * share
    wide = np.where(np.abs(u) < EDGE * side, u / side, u + np.sign(u) * EDGE * (1 - side))
    spots = texture(look.seed, look.contrast)
    at = [
        ((one - middle) * _DENSITY + size / 2).astype(np.float32)
        for one, middle, size in zip((wide, tall), _MIDDLE, spots.shape, strict=True)
    ]
    grey = cv2.remap(spots, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT).astype(np.float64)
    grey = grey * look.light
    if look.noise:
        grey += np.random.default_rng(grain).normal(0, look.noise, grey.shape)
    return np.repeat(np.clip(np.round(grey), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def landmarks(t: np.ndarray, looks: list[Look], pull: np.ndarray, *, front: bool = False) -> Poses:
    """What the network says of these pictures; `pull` is 0 with arms stretched, 1 pulled in."""
    n = len(t)
    uv, depth = np.zeros((n, N_LANDMARKS, 2)), np.zeros((n, N_LANDMARKS))
    uv[..., 1] = -0.2
    left = 1 if front else -1
    for side, sign in (("LEFT", left), ("RIGHT", -left)):
        uv[:, Landmark[f"{side}_SHOULDER"]] = (sign * 0.35, 0.0)
        uv[:, Landmark[f"{side}_HIP"]] = (sign * 0.2, 1.0)
        uv[:, Landmark[f"{side}_KNEE"]] = (sign * 0.2, 1.8)
        uv[:, Landmark[f"{side}_ANKLE"]] = (sign * 0.2, 2.6)
        elbow, wrist = Landmark[f"{side}_ELBOW"], Landmark[f"{side}_WRIST"]
        uv[:, elbow] = np.stack([sign * (0.4 + 0.2 * pull), np.full(n, 0.3)], axis=1)
        uv[:, wrist] = (sign * 0.35, 0.3)
        depth[:, wrist] = 1.1 - 0.8 * pull
    axes = [
        np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) * look.length
        for look, a in ((look, np.radians(look.angle)) for look in looks)
    ]
    xy = uv @ np.array(axes) + np.array([look.at for look in looks])[:, None]
    world = 0.5 * np.concatenate([uv, depth[..., None]], axis=2)
    seen = np.full((n, N_LANDMARKS), 0.9)
    return Poses(t, xy, world, seen, seen, np.zeros(n, np.int32), SIZE)


def pulls(t: np.ndarray, *, every: float = 2.0) -> np.ndarray:
    """How far the arms are pulled in, 0 to 1, one repetition after the other."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * t / every)


def squeezes(pull: np.ndarray) -> np.ndarray:
    """How far the blades are drawn together, 0 to 1: not yet while the arms are stretched."""
    return np.clip((pull - 0.3) / 0.7, 0, 1)


def pictures(looks: Iterable[Look]) -> Iterator[np.ndarray]:
    """The pictures of these looks, each with camera noise of its own."""
    return (picture(look, grain) for grain, look in enumerate(looks))


def followed(poses: Poses, images: Iterable[np.ndarray]) -> Poses:
    """The same landmarks, with the rates that a new follower finds in these pictures."""
    follower = BackFollower()
    rows = [follower.step(image, poses[i : i + 1]) for i, image in enumerate(images)]
    return replace(poses, surface=np.array(rows))
