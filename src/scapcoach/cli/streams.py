"""Standard output and standard error: who may write to the terminal."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from typing import TextIO

_STDERR: Final = 2


def settle_streams() -> None:
    """For the rest of the process, let nobody but this program write to the terminal.

    Native libraries (MediaPipe, TensorFlow Lite, libav, OpenCV, Qt, X11) write to file
    descriptor 2 as they like. So it leads nowhere from now on, also in the processes that are
    started, and `sys.stderr` writes through a descriptor of its own. Warnings, log lines without
    a handler, and errors in threads and finalizers of Python libraries are kept off, too.

    With the environment variable SCAPCOACH_DEBUG set, everything is left as it is. On Windows
    descriptor 2 is left alone, because consoles are recognised by their number there;
    `pose.quiet` keeps MediaPipe quiet.
    """
    if hasattr(sys.stdout, "reconfigure"):
        # A clip may have a name that the terminal's encoding cannot show: that is no failure.
        sys.stdout.reconfigure(errors="backslashreplace")
    if os.environ.get("SCAPCOACH_DEBUG"):
        return
    if os.name == "posix":
        sys.stderr = own_stderr(sys.stderr)
    _quiet_python()


def own_stderr(stream: TextIO | None) -> TextIO:
    """A stream that leads where descriptor 2 did, which itself leads nowhere from now on.

    Args:
        stream: the present `sys.stderr`; None where the process has none (``2>&-``).
    """
    try:
        where = os.dup(_STDERR)
    except OSError:
        where = os.open(os.devnull, os.O_WRONLY)
        stream = None
    if stream is not None:
        stream.flush()
    # Descriptor 2 is never left closed: the next file that is opened would get that number, and
    # the log lines of native libraries.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != _STDERR:
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)
    encoding = "utf-8" if stream is None else stream.encoding
    return open(where, "w", 1, encoding=encoding, errors="backslashreplace")  # noqa: PTH123


def _quiet_python() -> None:
    """Keep what Python libraries have to say to programmers off the terminal."""
    import logging
    import threading
    import warnings

    if not sys.warnoptions:  # neither -W nor PYTHONWARNINGS asks for them
        warnings.showwarning = lambda *_args, **_more: None
    # Without any handler Python prints warnings and errors that are logged.
    logging.getLogger().addHandler(logging.NullHandler())
    sys.unraisablehook = lambda _: None
    threading.excepthook = _thread_failed


def drop_streams() -> None:
    """Point both streams nowhere, so that nothing in them is left to flush when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            os.dup2(nowhere, stream.fileno())


def _thread_failed(args: Any) -> None:
    """One sentence in place of a traceback."""
    import click

    from scapcoach.errors import ScapcoachError, unforeseen

    error: BaseException | None = args.exc_value
    if isinstance(error, Exception):
        told = error if isinstance(error, ScapcoachError) else unforeseen(error)
        with suppress(OSError):  # nobody reads any more
            click.echo(f"Error: {told}", err=True)


def confirm(question: str) -> None:
    """Ask on standard error, and go on only when the answer is yes.

    Raises:
        click.Abort: it is not, or there is nobody to answer.
    """
    import click

    # `click.confirm` leaves the question to Python's `input`, which writes it to descriptor 2.
    click.echo(f"{question} [y/N]: ", nl=False, err=True)
    answer = "" if sys.stdin is None else sys.stdin.readline()
    if answer.strip().lower() not in {"y", "yes"}:
        raise click.Abort


def printable(text: str) -> str:
    """`text` with its control characters spelled out: names of files may hold what moves a cursor.

    So are bytes of a name that are no text, which Python keeps as lone surrogates.
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
