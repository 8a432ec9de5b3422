"""Standard output and standard error: keep output of libraries off the terminal."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scapcoach.pose.quiet import STDERR

if TYPE_CHECKING:
    from typing import TextIO


def settle_streams() -> None:
    """For the rest of the process, let only this program write to the terminal.

    Native libraries (MediaPipe, TensorFlow Lite, libav, OpenCV, Qt, X11) write to file
    descriptor 2. So it is redirected to the null device, also for child processes, and
    `sys.stderr` gets its own descriptor. Warnings, log lines without a handler, and errors in
    threads and finalizers of Python libraries are not printed either.

    With the environment variable SCAPCOACH_DEBUG set, nothing is changed. On Windows descriptor 2
    is not changed, because consoles are recognised by their number there; `pose.quiet` keeps
    MediaPipe quiet.
    """
    if hasattr(sys.stdout, "reconfigure"):
        # A name that the terminal's encoding cannot show must not cause an error.
        sys.stdout.reconfigure(errors="backslashreplace")
    if os.environ.get("SCAPCOACH_DEBUG"):
        return
    if os.name == "posix":
        sys.stderr = own_stderr(sys.stderr)
    _quiet_python()


def own_stderr(stream: TextIO | None) -> TextIO:
    """A stream to the target of descriptor 2, which is then redirected to the null device.

    Args:
        stream: the current `sys.stderr`; None where the process has none (``2>&-``).
    """
    try:
        where = os.dup(STDERR)
    except OSError:
        where = os.open(os.devnull, os.O_WRONLY)
        stream = None
    if stream is not None:
        stream.flush()
    # Descriptor 2 must not stay closed: the next opened file would get that number, and with it the
    # log lines of native libraries.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != STDERR:
        os.dup2(nowhere, STDERR)
        os.close(nowhere)
    encoding = "utf-8" if stream is None else stream.encoding
    return open(where, "w", 1, encoding=encoding, errors="backslashreplace")  # noqa: PTH123


def _quiet_python() -> None:
    """Keep messages of Python libraries to programmers off the terminal."""
    import logging
    import threading
    import warnings

    if not sys.warnoptions:  # neither -W nor PYTHONWARNINGS asks for them
        warnings.showwarning = lambda *_args, **_more: None
    # Without any handler Python prints logged warnings and errors.
    logging.getLogger().addHandler(logging.NullHandler())
    sys.unraisablehook = lambda _: None
    threading.excepthook = _thread_failed


def drop_streams() -> None:
    """Redirect both streams to the null device, so that flushing at exit cannot fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            os.dup2(nowhere, stream.fileno())


def _thread_failed(args: Any) -> None:
    """Print one sentence instead of a traceback."""
    import click

    from scapcoach.errors import ScapcoachError, unforeseen

    error: BaseException | None = args.exc_value
    if isinstance(error, Exception):
        shown = error if isinstance(error, ScapcoachError) else unforeseen(error)
        with suppress(OSError):  # the reader has gone
            click.echo(f"Error: {shown}", err=True)


def to_stderr(text: str) -> None:
    """Print a line that is not a result."""
    import click

    click.echo(text, err=True)


def confirm(question: str) -> None:
    """Ask on standard error, and go on only when the answer is yes.

    Raises:
        click.Abort: it is no, or there is no input.
    """
    import click

    # `click.confirm` leaves the question to Python's `input`, which writes it to descriptor 2.
    click.echo(f"{question} [y/N]: ", nl=False, err=True)
    answer = "" if sys.stdin is None else sys.stdin.readline()
    if answer.strip().lower() not in {"y", "yes"}:
        raise click.Abort


def printable(text: str) -> str:
    """`text` with its control characters escaped: file names may contain some that move the cursor.

    Bytes of a name that are not text, which Python stores as lone surrogates, are escaped as well.
    """
    from unicodedata import category

    return "".join(
        c.encode("unicode_escape").decode() if category(c) in {"Cc", "Cs"} else c for c in text
    )


def share_a_terminal() -> bool:
    """Whether standard output and standard error are the same terminal."""
    try:
        out, err = (os.fstat(stream.fileno()) for stream in (sys.stdout, sys.stderr))
        return sys.stdout.isatty() and sys.stderr.isatty() and out.st_rdev == err.st_rdev
    except (AttributeError, OSError, ValueError):
        return False
