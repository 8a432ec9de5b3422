"""The how-to pages as programs: their Python blocks, each with the mark that stands before it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tests.support.cli import ROOT

if TYPE_CHECKING:
    import pytest

_BLOCK = re.compile(r"<!-- (file|entry|try): ?([\w.]*) -->\n```python\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A page under docs/how-to.

    Attributes:
        files: module name to its text.
        entries: name of a registry to the line that goes into it.
        tries: what a reader may run afterwards.
    """

    files: dict[str, str]
    entries: dict[str, str]
    tries: list[str]

    def add_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the page's files importable, until the test is over."""
        for name, text in self.files.items():
            module = ModuleType(name)
            monkeypatch.setitem(sys.modules, name, module)
            exec(compile(text, name, "exec"), module.__dict__)

    def entry(self, name: str, registry: ModuleType) -> Any:
        """The line for a registry, as Python reads it in the registry's own file."""
        return eval(compile(self.entries[name].strip(), name, "eval"), registry.__dict__)


def page(name: str) -> Page:
    """Read a page; every Python block has to have its mark."""
    text = (ROOT / "docs" / "how-to" / name).read_text("utf-8")
    found = _BLOCK.findall(text)
    assert len(found) == text.count("```python"), f"{name}: a block without a mark"
    return Page(
        files={title: block for kind, title, block in found if kind == "file"},
        entries={title: block for kind, title, block in found if kind == "entry"},
        tries=[block for kind, _, block in found if kind == "try"],
    )
