"""Subtitles: the coach's cues in the two formats that players and browsers read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scapcoach.media.subtitles import Subtitle, write_srt, write_vtt

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.export.results import AnalysisResults


def write(place: Path, results: AnalysisResults) -> None:
    """Write cues.srt and cues.vtt where an exercise was coached; without cues they are empty.

    Raises:
        OutputError: one of them cannot be written.
    """
    if results.coached is None:
        return
    cues = [Subtitle(c.time, c.until - c.time, c.text) for c in results.coached.cues]
    write_srt(place / "cues.srt", cues)
    write_vtt(place / "cues.vtt", cues)
