"""Features that distinguish people in a picture: place, size and the colours of the trunk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.landmarks import HIPS, SHOULDERS

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, Image
    from scapcoach.pose.detection import Detection


#: Colours are sampled on a square grid over the trunk with so many points per side, ...
_GRID: Final = 12
#: ... and counted in so many bins per channel, divided between neighbouring bins.
_BINS: Final = 7
#: Differences between channels beyond this share of the full range count as one.
_CHROMA: Final = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """A person in a picture.

    Attributes:
        centre: (2,) pixels, middle of the trunk.
        scale: pixels; the longest of trunk length, shoulder and hip width, so that it is valid
            when the trunk is seen end-on. For most people in most views it is the trunk length.
        box: x0, y0, x1, y1 in pixels around all landmarks; may reach beyond the picture.
        clear: mean visibility of shoulders and hips, 0..1.
        colours: histogram of the trunk's colours, sums to 1; None where the trunk is outside.
        detection: the landmarks.
    """

    centre: FloatArray
    scale: float
    box: tuple[float, float, float, float]
    clear: float
    colours: FloatArray | None
    detection: Detection

    def distance(self, other: Person) -> float:
        """Distance between the middles of the trunks, in units of the larger scale."""
        gap = float(np.hypot(*(self.centre - other.centre)))
        return gap / max(self.scale, other.scale)

    def scale_ratio(self, other: Person) -> float:
        """Ratio of the larger to the smaller scale; at least 1."""
        return max(self.scale, other.scale) / min(self.scale, other.scale)

    def padded_box(self, share: float) -> tuple[float, float, float, float]:
        """The box, larger by `share` of its longer side on each side."""
        x0, y0, x1, y1 = self.box
        pad = share * max(x1 - x0, y1 - y0)
        return x0 - pad, y0 - pad, x1 + pad, y1 + pad


def person(detection: Detection, image: Image | None) -> Person:
    """Describe a detection; without `image` the colours are left out (they take 0.1 ms).

    It is called for every frame: plain numbers are four times as fast here as small arrays.
    """
    xy = detection.xy
    left, right = xy[list(SHOULDERS)].tolist()
    left_hip, right_hip = xy[list(HIPS)].tolist()
    top = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2)
    bottom = ((left_hip[0] + right_hip[0]) / 2, (left_hip[1] + right_hip[1]) / 2)
    scale = max(math.dist(top, bottom), math.dist(left, right), math.dist(left_hip, right_hip))
    x0, y0 = xy.min(axis=0).tolist()
    x1, y1 = xy.max(axis=0).tolist()
    colours = None
    if image is not None:
        points = xy.astype(np.float64)
        colours = trunk_colours(image, points[list(SHOULDERS)], points[list(HIPS)])
    return Person(
        centre=np.array([(top[0] + bottom[0]) / 2, (top[1] + bottom[1]) / 2]),
        scale=max(scale, 1.0),
        box=(x0, y0, x1, y1),
        clear=float(detection.visibility[[*SHOULDERS, *HIPS]].mean()),
        colours=colours,
        detection=detection,
    )


def trunk_colours(image: Image, shoulders: FloatArray, hips: FloatArray) -> FloatArray | None:
    """Histogram of the colours between shoulders and hips.

    Args:
        image: (H, W, 3) uint8.
        shoulders: (2, 2) pixels, left and right.
        hips: (2, 2) pixels.

    Returns:
        (343,) shares that sum to 1, or None where less than a quarter of the trunk is inside.
    """
    # A side view has both shoulders on one point: widen the strip to a third of its length.
    points = _strip(shoulders, hips)
    columns, rows = np.round(points).astype(np.int64).T
    height, width = image.shape[:2]
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    if inside.mean() < 0.25:
        return None
    pixels = image[rows[inside], columns[inside]].astype(np.float64) / 255.0
    return _soft_histogram(pixels)


def _strip(shoulders: FloatArray, hips: FloatArray) -> FloatArray:
    """(N, 2) grid of points over the trunk, away from its rim."""
    along = hips.mean(axis=0) - shoulders.mean(axis=0)
    length = float(np.hypot(*along))
    across = np.array([-along[1], along[0]]) / max(length, 1e-9)
    widths = [abs(float((pair[0] - pair[1]) @ across)) for pair in (shoulders, hips)]
    half = 0.5 * max(0.4 * sum(widths), length / 3)
    down, side = np.meshgrid(np.linspace(0.1, 0.9, _GRID), np.linspace(-1, 1, _GRID))
    start = shoulders.mean(axis=0)
    grid = start + down[..., None] * along + side[..., None] * half * across
    return np.asarray(grid.reshape(-1, 2))


def _soft_histogram(pixels: FloatArray) -> FloatArray:
    """Shares of (N, 3) RGB values in 0..1 by brightness, red-green and yellow-blue.

    Hue differences between clothes are small in numbers, so the two colour axes reach only to
    _CHROMA. Each value is shared out between the bins around it.
    """
    red, green, blue = pixels.T
    opponent = ((red - green) / _CHROMA, (0.5 * (red + green) - blue) / _CHROMA)
    axes = [(red + green + blue) / 3, *(np.clip((axis + 1) / 2, 0, 1) for axis in opponent)]
    places = np.stack(axes) * (_BINS - 1)
    low = np.minimum(places.astype(np.int64), _BINS - 2)
    part = places - low
    shares = np.stack([1 - part, part])  # lower or upper neighbour, axis, pixel
    strides = np.array([_BINS * _BINS, _BINS, 1])
    weights = shares[:, None, None, 0] * shares[None, :, None, 1] * shares[None, None, :, 2]
    corners = np.indices((2, 2, 2)).reshape(3, 8).T @ strides
    at = (strides @ low) + corners[:, None]
    counts = np.bincount(at.ravel(), weights.ravel(), minlength=_BINS**3)
    return np.asarray(counts / pixels.shape[0])


def colour_distance(a: FloatArray, b: FloatArray) -> float:
    """Hellinger distance of two histograms: 0 the same, 1 nothing in common."""
    return float(np.sqrt(max(0.0, 1.0 - float(np.sqrt(a * b).sum()))))
