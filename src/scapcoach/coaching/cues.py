"""The cue engine: a pure step from the latest verdicts to at most one cue.

In lifts, a cue comes at the end of a repetition, after two faulty ones of the last three that could
be judged. A fault is over after two good repetitions in a row; unclear ones neither raise nor clear
it. The most severe and most persistent fault comes first. The same fault is not cued again during
its cooldown, which grows with every cue and when success passes 80 %. In holds a fault must last
for a while, and is then cued at once. Time comes from the frames, never from a clock. The words of
a cue are in the exercise's file (coaching/exercises/*.toml: `external`, `internal`, `praise`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from scapcoach.coaching.exercise import Focus, Severity
from scapcoach.coaching.results import Cue, CueKind, Episode, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.coaching.exercise import Exercise, FaultRule


@dataclass(frozen=True, slots=True)
class CueConfig:
    """When cues are given [E], and how they are worded.

    Attributes:
        focus: external or internal wording.
        muted: give no cues; faults are still followed.
        window, needed: a fault is cued after `needed` faulty of the last `window` repetitions.
        clear: good repetitions in a row after which a fault is over.
        show: seconds for which a cue is shown; the next one waits for its end.
        cooldown: seconds before the same fault is cued again; doubled with every cue.
        fade_from: success over the last ten repetitions from which cues become rarer: none for
            minor faults, others after three times the cooldown.
        dwell: seconds for which a fault must last in a hold to be cued, and be absent to be over.
        dwells: longer times, by key of the fault.
    """

    focus: Focus = Focus.EXTERNAL
    muted: bool = False
    window: int = 3
    needed: int = 2
    clear: int = 2
    show: float = 3.5
    cooldown: float = 12.0
    fade_from: float = 0.8
    dwell: float = 1.0
    dwells: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class CueInput:
    """Verdicts on a finished repetition, or on a frame of a hold.

    Attributes:
        time: seconds; must increase.
        verdicts: by key of the fault.
        rep: number of the repetition; 0 in a hold.
        start, end: of the repetition, in seconds; NaN in a hold.
    """

    time: float
    verdicts: Mapping[str, Verdict]
    rep: int = 0
    start: float = float("nan")
    end: float = float("nan")


@dataclass(frozen=True, slots=True)
class FaultMemory:
    """The state of one fault.

    Attributes:
        past: the last ten judged repetitions, True for faulty; unclear ones are not faulty.
        spans: (number, start, end) of the faulty ones among the last few.
        good: good repetitions in a row.
        since: seconds at which the current verdict of a hold began.
        lasting: that verdict.
        episode: the current episode, if any.
        times_given: number of cues in this episode; last: time of the latest, -inf for none.
    """

    past: tuple[bool, ...] = ()
    spans: tuple[tuple[int, float, float], ...] = ()
    good: int = 0
    since: float = float("nan")
    lasting: Verdict = Verdict.UNJUDGED
    episode: Episode | None = None
    times_given: int = 0
    last: float = float("-inf")

    @property
    def success(self) -> float:
        """Share of the last ten judged repetitions without the fault; 0 before the fifth."""
        return 1 - sum(self.past) / len(self.past) if len(self.past) >= _MIN_JUDGED_REPS else 0.0


_REMEMBERED_REPS = 10
_MIN_JUDGED_REPS = 5
_FADED_FACTOR = 3.0


@dataclass(frozen=True, slots=True)
class CueState:
    """The state of the engine; `cue_step` returns the next one.

    Attributes:
        memories: by key of the fault.
        busy_until: seconds up to which a cue is shown.
        episodes: those that are over.
    """

    memories: Mapping[str, FaultMemory] = field(default_factory=lambda: MappingProxyType({}))
    busy_until: float = float("-inf")
    episodes: tuple[Episode, ...] = ()

    def all_episodes(self) -> tuple[Episode, ...]:
        """Finished and current episodes, by their start."""
        open_ = [t.episode for t in self.memories.values() if t.episode is not None]
        return tuple(
            sorted([*self.episodes, *open_], key=lambda episode: (episode.start, episode.fault))
        )


def cue_step(
    state: CueState, exercise: Exercise, config: CueConfig, seen_now: CueInput
) -> tuple[CueState, tuple[Cue, ...]]:
    """One step: new verdicts in, at most one cue out.

    Args:
        state: so far.
        exercise: whose rules the verdicts are of.
        config: when cues are given, and their wording.
        seen_now: what was seen.
    """
    memories, over = dict(state.memories), list(state.episodes)
    recovered: list[FaultRule] = []
    for rule in exercise.faults:
        memory = memories.get(rule.key, FaultMemory())
        seen = seen_now.verdicts.get(rule.key, Verdict.UNJUDGED)
        follow = _follow_rep if seen_now.rep else _follow_hold
        memory, ended = follow(memory, rule, config, seen_now, seen)
        if ended is not None:
            over.append(ended)
            if memory.times_given:
                recovered.append(rule)
            memory = replace(memory, times_given=0)
        memories[rule.key] = memory
    state = replace(state, memories=MappingProxyType(memories), episodes=tuple(over))
    if config.muted or seen_now.time < state.busy_until:
        return state, ()
    due = [r for r in exercise.faults if _is_due(memories[r.key], r, config, seen_now)]
    if due:
        rule = max(due, key=lambda r: r.severity * (1 + _faulty_count(memories[r.key], config)))
        memory = memories[rule.key]
        memories[rule.key] = replace(memory, times_given=memory.times_given + 1, last=seen_now.time)
        state = replace(state, memories=MappingProxyType(memories))
        return _say(state, exercise, config, seen_now, rule, CueKind.CORRECT)
    if recovered:
        return _say(state, exercise, config, seen_now, recovered[0], CueKind.PRAISE)
    return state, ()


def _follow_rep(
    memory: FaultMemory, rule: FaultRule, config: CueConfig, seen_now: CueInput, seen: Verdict
) -> tuple[FaultMemory, Episode | None]:
    """The state of a fault after a repetition, and the episode that it ended, if any."""
    if seen is Verdict.UNJUDGED:
        return memory, None
    faulty = seen is Verdict.FAULTY
    spans = memory.spans
    if faulty:
        spans = (*spans, (seen_now.rep, seen_now.start, seen_now.end))[-config.window :]
    good = memory.good + 1 if seen is Verdict.GOOD else 0
    memory = replace(
        memory, past=(*memory.past, faulty)[-_REMEMBERED_REPS:], spans=spans, good=good
    )
    if memory.episode is not None:
        if good >= config.clear:
            ended = replace(memory.episode, recovered=True)
            return replace(memory, episode=None, spans=()), ended
        if faulty:
            longer = replace(
                memory.episode, end=seen_now.end, reps=(*memory.episode.reps, seen_now.rep)
            )
            memory = replace(memory, episode=longer)
    elif faulty and _faulty_count(memory, config) >= config.needed:
        recent = memory.spans[-_faulty_count(memory, config) :]
        episode = Episode(
            rule.key, rule.title, rule.severity, recent[0][1], seen_now.end,
            tuple(number for number, _, _ in recent),
        )  # fmt: skip
        memory = replace(memory, episode=episode)
    return memory, None


def _follow_hold(
    memory: FaultMemory, rule: FaultRule, config: CueConfig, seen_now: CueInput, seen: Verdict
) -> tuple[FaultMemory, Episode | None]:
    """The state of a fault after a frame of a hold, and the episode that it ended, if any.

    An unclear verdict changes nothing; a frame without judgement only interrupts the duration.
    """
    if seen is Verdict.UNCLEAR:
        return memory, None
    if seen is not memory.lasting:
        return replace(memory, lasting=seen, since=seen_now.time), None
    lasted = seen_now.time - memory.since
    episode = memory.episode
    if seen is Verdict.GOOD and episode is not None and lasted >= config.dwell:
        return replace(memory, episode=None), replace(episode, recovered=True)
    if seen is Verdict.FAULTY:
        if episode is not None:
            episode = replace(episode, end=seen_now.time)
        elif lasted >= _dwell(rule, config):
            episode = Episode(rule.key, rule.title, rule.severity, memory.since, seen_now.time, ())
    return replace(memory, episode=episode), None


def _dwell(rule: FaultRule, config: CueConfig) -> float:
    """Seconds for which this fault must last in a hold."""
    return config.dwells.get(rule.key, config.dwell)


def _faulty_count(memory: FaultMemory, config: CueConfig) -> int:
    """Number of faulty repetitions among the last few."""
    return sum(memory.past[-config.window :])


def _is_due(memory: FaultMemory, rule: FaultRule, config: CueConfig, seen_now: CueInput) -> bool:
    """Whether this fault may be cued now."""
    if seen_now.verdicts.get(rule.key) is not Verdict.FAULTY or memory.episode is None:
        return False
    if not seen_now.rep and not seen_now.time - memory.since >= _dwell(rule, config):
        return False
    faded = seen_now.rep > 0 and memory.success >= config.fade_from
    if faded and rule.severity < Severity.MAJOR:
        return False
    wait = config.cooldown * 2 ** max(memory.times_given - 1, 0) * (_FADED_FACTOR if faded else 1.0)
    return bool(seen_now.time - memory.last >= wait)


def _say(
    state: CueState, exercise: Exercise, config: CueConfig, seen_now: CueInput, rule: FaultRule,
    kind: CueKind,
) -> tuple[CueState, tuple[Cue, ...]]:  # fmt: skip
    words, severity = rule.words(config.focus), rule.severity
    if kind is CueKind.PRAISE:
        words, severity = rule.praise, Severity.NOTE
    until = seen_now.time + config.show
    cue = Cue(seen_now.time, until, exercise.name, rule.key, words, severity, kind, seen_now.rep)
    return replace(state, busy_until=until), (cue,)
