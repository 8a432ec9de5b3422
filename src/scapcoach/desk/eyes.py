"""Pictures of a camera or a file, one look at a time, as landmarks."""

from __future__ import annotations

import threading
import time
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

#: What a webcam is asked for: looks are a second apart, and every picture that it gives has to be
#: fetched, though not decoded. Cameras that cannot be so slow give what they can (docs/desk.md has
#: the cost).
CAMERA_SIZE: Final = (640, 480)
CAMERA_FPS: Final = 5.0

#: Seconds before a look from which a picture for it is decoded: two pictures of a slow camera. A
#: look that came late by so much would lose the lock on the subject, which costs more
#: (`desk.sampling`).
LEAD_S: Final = 0.45

#: Seconds that a look waits for a picture.
PATIENCE_S: Final = 1.5


class Eyes(Protocol):
    """Looks when it is told to."""

    @property
    def ended(self) -> bool:
        """There is nothing more to see: the file is over, or the camera was closed."""

    @property
    def trouble(self) -> str:
        """What is wrong at the moment, for the person; empty when nothing is."""

    def look(self, wait: float) -> Poses | None:
        """Wait so many seconds, then look; None when there was no picture, or at the end."""

    def pause(self) -> None:
        """Let go of the camera until the next look."""

    def rest(self, seconds: float) -> None:
        """Let so much time pass without looking."""

    def now(self) -> float:
        """Seconds of a clock that never jumps."""


class CameraEyes:
    """A webcam, or a file played in real time.

    Args:
        camera: open.
        estimator: open, and fed by nobody else.
        stop: set to end a wait early.
    """

    def __init__(self, camera: Camera, estimator: PoseEngine, stop: threading.Event) -> None:
        self._camera = camera
        self._tracker = Tracker(estimator, masks=False)
        self._stop = stop

    @property
    def ended(self) -> bool:
        """As the camera says, or told to stop."""
        return self._stop.is_set() or self._camera.ended

    @property
    def trouble(self) -> str:
        """As the camera says."""
        return self._camera.trouble

    def look(self, wait: float) -> Poses | None:
        """Wait, then the newest picture."""
        if self._camera.paused:
            self._camera.resume()
        if self._stop.wait(max(wait - LEAD_S, 0.0)):
            return None
        self._camera.expect()
        if self._stop.wait(min(wait, LEAD_S)):
            return None
        frame = self._camera.newest(PATIENCE_S)
        return None if frame is None else self._tracker.step(frame)

    def pause(self) -> None:
        """Let go of the device."""
        if not self._camera.paused:
            self._camera.pause()

    def rest(self, seconds: float) -> None:
        """Wait, unless told to stop."""
        self._stop.wait(seconds)

    def now(self) -> float:
        """The computer's steady clock."""
        return time.monotonic()


class FileEyes:
    """A file, as fast as it can be read; time is the file's own.

    Args:
        file: open.
        estimator: open, and fed by nobody else.
        stop: set to end early.
    """

    trouble = ""

    def __init__(self, file: VideoFile, estimator: PoseEngine, stop: threading.Event) -> None:
        self._frames: Iterator[Frame] = iter(file)
        self._tracker = Tracker(estimator, masks=False)
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
        """A file needs no letting go."""

    def rest(self, seconds: float) -> None:
        """A file waits for nobody."""

    def now(self) -> float:
        """The file's time."""
        return self._t


class OpenEyes:
    """Opens camera or file and the pose model, and closes them again; a `with` block gives eyes.

    Args:
        source: number or name of a camera, address, or a file.
        model: of pose estimation.
        fast: read a file as fast as it goes instead of in real time.
        stop: set to end waits early.

    Raises:
        CameraError: (on entering) no such camera, busy, or it gives no picture.
        InputError: (on entering) the file is no video.
    """

    def __init__(
        self,
        source: str,
        *,
        model: str = "lite",
        fast: bool = False,
        stop: threading.Event | None = None,
    ) -> None:
        from contextlib import ExitStack

        self._source, self._model, self._fast = source, model, fast
        self._stop = stop or threading.Event()
        self._stack = ExitStack()

    def __enter__(self) -> Eyes:
        from scapcoach.pose.engines import open_engine
        from scapcoach.sources.camera import Camera
        from scapcoach.sources.cameras import find_camera
        from scapcoach.sources.file_camera import FILE
        from scapcoach.sources.video import VideoFile

        target = find_camera(self._source)
        with self._stack:
            stack = self._stack
            if self._fast and target.kind != FILE:
                raise SourceError("--fast is for video files: a camera has its own pace.")
            if self._fast:
                file = stack.enter_context(VideoFile(target.where))
                eyes: Eyes = FileEyes(
                    file, stack.enter_context(open_engine(self._model)), self._stop
                )
            else:
                camera = stack.enter_context(
                    Camera(target, size=CAMERA_SIZE, fps=CAMERA_FPS, on_demand=True)
                )
                estimator = stack.enter_context(open_engine(self._model))
                eyes = CameraEyes(camera, estimator, self._stop)
            self._stack = stack.pop_all()
        return eyes

    def __exit__(self, *_: object) -> None:
        self._stack.close()
