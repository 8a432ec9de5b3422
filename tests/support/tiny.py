"""A real clip that is analysed in a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import videos
from tests.support.cli import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

#: Frames of a tiny clip.
TINY_FRAMES = 8


def write_tiny(path: Path) -> Path:
    """Eight frames of somebody who stands there, 320 x 240."""
    import cv2

    from scapcoach.sources.video import VideoFile

    with VideoFile(SAMPLES / "phantom_shrug_front.mp4") as source:
        images = [f.image for f, _ in zip(source, range(TINY_FRAMES), strict=False)]
    small = [cv2.resize(image, (320, 240), interpolation=cv2.INTER_AREA) for image in images]
    return videos.write_clip(path, videos.Clip(n=TINY_FRAMES), images=small)
