"""One HTML file that shows a recording's findings, opens offline and asks no network."""

from __future__ import annotations

import base64
import html
import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import numpy as np

from scapcoach.files import atomic_path
from scapcoach.overlay.text import font_bytes
from scapcoach.report.clip_text import settings_block, summary_block, table_block
from scapcoach.report.plots import plot_groups
from scapcoach.report.set_section import jpeg, set_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures
    from scapcoach.report.set_section import SetPage

#: A video up to this size, in bytes, travels inside the page; a larger one lies beside it.
EMBED_LIMIT: Final = 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """One picture worth a look.

    Attributes:
        t: seconds; a click on the picture goes there.
        caption: a few words.
        image: (H, W, 3) uint8 RGB.
    """

    t: float
    caption: str
    image: npt.NDArray[np.uint8]


def write_report(
    path: Path,
    *,
    title: str,
    measures: Measures,
    poses: Poses,
    summary: Mapping[str, Any],
    video: Path | None,
    stills: Sequence[Still] = (),
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
            referred to by its name and must lie in the folder of `path`, then and later.
        stills: pictures shown under the video.
        lifting: the set, where an exercise was coached.

    Raises:
        OutputError: the report could not be written.
    """
    embedded, beside = _video(video)
    width, height = poses.size
    data = {
        "groups": plot_groups(measures),
        "frames": np.rint(measures.t * 10_000).astype(int).tolist(),
        "duration": float(measures.t[-1]) if len(measures) else 0.0,
    }
    parts = {
        "title": html.escape(title),
        "css": "".join(_asset(name) for name in ("base.css", "report.css", "set.css")),
        "js": _asset("report.js"),
        "font_medium": _base64(font_bytes("medium")),
        "font_bold": _base64(font_bytes("bold")),
        "summary": summary_block(summary),
        "set": "" if lifting is None else set_block(lifting),
        "table": table_block(summary),
        "settings": settings_block(summary),
        "stills": "".join(_figure(still) for still in stills),
        "video": "" if video is None else f"<video{beside} playsinline muted></video>",
        "video_data": embedded,
        "shape": "tall" if height > 1.05 * width else "wide",
        "aspect": f"{width} / {height}",
        "has_video": "no" if video is None else "yes",
        "data": script_json(data),
    }
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _asset("report.html"))
    with atomic_path(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def script_json(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _video(video: Path | None) -> tuple[str, str]:
    """The video as base64, or the attribute that refers to it."""
    if video is None:
        return "", ""
    if video.stat().st_size <= EMBED_LIMIT:
        return _base64(video.read_bytes()), ""
    return "", f' src="{html.escape(quote(video.name))}" preload="auto"'


def _figure(still: Still) -> str:
    caption = html.escape(still.caption)
    return (
        f'<button class="still" data-t="{still.t:.3f}"><img src="{jpeg(still.image)}" '
        f'alt="{caption}"><span>{caption}</span></button>'
    )


def _asset(name: str) -> str:
    return files("scapcoach.report").joinpath("assets", name).read_text(encoding="utf-8")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
