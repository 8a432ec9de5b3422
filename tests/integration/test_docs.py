"""What the pages say is what the program does: examples run, names and sentences agree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import scapcoach
from scapcoach.calibration.holds import POSES
from scapcoach.geometry.view import VIEW_EDGES
from scapcoach.girdle.neutral import BORDER, MIN_VISIBILITY
from scapcoach.measures import SPECS, Reason, Status
from scapcoach.measures.gates import SCALE_LIMITS
from tests.support.cli import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PAGES = sorted(
    p for p in ROOT.rglob("*.md") if not {".venv", "results"} & set(p.relative_to(ROOT).parts)
)
README = (ROOT / "README.md").read_text("utf-8")
MEASURES = (ROOT / "docs" / "reference" / "measures.md").read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_examples_of_the_library_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, as somebody who reads the page would try them."""
    (tmp_path / "sample_videos").symlink_to(ROOT / "sample_videos")
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    page = (ROOT / "docs" / "how-to" / "library.md").read_text("utf-8")
    examples = blocks(page, "python")
    assert len(examples) >= 6
    for example in examples:
        exec(compile(example, "docs/how-to/library.md", "exec"), space)
    assert (tmp_path / "results-lite" / "walking_front_portrait" / "report.html").is_file()


def test_every_measure_is_explained() -> None:
    for name, spec in SPECS.items():
        side = name.rpartition("_")[2]
        base = name.removesuffix("_left").removesuffix("_right")
        row = next(line for line in MEASURES.splitlines() if line.startswith(f"| `{base}`"))
        assert side not in {"left", "right"} or f"`_{side}`" in row
        assert SPECS[base].title in row
        assert SPECS[base].positive in row
        assert not spec.has_degrees or "`_deg`" in row


def test_every_status_and_reason_is_explained_in_the_words_of_the_program() -> None:
    for status in Status:
        assert f"| `{status.label}` |" in MEASURES
    for reason in Reason:
        if reason is not Reason.NONE:
            assert f"| `{reason.label}` | {reason.advice} |" in MEASURES


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    front, oblique, side, back = VIEW_EDGES
    text = " ".join(MEASURES.split())
    assert (
        f"front below {front:g}, oblique to {oblique:g}, side to {side:g}, "
        f"back-oblique to {back:g}" in text
    )
    assert f"inside the picture by {100 * BORDER:g} %" in text
    assert f"a chance of at least {MIN_VISIBILITY:g}" in text
    assert f"at most {100 * (SCALE_LIMITS[1] - 1):.0f} % larger" in text


def test_the_readme_shows_its_two_commands_and_only_options_that_exist() -> None:
    for mark in ("analyse", "test"):
        assert re.search(rf"<!-- command: {mark} -->\n```sh\n.+?\n```", README, re.DOTALL)
    known = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    for block in blocks(README, "sh"):
        for line in block.splitlines():
            if "scapcoach " in line:
                for option in re.findall(r"--[a-z-]+", line.split("scapcoach ", 1)[1]):
                    assert option in known, option


def test_the_readme_names_the_poses_of_the_calibration() -> None:
    assert len(POSES) == 6
    for words in ("relaxed", "blades back", "blades apart", "shrug", "shoulders down"):
        assert words in README


def test_no_page_names_a_machine() -> None:
    """Pages work anywhere: no absolute paths of the machine they were written on."""
    for page in PAGES:
        assert not re.search(r"(?<![\w.~])/(?:home|root|work|Users)/", page.read_text("utf-8")), (
            page
        )


def test_the_changelog_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    release, development, _ = scapcoach.__version__.partition(".dev")
    assert f"## {release} ({'unreleased' if development else '2'}" in text
