"""Records of the history: frozen dataclasses."""

from __future__ import annotations

import time
from dataclasses import asdict, astuple, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

#: States of a second at the desk, in the order of the tables.
STATES: Final = ("good", "mild", "marked", "unknown", "away", "paused")
#: Days that a look back covers when nobody says how many, today included.
LOOK_BACK_DAYS: Final = 28


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """A moment, with the offset of local time.

    Attributes:
        utc: seconds since 1970-01-01 UTC.
        offset: minutes by which local time was ahead of UTC.
    """

    utc: float
    offset: int = 0

    @classmethod
    def now(cls) -> Stamp:
        """The current moment in this computer's time zone."""
        return cls.at(time.time())

    @classmethod
    def at(cls, utc: float) -> Stamp:
        """The moment `utc` in this computer's current time zone."""
        offset = datetime.fromtimestamp(utc).astimezone().utcoffset() or timedelta()
        return cls(utc, round(offset.total_seconds() / 60))

    @property
    def local(self) -> datetime:
        """Local time, without a time zone."""
        whole = datetime.fromtimestamp(self.utc, UTC).replace(tzinfo=None)
        return whole + timedelta(minutes=self.offset)

    @property
    def day(self) -> date:
        """The local date."""
        return self.local.date()

    @property
    def minute(self) -> int:
        """Whole minutes since 1970 UTC: the row that contains this second."""
        return int(self.utc // 60)

    @property
    def text(self) -> str:
        """ISO 8601 with the offset, to the second."""
        sign = "-" if self.offset < 0 else "+"
        hours, minutes = divmod(abs(self.offset), 60)
        return f"{self.local.isoformat(timespec='seconds')}{sign}{hours:02}:{minutes:02}"


@dataclass(frozen=True, slots=True)
class TracePoint:
    """One look near an alert.

    Attributes:
        dt: seconds from the alert, negative before it.
        score: 0 upright to 100 hunched; None where it was not judged.
        state: one of `STATES`.
    """

    dt: float
    score: float | None
    state: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert that was given.

    Attributes:
        at: when.
        kind: hunch or break.
        text: the sentence, as it was shown.
        cause: what had changed, by name of the part and in its unit; the reason for the alert.
        trace: the looks before and after it.
        id: number in the database, 0 before it is stored.
    """

    at: Stamp
    kind: str
    text: str
    cause: dict[str, float] = field(default_factory=dict)
    trace: tuple[TracePoint, ...] = ()
    id: int = 0


@dataclass(frozen=True, slots=True)
class Break:
    """Time away from the desk.

    Attributes:
        start: when it began.
        seconds: how long it lasted.
    """

    start: Stamp
    seconds: float


@dataclass(frozen=True, slots=True)
class LiftingSet:
    """One set of an exercise.

    Attributes:
        exercise: its name, e.g. "row".
        pattern: push, pull or other.
        reps: number of repetitions.
        load: kilograms; None when not given.
        grip, angle: where they were observable, else "".
        figures: key figures by name, e.g. mean retraction at the finish.
    """

    exercise: str
    pattern: str
    reps: int
    load: float | None = None
    grip: str = ""
    angle: str = ""
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiftingSession:
    """The sets of one training session.

    Attributes:
        start: when it began.
        seconds: how long it lasted.
        source: file name of the clip, or "camera".
        sets: in order.
        id: number in the database, 0 before it is stored.
    """

    start: Stamp
    seconds: float
    source: str
    sets: tuple[LiftingSet, ...]
    id: int = 0


def plain_alert(alert: Alert) -> dict[str, Any]:
    """An alert as plain JSON types."""
    return {
        "id": alert.id,
        "at": alert.at.text,
        "kind": alert.kind,
        "text": alert.text,
        "cause": alert.cause,
        "trace": [list(astuple(p)) for p in alert.trace],
    }


def plain_session(session: LiftingSession) -> dict[str, Any]:
    """A lifting session as plain JSON types."""
    return {
        "id": session.id,
        "start": session.start.text,
        "seconds": session.seconds,
        "source": session.source,
        "sets": [asdict(s) for s in session.sets],
    }
