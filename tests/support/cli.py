"""Running the real command in a process of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import IO, Self

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_videos"

#: Size of the terminal that commands are run on.
COLUMNS, LINES = 120, 30

#: Escape sequences of colours and type.
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def scapcoach(
    *arguments: object, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``scapcoach ARGUMENTS``; output is captured as text."""
    return subprocess.run(
        [sys.executable, "-m", "scapcoach", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONWARNINGS": "default", **environment},
        timeout=300,
        check=False,
    )


def heed_ctrl_c() -> None:
    """For `preexec_fn`: a shell in the background makes its children ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class OnTerminal:
    """Run ``scapcoach ARGUMENTS`` on a terminal of 120 columns.

    Args:
        arguments: of the command.
        stdout: where results go instead of the terminal.
        keys: typed on the terminal beforehand; None leaves standard input empty.
        columns: how wide the terminal is.
        environment: more variables.

    Attributes:
        process: the running command.
        shown: everything that has appeared on the terminal so far.
    """

    def __init__(
        self,
        *arguments: object,
        stdout: IO[bytes] | int | None = None,
        keys: bytes | None = None,
        columns: int = COLUMNS,
        **environment: str,
    ) -> None:
        self._ours, theirs = pty.openpty()
        # Seen neither in the environment nor on standard input: the terminal itself is asked.
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
        if keys is not None:
            os.write(self._ours, keys)
        foreign = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}
        inherited = {k: v for k, v in os.environ.items() if k not in foreign}
        terminal = {"TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scapcoach", *map(str, arguments)],
            stdin=subprocess.DEVNULL if keys is None else theirs,
            stdout=theirs if stdout is None else stdout,
            stderr=theirs,
            env={**inherited, **terminal, **environment},
            # A shell that starts the tests in the background makes its children ignore Ctrl-C.
            preexec_fn=heed_ctrl_c,  # noqa: PLW1509 - no thread of the tests runs here
        )
        os.close(theirs)
        self.shown = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def read_until(self, pattern: str) -> None:
        """Read until `pattern` appears."""
        while not re.search(pattern, STYLE.sub("", self.shown)):
            assert self._read(), f"{pattern} never appeared in: {self.shown}"

    def finish(self) -> tuple[int, str]:
        """Wait for the end; the exit code and everything that appeared."""
        while self._read():
            pass
        return self.process.wait(timeout=60), self.shown

    def _read(self) -> bool:
        try:
            part = os.read(self._ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.shown += part.decode(errors="replace")
        return bool(part)


def no_traceback(done: subprocess.CompletedProcess[str]) -> None:
    """A user never sees a traceback, nor the chatter of libraries."""
    for stream in (done.stdout, done.stderr):
        assert "Traceback" not in stream, stream
        assert "Warning" not in stream, stream
        assert not any(line.startswith(("W0000", "I0000", "E0000")) for line in stream.splitlines())
