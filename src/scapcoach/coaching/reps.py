"""Repetitions, found causally: there and back of the primary signal, with hysteresis.

The signal is the exercise's primary joint, never the shoulder blades (holds aside, which move no
joint). It rises by about 1 from start to peak. A turn counts when the signal has come back by a
share of the running range, so tremor makes no repetition; and what has the right size still has
to begin and end where the exercise does, to take its time and not to walk (`coaching.phases`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import HELD
from scapcoach.coaching.squeeze import SQUEEZE
from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.coaching.exercise import Movement
    from scapcoach.coaching.readings import Readings


#: Share of the rise from which the far end is shown as reached, live [E].
NEAR_TOP: Final = 0.9
#: ... and this close to the start it is over [E].
HOME: Final = 0.1
#: Seconds without a lower signal after which it has come home [E].
SETTLED: Final = 0.12
#: Share of the rise by which the signal goes up again for the next one [E].
TURN: Final = 0.15
#: A stretch this long, in seconds, within this share of the rise, is a rest [E].
STILL: Final = (0.5, 0.04)
#: The same share while a pull is waited for: slow pulls must not pass for a rest [E].
RESTING: Final = 0.03
#: Share of the set's usual range that a repetition must have; below, it is no repetition [E].
SMALLEST: Final = 0.35
#: Share of the exercise's least range that is enough once a set is going on [E].
GOING_ON: Final = 0.5
#: Largest rise there is, in full repetitions: beyond, the landmarks jumped, as at a cut [M: up to
#: 2.5 on real sets].
LARGEST: Final = 3.0
#: Seconds without the person after which the detector starts afresh: longer than a tracker's
#: blink, shorter than leaving the picture [E].
MAX_GAP: Final = 0.7
#: Fastest change of the signal, a second, and least change between frames that is too much: an arm
#: goes from straight to bent in a quarter of a second [E]; beyond, the landmarks jumped.
FASTEST: Final = 15.0
JUMP: Final = 0.4
#: Seconds of jumped landmarks after which the new place is believed, and all begins afresh [E].
MAX_JUMP: Final = 0.3
#: Repetitions whose median range is the set's usual one.
_REMEMBERED: Final = 5


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """How far a signal has to go to count.

    Attributes:
        enter: share of the running range by which it has to rise for a pull to begin.
        leave: share of the rise so far by which it has to fall for the peak to be over.
        returned: share of the rise that has to be given back before a repetition can be over.
    """

    enter: float
    leave: float
    returned: float


#: For joints [E].
JOINTS: Final = Hysteresis(0.35, 0.3, 0.4)
#: For what sags by up to a half while a position is held [M, phantom]: the phase of arms that may
#: be guessed, since hidden elbows are drawn beyond their finish on the way there and back; and the
#: squeeze of a hold.
SAGGING: Final = Hysteresis(0.5, 0.55, 0.6)


class Stage(IntEnum):
    """What the detector waits for."""

    WAIT = 0  # the next pull
    PULL = 1  # the peak to be over
    RETURN = 2  # the return to be over


@dataclass(frozen=True, slots=True)
class Turn:
    """A there and back, as the detector saw it.

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
    """The detector's memory; `advance` gives the next one.

    Attributes:
        stage: what it waits for.
        base, base_time: lowest signal before the pull, and when.
        pull_time: when the pull was seen to have begun.
        top, top_time: highest since then.
        low, low_time: lowest since the top.
        recent: (seconds, signal) of the last moments, for rests.
        rest, rest_time: level at which a pull has rested since, and until when; a pull that goes
            on from there has only now begun.
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

    def enough(self, movement: Movement) -> float:
        """The least rise that is a repetition by now."""
        if not self.ranges:
            return movement.least
        return max(GOING_ON * movement.least, SMALLEST * self.usual)

    def near_top(self, usual: float) -> float:
        """The signal from which the far end is reached, as far as is known by now."""
        return self.base + NEAR_TOP * max(self.top - self.base, usual)

    def accept(self, rise: float) -> Detector:
        """Remember the range of a repetition."""
        return replace(self, ranges=(*self.ranges, rise)[-_REMEMBERED:])


def signal(readings: Readings, movement: Movement) -> FloatArray:
    """(T,) the primary signal: about 0 to 1 over a full repetition, plus a constant.

    NaN where any of its quantities is missing.
    """
    parts = [
        (readings.joint(name) if name != HELD else np.minimum(held(readings), SQUEEZED)) / full
        for name, full in movement.full.items()
    ]
    return np.asarray(np.mean(parts, axis=0))


#: Degrees that stand for the whole range where no own range is known: the middle of the
#: typical ones (docs/explanation/method.md, "Typical ranges"). Only for finding holds, never for
#: judging them.
_TYPICAL: Final = {HELD: 18.0, "elevation": 32.0}


#: Per cent from which a squeeze is a full one to the detector: what goes on beyond tells nothing
#: about when it begins and ends [E].
SQUEEZED: Final = 80.0


def held(readings: Readings) -> FloatArray:
    """(T,) retraction in per cent of the own range, or of a typical one.

    What is too small to be told still counts (`coaching.squeeze`). Shoulders that are shrugged hide
    the blades. It is a hold all the same, and a faulty one: there the shrug tells that it is going
    on.
    """
    hidden = readings.reason(HELD) == Reason.SHOULDERS_RAISED
    squeeze, shrug = (_per_cent(readings, name) for name in _TYPICAL)
    squeeze = np.where(np.isfinite(squeeze), squeeze, readings.joint(SQUEEZE))
    return np.where(hidden, shrug, squeeze)


def _per_cent(readings: Readings, name: str) -> FloatArray:
    value = readings.measure(name)
    degrees = 100.0 * readings.measure(name, "deg") / _TYPICAL[name]
    return np.where(np.isfinite(value), value, degrees)


def advance(
    state: Detector, t: float, s: float, movement: Movement, by: Hysteresis = JOINTS
) -> tuple[Detector, Turn | None]:
    """One frame further.

    Args:
        state: so far.
        t: seconds of the frame, later than all before.
        s: signal; NaN where it is missing.
        movement: of the exercise.
        by: how far the signal has to go.

    Returns:
        The new state, and a there and back that this frame has ended, if any.
    """
    if not np.isfinite(s):
        return _unseen(state, t, movement)
    if t - state.seen > MAX_GAP:
        state = Detector(ranges=state.ranges)
    elif _jumped(state, t, s):
        if t - state.seen <= MAX_JUMP:
            return state, None
        state = Detector(ranges=state.ranges)
    recent = (*((a, b) for a, b in state.recent if t - a <= STILL[0] + 1e-6), (t, s))
    state = replace(state, recent=recent, seen=t)
    if state.stage is Stage.WAIT:
        return _wait(state, t, s, movement, by), None
    if t - state.pull_time > movement.seconds[1] and state.stage is Stage.PULL:
        return _rest(state, t, s), None
    if state.stage is Stage.PULL:
        return _pull(state, t, s, movement, by), None
    return _return(state, t, s, movement, by)


def _unseen(state: Detector, t: float, movement: Movement) -> tuple[Detector, Turn | None]:
    """Nothing is seen: a blink changes nothing, after an absence all begins afresh."""
    if not t - state.seen > MAX_GAP:
        return state, None
    _, turn = close(replace(state, seen=t), movement)
    return Detector(ranges=state.ranges, seen=state.seen), turn


def _jumped(state: Detector, t: float, s: float) -> bool:
    """Whether no arm moves like that."""
    if not state.recent:
        return False
    before, value = state.recent[-1]
    return bool(abs(s - value) > JUMP + FASTEST * (t - before))


def _rest(state: Detector, t: float, s: float) -> Detector:
    """Wait for the next pull from here."""
    return replace(state, stage=Stage.WAIT, base=s, base_time=t, top=-np.inf, low=np.inf)


def _wait(state: Detector, t: float, s: float, movement: Movement, by: Hysteresis) -> Detector:
    size = max(movement.least, state.usual)
    # The last frame at the bottom is where the pull begins, not the first; and a rest higher up,
    # as after settling into position, is a new bottom.
    if s <= state.base + 0.02 * size:
        state = replace(state, base=min(s, state.base), base_time=t)
    elif _is_still(state, RESTING * size):
        state = replace(state, base=min(v for _, v in state.recent), base_time=t)
    if s - state.base > by.enter * size:
        base = max(state.base, s - LARGEST)
        return replace(
            state, stage=Stage.PULL, base=base, pull_time=t, top=s, top_time=t, low=np.inf,
            rest=np.nan,
        )  # fmt: skip
    return state


def _pull(state: Detector, t: float, s: float, movement: Movement, by: Hysteresis) -> Detector:
    size = max(movement.least, state.usual)
    if s - state.rest > by.enter * size:
        # It was no peak that was held, but the start: somebody has settled into position.
        state = replace(state, base=state.rest, base_time=state.rest_time, rest=np.nan)
    elif _is_still(state, STILL[1] * size):
        state = replace(state, rest=max(v for _, v in state.recent), rest_time=t)
    if s > state.top:
        return replace(state, top=s, top_time=t, base=max(state.base, s - LARGEST))
    if state.top - s > by.leave * (state.top - state.base):
        return replace(state, stage=Stage.RETURN, low=s, low_time=t)
    return state


def _return(
    state: Detector, t: float, s: float, movement: Movement, by: Hysteresis
) -> tuple[Detector, Turn | None]:
    if s < state.low:
        state = replace(state, low=s, low_time=t)
    rise = state.top - state.base
    returned = state.top - state.low > by.returned * rise
    if not returned:
        back_up = s > state.top - HOME * rise
        return (replace(state, stage=Stage.PULL, low=np.inf) if back_up else state), None
    home = state.low < state.base + HOME * rise and t - state.low_time >= SETTLED
    up_again = s > state.low + TURN * rise
    if not (home or up_again or _is_still(state, STILL[1] * rise)):
        return state, None
    turn = _turn(state, t)
    # The next pull may have begun already: its base is the low, not this frame.
    after = replace(
        state, stage=Stage.WAIT, base=state.low, base_time=state.low_time, top=-np.inf, low=np.inf
    )
    return _wait(after, t, s, movement, by), (turn if turn.rise >= state.enough(movement) else None)


def _turn(state: Detector, t: float) -> Turn:
    return Turn(
        start=state.base_time,
        top=state.top_time,
        low=state.low_time,
        known=t,
        rise=state.top - max(state.base, state.low),
    )


def close(state: Detector, movement: Movement) -> tuple[Detector, Turn | None]:
    """No more frames: what has mostly returned counts as returned."""
    if state.stage is not Stage.RETURN:
        return state, None
    turn = _turn(state, state.seen)
    back = state.top - state.low > (1 - JOINTS.leave) * (state.top - state.base)
    enough = turn.rise >= state.enough(movement)
    return _rest(state, state.seen, state.low), (turn if back and enough else None)


def _is_still(state: Detector, within: float) -> bool:
    """Whether the signal has rested for a while."""
    times, values = zip(*state.recent, strict=True)
    long_enough = times[-1] - times[0] >= 0.8 * STILL[0]
    return bool(long_enough and max(values) - min(values) <= within)
