"""The index of many analysed clips: one row per clip, one Parquet file."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from scapcoach.export.tables import write_parquet
from scapcoach.measures.registry import SPECS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

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


def facts_of(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row that come from one summary.json; missing values are None."""
    source, subject = summary["source"], summary["subject"]
    views = summary["views"]
    facts: dict[str, Any] = {
        "content": summary["settings"].get("content"),
        "seconds": source["seconds"],
        "frames": source["frames_decoded"],
        "fps": source["fps"],
        "width": source["size"][0],
        "height": source["size"][1],
        "notes": len(source["warnings"]),
        "model": summary["model"]["name"],
        "calibration": summary["calibration"],
        "person": subject["share_with_person"],
        "another": subject["share_of_another"],
        "view": max(views, key=lambda name: views[name]) if views else "",
        "yaw": (summary["yaw"] or {}).get("median"),
        "headline": " ".join(summary["headline"]),
    }
    coached = summary.get("set") or {}
    facts |= {"reps": coached.get("reps"), "partial": coached.get("partial")}
    facts |= {"score": coached.get("score"), "recognised": coached.get("exercise")}
    for name, spec in SPECS.items():
        one = summary["measures"].get(name)
        if one is None:
            continue
        facts |= {f"{name}_{share}": one[f"share_{share}"] for share in _SHARES}
        why = one["withheld_reasons"]
        facts[f"{name}_why"] = max(why, key=lambda reason: why[reason]) if why else ""
        facts |= {f"{name}_{key}": (one["value"] or {}).get(key) for key in _STATISTICS}
        if spec.has_degrees:
            facts |= {f"{name}_deg_{key}": (one["degrees"] or {}).get(key) for key in _STATISTICS}
    return facts


def index_table(rows: Sequence[Row]) -> pa.Table:
    """One row per clip, in the given order; columns are the same whatever the outcome."""
    import pyarrow as pa

    columns = list(_fields())
    arrays = []
    for one in columns:
        if hasattr(Row, one.name) and one.name != "facts":
            values = [getattr(row, one.name) for row in rows]
        else:
            values = [row.facts.get(one.name) for row in rows]
        arrays.append(pa.array(values, one.type))
    schema = pa.schema(columns, metadata={"schema": INDEX_SCHEMA})
    return pa.Table.from_arrays(arrays, schema=schema)


def write_index(path: Path, rows: Sequence[Row]) -> None:
    """Write index.parquet, whole or not at all.

    Raises:
        OutputError: it could not be written.
    """
    write_parquet(path, index_table(rows))


def _fields() -> Iterator[pa.Field]:
    import pyarrow as pa

    text, number, whole = pa.string(), pa.float64(), pa.int64()
    kinds = {
        "clip": text, "status": text, "reason": text, "folder": text, "lifter": text,
        "exercise": text, "content": text, "seconds": number, "frames": whole, "fps": number,
        "width": whole, "height": whole, "notes": whole, "model": text, "calibration": text,
        "person": number, "another": number, "view": text, "yaw": number, "headline": text,
        "recognised": text, "reps": whole, "partial": whole, "score": number,
    }  # fmt: skip
    for name, kind in kinds.items():
        yield pa.field(name, kind)
    for name, spec in SPECS.items():
        for share in _SHARES:
            yield pa.field(f"{name}_{share}", number, metadata={"unit": "share of all frames"})
        yield pa.field(f"{name}_why", text)
        for key in _STATISTICS:
            yield pa.field(f"{name}_{key}", number, metadata={"unit": spec.unit})
        if spec.has_degrees:
            for key in _STATISTICS:
                yield pa.field(f"{name}_deg_{key}", number, metadata={"unit": "deg"})


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
    own = [one.name for one in fields(Row) if one.name != "facts"]
    if not set(own) <= set(table.column_names):
        return []
    return [
        Row(
            **{name: values[name] or "" for name in own},
            facts={name: value for name, value in values.items() if name not in own},
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
