"""The skeleton: the subject's left and right in two colours, hardly visible parts faint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.landmarks import EARS, SHOULDERS, SKELETON, Landmark, Poses

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.arrays import FloatArray, Image
    from scapcoach.overlay.paint import Color

    IntArray = npt.NDArray[np.int32]

#: Okabe-Ito sky blue and orange, lightened for dark pictures: distinguishable with every kind
#: of colour vision.
LEFT: Final[Color] = (86, 196, 255)
RIGHT: Final[Color] = (255, 176, 46)
MIDDLE: Final[Color] = (245, 247, 250)
STRANGER: Final[Color] = (150, 156, 164)
EDGE: Final[Color] = (10, 13, 18)

#: Below this visibility a bone is drawn thin and dashed [E]; measures do not use it either
#: (`girdle.neutral.MIN_VISIBILITY`).
VISIBLE: Final = 0.6
#: Below this visibility it is not drawn, because MediaPipe only guesses its place.
GUESSED: Final = 0.15
#: Relative thickness of dashed lines.
FAINT: Final = 0.55

_SHIFT: Final = 4  # fractional bits of OpenCV's coordinates
_JOINTS: Final = tuple(sorted({p for bone in SKELETON for p in bone}))


@dataclass(frozen=True, slots=True)
class SkeletonPainter:
    """Draws one frame of `Poses` on pictures of one size.

    Attributes:
        size: (width, height) of the pictures in pixels; poses are scaled to it.
    """

    size: tuple[int, int]

    def draw(self, image: Image, poses: Poses, i: int, *, contour: bool = True) -> None:
        """Draw frame `i` in place, with the back contour if asked; nothing without a person."""
        if poses.subject[i] < 0:
            return
        scale = np.array(self.size, np.float64) / np.array(poses.size, np.float64)
        points = poses.xy[i].astype(np.float64) * scale
        known = np.isfinite(points).all(axis=1) & np.isfinite(poses.visibility[i])
        seen = np.where(known, poses.visibility[i], 0.0)
        stranger = poses.subject[i] > 0
        width = self._width(points)
        if contour and poses.contour is not None:
            self._contour(image, poses.contour[i].astype(np.float64) * scale, width)
        fixed = self._fixed(points)
        strokes = self._bones(points, fixed, seen)
        for edge in (True, False):
            for segments, factor, color in strokes:
                shown = EDGE if edge else (STRANGER if stranger else color)
                _polylines(image, segments, shown, width * factor * (1.9 if edge else 1))
        for p in _JOINTS:
            if seen[p] >= VISIBLE:
                shoulder = p in SHOULDERS
                color = STRANGER if stranger else hue(p)
                _joint(image, fixed[p], color, width * (2.1 if shoulder else 1.3))

    def _bones(
        self, points: FloatArray, fixed: IntArray, seen: FloatArray
    ) -> list[tuple[list[IntArray], float, Color]]:
        """Groups of lines drawn in the same way: their ends, thickness factor and colour."""
        visible = seen[BONES].min(axis=1)
        solid = visible >= VISIBLE
        strokes: list[tuple[list[IntArray], float, Color]] = []
        for color, bones in _BONES_OF.items():
            segments = list(fixed[BONES[bones & solid]])
            if color == MIDDLE:
                segments += self._neck(points, seen)
            faint = np.flatnonzero(bones & ~solid & (visible >= GUESSED))
            dashes = [dash for b in faint for dash in self._dashes(points[BONES[b]])]
            strokes += [(segments, 1.0, color), (dashes, FAINT, color)]
        return [stroke for stroke in strokes if stroke[0]]

    def _width(self, points: FloatArray) -> float:
        """Thickness of a bone: relative to the picture, thinner on a person who is small in it."""
        shoulders, hips = points[[11, 12]].mean(axis=0), points[[23, 24]].mean(axis=0)
        trunk = float(np.hypot(*(shoulders - hips)))
        by_person = trunk / 28 if np.isfinite(trunk) else np.inf
        return max(1.5, min(min(self.size) / 160, by_person))

    def _dashes(self, ends: FloatArray) -> IntArray:
        """(k, 2, 2) fixed-point ends of the strokes of a bone that is hardly visible."""
        a, b = self._near(ends)
        length = max(1e-6, float(np.hypot(*(b - a))))
        dash = max(4.0, min(self.size) / 60)
        starts = np.arange(0, length, 2 * dash)
        along = np.stack([starts, np.minimum(starts + dash, length)], axis=1) / length
        return self._fixed(a + along[..., None] * (b - a))

    def _neck(self, points: FloatArray, seen: FloatArray) -> list[IntArray]:
        """From the middle of the shoulders to that of the ears, or to the only visible ear."""
        ears = [k for k in EARS if seen[k] >= VISIBLE]
        shoulders = list(SHOULDERS)
        visible = float(min(seen[shoulders]))
        if not ears or visible < VISIBLE:
            return []
        ends = np.stack([points[shoulders].mean(axis=0), points[ears].mean(axis=0)])
        return [self._fixed(ends)]

    def _contour(self, image: Image, line: FloatArray, width: float) -> None:
        line = line[np.isfinite(line).all(axis=1)]
        if len(line) >= 2:
            fixed = [self._fixed(line)]
            _polylines(image, fixed, EDGE, width * 1.7)
            _polylines(image, fixed, MIDDLE, width * 0.8)

    def _near(self, at: FloatArray) -> FloatArray:
        """Points limited to near the picture, so that nothing overflows or takes very long."""
        limit = 4.0 * max(self.size)
        return np.clip(at, -limit, limit)

    def _fixed(self, at: FloatArray) -> IntArray:
        """OpenCV's fixed-point coordinates of (..., 2) points in pixels; NaN becomes 0."""
        near = self._near(np.where(np.isfinite(at), at, 0.0))
        return np.rint(near * 2**_SHIFT).astype(np.int32)


@lru_cache(maxsize=256)
def hue(*points: Landmark) -> Color:
    """Colour of a joint or a bone: by the subject's side, white across the middle."""
    sides = {p.name.split("_")[0] for p in points}
    return {"LEFT": LEFT, "RIGHT": RIGHT}.get(sides.pop(), MIDDLE) if len(sides) == 1 else MIDDLE


#: Bones as rows of two joints, and which of them have which colour.
BONES: Final = np.array(SKELETON)
_BONES_OF: Final = {
    color: np.array([hue(*bone) == color for bone in SKELETON]) for color in (LEFT, RIGHT, MIDDLE)
}


def _polylines(image: Image, lines: list[IntArray], color: Color, thickness: float) -> None:
    import cv2

    thick = max(1, round(thickness))
    cv2.polylines(image, lines, False, color, thick, cv2.LINE_AA, _SHIFT)


def _joint(image: Image, at: IntArray, color: Color, radius: float) -> None:
    import cv2

    center = (int(at[0]), int(at[1]))
    for r, ink in ((radius * 1.45, EDGE), (radius, color)):
        cv2.circle(image, center, round(r * 2**_SHIFT), ink, -1, cv2.LINE_AA, _SHIFT)
