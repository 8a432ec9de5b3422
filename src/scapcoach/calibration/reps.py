"""Finding the repetitions of an exercise calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.filters import ZeroPhase
from scapcoach.geometry.posture import trunk_length
from scapcoach.girdle.template import arm_features

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.landmarks import Poses

    FloatArray = npt.NDArray[np.floating[Any]]

#: The guided exercise calibration: at the own tempo, arms only, full squeeze, shrugged.
REPS: Final = ("arms_only", "arms_only", "squeeze", "squeeze", "shrug_rep")

#: Trunk lengths that the arms travel at the least in a repetition, all vectors taken together.
_MIN_TRAVEL: Final = 0.2
#: Shares of the usual travel: a repetition is under way above the first, over below the second,
#: and counts if it got beyond the third [E].
_UNDER_WAY: Final = 0.4
_OVER: Final = 0.25
_REACHED: Final = 0.6
#: Seconds that a repetition lasts at the least, and that are kept before and after it.
_SHORTEST: Final = 0.6
_MARGIN: Final = 0.4


def find_reps(poses: Poses) -> list[slice]:
    """Repetitions: the arms go away from where they were at the start of the clip, and return.

    Args:
        poses: smoothed; the clip begins with the arms at the start of a repetition, or hanging.

    Returns:
        A slice for each, from start to start; empty when the arms hardly move.
    """
    travel = _travel(poses)
    if not np.isfinite(travel).any():
        return []
    usual = float(np.nanquantile(travel, 0.9))
    if usual < _MIN_TRAVEL:
        return []
    out: list[slice] = []
    begin, furthest = None, 0.0
    for i, way in enumerate(np.nan_to_num(travel / usual)):
        if begin is None and way > _UNDER_WAY:
            begin, furthest = i, way
        elif begin is not None:
            furthest = max(furthest, way)
            if way < _OVER:
                out += _kept(poses, begin, i, furthest)
                begin = None
    return out


def _kept(poses: Poses, begin: int, end: int, furthest: float) -> list[slice]:
    """The repetition between two frames with the way there and back, if it is one."""
    t = poses.t
    if furthest < _REACHED or t[end] - t[begin] < _SHORTEST:
        return []
    first, last = np.searchsorted(t, [t[begin] - _MARGIN, t[end] + _MARGIN])
    return [slice(int(first), int(last))]


def _travel(poses: Poses) -> FloatArray:
    """(T,) trunk lengths by which the arms are away from the pose that they return to."""
    seen = poses.present
    if not seen.any():
        return np.full(len(poses), np.nan)
    trunk = trunk_length(poses)
    arms = arm_features(poses, float(np.median(trunk[seen])))
    begun = np.flatnonzero(seen & (poses.t <= poses.t[seen][0] + _RESTING))
    away = arms - np.median(arms[begun], axis=0)
    # Along the way that the arms go most: what they do across it is noise, or another movement.
    way = np.linalg.svd(away[seen], full_matrices=False)[2][0]
    travel = away @ (way * np.sign(np.nanmean(away @ way)))
    return ZeroPhase(0.1)(poses.t, travel)


#: Seconds at the start of the clip in which the arms wait for the first repetition.
_RESTING: Final = 0.7
