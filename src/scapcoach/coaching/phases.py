"""When a repetition's phases begin and end, and whether it is one of this exercise at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.arm_path import FINISH, MAX_AWAY, MAX_START, MIN_PEAK
from scapcoach.coaching.exercise import HELD, Phase
from scapcoach.coaching.flanks import LARGE, SMALL, Flank, Timing
from scapcoach.coaching.kinematics import ARM_PATH, HIP_PATH
from scapcoach.coaching.reps import held, signal
from scapcoach.coaching.results import Rep
from scapcoach.geometry.vectors import median, wrap_degrees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import FloatArray, IntArray
    from scapcoach.coaching.exercise import Movement
    from scapcoach.coaching.readings import Readings
    from scapcoach.coaching.reps import Turn


#: Seconds before the start and after it in which the starting position is read [E].
_AROUND: Final = (0.3, 0.05)
#: Share of the set's usual range under which a repetition is partial [E]: a third short is what a
#: coach calls a half repetition; ranges of full ones differ by about a tenth.
PARTIAL: Final = 0.7
#: Degrees by which somebody who holds a squeeze may turn meanwhile, and lean over in the picture
#: [M, phantom: 0.4 to 6.6 and 0.5 to 2.3]: turning by 18 narrows the shoulders as much as a full
#: squeeze does, and leaning shows them from elsewhere.
MAX_TURN: Final = 8.0
MAX_SIDE: Final = 5.0
#: Seconds for which a hold is held at the least: a shoulder that is rolled is not held at all [E].
LEAST_HELD: Final = 0.4
#: Seconds of rest that must be seen before a movement, lest it be the end of a longer one [E].
_SEEN_REST: Final = 0.1
#: Chance that an arm is seen under which its movement is a guess [E].
MIN_ARM_SEEN: Final = 0.15


@dataclass(frozen=True, slots=True)
class Course:
    """The ends of a repetition's phases, in seconds."""

    start: float
    peak_start: float
    peak_end: float
    end: float


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """What a movement is timed by.

    Attributes:
        path: (T, C) of the readings' frames.
        timing: of its ends.
        sag: share of the way back that still belongs to the peak.
    """

    path: FloatArray
    timing: Timing = LARGE
    sag: float = 0.0


def ways(readings: Readings, movement: Movement, *, by_path: bool = False) -> tuple[Way, ...]:
    """What times a movement, best first; the next one where the first shows no repetition.

    Elbows and wrists, or the hips, in pixels, which are steadier than what is worked out from
    them. Hands that hang rise straight up. Along the line of sight the picture shows little of a
    pull, there the calibrated path comes second; and from behind arms hide a squeeze.
    """
    legs = bool(_LEGS & set(movement.full))
    picture = np.column_stack([readings.joint(name) for name in (HIP_PATH if legs else ARM_PATH)])
    if not legs:
        # How well an arm is seen changes on the way, and that is no movement.
        left = median(readings.joint("left_counts"))
        picture *= np.repeat([left, 1 - left], picture.shape[1] // 2)
    if HELD in movement.full:
        squeeze = held(readings)[:, None], signal(readings, movement)[:, None]
        from_behind = abs(median(readings.joint("yaw"))) > _BEHIND
        paths = (*squeeze, picture) if from_behind else (picture, *squeeze)
        return tuple(Way(path, SMALL) for path in paths)
    if "wrist_rise" in movement.full:
        return (Way(signal(readings, movement)[:, None], SMALL, movement.sag),)
    if not by_path:
        return (Way(picture, sag=movement.sag),)
    return Way(picture, sag=movement.sag), Way(readings.joint("arm_phase")[:, None])


#: Degrees of yaw beyond which somebody is seen from behind.
_BEHIND: Final = 90.0
#: Quantities of movements of the legs.
_LEGS: Final = frozenset({"knee", "hip_height"})


def course(readings: Readings, turn: Turn, way: Way) -> Course | None:
    """The phases of a there and back, from the way of elbows, wrists and hips in the picture.

    That way is steadier than any joint's angle, which needs depth. It is curved: so how far the
    movement has gone is asked from where it starts, and how far it still has to go from where it
    turns.

    Args:
        readings: from some time before the pull to `turn.known`.
        turn: as the detector saw it.
        way: as `ways` gives it.

    Returns:
        None where too little of it was seen, as when it was going on at the first frame.
    """
    known = np.isfinite(way.path).all(axis=1)
    t, path = readings.t[known], way.path[known]
    rest = (t >= turn.start - _AROUND[0] - 1e-6) & (t <= turn.start + 1e-6)
    top = np.abs(t - turn.top) <= 2 * _AROUND[1] + 1e-6
    if not rest.any() or not top.any():
        return None
    origin = np.median(path[rest], axis=0)
    there = np.median(path[top], axis=0) - origin
    gone = (path - origin) @ there / max(float(there @ there), 1e-12)
    middle = int(np.searchsorted(t, turn.top - 1e-6))
    last = _last_stay(t[middle:], gone[middle:], way.sag) + middle
    level = float(np.median(gone[last])) if len(last) else 1.0
    # Who does not let all the way down has a shorter way back.
    half_back = max(level * _MIDDLE, (level + float(gone[middle:].min())) / 2)
    up = np.flatnonzero(gone[:middle] < _MIDDLE)
    down = middle + np.flatnonzero(gone[middle:] < half_back)
    if not len(up) or not len(down):
        return None
    turns = last if len(last) else down
    peak = path[_held(t, gone, int(up[-1]), int(turns[0]))]
    rising = Flank.of(t[middle::-1], gone[middle::-1], path[middle::-1], peak, _MIDDLE)
    top, peak = (int(last[0]), path[last]) if len(last) else (middle, peak)
    falling = Flank.of(t[top:], gone[top:], path[top:], peak, half_back)
    timing = way.timing
    peak_start = rising.inner(timing, timing.arriving)
    peak_end = falling.inner(timing, timing.leaving)
    if peak_start > peak_end:
        peak_start = peak_end = (peak_start + peak_end) / 2
    if rising.leaves() < t[0] + _SEEN_REST:
        return None
    start = max(rising.outer(timing, timing.leaving), float(t[0]))
    end = falling.outer(timing, timing.arriving)
    return Course(min(start, peak_start), peak_start, peak_end, max(end, peak_end))


#: Share of the way that parts its two halves, for walking to either end.
_MIDDLE: Final = 0.5
#: Part of the way, from the top, in which the peak is held, and share of the greatest speed under
#: which it is held rather than passed [E].
_HELD: Final = 0.3
_SLOW: Final = 0.2
#: Seconds for which a peak that sags is held at the least before it returns [E].
_STAY: Final = 0.15


def _held(t: FloatArray, gone: FloatArray, up: int, down: int) -> IntArray:
    """Frames between two in which the peak is held; an overshoot on the way there is no peak."""
    inside = np.arange(up, down + 1)
    speed = np.abs(np.gradient(gone[inside], t[inside]))
    top = gone[inside].max()
    held = inside[(gone[inside] > top - _HELD) & (speed < _SLOW * speed.max())]
    return held if len(held) >= 3 else inside[np.argsort(gone[inside])[-3:]]


def _last_stay(t: FloatArray, gone: FloatArray, sag: float) -> IntArray:
    """Frames, from the top on, in which the peak is last held, lower than at first; often none."""
    below = np.flatnonzero(gone < 1 - sag)
    if not sag or not len(below) or below[0] < 3:
        return np.empty(0, np.int64)
    speed = np.abs(np.gradient(gone, t))
    slow = np.flatnonzero(speed[: below[0]] < _SLOW * speed.max())
    runs = np.split(slow, np.flatnonzero(np.diff(slow) > 1) + 1)
    long = [run for run in runs if len(run) and t[run[-1]] - t[run[0]] >= _STAY]
    return long[-1] if long else np.empty(0, np.int64)


def belongs(
    readings: Readings, found: Course, movement: Movement, *, by_path: bool = False
) -> bool:
    """Whether this there and back is a repetition of the exercise: no ghost.

    Getting into position, unracking and walking off have the right size at times, but do not
    begin and turn where the exercise does, or go somewhere.

    Args:
        readings: that cover it.
        found: its phases.
        movement: of the exercise.
        by_path: whether it was found on the calibrated arm path, which tells start and peak by
            itself, whether or not the arms are seen.
    """
    seconds = found.end - found.start
    if not movement.seconds[0] <= seconds <= movement.seconds[1]:
        return False
    rep = readings.between(found.start, found.end)
    if not (by_path or median(rep.joint("arm_seen")) >= MIN_ARM_SEEN):
        return False
    if not (_way(rep, HIP_PATH[0]) <= movement.travel and _way(rep, HIP_PATH[1]) <= movement.bob):
        return False
    if HELD in movement.full and (
        found.peak_end - found.peak_start < LEAST_HELD
        or _swing(rep, "yaw") > MAX_TURN
        or _swing(rep, "trunk_side") > MAX_SIDE
    ):
        return False
    start = readings.between(found.start - _AROUND[0], found.start + _AROUND[1])
    peak = readings.between(found.peak_start - _AROUND[1], found.peak_end + _AROUND[1])
    if by_path:
        begins, turns = median(start.joint("arm_phase")), median(peak.joint("arm_phase"))
        return bool(begins <= MAX_START and turns >= MIN_PEAK)
    return (
        _within({name: median(start.joint(name)) for name in movement.start}, movement.start)
        and _within({name: median(peak.joint(name)) for name in movement.peak}, movement.peak)
        and _within(
            {n: median(peak.joint(n)) - median(start.joint(n)) for n in movement.change},
            movement.change,
        )
    )


def _way(rep: Readings, axis: str) -> float:
    """Trunk lengths by which the hips move along an axis of the picture; NaN where unknown."""
    x = rep.joint(axis)
    x = x[np.isfinite(x)]
    if not len(x):
        return float("nan")
    return float(np.ptp(np.percentile(x, [5, 95])) / median(rep.joint("trunk")))


def _swing(rep: Readings, angle: str) -> float:
    """Degrees from the 5th to the 95th percentile of an angle; NaN where it is unknown."""
    x = rep.joint(angle)
    x = x[np.isfinite(x)]
    if not len(x):
        return float("nan")
    return float(np.ptp(np.percentile(wrap_degrees(x - x[0]), [5, 95])))


def _within(values: Mapping[str, float], limits: Mapping[str, tuple[float, float]]) -> bool:
    """Whether every value lies within its limits; what was not seen is no objection."""
    return all(
        not np.isfinite(values[name]) or low <= values[name] <= high
        for name, (low, high) in limits.items()
    )


def numbered(
    t: FloatArray, found: Course, turn: Turn, number: int, usual: float, *, first_frame: int = 0
) -> Rep:
    """The repetition with its number and the frames nearest to its times.

    Args:
        t: (T,) seconds of the frames that the indices count.
        found: its phases.
        turn: as the detector saw it.
        number: from 1 on.
        usual: range of the set's repetitions so far, 0 before the first.
        first_frame: index of the first of those frames.
    """
    return Rep(
        number=number,
        start=found.start,
        peak_start=found.peak_start,
        peak_end=found.peak_end,
        end=found.end,
        start_frame=first_frame + _nearest(t, found.start),
        peak_start_frame=first_frame + _nearest(t, found.peak_start),
        peak_end_frame=first_frame + _nearest(t, found.peak_end),
        end_frame=first_frame + _nearest(t, found.end),
        known=turn.known,
        amplitude=turn.rise,
        partial=turn.rise < PARTIAL * usual,
    )


def _nearest(t: FloatArray, seconds: float) -> int:
    i = int(np.searchsorted(t, seconds))
    if i == len(t) or (i > 0 and seconds - t[i - 1] < t[i] - seconds):
        i -= 1
    return i


#: Seconds after a repetition for which the stretch before the next one counts as part of the set.
_PAUSE: Final = 6.0


def phase_codes(t: FloatArray, reps: tuple[Rep, ...]) -> tuple[IntArray, IntArray, IntArray]:
    """(T,) `Phase`, (T,) number of the repetition in progress, (T,) repetitions finished."""
    phase = np.zeros(len(t), np.int8)
    number = np.zeros(len(t), np.int32)
    count = np.zeros(len(t), np.int32)
    for rep in reps:
        since = rep.start - _PAUSE / 3 if rep.number == 1 else rep.start - _PAUSE
        phase[(t >= since) & (t < rep.start) & (phase == Phase.NONE)] = Phase.STRETCH
        phase[(t >= rep.start) & (t < rep.peak_start)] = Phase.PULL
        phase[(t >= rep.peak_start) & (t <= rep.peak_end)] = Phase.PEAK
        phase[(t > rep.peak_end) & (t <= rep.end)] = Phase.RETURN
        number[(t >= rep.start) & (t <= rep.end)] = rep.number
        count[t >= rep.known] = rep.number
    return phase, number, count


def follows(readings: Readings, start: float, end: float) -> bool:
    """Whether the arms follow the calibrated path between two times, in seconds."""
    away = readings.between(start, end).joint("arm_away")
    away = away[np.isfinite(away)]
    return bool(len(away) and np.median(away) <= MAX_AWAY)


def centred(readings: Readings, turn: Turn) -> Turn:
    """`turn` with its top in the middle of the finish, as the phase shows it.

    Where the phase is highest tells little: guessed elbows overshoot on the way there and back.
    """
    part = readings.between(turn.start, turn.known)
    phase = part.joint("arm_phase")
    high = part.t[phase >= FINISH * np.nanmax(phase)]
    return replace(turn, top=float(high[0] + high[-1]) / 2)
