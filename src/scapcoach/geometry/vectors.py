"""Small vector maths over leading axes. Angles are in degrees; y is up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.floating[Any]]


def wrap_degrees(angle: FloatArray | float) -> FloatArray:
    """The same angle in [-180, 180); NaN stays NaN."""
    return np.asarray((np.asarray(angle, np.float64) + 180.0) % 360.0 - 180.0)


def unit(vector: FloatArray) -> FloatArray:
    """(..., D) scaled to length 1; a zero vector becomes NaN."""
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    return np.asarray(vector / np.where(length > 0, length, np.nan))


def y_up(pixels: FloatArray) -> FloatArray:
    """(..., 2 or 3) image or MediaPipe world coordinates with y turned upwards."""
    flip = np.ones(pixels.shape[-1])
    flip[1] = -1.0
    return np.asarray(pixels * flip)


def angle_from_vertical(forward: FloatArray, up: FloatArray) -> FloatArray:
    """Degrees by which a direction leans forward of straight up; back is negative."""
    return np.asarray(np.degrees(np.arctan2(forward, up)))


def median(values: FloatArray) -> float:
    """The median of the values that are known; NaN when none is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def distance(a: FloatArray, b: FloatArray) -> FloatArray:
    """(...,) distance between two (..., D) points."""
    return np.asarray(np.linalg.norm(a - b, axis=-1))
