"""`Exercise`: what a lift is, which faults it knows and what is said about them. All of it data.

The exercises themselves are TOML files in `coaching/exercises`; `coaching.library` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


class Phase(IntEnum):
    """Where in a repetition a frame lies; NONE outside of a set."""

    NONE = 0
    STRETCH = 1  # before the movement: arms long, bar racked on the shoulders, standing tall
    PULL = 2  # on the way to the peak: pulling, lowering the bar, pressing up
    PEAK = 3  # held at the far end
    RETURN = 4  # on the way back

    @property
    def label(self) -> str:
        """The name used in files: stretch, pull, peak, return; empty for NONE."""
        return "" if self is Phase.NONE else self.name.lower()


class Focus(StrEnum):
    """How cues are worded: the effect outside, for heavy work, or the body, for light work.

    Attention on the effect of a movement serves force and skill, attention on the muscle its use
    at light loads (Wulf 2013, Int Rev Sport Exerc Psychol 6:77; Schoenfeld et al. 2018, Eur J
    Sport Sci 18:705).
    """

    EXTERNAL = "external"
    INTERNAL = "internal"


class Severity(IntEnum):
    """How much a fault matters; a cue takes the most severe first."""

    NOTE = 1
    MINOR = 2
    MAJOR = 3


class ExerciseKind(StrEnum):
    """How an exercise is done."""

    REPS = "reps"  # there and back, many times
    HOLD = "hold"  # one position, kept


class Relation(StrEnum):
    """On which side of the limit a value is a fault."""

    ABOVE = "above"
    BELOW = "below"


#: What a file may call a quantity of arms, trunk and legs: name -> what it is and its unit.
JOINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "elbow": "bend of the elbows, degrees; 0 straight",
        "arm_forward": "upper arms from the trunk's downward line, degrees; forwards +, back -",
        "upper_arm": "upper arms from the trunk's downward line, degrees; 0 hanging, 180 overhead",
        "wrist_height": "wrists over the shoulders along the vertical, trunk lengths",
        "wrist_rise": "wrists over the hips in the picture, trunk lengths",
        "wrist_reach": "distance of the wrists from the shoulders, trunk lengths",
        "hip_height": "hips over the ankles, trunk lengths; about 1.6 standing",
        "knee": "bend of the knees, degrees; 0 straight",
        "trunk_tilt": "trunk from the vertical, whatever way, degrees",
        "chest_up": "how far the chest faces up: 1 lying on the back, 0 upright, -1 face down",
    }
)

#: What holds, which move no joint, are counted by, in per cent of the own range.
HELD: Final = "retraction"


@dataclass(frozen=True, slots=True)
class Movement:
    """What makes one repetition, or one hold, of this exercise.

    Attributes:
        full: quantity -> how much it changes from start to peak in one full repetition. The
            primary signal is the mean of the quantities, each as a share of its full change: it
            rises by about 1 in a full repetition, whichever way the quantities go. Several
            quantities see a movement from more sides than one.
        least: smallest share of a full repetition that can be one.
        seconds: shortest and longest time from the start of the pull to the end of the return.
        start, peak: quantity -> (low, high) that must hold at the start and at the peak.
        change: quantity -> (low, high) of its change from start to peak.
        travel, bob: trunk lengths that the hips may move sideways, and up and down, meanwhile;
            more is walking, or getting up.
        sag: share of the way back that still belongs to the peak, as in a shrug that goes up and
            then back; 0 where the peak is held as it is.
    """

    full: Mapping[str, float]
    least: float
    seconds: tuple[float, float]
    start: Mapping[str, tuple[float, float]]
    peak: Mapping[str, tuple[float, float]]
    change: Mapping[str, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    travel: float = 0.5
    bob: float = 0.5
    sag: float = 0.0


@dataclass(frozen=True, slots=True)
class Expected:
    """What a measure should be in a phase: the target on the gauges.

    Attributes:
        measure: name in the measures' registry.
        phase: in which it holds.
        low, high: in the measure's unit; infinite where there is no limit.
        note: in words.
    """

    measure: str
    phase: Phase
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class FaultRule:
    """When a repetition is faulty, and what is said then.

    Attributes:
        key: unique within the exercise.
        title: words for people, blaming nobody.
        measure: name in `coaching.specs.REP_VALUES`.
        relation, limit: faulty where the value is beyond the limit by at least one sigma.
        severity: 1 note, 2 minor, 3 major.
        external, internal: what is said, by focus.
        praise: what is said when it is done well again.
        next_time: half a sentence for "Next time: ...".
        evidence: where rule and limit come from.
    """

    key: str
    title: str
    measure: str
    relation: Relation
    limit: float
    severity: Severity
    external: str
    internal: str
    praise: str
    next_time: str
    evidence: str

    def words(self, focus: Focus) -> str:
        """What is said, in this focus."""
        return self.external if focus is Focus.EXTERNAL else self.internal

    def excess(self, value: float) -> float:
        """How far `value` is beyond the limit; negative within."""
        return value - self.limit if self.relation is Relation.ABOVE else self.limit - value


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """One part of a repetition's score: a straight line between two values.

    Attributes:
        measure: name in `coaching.specs.REP_VALUES`.
        weight: share of the whole.
        zero, full: values that give 0 and 100 points; beyond, points stay at 0 and 100.
    """

    measure: str
    weight: float
    zero: float
    full: float

    def points(self, value: float) -> float:
        """0..100; NaN for NaN."""
        return float(np.clip(100.0 * (value - self.zero) / (self.full - self.zero), 0.0, 100.0))


@dataclass(frozen=True, slots=True)
class Exercise:
    """A lift, as its file describes it.

    Attributes:
        name: as on the command line; aliases: other names for it.
        title, summary: words for people.
        kind: repetitions, or holds.
        pull: what the angle of pull is told from: "arms", or "" where it cannot be told.
        auto: whether it may be recognised by itself.
        view: recommended, as the views of the measures are called.
        film: how to film it, one sentence.
        movement: what counts as a repetition.
        expected: targets by phase.
        faults: in the order of the file.
        scores: parts of the score; weights sum up to 1.
        notes: what is allowed and is no fault, in words.
        evidence: sources of the whole.
        path: the file it was read from, or the name of the packaged one.
    """

    name: str
    title: str
    summary: str
    kind: ExerciseKind
    pull: str
    auto: bool
    view: str
    film: str
    movement: Movement
    expected: tuple[Expected, ...]
    faults: tuple[FaultRule, ...]
    scores: tuple[ScoreRule, ...]
    aliases: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    evidence: str = ""
    path: str = ""

    def fault(self, key: str) -> FaultRule:
        """The rule of that key."""
        return next(rule for rule in self.faults if rule.key == key)

    def targets(self, phase: Phase) -> dict[str, tuple[float, float]]:
        """Measure to (low, high) of the targets that hold in a phase."""
        return {e.measure: (e.low, e.high) for e in self.expected if e.phase is phase}
