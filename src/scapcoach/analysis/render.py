"""The annotated video: the clip a second time, with what was found drawn on it; and stills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scapcoach.pictures import shrunk
from scapcoach.sinks.overlay import Overlay
from scapcoach.sinks.prompt import prompt_at
from scapcoach.sinks.skeleton import SkeletonPainter
from scapcoach.sinks.video import AnnotatedVideoWriter
from scapcoach.sources.video import VideoFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures
    from scapcoach.sinks.sets import SetRecord

    Progress = Callable[[str, int, int | None], None]
    Image = npt.NDArray[np.uint8]
    IntArray = npt.NDArray[np.integer[Any]]

#: Longer side of a still in pixels: two fit side by side on a wide screen, and weigh 30 kB each.
STILL_SIDE: Final = 640


def render(
    clip: Path,
    poses: Poses,
    measures: Measures,
    path: Path,
    progress: Progress,
    record: SetRecord | None = None,
) -> tuple[str, ...]:
    """Write the annotated video of a clip.

    Measures of a recording look ahead (smoothing without lag, a neutral from anywhere in it), so
    the pictures are decoded again in place of being kept.

    Args:
        clip: the video.
        poses: of its frames.
        measures: of the same frames.
        path: the file to write.
        progress: called as ``progress(stage, done, total)``.
        record: the set whose counter, phase, cues and targets are shown; None shows none.

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
                i = frame.index
                if i >= len(poses):
                    break
                image = writer.scaled(frame.image)
                prompt = None if record is None else prompt_at(record, i, float(poses.t[i]))
                overlay.draw(image, poses, measures, i, prompt=prompt)
                writer.write(image, frame.t)
                progress("video", i + 1, len(poses))
    return tuple(writer.warnings)


def stills(clip: Path, poses: Poses, frames: Collection[int]) -> dict[int, Image]:
    """Some frames of a clip, small and with the skeleton on them.

    Args:
        clip: the video.
        poses: of its frames.
        frames: their numbers.

    Returns:
        (H, W, 3) uint8 RGB by number; numbers beyond the clip's end are left out.
    """
    wanted = {i for i in frames if 0 <= i < len(poses)}
    if not wanted:
        return {}
    width, height = poses.size
    share = min(1.0, STILL_SIDE / max(width, height))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    painter = SkeletonPainter(size)
    found: dict[int, Image] = {}
    with VideoFile(clip, start=min(wanted)) as source:
        for frame in source:
            if frame.index in wanted:
                small = shrunk(frame.image, size)
                image = small.copy() if small is frame.image else small
                painter.draw(image, poses, frame.index, contour=False)
                found[frame.index] = image
            if frame.index >= max(wanted):
                break
    return found
