"""Lifting for the history: the key figures of an analysed set."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from msgspec import UNSET

from scapcoach import schema
from scapcoach.errors import InputError
from scapcoach.export.summary_types import Set, Summary
from scapcoach.folders import MAX_SUMMARY_BYTES, SUMMARY
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


_FORM: Final = schema.Format(
    "Give a folder of results of 'scapcoach analyze'", InputError, limit=MAX_SUMMARY_BYTES
)


def read_set(folder: Path) -> tuple[str, float, LiftingSet]:
    """Read the set in a folder of results.

    Args:
        folder: written by `scapcoach analyze`, with summary.json.

    Returns:
        Name of the clip, its seconds, and the set.

    Raises:
        InputError: there are no results, or they contain no exercise.
    """
    path = folder / SUMMARY
    try:
        found = schema.read(path, Summary, _FORM)
    except FileNotFoundError:
        raise InputError(f"There is no {path}. {_FORM.advice}.") from None
    if not (found.set and found.set.exercise):
        raise InputError(
            f"No exercise was coached in {folder}: analyse the clip with --exercise first."
        )
    return found.source.name, found.source.seconds, _set(found.set)


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


def _set(found: Set) -> LiftingSet:
    figures = {
        name: round(mean.value, 2)
        for name, mean in (found.means or {}).items()
        if mean.status in _KEPT and mean.value is not None
    }
    figures |= {"score": found.score} if isinstance(found.score, float) else {}
    figures |= {} if found.partial is UNSET else {"partial": float(found.partial)}
    exercise, repetitions = found.exercise or "", found.repetitions or ()
    return LiftingSet(
        exercise=exercise,
        pattern=PATTERNS.get(exercise, "other"),
        reps=found.reps or 0,
        load=None if found.load_kg is UNSET else found.load_kg,
        grip=_usual(rep.grip for rep in repetitions),
        angle=_usual(rep.pull_angle for rep in repetitions),
        figures=figures,
    )


def _usual(found: Iterable[str | None]) -> str:
    """The most frequent value over the repetitions, "" where it was not observable."""
    seen = Counter(filter(None, found))
    return seen.most_common(1)[0][0] if seen else ""
