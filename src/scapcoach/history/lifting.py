"""Lifting for the history: the key figures of an analysed set."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from scapcoach.errors import InputError
from scapcoach.history.records import LiftingSession, LiftingSet, Stamp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scapcoach.history.store import History

#: Exercises that push or pull; the others are neither.
PATTERNS: Final = {
    "row": "pull", "high_row": "pull", "pulldown": "pull", "face_pull": "pull",
    "bench_press": "push", "overhead_press": "push",
}  # fmt: skip

#: Statuses whose means are stored.
_KEPT: Final = ("ok", "relative")


def read_set(folder: Path) -> tuple[str, float, LiftingSet]:
    """Read the set in a folder of results.

    Args:
        folder: written by `scapcoach analyze`, with summary.json.

    Returns:
        Name of the clip, its seconds, and the set.

    Raises:
        InputError: there are no results, or they contain no exercise.
    """
    path = folder / "summary.json"
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        found = data.get("set") or {}
        if not found.get("exercise"):
            raise InputError(
                f"No exercise was coached in {folder}: analyse the clip with --exercise first."
            )
        return str(data["source"]["name"]), float(data["source"]["seconds"]), _set(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} cannot be read ({error}): give a folder of results of 'scapcoach analyze'."
        ) from error


def log_sets(history: History, folders: Iterable[Path], start: Stamp) -> LiftingSession:
    """Store the sets of some folders as one session.

    Raises:
        InputError: a folder holds no set; nothing was stored.
        HistoryError: nothing was stored.
    """
    read = [read_set(folder) for folder in folders]
    session = LiftingSession(
        start=start,
        seconds=sum(seconds for _, seconds, _ in read),
        source=", ".join(dict.fromkeys(name for name, _, _ in read)),
        sets=tuple(one for _, _, one in read),
    )
    history.add_session(session)
    return session


def _set(found: dict[str, Any]) -> LiftingSet:
    repetitions = found.get("repetitions", [])
    figures = {
        name: round(float(mean["value"]), 2)
        for name, mean in found.get("means", {}).items()
        if mean["status"] in _KEPT and mean["value"] is not None
    }
    for name in ("score", "partial"):
        if found.get(name) is not None:
            figures[name] = float(found[name])
    load = found.get("load_kg")
    return LiftingSet(
        exercise=str(found["exercise"]),
        pattern=PATTERNS.get(found["exercise"], "other"),
        reps=int(found["reps"]),
        load=None if load is None else float(load),
        grip=_usual(repetitions, "grip"),
        angle=_usual(repetitions, "pull_angle"),
        figures=figures,
    )


def _usual(repetitions: list[dict[str, Any]], name: str) -> str:
    """The most frequent value over the repetitions, "" where it was not observable."""
    seen = Counter(str(r[name]) for r in repetitions if r.get(name))
    return seen.most_common(1)[0][0] if seen else ""
