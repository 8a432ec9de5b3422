"""The README, read by somebody who has a checkout and nothing else: every command works."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import click
import pytest

from scapcoach.cli import cli
from scapcoach.coaching.library import find_exercise
from tests.support.cli import ROOT
from tests.support.walkthrough import Checkout, as_shown, blocks, lines_of
from tests.support.xvfb import NO_SCREEN, has_screen

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text("utf-8")


def test_every_command_works_in_the_order_of_the_page(tmp_path: Path) -> None:
    checkout, missing = Checkout(tmp_path), []
    for block in blocks(README):
        if block.language == "python":
            (tmp_path / "example.py").write_text(block.text, "utf-8")
            checkout.run(f'"{sys.executable}" example.py')
        if block.language == "text":
            as_shown(block.text, checkout.said)
        if block.language != "sh" or block.mark in {"needs: camera", "command: test"}:
            continue
        for line in lines_of(block):
            if line.startswith("scapcoach live ") and not has_screen():
                missing.append(NO_SCREEN)
            elif line.startswith("scapcoach live "):
                checkout.live(line)
            elif line.startswith("scapcoach serve") and not importlib.util.find_spec("starlette"):
                missing.append("needs the extra 'web'")
            elif line.startswith("scapcoach serve"):
                checkout.serve(line)
            else:
                checkout.run(line)
    # One set was read with the clip, the other with the profile that was made of it.
    assert "From A to B" in checkout.said
    assert "calibrated differently" not in checkout.said
    _named_files_exist(tmp_path)
    _sets_are_judged(tmp_path / "results")
    if missing:
        pytest.skip("; ".join(missing))


def _named_files_exist(place: Path) -> None:
    names = re.findall(r"`([\w.-]+(?:/[\w.-]+)*)`", README)
    files = [n for n in names if "/" in n or re.search(r"\.(html|mp4|parquet|json|csv)$", n)]
    assert len(files) > 6
    for name in files:
        places = (ROOT, place, place / "results" / "phantom_row_oblique")
        assert any((folder / name).exists() for folder in places), name


def _sets_are_judged(results: Path) -> None:
    """Every sample is shown with the calibration that fits it."""
    summaries = [json.loads(f.read_text("utf-8")) for f in results.glob("*/summary.json")]
    assert len(summaries) == 3
    for summary in summaries:
        assert summary["set"]["score"] is not None, summary["source"]["name"]
        for name in ("retraction", "elevation"):
            assert summary["measures"][name]["share_ok"] > 0.6, (summary["source"]["name"], name)


def camera_lines() -> list[str]:
    return [line for b in blocks(README) if b.mark == "needs: camera" for line in lines_of(b)]


@pytest.mark.parametrize("line", camera_lines())
def test_a_command_that_needs_a_camera_is_one_that_the_program_understands(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, *words = shlex.split(line)
    assert program == "scapcoach"
    given: dict[str, Any] = {}
    command: click.Command = cli
    for word in words:
        inner = command.get_command(click.Context(command), word) if _groups(command) else None
        if inner is None:
            break
        command = inner
        monkeypatch.setattr(command, "callback", lambda *_context, **options: given.update(options))
    cli.main(words, standalone_mode=False)  # unknown names and values are errors
    assert given
    if given.get("exercise"):
        find_exercise(given["exercise"])


def _groups(command: click.Command) -> bool:
    return isinstance(command, click.Group)


def test_the_extras_that_it_names_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [e for group in re.findall(r"\.\[([\w,]+)\]", README) for e in group.split(",")]
    assert set(named) >= {"dev", "bench", "web"}
    assert set(named) <= set(project["optional-dependencies"])
