"""Cues as subtitles: SubRip (.srt) for players, WebVTT (.vtt) for browsers."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scapcoach.files import atomic_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: Seconds between two subtitles: some players drop the second of two that touch.
GAP: Final = 0.04

#: Shortest subtitle in seconds, also after being cut by the next one; shorter ones are left out.
SHORTEST: Final = 0.3


@dataclass(frozen=True, slots=True)
class Subtitle:
    """One line of text for some time.

    Attributes:
        t: when it appears, seconds of the recording.
        seconds: how long it stays; cut short where the next one begins.
        text: the text. Line breaks and runs of spaces become one space.
    """

    t: float
    seconds: float
    text: str


def write_srt(path: Path, subtitles: Iterable[Subtitle]) -> None:
    """Write a SubRip file completely or not at all; without subtitles, an empty file.

    Raises:
        OutputError: they could not be written.
    """
    blocks = [
        f"{k}\n{_clock(a, ',')} --> {_clock(b, ',')}\n{text}\n"
        for k, (a, b, text) in enumerate(_in_order(subtitles), start=1)
    ]
    _write(path, "\n".join(blocks))


def write_vtt(path: Path, subtitles: Iterable[Subtitle]) -> None:
    """Write a WebVTT file completely or not at all; without subtitles, only the header.

    Raises:
        OutputError: they could not be written.
    """
    blocks = ["WEBVTT\n"] + [
        f"{_clock(a, '.')} --> {_clock(b, '.')}\n{html.escape(text, quote=False)}\n"
        for a, b, text in _in_order(subtitles)
    ]
    _write(path, "\n".join(blocks))


def _in_order(subtitles: Iterable[Subtitle]) -> Iterator[tuple[float, float, str]]:
    """(from, to, text) by time, none over another, none empty.

    "-->" would end a cue of either format, so it is replaced by an arrow.
    """
    known = sorted((s for s in subtitles if s.text.split()), key=lambda s: s.t)
    for k, one in enumerate(known):
        begin, end = max(0.0, one.t), one.t + one.seconds
        if k + 1 < len(known):
            end = min(end, known[k + 1].t - GAP)
        if end - begin >= SHORTEST:
            yield begin, end, " ".join(one.text.split()).replace("-->", "\u2192")


def _clock(seconds: float, mark: str) -> str:
    """Hours, minutes, seconds and thousandths, in whole thousandths."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{thousandths:03d}"


def _write(path: Path, text: str) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
