"""PyAV is imported in one place, which sees to it that OpenCV comes first."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import scapcoach

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(scapcoach.__file__).parent


def run_time_imports(node: ast.AST) -> Iterator[str]:
    """Names of modules that running the code may import; what only type checkers read is none."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield child.module or "."
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield from run_time_imports(ast.Module([other], []))
        else:
            yield from run_time_imports(child)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f():\n    import av.stream", ["av.stream"]),
        ("class A:\n    try:\n        from av import open\n    except: pass", ["av"]),
        ("if typing.TYPE_CHECKING:\n    import av\nelse:\n    import cv2", ["cv2"]),
        ("if TYPE_CHECKING:\n    from av.frame import Frame", []),
        ("if x:\n    import av", ["av"]),
    ],
)
def test_imports_are_found(code: str, found: list[str]) -> None:
    assert list(run_time_imports(ast.parse(code))) == found


def test_nobody_else_imports_pyav() -> None:
    modules = list(SOURCE.rglob("*.py"))
    assert len(modules) > 100
    own = [
        str(module.relative_to(SOURCE))
        for module in modules
        for name in run_time_imports(ast.parse(module.read_text("utf-8")))
        if name.partition(".")[0] == "av"
    ]
    assert set(own) == {"pyav.py"}, "write: from scapcoach.pyav import av"
