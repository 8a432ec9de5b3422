"""Write the floors and the packages into docs/explanation/architecture.md.

    python -m tools.architecture

The floors are those of the import contract in pyproject.toml, what a package does is the first
sentence of its docstring. A test compares the page with both, so that it cannot go stale.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "explanation" / "architecture.md"
PACKAGE: Final = ROOT / "src" / "scapcoach"
BEGIN: Final = "<!-- floors: written by tools/architecture.py -->"
END: Final = "<!-- end of floors -->"
#: Characters between the outer walls of the drawing.
WIDTH: Final = 72


def floors() -> list[list[str]]:
    """The modules of each floor, the top one first, from the import contract."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def purpose(name: str) -> str:
    """The first sentence of the docstring of a package or module.

    Raises:
        SystemExit: it has none.
    """
    place = PACKAGE / name / "__init__.py"
    file = place if place.is_file() else PACKAGE / f"{name}.py"
    text = ast.get_docstring(ast.parse(file.read_text("utf-8")))
    if not text or len(text.split()) < 3:
        raise SystemExit(f"{file.relative_to(ROOT)} needs a docstring that says what it does.")
    return " ".join(text.split("\n\n")[0].split())


def drawing() -> str:
    """The floors as boxes on top of each other; modules side by side do not import each other."""
    lines = []
    for names in floors():
        share, rest = divmod(WIDTH - len(names) + 1, len(names))
        widths = [share + (i < rest) for i in range(len(names))]
        walls = "+".join("-" * width for width in widths)
        cells = "|".join(name.center(width) for name, width in zip(names, widths, strict=True))
        lines += [f"+{walls}+", f"|{cells}|"]
    return "\n".join([*lines, f"+{'-' * WIDTH}+"])


def render() -> str:
    """The part of the page between the two marks, without them."""
    rows = [f"| `{name}` | {purpose(name)} |" for names in floors() for name in names]
    table = "\n".join(["| package | what it does |", "|---|---|", *rows])
    return f"```text\n{drawing()}\n```\n\n{table}"


def written(page: str) -> str:
    """That part as a page has it."""
    return page.split(BEGIN)[1].split(END, maxsplit=1)[0].strip("\n")


def main() -> None:
    text = PAGE.read_text("utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{render()}\n\n{END}{after}", "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
