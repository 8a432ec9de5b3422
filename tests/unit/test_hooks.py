"""The hooks of .pre-commit-config.yaml use the versions that pyproject.toml allows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOOKS = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")


def test_the_bounds_of_the_hooks_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    allowed = {
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    }
    named = re.findall(r"[\w-]+>=[\w.]+,<[\w.]+", HOOKS)
    assert {line.partition(">")[0] for line in named} >= {"ruff", "mypy", "import-linter", "numpy"}
    assert set(named) <= allowed


def test_no_hook_needs_an_environment_beside_it() -> None:
    assert ".venv/" not in HOOKS
    assert "language: system" not in HOOKS
