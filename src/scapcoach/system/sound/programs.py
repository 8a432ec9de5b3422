"""Run a program that makes sound: limited in time, and ended at once on request."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scapcoach.errors import SoundError

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

#: Seconds between checks whether to stop; a muted voice is silent after this.
_CHECK_S: Final = 0.03


def run(words: Sequence[str], halt: threading.Event, limit: float, text: str = "") -> None:
    """Run a program and wait for its end; returns early, with the program ended, on `halt`.

    Args:
        words: program and arguments; no shell reads them.
        halt: set to end it.
        limit: seconds after which it is ended, because it hangs.
        text: short text for its standard input.

    Raises:
        SoundError: it cannot be started, it failed, or it hung.
    """
    name = Path(words[0]).name
    try:
        process = _started(words, text)
    except OSError as error:
        raise SoundError(f"{name} cannot be started ({error.strerror}).") from error
    over = time.monotonic() + limit
    try:
        while True:
            try:
                code = process.wait(_CHECK_S)
            except subprocess.TimeoutExpired:
                if halt.is_set():
                    return
                if time.monotonic() > over:
                    raise SoundError(f"{name} did not finish within {limit:.0f} seconds.") from None
            else:
                break
    finally:
        _end(process)
    if code != 0:
        raise SoundError(f"{name} failed (exit code {code}): is a loudspeaker connected?")


def _started(words: Sequence[str], text: str) -> subprocess.Popen[bytes]:
    # A separate process group: Ctrl-C in the terminal must reach only the session.
    process = subprocess.Popen(
        list(words),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
        # Windows' CREATE_NO_WINDOW: no console window appears.
        creationflags=0x08000000 if os.name == "nt" else 0,
    )
    assert process.stdin is not None
    with suppress(OSError):  # the program may not read its input
        process.stdin.write(text.encode())
        process.stdin.close()
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and its children, unless it has ended by itself."""
    if process.poll() is None:
        with suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
