"""Protect steps that a Ctrl-C must not interrupt."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Signals that ask the program to stop.
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM until the end of the block.

    MediaPipe's objects own native memory. An exception while one is made leaves it incomplete, and
    its ``__del__`` then prints a traceback. Handlers that are not Python's are not changed, nor are
    threads other than the main one, which receive no signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers: dict[int, Any] = {s: signal.getsignal(s) for s in STOP_SIGNALS}
    handlers = {s: handler for s, handler in handlers.items() if callable(handler)}
    held: list[tuple[int, Any]] = []
    try:
        for number in handlers:
            signal.signal(number, lambda number, frame: held.append((number, frame)))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for number, frame in held:
        handlers[number](number, frame)
