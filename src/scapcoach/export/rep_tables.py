"""Repetitions as a table (one row each) and a whole set as a part of summary.json."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.measures.types import Status

if TYPE_CHECKING:
    import pyarrow as pa

    from scapcoach.coaching.record import Label, Number, SetRecord

REPS_SCHEMA: Final = "scapcoach.reps/1"

#: Between several names in one field.
SEPARATOR: Final = ";"

_TIMES: Final = ("start", "peak_start", "peak_end", "end")
_LABELS: Final = ("grip", "pull_angle")


def reps_table(record: SetRecord) -> pa.Table:
    """One row per repetition, NaN as null.

    Columns: ``exercise``, ``load_kg``, ``rep``, ``partial``, ``start``, ``peak_start``,
    ``peak_end``, ``end`` (seconds of the recording), ``amplitude`` (of the primary signal),
    ``score``, ``faults`` (keys, ";" between them, most severe first), ``unjudged``
    ("key=reason"), then for each value ``<name>``, ``<name>_sigma``, ``<name>_status``,
    ``<name>_reason``, then ``grip`` and ``pull_angle`` with ``_chance``, ``_status`` and
    ``_reason``, then ``points_<name>`` of the parts of the score. An empty reason is the empty
    string. Each field's metadata holds ``unit``, ``title`` and ``positive``.
    """
    import pyarrow as pa

    reps, n = record.reps, len(record.reps)
    fields: list[pa.Field] = []
    arrays: list[pa.Array] = []

    def add(name: str, values: list[Any], kind: pa.DataType, **about: str) -> None:
        fields.append(pa.field(name, kind, metadata=about))
        arrays.append(pa.array(values, kind, from_pandas=True))  # from_pandas: NaN becomes null

    number, text = pa.float64(), pa.string()
    add("exercise", [record.exercise] * n, text, title="Exercise")
    add("load_kg", [record.load] * n, number, unit="kg", title="Load")
    add("rep", [r.number for r in reps], pa.int32(), title="Repetition")
    add("partial", [r.partial for r in reps], pa.bool_(), title="Partial repetition")
    for name in _TIMES:
        add(name, [getattr(r, name) for r in reps], number, unit="s", title=name.replace("_", " "))
    add("amplitude", [r.amplitude for r in reps], number, title="Range of the primary signal")
    add("score", [r.score for r in reps], number, title="Score, 0 to 100")
    add("faults", [SEPARATOR.join(r.faults) for r in reps], text, title="Faults seen")
    unjudged = [SEPARATOR.join(f"{k}={v.label}" for k, v in r.unjudged.items()) for r in reps]
    add("unjudged", unjudged, text, title="Faults that could not be judged")
    for column in record.columns:
        about = {"unit": column.unit, "title": column.title, "positive": column.positive}
        of = [r.values[column.name] for r in reps]
        add(column.name, [v.value for v in of], number, **about)
        add(f"{column.name}_sigma", [v.sigma for v in of], number, unit=column.unit)
        _add_status(add, column.name, of, text)
    for name in _LABELS:
        labels = [r.labels[name] for r in reps]
        add(name, [label.name for label in labels], text, title=name.replace("_", " "))
        add(f"{name}_chance", [label.chance for label in labels], number)
        _add_status(add, name, labels, text)
    for name in dict.fromkeys(name for r in reps for name in r.points):
        title = f"Points for {record.column(name).title.lower()}"
        add(f"points_{name}", [r.points.get(name) for r in reps], number, title=title)
    metadata = {"schema": REPS_SCHEMA, "exercise": record.exercise, "focus": record.focus}
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata))


def _add_status(add: Any, name: str, of: list[Number] | list[Label], text: Any) -> None:
    add(f"{name}_status", [one.status.label for one in of], text, title="Status")
    add(f"{name}_reason", [one.reason.label for one in of], text, title="Reason")


def set_summary(record: SetRecord) -> dict[str, Any]:
    """The set as summary.json holds it under ``set``; NaN is left for the writer to make null."""
    return {
        "exercise": record.exercise,
        "title": record.title,
        "view": record.view,
        "film": record.film,
        "focus": record.focus,
        "load_kg": record.load,
        "reps": len(record.reps),
        "partial": record.partial,
        "score": record.score,
        "best": record.best,
        "worst": record.worst,
        "ranked_by": record.ranked_by,
        "grips": record.grips,
        "next_time": record.next_time,
        "advice": record.advice,
        "means": {name: _mean(record, name, value) for name, value in record.means.items()},
        "faults": [asdict(rule) for rule in record.rules],
        "trends": [{"name": t.name, "clear": t.clear, **_plain(t.change)} for t in record.trends],
        "episodes": [asdict(one) for one in record.episodes],
        "cues": [asdict(cue) for cue in record.cues],
        "repetitions": [
            {
                "rep": r.number,
                "partial": r.partial,
                **{name: getattr(r, name) for name in _TIMES},
                "amplitude": r.amplitude,
                "score": r.score,
                "points": dict(r.points),
                "faults": r.faults,
                "unjudged": {key: reason.label for key, reason in r.unjudged.items()},
                **{name: r.labels[name].name or None for name in _LABELS if name in r.labels},
                "values": {name: _plain(v) for name, v in r.values.items()},
            }
            for r in record.reps
        ],
    }


def _plain(number: Number) -> dict[str, Any]:
    return {
        "value": number.value,
        "sigma": number.sigma,
        "status": number.status.label,
        "reason": number.reason.label,
    }


def _mean(record: SetRecord, name: str, mean: Number) -> dict[str, Any]:
    """A mean with what a comparison needs: over how many repetitions, and how they scatter."""
    values = [
        r.values[name].value
        for r in record.reps
        if not r.partial and name in r.values and r.values[name].status == Status.OK
    ]
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
    return {**_plain(mean), "unit": record.column(name).unit, "n": len(values), "sd": spread}
