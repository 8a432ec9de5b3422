"""History: posture minutes, alerts, breaks and lifting sessions, in one SQLite file.

No pictures and no landmarks are stored. Times are stored as UTC with the offset of local time at
that moment, so that days follow the local time of the place, also after a journey.
"""

from __future__ import annotations

from scapcoach.history.records import (
    STATES,
    Alert,
    Break,
    LiftingSession,
    LiftingSet,
    Stamp,
    TracePoint,
)
from scapcoach.history.store import History, history_path
from scapcoach.history.writer import HistoryWriter

__all__ = [
    "STATES",
    "Alert",
    "Break",
    "History",
    "HistoryWriter",
    "LiftingSession",
    "LiftingSet",
    "Stamp",
    "TracePoint",
    "history_path",
]
