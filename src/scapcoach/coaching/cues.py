"""The cue engine: a pure step from what was just seen to what, if anything, is said.

One cue at a time. Lifting cues come when a repetition is over, after two faulty ones of the last
three that could be judged; a fault is over when two in a row are good, and what lies between
neither raises nor clears it. The most severe and most persistent fault comes first; the same one
is not said again before its cooldown is over, which grows as it is repeated and as success passes
80 %. In holds a fault has to last for a while and is told at once. Time is taken from what was
seen, never from a clock.
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
        muted: say nothing; faults are still followed.
        window, needed: a fault is told after `needed` faulty of the last `window` repetitions.
        clear: good repetitions in a row after which a fault is over.
        show: seconds for which a cue is shown; the next one waits for its end.
        cooldown: seconds before the same fault is told again; doubled with every time.
        fade_from: success over the last ten repetitions from which cues fade: minor faults are
            no longer told, others after three times the cooldown.
        dwell: seconds for which a fault has to last in a hold, and to be gone to be over.
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
class Moment:
    """What was seen: a repetition that is over, or a frame of a hold.

    Attributes:
        time: seconds; must grow.
        verdicts: by key of the fault.
        rep: number of the repetition; 0 in a hold.
        start, end: of the repetition; of the frame in a hold.
    """

    time: float
    verdicts: Mapping[str, Verdict]
    rep: int = 0
    start: float = float("nan")
    end: float = float("nan")


@dataclass(frozen=True, slots=True)
class Trail:
    """What the engine remembers of one fault.

    Attributes:
        past: the last ten judged repetitions, True faulty; unclear ones count as not faulty.
        spans: (number, start, end) of the faulty ones among the last few.
        good: good repetitions in a row.
        since: seconds from which a fault, or its absence, has lasted in a hold.
        lasting: what has lasted since then.
        episode: the episode going on, if any.
        told: how often it was told in this episode; last: when, -inf never.
    """

    past: tuple[bool, ...] = ()
    spans: tuple[tuple[int, float, float], ...] = ()
    good: int = 0
    since: float = float("nan")
    lasting: Verdict = Verdict.UNJUDGED
    episode: Episode | None = None
    told: int = 0
    last: float = float("-inf")

    @property
    def success(self) -> float:
        """Share of the last ten repetitions without the fault; 0 before the fifth."""
        return 1 - sum(self.past) / len(self.past) if len(self.past) >= _ENOUGH else 0.0


_REMEMBERED = 10
_ENOUGH = 5
_FADED = 3.0


@dataclass(frozen=True, slots=True)
class CueState:
    """The engine's memory; `cue_step` gives the next one.

    Attributes:
        trails: by key of the fault.
        busy_until: seconds up to which a cue is shown.
        episodes: those that are over.
    """

    trails: Mapping[str, Trail] = field(default_factory=lambda: MappingProxyType({}))
    busy_until: float = float("-inf")
    episodes: tuple[Episode, ...] = ()

    def all_episodes(self) -> tuple[Episode, ...]:
        """Episodes that are over and those that still go on, by their start."""
        open_ = [t.episode for t in self.trails.values() if t.episode is not None]
        return tuple(
            sorted([*self.episodes, *open_], key=lambda episode: (episode.start, episode.fault))
        )


def cue_step(
    state: CueState, exercise: Exercise, config: CueConfig, moment: Moment
) -> tuple[CueState, tuple[Cue, ...]]:
    """One step: what was seen in, at most one cue out.

    Args:
        state: so far.
        exercise: whose rules the verdicts are of.
        config: when cues are given and how.
        moment: what was seen.
    """
    trails, over = dict(state.trails), list(state.episodes)
    recovered: list[FaultRule] = []
    for rule in exercise.faults:
        trail = trails.get(rule.key, Trail())
        seen = moment.verdicts.get(rule.key, Verdict.UNJUDGED)
        follow = _follow_rep if moment.rep else _follow_hold
        trail, ended = follow(trail, rule, config, moment, seen)
        if ended is not None:
            over.append(ended)
            if trail.told:
                recovered.append(rule)
            trail = replace(trail, told=0)
        trails[rule.key] = trail
    state = replace(state, trails=MappingProxyType(trails), episodes=tuple(over))
    if config.muted or moment.time < state.busy_until:
        return state, ()
    due = [r for r in exercise.faults if _is_due(trails[r.key], r, config, moment)]
    if due:
        rule = max(due, key=lambda r: r.severity * (1 + _faulty(trails[r.key], config)))
        return _say(state, exercise, config, moment, rule)
    if recovered:
        return _praise(state, exercise, config, moment, recovered[0])
    return state, ()


def _follow_rep(
    trail: Trail, rule: FaultRule, config: CueConfig, moment: Moment, seen: Verdict
) -> tuple[Trail, Episode | None]:
    """The trail after a repetition, and the episode that it ended, if any."""
    if seen is Verdict.UNJUDGED:
        return trail, None
    faulty = seen is Verdict.FAULTY
    spans = trail.spans
    if faulty:
        spans = (*spans, (moment.rep, moment.start, moment.end))[-config.window :]
    good = trail.good + 1 if seen is Verdict.GOOD else 0
    trail = replace(trail, past=(*trail.past, faulty)[-_REMEMBERED:], spans=spans, good=good)
    if trail.episode is not None:
        if good >= config.clear:
            ended = replace(trail.episode, recovered=True)
            return replace(trail, episode=None, spans=()), ended
        if faulty:
            longer = replace(trail.episode, end=moment.end, reps=(*trail.episode.reps, moment.rep))
            trail = replace(trail, episode=longer)
    elif faulty and _faulty(trail, config) >= config.needed:
        recent = trail.spans[-_faulty(trail, config) :]
        episode = Episode(
            rule.key, rule.title, rule.severity, recent[0][1], moment.end,
            tuple(number for number, _, _ in recent),
        )  # fmt: skip
        trail = replace(trail, episode=episode)
    return trail, None


def _follow_hold(
    trail: Trail, rule: FaultRule, config: CueConfig, moment: Moment, seen: Verdict
) -> tuple[Trail, Episode | None]:
    """The trail after a frame of a hold, and the episode that it ended, if any.

    What is unclear changes nothing; what cannot be judged only stops the clock.
    """
    if seen is Verdict.UNCLEAR:
        return trail, None
    if seen is not trail.lasting:
        return replace(trail, lasting=seen, since=moment.time), None
    lasted = moment.time - trail.since
    episode = trail.episode
    if seen is Verdict.GOOD and episode is not None and lasted >= config.dwell:
        return replace(trail, episode=None), replace(episode, recovered=True)
    if seen is Verdict.FAULTY:
        if episode is not None:
            episode = replace(episode, end=moment.time)
        elif lasted >= _dwell(rule, config):
            episode = Episode(rule.key, rule.title, rule.severity, trail.since, moment.time, ())
    return replace(trail, episode=episode), None


def _dwell(rule: FaultRule, config: CueConfig) -> float:
    """Seconds for which this fault has to last in a hold."""
    return config.dwells.get(rule.key, config.dwell)


def _faulty(trail: Trail, config: CueConfig) -> int:
    """Faulty repetitions among the last few."""
    return sum(trail.past[-config.window :])


def _is_due(trail: Trail, rule: FaultRule, config: CueConfig, moment: Moment) -> bool:
    """Whether this fault may be told now."""
    if moment.verdicts.get(rule.key) is not Verdict.FAULTY or trail.episode is None:
        return False
    if not moment.rep and not moment.time - trail.since >= _dwell(rule, config):
        return False
    faded = moment.rep > 0 and trail.success >= config.fade_from
    if faded and rule.severity < Severity.MAJOR:
        return False
    wait = config.cooldown * 2 ** max(trail.told - 1, 0) * (_FADED if faded else 1.0)
    return bool(moment.time - trail.last >= wait)


def _say(
    state: CueState, exercise: Exercise, config: CueConfig, moment: Moment, rule: FaultRule
) -> tuple[CueState, tuple[Cue, ...]]:
    until = moment.time + config.show
    cue = Cue(
        moment.time, until, exercise.name, rule.key, rule.words(config.focus), rule.severity,
        CueKind.CORRECT, moment.rep,
    )  # fmt: skip
    trail = state.trails[rule.key]
    told = replace(trail, told=trail.told + 1, last=moment.time)
    trails = MappingProxyType({**state.trails, rule.key: told})
    return replace(state, trails=trails, busy_until=until), (cue,)


def _praise(
    state: CueState, exercise: Exercise, config: CueConfig, moment: Moment, rule: FaultRule
) -> tuple[CueState, tuple[Cue, ...]]:
    until = moment.time + config.show
    cue = Cue(
        moment.time, until, exercise.name, rule.key, rule.praise, Severity.NOTE,
        CueKind.PRAISE, moment.rep,
    )  # fmt: skip
    return replace(state, busy_until=until), (cue,)
