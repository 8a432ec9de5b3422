"""Causal detection of repetitions: cycles of the primary signal, with hysteresis.

The signal comes from the joints of the exercise, never from the shoulder blades (except in holds,
which move no joint). It rises by about 1 from start to peak. A cycle ends when the signal has come
back by a share of the current range, so tremor gives no repetition. A cycle of the right size must
also start and end in the positions of the exercise, have a plausible duration and no walking
(`coaching.phases`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import HOLD_MEASURE, MAX_SAG
from scapcoach.coaching.squeeze import SQUEEZE
from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.coaching.exercise import Movement
    from scapcoach.coaching.readings import Readings


#: Share of the rise from which the peak is shown as reached, live [E].
NEAR_TOP: Final = 0.9
#: Share of the rise, from the start, within which the return is complete [E].
RETURNED_SHARE: Final = 0.1
#: Seconds without a lower signal after which the return is complete [E].
SETTLED_SECONDS: Final = 0.12
#: Share of the rise by which the signal must go up again to begin the next repetition [E].
NEXT_RISE: Final = 0.15
#: Within this time, in seconds, the signal of a rest changes by at most this share of the rise [E].
REST_SECONDS: Final = 0.5
REST_SHARE: Final = 0.04
#: The same share before a pull: the beginning of a slow pull must not look like a rest [E].
PULL_REST_SHARE: Final = 0.03
#: Seconds of frames before a repetition in which its start and the rest before it are looked for.
LEAD_SECONDS: Final = 2.0
#: Smallest range of a repetition, as a share of the set's usual range [E].
MIN_USUAL_SHARE: Final = 0.35
#: Smallest range within a set, as a share of the exercise's `Movement.least` [E].
MIN_SHARE_IN_SET: Final = 0.5
#: Largest possible rise, in full repetitions: above it, the landmarks have jumped, as at a cut [M:
#: up to 2.5 on real sets].
MAX_SIGNAL_RISE: Final = 3.0
#: Seconds without a signal after which the detector starts from the beginning: longer than a
#: dropout of the tracker, shorter than leaving the picture [E].
MAX_ABSENCE: Final = 0.7
#: A jump of the landmarks changes the signal by more than `MIN_JUMP` plus this speed per second: an
#: arm goes from straight to bent in a quarter of a second at the fastest [E].
MAX_SIGNAL_SPEED: Final = 15.0
MIN_JUMP: Final = 0.4
#: Seconds after a jump after which the new place is accepted, and the detector starts from the
#: beginning [E].
MAX_JUMP_SECONDS: Final = 0.3
#: Number of latest repetitions whose median range is the usual one of the set.
_REMEMBERED_RANGES: Final = 5


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """How far a signal must change to start and end a phase.

    Attributes:
        enter: share of the current range by which it must rise to begin a pull.
        leave: share of the rise so far by which it must fall to end the peak.
        returned: share of the rise by which it must fall before a repetition can end.
    """

    enter: float
    leave: float
    returned: float


#: For signals of joints [E].
JOINT_HYSTERESIS: Final = Hysteresis(0.35, 0.3, 0.4)
#: For signals that fall by up to a half while a position is held [M, phantom]: the phase of arms
#: that may be guessed, since hidden elbows overshoot before and after the finish; and the squeeze
#: of a hold.
SAG_HYSTERESIS: Final = Hysteresis(0.5, MAX_SAG, 0.6)


class Stage(IntEnum):
    """The event that the detector waits for."""

    WAIT = 0  # the next pull
    PULL = 1  # the peak to be over
    RETURN = 2  # the return to be over


@dataclass(frozen=True, slots=True)
class Cycle:
    """One movement there and back, as detected.

    Attributes:
        start: seconds of the lowest signal before it; top: of the highest; low: of the lowest
            after it, so far; known: of the frame that ended it.
        rise: from the higher of the two lows to the top.
    """

    start: float
    top: float
    low: float
    known: float
    rise: float


@dataclass(frozen=True, slots=True)
class Detector:
    """The state of the detector; `advance` returns the next one.

    Attributes:
        stage: the event that it waits for.
        base, base_time: lowest signal before the pull, and when.
        pull_time: when the pull was detected.
        top, top_time: highest since then.
        low, low_time: lowest since the top.
        recent: (seconds, signal) of the last `REST_SECONDS`, for detecting rests.
        rest, rest_time: level of the latest rest during a pull, and its last time; a pull that
            continues from there is taken to start there.
        ranges: of the last repetitions.
        seen: seconds of the last frame with a signal; NaN before the first.
    """

    stage: Stage = Stage.WAIT
    base: float = np.inf
    base_time: float = np.nan
    pull_time: float = np.nan
    top: float = -np.inf
    top_time: float = np.nan
    low: float = np.inf
    low_time: float = np.nan
    recent: tuple[tuple[float, float], ...] = ()
    rest: float = np.nan
    rest_time: float = np.nan
    ranges: tuple[float, ...] = ()
    seen: float = np.nan

    @property
    def usual(self) -> float:
        """Range of the set's repetitions so far; 0 before the first."""
        return float(np.median(self.ranges)) if self.ranges else 0.0

    def min_rise(self, movement: Movement) -> float:
        """The smallest rise that is a repetition at this point of the set."""
        if not self.ranges:
            return movement.least
        return max(MIN_SHARE_IN_SET * movement.least, MIN_USUAL_SHARE * self.usual)

    def near_top(self, usual: float) -> float:
        """The signal from which the peak is taken as reached, live."""
        return self.base + NEAR_TOP * max(self.top - self.base, usual)

    def accept(self, rise: float) -> Detector:
        """Remember the range of a repetition."""
        return replace(self, ranges=(*self.ranges, rise)[-_REMEMBERED_RANGES:])


def signal(readings: Readings, movement: Movement) -> FloatArray:
    """(T,) the primary signal: about 0 to 1 over a full repetition, plus a constant.

    NaN where any of its quantities is missing.
    """
    parts = [
        (
            readings.quantity(name)
            if name != HOLD_MEASURE
            else np.minimum(hold_signal(readings), MAX_HOLD_SIGNAL)
        )
        / full
        for name, full in movement.full.items()
    ]
    return np.asarray(np.mean(parts, axis=0))


#: Degrees taken as the full range where no personal range is known: the middle of the typical ones
#: (docs/explanation/method.md, "Typical ranges"). Only for finding holds, never for judging.
_HOLD_RANGE_DEGREES: Final = {HOLD_MEASURE: 18.0, "elevation": 32.0}


#: Per cent at which the signal of a hold is clipped: higher values do not help to find its start
#: and end [E].
MAX_HOLD_SIGNAL: Final = 80.0


def hold_signal(readings: Readings) -> FloatArray:
    """(T,) retraction in per cent of the personal range, or of a typical one.

    Includes squeezes that are too uncertain for the measure (`coaching.squeeze`). Shrugged
    shoulders hide the blades; that is a hold as well, but a faulty one, so there the shrug is the
    signal.
    """
    hidden = readings.reason(HOLD_MEASURE) == Reason.SHOULDERS_RAISED
    squeeze, shrug = (_per_cent(readings, name) for name in _HOLD_RANGE_DEGREES)
    squeeze = np.where(np.isfinite(squeeze), squeeze, readings.quantity(SQUEEZE))
    return np.where(hidden, shrug, squeeze)


def _per_cent(readings: Readings, name: str) -> FloatArray:
    value = readings.measure(name)
    degrees = 100.0 * readings.measure(name, "deg") / _HOLD_RANGE_DEGREES[name]
    return np.where(np.isfinite(value), value, degrees)


def advance(
    state: Detector, t: float, s: float, movement: Movement, by: Hysteresis = JOINT_HYSTERESIS
) -> tuple[Detector, Cycle | None]:
    """Process one frame.

    Args:
        state: so far.
        t: seconds of the frame, later than all before.
        s: signal; NaN where it is missing.
        movement: of the exercise.
        by: how far the signal must change.

    Returns:
        The new state, and the cycle that this frame has ended, if any.
    """
    if not np.isfinite(s):
        return _unseen(state, t, movement)
    if t - state.seen > MAX_ABSENCE:
        state = Detector(ranges=state.ranges)
    elif _jumped(state, t, s):
        if t - state.seen <= MAX_JUMP_SECONDS:
            return state, None
        state = Detector(ranges=state.ranges)
    recent = (*((a, b) for a, b in state.recent if t - a <= REST_SECONDS + 1e-6), (t, s))
    state = replace(state, recent=recent, seen=t)
    if state.stage is Stage.WAIT:
        return _wait(state, t, s, movement, by), None
    if t - state.pull_time > movement.seconds[1] and state.stage is Stage.PULL:
        return _rest(state, t, s), None
    if state.stage is Stage.PULL:
        return _pull(state, t, s, movement, by), None
    return _return(state, t, s, movement, by)


def _unseen(state: Detector, t: float, movement: Movement) -> tuple[Detector, Cycle | None]:
    """No signal: a short dropout changes nothing, a longer one restarts the detector."""
    if not t - state.seen > MAX_ABSENCE:
        return state, None
    _, cycle = close(replace(state, seen=t), movement)
    return Detector(ranges=state.ranges, seen=state.seen), cycle


def _jumped(state: Detector, t: float, s: float) -> bool:
    """Whether the signal has changed faster than an arm can move."""
    if not state.recent:
        return False
    before, value = state.recent[-1]
    return bool(abs(s - value) > MIN_JUMP + MAX_SIGNAL_SPEED * (t - before))


def _rest(state: Detector, t: float, s: float) -> Detector:
    """Wait for the next pull, starting from this signal."""
    return replace(state, stage=Stage.WAIT, base=s, base_time=t, top=-np.inf, low=np.inf)


def _wait(state: Detector, t: float, s: float, movement: Movement, by: Hysteresis) -> Detector:
    size = max(movement.least, state.usual)
    # The pull begins at the last frame at the bottom, not at the first. A rest at a higher level,
    # as after getting into position, is a new bottom.
    if s <= state.base + 0.02 * size:
        state = replace(state, base=min(s, state.base), base_time=t)
    elif _is_still(state, PULL_REST_SHARE * size):
        state = replace(state, base=min(v for _, v in state.recent), base_time=t)
    if s - state.base > by.enter * size:
        base = max(state.base, s - MAX_SIGNAL_RISE)
        return replace(
            state, stage=Stage.PULL, base=base, pull_time=t, top=s, top_time=t, low=np.inf,
            rest=np.nan,
        )  # fmt: skip
    return state


def _pull(state: Detector, t: float, s: float, movement: Movement, by: Hysteresis) -> Detector:
    size = max(movement.least, state.usual)
    if s - state.rest > by.enter * size:
        # That rest was not a peak but the start: the person has got into position.
        state = replace(state, base=state.rest, base_time=state.rest_time, rest=np.nan)
    elif _is_still(state, REST_SHARE * size):
        state = replace(state, rest=max(v for _, v in state.recent), rest_time=t)
    if s > state.top:
        return replace(state, top=s, top_time=t, base=max(state.base, s - MAX_SIGNAL_RISE))
    if state.top - s > by.leave * (state.top - state.base):
        return replace(state, stage=Stage.RETURN, low=s, low_time=t)
    return state


def _return(
    state: Detector, t: float, s: float, movement: Movement, by: Hysteresis
) -> tuple[Detector, Cycle | None]:
    if s < state.low:
        state = replace(state, low=s, low_time=t)
    rise = state.top - state.base
    returned = state.top - state.low > by.returned * rise
    if not returned:
        back_up = s > state.top - RETURNED_SHARE * rise
        return (replace(state, stage=Stage.PULL, low=np.inf) if back_up else state), None
    home = state.low < state.base + RETURNED_SHARE * rise and t - state.low_time >= SETTLED_SECONDS
    up_again = s > state.low + NEXT_RISE * rise
    if not (home or up_again or _is_still(state, REST_SHARE * rise)):
        return state, None
    cycle = _cycle(state, t)
    # The next pull may already have begun: it starts at the low, not at this frame.
    after = replace(
        state, stage=Stage.WAIT, base=state.low, base_time=state.low_time, top=-np.inf, low=np.inf
    )
    return _wait(after, t, s, movement, by), (
        cycle if cycle.rise >= state.min_rise(movement) else None
    )


def _cycle(state: Detector, t: float) -> Cycle:
    return Cycle(
        start=state.base_time,
        top=state.top_time,
        low=state.low_time,
        known=t,
        rise=state.top - max(state.base, state.low),
    )


def close(state: Detector, movement: Movement) -> tuple[Detector, Cycle | None]:
    """End of the frames: a cycle that has mostly returned is complete."""
    if state.stage is not Stage.RETURN:
        return state, None
    cycle = _cycle(state, state.seen)
    back = state.top - state.low > (1 - JOINT_HYSTERESIS.leave) * (state.top - state.base)
    enough = cycle.rise >= state.min_rise(movement)
    return _rest(state, state.seen, state.low), (cycle if back and enough else None)


def _is_still(state: Detector, within: float) -> bool:
    """Whether the signal has been at rest for `REST_SECONDS`."""
    times, values = zip(*state.recent, strict=True)
    long_enough = times[-1] - times[0] >= 0.8 * REST_SECONDS
    return bool(long_enough and max(values) - min(values) <= within)
