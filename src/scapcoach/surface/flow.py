"""From one patch of the back to another: where its points went, and which can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from scapcoach.surface.patch import BOTTOM, HALF_WIDTH, SIZE, TOP

if TYPE_CHECKING:
    from scapcoach.arrays import BoolArray, FloatArray, Image

#: Pixels between the points that are followed.
GRID: Final = 5
#: Pixels within which a point must come back when followed forwards and backwards.
RETURN: Final = 1.5
#: Grey levels a pixel of slope across and along, within a window, from which a point can be
#: followed: on less, flow reports rest whatever moves [E].
MIN_SLOPE: Final = 0.3
_WINDOW: Final = (13, 13)

_COLUMNS: Final = np.arange(GRID // 2, SIZE[0], GRID)
_ROWS: Final = np.arange(GRID // 2, SIZE[1], GRID)
#: (N, 2) the points in patch pixels, and in trunk lengths (u, v).
POINTS: Final = np.stack(np.meshgrid(_COLUMNS, _ROWS), axis=-1).reshape(-1, 2)
UV: Final = (POINTS + 0.5) / SIZE * [2 * HALF_WIDTH, BOTTOM - TOP] + [-HALF_WIDTH, TOP]


def has_texture(patch: Image) -> BoolArray:
    """(N,) `POINTS` round which the patch shows something to follow, across and along."""
    across, along = (np.abs(cv2.Sobel(patch, cv2.CV_32F, dx, 1 - dx, scale=1 / 8)) for dx in (1, 0))
    weaker = np.minimum(*(cv2.boxFilter(slope, -1, _WINDOW) for slope in (across, along)))
    return np.asarray(weaker[POINTS[:, 1], POINTS[:, 0]] >= MIN_SLOPE)


class Flow:
    """Dense inverse search (Kroeger et al., ECCV 2016) forwards and backwards."""

    def __init__(self) -> None:
        self._search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def __call__(self, one: Image, other: Image) -> tuple[FloatArray, FloatArray]:
        """How the `POINTS` of `one` move to `other`.

        Returns:
            (N, 2) pixels, and (N,) pixels by which each misses its start when followed back.
        """
        there = self._search.calc(one, other, None)
        back = self._search.calc(other, one, None)
        moved = there[POINTS[:, 1], POINTS[:, 0]]
        at = (POINTS + moved).astype(np.float32)
        returned = cv2.remap(
            back, at[:, 0], at[:, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ).reshape(-1, 2)
        return moved.astype(np.float64), np.hypot(*(moved + returned).T.astype(np.float64))
