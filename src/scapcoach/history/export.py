"""Everything that is stored, as JSON or as CSV tables for other programs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from scapcoach.history.records import STATES, Stamp, plain_alert, plain_session
from scapcoach.history.summary import HistorySummary, local

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scapcoach.history.store import History


def everything(history: History) -> dict[str, Any]:
    """Everything that is stored, as plain JSON types.

    Raises:
        HistoryError: the database cannot be read.
    """
    return {
        "schema": "scapcoach.history/1",
        "minutes": [
            {"minute": Stamp(60.0 * k[0], k[1]).text, "state": k[2], "seconds": round(s, 3)}
            for k, s in history.minutes()
        ],
        "alerts": [plain_alert(a) for a in history.alerts()],
        "breaks": [{"start": b.start.text, "seconds": b.seconds} for b in history.breaks()],
        "sessions": [plain_session(s) for s in history.sessions()],
    }


def csv_tables(history: History) -> dict[str, str]:
    """Everything that is stored, as CSV text by file name.

    Raises:
        HistoryError: the database cannot be read.
    """
    minutes = [
        (Stamp(60.0 * k[0], k[1]).text, local(k).date(), k[2], f"{s:.3f}")
        for k, s in history.minutes()
    ]
    sets = [
        (p.start.text, p.source, i, s.exercise, s.pattern, s.reps,
         "" if s.load is None else s.load, s.grip, s.angle)
        for p in history.sessions()
        for i, s in enumerate(p.sets, start=1)
    ]  # fmt: skip
    return {
        "minutes.csv": _csv(("minute", "day", "state", "seconds"), minutes),
        "alerts.csv": _csv(
            ("id", "at", "kind", "text"),
            [(a.id, a.at.text, a.kind, a.text) for a in history.alerts()],
        ),
        "breaks.csv": _csv(
            ("start", "seconds"), [(b.start.text, f"{b.seconds:.0f}") for b in history.breaks()]
        ),
        "lifting.csv": _csv(
            ("session", "source", "set", "exercise", "pattern", "reps", "load_kg", "grip", "angle"),
            sets,
        ),
    }


def days_csv(summary: HistorySummary) -> str:
    """One row per day: minutes by state, share hunched, alerts, breaks."""
    rows = [
        (d.day, *(f"{d.seconds[s] / 60:.1f}" for s in STATES),
         "" if d.hunched is None else f"{d.hunched:.3f}",
         d.alerts.get("hunch", 0), d.alerts.get("break", 0), d.breaks)
        for d in summary.days
    ]  # fmt: skip
    head = (
        "day", *(f"{s}_min" for s in STATES), "hunched_share", "hunch_alerts", "break_reminders",
        "breaks",
    )  # fmt: skip
    return _csv(head, rows)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_safe(v) for v in row] for row in rows)
    return text.getvalue()


def _safe(value: Any) -> Any:
    """The value in a form that a spreadsheet does not read as a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
