"""When to speak: a pure step from readings to alerts, its time taken from the reading.

    state, events = step(state, policy, reading)

A hunch counts when 70 % of the last 60 s lie beyond the threshold, and is over after 10 s
below 60 % of it; one alert an episode, ten minutes between alerts, four an hour at most, snooze.
Reminders to take a break do not depend on posture. Time that could not be judged never counts
towards an alert.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from scapcoach.measures.registry import MARKED, MILD

#: A reading stands for at most so many seconds: what comes after a pause is not known.
LONGEST_STEP: Final = 6.0

#: How hunched is hunched: the score beyond which a moment counts, by sensitivity.
THRESHOLDS: Final = {"low": MARKED, "normal": (MILD + MARKED) / 2, "high": MILD}


class State(StrEnum):
    """What a second at the desk was; the names are those of the history."""

    GOOD = "good"
    MILD = "mild"
    MARKED = "marked"
    UNKNOWN = "unknown"
    AWAY = "away"
    PAUSED = "paused"


class Kind(StrEnum):
    """What there is to say."""

    HUNCH = "hunch"
    ASK = "ask"  # hunched, or a lowered chair: the person knows
    BREAK = "break"
    RECHECK = "recheck"  # the baseline no longer fits
    RECOVERED = "recovered"  # nothing to alert; an episode is over


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds, all [E]: starting values of the design, kept by the bench (docs/desk.md).

    Attributes:
        threshold: score beyond which a second counts as hunched.
        window: seconds looked back on.
        share: of the window that has to be hunched.
        clear_after: seconds below `clear_share` of the threshold that end an episode.
        clear_share: of the threshold.
        cooldown: seconds between two alerts.
        per_hour: alerts in any hour, at most.
        break_every: seconds at the desk without a break after which one is proposed; 0 never.
        break_length: seconds away that make a break.
        away_after: seconds without anybody after which the person is away.
    """

    threshold: float = 50.0
    window: float = 60.0
    share: float = 0.7
    clear_after: float = 10.0
    clear_share: float = 0.6
    cooldown: float = 600.0
    per_hour: int = 4
    break_every: float = 1800.0
    break_length: float = 60.0
    away_after: float = 10.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look saw.

    Attributes:
        t: seconds of a clock that never jumps.
        present: whether anybody is there.
        score: 0 to 100 and beyond; None where it could not be judged.
        chair: whether a lowered chair would look the same.
    """

    t: float
    present: bool
    score: float | None = None
    chair: bool = False

    @property
    def state(self) -> State:
        """What this moment is, by itself."""
        if not self.present:
            return State.AWAY
        if self.score is None:
            return State.UNKNOWN
        if self.score >= MARKED:
            return State.MARKED
        return State.MILD if self.score >= MILD else State.GOOD


@dataclass(frozen=True, slots=True)
class Event:
    """Something to say, or to write down.

    Attributes:
        kind: what.
        t: when, on the readings' clock.
        seconds: how long the person has been hunched (in the window), or at the desk.
    """

    kind: Kind
    t: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Memory:
    """All that `step` remembers; bounded, whatever the length of the day.

    Attributes:
        t: of the last reading, None before the first.
        beyond: (end, seconds, like a chair) of the hunched stretches within the window.
        episode: whether a hunch was told and is not over yet.
        calm: seconds below the clearing threshold, while an episode lasts.
        told: times of the posture alerts of the last hour.
        snoozed_until: no alerts before this time.
        absent: seconds for which nobody has been seen.
        sitting: seconds at the desk since the last break or the last reminder of one.
        break_start: when the present absence began, None while somebody is there.
    """

    t: float | None = None
    beyond: tuple[tuple[float, float, bool], ...] = ()
    episode: bool = False
    calm: float = 0.0
    told: tuple[float, ...] = ()
    snoozed_until: float = -1e18
    absent: float = 0.0
    sitting: float = 0.0
    break_start: float | None = None

    @property
    def hunched(self) -> float:
        """Seconds beyond the threshold within the window."""
        return sum(seconds for _, seconds, _ in self.beyond)


def snooze(memory: Memory, until: float) -> Memory:
    """No alerts before `until`, on the readings' clock."""
    return replace(memory, snoozed_until=until)


def forgive(memory: Memory) -> Memory:
    """The posture so far is no matter: after a new baseline, or the answer to a question."""
    return replace(memory, beyond=(), episode=False, calm=0.0)


def unwatched(memory: Memory, policy: Policy, seconds: float) -> Memory:
    """Nobody watched for so long (a locked screen, a pause): long enough, it counts as a break."""
    if seconds < policy.break_length:
        return memory
    return replace(forgive(memory), sitting=0.0)


def step(memory: Memory, policy: Policy, reading: Reading) -> tuple[Memory, tuple[Event, ...]]:
    """One reading on.

    Args:
        memory: as returned for the reading before; `Memory()` at the start.
        policy: the same all along, or changed by the person in between.
        reading: later than the one before.

    Returns:
        The new memory, and what there is to say, most urgent first.
    """
    passed = 0.0 if memory.t is None else min(reading.t - memory.t, LONGEST_STEP)
    if passed < 0:
        raise ValueError(f"readings must come in order: {reading.t} after {memory.t}")
    memory = _presence(replace(memory, t=reading.t), policy, reading, passed)
    memory, recovered = _posture(memory, policy, reading, passed)
    events = [Event(Kind.RECOVERED, reading.t, 0.0)] if recovered else []
    asleep = reading.t < memory.snoozed_until
    if not asleep and _hunch_is_due(memory, policy, reading.t):
        chairs = sum(seconds for _, seconds, chair in memory.beyond if chair)
        kind = Kind.ASK if chairs > memory.hunched / 2 else Kind.HUNCH
        events.append(Event(kind, reading.t, memory.hunched))
        memory = replace(memory, episode=True, calm=0.0, told=(*memory.told, reading.t))
    tired = bool(policy.break_every) and memory.sitting >= policy.break_every
    # One thing at a time: the break can wait for the next reading.
    if tired and reading.present and not asleep and not events:
        events.append(Event(Kind.BREAK, reading.t, memory.sitting))
        memory = replace(memory, sitting=0.0)
    return memory, tuple(events)


def _presence(memory: Memory, policy: Policy, reading: Reading, passed: float) -> Memory:
    """Count absence and time at the desk."""
    if reading.present:
        rested = memory.absent >= policy.break_length
        sitting = passed if rested else memory.sitting + passed
        return replace(memory, absent=0.0, sitting=sitting, break_start=None)
    start = memory.break_start if memory.break_start is not None else reading.t
    # A pause between two looks may be long while nobody is there: the start tells.
    return replace(memory, absent=reading.t - start, break_start=start)


def _posture(
    memory: Memory, policy: Policy, reading: Reading, passed: float
) -> tuple[Memory, bool]:
    """Move the window on; whether an episode has ended by recovery."""
    start = reading.t - policy.window
    beyond = tuple(part for part in memory.beyond if part[0] > start)
    told = tuple(t for t in memory.told if t > reading.t - 3600)
    hunched = reading.score is not None and reading.score > policy.threshold
    if hunched and passed:
        beyond = (*beyond, (reading.t, passed, reading.chair))
    memory = replace(memory, beyond=beyond, told=told)
    if memory.absent >= policy.away_after:
        # Who comes back begins anew, and was not praised for leaving.
        return replace(memory, beyond=(), episode=False, calm=0.0), False
    if not memory.episode or reading.score is None:
        return memory, False
    if reading.score >= policy.clear_share * policy.threshold:
        return replace(memory, calm=0.0), False
    calm = memory.calm + passed
    if calm < policy.clear_after:
        return replace(memory, calm=calm), False
    return replace(memory, episode=False, calm=0.0, beyond=()), True


def _hunch_is_due(memory: Memory, policy: Policy, t: float) -> bool:
    if memory.episode or memory.hunched < policy.share * policy.window:
        return False
    if memory.told and t - memory.told[-1] < policy.cooldown:
        return False
    return len(memory.told) < policy.per_hour
