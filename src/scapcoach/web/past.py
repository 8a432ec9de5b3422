"""Past sessions for the page, and their reports, the only files of sessions that it may read."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from scapcoach import schema
from scapcoach.errors import InputError
from scapcoach.export.summary_types import Summary
from scapcoach.folders import REPORT, SUMMARY
from scapcoach.recording.places import SUMMARY_FORM

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9-]{8,12}")
_PART: Final = re.compile(r"[0-9]+-[\w .-]{1,60}")


def past_sessions(folder: Path) -> list[dict[str, Any]]:
    """Recorded sessions, the newest first: name, and for each report its address and headline."""
    if not folder.is_dir():
        return []
    names = sorted((p.name for p in folder.iterdir() if _NAME.fullmatch(p.name)), reverse=True)
    return [session_card(folder / name) for name in names]


def session_card(session: Path) -> dict[str, Any]:
    """Name and reports of a session; a session without reports was not finished."""
    places = [session, *sorted(p for p in session.iterdir() if _PART.fullmatch(p.name))]
    reports = [_report(session, place) for place in places if (place / REPORT).is_file()]
    return {"name": session.name, "reports": reports}


def _report(session: Path, place: Path) -> dict[str, Any]:
    inside = "" if place == session else f"{place.name}/"
    found: dict[str, Any] = {"exercise": "", "seconds": None, "headline": []}
    with suppress(FileNotFoundError, InputError):
        summary = schema.read(place / SUMMARY, Summary, SUMMARY_FORM)
        found = {
            "exercise": (summary.set and summary.set.exercise) or "",
            "seconds": summary.source.seconds,
            "headline": summary.headline,
        }
    return {"address": f"/sessions/{session.name}/{inside}{REPORT}", **found}


def report_file(folder: Path, address: str) -> Path | None:
    """The report that an address names, or None: no other file can be read."""
    parts = address.split("/")
    good = (
        len(parts) in {2, 3}
        and _NAME.fullmatch(parts[0])
        and parts[-1] == REPORT
        and (len(parts) == 2 or _PART.fullmatch(parts[1]))
    )
    path = folder.joinpath(*parts) if good else None
    return path if path is not None and path.is_file() else None
