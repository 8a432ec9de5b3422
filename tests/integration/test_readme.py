"""The README, read by somebody who has a checkout and nothing else: every command works."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import pytest

from scapcoach.cli import cli
from scapcoach.coaching.library import find_exercise
from tests.support.cli import ROOT, heed_ctrl_c
from tests.support.xvfb import NO_SCREEN, has_screen, virtual_screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

README = (ROOT / "README.md").read_text("utf-8")

#: Seconds that one block of commands may take on a slow machine.
LIMIT = 240

#: How far a number in a shown line may be from that of this machine: processors round otherwise.
NEAR = 8


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code, with the comment in the line before it."""

    mark: str
    language: str
    text: str


def blocks() -> list[Block]:
    found = re.findall(r"(?:<!-- ([^>]*) -->\n)?```(\w+)\n(.*?)```", README, re.DOTALL)
    return [Block(*parts) for parts in found]


def lines_of(block: Block) -> list[str]:
    """The command lines; a line that ends in a backslash or && goes on in the next."""
    joined = block.text.replace("\\\n", " ").replace("&&\n", "&& ")
    return [line for line in joined.splitlines() if line.strip()]


@dataclass(slots=True)
class Checkout:
    """A copy of what somebody who follows the README needs, and a shell in it.

    Setting up is replaced: `python3` and `pip` do nothing, `scapcoach` is the one under test.
    """

    place: Path
    said: str = ""

    def __post_init__(self) -> None:
        for folder in ("sample_videos", "sample_pictures"):
            shutil.copytree(ROOT / folder, self.place / folder)
        programs = {
            "scapcoach": f'exec "{sys.executable}" -m scapcoach "$@"',
            "python3": "mkdir -p .venv/bin && touch .venv/bin/activate",
            "pip": "true",
        }
        (self.place / "bin").mkdir()
        for name, text in programs.items():
            program = self.place / "bin" / name
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(0o755)

    def start(self, line: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", line],
            cwd=self.place,
            env={
                **os.environ,
                "PATH": f"{self.place / 'bin'}:{os.environ['PATH']}",
                "SCAPCOACH_DATA_DIR": str(self.place / "data"),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            preexec_fn=heed_ctrl_c,  # noqa: PLW1509 - no thread of the tests runs here
        )

    def finish(self, line: str, process: subprocess.Popen[str]) -> str:
        said, _ = process.communicate(timeout=LIMIT)
        assert process.returncode == 0, f"{line}\n{said}"
        assert "Traceback" not in said, f"{line}\n{said}"
        self.said += said
        return said

    def run(self, line: str) -> str:
        with _ended(self.start(line)) as process:
            return self.finish(line, process)

    def live(self, line: str) -> None:
        """Coach in a window until something is recorded, then Ctrl-C."""
        heads: dict[Path, int] = {}

        def recorded() -> bool:
            """Whether frames have been added to what a journal begins with."""
            sizes = {f: f.stat().st_size for f in self.place.glob("sessions/*/journal.scap")}
            return any(n > heads.setdefault(f, n) + 20_000 for f, n in sizes.items())

        with (
            virtual_screen() as screen,
            _ended(self.start(line, DISPLAY=screen.display)) as process,
        ):
            _wait(process, recorded)
            process.send_signal(signal.SIGINT)
            assert "Session report: " in self.finish(line, process)

    def serve(self, line: str) -> None:
        """Serve until the page can be had, then Ctrl-C. The usual port may be in use here."""
        with _ended(self.start(f"{line} --port 0")) as process:
            assert process.stdout is not None
            said = ""
            while not (address := re.search(r"http://\S+", said)):
                more = process.stdout.readline()
                assert more, f"it ended: {said}"
                said += more
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            with browser.open(address[0], timeout=30) as page:
                assert "scapcoach" in page.read().decode()
            process.send_signal(signal.SIGINT)
            self.finish(line, process)


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """No command outlives its test."""
    with process:
        try:
            yield process
        finally:
            process.kill()


def _wait(process: subprocess.Popen[str], ready: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not ready():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.1)


def test_every_command_works_in_the_order_of_the_page(tmp_path: Path) -> None:
    checkout, missing = Checkout(tmp_path), []
    for block in blocks():
        if block.language == "python":
            (tmp_path / "example.py").write_text(block.text, "utf-8")
            checkout.run(f'"{sys.executable}" example.py')
        if block.language == "text":
            _as_shown(block.text, checkout.said)
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


def _as_shown(expected: str, said: str) -> None:
    """Every line shown was said, with numbers that differ by little; the time of day may be any."""
    for line in expected.splitlines():
        words, numbers = _apart(line)
        alike = [_apart(other) for other in said.splitlines() if _apart(other)[0] == words]
        assert alike, f"never said: {line}\n{said}"
        assert any(
            all(abs(a - b) <= NEAR for a, b in zip(numbers, others, strict=True))
            for _, others in alike
        ), f"other numbers: {line}\n{said}"


def _apart(line: str) -> tuple[str, list[int]]:
    """The words of a line, and its numbers."""
    line = re.sub(r"\b\d\d:\d\d\b", "TIME", line).rstrip()
    return re.sub(r"\d+", "#", line), [int(n) for n in re.findall(r"\d+", line)]


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
    return [line for b in blocks() if b.mark == "needs: camera" for line in lines_of(b)]


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
