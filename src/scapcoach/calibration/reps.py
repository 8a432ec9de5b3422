"""Finding the repetitions of an exercise calibration: in a whole clip, and as they come."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.filters import ZeroPhase
from scapcoach.geometry.posture import trunk_length
from scapcoach.girdle.template import arm_features

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


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
MARGIN: Final = 0.4


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
    first, last = np.searchsorted(t, [t[begin] - MARGIN, t[end] + MARGIN])
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


@dataclass(frozen=True, slots=True, eq=False)
class RepCounter:
    """Repetitions as they come, frame by frame; what `find_reps` finds in a whole clip.

    Attributes:
        start: (A,) arms at the start of a repetition (`girdle.template.arm_features`).
        unit: trunk length in pixels.
        usual: trunk lengths that the arms travel in a repetition; 0 while none was seen.
        recent: trunk lengths by which the arms were away in the last frames, the newest last.
        begun: seconds at which the arms set out; NaN while they are at the start.
        furthest: trunk lengths that they got away since.
        reps: (begin, end) in seconds of every repetition counted, with its margins.
        short: movements that were none, because the arms did not go the whole way.
    """

    start: FloatArray
    unit: float
    usual: float = 0.0
    recent: tuple[float, ...] = ()
    begun: float = math.nan
    furthest: float = 0.0
    reps: tuple[tuple[float, float], ...] = ()
    short: int = 0

    @property
    def away(self) -> float:
        """Trunk lengths by which the arms are away now; a single wild frame does not count."""
        return float(np.median(self.recent)) if self.recent else 0.0

    @property
    def share(self) -> float:
        """Of the way to the finish, about 0..1."""
        return self.away / max(self.usual, self.furthest, _MIN_FIRST)

    def frame(self, poses: Poses) -> RepCounter:
        """One frame further; one without a person changes nothing.

        Args:
            poses: raw or smoothed, T = 1, later than the one before.
        """
        t = float(poses.t[0])
        away = float(np.linalg.norm(arm_features(poses, self.unit)[0] - self.start))
        if not math.isfinite(away):
            return self
        here = replace(self, recent=(*self.recent, away)[-_MEDIAN_OF:])
        if math.isnan(self.begun):
            if here.away <= _UNDER_WAY * (self.usual or _MIN_FIRST):
                return here
            return replace(here, begun=t, furthest=here.away)
        here = replace(here, furthest=max(self.furthest, here.away))
        usual = self.usual or here.furthest
        return _returned(here, t, usual) if here.away < _OVER * usual else here


def _returned(there: RepCounter, t: float, usual: float) -> RepCounter:
    """The arms are back at the start: a repetition, or none."""
    home = replace(there, begun=math.nan, furthest=0.0)
    if there.furthest < max(_REACHED * usual, _MIN_FIRST) or t - there.begun < _SHORTEST:
        return replace(home, short=there.short + 1)
    reps = (*there.reps, (there.begun - MARGIN, t + MARGIN))
    return replace(home, reps=reps, usual=there.usual or there.furthest)


#: Trunk lengths that the first movement has to reach to be a repetition [E]: a hand that scratches
#: a nose gets half as far as one that pulls.
_MIN_FIRST: Final = 0.3
#: Frames over which the arms' distance is taken.
_MEDIAN_OF: Final = 3
