"""`scapcoach compare`: two sets or sessions, and which differences are detectable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scapcoach.report.comparison_page import Comparison

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("compare")
@click.argument("a", type=_FOLDER)
@click.argument("b", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the comparison as a page that opens offline.",
)
def command(a: Path, b: Path, *, as_json: bool, page: Path | None) -> int:
    """Compare two sets or sessions: B minus A, and which differences are detectable.

    A and B are folders that `scapcoach analyze` has written, or folders of such folders (a
    session). Repetitions of the same exercise are compared, and typical values over all frames.
    A difference is reported only where it is larger than chance and measurement error explain;
    else it says "no clear difference", and how large a clear one would be.

    \b
    Exit codes: 0 fine, 1 no results there, 2 wrong usage.

    \b
    Examples:
      scapcoach compare results/row_monday results/row_friday
      scapcoach compare results/week1 results/week2 --html weeks.html
    """  # noqa: D301 - click reads the \\b
    from scapcoach.recording.compare import compare
    from scapcoach.report.comparison_page import write_comparison

    found = compare(a, b)
    if page is not None:
        write_comparison(page, found)
    if as_json:
        if page is not None:
            click.echo(f"Written: {page}", err=True)
        click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        _print(found, page)
    return 0


def _print(found: Comparison, page: Path | None) -> None:
    """Print a table per group on stdout."""
    from rich.table import Table

    from scapcoach.cli.consoles import terminal
    from scapcoach.report.comparison_page import DifferenceVerdict, amount, signed

    console = terminal(stderr=False)
    console.print(found.headline, style="bold")
    for note in found.notes:
        console.print(f"Note: {note}", style="yellow")
    for group in dict.fromkeys(d.group for d in found.differences):
        table = Table(
            title=group, title_justify="left", title_style="bold", box=None, pad_edge=False
        )
        table.add_column("Measure")
        for heading in ("A", "B", "B - A", "smallest sure"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("Verdict")
        for d in found.differences:
            if d.group != group:
                continue
            clear = d.verdict in {DifferenceVerdict.MORE, DifferenceVerdict.LESS}
            words = d.why if d.verdict is DifferenceVerdict.UNKNOWN else d.verdict
            limit = signed(d.detectable, d.unit).lstrip("+")
            style = "bold" if clear else "dim" if d.verdict is DifferenceVerdict.UNKNOWN else None
            table.add_row(
                d.title, amount(d.a, d.unit), amount(d.b, d.unit), signed(d.value, d.unit), limit,
                words, style=style,
            )  # fmt: skip
        console.print()
        console.print(table)
    if page is not None:
        console.print(f"\n{page}", style="cyan")
