"""How far the blades are drawn back, for whoever's squeeze shows too little to be told.

How much of the own squeeze it is stays unsure there, and is not told. That it comes, stays and
goes is sure all the same: most of what is unsure lasts [M, phantom: squeezes of 11 degrees are told
to 40-60 % of themselves, and rest scatters by 5-12 %]. Counting needs no more.
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


def squeeze(poses: Poses, measures: Measures | None, calibration: Calibration | None) -> FloatArray:
    """(T,) per cent of the own squeeze, where the one reason against telling it is its size.

    Args:
        poses: T frames, smoothed.
        measures: of the same frames; None leaves all blank.
        calibration: the one that they come from; without own full poses all is blank.
    """
    found = np.full(len(poses), np.nan)
    if measures is None or calibration is None or calibration.shifts is None:
        return found
    small = measures[HELD].reason == Reason.RANGE_TOO_SMALL
    if small.any():
        own = read_shares(poses[small], calibration.neutral, calibration.shifts)
        found[small] = 100.0 * own.retraction[:, 0]
    return found
