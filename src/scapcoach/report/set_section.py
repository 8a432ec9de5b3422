"""The part of the report about a set: what to do next time, repetitions, faults, curves, stills."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.measures.series import Status
from scapcoach.report.rep_curves import Curve, curves_block

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
#: As many of them at most: more would need a magnifying glass.
MOST_COLUMNS: Final = 7
#: Sizes, which have no direction.
_UNSIGNED: Final = frozenset({"range_share", "trunk_swing"})
#: In degrees, and told only where the value in per cent is not.
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


def set_block(page: SetPage) -> str:
    """The section about the set, all text escaped; buttons carry ``data-t`` in seconds."""
    record = page.record
    load = "" if record.load is None else f" \u00b7 {record.load:g} kg"
    parts = [
        f"<h2>{html.escape(record.title)}{load}</h2>",
        f'<p class="nexttime"><b>Next time</b> {html.escape(_without_lead(record.next_time))}</p>',
        _tiles(record),
    ]
    if record.reps:
        parts += [
            _pair(page),
            _faults(record),
            _table(record),
            '<h3>Repetitions over each other</h3><div class="multiples">'
            + curves_block(page.t, page.curves, record)
            + "</div>"
            + _legend(record),
        ]
    parts += [_cues(record), _advice(record)]
    return f'<section class="card set" aria-label="The set">{"".join(parts)}</section>'


def show(number: Number, column: Column) -> str:
    """A number with unit; a dash where there is none. A relative one is marked as such."""
    if not number.shown:
        return "\u2013"
    text = f"{number.value:.{column.decimals}f}"
    signed = column.unit in {"%", "deg"} and column.name not in _UNSIGNED
    if signed and float(text) > 0:
        text = f"+{text}"
    if float(text) == 0:
        text = text.lstrip("-")
    unit = {"deg": "\u00b0", "": ""}.get(column.unit, f" {column.unit}")
    about = " rel." if number.status == Status.RELATIVE else ""
    return f"{text}{unit}{about}".replace("-", "\u2212")


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


def _tiles(record: SetRecord) -> str:
    count = len(record.reps)
    partial = f"{record.partial} of them partial" if record.partial else "all of full range"
    tiles = [_tile("Repetitions", str(count), "", partial if count else "none was seen")]
    if np.isfinite(record.score):
        tiles.append(_tile("Score", f"{record.score:.0f}", "of 100", "mean of the repetitions"))
    elif count:
        why = " ".join(dict.fromkeys((*record.advice[1:2], record.film)))
        tiles.append(
            '<section class="tile"><h3>Score</h3><div class="big none">Not judged</div>'
            f'<div class="note">{html.escape(why)}</div></section>'
        )
    tiles += _trend_tiles(record)
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _tile(title: str, big: str, unit: str, note: str) -> str:
    small = f"<small>{html.escape(unit)}</small>" if unit else ""
    return (
        f'<section class="tile"><h3>{html.escape(title)}</h3>'
        f'<div class="big">{html.escape(big)}{small}</div>'
        f'<div class="note">{html.escape(note)}</div></section>'
    )


def _trend_tiles(record: SetRecord) -> list[str]:
    """One for each value that changed for sure, and one for those that did not."""
    tiles = []
    for trend in record.trends:
        if trend.clear:
            column = record.column(trend.name)
            about = "from the first repetition to the last"
            title = f"{column.title} across the set"
            tiles.append(_tile(title, show(trend.change, column), "", about))
    steady = list(dict.fromkeys(record.column(t.name).title for t in record.trends if not t.clear))
    if steady:
        words = ", ".join((steady[0], *(title.lower() for title in steady[1:])))
        about = f"{words}: no fade that can be told from chance"
        tiles.append(_tile("Across the set", "Steady", "", about))
    return tiles


def _pair(page: SetPage) -> str:
    """Best and weakest repetition side by side."""
    words = {page.record.best: "Best", page.record.worst: "Weakest"}
    figures = []
    for shot in page.snapshots:
        rep = page.record.repetition(shot.rep)
        if rep is None or shot.rep not in words:
            continue
        title = f"{words[shot.rep]}: repetition {shot.rep}"
        figures.append(
            f'<button class="still" data-t="{shot.t:.3f}"><img src="{jpeg(shot.image)}" '
            f'alt="{title}"><span><b>{title}</b>{_rep_words(page.record, rep)}</span></button>'
        )
    return f'<div class="pair">{"".join(figures)}</div>' if figures else ""


def _rep_words(record: SetRecord, rep: RepRow) -> str:
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
    parts += [record.rule_title(key).lower() for key in rep.faults]
    return "".join(f"<i>{html.escape(part)}</i>" for part in parts)


def _faults(record: SetRecord) -> str:
    rows = []
    for rule in record.rules:
        share = f"{100 * rule.faulty / rule.judged:.0f}%" if rule.judged else "0%"
        said = f"{rule.faulty} of {rule.judged}" if rule.judged else "not judged"
        name = f"{rule.title}: {said}"
        kind = "fault" if rule.judged else "none"
        rows.append(
            f'<li class="{kind}"><span>{html.escape(rule.title)}</span>'
            f'<i class="meter" role="img" aria-label="{html.escape(name)}">'
            f'<i style="width:{share}"></i></i><b>{said}</b></li>'
        )
    if not rows:
        return ""
    return f'<h3>Looked for</h3><ul class="faults">{"".join(rows)}</ul>'


def _table(record: SetRecord) -> str:
    columns = table_columns(record)
    head = "".join(f"<th scope=col class=n>{html.escape(c.title)}</th>" for c in columns)
    labels = [
        (name, title)
        for name, title in (("grip", "Grip"), ("pull_angle", "Pull"))
        if any(r.labels[name].name for r in record.reps if name in r.labels)
    ]
    head += "".join(f"<th scope=col>{title}</th>" for _, title in labels)
    scored = any(np.isfinite(r.score) for r in record.reps)
    head += "<th scope=col class=n>Score</th>" if scored else ""
    rows = "".join(_row(record, r, columns, labels, scored=scored) for r in record.reps)
    return (
        '<h3>Repetition by repetition</h3><div class="scroll"><table class="reps"><thead><tr>'
        f"<th scope=col>Rep</th>{head}<th scope=col>Seen</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(
    record: SetRecord,
    rep: RepRow,
    columns: Sequence[Column],
    labels: Sequence[tuple[str, str]],
    *,
    scored: bool,
) -> str:
    cells = []
    for column in columns:
        number = rep.values[column.name]
        why = "" if number.shown else f' title="{html.escape(number.reason.advice)}"'
        mark = f'data-label="{html.escape(column.title)}"'
        cells.append(f"<td class=n {mark}{why}>{show(number, column)}</td>")
    for name, title in labels:
        label = rep.labels[name]
        text = label.name.replace("_", " ") or "\u2013"
        cells.append(f'<td data-label="{title}">{html.escape(text)}</td>')
    if scored:
        score = f"{rep.score:.0f}" if np.isfinite(rep.score) else "\u2013"
        cells.append(f'<td class=n data-label="Score">{score}</td>')
    seen = [record.rule_title(key) for key in rep.faults] + ["partial range"] * rep.partial
    text = "; ".join(seen) or "\u2013"
    cells.append(f'<td data-label="Seen">{html.escape(text[:1].upper() + text[1:])}</td>')
    return (
        f'<tr><th scope=row><button class="go" data-t="{rep.start:.3f}" '
        f'aria-label="Go to repetition {rep.number}">{rep.number}</button></th>'
        f"{''.join(cells)}</tr>"
    )


def _legend(record: SetRecord) -> str:
    marks = '<span><i class="ramp"></i>first to last</span>'
    if record.best:
        marks += '<span><i class="best"></i>best</span>'
    if record.worst:
        marks += '<span><i class="worst"></i>weakest</span>'
    if any(rep.partial for rep in record.reps):
        marks += '<span><i class="part"></i>partial</span>'
    if any(v.shown and v.status == Status.RELATIVE for r in record.reps for v in r.values.values()):
        marks += "<span>rel.: a change from your own neutral, without an absolute verdict</span>"
    return f'<div class="legend reps">{marks}</div>'


def _cues(record: SetRecord) -> str:
    if not record.cues:
        return ""
    items = "".join(
        f'<li class="{"praise" if cue.praise else "correct"}"><button class="go" '
        f'data-t="{cue.t:.3f}">{_clock(cue.t)}</button> {html.escape(cue.text)}'
        f"{f' <small>after repetition {cue.rep}</small>' if cue.rep else ''}</li>"
        for cue in record.cues
    )
    return f'<h3>What the coach said</h3><ul class="cues">{items}</ul>'


def _advice(record: SetRecord) -> str:
    texts = [text for text in record.advice if text not in record.next_time]
    if not texts:
        return ""
    items = "".join(f"<li>{html.escape(text)}</li>" for text in texts)
    return (
        f'<section class="next"><h3>To have more of the set judged</h3><ul>{items}</ul></section>'
    )


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def jpeg(image: npt.NDArray[np.uint8]) -> str:
    """A picture as a data URL."""
    import base64

    import cv2

    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode('ascii')}"
