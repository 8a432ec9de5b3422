"""Captures, which give one picture after another: a device, a network stream, a file."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from scapcoach.errors import CameraError
from scapcoach.sources.devices import SourceKind, SourceTarget, why_closed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scapcoach.arrays import Image
    from scapcoach.sources.frames import Frame

    Clock = Callable[[], float]

#: Seconds to wait for a stream to open, and for its next picture, before it counts as lost.
_OPEN_S: Final = 8.0
_READ_S: Final = 5.0

#: Seconds by which a frame of a file is late when playing was paused, or decoding is too slow.
_PAUSE_S: Final = 0.5
#: OpenCV's LOG_LEVEL_SILENT.
_SILENT: Final = 0


class Capture(Protocol):
    """Gives pictures until it is lost or over; used by one thread."""

    @property
    def name(self) -> str:
        """Name for people."""

    @property
    def finite(self) -> bool:
        """Whether the end of pictures means the end of a file; else the camera was lost."""

    def read(self) -> tuple[float, Image] | None:
        """Wait for the next picture: increasing seconds, and (H, W, 3) uint8 RGB.

        None when there are no more. The picture belongs to the caller.
        """

    def skip(self) -> bool:
        """Wait for the next picture and skip it with little work; False: no more."""

    def release(self) -> None:
        """Release the device; `read` then gives None. May be called again."""


def open_capture(
    target: SourceTarget, size: tuple[int, int] | None = None, fps: float | None = None
) -> Capture:
    """Open a source of pictures.

    Args:
        target: from `find_target`.
        size: (width, height) to ask a device for; it may give another.
        fps: frames per second to ask a device for.

    Raises:
        CameraError: a device or stream cannot be opened; the message says what to do.
        InputError: the file is no video.
    """
    if target.kind is SourceKind.FILE:
        return FileCapture(target.where)
    if target.kind is SourceKind.STREAM:
        return StreamCapture(target)
    return DeviceCapture(target, size, fps)


class DeviceCapture:
    """A camera of this computer, through OpenCV.

    Raises:
        CameraError: it cannot be opened.
    """

    finite = False

    def __init__(
        self, target: SourceTarget, size: tuple[int, int] | None = None, fps: float | None = None
    ) -> None:
        import cv2

        self.name = target.name
        # OpenCV prints failures on stderr; they are reported better here.
        log = getattr(cv2.utils, "logging", cv2)  # up to OpenCV 4.12 in cv2 itself
        before = log.getLogLevel()
        log.setLogLevel(_SILENT)
        try:
            self._device: Any = cv2.VideoCapture(int(target.where), _backend())
        finally:
            log.setLogLevel(before)
        if not self._device.isOpened():
            self._device.release()
            raise CameraError(why_closed(target))
        # USB cameras reach 30 frames a second above VGA only with compressed pictures.
        self._device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        if size is not None:
            self._device.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
            self._device.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        if fps is not None:
            self._device.set(cv2.CAP_PROP_FPS, fps)
        # A picture that waits in the driver is out of date.
        self._device.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def read(self) -> tuple[float, Image] | None:
        """The next picture, timed when it arrives; None when the camera has gone."""
        import cv2

        if self._device is None:
            return None
        try:
            good, image = self._device.read()
            if not good or image is None:
                return None
            return time.monotonic(), np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
        except cv2.error:
            return None  # half a picture, as when the camera is unplugged

    def skip(self) -> bool:
        """Take the next picture from the driver without decoding it; False when it has gone."""
        import cv2

        try:
            return self._device is not None and bool(self._device.grab())
        except cv2.error:
            return False

    def release(self) -> None:
        """Release the camera; its light goes out."""
        device, self._device = self._device, None
        if device is not None:
            device.release()


def _backend() -> int:
    """The system's own camera interface: others are slower and number cameras differently."""
    import sys

    import cv2

    own = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_MSMF}
    return int(own.get(sys.platform, cv2.CAP_ANY))


class StreamCapture:
    """A network camera: RTSP, or video over HTTP.

    Raises:
        CameraError: nothing answers at that address, or it gives no video.
    """

    finite = False

    def __init__(self, target: SourceTarget) -> None:
        from scapcoach.pyav import av, open_input

        self.name = target.name
        options = {
            "rtsp_transport": "tcp",
            "fflags": "nobuffer",
            "flags": "low_delay",
            "protocol_whitelist": "rtsp,rtp,udp,tcp,tls,http,https,httpproxy,rtsps,crypto",
        }
        try:
            self._container: Any = open_input(target.where, options, (_OPEN_S, _READ_S))
        except (av.error.FFmpegError, OSError) as error:
            raise CameraError(
                f"{target.name} cannot be opened ({error.strerror or 'no answer'}): check the "
                "address, the password and the network, and that the camera is on."
            ) from None
        if not self._container.streams.video:
            self._container.close()
            raise CameraError(f"{target.name} answers, but gives no video: check the address.")
        self._frames: Iterator[Any] = self._container.decode(video=0)

    def read(self) -> tuple[float, Image] | None:
        """The next picture, timed when it arrives; None when the stream has ended."""
        frame = self._next()
        if frame is None:
            return None
        return time.monotonic(), np.ascontiguousarray(frame.to_ndarray(format="rgb24"))

    def skip(self) -> bool:
        """Decode the next picture, because later ones need it, but do not convert it."""
        return self._next() is not None

    def _next(self) -> Any:
        from scapcoach.pyav import av

        if self._container is None:
            return None
        try:
            return next(self._frames, None)
        except (av.error.FFmpegError, OSError):
            return None

    def release(self) -> None:
        """Close the connection."""
        container, self._container = self._container, None
        if container is not None:
            container.close()


class FileCapture:
    """A video file, played in real time as if it were a camera: a frame comes when it is due.

    Frames carry the file's own times, so that what is computed from a frame does not depend on
    the speed of the computer.

    Args:
        path: the file.
        speed: 1 is real time.
        loop: whether to begin again at the end; times keep increasing.

    Raises:
        InputError: the file is no video.
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
