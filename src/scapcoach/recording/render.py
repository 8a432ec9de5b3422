"""The annotated video: the clip a second time, with what was found drawn on it; and stills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.measures.leading import leading_measures
from scapcoach.media.video import AnnotatedVideoWriter
from scapcoach.overlay.overlay import Overlay
from scapcoach.overlay.prompt import prompt_at
from scapcoach.overlay.skeleton import SkeletonPainter
from scapcoach.pictures import shrunk
from scapcoach.sources.video import VideoFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from scapcoach.arrays import Image
    from scapcoach.coaching.results import SetResult
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures
    from scapcoach.progress import Progress
    from scapcoach.sources.frames import Frame


#: Longer side of a still in pixels: two fit side by side on a wide screen, at 30 kB each.
STILL_SIDE: Final = 640


#: Seconds by which the times of a picture and of its landmarks may differ: the video
#: stores them in ticks of 1/90,000 s.
_SAME_S: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Film:
    """The pictures that landmarks were found in.

    Attributes:
        path: the video.
        start: time of its first picture on the landmarks' clock. None: every picture has its
            landmarks, in order, as in a clip; else some of either may be missing, as in a session.
    """

    path: Path
    start: float | None = None

    def frames(self, source: VideoFile, poses: Poses) -> Iterator[tuple[int, Frame]]:
        """Pictures with the numbers of their landmarks; those without any are left out.

        Args:
            source: the video, open.
            poses: landmarks.
        """
        for frame in source:
            i = frame.index
            if self.start is not None:
                t = frame.t + self.start
                i = int(np.searchsorted(poses.t, t - _SAME_S))
                if i < len(poses) and poses.t[i] > t + _SAME_S:
                    continue
            if i >= len(poses):
                return
            yield i, frame


def render(
    film: Film,
    poses: Poses,
    measures: Measures,
    path: Path,
    progress: Progress,
    result: SetResult | None = None,
) -> tuple[str, ...]:
    """Write the annotated video of a clip.

    Measures of a recording look ahead (smoothing without lag, a neutral from anywhere in it), so
    the pictures are decoded again instead of being stored.

    Args:
        film: the pictures.
        poses: of its frames.
        measures: of the same frames.
        path: the file to write; its time is that of `poses`, from 0 on.
        progress: called as ``progress(stage, done, total)``.
        result: the set whose counter, phase, cues and targets are shown; None shows none.

    Returns:
        What is missing in it (for example sound that cannot be read), one sentence each.

    Raises:
        OutputError: the video cannot be written.
    """
    with VideoFile(film.path) as source:
        info = source.info
        audio = film.path if info.has_audio else None
        with AnnotatedVideoWriter(path, info.size, audio_from=audio) as writer:
            overlay, leading = Overlay(writer.size), leading_measures(measures)
            for i, frame in film.frames(source, poses):
                image, t = writer.scaled(frame.image), float(poses.t[i])
                prompt = None if result is None else prompt_at(result, i, t)
                overlay.draw(image, poses, measures, i, prompt=prompt, leading=leading[i])
                if film.start is None:
                    t = frame.t
                elif t > 0 and not writer.frames_written:
                    writer.write(image, 0.0)  # shown until the film begins
                writer.write(image, t)
                progress("video", i + 1, len(poses))
    return tuple(writer.warnings)


def stills(film: Film, poses: Poses, frames: Collection[int]) -> dict[int, Image]:
    """Some frames of a clip, small and with the skeleton on them.

    Args:
        film: the pictures.
        poses: of its frames.
        frames: their numbers.

    Returns:
        (H, W, 3) uint8 RGB by number; numbers without a picture are left out.
    """
    wanted = {i for i in frames if 0 <= i < len(poses)}
    if not wanted:
        return {}
    width, height = poses.size
    share = min(1.0, STILL_SIDE / max(width, height))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    painter = SkeletonPainter(size)
    found: dict[int, Image] = {}
    first = min(wanted) if film.start is None else 0
    with VideoFile(film.path, start=first) as source:
        for i, frame in film.frames(source, poses):
            if i in wanted:
                small = shrunk(frame.image, size)
                image = small.copy() if small is frame.image else small
                painter.draw(image, poses, i, contour=False)
                found[i] = image
            if i >= max(wanted):
                break
    return found
