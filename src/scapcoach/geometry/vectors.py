"""Small vector maths over leading axes. Angles are in degrees; y is up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray


def wrap_degrees(angle: FloatArray | float) -> FloatArray:
    """The same angle in [-180, 180); NaN stays NaN."""
    return np.asarray((np.asarray(angle, np.float64) + 180.0) % 360.0 - 180.0)


def unit(vector: FloatArray) -> FloatArray:
    """(..., D) scaled to length 1; a zero vector becomes NaN."""
    length = np.sqrt(np.add.reduce(vector * vector, axis=-1, keepdims=True))
    return np.asarray(vector / np.where(length > 0, length, np.nan))


def y_up(pixels: FloatArray) -> FloatArray:
    """(..., 2 or 3) image or MediaPipe world coordinates with y turned upwards."""
    return np.asarray(pixels * _UPWARD[: pixels.shape[-1]])


_UPWARD: Final = np.array([1.0, -1.0, 1.0])


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """(..., 3) cross product; `numpy.cross` takes several times as long for one frame."""
    return np.asarray(
        a[..., _NEXT_AXIS] * b[..., _AFTER_NEXT_AXIS]
        - a[..., _AFTER_NEXT_AXIS] * b[..., _NEXT_AXIS]
    )


_NEXT_AXIS: Final = np.array([1, 2, 0])
_AFTER_NEXT_AXIS: Final = np.array([2, 0, 1])


def angle_from_vertical(forward: FloatArray, up: FloatArray) -> FloatArray:
    """Degrees by which a direction leans forward of straight up; back is negative."""
    return np.asarray(np.degrees(np.arctan2(forward, up)))


def median(values: FloatArray) -> float:
    """The median of the finite values; NaN when there are none."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def distance(a: FloatArray, b: FloatArray) -> FloatArray:
    """(...,) distance between two (..., D) points."""
    return np.asarray(np.linalg.norm(a - b, axis=-1))
