"""`HistoryWriter`: collects events and stores them now and then, even when the disk is busy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scapcoach.errors import HistoryError

if TYPE_CHECKING:
    from scapcoach.history.records import Alert, Break, Stamp
    from scapcoach.history.store import History, MinuteKey

#: Seconds between writes: a power cut loses at most this much.
WRITE_EVERY: Final = 30.0

#: Rows kept in memory while the database cannot be written: two days of minutes in all states;
#: beyond that, the oldest are dropped.
MOST_WAITING: Final = 6 * 60 * 48

#: Alerts whose row number is remembered, because the rest of their trace comes a minute later.
_REMEMBERED: Final = 16


class HistoryWriter:
    """Buffer between the desk check, which must not wait, and the database, which may be in use.

    Rows that cannot be written stay in memory and are tried again; `trouble` says why, and is empty
    again when everything has been written.

    Args:
        history: open.
        every: seconds between writes.
    """

    def __init__(self, history: History, *, every: float = WRITE_EVERY) -> None:
        self._history = history
        self._every = every
        self._minutes: dict[MinuteKey, float] = {}
        self._alerts: list[Alert] = []
        self._breaks: list[Break] = []
        self._ids: dict[tuple[Stamp, str], int] = {}
        self._written: float | None = None
        self.trouble = ""

    @property
    def waiting(self) -> int:
        """Number of rows that wait to be written."""
        return len(self._minutes) + len(self._alerts) + len(self._breaks)

    def count(self, at: Stamp, state: str, seconds: float) -> None:
        """Add `seconds` in `state` that end at `at`.

        They are divided between the minutes that they belong to.
        """
        end = at.utc
        while seconds > 0:
            minute = int(-(-end // 60)) - 1  # the end of a minute belongs to the minute before
            part = min(seconds, end - 60 * minute)
            key = (minute, at.offset, state)
            self._minutes[key] = self._minutes.get(key, 0.0) + part
            end, seconds = end - part, seconds - part if seconds - part > 1e-9 else 0.0
        while len(self._minutes) > MOST_WAITING:
            self._minutes.pop(next(iter(self._minutes)))

    def alert(self, alert: Alert) -> None:
        """Add an alert; another of the same time and kind replaces it, with a longer trace."""
        for i, waiting in enumerate(self._alerts):
            if (waiting.at, waiting.kind) == (alert.at, alert.kind):
                self._alerts[i] = replace(alert, id=waiting.id)
                return
        self._alerts.append(replace(alert, id=self._ids.get((alert.at, alert.kind), 0)))
        del self._alerts[:-MOST_WAITING]

    def end_break(self, taken: Break) -> None:
        """Add a break that has ended."""
        self._breaks.append(taken)
        del self._breaks[:-MOST_WAITING]

    def flush_if_due(self, now: float) -> bool:
        """Write if it is time to; True when a write was tried.

        Args:
            now: seconds on a clock that does not jump.
        """
        if self._written is None:
            self._written = now
        if now - self._written < self._every:
            return False
        self._written = now
        self.flush()
        return True

    def flush(self) -> None:
        """Write everything that waits; after a failure it stays, and `trouble` says why."""
        if not self.waiting:
            return
        try:
            ids = self._history.write(self._minutes, self._alerts, self._breaks)
        except HistoryError as error:
            self.trouble = str(error)
            return
        for alert, number in zip(self._alerts, ids, strict=True):
            self._ids[alert.at, alert.kind] = number
        while len(self._ids) > _REMEMBERED:
            self._ids.pop(next(iter(self._ids)))
        self._minutes, self._alerts, self._breaks = {}, [], []
        self.trouble = ""
