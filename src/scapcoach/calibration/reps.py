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


#: The guided exercise calibration, at the person's own tempo: arms only, full squeeze, shrugged.
REPS: Final = ("arms_only", "arms_only", "squeeze", "squeeze", "shrug_rep")

#: Least trunk lengths that the arms travel in a repetition, all vectors taken together.
_MIN_TRAVEL: Final = 0.2
#: Shares of the usual travel: a repetition has begun above the first, is over below the second,
#: and is counted if it reached the third [E].
_BEGUN: Final = 0.4
_OVER: Final = 0.25
_REACHED: Final = 0.6
#: Least seconds that a repetition lasts, and seconds that are kept before and after it.
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
    for i, share in enumerate(np.nan_to_num(travel / usual)):
        if begin is None and share > _BEGUN:
            begin, furthest = i, share
        elif begin is not None:
            furthest = max(furthest, share)
            if share < _OVER:
                out += _kept(poses, begin, i, furthest)
                begin = None
    return out


def _kept(poses: Poses, begin: int, end: int, furthest: float) -> list[slice]:
    """The repetition between two frames, if it is one: far enough and long enough."""
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
    # Along the main direction of the arms: movement across it is noise, or another movement.
    direction = np.linalg.svd(away[seen], full_matrices=False)[2][0]
    travel = away @ (direction * np.sign(np.nanmean(away @ direction)))
    return ZeroPhase(0.1)(poses.t, travel)


#: Seconds at the start of the clip in which the arms wait for the first repetition.
_RESTING: Final = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class RepCounter:
    """Repetitions counted frame by frame; `find_reps` finds the same in a whole clip.

    Attributes:
        start: (A,) arms at the start of a repetition (`girdle.template.arm_features`).
        unit: trunk length in pixels.
        usual: trunk lengths that the arms travel in a repetition; 0 before the first.
        recent: distances of the arms from the start in the last frames, trunk lengths, newest last.
        begun: seconds at which the arms left the start; NaN while they are there.
        furthest: largest distance from the start since then, trunk lengths.
        reps: (begin, end) in seconds of every counted repetition, with its margins.
        short: number of movements that did not reach far enough to be a repetition.
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
        """Distance of the arms from the start, trunk lengths; a single outlier is ignored."""
        return float(np.median(self.recent)) if self.recent else 0.0

    @property
    def share(self) -> float:
        """Of the distance to the finish, about 0..1."""
        return self.away / max(self.usual, self.furthest, _MIN_FIRST)

    def frame(self, poses: Poses) -> RepCounter:
        """The counter after one more frame; a frame without a person changes nothing.

        Args:
            poses: raw or smoothed, T = 1, later than the one before.
        """
        t = float(poses.t[0])
        away = float(np.linalg.norm(arm_features(poses, self.unit)[0] - self.start))
        if not math.isfinite(away):
            return self
        here = replace(self, recent=(*self.recent, away)[-_MEDIAN_OF:])
        if math.isnan(self.begun):
            if here.away <= _BEGUN * (self.usual or _MIN_FIRST):
                return here
            return replace(here, begun=t, furthest=here.away)
        here = replace(here, furthest=max(self.furthest, here.away))
        usual = self.usual or here.furthest
        return _returned(here, t, usual) if here.away < _OVER * usual else here


def _returned(there: RepCounter, t: float, usual: float) -> RepCounter:
    """The counter when the arms are back at the start: one more repetition, or none."""
    home = replace(there, begun=math.nan, furthest=0.0)
    if there.furthest < max(_REACHED * usual, _MIN_FIRST) or t - there.begun < _SHORTEST:
        return replace(home, short=there.short + 1)
    reps = (*there.reps, (there.begun - MARGIN, t + MARGIN))
    return replace(home, reps=reps, usual=there.usual or there.furthest)


#: Trunk lengths that the first movement has to reach to be a repetition [E]: a hand that goes to
#: the face reaches half as far as one that pulls.
_MIN_FIRST: Final = 0.3
#: Frames of whose distances the median is taken.
_MEDIAN_OF: Final = 3
