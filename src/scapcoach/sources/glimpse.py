"""One picture out of a video, at the cost of decoding one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scapcoach.sources.container import open_video
from scapcoach.sources.frames import Frame
from scapcoach.sources.picture import PictureMaker
from scapcoach.sources.video import shape_of

if TYPE_CHECKING:
    import os


def glimpse(path: str | os.PathLike[str], t: float) -> Frame | None:
    """The last picture before `t` seconds from which decoding can start, or None.

    Its index is -1: counting would mean decoding everything before it. Files that cannot be
    searched give their first picture.

    Raises:
        InputError: as `VideoFile`.
    """
    from scapcoach.pyav import av

    container, stream = open_video(Path(path))
    with container:
        unit = float(stream.time_base or 1)
        start = stream.start_time or 0
        try:
            container.seek(start + round(t / unit), stream=stream)
            frame = next(container.decode(stream), None)
            if frame is None:
                return None
            image = PictureMaker(shape_of(stream, frame)).make(frame)
        except (av.error.FFmpegError, ValueError):
            return None
        return Frame(-1, max(0.0, ((frame.pts or 0) - start) * unit), image)
