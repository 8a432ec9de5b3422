"""One HTML page over many clips: sortable, searchable, offline, beside the folders of results."""

from __future__ import annotations

import base64
import html
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from scapcoach.export.summary import MAIN, VIEW_WORDS, percent
from scapcoach.files import atomic_path
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import View
from scapcoach.media.thumbnail import THUMBNAIL
from scapcoach.overlay.text import font_bytes
from scapcoach.report.dataset_groups import groups_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scapcoach.export.dataset_table import Row

#: Columns of the table of clips: heading, and whether it is sorted as text or as numbers.
_COLUMNS: Final = (
    ("Clip", "text"), ("Lifter", "text"), ("Exercise", "text"), ("View", "text"),
    ("Length", "number"), ("Person seen", "number"),
    *((f"{words}, peak", "number") for words in MAIN.values()), ("Status", "text"),
)  # fmt: skip

_STYLES: Final = ("base.css", "report.css", "dataset.css")

_VIEWS: Final = {view.label: words for view, words in VIEW_WORDS.items() if view != View.UNKNOWN}


def write_page(path: Path, rows: Sequence[Row], title: str = "") -> None:
    """Write the page, whole or not at all. It refers to reports and thumbnails beside it.

    Args:
        path: the file; folders of results lie next to it.
        rows: one a clip.
        title: of the page; "" takes the folder's name.

    Raises:
        OutputError: it could not be written.
    """
    assets = files("scapcoach.report").joinpath("assets")
    parts = {
        "title": html.escape(title or path.absolute().parent.name),
        "css": "".join(assets.joinpath(name).read_text("utf-8") for name in _STYLES),
        "js": assets.joinpath("dataset.js").read_text("utf-8"),
        "font_medium": base64.b64encode(font_bytes("medium")).decode("ascii"),
        "font_bold": base64.b64encode(font_bytes("bold")).decode("ascii"),
        "summary": _summary(rows),
        "failures": _failures(rows),
        "groups": groups_block(rows),
        "sorts": _sorts(),
        "heads": '<th aria-label="Picture"></th>' + "".join(_heads()),
        "count": str(len(rows)),
        "rows": "\n".join(_row(row) for row in rows),
    }
    template = assets.joinpath("dataset.html").read_text("utf-8")
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)
    with atomic_path(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _summary(rows: Sequence[Row]) -> str:
    known = [row for row in rows if row.facts]
    seconds = sum(row.facts.get("seconds") or 0 for row in known)
    lifters = {row.lifter for row in rows if row.lifter}
    exercises = {row.exercise for row in rows if row.exercise}
    lead = [_count(len(rows), "clip")]
    lead += [_count(len(lifters), "lifter")] if lifters else []
    lead += [_count(len(exercises), "exercise")] if exercises else []
    failed = sum(row.status == "failed" for row in rows)
    text = f'<p class="lead">{", ".join(lead)}, {_hours(seconds)} of video.</p>'
    if failed:
        text += f'<p class="warning">{_count(failed, "clip")} could not be analysed.</p>'
    tiles = "".join(_tile(name, known) for name in MAIN)
    return f'{text}<div class="tiles">{tiles}</div>' if known else text


def _tile(name: str, rows: Sequence[Row]) -> str:
    """How much of all the frames could be judged."""
    frames = sum(row.facts.get("frames") or 0 for row in rows) or 1

    def share(kind: str) -> float:
        parts = (
            (row.facts.get(f"{name}_{kind}") or 0) * (row.facts.get("frames") or 0) for row in rows
        )
        return float(sum(parts)) / frames

    ok, relative = share("ok"), share("relative")
    return (
        f'<div class="tile"><h3>{MAIN[name]}</h3>'
        f'<div class="big">{round(100 * (ok + relative))}<small>% judged</small></div>'
        f'<div class="bar"><i class="ok" style="width:{100 * ok:.1f}%"></i>'
        f'<i class="relative" style="width:{100 * relative:.1f}%"></i></div>'
        f'<div class="share">{percent(ok)} of the frames calibrated, {percent(relative)} relative'
        "</div></div>"
    )


def _failures(rows: Sequence[Row]) -> str:
    failed = [row for row in rows if row.status == "failed"]
    if not failed:
        return ""
    items = "".join(f"<li>{_failure(row)}</li>" for row in failed)
    return (
        f'<section class="card failures" aria-label="Failures"><h2>{_count(len(failed), "clip")} '
        f"failed</h2><ul>{items}</ul></section>"
    )


def _failure(row: Row) -> str:
    named = "" if row.clip in row.reason else f"<b>{html.escape(row.clip)}</b>: "
    return f"{named}{html.escape(row.reason)}"


def _heads() -> Iterator[str]:
    for title, kind in _COLUMNS:
        yield f'<th data-kind="{kind}" scope="col"><button type="button">{title}</button></th>'


def _sorts() -> str:
    options = ['<option value="">as listed</option>']
    for number, (title, kind) in enumerate(_COLUMNS, start=1):
        way = "d" if kind == "number" else "a"
        options.append(f'<option value="{number}{way}">{title}</option>')
    return "".join(options)


def _row(row: Row) -> str:
    facts, folder = row.facts, quote(row.folder)
    name = html.escape(row.clip.replace("\\", "/").rsplit("/", 1)[-1])
    picture = "<i></i>"
    if row.folder:
        name = f'<a href="{folder}/report.html">{name}</a>'
        picture = f'<img src="{folder}/{THUMBNAIL}" alt="" loading="lazy" width="96" height="72">'
    view = _VIEWS.get(facts.get("view") or "", "")
    where = html.escape(row.reason or str(facts.get("headline") or ""))
    cells = [
        f'<td class="thumb">{picture}</td>',
        f'<th scope="row" data-v="{html.escape(row.clip)}">{name}<small>{where}</small></th>',
        _cell("Lifter", row.lifter, html.escape(row.lifter)),
        _cell("Exercise", row.exercise, html.escape(row.exercise)),
        _cell("View", view, view),
        _cell("Length", facts.get("seconds"), _hours(facts.get("seconds"))),
        _cell("Person seen", facts.get("person"), _share(facts.get("person"))),
        *(_peak(name, facts) for name in MAIN),
        f'<td class="status" data-name="Status" data-v="{row.status}">{row.status}</td>',
    ]
    words = " ".join((row.clip, row.lifter, row.exercise, view, row.status)).lower()
    return f'<tr class="{row.status}" data-text="{html.escape(words)}">{"".join(cells)}</tr>'


def _cell(name: str, value: object, shown: str) -> str:
    key = "" if value is None else html.escape(str(value))
    return f'<td data-name="{name}" data-v="{key}">{shown}</td>' if shown else '<td data-v=""></td>'


def _peak(name: str, facts: Any) -> str:
    """The 95th percentile: per cent of the own range, an index, or else degrees from rest."""
    ok, relative = facts.get(f"{name}_ok") or 0, facts.get(f"{name}_relative") or 0
    value, degrees = facts.get(f"{name}_p95"), facts.get(f"{name}_deg_p95")
    if value is not None:
        unit = " %" if SPECS[name].unit == "%" else ""
        number, kind = f"{value:.0f}{unit}", "" if ok >= relative else ' class="rel"'
    elif degrees is not None:
        value, number, kind = degrees, f"{degrees:+.0f}°", ' class="rel"'
    else:
        return '<td data-v=""></td>'
    number = number.replace("-", "\u2212")
    judged = f"<small>{_share(ok + relative)} judged</small>"
    return f'<td data-name="{MAIN[name]}" data-v="{value}"><b{kind}>{number}</b>{judged}</td>'


def _share(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", "\u202f")


def _hours(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, second = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60}\u00a0h {minutes % 60}\u00a0min"
    return f"{minutes}:{second:02d}\u00a0min" if minutes else f"{seconds:.1f}\u00a0s"
