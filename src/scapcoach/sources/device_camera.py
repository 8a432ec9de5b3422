"""A camera of this computer, through OpenCV."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.errors import CameraError
from scapcoach.sources.devices import why_closed

if TYPE_CHECKING:
    from scapcoach.arrays import Image
    from scapcoach.sources.frames import CameraTarget

#: OpenCV's LOG_LEVEL_SILENT.
_SILENT: Final = 0


class DeviceCapture:
    """A camera of this computer, through OpenCV.

    Raises:
        CameraError: it cannot be opened.
    """

    finite = False

    def __init__(
        self, target: CameraTarget, size: tuple[int, int] | None = None, fps: float | None = None
    ) -> None:
        import cv2

        self.name = target.name
        # OpenCV prints failures on stderr; they are explained better here.
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
    """The system's own interface to cameras: others answer for it, late and with other numbers."""
    import sys

    import cv2

    own = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_MSMF}
    return int(own.get(sys.platform, cv2.CAP_ANY))
