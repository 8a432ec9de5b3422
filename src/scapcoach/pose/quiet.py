"""Keep native code from writing to the terminal."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR: Final = 2


class _Silencer:
    """Counts who wants silence; the first one takes file descriptor 2 away, the last restores."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._saved: int | None = None

    def enter(self) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._saved = _redirect()

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._saved is not None:
                os.dup2(self._saved, _STDERR)
                os.close(self._saved)
                self._saved = None


def _redirect() -> int | None:
    """Point descriptor 2 at nothing; a copy of what it was, or None if there is no stderr."""
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        saved = os.dup(_STDERR)
    except OSError:
        return None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    os.close(nowhere)
    return saved


_silencer: Final = _Silencer()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drop what anybody in this process writes to file descriptor 2 inside the block.

    MediaPipe logs there when a landmarker is made and first used, and no setting stops it. Blocks
    may overlap in several threads. Meant for short stretches: Python's own messages go as well.
    """
    _silencer.enter()
    try:
        yield
    finally:
        _silencer.leave()
