"""What the history holds: plain frozen records."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

#: What a second at the desk can be counted as, in the order in which tables show them.
STATES: Final = ("good", "mild", "marked", "unknown", "away", "paused")


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """A moment, and what the clock on the wall said.

    Attributes:
        utc: seconds since 1970-01-01 UTC.
        offset: minutes by which the local clock was ahead of UTC.
    """

    utc: float
    offset: int = 0

    @classmethod
    def now(cls) -> Stamp:
        """This moment by this computer's clock and time zone."""
        return cls.at(time.time())

    @classmethod
    def at(cls, utc: float) -> Stamp:
        """A moment in this computer's time zone as it is now."""
        offset = datetime.fromtimestamp(utc).astimezone().utcoffset() or timedelta()
        return cls(utc, round(offset.total_seconds() / 60))

    @property
    def local(self) -> datetime:
        """The clock on the wall, without a time zone."""
        whole = datetime.fromtimestamp(self.utc, UTC).replace(tzinfo=None)
        return whole + timedelta(minutes=self.offset)

    @property
    def day(self) -> date:
        """The day on which it was."""
        return self.local.date()

    @property
    def minute(self) -> int:
        """Whole minutes since 1970 UTC: the row in which its second is counted."""
        return int(self.utc // 60)

    @property
    def text(self) -> str:
        """ISO 8601 with the offset, to the second."""
        sign = "-" if self.offset < 0 else "+"
        hours, minutes = divmod(abs(self.offset), 60)
        return f"{self.local.isoformat(timespec='seconds')}{sign}{hours:02}:{minutes:02}"


@dataclass(frozen=True, slots=True)
class TracePoint:
    """One second around an alert: what was seen.

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
    """The person was told something.

    Attributes:
        at: when.
        kind: hunch or break.
        text: the words, as they were shown.
        cause: what had changed, by name of the part and in its unit, for "why was I told".
        trace: the seconds around it.
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
        seconds: how long it took.
    """

    start: Stamp
    seconds: float


@dataclass(frozen=True, slots=True)
class LiftingSet:
    """One set of an exercise.

    Attributes:
        exercise: its name, e.g. "row".
        pattern: push, pull or other.
        reps: repetitions counted.
        load: kilograms; None when not told.
        grip, angle: as far as they were observable, else "".
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
    """Some sets of one training.

    Attributes:
        start: when it began.
        seconds: how long it took.
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
        "trace": [[p.dt, p.score, p.state] for p in alert.trace],
    }


def plain_session(session: LiftingSession) -> dict[str, Any]:
    """A lifting session as plain JSON types."""
    return {
        "id": session.id,
        "start": session.start.text,
        "seconds": session.seconds,
        "source": session.source,
        "sets": [
            {
                "exercise": s.exercise, "pattern": s.pattern, "reps": s.reps, "load": s.load,
                "grip": s.grip, "angle": s.angle, "figures": s.figures,
            }
            for s in session.sets
        ],
    }  # fmt: skip
