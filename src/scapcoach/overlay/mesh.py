"""A quiet mesh on the upper back that tightens as the blades are drawn together.

It lies where landmarks put the trunk, and only where the gap between the blades can be judged. Its
outer edge stays; the columns between the blades follow the gap of their own side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.overlay.readings import GOOD, read
from scapcoach.overlay.skeleton import EDGE, MIDDLE
from scapcoach.surface.patch import ZONES, body_axes

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, Image
    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures
    from scapcoach.overlay.paint import Color

#: Squares of the mesh on each side of the spine, and down the back.
ACROSS: Final = 4
ALONG: Final = 5
#: The mesh moves by so much more than the back: a gap that closes by a tenth could not be seen.
GAIN: Final = 2.0
#: Smallest and largest width of what lies between the blades, over that at the stretch.
_NARROWEST: Final = 0.3
_WIDEST: Final = 1.4
#: Gap, as a share, from which the mesh has its full colour.
_FULL: Final = 0.25
#: Opacity of the lines and of the dark edge below them, at rest and at a full squeeze.
_LINES: Final = (0.5, 0.9)
_EDGES: Final = (0.28, 0.45)
_FILL: Final = 0.3
_SHIFT: Final = 4  # fractional bits of OpenCV's coordinates


def columns(gaps: tuple[float, float]) -> FloatArray:
    """(2 ACROSS + 1,) where the columns of the mesh lie across the back, in trunk lengths.

    Args:
        gaps: change of the gap on the left and on the right of the picture, as a share; negative is
            drawn together.
    """
    ends = ZONES["left"][0], ZONES["right"][1]
    rest = np.linspace(0, 1, ACROSS + 1)
    free = np.clip(2 - 2 * rest, 0, 1)  # the inner half moves whole, the outer edge not at all
    sides = []
    for gap, end in zip(gaps, ends, strict=True):
        width = float(np.clip(1 + GAIN * gap, _NARROWEST, _WIDEST))
        sides.append(end * rest * (1 + (width - 1) * free))
    return np.concatenate([sides[0][:0:-1], sides[1]])


@dataclass(frozen=True, slots=True)
class MeshPainter:
    """Draws the mesh on pictures of one size.

    Attributes:
        size: (width, height) of the pictures in pixels; poses are scaled to it.
    """

    size: tuple[int, int]

    def draw(
        self, image: Image, poses: Poses, measures: Measures, i: int, *, mirrored: bool = False
    ) -> None:
        """Draw frame `i` in place; nothing where the gap is withheld.

        Args:
            image: (H, W, 3) uint8 RGB of `size`.
            poses: landmarks, at their places in `image`.
            measures: of the same frames.
            i: number of the frame.
            mirrored: whether the picture is mirrored, so that the person's left is on the right.
        """
        sides = [read(measures.series.get(f"blade_gap_{side}"), i) for side in ("left", "right")]
        if poses.subject[i] != 0 or not all(side.shown for side in sides):
            return
        scale = np.array(self.size, np.float64) / np.array(poses.size, np.float64)
        axes = body_axes(poses.xy[i].astype(np.float64) * scale)
        if axes is None:
            return
        left, right = (side.value / 100 for side in sides)
        gaps = (right, left) if mirrored else (left, right)
        top, bottom = ZONES["blades"][2:]
        rows = np.linspace(top, bottom, ALONG + 1)
        places = axes.at(np.stack(np.meshgrid(columns(gaps), rows), axis=-1))
        self._paint(image, places, gaps, max(1.0, axes.length / 170))

    def _paint(
        self, image: Image, places: FloatArray, gaps: tuple[float, float], width: float
    ) -> None:
        """Blend the mesh over its part of the picture."""
        import cv2

        margin = 3 * width
        low = np.floor(places.min(axis=(0, 1)) - margin).clip(0, self.size).astype(int)
        high = np.ceil(places.max(axis=(0, 1)) + margin).clip(0, self.size).astype(int)
        if (high - low < 2).any():
            return
        part = image[low[1] : high[1], low[0] : high[0]]
        fixed = np.rint((places - low) * 2**_SHIFT).astype(np.int32)
        # The spine belongs to the left half: lines that are blended twice would be brighter.
        halves = (fixed[:, : ACROSS + 1], list(range(ACROSS + 1))), (fixed[:, ACROSS:], _NO_SPINE)
        for (half, drawn), gap in zip(halves, gaps, strict=True):
            squeeze = float(np.clip(-gap / _FULL, 0, 1))
            spine = 0 if drawn is _NO_SPINE else ACROSS
            inner = half[:, sorted((spine, ACROSS // 2))]
            filled = part.copy()
            cv2.fillPoly(filled, [np.concatenate([inner[:, 0], inner[::-1, 1]])], GOOD,
                         cv2.LINE_AA, _SHIFT)  # fmt: skip
            _blend(part, filled, _FILL * squeeze)
            lines = [*half, *half.transpose(1, 0, 2)[drawn]]
            ink = _mixed(MIDDLE, GOOD, squeeze)
            for color, thick, rest, full in ((EDGE, 2.3, *_EDGES), (ink, 1.0, *_LINES)):
                lined = part.copy()
                thickness = max(1, round(thick * width))
                cv2.polylines(lined, lines, False, color, thickness, cv2.LINE_AA, _SHIFT)
                _blend(part, lined, rest + squeeze * (full - rest))


_NO_SPINE: Final = list(range(1, ACROSS + 1))


def _blend(image: Image, painted: Image, alpha: float) -> None:
    """Let `painted` show through `image`, in place."""
    import cv2

    if alpha > 0:
        image[:] = cv2.addWeighted(painted, alpha, image, 1 - alpha, 0.0)


def _mixed(one: Color, other: Color, share: float) -> Color:
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(one, other, strict=True))
    return red, green, blue
