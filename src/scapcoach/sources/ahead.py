"""Run an iterator ahead in its own thread, by at most a few items."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

# Python on Windows cannot be interrupted while it waits for a lock; waking up this often lets
# Ctrl-C through there. On other systems the cost is negligible.
_WAKE_S = 0.2
# Seconds to wait for the producing thread to end.
_PRODUCER_END_S = 10.0


class ReadAhead(Generic[T]):
    """An iterator over what `make` yields, filled by a thread that stays at most `depth` ahead.

    `make` is called in the thread with an event that is set when no more items are wanted: a
    producer that may work for long between two items checks it. Its exception is raised in the
    consumer after the previous items. `close` stops the thread and waits for it; the producer's
    own `finally` blocks have then run.
    """

    def __init__(
        self, make: Callable[[threading.Event], Iterator[T]], depth: int, name: str
    ) -> None:
        self._make = make
        self._depth = max(1, depth)
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._done = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            iterator = self._make(self._stop)
            try:
                for item in iterator:
                    if not self._put(item):
                        break
            finally:
                close = getattr(iterator, "close", None)
                if close is not None:
                    close()
        except BaseException as error:  # noqa: BLE001 - it is raised again, in the other thread
            self._error = error
        finally:
            with self._changed:
                self._done = True
                self._changed.notify_all()

    def _put(self, item: T) -> bool:
        with self._changed:
            while len(self._items) >= self._depth and not self._stop.is_set():
                self._changed.wait()
            if self._stop.is_set():
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        with self._changed:
            while not self._items and not self._done:
                self._changed.wait(_WAKE_S)
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
        if self._error is not None and not self._stop.is_set():
            raise self._error
        raise StopIteration

    def close(self) -> None:
        """Stop the producer, drop its finished items, wait for its thread. May be called again."""
        with self._changed:
            self._stop.set()
            self._items.clear()
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(_PRODUCER_END_S)
