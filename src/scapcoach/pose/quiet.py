"""Keep native code from chattering on the terminal."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR: Final = 2
#: Log lines of MediaPipe (I0000, W0000, E0000) with their stack traces, of its start and of
#: TensorFlow Lite.
_CHATTER: Final = re.compile(
    rb"[IWE]\d{4} .*|(INFO|WARNING|VERBOSE): .*|Stack trace:\s*| +@ +0x[0-9a-f]+ .*"
)


class _Silencer:
    """Counts who wants silence; the first one takes file descriptor 2 away, the last restores."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._taken: tuple[int, IO[bytes]] | None = None

    def enter(self) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._taken = _redirect()

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._taken is not None:
                (saved, store), self._taken = self._taken, None
                _restore(saved, store)


def _redirect() -> tuple[int, IO[bytes]] | None:
    """Point descriptor 2 at a file; a copy of what it was and the file, None without stderr."""
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        saved = os.dup(_STDERR)
    except OSError:
        return None
    store = tempfile.TemporaryFile()  # noqa: SIM115 - outlives this function
    os.dup2(store.fileno(), _STDERR)
    return saved, store


def _restore(saved: int, store: IO[bytes]) -> None:
    """Put descriptor 2 back, and pass on what was no chatter."""
    if sys.stderr is not None:
        sys.stderr.flush()
    os.dup2(saved, _STDERR)
    os.close(saved)
    with store:
        store.seek(0)
        lines = store.read().splitlines(keepends=True)
    kept = b"".join(line for line in lines if not _CHATTER.match(line))
    if kept:
        os.write(_STDERR, kept)


_silencer: Final = _Silencer()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drop log lines of native libraries from file descriptor 2 inside the block.

    MediaPipe logs there when a landmarker is made and first used, and no setting stops it. What
    else is written there meanwhile comes out at the end of the block. Blocks may overlap in
    several threads. Meant for short stretches.
    """
    _silencer.enter()
    try:
        yield
    finally:
        _silencer.leave()
