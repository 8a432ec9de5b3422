"""The screen of a live session: kept on while it runs, and watched for being locked."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds between two questions: the camera is let go of so soon after the screen was locked.
EVERY_S: Final = 2.0
_JOIN_S: Final = 0.5


@contextmanager
def screen_kept_on() -> Iterator[None]:
    """Whoever trains touches no key for minutes: the screen must not go dark meanwhile.

    Where the system has no way to ask for that, it goes dark as it is wont to.
    """
    from wakepy import keep

    with keep.presenting(on_fail="pass"):
        yield


class LockWatch:
    """Keeps asking whether the screen is locked; a context manager.

    The system is asked beside the frame loop, for it may take seconds to answer.

    Args:
        ask: True, False, or None where that cannot be told (taken as not locked).
        every: seconds between questions.
    """

    def __init__(self, ask: Callable[[], bool | None], every: float = EVERY_S) -> None:
        self._ask, self._every = ask, every
        self._locked = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="screen lock", daemon=True)

    def __call__(self) -> bool:
        """Whether the screen was locked when the system was last asked."""
        return self._locked

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        # A system that does not answer must not hang the program: the thread is a daemon.
        self._thread.join(_JOIN_S)

    def _run(self) -> None:
        while not self._over.is_set():
            self._locked = bool(self._ask())
            self._over.wait(self._every)
