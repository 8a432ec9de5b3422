"""Ctrl-C while workers are at it: the parent heeds it, they do not get it."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Whether somebody wants it to end; call it to ask."""

    def __init__(self) -> None:
        self._wanted = False

    def __call__(self) -> bool:
        """Whether to stop."""
        return self._wanted

    def make(self) -> None:
        """Ask everybody to stop."""
        self._wanted = True


@contextmanager
def stop_on_ctrl_c() -> Iterator[StopRequest]:
    """Turn the first Ctrl-C (or polite kill) inside the block into a request.

    An exception could strike anywhere, between a result and its being noted, too. The second one
    raises `KeyboardInterrupt`. In threads other than the main one, which get no signals, the
    request can only be made by hand.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return

    def heed(_number: int, _frame: FrameType | None) -> None:
        if request():
            raise KeyboardInterrupt
        request.make()

    before = {number: signal.signal(number, heed) for number in _SIGNALS}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def signals_held() -> Iterator[None]:
    """Block signals in this thread; processes and threads started inside never get them.

    A terminal sends Ctrl-C to every process that it started. Those that are still importing would
    answer with a traceback; a blocked signal is inherited through every start, an ignored one only
    once Python code runs. What arrives here meanwhile is delivered at the end of the block.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_signals() -> None:
    """Ignore Ctrl-C and polite kills for good, in the main thread of a worker process."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
