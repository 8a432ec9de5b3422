"""Where the back lies in a picture, and the back as a small upright picture.

The places alone need no OpenCV, so that what draws on the back can use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.landmarks import HIPS, SHOULDERS

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, Image

#: Pixels of the patch for one trunk length (mid-shoulder to mid-hip).
TRUNK: Final = 160
#: What the patch shows, in trunk lengths: across, from the spine to each side; and along the trunk,
#: from above the mid-shoulder down.
HALF_WIDTH: Final = 0.45
TOP: Final = -0.10
BOTTOM: Final = 1.05
#: (width, height) of the patch.
SIZE: Final = (round(2 * HALF_WIDTH * TRUNK), round((BOTTOM - TOP) * TRUNK))
#: Zones in trunk lengths: u from, u to (to the right in the picture), v from, v to (down). From
#: behind, the left of the picture is the person's left.
ZONES: Final = {
    "blades": (-0.22, 0.22, 0.05, 0.42),
    "left": (-0.26, 0.0, 0.05, 0.42),
    "right": (0.0, 0.26, 0.05, 0.42),
    "lower": (-0.22, 0.22, 0.60, 0.95),
}


@dataclass(frozen=True, slots=True, eq=False)
class BodyAxes:
    """Where the trunk lies in a picture.

    Attributes:
        origin: (2,) pixels, mid-shoulder.
        down: (2,) pixels, from mid-shoulder to mid-hip: one trunk length.
    """

    origin: FloatArray
    down: FloatArray

    @property
    def length(self) -> float:
        """Pixels of the trunk."""
        return float(np.hypot(*self.down))

    def at(self, uv: FloatArray) -> FloatArray:
        """(..., 2) pixels of points (..., 2) in trunk lengths (u, v)."""
        along = self.down
        across = np.array([along[1], -along[0]])
        return np.asarray(self.origin + uv[..., :1] * across + uv[..., 1:] * along)


def body_axes(xy: FloatArray) -> BodyAxes | None:
    """The trunk of one frame; None where a shoulder or hip is missing.

    Args:
        xy: (33, 2) landmarks in pixels.
    """
    shoulders, hips = (xy[list(pair)].mean(axis=0).astype(np.float64) for pair in (SHOULDERS, HIPS))
    down = hips - shoulders
    if not np.isfinite(down).all() or np.hypot(*down) < 1:
        return None
    return BodyAxes(shoulders, down)


def cut(image: Image, axes: BodyAxes) -> Image | None:
    """The patch of the back in grey, by a similarity transform: u to the right, v down the trunk.

    Args:
        image: (H, W, 3) uint8 RGB.
        axes: of the trunk in it.

    Returns:
        `SIZE` uint8; None where the trunk lies outside of the picture.
    """
    import cv2

    v = axes.down / axes.length
    u = np.array([v[1], -v[0]])
    scale = axes.length / TRUNK
    corner = axes.origin - HALF_WIDTH * axes.length * u + TOP * axes.length * v
    across, along = scale * u, scale * v
    ends = corner + np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * SIZE @ np.stack([across, along])
    height, width = image.shape[:2]
    left, top = np.clip(np.floor(ends.min(axis=0)).astype(int) - 2, 0, (width, height))
    right, bottom = np.clip(np.ceil(ends.max(axis=0)).astype(int) + 3, 0, (width, height))
    if right - left < 8 or bottom - top < 8:
        return None
    gray = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    corner = corner - (left, top)
    shrink = int(scale)
    if shrink > 1:  # sampled far apart, fine texture would alias
        size = (max(1, gray.shape[1] // shrink), max(1, gray.shape[0] // shrink))
        ratio = np.array([gray.shape[1] / size[0], gray.shape[0] / size[1]])
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        corner, across, along = (corner + 0.5) / ratio - 0.5, across / ratio, along / ratio
    matrix = np.column_stack([across, along, corner])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    patch = cv2.warpAffine(gray, matrix, SIZE, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(patch)


def likeness(one: Image, other: Image) -> float:
    """Correlation of two patches, seen coarsely: 1 alike, 0 nothing in common."""
    import cv2

    small = [cv2.resize(p, (18, 23), interpolation=cv2.INTER_AREA).ravel() for p in (one, other)]
    a, b = (p - p.mean() for p in small)
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size else 0.0
