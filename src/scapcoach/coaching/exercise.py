"""`Exercise`: a movement, its faults and the cues about them, all as data.

The exercises themselves are TOML files in `coaching/exercises`; `coaching.library` reads them as
these types. The description of a type is what messages call it: "must be <description>, not ...".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Annotated, Final, TypeAlias

import numpy as np
from msgspec import Meta

from scapcoach.arrays import Stored
from scapcoach.coaching.specs import REP_VALUES, SHARE
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import View
from scapcoach.schema import STORED_AS


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

#: Largest `Movement.sag`: with more, a peak could not be distinguished from a return.
MAX_SAG: Final = 0.55


def _names(*names: str) -> Meta:
    shown = ", ".join(name or "''" for name in names)
    return Meta(
        pattern=rf"^({'|'.join(names)})\Z", description=f"one of {shown}", extra={"names": names}
    )


def _members(kind: type[Enum]) -> Meta:
    return Meta(description=f"one of {', '.join(str(member.value) for member in kind)}")


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


#: What can be compared with a limit: degrees serve comparisons between sets only, and of the
#: blades' relative values a limit makes sense only for the share of the best squeeze.
_VALUES: Final = tuple(
    name
    for name in REP_VALUES
    if not name.endswith("_deg") and (name == SHARE or not name.startswith("blade_"))
)
_PHASES: Final = {phase.label: phase for phase in Phase}

_Number: TypeAlias = Annotated[float, Meta(ge=-1e9, le=1e9, description="a number")]
_FilledText: TypeAlias = Annotated[str, Meta(pattern=r"\S", description="text in quotes")]
_AnyText: TypeAlias = Annotated[str, Meta(description="text in quotes")]
_Text: TypeAlias = Annotated[str, Stored(_FilledText, _on_one_line)]
_Blank: TypeAlias = Annotated[str, Stored(_AnyText, _on_one_line)]
_Texts: TypeAlias = Annotated[tuple[str, ...], Meta(description="a list of texts")]
_Range: TypeAlias = Annotated[tuple[float, float], Meta(description="two numbers: [low, high]")]
_Joint: TypeAlias = Annotated[str, _names(*MOVEMENT_QUANTITIES)]
_Moved: TypeAlias = Annotated[str, _names(*MOVEMENT_QUANTITIES, HOLD_MEASURE)]
_Changes: TypeAlias = Annotated[
    Mapping[str, float], Stored(dict[_Moved, _Number], MappingProxyType)
]
_Ranges: TypeAlias = Annotated[
    Mapping[str, tuple[float, float]], Stored(dict[_Joint, _Range], MappingProxyType)
]
_Measure: TypeAlias = Annotated[str, _names(*SPECS)]
_Value: TypeAlias = Annotated[str, _names(*_VALUES)]
_Phase: TypeAlias = Annotated[Phase, Stored(Annotated[str, _names(*_PHASES)], _PHASES.__getitem__)]
_View: TypeAlias = Annotated[str, _names(*(view.label for view in View if view.label))]


def _no_ranges() -> Mapping[str, tuple[float, float]]:
    return MappingProxyType({})


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

    full: _Changes
    least: Annotated[
        float, Meta(ge=0.05, le=1, description="a share of a full repetition, 0.05 to 1")
    ]
    seconds: _Range = (0.5, 15.0)
    start: _Ranges = field(default_factory=_no_ranges)
    peak: _Ranges = field(default_factory=_no_ranges)
    change: _Ranges = field(default_factory=_no_ranges)
    travel: _Number = 0.5
    bob: _Number = 0.5
    sag: Annotated[
        float, Meta(ge=0, le=MAX_SAG, description=f"a share of the way back, 0 to {MAX_SAG:g}")
    ] = 0.0


@dataclass(frozen=True, slots=True)
class Expected:
    """Target of a measure in a phase, as shown on the gauges.

    Attributes:
        measure: name in the measures' registry.
        phase: in which it applies.
        low, high: in the measure's unit; infinite where there is no limit.
        note: in words.
    """

    measure: _Measure
    phase: _Phase
    low: _Number = float("-inf")
    high: _Number = float("inf")
    note: _Blank = ""


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

    key: _Text
    title: _Text
    measure: _Value
    relation: Annotated[Relation, _members(Relation)]
    limit: _Number
    severity: Annotated[Severity, _members(Severity)]
    external: _Text
    internal: _Text
    _: KW_ONLY
    praise: _Blank = "Better: keep it like that."
    next_time: _Text
    evidence: _Text

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

    measure: _Value
    weight: Annotated[float, Meta(gt=0, le=1, description="a share, above 0 and up to 1")]
    zero: _Number
    full: _Number

    def points(self, value: float) -> float:
        """0..100; NaN for NaN."""
        return float(np.clip(100.0 * (value - self.zero) / (self.full - self.zero), 0.0, 100.0))


@dataclass(frozen=True, slots=True, kw_only=True)
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

    name: _Text
    title: _Text
    summary: _Blank = ""
    kind: Annotated[ExerciseKind, _members(ExerciseKind)] = ExerciseKind.REPS
    pull: Annotated[str, _names("arms", "")] = "arms"
    auto: Annotated[bool, Meta(description="true or false")] = True
    view: _View
    film: _Text
    movement: Movement
    expected: tuple[Expected, ...] = field(default=(), metadata={STORED_AS: "expect"})
    faults: tuple[FaultRule, ...] = field(default=(), metadata={STORED_AS: "fault"})
    scores: tuple[ScoreRule, ...] = field(default=(), metadata={STORED_AS: "score"})
    aliases: _Texts = ()
    notes: _Texts = ()
    evidence: _Blank = ""
    path: str = field(default="", metadata={STORED_AS: None})

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
