"""The desk check on a video file that behaves like a webcam, to measure its cost.

    python -m bench.desk.webcam FILM desk -v

Camera 0 is FILM (MJPEG in AVI) instead of a device: OpenCV's reader takes a picture from it when
it is due, at the film's own rate whatever was asked for, and decodes it only when it is retrieved,
which is what its reader of Linux' video devices does.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import cv2

from scapcoach.cli import main

_READER = cv2.VideoCapture


class Webcam:
    """What `cv2.VideoCapture` gives for a device."""

    def __init__(self, film: str) -> None:
        self._film = _READER(film, cv2.CAP_OPENCV_MJPEG)
        self._interval = 1 / self._film.get(cv2.CAP_PROP_FPS)
        self._due = time.monotonic()

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Whether the film could be opened."""
        return bool(self._film.isOpened())

    def set(self, _option: int, _value: float) -> bool:
        """Options are ignored."""
        return False

    def grab(self) -> bool:
        """Wait for the next picture."""
        self._due = max(self._due + self._interval, time.monotonic() - 1)
        time.sleep(max(self._due - time.monotonic(), 0))
        return bool(self._film.grab())

    def read(self) -> tuple[bool, Any]:
        """Wait for the next picture, and decode it."""
        if not self.grab():
            return False, None
        good, image = self._film.retrieve()
        return bool(good), image

    def release(self) -> None:
        """Close the film."""
        self._film.release()


if __name__ == "__main__":
    film = sys.argv.pop(1)
    cv2.VideoCapture = lambda *_: Webcam(film)  # type: ignore[misc,assignment]
    sys.exit(main())  # type: ignore[func-returns-value]
