"""One HTML file that shows a recording's findings, opens offline and uses no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import numpy as np

from scapcoach.report.clip_text import clip_facts, clip_view
from scapcoach.report.page import base64_text, render, write_page
from scapcoach.report.plots import plot_groups, time_marks
from scapcoach.report.set_section import set_view

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures
    from scapcoach.report.set_section import SetPage

#: A video up to this size, in bytes, is embedded in the page; a larger one is linked.
EMBED_LIMIT: Final = 8_000_000


def write_report(
    path: Path,
    *,
    title: str,
    measures: Measures,
    poses: Poses,
    summary: Mapping[str, Any],
    video: Path | None,
    lifting: SetPage | None = None,
) -> None:
    """Write report.html, whole or not at all.

    Args:
        path: the file to write.
        title: heading, usually the clip's name; any text is safe.
        measures: of every frame.
        poses: of the same frames.
        summary: as `scapcoach.export.summary.build_summary` makes it.
        video: the annotated video, or None. Embedded up to `EMBED_LIMIT` bytes; a larger one is
            linked by its name and must stay in the folder of `path`.
        lifting: the set, where an exercise was coached.

    Raises:
        OutputError: the report could not be written.
    """
    embedded, beside = _video(video)
    width, height = poses.size
    page = render(
        "clip.html",
        title=title,
        clip=clip_view(summary),
        facts=clip_facts(summary),
        lifting=None if lifting is None else set_view(lifting),
        has_video=video is not None,
        embedded=embedded,
        beside=beside,
        tall=height > 1.05 * width,
        aspect=f"{width} / {height}",
        data=_plots(measures),
    )
    write_page(path, page)


def _plots(measures: Measures) -> dict[str, Any]:
    """What the script draws: the plots, the axis of time, and every frame's time in 0.1 ms."""
    end = max(float(measures.t[-1]) if len(measures) else 0.0, 1e-3)
    return {
        "groups": plot_groups(measures),
        "frames": np.rint(measures.t * 10_000).astype(int).tolist(),
        "end": end,
        "axis": time_marks(end),
    }


def _video(video: Path | None) -> tuple[str, str]:
    """The video as base64, or the address that refers to it."""
    if video is None:
        return "", ""
    if video.stat().st_size <= EMBED_LIMIT:
        return base64_text(video.read_bytes()), ""
    return "", quote(video.name)
