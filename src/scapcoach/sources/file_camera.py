"""A video file as a camera."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scapcoach.sources.frames import CameraTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.arrays import Image
    from scapcoach.sources.frames import Frame

#: Name of the backend.
FILE: Final = "file"

#: Seconds by which a frame of a file is late when playing was paused, or decoding is too slow.
_PAUSE_S: Final = 0.5


def find_file(text: str) -> CameraTarget | None:
    """A file of that path; None where there is none."""
    path = Path(text)
    try:
        return CameraTarget(FILE, text, path.name) if path.is_file() else None
    except (OSError, ValueError):
        return None  # a name that cannot be a path may still be a camera's


def open_file(
    target: CameraTarget,
    size: tuple[int, int] | None = None,  # noqa: ARG001 - a file has its own
    fps: float | None = None,  # noqa: ARG001
) -> FileCapture:
    """Play a file once, in real time.

    Raises:
        InputError: the file is not a video.
    """
    return FileCapture(target.where)


class FileCapture:
    """A video file, played in real time as if it were a camera: a frame comes when it is due.

    Frames carry the file's own times, so that what is computed from a frame does not depend on
    the speed of the computer.

    Args:
        path: the file.
        speed: 1 is real time.
        loop: whether to begin again at the end; times keep increasing.

    Raises:
        InputError: the file is not a video.
    """

    finite = True

    def __init__(self, path: str, *, speed: float = 1.0, loop: bool = False) -> None:
        from scapcoach.sources.video import VideoFile

        self._file = VideoFile(path)
        self.name = self._file.info.name
        self._speed = speed
        self._loop = loop
        self._released = threading.Event()
        self._frames: Iterator[Frame] = self._file.frames()
        self._begun: float | None = None
        self._offset = 0.0
        self._last = 0.0

    def read(self) -> tuple[float, Image] | None:
        """The next frame, when it is due; None at the end."""
        frame = self._next()
        if frame is None:
            return None
        self._last = self._offset + frame.t
        now = time.monotonic()
        if self._begun is None:
            self._begun = now
        wait = self._begun + self._last / self._speed - now
        if wait < -_PAUSE_S:
            self._begun -= wait  # no request for a while: go on from here, without hurrying
        # A late frame is returned at once; the camera returns only the newest.
        if wait > 0 and self._released.wait(wait):
            return None
        return self._last, frame.image

    def skip(self) -> bool:
        """Wait until the next frame is due, and skip it; for a file this saves nothing."""
        return self.read() is not None

    def _next(self) -> Frame | None:
        if self._released.is_set():
            return None
        frame = next(self._frames, None)
        if frame is None and self._loop and self._last > 0:
            fps = self._file.info.fps
            self._offset = self._last + 1 / (fps if fps > 0 else 30.0)
            self._frames = self._file.frames()
            frame = next(self._frames, None)
        return frame

    def release(self) -> None:
        """Stop playing."""
        self._released.set()
        self._file.close()
