"""The index of many analysed clips: one row per clip, one Parquet file."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from scapcoach.export.tables import write_parquet
from scapcoach.measures.registry import SPECS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from scapcoach.measures.series import MeasureSpec

INDEX_SCHEMA: Final = "scapcoach.index/1"

_STATISTICS: Final = ("median", "p05", "p95")
_SHARES: Final = ("ok", "relative", "withheld")


@dataclass(frozen=True, slots=True)
class Row:
    """One clip of many.

    Attributes:
        clip: as it was given.
        status: one of `ClipStatus`.
        reason: why it is neither done nor skipped; else "".
        folder: its results, relative to the folder of the index; "" without any.
        lifter, exercise: as they were given, or "".
        facts: as `facts_of` gives them; empty without results.
    """

    clip: str
    status: str
    reason: str = ""
    folder: str = ""
    lifter: str = ""
    exercise: str = ""
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


#: The columns that are fields of a row.
_OWN: Final = tuple(one.name for one in fields(Row) if one.name != "facts")


def _as_it_is(value: Any) -> Any:
    return value


def _largest(shares: Mapping[str, float]) -> str:
    return max(shares, key=lambda name: shares[name]) if shares else ""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column from summary.json.

    Attributes:
        name: of the column.
        kind: of its values, as Arrow calls it.
        place: of the value in a summary: keys, with "." between them.
        unit: of the values; None where they have none.
        value: makes the value from what is found there.
    """

    name: str
    kind: str
    place: str
    unit: str | None = None
    value: Callable[[Any], Any] = _as_it_is

    def of(self, summary: Mapping[str, Any]) -> Any:
        """The value; None where it is missing."""
        found: Any = summary
        for key in self.place.split("."):
            found = (found or {}).get(key)
        return None if found is None else self.value(found)


_OF_CLIP: Final = (
    _Column("content", "string", "settings.content"),
    _Column("seconds", "double", "source.seconds"),
    _Column("frames", "int64", "source.frames_decoded"),
    _Column("fps", "double", "source.fps"),
    _Column("width", "int64", "source.size", value=itemgetter(0)),
    _Column("height", "int64", "source.size", value=itemgetter(1)),
    _Column("notes", "int64", "source.warnings", value=len),
    _Column("model", "string", "model.name"),
    _Column("calibration", "string", "calibration"),
    _Column("person", "double", "subject.share_with_person"),
    _Column("another", "double", "subject.share_of_another"),
    _Column("view", "string", "views", value=_largest),
    _Column("yaw", "double", "yaw.median"),
    _Column("headline", "string", "headline", value=" ".join),
    _Column("recognised", "string", "set.exercise"),
    _Column("reps", "int64", "set.reps"),
    _Column("partial", "int64", "set.partial"),
    _Column("score", "double", "set.score"),
)


def _of_measure(spec: MeasureSpec) -> Iterator[_Column]:
    name, place = spec.name, f"measures.{spec.name}"
    for share in _SHARES:
        yield _Column(f"{name}_{share}", "double", f"{place}.share_{share}", "share of all frames")
    yield _Column(f"{name}_why", "string", f"{place}.withheld_reasons", value=_largest)
    for key in _STATISTICS:
        yield _Column(f"{name}_{key}", "double", f"{place}.value.{key}", spec.unit)
    for key in _STATISTICS if spec.has_degrees else ():
        yield _Column(f"{name}_deg_{key}", "double", f"{place}.degrees.{key}", "deg")


def _columns() -> Iterator[_Column]:
    yield from _OF_CLIP
    for spec in SPECS.values():
        yield from _of_measure(spec)


def facts_of(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row that come from one summary.json; missing values are None."""
    return {column.name: column.of(summary) for column in _columns()}


def index_table(rows: Sequence[Row]) -> pa.Table:
    """One row per clip, in the given order; columns are the same whatever the outcome."""
    import pyarrow as pa

    fields = [pa.field(name, pa.string()) for name in _OWN]
    for one in _columns():
        metadata = None if one.unit is None else {"unit": one.unit}
        fields.append(pa.field(one.name, pa.type_for_alias(one.kind), metadata=metadata))
    values = [{**{name: getattr(row, name) for name in _OWN}, **row.facts} for row in rows]
    return pa.Table.from_pylist(values, pa.schema(fields, metadata={"schema": INDEX_SCHEMA}))


def write_index(path: Path, rows: Sequence[Row]) -> None:
    """Write index.parquet, whole or not at all.

    Raises:
        OutputError: it could not be written.
    """
    write_parquet(path, index_table(rows))


def read_index(path: Path) -> list[Row]:
    """Rows of an index that was written before; empty where none can be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
    except (OSError, pa.ArrowException):
        return []
    if (table.schema.metadata or {}).get(b"schema", b"").decode() != INDEX_SCHEMA:
        return []
    if not set(_OWN) <= set(table.column_names):
        return []
    return [
        Row(
            **{name: values[name] or "" for name in _OWN},
            facts={name: value for name, value in values.items() if name not in _OWN},
        )
        for values in table.to_pylist()
    ]


def with_earlier(
    rows: Sequence[Row], earlier: Sequence[Row], still_there: Callable[[str], bool]
) -> list[Row]:
    """`rows` with those of earlier runs whose results are still there, the new ones last.

    Args:
        rows: of this run.
        earlier: of the index as it is.
        still_there: whether a folder of that name holds finished results.
    """
    folders = {row.folder for row in rows} | {""}
    clips = {row.clip for row in rows}
    kept = [
        row
        for row in earlier
        if row.folder not in folders and row.clip not in clips and still_there(row.folder)
    ]
    return [*kept, *rows]
