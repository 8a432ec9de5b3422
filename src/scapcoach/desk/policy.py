"""When to alert: a pure function from posture samples to events, with time from the samples.

    memory, events = step(memory, policy, sample)

A hunch is reported when 70 % of the last 60 s were beyond the threshold, and is over after 10 s
below 60 % of the threshold. There is one alert per episode, at least ten minutes between alerts, at
most four an hour, and none while snoozed. Reminders to take a break do not depend on posture. Time
that could not be judged never adds to an alert.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from scapcoach.desk import SENSITIVITIES
from scapcoach.measures.registry import MARKED, MILD

#: Seconds that one sample represents at most: what happened in a longer gap is not known.
LONGEST_STEP: Final = 6.0

#: How hunched is hunched: the score beyond which a moment counts, by sensitivity.
THRESHOLDS: Final = dict(zip(SENSITIVITIES, (MARKED, (MILD + MARKED) / 2, MILD), strict=True))


class DeskState(StrEnum):
    """State of a second at the desk; the values are stored in the history."""

    GOOD = "good"
    MILD = "mild"
    MARKED = "marked"
    UNKNOWN = "unknown"
    AWAY = "away"
    PAUSED = "paused"


class NoticeKind(StrEnum):
    """What a notice is about."""

    HUNCH = "hunch"
    ASK = "ask"  # hunched, or a lowered chair: only the person knows
    BREAK = "break"
    RECHECK = "recheck"  # the baseline no longer fits
    RECOVERED = "recovered"  # no alert: an episode is over


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds, all [E]: starting values that the bench confirmed.

    The figures are in docs/reference/desk_accuracy.md.

    Attributes:
        threshold: score above which a second is hunched.
        window: seconds remembered.
        share: share of the window that has to be hunched.
        clear_after: seconds below `clear_share` times the threshold that end an episode.
        clear_share: share of the threshold.
        cooldown: seconds between two alerts.
        per_hour: most alerts in any hour.
        break_every: seconds at the desk without a break after which one is suggested; 0 never.
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
class PostureSample:
    """What one look found.

    Attributes:
        t: seconds of a clock that never jumps.
        present: whether anybody is there.
        score: 0 to 100 and above; None where it could not be judged.
        chair: whether a lowered chair would look the same.
    """

    t: float
    present: bool
    score: float | None = None
    chair: bool = False

    @property
    def state(self) -> DeskState:
        """The state of this moment."""
        if not self.present:
            return DeskState.AWAY
        if self.score is None:
            return DeskState.UNKNOWN
        if self.score >= MARKED:
            return DeskState.MARKED
        return DeskState.MILD if self.score >= MILD else DeskState.GOOD


@dataclass(frozen=True, slots=True)
class Event:
    """Something to report, or to store.

    Attributes:
        kind: what.
        t: when, on the samples' clock, seconds.
        seconds: how long the person has been hunched (within the window), or at the desk.
    """

    kind: NoticeKind
    t: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that `step` remembers; its size is bounded, however long the day.

    Attributes:
        t: time of the last sample, None before the first.
        hunched_parts: (end, seconds, like a chair) of the hunched parts of the window.
        episode: whether a hunch was reported and is not over yet.
        calm: seconds below the clearing threshold during an episode.
        alert_times: times of the posture alerts of the last hour.
        snoozed_until: no alerts before this time.
        absent: seconds for which nobody has been seen.
        sitting: seconds at the desk since the last break or the last reminder to take one.
        break_start: when the current absence began, None while somebody is there.
    """

    t: float | None = None
    hunched_parts: tuple[tuple[float, float, bool], ...] = ()
    episode: bool = False
    calm: float = 0.0
    alert_times: tuple[float, ...] = ()
    snoozed_until: float = -1e18
    absent: float = 0.0
    sitting: float = 0.0
    break_start: float | None = None

    @property
    def hunched(self) -> float:
        """Seconds above the threshold within the window."""
        return sum(seconds for _, seconds, _ in self.hunched_parts)


def snooze(memory: Memory, until: float) -> Memory:
    """Give no alerts before `until`, seconds on the samples' clock."""
    return replace(memory, snoozed_until=until)


def forget_posture(memory: Memory) -> Memory:
    """Forget the posture so far: after a new baseline, or when the person answered a question."""
    return replace(memory, hunched_parts=(), episode=False, calm=0.0)


def add_unwatched(memory: Memory, policy: Policy, seconds: float) -> Memory:
    """Add seconds that were not watched (locked screen, pause); enough of them are a break."""
    if seconds < policy.break_length:
        return memory
    return replace(forget_posture(memory), sitting=0.0)


def step(memory: Memory, policy: Policy, sample: PostureSample) -> tuple[Memory, tuple[Event, ...]]:
    """Advance by one sample.

    Args:
        memory: as returned for the previous sample; `Memory()` at the start.
        policy: usually the same each time; the person may change it between samples.
        sample: later than the previous one.

    Returns:
        The new memory, and the events, most urgent first.

    Raises:
        ValueError: the sample is earlier than the previous one.
    """
    passed = 0.0 if memory.t is None else min(sample.t - memory.t, LONGEST_STEP)
    if passed < 0:
        raise ValueError(f"samples must come in order: {sample.t} after {memory.t}")
    memory = _presence(replace(memory, t=sample.t), policy, sample, passed)
    memory, recovered = _posture(memory, policy, sample, passed)
    events = [Event(NoticeKind.RECOVERED, sample.t, 0.0)] if recovered else []
    snoozed = sample.t < memory.snoozed_until
    if not snoozed and _hunch_is_due(memory, policy, sample.t):
        chairs = sum(seconds for _, seconds, chair in memory.hunched_parts if chair)
        kind = NoticeKind.ASK if chairs > memory.hunched / 2 else NoticeKind.HUNCH
        events.append(Event(kind, sample.t, memory.hunched))
        memory = replace(
            memory, episode=True, calm=0.0, alert_times=(*memory.alert_times, sample.t)
        )
    break_due = bool(policy.break_every) and memory.sitting >= policy.break_every
    # One event at a time: the break can wait for the next sample.
    if break_due and sample.present and not snoozed and not events:
        events.append(Event(NoticeKind.BREAK, sample.t, memory.sitting))
        memory = replace(memory, sitting=0.0)
    return memory, tuple(events)


def _presence(memory: Memory, policy: Policy, sample: PostureSample, passed: float) -> Memory:
    """Update the absence and the time at the desk."""
    if sample.present:
        break_over = memory.absent >= policy.break_length
        sitting = passed if break_over else memory.sitting + passed
        return replace(memory, absent=0.0, sitting=sitting, break_start=None)
    start = memory.break_start if memory.break_start is not None else sample.t
    # Looks may be far apart while nobody is there, so absence is measured from its start.
    return replace(memory, absent=sample.t - start, break_start=start)


def _posture(
    memory: Memory, policy: Policy, sample: PostureSample, passed: float
) -> tuple[Memory, bool]:
    """Advance the window; also returns whether an episode has ended by recovery."""
    start = sample.t - policy.window
    parts = tuple(part for part in memory.hunched_parts if part[0] > start)
    alert_times = tuple(t for t in memory.alert_times if t > sample.t - 3600)
    hunched = sample.score is not None and sample.score > policy.threshold
    if hunched and passed:
        parts = (*parts, (sample.t, passed, sample.chair))
    memory = replace(memory, hunched_parts=parts, alert_times=alert_times)
    if memory.absent >= policy.away_after:
        # After an absence everything starts again, and leaving is not reported as recovery.
        return replace(memory, hunched_parts=(), episode=False, calm=0.0), False
    if not memory.episode or sample.score is None:
        return memory, False
    if sample.score >= policy.clear_share * policy.threshold:
        return replace(memory, calm=0.0), False
    calm = memory.calm + passed
    if calm < policy.clear_after:
        return replace(memory, calm=calm), False
    return replace(memory, episode=False, calm=0.0, hunched_parts=()), True


def _hunch_is_due(memory: Memory, policy: Policy, t: float) -> bool:
    if memory.episode or memory.hunched < policy.share * policy.window:
        return False
    if memory.alert_times and t - memory.alert_times[-1] < policy.cooldown:
        return False
    return len(memory.alert_times) < policy.per_hour
