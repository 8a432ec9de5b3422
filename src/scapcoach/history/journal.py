"""`Journal`: collects what happens and writes it down now and then, whatever the disk does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scapcoach.errors import HistoryError

if TYPE_CHECKING:
    from scapcoach.history.records import Alert, Break, Stamp
    from scapcoach.history.store import History, MinuteKey

#: Seconds between writes: a power cut costs at most this much.
WRITE_EVERY: Final = 30.0

#: Rows kept in memory while the database cannot be written: two days of minutes, whatever the
#: states; beyond, the oldest are given up.
MOST_WAITING: Final = 6 * 60 * 48

#: Alerts whose number is remembered for the rest of their trace, which comes a minute later.
_REMEMBERED: Final = 16


class Journal:
    """Between the desk check, which must not stop, and the database, which may be in use.

    What cannot be written waits in memory and is tried again; `trouble` says why, once it is
    known, and is empty again when everything has been written.

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
        """How many rows wait to be written."""
        return len(self._minutes) + len(self._alerts) + len(self._breaks)

    def count(self, at: Stamp, state: str, seconds: float) -> None:
        """So many seconds that ended at this moment were of this state.

        They are shared out between the minutes that they lie in.
        """
        end = at.utc
        while seconds > 0:
            minute = int(-(-end // 60)) - 1  # a second that ends on the minute is of the one before
            part = min(seconds, end - 60 * minute)
            key = (minute, at.offset, state)
            self._minutes[key] = self._minutes.get(key, 0.0) + part
            end, seconds = end - part, seconds - part if seconds - part > 1e-9 else 0.0
        while len(self._minutes) > MOST_WAITING:
            self._minutes.pop(next(iter(self._minutes)))

    def alert(self, alert: Alert) -> None:
        """Add an alert; a second one of the same moment and kind brings a longer trace."""
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
        """Write when it is time to; True when a write was tried.

        Args:
            now: any clock in seconds that does not jump.
        """
        if self._written is None:
            self._written = now
        if now - self._written < self._every:
            return False
        self._written = now
        self.flush()
        return True

    def flush(self) -> None:
        """Write what waits; on failure it goes on waiting, and `trouble` says why."""
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
