"""Repetitions as a table (one row each) and a whole set as a part of summary.json."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.coaching.results import CueKind
from scapcoach.coaching.specs import REP_VALUES

if TYPE_CHECKING:
    import pyarrow as pa

    from scapcoach.coaching.results import Cue, FaultCount, Label, RepValues, SetResult, Value

REPS_SCHEMA: Final = "scapcoach.reps/1"

#: Separates several names in one field.
SEPARATOR: Final = ";"

_TIMES: Final = ("start", "peak_start", "peak_end", "end")
_LABELS: Final = ("grip", "pull_angle")


def reps_table(result: SetResult) -> pa.Table:
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

    reps, n = result.reps, len(result.reps)
    fields: list[pa.Field] = []
    arrays: list[pa.Array] = []

    def add(name: str, values: list[Any], kind: pa.DataType, **about: str) -> None:
        fields.append(pa.field(name, kind, metadata=about))
        arrays.append(pa.array(values, kind, from_pandas=True))  # from_pandas: NaN becomes null

    number, text = pa.float64(), pa.string()
    add("exercise", [result.exercise.name] * n, text, title="Exercise")
    add("load_kg", [result.load] * n, number, unit="kg", title="Load")
    add("rep", [r.rep.number for r in reps], pa.int32(), title="Repetition")
    add("partial", [r.rep.partial for r in reps], pa.bool_(), title="Partial repetition")
    for name in _TIMES:
        times = [getattr(r.rep, name) for r in reps]
        add(name, times, number, unit="s", title=name.replace("_", " "))
    add("amplitude", [r.rep.amplitude for r in reps], number, title="Range of the primary signal")
    add("score", [r.score.total for r in reps], number, title="Score, 0 to 100")
    add("faults", [SEPARATOR.join(_faults(r)) for r in reps], text, title="Faults seen")
    unjudged = [SEPARATOR.join(f"{k}={v}" for k, v in _unjudged(result, r).items()) for r in reps]
    add("unjudged", unjudged, text, title="Faults that could not be judged")
    for spec in REP_VALUES.values():
        about = {"unit": spec.unit, "title": spec.title, "positive": spec.positive}
        of = [r[spec.name] for r in reps]
        add(spec.name, [v.value for v in of], number, **about)
        add(f"{spec.name}_sigma", [v.sigma for v in of], number, unit=spec.unit)
        _add_status(add, spec.name, of, text)
    for name in _LABELS:
        labels: list[Label] = [getattr(r, name) for r in reps]
        add(name, [label.name for label in labels], text, title=name.replace("_", " "))
        add(f"{name}_chance", [label.chance for label in labels], number)
        _add_status(add, name, labels, text)
    points = [_points(r) for r in reps]
    for name in dict.fromkeys(name for one in points for name in one):
        title = f"Points for {REP_VALUES[name].title.lower()}"
        add(f"points_{name}", [one.get(name) for one in points], number, title=title)
    about = {"exercise": result.exercise.name, "focus": str(result.focus)}
    metadata = {"schema": REPS_SCHEMA, **about}
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata))


def _add_status(add: Any, name: str, of: list[Value] | list[Label], text: Any) -> None:
    add(f"{name}_status", [one.status.label for one in of], text, title="Status")
    add(f"{name}_reason", [one.reason.label for one in of], text, title="Reason")


def _faults(found: RepValues) -> list[str]:
    return [fault.key for fault in found.faults]


def _unjudged(result: SetResult, found: RepValues) -> dict[str, str]:
    return {key: reason.label for key, reason in result.unjudged(found).items()}


def _points(found: RepValues) -> dict[str, float]:
    return {part.measure: part.points for part in found.score.parts}


def set_summary(result: SetResult) -> dict[str, Any]:
    """The set as summary.json holds it under ``set``; the writer turns NaN into null."""
    exercise, summary = result.exercise, result.summary
    return {
        "exercise": exercise.name,
        "title": exercise.title,
        "view": exercise.view,
        "film": exercise.film,
        "focus": str(result.focus),
        "load_kg": result.load,
        "reps": len(result.reps),
        "partial": result.partial,
        "score": summary.score,
        "best": summary.best,
        "worst": summary.worst,
        "ranked_by": summary.ranked_by,
        "grips": summary.grips,
        "next_time": summary.next_time,
        "advice": summary.advice,
        "blades": summary.blades,
        "means": {name: _mean(result, name, value) for name, value in summary.means.items()},
        "faults": [_count(count) for count in summary.faults],
        "trends": [
            {"name": t.measure, "clear": t.clear, "sure": t.sure, **_plain(t.change)}
            for t in summary.trends
        ],
        "episodes": [{**asdict(one), "severity": int(one.severity)} for one in result.episodes],
        "cues": [_cue(cue) for cue in result.cues],
        "repetitions": [
            {
                "rep": r.rep.number,
                "partial": r.rep.partial,
                **{name: getattr(r.rep, name) for name in _TIMES},
                "amplitude": r.rep.amplitude,
                "score": r.score.total,
                "points": _points(r),
                "faults": _faults(r),
                "unjudged": _unjudged(result, r),
                **{name: getattr(r, name).name or None for name in _LABELS},
                "values": {name: _plain(v) for name, v in r.values.items()},
            }
            for r in result.reps
        ],
    }


def _count(count: FaultCount) -> dict[str, Any]:
    rule = count.rule
    return {
        "key": rule.key,
        "title": rule.title,
        "severity": int(rule.severity),
        "faulty": count.faulty,
        "judged": count.judged,
        "measure": rule.measure,
    }


def _cue(cue: Cue) -> dict[str, Any]:
    return {
        "t": cue.time,
        "until": cue.until,
        "text": cue.text,
        "praise": cue.kind is CueKind.PRAISE,
        "fault": cue.fault,
        "rep": cue.rep,
    }


def _plain(value: Value) -> dict[str, Any]:
    return {
        "value": value.value,
        "sigma": value.sigma,
        "status": value.status.label,
        "reason": value.reason.label,
    }


def _mean(result: SetResult, name: str, mean: Value) -> dict[str, Any]:
    """A mean with what a comparison needs: over how many repetitions, and how they scatter."""
    values = [r[name].value for r in result.reps if not r.rep.partial and r[name].absolute]
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
    return {**_plain(mean), "unit": REP_VALUES[name].unit, "n": len(values), "sd": spread}
