"""The pages that all benches write: Markdown for people, CSV files beside it with every figure.

A page is a sequence of blocks (paragraphs, tables, pictures), which `page` sets apart by empty
lines. A figure that is not known, None or NaN, is a dash in a page and empty in a CSV file.
"""

from __future__ import annotations

import csv
import io
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parents[1]
#: The folder of the pages with figures.
REFERENCE: Final = ROOT / "docs" / "reference"


def known(value: float | None) -> bool:
    """Whether there is a figure: neither None nor NaN."""
    return value is not None and value == value  # noqa: PLR0124 - NaN


def number(value: float | None, digits: int = 1, *, sign: bool = False) -> str:
    """A figure with so many decimals, and with its sign where asked for."""
    return f"{value:{'+' if sign else ''}.{digits}f}" if known(value) else "-"


def percent(share: float | None) -> str:
    """A share as whole per cent; one digit more where it is small."""
    if not known(share):
        return "-"
    return f"{100 * share:.0f} %" if share >= 0.095 or share == 0 else f"{100 * share:.1f} %"


def ratio(part: int, whole: int) -> float | None:
    """A share of a count; None of nothing."""
    return part / whole if whole else None


def table(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table.

    Raises:
        ValueError: a row has more or fewer cells than there are heads.
    """
    lines = [[str(h) for h in heads]]
    lines += [[str(c) for c in cells] for cells in rows]
    width = len(lines[0])
    if wrong := next((cells for cells in lines if len(cells) != width), None):
        raise ValueError(f"a row has {len(wrong)} cells instead of {width}: {wrong}")
    text = ["|" + "".join(f" {c} |" if c else " |" for c in cells) for cells in lines]
    return "\n".join([text[0], "|" + "---|" * width, *text[1:]])


def picture(words: str, file: str) -> str:
    """A picture from the folder ``images`` beside the page."""
    return f"![{words}](images/{file})"


def page(title: str, command: str, *blocks: str) -> str:
    """A page of the reference, with its link to the index; empty blocks are left out."""
    back = "[Documentation](../index.md) / Reference"
    note = f"<!-- Written by `{command}`; not to be edited by hand. -->"
    return "\n\n".join(b.strip("\n") for b in (f"# {title}", back, note, *blocks) if b) + "\n"


def write(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def write_between(path: Path, name: str, text: str) -> None:
    """Replace what stands between the comments ``name`` and ``/name`` of a page.

    Raises:
        ValueError: the page lacks the comments, or has them twice.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, rest = path.read_text("utf-8").split(begin)
    _, after = rest.split(end)
    write(path, before + begin + text + "\n" + end + after)


def show(text: str, page: Path | None, name: str) -> None:
    """Print figures, and put them between the comments of that name of a page, if there is one."""
    print(text)
    if page is not None:
        write_between(page, name, text)


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows with the same keys; figures are rounded to eight digits."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: _cell(v) for k, v in row.items()} for row in rows)
    write(path, text.getvalue())


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.8g}" if known(value) else ""
    return value


def mediapipe_version() -> str:
    """The version that finds the landmarks here; another one moves them by about a pixel."""
    return metadata.version("mediapipe")


def commit() -> str:
    """The commit of the tree, with a + if the product's sources differ from it."""

    def git(*arguments: str) -> str:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", "src")
        return f"commit {git('rev-parse', '--short', 'HEAD')}{'+' if changed else ''}"
    except (OSError, subprocess.CalledProcessError):
        return "no commit"


def versions() -> dict[str, str]:
    """Date and versions of what is measured now; for `measured`."""
    from scapcoach import __version__

    return {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "commit": commit(),
        "mediapipe": mediapipe_version(),
    }


def measured(about: Mapping[str, Any], what: str) -> str:
    """The line on what was measured when, and with which versions."""
    return (
        f"Measured {about['date']} with scapcoach {about['version']} ({about['commit']}) and "
        f"mediapipe {about['mediapipe']}, {what}."
    )
