"""One HTML page over many clips: sortable, searchable, offline, next to the folders of results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from scapcoach.export.clip_status import ClipStatus
from scapcoach.export.summary import VIEW_WORDS, percent
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import View
from scapcoach.measures.words import TITLES, figure
from scapcoach.media.thumbnail import SIZE, THUMBNAIL
from scapcoach.report import page
from scapcoach.report.dataset_groups import group_tables
from scapcoach.report.parts import Bar, Tile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scapcoach.export.dataset_table import Row

#: Columns of the table of clips: heading, and whether it is sorted as text or as numbers.
_COLUMNS: Final = (
    ("Clip", "text"), ("Lifter", "text"), ("Exercise", "text"), ("View", "text"),
    ("Length", "number"), ("Person seen", "number"),
    *((f"{words}, peak", "number") for words in TITLES.values()), ("Status", "text"),
)  # fmt: skip

_VIEWS: Final = {view.label: words for view, words in VIEW_WORDS.items() if view != View.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table of clips.

    Attributes:
        name: name of its column, shown where the table has no room for columns.
        key: what it is sorted by.
        shown: its words; "" where nothing is known.
        judged: share of the frames behind a value, in words, or "".
        relative: whether the value is relative.
    """

    name: str
    key: object
    shown: str
    judged: str = ""
    relative: bool = False


def write_page(path: Path, rows: Sequence[Row], title: str = "") -> None:
    """Write the page, whole or not at all. It links to reports and thumbnails next to it.

    Args:
        path: the file; folders of results are next to it.
        rows: one per clip.
        title: title of the page; "" takes the folder's name.

    Raises:
        OutputError: it could not be written.
    """
    known = [row for row in rows if row.facts]
    failed = [row for row in rows if row.status == ClipStatus.FAILED]
    text = page.render(
        "dataset.html",
        title=title or path.absolute().parent.name,
        lead=_lead(rows, known),
        warning=f"{_count(len(failed), 'clip')} could not be analysed." if failed else "",
        tiles=[_tile(name, known) for name in TITLES] if known else [],
        failed=_count(len(failed), "clip"),
        failures=[("" if row.clip in row.reason else row.clip, row.reason) for row in failed],
        groups=group_tables(known),
        columns=_COLUMNS,
        thumbnail=THUMBNAIL,
        size=[side // 2 for side in SIZE],
        rows=[_row(row) for row in rows],
    )
    page.write_page(path, text)


def _lead(rows: Sequence[Row], known: Sequence[Row]) -> str:
    seconds = sum(row.facts.get("seconds") or 0 for row in known)
    lifters = {row.lifter for row in rows if row.lifter}
    exercises = {row.exercise for row in rows if row.exercise}
    lead = [_count(len(rows), "clip")]
    lead += [_count(len(lifters), "lifter")] if lifters else []
    lead += [_count(len(exercises), "exercise")] if exercises else []
    return f"{', '.join(lead)}, {_hours(seconds)} of video."


def _tile(name: str, rows: Sequence[Row]) -> Tile:
    """How much of all the frames could be judged."""
    frames = sum(row.facts.get("frames") or 0 for row in rows) or 1

    def share(kind: str) -> float:
        parts = (
            (row.facts.get(f"{name}_{kind}") or 0) * (row.facts.get("frames") or 0) for row in rows
        )
        return float(sum(parts)) / frames

    ok, relative = share("ok"), share("relative")
    words = f"{percent(ok)} of the frames calibrated, {percent(relative)} relative"
    judged = figure(100 * (ok + relative))
    bar = Bar(ok, relative, max(0.0, 1 - ok - relative))
    return Tile(TITLES[name], judged, "% judged", share=words, bar=bar)


def _row(row: Row) -> dict[str, Any]:
    facts, view = row.facts, _VIEWS.get(row.facts.get("view") or "", "")
    seconds, person = facts.get("seconds"), facts.get("person")
    return {
        "clip": row.clip,
        "name": row.clip.replace("\\", "/").rsplit("/", 1)[-1],
        "about": row.reason or str(facts.get("headline") or ""),
        "folder": quote(row.folder),
        "status": row.status,
        "search": " ".join((row.clip, row.lifter, row.exercise, view, row.status)).lower(),
        "cells": [
            Cell("Lifter", row.lifter, row.lifter),
            Cell("Exercise", row.exercise, row.exercise),
            Cell("View", view, view),
            Cell("Length", seconds, _hours(seconds)),
            Cell("Person seen", person, _share(person)),
            *(_peak(name, facts) for name in TITLES),
        ],
    }


def _peak(name: str, facts: Any) -> Cell:
    """The 95th percentile: per cent of the own range, an index, or else degrees from rest."""
    ok, relative = facts.get(f"{name}_ok") or 0, facts.get(f"{name}_relative") or 0
    value, degrees = facts.get(f"{name}_p95"), facts.get(f"{name}_deg_p95")
    judged = f"{_share(ok + relative)} judged"
    if value is not None:
        return Cell(TITLES[name], value, figure(value, SPECS[name].unit), judged, ok < relative)
    if degrees is not None:
        return Cell(TITLES[name], degrees, figure(degrees, "deg", plus=True), judged, relative=True)
    return Cell(TITLES[name], "", "")


def _share(share: float | None) -> str:
    return "" if share is None else figure(100 * share, "%")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", "\u202f")


def _hours(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, second = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60}\u00a0h {minutes % 60}\u00a0min"
    return f"{minutes}:{second:02d}\u00a0min" if minutes else f"{seconds:.1f}\u00a0s"
