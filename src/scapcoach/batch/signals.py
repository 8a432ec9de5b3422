"""Ctrl-C while workers run: the parent process handles it, and workers do not receive it."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scapcoach.pose.uninterrupted import STOP_SIGNALS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


@contextmanager
def stop_on_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C (or SIGTERM) inside the block into a request; says whether it was made.

    An exception could occur anywhere, also between a result and its being stored. The second one
    raises `KeyboardInterrupt`. Threads other than the main one receive no signals.
    """
    asked = False

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.signal(number, handle) for number in STOP_SIGNALS}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def signals_held() -> Iterator[None]:
    """Block signals in this thread; processes and threads started inside never receive them.

    A terminal sends Ctrl-C to every process that it started. A process that is still importing
    would print a traceback. A blocked signal is inherited by every new process; ignoring one takes
    effect only once Python code runs. Signals that arrive here are delivered at the end of the
    block.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_signals() -> None:
    """Ignore Ctrl-C and SIGTERM from now on, in the main thread of a worker process."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
