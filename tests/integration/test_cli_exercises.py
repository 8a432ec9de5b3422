"""`scapcoach exercises`, in a process of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scapcoach.coaching import packaged
from tests.support.cli import no_traceback
from tests.support.cli import scapcoach as run

if TYPE_CHECKING:
    from pathlib import Path


def test_it_lists_and_explains() -> None:
    listed = run("exercises")
    assert listed.returncode == 0
    assert all(name in listed.stdout for name in packaged())
    reported = run("exercises", "seated-row")
    assert reported.returncode == 0
    for words in (
        "Row, low", "Elbows to the wall behind you.", "Squeeze the shoulder blades",
        "peak retraction below 30%", "coaching practice", "Recommended view: back-oblique",
    ):  # fmt: skip
        assert words in reported.stdout


def test_json_is_for_programs() -> None:
    every = json.loads(run("exercises", "--json").stdout)
    assert [e["name"] for e in every] == list(packaged())
    one = json.loads(run("exercises", "row", "--json").stdout)
    assert one["expected"][0] == {
        "measure": "retraction", "phase": "peak", "low": 60.0, "high": 110.0,
        "note": "blades together at the finish",
    }  # fmt: skip
    assert one["expected"][1]["low"] is None


def test_a_wrong_name_and_a_faulty_file(tmp_path: Path) -> None:
    wrong = run("exercises", "benchpres")
    assert wrong.returncode == 2
    assert "Did you mean 'bench_press'?" in wrong.stderr
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\ntitle = 3\n')
    faulty = run("exercises", file)
    assert faulty.returncode == 2
    assert "line 2, title: must be text in quotes, not 3." in faulty.stderr
    for result in (wrong, faulty):
        no_traceback(result)
        assert result.stdout == ""
