"""Pictures of several real people, pasted together from the sample clips."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from scapcoach.pyav import av

SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"
FPS = 30.0


@cache
def clip(name: str) -> tuple[np.ndarray, ...]:
    """All frames of a sample clip, RGB and C-contiguous."""
    with av.open(str(SAMPLES / name)) as container:
        return tuple(
            np.ascontiguousarray(f.to_ndarray(format="rgb24")) for f in container.decode(video=0)
        )


def there_and_back(frames: tuple[np.ndarray, ...], count: int) -> list[np.ndarray]:
    """`count` frames that run forwards and backwards without a cut."""
    loop = [*frames, *frames[-2:0:-1]]
    return [loop[i % len(loop)] for i in range(count)]


def paste(canvas: np.ndarray, picture: np.ndarray, height: int, x: int) -> None:
    """Put `picture`, scaled to `height`, onto the floor of `canvas` with its left side at x."""
    width = round(picture.shape[1] * height / picture.shape[0])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    left, right = max(x, 0), min(x + width, canvas.shape[1])
    if right > left:
        canvas[-height:, left:right] = small[:, left - x : right - x]


def canvas(width: int = 1280, height: int = 720) -> np.ndarray:
    """An empty room."""
    return np.full((height, width, 3), 150, np.uint8)
