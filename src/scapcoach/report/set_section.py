"""The part of the report about a set: next time, repetitions, faults, curves, pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.coaching.results import CueKind
from scapcoach.coaching.specs import REP_VALUES
from scapcoach.measures.series import Status
from scapcoach.measures.words import NOTHING, figure
from scapcoach.report.page import jpeg
from scapcoach.report.parts import Picture, Tile
from scapcoach.report.rep_curves import Curve, small_plots

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from scapcoach.coaching.results import RepValues, SetResult, Trend, Value
    from scapcoach.coaching.specs import RepValueSpec

#: Values that can be columns of the table, in this order; those that no repetition has are left
#: out. Values that the exercise's rules and scores use are preferred.
TABLE: Final = (
    "retraction_peak", "retraction_peak_deg", "blade_squeeze", "blade_share", "blade_hold",
    "blade_sides", "elevation_start", "elevation_peak",
    "elevation_peak_deg", "elevation_gain", "retraction_drop", "rounding_gain", "head_poke",
    "trunk_swing", "lean_peak", "hold", "squeeze", "pull_time", "return_time", "range_share",
    "retraction_asymmetry", "elevation_asymmetry", "elevation_end", "overdone",
)  # fmt: skip
#: Columns at most: more do not fit side by side.
MOST_COLUMNS: Final = 7
#: Sizes, which have no direction.
_UNSIGNED: Final = frozenset({"range_share", "blade_share", "trunk_swing"})
#: What the surface of the back shows of a squeeze, where a repetition has it.
_BLADES: Final = frozenset({"blade_squeeze", "blade_share", "blade_hold", "blade_sides"})
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
        result: the set.
        t: (T,) seconds; curves: signals at these times, for overlaid repetitions.
        snapshots: of the best and the weakest repetition.
    """

    result: SetResult
    t: npt.NDArray[np.floating]
    curves: Sequence[Curve] = ()
    snapshots: Sequence[Snapshot] = ()


#: Labels of a repetition that get a column where any repetition has one.
_LABELS: Final = (("grip", "Grip"), ("pull_angle", "Pull"))


def set_view(page: SetPage) -> dict[str, Any]:
    """The values for templates/set.html."""
    result, summary = page.result, page.result.summary
    load = "" if result.load is None else f" \u00b7 {result.load:g} kg"
    return {
        "title": f"{result.exercise.title}{load}",
        "next_time": _without_lead(summary.next_time),
        "tiles": _tiles(result),
        "reps": len(result.reps),
        "pair": _pair(page),
        "faults": _faults(result),
        "table": _table(result),
        "plots": small_plots(page.t, page.curves, result),
        "legend": _legend(result),
        "blades": summary.blades,
        "cues": _cues(result),
        "advice": [(text, "") for text in summary.advice if text not in summary.next_time],
    }


def show(name: str, value: Value) -> str:
    """A value with unit; a dash where there is none. A relative one is marked as such.

    What the surface of the back shows comes with its sigma, which is often as large as differences.
    """
    if not value.judged:
        return NOTHING
    spec = REP_VALUES[name]
    signed = spec.unit in {"%", "deg"} and name not in _UNSIGNED
    about = " rel." if value.status == Status.RELATIVE else ""
    if name in _BLADES:
        own = figure(value.value, decimals=spec.decimals, plus=signed)
        spread = figure(value.sigma, spec.unit, decimals=spec.decimals)
        return f"{own} \N{PLUS-MINUS SIGN} {spread}{about}"
    return figure(value.value, spec.unit, decimals=spec.decimals, plus=signed) + about


def table_columns(result: SetResult) -> list[RepValueSpec]:
    """The values that the table shows: known of at least one repetition."""
    known = {name for name in REP_VALUES if any(r[name].judged for r in result.reps)}
    names = [n for n in TABLE if n in known and _FALLBACK.get(n) not in known]
    wanted = {rule.measure for rule in result.exercise.faults}
    wanted |= {part.measure for r in result.reps for part in r.score.parts}
    wanted |= _BLADES if result.exercise.squeezes else set()
    wanted |= {degrees for degrees, percent in _FALLBACK.items() if percent in wanted}
    chosen = sorted(names, key=lambda name: name not in wanted)[:MOST_COLUMNS]
    return [REP_VALUES[name] for name in names if name in chosen]


def _without_lead(sentence: str) -> str:
    """The sentence without its own "Next time:", which the page already shows."""
    lead, _, rest = sentence.partition(":")
    rest = rest.strip() if lead.strip().lower() == "next time" and rest.strip() else sentence
    return rest[:1].upper() + rest[1:]


def _tiles(result: SetResult) -> list[Tile]:
    count, summary = len(result.reps), result.summary
    partial = f"{result.partial} of them partial" if result.partial else "all of full range"
    tiles = [Tile("Repetitions", str(count), note=partial if count else "none was seen")]
    if np.isfinite(summary.score):
        tiles.append(Tile("Score", figure(summary.score), "of 100", "mean of the repetitions"))
    elif count:
        seen = any(r["blade_squeeze"].judged for r in result.reps)
        film = () if seen else (result.exercise.film,)
        why = " ".join(dict.fromkeys((*summary.advice[1:2], *film)))
        tiles.append(Tile("Score", "Not judged", note=why, judged=False))
    return tiles + _trend_tiles(summary.trends)


def _trend_tiles(trends: Sequence[Trend]) -> list[Tile]:
    """One for each value that changed more than by chance, and one for all others."""
    tiles = []
    for trend in trends:
        if trend.clear:
            title = f"{REP_VALUES[trend.measure].title} across the set"
            sure = f"{min(int(1000 * trend.sure) / 10, 99.9):g} % sure that it is not chance"
            about = f"from the first repetition to the last; {sure}"
            tiles.append(Tile(title, show(trend.measure, trend.change), note=about))
    steady = list(dict.fromkeys(REP_VALUES[t.measure].title for t in trends if not t.clear))
    if steady:
        words = ", ".join((steady[0], *(title.lower() for title in steady[1:])))
        tiles.append(Tile("Across the set", "Steady", note=f"{words}: no clear fade"))
    return tiles


def _pair(page: SetPage) -> list[Picture]:
    """Best and weakest repetition side by side."""
    summary = page.result.summary
    words = {summary.best: "Best", summary.worst: "Weakest"}
    pair = []
    for shot in page.snapshots:
        rep = page.result.repetition(shot.rep)
        if rep is not None and shot.rep in words:
            title = f"{words[shot.rep]}: repetition {shot.rep}"
            pair.append(Picture(shot.t, jpeg(shot.image), title, _rep_words(page.result, rep)))
    return pair


def _rep_words(result: SetResult, rep: RepValues) -> tuple[str, ...]:
    """A repetition in words: its score, a few values and its faults."""
    ranked_by = result.summary.ranked_by
    parts = [f"score {rep.score.total:.0f}"] if np.isfinite(rep.score.total) else []
    rules = [rule.measure for rule in result.exercise.faults if rep[rule.measure].judged]
    names = dict.fromkeys([ranked_by, *rules] if ranked_by in REP_VALUES else rules)
    parts += [f"{REP_VALUES[name].title.lower()} {show(name, rep[name])}" for name in names]
    return (*parts, *(fault.title.lower() for fault in rep.faults))


def _faults(result: SetResult) -> list[dict[str, Any]]:
    """Each fault that was looked for, and how often it was seen."""
    return [
        {
            "title": count.rule.title,
            "judged": bool(count.judged),
            "share": 100 * count.faulty / count.judged if count.judged else 0.0,
            "seen": f"{count.faulty} of {count.judged}" if count.judged else "not judged",
        }
        for count in result.summary.faults
    ]


def _table(result: SetResult) -> dict[str, Any]:
    """Heads as (title, whether its cells are numbers), and a row for each repetition."""
    columns = table_columns(result)
    labels = [
        (name, title) for name, title in _LABELS if any(getattr(r, name).name for r in result.reps)
    ]
    scored = any(np.isfinite(r.score.total) for r in result.reps)
    heads = [(c.title, True) for c in columns] + [(title, False) for _, title in labels]
    heads += [("Score", True)] * scored + [("Seen", False)]
    rows = []
    for one in result.reps:
        values = [(column.name, one[column.name]) for column in columns]
        cells = [(show(name, v), "" if v.judged else v.reason.advice) for name, v in values]
        cells += [(getattr(one, name).name.replace("_", " ") or NOTHING, "") for name, _ in labels]
        cells += [(figure(one.score.total), "")] * scored + [(_seen(one), "")]
        rows.append({"number": one.rep.number, "start": one.rep.start, "cells": cells})
    return {"heads": heads, "rows": rows}


def _seen(found: RepValues) -> str:
    seen = [fault.title for fault in found.faults] + ["partial range"] * found.rep.partial
    text = "; ".join(seen)
    return text[:1].upper() + text[1:] or NOTHING


def _legend(result: SetResult) -> list[tuple[str, str]]:
    """Marks of the small plots, and what each means; the last one has no mark."""
    summary = result.summary
    marks = [("ramp", "first to last")]
    marks += [("best", "best")] * bool(summary.best) + [("worst", "weakest")] * bool(summary.worst)
    marks += [("part", "partial")] * bool(result.partial)
    relative = {n for r in result.reps for n, v in r.values.items() if v.judged and not v.absolute}
    if relative & _BLADES:
        marks.append(("", "rel. of a squeeze: compared with what the column's title names"))
    if relative - _BLADES:
        marks.append(("", "rel.: a change from your own neutral, without an absolute verdict"))
    return marks


def _cues(result: SetResult) -> list[dict[str, Any]]:
    """What the coach said, and when."""
    return [
        {
            "kind": "praise" if cue.kind is CueKind.PRAISE else "correct",
            "t": cue.time,
            "clock": f"{int(cue.time // 60)}:{int(cue.time % 60):02d}",
            "text": cue.text,
            "note": f"after repetition {cue.rep}" if cue.rep else "",
        }
        for cue in result.cues
    ]
