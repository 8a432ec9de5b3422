"""The tutorials, followed as they are written: every command works and says what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cli import ROOT
from tests.support.walkthrough import Checkout, as_shown, blocks, lines_of

if TYPE_CHECKING:
    from pathlib import Path

TUTORIALS = ("first_clip", "first_desk_day")

#: Marks of blocks that are not run: setting up, and what needs a camera, a screen or a session.
LEFT_OUT = {"setup", "needs: camera", "needs: screen", "needs: session"}


def page(name: str) -> str:
    return (ROOT / "docs" / "start" / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", TUTORIALS)
def test_every_command_works_and_says_what_is_shown(name: str, tmp_path: Path) -> None:
    checkout, ran = Checkout(tmp_path), 0
    for block in blocks(page(name)):
        if block.language == "text":
            as_shown(block.text, checkout.said)
        elif block.mark == "run":
            for line in lines_of(block):
                checkout.run(line)
                ran += 1
        else:
            assert block.mark in LEFT_OUT, block.text
    assert ran >= 3


def test_the_live_tutorial_marks_every_block_that_the_readme_test_runs_already() -> None:
    for block in blocks(page("first_live_set")):
        assert block.language == "text" or block.mark in LEFT_OUT, block.text
