"""CITATION.cff is valid, and speaks of this version under this licence."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scapcoach._version import __version__

ROOT = Path(__file__).parents[2]
#: Of the schema of CFF 1.2.0: what must be there, and what may be.
REQUIRED = {"cff-version", "message", "title", "authors"}
ALLOWED = REQUIRED | {
    "abstract", "date-released", "doi", "identifiers", "keywords", "license", "references",
    "repository-code", "type", "url", "version",
}  # fmt: skip


@pytest.fixture(scope="module")
def citation() -> dict[str, Any]:
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with the extra 'dask'")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_it_is_what_the_format_asks_for(citation: dict[str, Any]) -> None:
    assert set(citation) >= REQUIRED
    assert set(citation) <= ALLOWED
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert citation["authors"] == [{"name": "The scapcoach authors"}]
    assert all(isinstance(word, str) for word in citation["keywords"])
    assert len(set(citation["keywords"])) == len(citation["keywords"])


def test_it_agrees_with_the_package(citation: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    # A version such as 1.10 would be a number to YAML.
    assert citation["version"] == __version__
    assert citation["license"] == project["license"]
    assert citation["abstract"] == project["description"]
    assert set(citation["keywords"]) <= set(project["keywords"])
    if "date-released" in citation:
        changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
        day = re.search(rf"^## {re.escape(__version__)} \(([\d-]+)\)", changes, re.MULTILINE)
        assert day is not None
        assert str(citation["date-released"]) == day[1]
