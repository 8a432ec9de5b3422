"""`Exercise`: a movement, its faults and the cues about them, all as data.

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
    """The phase of a repetition in which a frame lies; NONE outside a set."""

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
    """Wording of cues: about the effect of the movement (heavy loads) or the body (light loads).

    Attention to the effect of a movement improves force and skill, attention to the muscle its
    activation at light loads (Wulf 2013, Int Rev Sport Exerc Psychol 6:77; Schoenfeld et al. 2018,
    Eur J Sport Sci 18:705).
    """

    EXTERNAL = "external"
    INTERNAL = "internal"


class Severity(IntEnum):
    """How much a fault matters; the most severe fault is cued first."""

    NOTE = 1
    MINOR = 2
    MAJOR = 3


class ExerciseKind(StrEnum):
    """Repetitions or holds."""

    REPS = "reps"  # there and back, many times
    HOLD = "hold"  # one position, held


class Relation(StrEnum):
    """On which side of the limit a value is a fault."""

    ABOVE = "above"
    BELOW = "below"


#: Quantities of arms, trunk and legs that a file may use: name -> meaning and unit.
MOVEMENT_QUANTITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "elbow": "bend of the elbows, degrees; 0 straight",
        "arm_forward": "upper arms from the trunk's downward line, degrees; forwards +, back -",
        "upper_arm": "upper arms from the trunk's downward line, degrees; 0 hanging, 180 overhead",
        "wrist_height": "wrists over the shoulders along the vertical, trunk lengths",
        "wrist_rise": "wrists over the hips in the picture, trunk lengths",
        "wrist_reach": "distance of the wrists from the shoulders, trunk lengths",
        "hip_height": "hips over the ankles, trunk lengths; about 1.6 standing",
        "knee": "bend of the knees, degrees; 0 straight",
        "trunk_tilt": "trunk from the vertical, in any direction, degrees",
        "chest_up": "how far the chest faces up: 1 lying on the back, 0 upright, -1 face down",
    }
)

#: The measure by which holds are counted, since they move no joint; per cent of personal range.
HOLD_MEASURE: Final = "retraction"


@dataclass(frozen=True, slots=True)
class Movement:
    """What makes one repetition, or one hold, of this exercise.

    Attributes:
        full: quantity -> its change from start to peak in one full repetition. The primary signal
            is the mean of the quantities, each as a share of its full change: it rises by about 1
            in a full repetition, whatever the signs of the changes. Several quantities make it less
            dependent on the view.
        least: smallest share of a full repetition that is a repetition.
        seconds: shortest and longest time from the start of the pull to the end of the return.
        start, peak: quantity -> (low, high) within which it must be at the start and at the peak.
        change: quantity -> (low, high) of its change from start to peak.
        travel, bob: largest movement of the hips, in trunk lengths, sideways and up and down; more
            than that is walking, or getting up.
        sag: share of the way back that still belongs to the peak, as in a shrug that goes up and
            then back; 0 where the peak does not sag.
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
    """Target of a measure in a phase, as shown on the gauges.

    Attributes:
        measure: name in the measures' registry.
        phase: in which it applies.
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
    """When a repetition is faulty, and the words of the cue.

    Attributes:
        key: unique within the exercise.
        title: words for people, neutral in tone.
        measure: name in `coaching.specs.REP_VALUES`.
        relation, limit: faulty where the value is beyond the limit by at least one sigma.
        severity: 1 note, 2 minor, 3 major.
        external, internal: words of the cue, by focus.
        praise: words when it is done well again.
        next_time: end of the sentence "Next time: ...".
        evidence: sources of rule and limit.
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
        """The words of the cue, in this focus."""
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
        zero, full: values that give 0 and 100 points; points stay at 0 or 100 beyond them.
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
        pull: source of the angle of pull: "arms", or "" where there is none.
        auto: whether it may be recognised automatically.
        view: recommended, as the views of the measures are called.
        film: how to film it, one sentence.
        movement: what counts as a repetition.
        expected: targets by phase.
        faults: in the order of the file.
        scores: parts of the score; weights sum up to 1.
        notes: what is allowed, and what cannot be judged, in words.
        evidence: sources of the whole.
        path: of its file, or the file name of a packaged one.
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

    @property
    def squeezes(self) -> bool:
        """Whether each repetition draws the blades together at its peak, as pulls do."""
        drawn = any(
            e.measure == HOLD_MEASURE and e.phase is Phase.PEAK and e.low > 0 for e in self.expected
        )
        return drawn and self.kind is ExerciseKind.REPS

    def fault(self, key: str) -> FaultRule:
        """The rule of that key."""
        return next(rule for rule in self.faults if rule.key == key)

    def targets(self, phase: Phase) -> dict[str, tuple[float, float]]:
        """Measure to (low, high) of the targets that hold in a phase."""
        return {e.measure: (e.low, e.high) for e in self.expected if e.phase is phase}
