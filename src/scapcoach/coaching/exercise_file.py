"""The content of an exercise file, as types; `coaching.library` makes an `Exercise` of it.

The description of a type is what messages call it: "must be <description>, not ...".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

from msgspec import Meta, Struct

from scapcoach.coaching.exercise import (
    HOLD_MEASURE,
    MOVEMENT_QUANTITIES,
    ExerciseKind,
    Phase,
    Relation,
    Severity,
)
from scapcoach.coaching.reps import SAG_HYSTERESIS
from scapcoach.coaching.specs import REP_VALUES, SHARE
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import View

if TYPE_CHECKING:
    from enum import Enum

#: Largest `Movement.sag`: with more, a peak could not be distinguished from a return.
MAX_SAG: Final = SAG_HYSTERESIS.leave


def _names(*names: str) -> Meta:
    shown = ", ".join(name or "''" for name in names)
    return Meta(
        pattern=rf"^({'|'.join(names)})\Z", description=f"one of {shown}", extra={"names": names}
    )


def _members(kind: type[Enum]) -> Meta:
    return Meta(description=f"one of {', '.join(str(member.value) for member in kind)}")


#: What can be compared with a limit: degrees serve comparisons between sets only, and of the
#: blades' relative values a limit makes sense only for the share of the best squeeze.
_VALUES: Final = tuple(
    name
    for name in REP_VALUES
    if not name.endswith("_deg") and (name == SHARE or not name.startswith("blade_"))
)

_Number: TypeAlias = Annotated[float, Meta(ge=-1e9, le=1e9, description="a number")]
_Text: TypeAlias = Annotated[str, Meta(pattern=r"\S", description="text in quotes")]
_Blank: TypeAlias = Annotated[str, Meta(description="text in quotes")]
_Texts: TypeAlias = Annotated[tuple[str, ...], Meta(description="a list of texts")]
_Flag: TypeAlias = Annotated[bool, Meta(description="true or false")]
_Range: TypeAlias = Annotated[tuple[float, float], Meta(description="two numbers: [low, high]")]
_Joint: TypeAlias = Annotated[str, _names(*MOVEMENT_QUANTITIES)]
_Moved: TypeAlias = Annotated[str, _names(*MOVEMENT_QUANTITIES, HOLD_MEASURE)]
_Measure: TypeAlias = Annotated[str, _names(*SPECS)]
_Value: TypeAlias = Annotated[str, _names(*_VALUES)]
_Phase: TypeAlias = Annotated[str, _names(*(phase.label for phase in Phase))]
_View: TypeAlias = Annotated[str, _names(*(view.label for view in View if view.label))]


class MovementTable(Struct, frozen=True):
    """As `exercise.Movement`."""

    full: dict[_Moved, _Number]
    least: Annotated[
        float, Meta(ge=0.05, le=1, description="a share of a full repetition, 0.05 to 1")
    ]
    seconds: _Range = (0.5, 15.0)
    travel: _Number = 0.5
    bob: _Number = 0.5
    sag: Annotated[
        float, Meta(ge=0, le=MAX_SAG, description=f"a share of the way back, 0 to {MAX_SAG:g}")
    ] = 0.0
    start: dict[_Joint, _Range] = {}
    peak: dict[_Joint, _Range] = {}
    change: dict[_Joint, _Range] = {}


class ExpectTable(Struct, frozen=True):
    """As `exercise.Expected`; a limit that is left out is none."""

    measure: _Measure
    phase: _Phase
    low: _Number = float("-inf")
    high: _Number = float("inf")
    note: _Blank = ""


class FaultTable(Struct, frozen=True):
    """As `exercise.FaultRule`."""

    key: _Text
    title: _Text
    measure: _Value
    relation: Annotated[Relation, _members(Relation)]
    limit: _Number
    severity: Annotated[Severity, _members(Severity)]
    external: _Text
    internal: _Text
    next_time: _Text
    evidence: _Text
    praise: _Blank = "Better: keep it like that."


class ScoreTable(Struct, frozen=True):
    """As `exercise.ScoreRule`."""

    measure: _Value
    weight: Annotated[float, Meta(gt=0, le=1, description="a share, above 0 and up to 1")]
    zero: _Number
    full: _Number


class ExerciseFile(Struct, frozen=True):
    """As `exercise.Exercise`."""

    name: _Text
    title: _Text
    view: _View
    film: _Text
    movement: MovementTable
    expect: tuple[ExpectTable, ...] = ()
    fault: tuple[FaultTable, ...] = ()
    score: tuple[ScoreTable, ...] = ()
    aliases: _Texts = ()
    summary: _Blank = ""
    kind: Annotated[ExerciseKind, _members(ExerciseKind)] = ExerciseKind.REPS
    pull: Annotated[str, _names("arms", "")] = "arms"
    auto: _Flag = True
    notes: _Texts = ()
    evidence: _Blank = ""
