"""`History`: writes to the database and reads from it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from scapcoach import schema
from scapcoach.errors import HistoryError
from scapcoach.folders import data_folder
from scapcoach.history.records import (
    STATES,
    Alert,
    Break,
    LiftingSession,
    LiftingSet,
    Stamp,
    TracePoint,
)
from scapcoach.history.schema import LOCK_TIMEOUT_S, connect, explained, set_aside_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_T = TypeVar("_T")

_FORM: Final = schema.Format(
    "Delete what lies before a later day ('scapcoach history delete'), or move the file away",
    HistoryError,
    limit=10_000_000,
)

#: (minute since 1970 UTC, offset in minutes, state): the key under which seconds are counted.
MinuteKey = tuple[int, int, str]

#: Earlier than any moment, for queries without a limit.
_EVER: Final = -1e15
#: The columns that `_alert` reads.
_ALERTS: Final = "SELECT utc, offset, kind, text, cause, trace, id FROM alerts"


def history_path() -> Path:
    """The database file; SCAPCOACH_DATA_DIR overrides the platform's user data folder."""
    return data_folder() / "history.sqlite3"


class History:
    """The open database. Use it in a `with` block; every write is one transaction.

    Args:
        path: path of the file; None for `history_path`.
        lock_timeout: seconds to wait for another program that writes.

    Attributes:
        path: path of the file.
        notice: a sentence for the person about opening it (a damaged file was renamed), or "".

    Raises:
        HistoryError: another program uses it, it has a newer version, or it cannot be written.
    """

    def __init__(self, path: Path | None = None, *, lock_timeout: float = LOCK_TIMEOUT_S) -> None:
        self.path = history_path() if path is None else path
        self._connection, self.notice = connect(self.path, lock_timeout=lock_timeout)

    def close(self) -> None:
        """Close the file; calling it again does nothing."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Writing

    def write(
        self,
        minutes: Mapping[MinuteKey, float],
        alerts: Iterable[Alert] = (),
        breaks: Iterable[Break] = (),
    ) -> list[int]:
        """Add desk time, alerts and breaks in one transaction.

        Args:
            minutes: seconds to add, by minute, offset and state.
            alerts: new ones, or with the `id` of a stored one to replace its trace.
            breaks: finished ones.

        Returns:
            The ids of the alerts, in their order.

        Raises:
            HistoryError: nothing was stored.
        """
        if unknown := {state for _, _, state in minutes} - set(STATES):
            raise ValueError(f"no such state: {sorted(unknown)}")
        with self._transaction() as run:
            for (minute, offset, state), seconds in minutes.items():
                run(
                    "INSERT INTO minutes VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
                    "SET seconds = seconds + excluded.seconds",
                    (minute, offset, state, seconds),
                )
            for one in breaks:
                run(
                    "INSERT OR REPLACE INTO breaks VALUES (?, ?, ?)",
                    (one.start.utc, one.start.offset, one.seconds),
                )
            return [self._put_alert(run, alert) for alert in alerts]

    @staticmethod
    def _put_alert(run: Any, alert: Alert) -> int:
        trace = json.dumps([[p.dt, p.score, p.state] for p in alert.trace])
        if alert.id:
            run("UPDATE alerts SET trace = ? WHERE id = ?", (trace, alert.id))
            return alert.id
        cursor = run(
            "INSERT INTO alerts (utc, offset, kind, text, cause, trace) VALUES (?, ?, ?, ?, ?, ?)",
            (alert.at.utc, alert.at.offset, alert.kind, alert.text, json.dumps(alert.cause), trace),
        )
        return int(cursor.lastrowid)

    def add_session(self, session: LiftingSession) -> int:
        """Store a lifting session; returns its id.

        Raises:
            HistoryError: nothing was stored.
        """
        with self._transaction() as run:
            cursor = run(
                "INSERT INTO sessions (utc, offset, seconds, source) VALUES (?, ?, ?, ?)",
                (session.start.utc, session.start.offset, session.seconds, session.source),
            )
            number = int(cursor.lastrowid)
            for i, s in enumerate(session.sets):
                run(
                    "INSERT INTO sets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (number, i, s.exercise, s.pattern, s.reps, s.load, s.grip, s.angle,
                     json.dumps(s.figures)),
                )  # fmt: skip
        return number

    def prune(self, before: float) -> int:
        """Delete desk time, alerts and breaks before a moment; lifting sessions stay.

        Args:
            before: seconds since 1970 UTC.

        Returns:
            Number of deleted rows.
        """
        with self._transaction() as run:
            gone = run("DELETE FROM minutes WHERE minute < ?", (before // 60,)).rowcount
            gone += run("DELETE FROM alerts WHERE utc < ?", (before,)).rowcount
            gone += run("DELETE FROM breaks WHERE utc < ?", (before,)).rowcount
        return int(gone)

    def delete_everything(self) -> None:
        """Delete everything, also from the file's free pages, and the renamed damaged files.

        Raises:
            HistoryError: another program uses it; nothing was deleted.
        """
        self._execute("PRAGMA secure_delete = ON")
        with self._transaction() as run:
            for table in ("minutes", "alerts", "breaks", "sets", "sessions"):
                run(f"DELETE FROM {table}", ())
        self._execute("VACUUM")
        self._execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for path in set_aside_files(self.path):
            path.unlink(missing_ok=True)

    # Reading

    def minutes(self, since: float = _EVER) -> list[tuple[MinuteKey, float]]:
        """Seconds by minute, offset and state, in order of time.

        Args:
            since: seconds since 1970 UTC, included; the same in the following methods.
        """
        rows = self._execute(
            "SELECT minute, offset, state, seconds FROM minutes WHERE minute >= ? "
            "ORDER BY minute, offset, state",
            (since // 60,),
        )
        return [((minute, offset, state), seconds) for minute, offset, state, seconds in rows]

    def alerts(self, since: float = _EVER) -> list[Alert]:
        """Alerts with their traces, in order of time."""
        rows = self._execute(f"{_ALERTS} WHERE utc >= ? ORDER BY utc, id", (since,))
        return [self._alert(row) for row in rows]

    def alert(self, number: int) -> Alert | None:
        """One alert by its id."""
        rows = self._execute(f"{_ALERTS} WHERE id = ?", (number,))
        return self._alert(rows[0]) if rows else None

    def breaks(self, since: float = _EVER) -> list[Break]:
        """Breaks in order of time."""
        rows = self._execute(
            "SELECT utc, offset, seconds FROM breaks WHERE utc >= ? ORDER BY utc", (since,)
        )
        return [Break(Stamp(utc, offset), seconds) for utc, offset, seconds in rows]

    def sessions(self, since: float = _EVER) -> list[LiftingSession]:
        """Lifting sessions with their sets, in order of time."""
        rows = self._execute(
            "SELECT id, utc, offset, seconds, source FROM sessions WHERE utc >= ? ORDER BY utc, id",
            (since,),
        )
        return [
            LiftingSession(Stamp(utc, offset), seconds, source, self._sets(number), number)
            for number, utc, offset, seconds, source in rows
        ]

    def _sets(self, session: int) -> tuple[LiftingSet, ...]:
        rows = self._execute(
            "SELECT exercise, pattern, reps, load, grip, angle, figures FROM sets "
            "WHERE session = ? ORDER BY number",
            (session,),
        )
        sets = ((*about, self._read(figures, dict[str, float])) for *about, figures in rows)
        return tuple(LiftingSet(*values) for values in sets)

    # Helpers

    def _alert(self, row: tuple[Any, ...]) -> Alert:
        utc, offset, kind, text, cause, trace, number = row
        points = self._read(trace, tuple[tuple[float, float | None, str], ...])
        at = Stamp(utc, offset)
        causes = self._read(cause, dict[str, float])
        return Alert(at, kind, text, causes, tuple(TracePoint(*p) for p in points), number)

    def _read(self, text: str, kind: type[_T]) -> _T:
        """What a column holds as JSON."""
        return schema.decode(text.encode(), kind, _FORM, f"An entry of the history {self.path}")

    def _execute(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise explained(error, self.path) from error

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection.execute
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise explained(error, self.path) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        # SQLite itself rolls back on some errors, a full disk among them.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
