"""The screen during a live session: kept on, and checked for being locked."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds between two checks, and so until the camera is released after the screen was locked.
CHECK_INTERVAL_S: Final = 2.0
_THREAD_END_S: Final = 0.5


@contextmanager
def screen_kept_on() -> Iterator[None]:
    """Keep the screen on: people who train press no key for minutes.

    On a system that does not support this, the screen goes dark as usual.
    """
    from wakepy import keep

    with keep.presenting(on_fail="pass"):
        yield


class LockWatch:
    """Checks repeatedly whether the screen is locked; a context manager.

    The check runs in its own thread, because the system may take seconds to answer.

    Args:
        ask: returns True, False, or None where it is not known (taken as not locked).
        every: seconds between checks.
    """

    def __init__(self, ask: Callable[[], bool | None], every: float = CHECK_INTERVAL_S) -> None:
        self._ask, self._every = ask, every
        self._locked = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="screen lock", daemon=True)

    def __call__(self) -> bool:
        """Whether the screen was locked at the last check."""
        return self._locked

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        # The thread is a daemon, so a system that does not answer cannot block the program.
        self._thread.join(_THREAD_END_S)

    def _run(self) -> None:
        while not self._over.is_set():
            self._locked = bool(self._ask())
            self._over.wait(self._every)
