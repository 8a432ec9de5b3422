"""Functions on pictures as arrays that several packages use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scapcoach.arrays import Image


def shrunk(image: Image, size: tuple[int, int]) -> Image:
    """The picture in a smaller size: halved as often as possible, the rest bilinear.

    OpenCV's area interpolation is fast for whole factors only (1080p to 720p: 17 ms instead of 3).
    The remaining factor, less than two, is bilinear, which does not alias there.

    Args:
        image: (H, W, 3) uint8.
        size: the wanted (width, height).

    Returns:
        A new, C-contiguous array, or `image` itself where it already has the size.
    """
    import cv2

    while image.shape[1] >= 2 * size[0] and image.shape[0] >= 2 * size[1]:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        even = image[: 2 * half[1], : 2 * half[0]]
        image = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), np.uint8)
    if (image.shape[1], image.shape[0]) == size:
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)
