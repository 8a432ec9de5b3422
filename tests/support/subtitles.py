"""Readers of SubRip and WebVTT, strict about what their formats demand."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Lines = list[tuple[float, float, str]]


def read_srt(path: Path) -> Lines:
    """(from, to, text); blocks are numbered from 1, and a blank line ends each."""
    found = []
    blocks = [b for b in path.read_text("utf-8").split("\n\n") if b.strip()]
    for number, block in enumerate(blocks, start=1):
        lines = block.strip("\n").split("\n")
        assert lines[0] == str(number)
        found.append((*_times(lines[1], ","), "\n".join(lines[2:])))
    return found


def read_vtt(path: Path) -> Lines:
    """(from, to, text); the signature stands first, and text has no raw & or <."""
    head, *blocks = path.read_text("utf-8").split("\n\n")
    assert head.split("\n")[0] == "WEBVTT"
    found = []
    for block in blocks:
        if not block.strip("\n"):
            continue
        times, *text = block.strip("\n").split("\n")
        assert not re.search(r"<|&(?!(?:amp|lt|gt);)", "".join(text))
        found.append((*_times(times, "."), html.unescape("\n".join(text))))
    return found


def _times(line: str, mark: str) -> tuple[float, float]:
    clock = rf"(\d\d):([0-5]\d):([0-5]\d){re.escape(mark)}(\d\d\d)"
    match = re.fullmatch(rf"{clock} --> {clock}", line)
    assert match, line
    numbers = [int(part) for part in match.groups()]
    a, b = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (numbers[:4], numbers[4:]))
    assert b > a
    return a, b
