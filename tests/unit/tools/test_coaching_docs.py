"""The pages about coaching say what the exercises and the cue engine do."""

from __future__ import annotations

import re

from scapcoach.calibration.calibration import SDC_FACTOR
from scapcoach.coaching import CueConfig, packaged
from scapcoach.coaching.library import parse
from scapcoach.recording.compare import Z95
from tools.coaching_docs import PAGE, render, written

TEXT = PAGE.read_text("utf-8")
DOCS = PAGE.parents[1]
COACHING = " ".join((DOCS / "explanation" / "coaching.md").read_text("utf-8").split())
OWN = (DOCS / "how-to" / "add-an-exercise.md").read_text("utf-8")


def test_what_each_exercise_looks_for_is_what_its_file_says() -> None:
    assert written(TEXT) == render().strip("\n"), "run: python -m tools.coaching_docs"
    for exercise in packaged().values():
        assert f"(`{exercise.name}`)" in TEXT
        for rule in exercise.faults:
            assert rule.external in TEXT
            assert rule.internal in TEXT


def test_the_numbers_of_the_cue_engine_are_those_of_the_code() -> None:
    config = CueConfig()
    assert f"after {config.needed} faulty ones of the last {config.window}" in COACHING
    assert f"shown for {config.show:g} s" in COACHING
    assert f"not again for {config.cooldown:g} s" in COACHING
    assert f"When {100 * config.fade_from:g} % of the repetitions" in COACHING
    assert f"After {config.clear} good ones in a row" in COACHING
    assert f"a fault must last {config.dwell:g} s" in COACHING


def test_the_limits_of_a_comparison_are_those_of_the_code() -> None:
    assert f"greater than {Z95:g} standard deviations" in COACHING
    assert f"{SDC_FACTOR:g} sigma" in COACHING


def test_the_example_of_a_users_exercise_is_valid() -> None:
    example = re.search(r"<!-- exercise: towel_row.toml -->\n```toml\n(.*?)```", OWN, re.DOTALL)
    assert example is not None
    assert parse(example[1], "towel_row.toml").name == "towel_row"
