"""Landmarks from a camera or a file, one picture at a time, whenever one is asked for."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from scapcoach.errors import SourceError
from scapcoach.session import Tracker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.landmarks import Poses
    from scapcoach.pose.detection import PoseEngine
    from scapcoach.sources.camera import Camera
    from scapcoach.sources.frames import Frame
    from scapcoach.sources.video import VideoFile

#: Size and rate requested from a webcam: looks are a second apart, and every picture that it sends
#: has to be fetched, though not decoded. A camera that cannot be that slow sends its slowest rate
#: (docs/reference/desk_accuracy.md has the cost).
CAMERA_SIZE: Final = (640, 480)
CAMERA_FPS: Final = 5.0

#: Seconds before a look at which decoding for it begins: two pictures of a slow camera. A look that
#: came this late would lose the lock on the subject, which costs more (`desk.sampling`).
LEAD_S: Final = 0.45

#: Seconds that a look waits for a picture.
PICTURE_TIMEOUT_S: Final = 1.5


class PoseSampler(Protocol):
    """Takes one picture at a time and finds the landmarks in it."""

    @property
    def ended(self) -> bool:
        """Whether no more pictures come: the file is over, or the camera was closed."""

    @property
    def trouble(self) -> str:
        """What is wrong at the moment, as a sentence for the person; empty when nothing is."""

    def look(self, wait: float) -> Poses | None:
        """Wait `wait` seconds, then take a picture; None when there was none, or at the end."""

    def pause(self) -> None:
        """Release the camera until the next look."""

    def rest(self, seconds: float) -> None:
        """Let `seconds` pass without taking a picture."""

    def now(self) -> float:
        """Seconds on a clock that never jumps."""


class CameraSampler:
    """A webcam, or a file played in real time.

    Args:
        camera: open.
        estimator: open, and used by nothing else.
        stop: set to end a wait early.
    """

    def __init__(self, camera: Camera, estimator: PoseEngine, stop: threading.Event) -> None:
        self._camera = camera
        self._tracker = Tracker(estimator, masks=False, surface=False)
        self._stop = stop

    @property
    def ended(self) -> bool:
        """Whether the camera has ended, or `stop` is set."""
        return self._stop.is_set() or self._camera.ended

    @property
    def trouble(self) -> str:
        """The camera's trouble."""
        return self._camera.trouble

    def look(self, wait: float) -> Poses | None:
        """Wait, then use the newest picture."""
        if self._camera.paused:
            self._camera.resume()
        if self._stop.wait(max(wait - LEAD_S, 0.0)):
            return None
        self._camera.expect()
        if self._stop.wait(min(wait, LEAD_S)):
            return None
        frame = self._camera.newest(PICTURE_TIMEOUT_S)
        return None if frame is None else self._tracker.step(frame)

    def pause(self) -> None:
        """Release the device."""
        if not self._camera.paused:
            self._camera.pause()

    def rest(self, seconds: float) -> None:
        """Wait; returns early when `stop` is set."""
        self._stop.wait(seconds)

    def now(self) -> float:
        """The computer's monotonic clock."""
        return time.monotonic()


class FileSampler:
    """A file, read as fast as possible; its time stamps are the time.

    Args:
        file: open.
        estimator: open, and used by nothing else.
        stop: set to end early.
    """

    trouble = ""

    def __init__(self, file: VideoFile, estimator: PoseEngine, stop: threading.Event) -> None:
        self._frames: Iterator[Frame] = iter(file)
        self._tracker = Tracker(estimator, masks=False, surface=False)
        self._stop = stop
        self._t = 0.0
        self._first = True
        self.ended = False

    def look(self, wait: float) -> Poses | None:
        """The first frame after the wait."""
        due = 0.0 if self._first else self._t + wait
        for frame in self._frames:
            if self._stop.is_set():
                break
            if frame.t >= due - 1e-6:
                self._t, self._first = frame.t, False
                return self._tracker.step(frame)
        self.ended = True
        return None

    def pause(self) -> None:
        """Does nothing: a file need not be released."""

    def rest(self, seconds: float) -> None:
        """Does nothing: a file's time passes only while it is read."""

    def now(self) -> float:
        """The file's time."""
        return self._t


@contextmanager
def open_sampler(
    source: str,
    *,
    model: str = "lite",
    fast: bool = False,
    stop: threading.Event | None = None,
) -> Iterator[PoseSampler]:
    """Open the camera or file and the pose model for the length of a `with` block.

    Args:
        source: number or name of a camera, address, or a file.
        model: of pose estimation.
        fast: read a file as fast as possible instead of in real time.
        stop: set to end waits early.

    Raises:
        CameraError: (on entering) no such camera, busy, or it gives no picture.
        InputError: (on entering) the file is not a video.
        SourceError: (on entering) `fast` with a camera.
    """
    from scapcoach.pose.engines import open_engine
    from scapcoach.sources.camera import Camera
    from scapcoach.sources.cameras import find_camera
    from scapcoach.sources.file_camera import FILE
    from scapcoach.sources.video import VideoFile

    target = find_camera(source)
    stop = threading.Event() if stop is None else stop
    if fast and target.kind != FILE:
        raise SourceError("--fast is for video files: a camera has its own pace.")
    if fast:
        with VideoFile(target.where) as file, open_engine(model) as estimator:
            yield FileSampler(file, estimator, stop)
        return
    with (
        Camera(target, size=CAMERA_SIZE, fps=CAMERA_FPS, on_demand=True) as camera,
        open_engine(model) as estimator,
    ):
        yield CameraSampler(camera, estimator, stop)
