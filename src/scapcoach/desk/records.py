"""The content of the file of desk set-ups; `desk.setups` reads and writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from msgspec import Meta

#: In picture heights; the camera may show a little more or less than the whole person.
_Place: TypeAlias = Annotated[float, Meta(ge=-10, le=10)]


@dataclass(frozen=True, slots=True)
class BaselineRecord:
    """As `desk.posture.Baseline`; null stands for what is not known."""

    name: str
    ears: tuple[_Place, _Place]
    shoulders: tuple[_Place, _Place]
    face: Annotated[float, Meta(gt=0, le=10)] | None
    yaw: Annotated[float, Meta(ge=-360, le=360)] | None
    noise: Annotated[float, Meta(ge=0, le=100)] | None
    slump: Annotated[float, Meta(ge=-100, le=100)] | None
    model_sha256: str


@dataclass(frozen=True, slots=True)
class SetupsRecord:
    """The whole file."""

    setups: list[BaselineRecord]
