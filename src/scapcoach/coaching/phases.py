"""When a repetition's phases begin and end, and whether it is one of this exercise at all.

Thresholds on a smooth movement are crossed late: people start and stop with little acceleration
(Flash & Hogan 1985, J Neurosci 5:1688). So the times are taken where the movement is fast, and
carried on to its ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.coaching.arm_path import MAX_START, MIN_PEAK
from scapcoach.coaching.exercise import HELD
from scapcoach.coaching.kinematics import ARM_PATH, HIP_PATH
from scapcoach.coaching.reps import STILL, held, signal
from scapcoach.coaching.types import Phase, Rep
from scapcoach.geometry.vectors import median, wrap_degrees

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from scapcoach.coaching.exercise import Movement
    from scapcoach.coaching.readings import Readings
    from scapcoach.coaching.reps import Turn

    FloatArray = npt.NDArray[np.floating[Any]]
    IntArray = npt.NDArray[np.integer[Any]]

#: Shares of the way, from an end, at which a flank is timed.
_WAY: Final = (0.08, 0.3)
#: From those crossings to the end itself: times from the first to the second, and seconds. Human
#: movements start and stop with little acceleration, which alone would make it (1.5, 0); the
#: landmarker's own smoothing comes late and settles late [M, tuned on the phantom].
_LEAVING: Final = (1.0, -0.06)
_ARRIVING: Final = (0.6, 0.03)
#: Share of the way by which the movement has to turn for what lies before to be another one [E].
_TURN: Final = 0.12
#: Seconds before the start and after it in which the starting position is read [E].
_AROUND: Final = (0.3, 0.05)
#: Share of the set's usual range under which a repetition is partial [E]: a third short is what a
#: coach calls a half repetition; ranges of full ones differ by about a tenth.
PARTIAL: Final = 0.7
#: Degrees by which somebody who holds a squeeze may turn meanwhile, and lean over in the picture
#: [M, phantom: 0.4 to 6.6 and 0.5 to 2.3]: turning by 18 narrows the shoulders as much as a full
#: squeeze does (DESIGN.md section 2), and leaning shows them from elsewhere.
MAX_TURN: Final = 8.0
MAX_SIDE: Final = 5.0
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


def ways(
    readings: Readings, movement: Movement, *, by_path: bool = False
) -> tuple[FloatArray, ...]:
    """(T, C) what times a movement, best first; the next one where the first shows no repetition.

    Elbows and wrists, or the hips, in pixels; where arms keep their shape, the signal. Along the
    line of sight the picture shows little of a pull: there the calibrated path comes second.
    """
    if HELD in movement.full:
        return held(readings)[:, None], signal(readings, movement)[:, None]
    if "wrist_rise" in movement.full:
        return (signal(readings, movement)[:, None],)
    names = HIP_PATH if _LEGS & set(movement.full) else ARM_PATH
    picture = np.column_stack([readings.joint(name) for name in names])
    return (picture, readings.joint("arm_phase")[:, None]) if by_path else (picture,)


#: Quantities of movements of the legs.
_LEGS: Final = frozenset({"knee", "hip_height"})


def course(readings: Readings, turn: Turn, path: FloatArray) -> Course | None:
    """The phases of a there and back, from the way of elbows, wrists and hips in the picture.

    That way is steadier than any joint's angle, which needs depth. It is curved: so how far the
    movement has gone is asked from where it starts, and how far it still has to go from where it
    turns.

    Args:
        readings: from some time before the pull to `turn.known`.
        turn: as the detector saw it.
        path: (T, C) as `ways` gives it.

    Returns:
        None where too little of it was seen, as when it was going on at the first frame.
    """
    known = np.isfinite(path).all(axis=1)
    t, path = readings.t[known], path[known]
    rest = (t >= turn.start - _AROUND[0] - 1e-6) & (t <= turn.start + 1e-6)
    top = np.abs(t - turn.top) <= 2 * _AROUND[1] + 1e-6
    if not rest.any() or not top.any():
        return None
    origin = np.median(path[rest], axis=0)
    way = np.median(path[top], axis=0) - origin
    gone = (path - origin) @ way / max(float(way @ way), 1e-12)
    middle = int(np.searchsorted(t, turn.top - 1e-6))
    # Who does not let all the way down has a shorter way back.
    half_back = max(_MIDDLE, (1 + float(gone[middle:].min())) / 2)
    up = np.flatnonzero(gone[:middle] < _MIDDLE)
    down = middle + np.flatnonzero(gone[middle:] < half_back)
    if not len(up) or not len(down):
        return None
    peak = path[_held(t, gone, int(up[-1]), int(down[0]))]
    rising = _Flank.of(t[middle::-1], gone[middle::-1], path[middle::-1], peak, _MIDDLE)
    falling = _Flank.of(t[middle:], gone[middle:], path[middle:], peak, half_back)
    peak_start, peak_end = rising.inner(_ARRIVING), falling.inner(_LEAVING)
    if peak_start > peak_end:
        peak_start = peak_end = (peak_start + peak_end) / 2
    if rising.leaves() < t[0] + _SEEN_REST:
        return None
    start = max(rising.outer(_LEAVING), float(t[0]))
    return Course(start, peak_start, peak_end, falling.outer(_ARRIVING))


#: Share of the way that parts its two halves, for walking to either end.
_MIDDLE: Final = 0.5
#: Part of the way, from the top, in which the peak is held, and share of the greatest speed under
#: which it is held rather than passed [E].
_HELD: Final = 0.3
_SLOW: Final = 0.2


def _held(t: FloatArray, gone: FloatArray, up: int, down: int) -> IntArray:
    """Frames between two in which the peak is held; an overshoot on the way there is no peak."""
    inside = np.arange(up, down + 1)
    speed = np.abs(np.gradient(gone[inside], t[inside]))
    top = gone[inside].max()
    held = inside[(gone[inside] > top - _HELD) & (speed < _SLOW * speed.max())]
    return held if len(held) >= 3 else inside[np.argsort(gone[inside])[-3:]]


def _rest(t: FloatArray, gone: FloatArray, half_way: float) -> slice:
    """The rest or turn from which a flank comes, walking away from its middle.

    Args:
        t: (N,) seconds walking away, growing or shrinking.
        gone: (N,) share of the way.
        half_way: share at the middle of the flank.

    Returns:
        The frames at that level.
    """
    low, at = np.inf, 0
    for i, g in enumerate(gone):
        if g < low:
            low, at = g, i
        elif g > low + _TURN:
            break
        since = int(np.searchsorted(np.abs(t - t[0]), abs(t[i] - t[0]) - STILL[0]))
        window = gone[since : i + 1]
        whole = abs(t[i] - t[since]) >= 0.8 * STILL[0]
        if whole and window.max() - window.min() <= STILL[1] and g < half_way:
            return slice(since, i + 1)
    return slice(at, at + 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Flank:
    """One side of a repetition, walking away from the peak.

    Attributes:
        t: (N,) seconds, growing or shrinking.
        from_peak, from_rest: (N,) shares of the way between the two.
        half: frame in the middle of the way.
    """

    t: FloatArray
    from_peak: FloatArray
    from_rest: FloatArray
    half: int

    @classmethod
    def of(
        cls, t: FloatArray, gone: FloatArray, path: FloatArray, peak: FloatArray, half_way: float
    ) -> _Flank:
        half = int(np.flatnonzero(gone < half_way)[0])
        where = _rest(t[half:], gone[half:], half_way)
        rest = path[half:][where]
        return cls(t, _share(path, peak, rest), _share(path, rest, peak), half)

    def leaves(self) -> float:
        """Seconds at which a first small share of the way is gone, seen from rest."""
        return _crossing(self.t[self.half :], self.from_rest[self.half :], _WAY[0])

    def outer(self, beyond: tuple[float, float]) -> float:
        """Seconds of the end at rest."""
        return _end(self.t[self.half :], self.from_rest[self.half :], beyond)

    def inner(self, beyond: tuple[float, float]) -> float:
        """Seconds of the end at the peak."""
        back = slice(self.half, None, -1)
        return _end(self.t[back], self.from_peak[back], beyond)


def _end(t: FloatArray, share: FloatArray, beyond: tuple[float, float]) -> float:
    """Seconds of the end towards which a share of the way falls; `t` may run backwards."""
    near, far = (_crossing(t, share, way) for way in _WAY)
    return near + beyond[0] * (near - far) + beyond[1]


def _share(path: FloatArray, near: FloatArray, far: FloatArray) -> FloatArray:
    """(N,) distance from the middle of `near` as a share of that of `far`; noise is no distance."""
    place = np.median(near, axis=0)
    floor = float(np.median(np.linalg.norm(near - place, axis=1)))
    whole = float(np.linalg.norm(np.median(far, axis=0) - place))
    return np.asarray((np.linalg.norm(path - place, axis=1) - floor) / max(whole - floor, 1e-9))


def _crossing(t: FloatArray, share: FloatArray, level: float) -> float:
    """When a share falls below `level`, between frames; the least there is, if it never does."""
    below = np.flatnonzero(share < level)
    if not len(below):
        return float(t[int(np.argmin(share))])
    i = int(below[0])
    if i == 0:
        return float(t[0])
    part = (level - share[i - 1]) / (share[i] - share[i - 1])
    return float(t[i - 1] + part * (t[i] - t[i - 1]))


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
        _swing(rep, "yaw") > MAX_TURN or _swing(rep, "trunk_side") > MAX_SIDE
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
