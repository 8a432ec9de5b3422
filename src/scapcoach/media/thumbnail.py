"""A small picture of the person in a clip, for tables of many clips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.files import atomic_path
from scapcoach.landmarks import EARS, HIPS, SHOULDERS, Landmark
from scapcoach.pictures import shrunk

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.arrays import Image
    from scapcoach.landmarks import Poses


THUMBNAIL: Final = "thumbnail.jpg"

#: Width and height in pixels; shown at half size, so that it is sharp on high-density screens.
SIZE: Final = (192, 144)

_BODY: Final = (Landmark.NOSE, *EARS, *SHOULDERS, *HIPS)
#: Margin around head and trunk, as a share of their larger extent.
_ROOM: Final = 0.3


def best_time(poses: Poses) -> float:
    """Time in seconds of the middle frame with the locked subject, or of all frames without one."""
    seen = np.flatnonzero(poses.subject == 0)
    if not len(poses):
        return 0.0
    return float(poses.t[seen[len(seen) // 2] if len(seen) else len(poses) // 2])


def crop_around(poses: Poses, t: float) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels: head and trunk in the shape of `SIZE`, or the picture."""
    width, height = poses.size
    near = int(np.argmin(np.abs(poses.t - t)))
    points = poses.xy[near, list(_BODY)]
    points = points[np.isfinite(points).all(axis=1)]
    if len(points):
        room = _ROOM
    else:
        points, room = np.array([[0, 0], [width, height]]), 0.0
    low, high = points.min(axis=0), points.max(axis=0)
    extent = (1 + 2 * room) * max(*(high - low), 16)
    middle = (low + high) / 2
    shape = np.array(SIZE) / min(SIZE)
    half = np.minimum(shape * extent / 2, np.array([width, height]) / 2)
    # The same shape also where the picture is too narrow for it.
    half = shape * (half / shape).min()
    middle = np.clip(middle, half, np.array([width, height]) - half)
    left, top = np.maximum(np.floor(middle - half), 0).astype(int)
    right, bottom = np.ceil(middle + half).astype(int)
    return int(left), int(top), min(int(right), width), min(int(bottom), height)


def write_thumbnail(path: Path, image: Image, poses: Poses, t: float) -> None:
    """Write a JPEG of `SIZE` of the person in a picture.

    Args:
        path: the file.
        image: (H, W, 3) uint8 RGB.
        poses: of the clip that the picture is from.
        t: seconds at which it is.

    Raises:
        OutputError: it could not be written.
    """
    import cv2

    left, top, right, bottom = crop_around(poses, t)
    small: Any = shrunk(np.ascontiguousarray(image[top:bottom, left:right]), SIZE)
    done, jpeg = cv2.imencode(
        ".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80]
    )
    assert done
    with atomic_path(path) as temporary:
        temporary.write_bytes(jpeg.tobytes())
