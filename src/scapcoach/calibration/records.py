"""The fields of a profile's file; `calibration.profiles` reads and writes it.

Null means unknown. Fields added later have a default, so that older files can still be read.
Limits are wide: they exclude values that no body and no picture has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from msgspec import Meta

from scapcoach.girdle.estimators import Estimator
from scapcoach.girdle.personal import FULL_POSES, POSE_POINTS

_Number: TypeAlias = Annotated[float, Meta(ge=-1e6, le=1e6)]
_Positive: TypeAlias = Annotated[float, Meta(gt=0, le=1e6)]
_Degrees: TypeAlias = Annotated[float, Meta(ge=-360, le=360)]
_Row: TypeAlias = list[_Number | None]
_Vector: TypeAlias = tuple[_Number | None, _Number | None, _Number | None]
_Point: TypeAlias = tuple[_Number | None, _Number | None]
_Arm: TypeAlias = tuple[_Vector, _Vector]


@dataclass(frozen=True, slots=True)
class RangeRecord:
    """As `calibration.Range`."""

    high: _Degrees | None
    low: _Degrees | None
    sdc: _Degrees | None


_Ranges: TypeAlias = tuple[RangeRecord, RangeRecord, RangeRecord]


@dataclass(frozen=True, slots=True)
class PersonalRangesRecord:
    """As `calibration.PersonalRanges`."""

    retraction: _Ranges | None
    elevation: _Ranges | None


@dataclass(frozen=True, slots=True)
class SlumpRecord:
    """As `calibration.Slump`."""

    head_forward: _Degrees | None
    head_drop: _Number | None
    rounding: _Degrees | None
    protraction: _Degrees | None


@dataclass(frozen=True, slots=True)
class NeutralRecord:
    """As `girdle.neutral.Neutral`."""

    points: Annotated[list[_Point], Meta(min_length=33, max_length=33)]
    arms: Annotated[list[_Arm], Meta(min_length=2, max_length=2)]
    trunk: Annotated[_Row, Meta(min_length=3, max_length=3)]
    unit: _Positive
    yaw: _Degrees | None
    hips_seen: bool
    rounding: _Number | None
    lean: _Degrees | None
    head_forward: _Degrees | None
    head_height: _Number | None
    face: _Number | None
    start: _Number | None
    end: _Number | None


@dataclass(frozen=True, slots=True)
class TemplateRecord:
    """As `girdle.template.Template`, which checks the shapes of its arrays itself."""

    unit: _Positive
    world_unit: _Positive
    start: list[_Number]
    weight: list[_Number]
    arms: list[list[_Number]]
    rest: list[list[_Number]]
    squeeze: list[list[_Number]]
    shrug: list[list[_Number]]
    spread: _Positive


@dataclass(frozen=True, slots=True)
class ShiftsRecord:
    """As `girdle.personal.Shifts`."""

    shifts: Annotated[
        list[
            Annotated[list[_Point], Meta(min_length=len(POSE_POINTS), max_length=len(POSE_POINTS))]
        ],
        Meta(min_length=len(FULL_POSES), max_length=len(FULL_POSES)),
    ]
    ends: Annotated[_Row, Meta(min_length=len(FULL_POSES), max_length=len(FULL_POSES))]


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """A whole profile, as `calibration.Calibration`."""

    neutral: NeutralRecord
    retraction: _Ranges | None
    elevation: _Ranges | None
    slump: SlumpRecord | None
    model_sha256: str
    name: str
    exercise: TemplateRecord | None = None
    estimator: Estimator = Estimator.GEOMETRIC
    shifts: ShiftsRecord | None = None
    camera: str = ""
    observed: PersonalRangesRecord | None = None
