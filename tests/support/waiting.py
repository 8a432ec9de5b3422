"""Waiting for what must happen, however slow the machine is: no test sleeps and hopes."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds after which something is taken never to happen; only a failing test waits so long.
PATIENCE: Final = 30.0


def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while not (done := condition()) and time.monotonic() < end:
        time.sleep(0.005)
    return bool(done)


def returns(call: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What a call gives that must not hang.

    Raises:
        AssertionError: it has not come back in time.
    """
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, "it did not come back"
    return found[0]
