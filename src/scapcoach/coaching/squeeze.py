"""Retraction for counting holds of people whose squeeze is too small to be graded.

Their retraction is withheld as a measure because its size is too uncertain. Still, start and end of
a squeeze are certain, since most of the error is constant [M, phantom: squeezes of 11 degrees read
as 40-60 % of themselves, and rest varies by 5-12 %]. That is enough for counting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import HOLD_MEASURE
from scapcoach.girdle.personal import read_shares
from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures


#: The quantity in the table of readings: per cent of the calibrated squeeze; mostly NaN.
SQUEEZE: Final = "squeeze"

#: Reasons for withholding retraction where its sigma is too large (`measures.gates.too_uncertain`).
_UNSURE: Final = (Reason.RANGE_TOO_SMALL, Reason.HIPS_HIDDEN, Reason.SHOULDERS_RAISED)


def squeeze(poses: Poses, measures: Measures | None, calibration: Calibration | None) -> FloatArray:
    """(T,) per cent of the calibrated squeeze, only where retraction is too uncertain.

    Args:
        poses: T frames, smoothed.
        measures: of the same frames; without them all values are NaN.
        calibration: the one that they come from; without calibrated poses all values are NaN.
    """
    found = np.full(len(poses), np.nan)
    if measures is None or calibration is None or calibration.shifts is None:
        return found
    small = np.isin(measures[HOLD_MEASURE].reason, _UNSURE)
    if small.any():
        own = read_shares(poses[small], calibration.neutral, calibration.shifts)
        found[small] = 100.0 * own.retraction[:, 0]
    return found
