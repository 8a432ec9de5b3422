"""How far the blades are drawn back, for people whose squeeze shows too little to be graded.

How much of the own squeeze it is stays unsure there, and is withheld. That it comes, stays and
goes is sure all the same: most of the error is constant [M, phantom: squeezes of 11 degrees read
as 40-60 % of themselves, and rest scatters by 5-12 %]. Counting needs no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import HELD
from scapcoach.girdle.personal import read_shares
from scapcoach.measures.types import Reason

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.measures.types import Measures


#: The quantity of the table of readings: per cent of the own squeeze; mostly NaN.
SQUEEZE: Final = "squeeze"

#: Why retraction is withheld where its sigma is too large (`measures.gates.too_uncertain`).
_UNSURE: Final = (Reason.RANGE_TOO_SMALL, Reason.HIPS_HIDDEN, Reason.SHOULDERS_RAISED)


def squeeze(poses: Poses, measures: Measures | None, calibration: Calibration | None) -> FloatArray:
    """(T,) per cent of the own squeeze, only where it is withheld because it is too uncertain.

    Args:
        poses: T frames, smoothed.
        measures: of the same frames; None leaves all blank.
        calibration: the one that they come from; without own full poses all is blank.
    """
    found = np.full(len(poses), np.nan)
    if measures is None or calibration is None or calibration.shifts is None:
        return found
    small = np.isin(measures[HELD].reason, _UNSURE)
    if small.any():
        own = read_shares(poses[small], calibration.neutral, calibration.shifts)
        found[small] = 100.0 * own.retraction[:, 0]
    return found
