"""Consoles: results on standard output, everything else on standard error."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from rich.console import Console, ConsoleDimensions
from rich.text import Text

from scapcoach.cli.streams import printable, share_a_terminal
from scapcoach.export.clip_status import ClipStatus

if TYPE_CHECKING:
    from typing import Any

#: Columns before the details of a clip: the width of "skipped" with its spaces.
_INDENT = 9
_STYLES: Final[dict[str, str]] = {
    ClipStatus.DONE: "green",
    ClipStatus.SKIPPED: "dim",
    ClipStatus.FAILED: "bold red",
    ClipStatus.STOPPED: "yellow",
}


class _Sized(Console):
    """A console as wide as its terminal.

    Rich uses the file descriptors 0 to 2, and possibly none of these is the terminal
    (`streams.settle_streams`).
    """

    @property
    def size(self) -> ConsoleDimensions:
        """Columns and lines; the environment variables COLUMNS and LINES have priority."""
        if not (self.is_dumb_terminal or self._environ.get("COLUMNS")):
            try:
                size = ConsoleDimensions(*os.get_terminal_size(self.file.fileno()))
            except (AttributeError, OSError, ValueError):
                return super().size
            if size.width and size.height:
                return size
        return super().size

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        self._width, self._height = new_size


def terminal(*, stderr: bool) -> Console:
    """On stdout for results, on stderr for the rest; no styling where NO_COLOR is set."""
    styled: Any = None if os.environ.get("NO_COLOR") else "auto"
    return _Sized(stderr=stderr, color_system=styled, highlight=False, markup=False, emoji=False)


def print_status(console: Console, status: str, text: object) -> None:
    """A line about a clip: how it ended, and its name or the reason."""
    line = Text.assemble((f"{status:<{_INDENT}}", _STYLES[status]), printable(str(text)))
    console.print(line, soft_wrap=True)


class Results:
    """Result lines on standard output.

    Args:
        beside: the console of a progress bar. Where both write to the same terminal, results are
            printed through it, above the bar.
        shown: False drops everything: only errors are wanted, or standard output is JSON.
    """

    def __init__(self, beside: Console, *, shown: bool) -> None:
        self._console = beside if share_a_terminal() else terminal(stderr=False)
        self._shown = shown

    def clip(self, status: str, name: object) -> None:
        """Print the line of a clip that has ended."""
        if self._shown:
            print_status(self._console, status, name)

    def detail(self, text: str, style: str = "") -> None:
        """Print a line below that of a clip."""
        self.line(" " * _INDENT + text, style)

    def line(self, text: str, style: str = "") -> None:
        """Print a separate line."""
        if self._shown:
            self._console.print(Text(printable(text), style), soft_wrap=True)
