"""What the verdicts on held poses and on repetitions share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.guide.framing import MIN_SEEN
from scapcoach.measures import Reason, Status

if TYPE_CHECKING:
    from scapcoach.arrays import BoolArray
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Series

#: Degrees by which the person may turn between poses or repetitions [E].
MAX_TURN: Final = 20.0
#: Per cent by which the last squeeze may miss 100: no two squeezes are equal [E].
_MAX_MISS: Final = 35.0


def judge_sight(frames: Poses, fewest: int) -> str:
    """What is wrong where the person is missing in too many frames, one sentence; else empty.

    Args:
        frames: of a pose or repetition.
        fewest: frames with the person that are needed in any case.
    """
    if (frames.subject == 0).sum() < max(fewest, MIN_SEEN * len(frames)):
        return "You were not seen all the time: stay in the picture."
    return ""


def proof_line(series: Series, where: BoolArray, cause: str) -> str:
    """What a squeeze that should read 100 % does read, one sentence.

    Args:
        series: of retraction.
        where: (T,) frames of the squeeze.
        cause: why it may read something else.
    """
    good = where & (series.status == Status.OK)
    if good.sum() < 0.5 * where.sum():
        reasons = series.reason[where & (series.status == Status.NOT_OBSERVABLE)]
        why = Reason(int(np.bincount(reasons).argmax())).advice if len(reasons) else ""
        return f"The last squeeze could not be judged. {why}".strip()
    value = float(np.median(series.value[good]))
    if abs(value - 100) <= _MAX_MISS:
        return f"Check: the last squeeze reads {value:+.0f} %, as it should."
    return (
        f"The last squeeze reads {value:+.0f} % instead of about +100 %: {cause}. "
        "Calibrate again to get reliable values."
    )
