"""Following a page: its commands run in a copy of the samples, in the order of the page."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.cli import ROOT, heed_ctrl_c
from tests.support.xvfb import virtual_screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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


def blocks(page: str) -> list[Block]:
    """The blocks of code of a page."""
    found = re.findall(r"(?:<!-- ([^>]*) -->\n)?```(\w+)\n(.*?)```", page, re.DOTALL)
    return [Block(*parts) for parts in found]


def lines_of(block: Block) -> list[str]:
    """The command lines; a line that ends in a backslash or && goes on in the next."""
    joined = block.text.replace("\\\n", " ").replace("&&\n", "&& ")
    return [line for line in joined.splitlines() if line.strip()]


@dataclass(slots=True)
class Checkout:
    """A copy of what somebody who follows a page needs, and a shell in it.

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


def as_shown(expected: str, said: str) -> None:
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
