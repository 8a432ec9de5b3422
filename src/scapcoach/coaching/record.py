"""A set of repetitions as files, pictures and pages show it: plain data, whoever coached it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import IntArray


@dataclass(frozen=True, slots=True)
class Column:
    """What a value of a repetition is.

    Attributes:
        name: as in tables.
        title: words for people.
        unit: "%", "deg" or "s".
        positive: what a greater value means.
    """

    name: str
    title: str
    unit: str
    positive: str

    @property
    def decimals(self) -> int:
        """Decimals worth showing: one for seconds, else none."""
        return 1 if self.unit == "s" else 0


@dataclass(frozen=True, slots=True)
class Number:
    """A number, or why there is none.

    Attributes:
        value, sigma: NaN where the status does not allow one.
        status, reason: as of a measure.
    """

    value: float
    sigma: float = np.nan
    status: Status = Status.OK
    reason: Reason = Reason.NONE

    @property
    def shown(self) -> bool:
        """Whether there is a number to show."""
        return self.status <= Status.RELATIVE and bool(np.isfinite(self.value))


@dataclass(frozen=True, slots=True)
class Label:
    """A name that was told, or why none was.

    Attributes:
        name: empty where it could not be told.
        chance: 0..1 that it is right; NaN without.
        status, reason: as of a measure.
    """

    name: str
    chance: float = np.nan
    status: Status = Status.OK
    reason: Reason = Reason.NONE


@dataclass(frozen=True, slots=True)
class RepRow:
    """One repetition.

    Attributes:
        number: from 1 on; partial: whether its range was much shorter than that of the others.
        start: seconds at which the pull begins; peak_start, peak_end: between which the far end
            is held; end: the return is over.
        amplitude: of the primary signal, in its unit.
        values: by the name of a `Column`.
        labels: grip and pull_angle.
        faults: keys of rules, most severe first.
        unjudged: key of a rule to why it could not be judged.
        score: 0..100 or NaN; points: of its parts, by the name of the value.
    """

    number: int
    start: float
    peak_start: float
    peak_end: float
    end: float
    amplitude: float = np.nan
    partial: bool = False
    values: Mapping[str, Number] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    unjudged: Mapping[str, Reason] = field(default_factory=dict)
    score: float = np.nan
    points: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A fault that the exercise knows, and how often it was seen.

    Attributes:
        key, title: of the rule; severity: 1 note, 2 minor, 3 major.
        faulty, judged: repetitions.
        measure: name of the value that it looks at.
    """

    key: str
    title: str
    severity: int
    faulty: int
    judged: int
    measure: str = ""


@dataclass(frozen=True, slots=True)
class CueLine:
    """One thing that was said.

    Attributes:
        t, until: seconds between which it stands on the screen.
        text: what was said.
        praise: whether it praised.
        fault: key of the rule; rep: after which repetition.
    """

    t: float
    until: float
    text: str
    praise: bool = False
    fault: str = ""
    rep: int = 0


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """One episode of one fault, over the repetitions that had it."""

    fault: str
    title: str
    severity: int
    start: float
    end: float
    reps: tuple[int, ...]
    recovered: bool


@dataclass(frozen=True, slots=True)
class TrendLine:
    """How a value went from the first repetition to the last.

    Attributes:
        name: of the value; change: last minus first, as fitted.
        clear: whether it is more than chance and sigma allow for.
    """

    name: str
    change: Number
    clear: bool


@dataclass(frozen=True, slots=True)
class Target:
    """Where a measure should be in a phase; infinite where there is no limit."""

    measure: str
    phase: str
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class SetRecord:
    """One set.

    Attributes:
        exercise: name; title: words for people; view, film: how to film it.
        focus: external or internal; load: kilograms, None unknown.
        columns: what the values of the repetitions are.
        reps, cues, episodes: in order of time.
        rules: faults that the exercise knows, with counts.
        trends: values that could be followed across the set.
        targets: of the exercise.
        means: by name of a value, over full repetitions that were judged absolutely.
        score: mean of the repetitions' scores, or NaN.
        best, worst: numbers of repetitions, 0 where they cannot be told apart; ranked_by: by what.
        grips: told, in order of appearance.
        next_time: one sentence; advice: what to change so that more can be judged.
        phases: names of the codes of `phase`; the first one is no phase and empty.
        phase, rep, count: (T,) of every frame: code, repetition in progress (0 none), finished
            so far.
    """

    exercise: str
    title: str
    view: str
    film: str
    focus: str
    load: float | None
    columns: tuple[Column, ...]
    reps: tuple[RepRow, ...]
    cues: tuple[CueLine, ...]
    episodes: tuple[EpisodeLine, ...]
    rules: tuple[RuleLine, ...]
    trends: tuple[TrendLine, ...]
    targets: tuple[Target, ...]
    means: Mapping[str, Number]
    score: float
    best: int
    worst: int
    ranked_by: str
    grips: tuple[str, ...]
    next_time: str
    advice: tuple[str, ...]
    phases: tuple[str, ...]
    phase: IntArray
    rep: IntArray
    count: IntArray

    @property
    def partial(self) -> int:
        """How many repetitions were partial."""
        return sum(rep.partial for rep in self.reps)

    def repetition(self, number: int) -> RepRow | None:
        """The repetition of that number."""
        return next((rep for rep in self.reps if rep.number == number), None)

    def column(self, name: str) -> Column:
        """The column of that name; one made up of the name where there is none."""
        known = next((column for column in self.columns if column.name == name), None)
        return known or Column(name, name.replace("_", " ").capitalize(), "", "")

    def rule_title(self, key: str) -> str:
        """Words for a fault."""
        return next((rule.title for rule in self.rules if rule.key == key), key)

    def cue_at(self, t: float) -> CueLine | None:
        """What is being said at a time."""
        return next((cue for cue in self.cues if cue.t <= t < cue.until), None)

    def targets_in(self, phase: str) -> dict[str, tuple[float, float]]:
        """Measure to (low, high) of the targets that hold in a phase."""
        return {t.measure: (t.low, t.high) for t in self.targets if t.phase == phase}
