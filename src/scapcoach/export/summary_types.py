"""The content of summary.json as types: the source of summary.schema.json.

`python -m tools.summary_schema` writes the schema from them. Results of older versions must still
fit: fields added later are optional. `Closed` objects have no other fields; all others may.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Count: TypeAlias = Annotated[int, Meta(ge=0)]


class Closed(Struct, frozen=True, forbid_unknown_fields=True):
    """An object that has the listed fields and no others."""


class Software(Struct, frozen=True):
    """The program that wrote the summary."""

    name: Literal["scapcoach"]
    version: str


class Source(Struct, frozen=True):
    """The recording; sizes in pixels, times in seconds."""

    name: str
    size: tuple[int, int]
    fps: float | None
    duration: float | None
    warnings: list[str]
    frames_decoded: Count
    seconds: Annotated[float, Meta(ge=0)]


class Model(Struct, frozen=True):
    """The pose model."""

    name: str
    sha256: str


class Subject(Closed, frozen=True):
    """The person who was followed."""

    frames_with_person: Count
    share_with_person: Share
    changes: Count
    share_of_another: Share


class Statistics(Closed, frozen=True):
    """Statistics of the finite values."""

    n: Annotated[int, Meta(ge=1)]
    median: float
    p05: float
    p95: float
    min: float
    max: float


class Measure(Closed, frozen=True):
    """One measure over the whole recording; shares are of all frames."""

    title: str
    unit: Literal["%", "deg", ""]
    positive: str
    n: Count
    share_ok: Share
    share_relative: Share
    share_withheld: Share
    withheld_reasons: dict[str, Share]
    value: Statistics | None
    degrees: Statistics | None


class Mean(Closed, frozen=True):
    """The mean of a value over the repetitions of a set."""

    value: float | None
    sigma: float | None
    status: str
    reason: str
    unit: str
    n: Count
    sd: float | None


class Rule(Closed, frozen=True):
    """In how many repetitions a fault was seen, of those that could be judged."""

    key: str
    title: str
    severity: Annotated[int, Meta(ge=1, le=3)]
    faulty: Count
    judged: Count
    measure: str | UnsetType = UNSET


class TrendEntry(Struct, frozen=True):
    """How a value changes from the first repetitions to the last."""

    name: str
    clear: bool
    value: float | None
    sigma: float | None
    status: str
    reason: str


class EpisodeEntry(Struct, frozen=True):
    """A fault in several repetitions in a row; times in seconds."""

    fault: str
    title: str
    severity: int
    start: float
    end: float
    reps: list[int]
    recovered: bool


class CueEntry(Struct, frozen=True):
    """What was said; times in seconds."""

    t: float
    until: float
    text: str
    praise: bool
    fault: str | None
    rep: int


class Repetition(Struct, frozen=True):
    """One repetition; times in seconds, null where unknown."""

    rep: int
    partial: bool
    start: float
    peak_start: float | None
    peak_end: float | None
    end: float
    amplitude: float | None
    score: float | None
    points: dict[str, float | None]
    faults: list[str]
    unjudged: dict[str, str]
    grip: str | None
    pull_angle: str | None
    values: dict[str, Any]


class Set(Struct, frozen=True):
    """The set that was coached, or with `exercise` null the reason why there is none."""

    exercise: str | None
    reason: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    view: str | UnsetType = UNSET
    film: str | UnsetType = UNSET
    focus: str | UnsetType = UNSET
    load_kg: float | UnsetType | None = UNSET
    reps: Count | UnsetType = UNSET
    partial: Count | UnsetType = UNSET
    score: Annotated[float, Meta(ge=0, le=100)] | UnsetType | None = UNSET
    best: Count | UnsetType = UNSET
    worst: Count | UnsetType = UNSET
    ranked_by: str | UnsetType = UNSET
    grips: list[str] | UnsetType = UNSET
    next_time: str | UnsetType = UNSET
    advice: list[str] | UnsetType = UNSET
    blades: list[str] | UnsetType = UNSET
    means: dict[str, Mean] | UnsetType = UNSET
    faults: list[Rule] | UnsetType = UNSET
    trends: list[TrendEntry] | UnsetType = UNSET
    episodes: list[EpisodeEntry] | UnsetType = UNSET
    cues: list[CueEntry] | UnsetType = UNSET
    repetitions: list[Repetition] | UnsetType = UNSET


class Summary(Closed, frozen=True):
    """The summary of one recording: what was judged, what was withheld and why."""

    schema: Literal["scapcoach.summary/1"]
    software: Software
    headline: Annotated[list[str], Meta(min_length=1, max_length=3)]
    source: Source
    model: Model
    calibration: str
    settings: dict[str, Any]
    subject: Subject
    views: dict[str, Share]
    yaw: Statistics | None
    measures: dict[str, Measure]
    set: Set | UnsetType = UNSET


def entry(kind: type[Struct], *sources: object, **known: Any) -> dict[str, Any]:
    """The fields of an object in the summary.

    Args:
        kind: of the object; it says which fields there are, and in which order.
        sources: where fields that are not `known` are found, under the same name; the first one
            that has a field gives it. Fields that none has are left out.
        known: fields by name.
    """
    fields = {}
    for name in kind.__struct_fields__:
        if name in known:
            fields[name] = known[name]
        elif (source := next((one for one in sources if hasattr(one, name)), None)) is not None:
            fields[name] = getattr(source, name)
    return fields


def json_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) of summary.json."""
    from msgspec.json import schema_components

    _, parts = schema_components([Summary], ref_template="#/$defs/{name}")
    whole = parts.pop("Summary")
    found: dict[str, Any] = _null_last(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **whole,
            "title": "scapcoach summary, version 1",
            "$defs": parts,
        }
    )
    return found


def _null_last(value: Any) -> Any:
    """Put choices in an order that is the same for every version of msgspec."""
    if isinstance(value, list):
        return sorted(map(_null_last, value), key=lambda one: one == {"type": "null"})
    if isinstance(value, dict):
        return {key: _null_last(one) for key, one in value.items()}
    return value
