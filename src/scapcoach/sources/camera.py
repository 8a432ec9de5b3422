"""A live camera: only its newest picture, never a queue of old ones.

    from scapcoach.sources.camera import Camera

    with Camera("0") as camera:                 # number, name, /dev/video0, rtsp://..., clip.mp4
        while not camera.ended:
            frame = camera.newest(timeout=0.5)  # waits for a new picture
            if frame is None:
                print(camera.trouble)           # one sentence for the person
                continue
            ...                                 # frame.image (RGB), frame.t (seconds)
            camera.pause()                      # releases the device until camera.resume()

A thread reads the camera and keeps the newest picture. A slow caller misses pictures in between,
and so never falls behind. A camera that disappears is opened again, at longer and longer intervals.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from scapcoach.errors import CameraError, ScapcoachError
from scapcoach.sources.cameras import find_camera, is_live, open_capture
from scapcoach.sources.frames import CameraTarget, Frame, SourceInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scapcoach.arrays import Image
    from scapcoach.sources.frames import Capture

#: Seconds without a new picture after which a camera is reported as stopped. Older pictures are not
#: returned: coaching must not be based on the past.
STALE_S: Final = 1.0
#: Seconds to wait for the first picture: some cameras need that long to start.
FIRST_S: Final = 8.0
#: Seconds between tries to open a camera that disappeared; the last one repeats.
BACK_OFF: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
#: Seconds to wait for the reading thread to release the camera or to end.
_READER_END_S: Final = 2.0

#: Largest mean brightness (0-255) of a picture with a covered lens, and its largest spread: a room
#: at night has some light [E].
_BLACK: Final = 16.0
_EVEN: Final = 3.0


class Camera:
    """The newest pictures of a camera, a stream, or a file played in real time.

    Entering the `with` block opens the camera and waits for its first picture. Times are seconds
    from the first picture and grow over pauses and interruptions; `Frame.index` counts the
    pictures of the camera, so gaps in it are pictures that were not requested.

    Args:
        target: number, name or path of a device, address, video file; or a `CameraTarget`.
        size: (width, height) to ask a device for.
        fps: frames per second to ask a device for.
        stale_after: seconds after which a picture is too old to be returned.
        on_demand: decode only requested pictures, which costs the time of one picture: `newest`
            then returns the first one that comes after the call. For rare looks.
        opener: opens the target; tests and other sources replace it.

    Raises:
        CameraError: no such camera, or (on entering) it cannot be opened or gives no picture.
        InputError: (on entering) the file is not a video.
    """

    def __init__(
        self,
        target: CameraTarget | str | int,
        *,
        size: tuple[int, int] | None = None,
        fps: float | None = None,
        stale_after: float = STALE_S,
        on_demand: bool = False,
        opener: Callable[[CameraTarget], Capture] | None = None,
    ) -> None:
        self.target = target if isinstance(target, CameraTarget) else find_camera(target)
        self._stale_after = stale_after
        self._open = opener or (lambda where: open_capture(where, size, fps))
        self._on_demand = on_demand
        self._wanted = True  # the first picture, for its size
        self._changed = threading.Condition()
        self._stop = False
        self._paused = False
        self._ended = False
        self._error: BaseException | None = None
        self._lost = ""
        self._newest: tuple[Frame, float] | None = None
        self._given = -1
        self._count = 0
        self._origin: float | None = None
        self._last_t = -1.0
        self._dark = False
        self._losses = 0
        self._arrived = time.monotonic()
        self._size: tuple[int, int] | None = None
        self._holds = False  # whether the device is in use, as known to the reading thread
        self._thread: threading.Thread | None = None

    @property
    def info(self) -> SourceInfo:
        """Name and size of the pictures; known from the first picture on."""
        if self._size is None:
            raise CameraError(f"{self.target.name} has given no picture yet: open it first.")
        return SourceInfo(self.target.name, self._size, np.nan, np.nan, None)

    @property
    def live(self) -> bool:
        """Whether pictures show the present: False for a file played in real time."""
        return is_live(self.target)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Problems so far that did not end the stream."""
        if not self._losses:
            return ()
        times = "once" if self._losses == 1 else f"{self._losses} times"
        return (f"The camera was lost and found again {times}.",)

    @property
    def ended(self) -> bool:
        """Whether no more pictures come: the file is over, or the camera was closed."""
        with self._changed:
            return self._stop or (self._ended and not self._has_new())

    @property
    def paused(self) -> bool:
        """Whether the device was released by `pause`."""
        return self._paused

    @property
    def trouble(self) -> str:
        """What is wrong at the moment, in one sentence for the person; empty if nothing is."""
        with self._changed:
            if self._paused or self._ended or self._stop:
                return ""
            if self._lost:
                return self._lost
            if time.monotonic() - self._arrived > self._stale_after:
                return f"{self.target.name} gives no pictures at the moment."
            if self._dark:
                return "The picture is black: uncover the lens, open its shutter, or turn on light."
        return ""

    def expect(self) -> None:
        """Announce a call of `newest`: with `on_demand`, the next picture is decoded at once."""
        self._wanted = True

    def newest(self, timeout: float = 0.5) -> Frame | None:
        """The newest picture that was not returned before; waits for it at most `timeout` seconds.

        None: no picture in that time, while paused, or after the end.

        Raises:
            InputError: a file cannot be read to its end.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not self._has_new():
                left = deadline - time.monotonic()
                if self._error is not None:
                    raise self._error
                if left <= 0 or self._ended or self._stop or self._paused:
                    return None
                self._wanted = True
                self._changed.wait(left)
            assert self._newest is not None
            frame = self._newest[0]
            self._given = frame.index
            return frame

    def pause(self) -> None:
        """Release the device until `resume`; a file stops where it is.

        Returns when the device is free, or after a limited wait if its driver hangs.
        """
        with self._changed:
            self._paused = True
            self._newest = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._holds or self._ended, _READER_END_S)

    def resume(self) -> None:
        """Open the device again."""
        with self._changed:
            self._paused = False
            self._arrived = time.monotonic()
            self._changed.notify_all()

    def close(self) -> None:
        """Release the device for good; calling it again does nothing."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            # The thread is a daemon, so a driver that hangs cannot block the program.
            self._thread.join(_READER_END_S)

    def __iter__(self) -> Iterator[Frame]:
        """Newest pictures until the end; waits through pauses and interruptions."""
        while not self.ended:
            frame = self.newest()
            if frame is not None:
                yield frame

    def __enter__(self) -> Self:
        # The first time in the caller's thread: its errors are raised at once, and some systems
        # ask for permission only there.
        capture = self._open(self.target)
        self._holds = True
        self._thread = threading.Thread(
            target=self._run, args=(capture,), name=f"camera {self.target.name}", daemon=True
        )
        self._thread.start()
        with self._changed:
            come = self._changed.wait_for(
                lambda: self._size is not None or self._ended or self._error is not None, FIRST_S
            )
        if self._size is None:
            self.close()
            if self._error is not None:
                raise self._error
            raise CameraError(
                f"{self.target.name} was opened but gives no picture"
                + (f" within {FIRST_S:.0f} seconds" if not come else "")
                + ": close other programs that use it, or unplug it and plug it in again."
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # From here on in the reading thread. ------------------------------------------------------

    def _has_new(self) -> bool:
        if self._newest is None or self._newest[0].index == self._given:
            return False
        fresh = time.monotonic() - self._newest[1] <= self._stale_after
        # The last frame of a file is returned however late it is requested.
        return fresh or self._ended

    def _run(self, capture: Capture | None) -> None:
        failures = 0
        try:
            while not self._stop:
                if self._paused:
                    if capture is not None and not capture.finite:
                        capture.release()
                        capture = None
                    self._set_holds(False)
                    self._wait(lambda: self._stop or not self._paused)
                    continue
                if capture is None:
                    capture = self._reopened(failures)
                    failures = 0 if capture is not None else failures + 1
                    continue
                if self._next_of(capture):
                    continue
                if capture.finite:
                    break
                capture.release()
                capture = None
                if not (self._stop or self._paused):
                    self._losses += 1
                    self._lost = f"{self.target.name} is gone: is it plugged in? Trying again."
        except BaseException as error:  # noqa: BLE001 - it is raised again in the next call
            self._error = error
        finally:
            if capture is not None:
                capture.release()
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _next_of(self, capture: Capture) -> bool:
        """Publish the next picture, or skip it when nobody waits; False when none came."""
        if self._on_demand and not self._wanted:
            if not capture.skip():
                return False
            with self._changed:
                self._arrived, self._lost = time.monotonic(), ""
                self._count += 1
            return True
        got = capture.read()
        if got is None:
            return False
        self._publish(*got)
        return True

    def _set_holds(self, holds: bool) -> None:
        with self._changed:
            self._holds = holds
            self._changed.notify_all()

    def _reopened(self, failures: int) -> Capture | None:
        try:
            capture = self._open(self.target)
        except ScapcoachError as error:
            self._lost = f"{error} Trying again."
            wait = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
            self._wait(lambda: self._stop or self._paused, wait)
            return None
        self._set_holds(True)
        return capture

    def _wait(self, until: Callable[[], bool], timeout: float | None = None) -> None:
        with self._changed:
            self._changed.wait_for(until, timeout)

    def _publish(self, t: float, image: Image) -> None:
        size = (image.shape[1], image.shape[0])
        dark = looks_black(image)
        with self._changed:
            if self._paused:
                return
            if self._size is None:
                self._size = size
            elif size != self._size:
                # The tracker needs pictures of one size; a camera that comes back may give others.
                image = fitted(image, self._size)
            if self._origin is None:
                self._origin = t
            # Some clocks have a coarse resolution; equal times would be refused later.
            self._last_t = max(t - self._origin, self._last_t + 1e-4) if self._count else 0.0
            self._arrived = time.monotonic()
            self._newest = (Frame(self._count, self._last_t, image), self._arrived)
            self._count += 1
            self._dark, self._lost, self._wanted = dark, "", False
            self._changed.notify_all()


def looks_black(image: Image) -> bool:
    """Whether a picture is as black as with a covered lens; uses every 16th pixel."""
    few = image[::16, ::16]
    return bool(few.mean() < _BLACK and few.std() < _EVEN)


def fitted(image: Image, size: tuple[int, int]) -> Image:
    """The picture in another size with its aspect ratio, black at the remaining sides."""
    import cv2

    height, width = image.shape[:2]
    factor = min(size[0] / width, size[1] / height)
    inner = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(image, inner, interpolation=cv2.INTER_AREA if factor < 1 else 1)
    out = np.zeros((size[1], size[0], 3), np.uint8)
    x, y = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    out[y : y + inner[1], x : x + inner[0]] = small
    return out
