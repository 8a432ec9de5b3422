"""Keep the log lines of native code off the terminal."""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

STDERR: Final = 2
#: Seconds to wait for a write in progress at the end of a block.
_STRAGGLERS_S: Final = 0.002

#: Log lines of MediaPipe and TensorFlow Lite, also after a progress bar that has not ended its
#: line. Lines that are only similar belong to the caller, and stay.
_CHATTER: Final = re.compile(
    rb"[IWE]\d{4} \d\d:\d\d:\d+\.\d+ +\d+ [\w./+-]+:\d+\] [^\n]*\n?"
    rb"(?:Stack trace:[^\S\n]*\n)?(?: +@ +0x[0-9a-f]+[^\n]*\n)*"
    rb"|WARNING: All log messages before absl::InitializeLog[^\n]*\n?"
    rb"|(?:INFO|VERBOSE|WARNING): "
    rb"(?:Created|Initialized|Replacing|Applying|Loaded|Explicitly applied|Attempting to use)"
    rb"[^\n]*(?:TensorFlow|TfLite|XNNPACK|delegate)[^\n]*\n?"
)


@dataclass(frozen=True, slots=True)
class _Taken:
    """State while descriptor 2 is redirected.

    Attributes:
        saved: descriptor of the original target of 2.
        store: receives what is written to 2.
        moved: Python's own writers to 2, which write to `saved` for this time.
    """

    saved: int
    store: IO[bytes]
    moved: tuple[io.FileIO, ...]


class _Silencer:
    """Counts open blocks; the first one redirects file descriptor 2, the last one restores it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._taken: _Taken | None = None
        self._private: int | None = None

    def enter(self) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._taken = self._take()

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._taken is not None:
                taken, self._taken = self._taken, None
                _restore(taken)

    def _take(self) -> _Taken | None:
        """Redirect descriptor 2 to a file; None where that is not wanted or not possible."""
        if os.environ.get("SCAPCOACH_DEBUG"):
            return None
        try:
            # It stays open: a thread may be about to write to it, and there is no way to know
            # when it has finished.
            if self._private is None:
                self._private = os.dup(STDERR)
            else:
                os.dup2(STDERR, self._private, inheritable=False)
            store = _appending(tempfile.TemporaryFile())  # noqa: SIM115 - outlives this function
        except OSError:
            return None
        moved = tuple(_writers())
        for raw in moved:
            _aim(raw, self._private)
        os.dup2(store.fileno(), STDERR)
        return _Taken(self._private, store, moved)


def _writers() -> Iterator[io.FileIO]:
    """The files below `sys.stderr` that write to descriptor 2."""
    found: dict[int, io.FileIO] = {}
    for stream in (sys.stderr, sys.__stderr__):
        buffer: Any = getattr(stream, "buffer", None)
        raw = getattr(buffer, "raw", buffer)
        if type(raw) is io.FileIO and not raw.closed and raw.fileno() == STDERR:
            found[id(raw)] = raw  # usually both are the same
    yield from found.values()


def _aim(raw: io.FileIO, descriptor: int) -> None:
    """Make a file object write to another descriptor, everywhere it is used."""
    name = raw.name
    raw.__init__(descriptor, "wb", closefd=False)  # type: ignore[misc]
    raw.name = name


def _restore(taken: _Taken) -> None:
    """Put descriptor 2 back, and pass on what was no chatter."""
    os.dup2(taken.saved, STDERR)
    for raw in taken.moved:
        _aim(raw, STDERR)
    with taken.store as store:
        store.seek(0)
        text = store.read()
        # A thread may have been interrupted within a write that it began before the block.
        time.sleep(_STRAGGLERS_S)
        kept = _CHATTER.sub(b"", text + store.read())
    with suppress(OSError):  # a reader that has gone, a full disk
        while kept:
            kept = kept[os.write(STDERR, kept) :]


def _appending(store: IO[bytes]) -> IO[bytes]:
    """The file, to whose end everything is written, wherever it is read meanwhile."""
    if os.name == "posix":
        import fcntl

        flags = fcntl.fcntl(store, fcntl.F_GETFL)
        fcntl.fcntl(store, fcntl.F_SETFL, flags | os.O_APPEND)
    return store


_silencer: Final = _Silencer()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drop log lines of native libraries from file descriptor 2 inside the block.

    MediaPipe logs there when a landmarker is made and first used, and no setting stops it. What
    Python code writes to `sys.stderr` meanwhile, in any thread, gets there at once and whole (a
    write that is under way just as the block begins may come out at its end). What else is written
    to the descriptor comes out at the end of the block, byte for byte, without the log lines.
    Blocks may overlap in several threads. Meant for short stretches. With the environment variable
    SCAPCOACH_DEBUG set, nothing is dropped.
    """
    _silencer.enter()
    try:
        yield
    finally:
        _silencer.leave()
