"""Write docs/reference/cli.md from the help texts of the commands, and a table of outputs.md.

    python -m tools.cli_docs

A test compares the pages with the program, so that none of them can go stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scapcoach.cli import cli
from scapcoach.export.formats import LISTING_MARKS, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
OUTPUTS: Final = PAGE.with_name("outputs.md")
WIDTH: Final = 92

_HEAD: Final = """\
# Commands

[Documentation](../index.md) / Reference

Written by `python -m tools.cli_docs` from the help texts; change those, not this page.

| exit code | meaning |
|---|---|
| 0 | all fine |
| 1 | something was tried and failed: a damaged video, no camera or screen, a full disk |
| 2 | wrong usage: nothing was started, and the same command will fail again until it is changed |
| 130 | interrupted by Ctrl-C or `kill`; finished clips are whole, and the same command goes on |

Wrong usage is the same in every command: an unknown command, option, exercise, profile or model; a
file or folder that does not exist, or has nothing suitable in it; options that exclude each other;
faults in a text file of yours (exercise, list of clips, list of segments); an extra that is not
installed. Where one of several clips fails, for any reason, the code is 1; the others are
finished. A camera number without a camera, and an address (`s3://`) with nothing behind it, are
failures (1): only trying shows it. In each case one sentence on stderr says what was wrong and what
to do.

Results go to stdout; progress, notes, questions and errors to stderr. With `--json` (and
`--csv` of `history`) stdout has only that, without the lines for people; with `--quiet`
only errors are printed. The progress bar appears on a terminal only. What libraries log is kept
off the terminal.

| environment variable | effect |
|---|---|
| `NO_COLOR` | any value: no colours or bold type |
| `SCAPCOACH_DATA_DIR` | folder of profiles, history, heavy model (default: the user data folder) |
| `SCAPCOACH_DEBUG` | any value: tracebacks, and what libraries log |
"""


def commands() -> Iterator[tuple[str, click.Context]]:
    """Every command with its full name, depth first, in the order in which `--help` lists them."""
    settings = {**cli.context_settings, **_widths()}
    return _walk(cli, click.Context(cli, info_name="scapcoach", **settings))


def _walk(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Context]]:
    yield context.command_path, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            below = click.Context(inner, info_name=name, parent=context, **_widths())
            yield from _walk(inner, below)


def _widths() -> dict[str, int]:
    return {"terminal_width": WIDTH, "max_content_width": WIDTH}


def render() -> str:
    """The page."""
    parts = [_HEAD]
    for path, context in commands():
        help_text = context.command.get_help(context)
        parts.append(f"## {path}\n\n```text\n{help_text}\n```\n")
    return "\n".join(parts)


def with_formats(page: str) -> str:
    """The text of docs/reference/outputs.md with the table of output formats as it is now."""
    begin, end = LISTING_MARKS
    head, _, rest = page.partition(begin)
    return f"{head}{begin}\n\n{listing()}\n\n{end}{rest.partition(end)[2]}"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
    OUTPUTS.write_text(with_formats(OUTPUTS.read_text("utf-8")), "utf-8")
    print(PAGE, OUTPUTS)
