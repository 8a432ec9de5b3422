"""The part of the report about a set: next time, repetitions, faults, curves, pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.measures.types import Status
from scapcoach.measures.words import NOTHING, figure
from scapcoach.report.page import jpeg
from scapcoach.report.parts import Picture, Tile
from scapcoach.report.rep_curves import Curve, small_plots

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from scapcoach.coaching.record import Column, Number, RepRow, SetRecord

#: Values worth a column of the table, in this order; those that no repetition has are left out.
#: What the exercise's rules and scores look at comes first.
TABLE: Final = (
    "retraction_peak", "retraction_peak_deg", "elevation_start", "elevation_peak",
    "elevation_peak_deg", "elevation_gain", "retraction_drop", "rounding_gain", "head_poke",
    "trunk_swing", "lean_peak", "hold", "squeeze", "pull_time", "return_time", "range_share",
    "retraction_asymmetry", "elevation_asymmetry", "elevation_end", "overdone",
)  # fmt: skip
#: As many of them at most: more do not fit beside each other.
MOST_COLUMNS: Final = 7
#: Sizes, which have no direction.
_UNSIGNED: Final = frozenset({"range_share", "trunk_swing"})
#: In degrees, and shown only where the value in per cent is not known.
_FALLBACK: Final = {
    "retraction_peak_deg": "retraction_peak",
    "elevation_peak_deg": "elevation_peak",
}


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A picture of one repetition.

    Attributes:
        rep: number; t: seconds, a click goes there.
        image: (H, W, 3) uint8 RGB.
    """

    rep: int
    t: float
    image: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class SetPage:
    """Everything that the report shows of a set.

    Attributes:
        record: the set.
        t: (T,) seconds; curves: signals over them, to lay the repetitions over each other.
        snapshots: of the best and the weakest repetition.
    """

    record: SetRecord
    t: npt.NDArray[np.floating]
    curves: Sequence[Curve] = ()
    snapshots: Sequence[Snapshot] = ()


#: Labels of a repetition that get a column where any repetition has one.
_LABELS: Final = (("grip", "Grip"), ("pull_angle", "Pull"))


def set_view(page: SetPage) -> dict[str, Any]:
    """What templates/set.html lays out."""
    record = page.record
    load = "" if record.load is None else f" \u00b7 {record.load:g} kg"
    return {
        "title": f"{record.title}{load}",
        "next_time": _without_lead(record.next_time),
        "tiles": _tiles(record),
        "reps": len(record.reps),
        "pair": _pair(page),
        "faults": _faults(record),
        "table": _table(record),
        "plots": small_plots(page.t, page.curves, record),
        "legend": _legend(record),
        "cues": _cues(record),
        "advice": [(text, "") for text in record.advice if text not in record.next_time],
    }


def show(number: Number, column: Column) -> str:
    """A number with unit; a dash where there is none. A relative one is marked as such."""
    if not number.shown:
        return NOTHING
    signed = column.unit in {"%", "deg"} and column.name not in _UNSIGNED
    about = " rel." if number.status == Status.RELATIVE else ""
    return figure(number.value, column.unit, decimals=column.decimals, plus=signed) + about


def table_columns(record: SetRecord) -> list[Column]:
    """The values that the table shows: known of at least one repetition."""
    known = {
        column.name
        for column in record.columns
        if any(r.values[column.name].shown for r in record.reps if column.name in r.values)
    }
    names = [n for n in TABLE if n in known and _FALLBACK.get(n) not in known]
    wanted = {rule.measure for rule in record.rules} | {n for r in record.reps for n in r.points}
    wanted |= {degrees for degrees, percent in _FALLBACK.items() if percent in wanted}
    chosen = sorted(names, key=lambda name: name not in wanted)[:MOST_COLUMNS]
    return [record.column(name) for name in names if name in chosen]


def _without_lead(sentence: str) -> str:
    """The sentence without its own "Next time:", which stands before it already."""
    lead, _, rest = sentence.partition(":")
    rest = rest.strip() if lead.strip().lower() == "next time" and rest.strip() else sentence
    return rest[:1].upper() + rest[1:]


def _tiles(record: SetRecord) -> list[Tile]:
    count = len(record.reps)
    partial = f"{record.partial} of them partial" if record.partial else "all of full range"
    tiles = [Tile("Repetitions", str(count), note=partial if count else "none was seen")]
    if np.isfinite(record.score):
        tiles.append(Tile("Score", figure(record.score), "of 100", "mean of the repetitions"))
    elif count:
        why = " ".join(dict.fromkeys((*record.advice[1:2], record.film)))
        tiles.append(Tile("Score", "Not judged", note=why, judged=False))
    return tiles + _trend_tiles(record)


def _trend_tiles(record: SetRecord) -> list[Tile]:
    """One for each value that changed for sure, and one for those that did not."""
    tiles = []
    for trend in record.trends:
        if trend.clear:
            column = record.column(trend.name)
            about = "from the first repetition to the last"
            tiles.append(
                Tile(f"{column.title} across the set", show(trend.change, column), note=about)
            )
    steady = list(dict.fromkeys(record.column(t.name).title for t in record.trends if not t.clear))
    if steady:
        words = ", ".join((steady[0], *(title.lower() for title in steady[1:])))
        tiles.append(Tile("Across the set", "Steady", note=f"{words}: no clear fade"))
    return tiles


def _pair(page: SetPage) -> list[Picture]:
    """Best and weakest repetition side by side."""
    words = {page.record.best: "Best", page.record.worst: "Weakest"}
    pair = []
    for shot in page.snapshots:
        rep = page.record.repetition(shot.rep)
        if rep is not None and shot.rep in words:
            title = f"{words[shot.rep]}: repetition {shot.rep}"
            pair.append(Picture(shot.t, jpeg(shot.image), title, _rep_words(page.record, rep)))
    return pair


def _rep_words(record: SetRecord, rep: RepRow) -> tuple[str, ...]:
    """What sets a repetition apart: its score, a few values and its faults."""
    parts = [f"score {rep.score:.0f}"] if np.isfinite(rep.score) else []
    if record.ranked_by in rep.values:
        column = record.column(record.ranked_by)
        parts.append(f"{column.title.lower()} {show(rep.values[record.ranked_by], column)}")
    looked_at = dict.fromkeys(rule.measure for rule in record.rules)
    parts += [
        f"{record.column(name).title.lower()} {show(rep.values[name], record.column(name))}"
        for name in looked_at
        if name != record.ranked_by and name in rep.values and rep.values[name].shown
    ]
    return (*parts, *(record.rule_title(key).lower() for key in rep.faults))


def _faults(record: SetRecord) -> list[dict[str, Any]]:
    """Each fault that was looked for, and how often it was seen."""
    return [
        {
            "title": rule.title,
            "judged": bool(rule.judged),
            "share": 100 * rule.faulty / rule.judged if rule.judged else 0.0,
            "seen": f"{rule.faulty} of {rule.judged}" if rule.judged else "not judged",
        }
        for rule in record.rules
    ]


def _table(record: SetRecord) -> dict[str, Any]:
    """Heads as (title, whether its cells are numbers), and a row for each repetition."""
    columns = table_columns(record)
    labels = [
        (name, title)
        for name, title in _LABELS
        if any(r.labels[name].name for r in record.reps if name in r.labels)
    ]
    scored = any(np.isfinite(r.score) for r in record.reps)
    heads = [(c.title, True) for c in columns] + [(title, False) for _, title in labels]
    heads += [("Score", True)] * scored + [("Seen", False)]
    rows = []
    for rep in record.reps:
        numbers = [rep.values[column.name] for column in columns]
        cells = [
            (show(number, column), "" if number.shown else number.reason.advice)
            for number, column in zip(numbers, columns, strict=True)
        ]
        cells += [(rep.labels[name].name.replace("_", " ") or NOTHING, "") for name, _ in labels]
        cells += [(figure(rep.score), "")] * scored + [(_seen(record, rep), "")]
        rows.append({"number": rep.number, "start": rep.start, "cells": cells})
    return {"heads": heads, "rows": rows}


def _seen(record: SetRecord, rep: RepRow) -> str:
    seen = [record.rule_title(key) for key in rep.faults] + ["partial range"] * rep.partial
    text = "; ".join(seen)
    return text[:1].upper() + text[1:] or NOTHING


def _legend(record: SetRecord) -> list[tuple[str, str]]:
    """Marks of the small plots, and what each means; the last one has no mark."""
    marks = [("ramp", "first to last")]
    marks += [("best", "best")] * bool(record.best) + [("worst", "weakest")] * bool(record.worst)
    marks += [("part", "partial")] * any(rep.partial for rep in record.reps)
    if any(v.shown and v.status == Status.RELATIVE for r in record.reps for v in r.values.values()):
        marks.append(("", "rel.: a change from your own neutral, without an absolute verdict"))
    return marks


def _cues(record: SetRecord) -> list[dict[str, Any]]:
    """What the coach said, and when."""
    return [
        {
            "kind": "praise" if cue.praise else "correct",
            "t": cue.t,
            "clock": f"{int(cue.t // 60)}:{int(cue.t % 60):02d}",
            "text": cue.text,
            "note": f"after repetition {cue.rep}" if cue.rep else "",
        }
        for cue in record.cues
    ]
