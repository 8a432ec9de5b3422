"""The bare loops to compare with: decode, ``detect_for_video``, nothing else.

``python -m bench.speed.loops CLIP MODEL [ahead]``; ``ahead`` decodes in a thread of its own.
"""

from __future__ import annotations

import sys
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def frames(path: str) -> Iterator[Any]:
    import cv2

    video = cv2.VideoCapture(path)
    while True:
        good, bgr = video.read()
        if not good:
            return
        yield cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def frames_ahead(path: str) -> Iterator[Any]:
    queue: Queue[Any] = Queue(8)

    def fill() -> None:
        for frame in frames(path):
            queue.put(frame)
        queue.put(None)

    Thread(target=fill, daemon=True).start()
    while (frame := queue.get()) is not None:
        yield frame


def detect(path: str, model: str, *, ahead: bool = False) -> int:
    """Run the loop over a clip; the number of frames."""
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=model), running_mode=vision.RunningMode.VIDEO
    )
    count = 0
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        for rgb in frames_ahead(path) if ahead else frames(path):
            image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
            landmarker.detect_for_video(image, round(count * 1000 / 30))
            count += 1
    return count


def detect_job(job: tuple[str, str]) -> int:
    """For a bare process pool."""
    return detect(*job)


def pool(model: str, workers: int, clips: list[str]) -> None:
    """A bare pool of processes over clips."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        list(executor.map(detect_job, [(clip, model) for clip in clips]))


if __name__ == "__main__":
    if sys.argv[1] == "pool":
        pool(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
    else:
        detect(sys.argv[1], sys.argv[2], ahead="ahead" in sys.argv[3:])
