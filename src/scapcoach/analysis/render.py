"""The annotated video: the clip a second time, with what was found drawn on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scapcoach.sinks.overlay import Overlay
from scapcoach.sinks.video import AnnotatedVideoWriter
from scapcoach.sources.video import VideoFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures


def render(
    clip: Path,
    poses: Poses,
    measures: Measures,
    path: Path,
    progress: Callable[[str, int, int | None], None],
) -> tuple[str, ...]:
    """Write the annotated video of a clip.

    Measures of a recording look ahead (smoothing without lag, a neutral from anywhere in it), so
    the pictures are decoded again in place of being kept.

    Returns:
        What could not be kept (sound that cannot be read, say), one sentence each.

    Raises:
        OutputError: the video cannot be written.
    """
    with VideoFile(clip) as source:
        info = source.info
        audio = clip if info.has_audio else None
        with AnnotatedVideoWriter(path, info.size, audio_from=audio) as writer:
            overlay = Overlay(writer.size)
            for frame in source:
                if frame.index >= len(poses):
                    break
                image = writer.scaled(frame.image)
                overlay.draw(image, poses, measures, frame.index)
                writer.write(image, frame.t)
                progress("video", frame.index + 1, len(poses))
    return tuple(writer.warnings)
