"""Results of coaching: phases, repetitions with values, faults, cues, and a summary of the set.

Every observation is a `Value`: value, sigma, status and reason, as in the measures. Where the
status does not allow a value, it is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import IntArray
    from scapcoach.coaching.exercise import Exercise, FaultRule, Focus, Severity


@dataclass(frozen=True, slots=True)
class Value:
    """One observed number of a repetition.

    Attributes:
        value: NaN where the status does not allow one.
        sigma: one standard deviation, same unit; NaN where `value` is.
        status: how it may be used.
        reason: NONE where the status is ``ok``.
    """

    value: float
    sigma: float
    status: Status = Status.OK
    reason: Reason = Reason.NONE

    @classmethod
    def withheld(cls, reason: Reason, status: Status = Status.NOT_OBSERVABLE) -> Value:
        """No number, with the reason."""
        return cls(float("nan"), float("nan"), status, reason)

    @property
    def judged(self) -> bool:
        """Whether there is a number, absolute or relative."""
        return self.status <= Status.RELATIVE and bool(np.isfinite(self.value))

    @property
    def absolute(self) -> bool:
        """Whether the number may be compared with a target."""
        return self.status == Status.OK


@dataclass(frozen=True, slots=True)
class Label:
    """One observed category of a repetition: the grip, or the angle of pull.

    Attributes:
        name: e.g. "pronated"; empty where it is withheld.
        chance: probability 0..1 that the name is right, from the sigma of its angle; NaN without.
        status, reason: as of a `Value`.
    """

    name: str
    chance: float
    status: Status = Status.OK
    reason: Reason = Reason.NONE

    @classmethod
    def withheld(cls, reason: Reason, status: Status = Status.NOT_OBSERVABLE) -> Label:
        """No name, with the reason."""
        return cls("", float("nan"), status, reason)


@dataclass(frozen=True, slots=True)
class Rep:
    """When one repetition happened.

    Attributes:
        number: from 1 on, partial ones included.
        start: seconds at which the pull begins; peak_start, peak_end: between which the peak is
            held; end: at which the return ends.
        start_frame, peak_start_frame, peak_end_frame, end_frame: the frames nearest to them.
        known: seconds at which the end of the repetition was detected, live; cues come from then
            on.
        amplitude: of the primary signal, in its unit.
        partial: whether the range was much shorter than that of the set's repetitions so far.
    """

    number: int
    start: float
    peak_start: float
    peak_end: float
    end: float
    start_frame: int
    peak_start_frame: int
    peak_end_frame: int
    end_frame: int
    known: float
    amplitude: float
    partial: bool = False


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a repetition's score.

    Attributes:
        measure: name of the value in `REP_VALUES`.
        title: words for people.
        weight: share of the whole, as in the exercise file.
        points: 0..100; NaN where the value is withheld or only relative.
        reason: why there are no points, else NONE.
    """

    measure: str
    title: str
    weight: float
    points: float
    reason: Reason = Reason.NONE


@dataclass(frozen=True, slots=True)
class Score:
    """A repetition's score and its parts.

    Attributes:
        total: 0..100, weighted mean of the parts that have points; NaN where these have less than
            70 % of the weight (`judge.MIN_SCORED`).
        parts: in the order of the exercise file.
    """

    total: float
    parts: tuple[ScorePart, ...] = ()


class Verdict(IntEnum):
    """Whether a repetition has a fault."""

    UNJUDGED = 0  # the value is withheld, or relative without being a share of the set's best
    GOOD = 1  # within the limit by one sigma
    UNCLEAR = 2  # too close to the limit, or too uncertain
    FAULTY = 3  # beyond the limit by one sigma


@dataclass(frozen=True, slots=True)
class RepValues:
    """One repetition with its values, faults and score.

    Attributes:
        rep: when.
        values: by name, all of `REP_VALUES` in their order; withheld ones with their reason.
        grip: always withheld: the landmarks do not show it (`grip.GRIP`).
        pull_angle: high, mid or low: direction of the load relative to the trunk.
        faults: rules of the exercise that it breaks, most severe first.
        verdicts: by key, for every fault of the exercise.
        score: with its parts.
    """

    rep: Rep
    values: Mapping[str, Value]
    grip: Label
    pull_angle: Label
    faults: tuple[FaultRule, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=lambda: MappingProxyType({}))
    score: Score = field(default_factory=lambda: Score(float("nan")))

    def __getitem__(self, name: str) -> Value:
        return self.values[name]


class CueKind(StrEnum):
    """The purpose of a cue."""

    CORRECT = "correct"
    PRAISE = "praise"


@dataclass(frozen=True, slots=True)
class Cue:
    """One message to the person; never two at once.

    Attributes:
        time: seconds at which it is given.
        until: seconds up to which it is shown.
        exercise: name of the exercise.
        fault: key of its fault.
        text: its words, in the chosen focus.
        severity: of the fault; NOTE for praise.
        kind: a correction, or praise on recovery.
        rep: number of the repetition after which it is given; 0 in a hold.
    """

    time: float
    until: float
    exercise: str
    fault: str
    text: str
    severity: Severity
    kind: CueKind = CueKind.CORRECT
    rep: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode of one fault, from the first faulty repetition to recovery.

    Attributes:
        fault: key; title: words for people; severity: of the rule.
        start, end: seconds, from the first faulty repetition's start to the last one's end.
        reps: numbers of the faulty repetitions.
        recovered: whether the fault was gone before the set ended.
    """

    fault: str
    title: str
    severity: Severity
    start: float
    end: float
    reps: tuple[int, ...]
    recovered: bool = False


@dataclass(frozen=True, slots=True)
class Trend:
    """Change of a value over the set.

    Attributes:
        measure: name in `REP_VALUES`.
        change: fitted value at the last repetition minus that at the first, in the value's unit.
        clear: whether the change is statistically significant and large enough to matter.
        sure: 0..1, probability that chance alone gives a smaller change (Student's t).
    """

    measure: str
    change: Value
    clear: bool
    sure: float


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How often a fault of the exercise occurred.

    Attributes:
        rule: of the exercise.
        faulty: repetitions that had it; judged: repetitions in which it could be judged.
    """

    rule: FaultRule
    faulty: int
    judged: int


@dataclass(frozen=True, slots=True)
class SetSummary:
    """Summary of a set in a few words and numbers.

    Attributes:
        reps: number of repetitions, partial ones included; partial: of them.
        score: mean of the repetitions' scores; NaN where none has one.
        means: by value name, over the full repetitions in which it was judged absolutely.
        faults: counts of every rule of the exercise, in its order.
        trends: of squeeze, peak retraction, hold and others (fade), where at least four repetitions
            show it.
        best, worst: numbers of these repetitions; 0 where they do not differ clearly.
        ranked_by: by what best and worst were ranked: "score" or the name of a value; may be empty.
        grips: names of observed grips, in order of appearance.
        next_time: one sentence, never empty.
        advice: what to change so that more can be judged, one sentence each; empty when all was.
        blades: what the surface of the back showed of the blades, one sentence each; empty for
            exercises without a squeeze and for sets without repetitions.
    """

    reps: int
    partial: int
    score: float
    means: Mapping[str, Value]
    faults: tuple[FaultCount, ...]
    trends: tuple[Trend, ...]
    best: int
    worst: int
    ranked_by: str
    grips: tuple[str, ...]
    next_time: str
    advice: tuple[str, ...]
    blades: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SetResult:
    """All results of coaching a recording.

    Attributes:
        exercise: that was coached.
        focus: wording of the cues.
        load: in kilograms, as the person gave it; None unknown.
        phase: (T,) `Phase` codes of the recording's frames.
        rep: (T,) number of the repetition in progress; 0 none.
        count: (T,) repetitions finished so far, as on the counter on the screen.
        reps: in order of time.
        cues: in order of time, never overlapping.
        episodes: of faults, in order of their start.
        summary: of the set.
    """

    exercise: Exercise
    focus: Focus
    load: float | None
    phase: IntArray
    rep: IntArray
    count: IntArray
    reps: tuple[RepValues, ...]
    cues: tuple[Cue, ...]
    episodes: tuple[Episode, ...]
    summary: SetSummary

    @property
    def partial(self) -> int:
        """How many repetitions were partial."""
        return sum(found.rep.partial for found in self.reps)

    def repetition(self, number: int) -> RepValues | None:
        """The repetition of that number."""
        return next((found for found in self.reps if found.rep.number == number), None)

    def unjudged(self, found: RepValues) -> dict[str, Reason]:
        """Keys of the rules that could not be judged in a repetition, each with the reason."""
        return {
            rule.key: found[rule.measure].reason
            for rule in self.exercise.faults
            if found.verdicts.get(rule.key) == Verdict.UNJUDGED
        }

    def cue_at(self, t: float) -> Cue | None:
        """The cue shown at a time, in seconds; None if there is none."""
        return next((cue for cue in self.cues if cue.time <= t < cue.until), None)
