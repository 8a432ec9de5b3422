"""What happened when: posture minutes, alerts, breaks and lifting sessions, in one SQLite file.

No picture and no landmark is ever stored. Times are kept as UTC with the offset of the clock on
the wall at that moment, so that a day is the day the person lived, also after a journey.
"""

from __future__ import annotations

from scapcoach.history.journal import Journal
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

__all__ = [
    "STATES",
    "Alert",
    "Break",
    "History",
    "Journal",
    "LiftingSession",
    "LiftingSet",
    "Stamp",
    "TracePoint",
    "history_path",
]
