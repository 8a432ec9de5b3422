"""Times of the phases of a repetition, and whether it is a repetition of the exercise at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.arm_path import FINISH_SHARE, MAX_OFF_PATH, MAX_START_PHASE, MIN_PEAK_PHASE
from scapcoach.coaching.edges import LARGE, SMALL, Edge, Timing
from scapcoach.coaching.exercise import HOLD_MEASURE, Phase
from scapcoach.coaching.kinematics import ARM_PATH, HIP_PATH
from scapcoach.coaching.reps import hold_signal, signal
from scapcoach.coaching.results import Rep
from scapcoach.geometry.vectors import median, wrap_degrees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import FloatArray, IntArray
    from scapcoach.coaching.exercise import Movement
    from scapcoach.coaching.readings import Readings
    from scapcoach.coaching.reps import Cycle


#: Seconds before the start, and after it, in which the starting position is read [E].
_POSITION_WINDOW: Final = (0.3, 0.05)
#: Share of the set's usual range below which a repetition is partial [E]: coaches call a repetition
#: that is a third too short a half one; ranges of full ones differ by about a tenth.
PARTIAL: Final = 0.7
#: Degrees by which a person may turn, and lean sideways in the picture, while holding a squeeze [M,
#: phantom: 0.4 to 6.6 and 0.5 to 2.3]: turning by 18 narrows the shoulders as much as a full
#: squeeze does, and leaning changes how they are seen.
MAX_HOLD_TURN: Final = 8.0
MAX_HOLD_SIDE_LEAN: Final = 5.0
#: Shortest hold, in seconds: shoulders that are rolled do not stay at the peak [E].
MIN_HOLD_SECONDS: Final = 0.4
#: Seconds of rest that must be visible before a movement; otherwise its start may be missing [E].
_MIN_REST_SEEN: Final = 0.1
#: Visibility of an arm below which its movement is a guess [E].
MIN_ARM_SEEN: Final = 0.15


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """Times of the phases of a repetition, in seconds."""

    start: float
    peak_start: float
    peak_end: float
    end: float


@dataclass(frozen=True, slots=True, eq=False)
class TimingPath:
    """Coordinates by which a movement is timed.

    Attributes:
        path: (T, C) for the frames of the readings.
        timing: how its ends are extrapolated.
        sag: share of the way back that still belongs to the peak.
    """

    path: FloatArray
    timing: Timing = LARGE
    sag: float = 0.0


def timing_paths(
    readings: Readings, movement: Movement, *, by_path: bool = False
) -> tuple[TimingPath, ...]:
    """Paths by which to time a movement, best first; each one is tried if those before it fail.

    Elbows and wrists, or the hips, in pixels, which are steadier than quantities computed from
    them; for shrugs the height of the hanging hands. Where a pull goes along the line of sight, the
    picture shows little of it, so the calibrated path comes second. From behind, the arms hide a
    squeeze.
    """
    legs = bool(_LEG_QUANTITIES & set(movement.full))
    picture = np.column_stack(
        [readings.quantity(name) for name in (HIP_PATH if legs else ARM_PATH)]
    )
    if not legs:
        # One weight for all frames: changes of visibility must not look like movement.
        left = median(readings.quantity("left_weight"))
        picture *= np.repeat([left, 1 - left], picture.shape[1] // 2)
    if HOLD_MEASURE in movement.full:
        squeeze = hold_signal(readings)[:, None], signal(readings, movement)[:, None]
        from_behind = abs(median(readings.quantity("yaw"))) > _FROM_BEHIND_YAW
        paths = (*squeeze, picture) if from_behind else (picture, *squeeze)
        return tuple(TimingPath(path, SMALL) for path in paths)
    if "wrist_rise" in movement.full:
        return (TimingPath(signal(readings, movement)[:, None], SMALL, movement.sag),)
    if not by_path:
        return (TimingPath(picture, sag=movement.sag),)
    return TimingPath(picture, sag=movement.sag), TimingPath(
        readings.quantity("arm_phase")[:, None]
    )


#: Degrees of yaw beyond which a person is seen from behind.
_FROM_BEHIND_YAW: Final = 90.0
#: Quantities of movements of the legs.
_LEG_QUANTITIES: Final = frozenset({"knee", "hip_height"})


def find_phases(readings: Readings, cycle: Cycle, by: TimingPath) -> PhaseTimes | None:
    """The phases of a movement there and back, from coordinates in the picture.

    Coordinates are steadier than joint angles, which need depth. Their path is curved, so the
    distance covered is measured from the start, and the distance left from the peak.

    Args:
        readings: from some time before the pull to `cycle.known`.
        cycle: from the detector.
        by: from `timing_paths`.

    Returns:
        None where too little of it was recorded, for example when it began before the first frame.
    """
    known = np.isfinite(by.path).all(axis=1)
    t, path = readings.t[known], by.path[known]
    rest = (t >= cycle.start - _POSITION_WINDOW[0] - 1e-6) & (t <= cycle.start + 1e-6)
    top = np.abs(t - cycle.top) <= 2 * _POSITION_WINDOW[1] + 1e-6
    if not rest.any() or not top.any():
        return None
    origin = np.median(path[rest], axis=0)
    there = np.median(path[top], axis=0) - origin
    gone = (path - origin) @ there / max(float(there @ there), 1e-12)
    middle = int(np.searchsorted(t, cycle.top - 1e-6))
    last = _last_stay(t[middle:], gone[middle:], by.sag) + middle
    level = float(np.median(gone[last])) if len(last) else 1.0
    # A return that stops early is shorter than the pull.
    half_back = max(level * _HALF_WAY, (level + float(gone[middle:].min())) / 2)
    up = np.flatnonzero(gone[:middle] < _HALF_WAY)
    down = middle + np.flatnonzero(gone[middle:] < half_back)
    if not len(up) or not len(down):
        return None
    back = last if len(last) else down
    peak = path[_held_frames(t, gone, int(up[-1]), int(back[0]))]
    rising = Edge.of(t[middle::-1], gone[middle::-1], path[middle::-1], peak, _HALF_WAY)
    top, peak = (int(last[0]), path[last]) if len(last) else (middle, peak)
    falling = Edge.of(t[top:], gone[top:], path[top:], peak, half_back)
    timing = by.timing
    peak_start = rising.inner(timing, timing.arriving)
    peak_end = falling.inner(timing, timing.leaving)
    if peak_start > peak_end:
        peak_start = peak_end = (peak_start + peak_end) / 2
    if rising.leaves_rest() < t[0] + _MIN_REST_SEEN:
        return None
    start = max(rising.outer(timing, timing.leaving), float(t[0]))
    end = falling.outer(timing, timing.arriving)
    return PhaseTimes(min(start, peak_start), peak_start, peak_end, max(end, peak_end))


#: Share of the distance at which an edge is cut in two halves, one towards each end.
_HALF_WAY: Final = 0.5
#: The peak is held in the frames within this share of the distance from the top, at less than this
#: share of the greatest speed [E].
_PEAK_SHARE: Final = 0.3
_SLOW_SPEED: Final = 0.2
#: Shortest stay, in seconds, of a peak that sags before the return [E].
_MIN_STAY: Final = 0.15


def _held_frames(t: FloatArray, gone: FloatArray, up: int, down: int) -> IntArray:
    """Frames between two others in which the peak is held, without an overshoot before it."""
    inside = np.arange(up, down + 1)
    speed = np.abs(np.gradient(gone[inside], t[inside]))
    top = gone[inside].max()
    held = inside[(gone[inside] > top - _PEAK_SHARE) & (speed < _SLOW_SPEED * speed.max())]
    return held if len(held) >= 3 else inside[np.argsort(gone[inside])[-3:]]


def _last_stay(t: FloatArray, gone: FloatArray, sag: float) -> IntArray:
    """Frames of the last stay at the peak after it sagged, counted from the top; often none."""
    below = np.flatnonzero(gone < 1 - sag)
    if not sag or not len(below) or below[0] < 3:
        return np.empty(0, np.int64)
    speed = np.abs(np.gradient(gone, t))
    slow = np.flatnonzero(speed[: below[0]] < _SLOW_SPEED * speed.max())
    runs = np.split(slow, np.flatnonzero(np.diff(slow) > 1) + 1)
    long = [run for run in runs if len(run) and t[run[-1]] - t[run[0]] >= _MIN_STAY]
    return long[-1] if long else np.empty(0, np.int64)


def is_repetition(
    readings: Readings, found: PhaseTimes, movement: Movement, *, by_path: bool = False
) -> bool:
    """Whether this movement there and back is a repetition of the exercise.

    Getting into position, unracking and walking away can have the right size, but they start or end
    in other positions than the exercise, or the hips move.

    Args:
        readings: that cover it.
        found: its phases.
        movement: of the exercise.
        by_path: whether it was found on the calibrated arm path, whose phase shows start and peak
            even where the arms are hidden.
    """
    seconds = found.end - found.start
    if not movement.seconds[0] <= seconds <= movement.seconds[1]:
        return False
    rep = readings.between(found.start, found.end)
    if not (by_path or median(rep.quantity("arm_seen")) >= MIN_ARM_SEEN):
        return False
    if not (
        _hip_travel(rep, HIP_PATH[0]) <= movement.travel
        and _hip_travel(rep, HIP_PATH[1]) <= movement.bob
    ):
        return False
    if HOLD_MEASURE in movement.full and (
        found.peak_end - found.peak_start < MIN_HOLD_SECONDS
        or _angle_range(rep, "yaw") > MAX_HOLD_TURN
        or _angle_range(rep, "trunk_side") > MAX_HOLD_SIDE_LEAN
    ):
        return False
    start = readings.between(found.start - _POSITION_WINDOW[0], found.start + _POSITION_WINDOW[1])
    peak = readings.between(
        found.peak_start - _POSITION_WINDOW[1], found.peak_end + _POSITION_WINDOW[1]
    )
    if by_path:
        at_start, at_peak = median(start.quantity("arm_phase")), median(peak.quantity("arm_phase"))
        return bool(at_start <= MAX_START_PHASE and at_peak >= MIN_PEAK_PHASE)
    return (
        _within({name: median(start.quantity(name)) for name in movement.start}, movement.start)
        and _within({name: median(peak.quantity(name)) for name in movement.peak}, movement.peak)
        and _within(
            {n: median(peak.quantity(n)) - median(start.quantity(n)) for n in movement.change},
            movement.change,
        )
    )


def _hip_travel(rep: Readings, axis: str) -> float:
    """Trunk lengths by which the hips move along an axis of the picture; NaN where unknown."""
    x = rep.quantity(axis)
    x = x[np.isfinite(x)]
    if not len(x):
        return float("nan")
    return float(np.ptp(np.percentile(x, [5, 95])) / median(rep.quantity("trunk")))


def _angle_range(rep: Readings, angle: str) -> float:
    """Degrees from the 5th to the 95th percentile of an angle; NaN where it is unknown."""
    x = rep.quantity(angle)
    x = x[np.isfinite(x)]
    if not len(x):
        return float("nan")
    return float(np.ptp(np.percentile(wrap_degrees(x - x[0]), [5, 95])))


def _within(values: Mapping[str, float], limits: Mapping[str, tuple[float, float]]) -> bool:
    """Whether every known value lies within its limits."""
    return all(
        not np.isfinite(values[name]) or low <= values[name] <= high
        for name, (low, high) in limits.items()
    )


def make_rep(
    t: FloatArray,
    found: PhaseTimes,
    cycle: Cycle,
    number: int,
    usual: float,
    *,
    first_frame: int = 0,
) -> Rep:
    """The repetition with its number and the frames nearest to its times.

    Args:
        t: (T,) seconds of the frames.
        found: its phases.
        cycle: from the detector.
        number: from 1 on.
        usual: range of the set's repetitions so far, 0 before the first.
        first_frame: index of the first of these frames in the recording.
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
        known=cycle.known,
        amplitude=cycle.rise,
        partial=cycle.rise < PARTIAL * usual,
    )


def _nearest(t: FloatArray, seconds: float) -> int:
    i = int(np.searchsorted(t, seconds))
    if i == len(t) or (i > 0 and seconds - t[i - 1] < t[i] - seconds):
        i -= 1
    return i


#: Seconds before a repetition for which the stretch belongs to the set.
_PAUSE_SECONDS: Final = 6.0


def phase_codes(t: FloatArray, reps: tuple[Rep, ...]) -> tuple[IntArray, IntArray, IntArray]:
    """(T,) `Phase`, (T,) number of the repetition in progress, (T,) repetitions finished."""
    phase = np.zeros(len(t), np.int8)
    number = np.zeros(len(t), np.int32)
    count = np.zeros(len(t), np.int32)
    for rep in reps:
        since = rep.start - _PAUSE_SECONDS / 3 if rep.number == 1 else rep.start - _PAUSE_SECONDS
        phase[(t >= since) & (t < rep.start) & (phase == Phase.NONE)] = Phase.STRETCH
        phase[(t >= rep.start) & (t < rep.peak_start)] = Phase.PULL
        phase[(t >= rep.peak_start) & (t <= rep.peak_end)] = Phase.PEAK
        phase[(t > rep.peak_end) & (t <= rep.end)] = Phase.RETURN
        number[(t >= rep.start) & (t <= rep.end)] = rep.number
        count[t >= rep.known] = rep.number
    return phase, number, count


def follows_path(readings: Readings, start: float, end: float) -> bool:
    """Whether the arms follow the calibrated path between two times, in seconds."""
    away = readings.between(start, end).quantity("arm_off_path")
    away = away[np.isfinite(away)]
    return bool(len(away) and np.median(away) <= MAX_OFF_PATH)


def centre_on_finish(readings: Readings, cycle: Cycle) -> Cycle:
    """`cycle` with its top in the middle of the finish, according to the arm phase.

    The maximum of the phase is not reliable: guessed elbows overshoot before and after the finish.
    """
    part = readings.between(cycle.start, cycle.known)
    phase = part.quantity("arm_phase")
    high = part.t[phase >= FINISH_SHARE * np.nanmax(phase)]
    return replace(cycle, top=float(high[0] + high[-1]) / 2)
