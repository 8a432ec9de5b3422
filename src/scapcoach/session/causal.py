"""Smoothing of landmarks from past frames only, for live use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.filters import CUT, CUT_SPEED, MAX_GAP, OneEuro
from scapcoach.girdle.neutral import SHOULDERS_PER_TRUNK
from scapcoach.landmarks import HIPS, N_CONTOUR, N_LANDMARKS, SHOULDERS

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


#: Hz at rest: leaves as much noise as the smoothing of recordings does (half, at 30 frames a
#: second), with a lag of 50 ms [M, phantom].
MIN_CUTOFF: Final = 3.0
#: Hz of cut-off per trunk length a second: a wrist that moves at 2 lengths a second lags 7 ms.
BETA: Final = 10.0

#: Length of a trunk in metres, which scales the world landmarks like those of the picture.
_TRUNK_M: Final = 0.5
#: Shortest trunk, as a share of the picture's height: a tracker that has just found somebody may
#: begin with a crumpled body.
_LEAST_TRUNK: Final = 0.05


class CausalSmoother:
    """Smooths `Poses` from past frames only; frames may come one by one or in runs.

    Image points, world points and back contour go through a One-Euro filter in units of the
    person's trunk; visibility and presence are left as they are. It starts again with another
    person, after a jump and after `filters.MAX_GAP` without a person. A back contour, which is
    available only a few times a second, is kept for `filters.MAX_GAP`.

    The result does not depend on how the frames were cut into runs.
    """

    def __init__(self) -> None:
        self._last: tuple[float, int, FloatArray] = (-np.inf, -1, np.full(2, np.nan))
        self._unit = 1.0
        self._points = OneEuro()
        self._contour = OneEuro()
        self._held: tuple[float, FloatArray] | None = None

    def __call__(self, poses: Poses) -> Poses:
        """Smooth the frames that follow those of the last call."""
        xy = np.full((len(poses), N_LANDMARKS, 2), np.nan)
        world = np.full((len(poses), N_LANDMARKS, 3), np.nan)
        contour = np.full((len(poses), N_CONTOUR, 2), np.nan)
        for i in range(len(poses)):
            if poses.subject[i] < 0:
                continue
            t = poses.t[i : i + 1]
            self._begin(poses, i)
            raw = np.concatenate(
                [poses.xy[i] / self._unit, poses.world[i].astype(np.float64) / _TRUNK_M], axis=1
            )
            smooth = self._points(t, raw[None])[0]
            xy[i], world[i] = smooth[:, :2] * self._unit, smooth[:, 2:] * _TRUNK_M
            found = None if poses.contour is None else poses.contour[i]
            contour[i] = self._outline(t, found)
        kept = contour if np.isfinite(contour).any() else None
        return replace(poses, xy=xy, world=world, contour=kept)

    def _begin(self, poses: Poses, i: int) -> None:
        """Start again where this frame does not continue the last one."""
        t, subject = float(poses.t[i]), int(poses.subject[i])
        one = poses.xy[i].astype(np.float64)
        shoulders, hips = one[list(SHOULDERS)], one[list(HIPS)]
        middle = (shoulders.sum(axis=0) + hips.sum(axis=0)) / 4
        length = float(np.hypot(*((shoulders - hips).sum(axis=0) / 2)))
        before, who, where = self._last
        self._last = (t, subject, middle)
        away = float(np.hypot(*(middle - where))) / max(length, 1.0)
        jumped = away > CUT and away > CUT_SPEED * (t - before)
        if subject == who and t - before <= MAX_GAP and not jumped:
            return
        width = float(np.hypot(*(shoulders[0] - shoulders[1])))
        least = _LEAST_TRUNK * poses.size[1]
        self._unit = max(length, width / SHOULDERS_PER_TRUNK, least)
        self._points = OneEuro(min_cutoff=MIN_CUTOFF, beta=BETA)
        self._contour = OneEuro(min_cutoff=MIN_CUTOFF, beta=BETA, max_gap=2 * MAX_GAP)
        self._held = None

    def _outline(self, t: FloatArray, found: FloatArray | None) -> FloatArray | float:
        """The back contour of this frame: a new one smoothed, else the last while it holds."""
        if found is not None and np.isfinite(found).any():
            smooth = self._contour(t, found[None].astype(np.float64) / self._unit)[0] * self._unit
            self._held = (float(t[0]), smooth)
        if self._held is None or t[0] - self._held[0] > MAX_GAP + 1e-6:
            return np.nan
        return self._held[1]
