"""Write docs/cli.md from the help texts of the commands themselves.

    python -m tools.cli_docs

A test compares the page with the help texts, so that none of them can go stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scapcoach.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
WIDTH: Final = 92

_HEAD: Final = """\
# Commands

Written by `python -m tools.cli_docs` from the help texts; change those, not this page.

| exit code | meaning |
|---|---|
| 0 | all fine |
| 1 | something failed; one sentence on stderr says what and what to do. Other clips are finished |
| 2 | wrong usage: nothing was begun |
| 130 | interrupted by Ctrl-C or `kill`; finished clips are whole, and the same command goes on |

Results go to stdout, everything said to people to stderr. The progress bar appears on a terminal
only.

| environment variable | effect |
|---|---|
| `NO_COLOR` | any value: no colours or bold type |
| `SCAPCOACH_DATA_DIR` | folder of the profiles, in place of the platform's user data folder |
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


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
    print(PAGE)
