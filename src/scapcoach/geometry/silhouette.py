"""The back contour of the body from a segmentation mask, and how round it is.

Seen from the side, the edge of the mask on the back side between hip and neck height is the
outline of the back. Its sagitta over its chord is the flexicurve's index of kyphosis
(Hinman, Clin Biomech 2004). Here it is taken from the clothing, so it is only compared with
the person's own neutral.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.landmarks import EARS, HIPS, N_CONTOUR

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray


#: A pixel belongs to the person from this probability on.
MASK_LEVEL: Final = 0.5

#: The contour runs from this far up the line from hips to ears ...
CONTOUR_START: Final = 0.08
#: ... to this far: just under the hair line, above the seventh cervical vertebra.
CONTOUR_END: Final = 0.86

#: Farthest that the back can lie from the hip-to-ear line, in lengths of that line.
_REACH: Final = 0.6


def back_contour(mask: FloatArray, xy: FloatArray, yaw: float) -> FloatArray:
    """Outline of the back, from hip to neck.

    Args:
        mask: (H, W) 0..1, probability that a pixel belongs to the person.
        xy: (33, 2) landmarks in pixels.
        yaw: degrees; its sign says on which side the back is.

    Returns:
        (N_CONTOUR, 2) pixels, evenly spaced along the line from hips to ears; NaN where the mask
        has no edge there (another body part or the border of the picture in the way). All NaN
        when landmarks are missing.
    """
    hips = xy[list(HIPS)].mean(axis=0).astype(np.float64)
    ears = xy[list(EARS)].mean(axis=0).astype(np.float64)
    axis = ears - hips
    length = float(np.hypot(*axis))
    if not np.isfinite(length) or length < 8 or not np.isfinite(yaw):
        return np.full((N_CONTOUR, 2), np.nan, np.float32)
    # Yaw > 0 faces image right: the back lies a quarter turn to the left of the trunk's axis.
    across = np.array([axis[1], -axis[0]]) / length * (1.0 if yaw > 0 else -1.0)
    along = np.linspace(CONTOUR_START, CONTOUR_END, N_CONTOUR)[:, None] * axis + hips
    steps = np.arange(0.0, _REACH * length, 0.5)
    samples = _sample(mask, along[:, None] + steps[:, None] * across)
    return _edge(samples, along, across, steps)


def _sample(mask: FloatArray, points: FloatArray) -> FloatArray:
    """(...) bilinear values of the mask at (..., 2) pixels, x before y; NaN outside."""
    from scipy.ndimage import map_coordinates

    rows_columns = np.moveaxis(points[..., ::-1], -1, 0)
    return np.asarray(
        map_coordinates(mask, rows_columns, np.float64, order=1, mode="constant", cval=np.nan)
    )


def _edge(
    samples: FloatArray, along: FloatArray, across: FloatArray, steps: FloatArray
) -> FloatArray:
    """First crossing from body to background on each ray, to a fraction of a step."""
    out = np.full((len(samples), 2), np.nan, np.float32)
    for i, ray in enumerate(samples):
        body = np.flatnonzero(ray >= MASK_LEVEL)
        if len(body) == 0 or body[0] > 0.25 * len(steps):
            continue  # the ray starts in the background, far from the body: an unusual pose
        after = np.flatnonzero(~(ray[body[0] :] >= MASK_LEVEL))
        if len(after) == 0:
            continue
        j = body[0] + int(after[0])
        if not np.isfinite(ray[j]):
            continue  # the body runs out of the picture
        inner, outer = ray[j - 1], ray[j]
        step = steps[j - 1] + (inner - MASK_LEVEL) / (inner - outer) * (steps[j] - steps[j - 1])
        out[i] = along[i] + step * across
    return out


def rounding_index(contour: FloatArray, yaw: FloatArray | float) -> FloatArray:
    """Sagitta over chord of back contours: how far the back bulges out.

    Args:
        contour: (T, N_CONTOUR, 2) pixels from `back_contour`.
        yaw: (T,) or one value, degrees; the sign says on which side the back is.

    Returns:
        (T,) ratio, rounder positive. NaN where more than a quarter of the points or one end of the
        contour is missing, or where the contour is rougher than a back: then something behind the
        person was mistaken for a part of them.
    """
    missing = np.isnan(contour[..., 0])
    usable = (missing.mean(axis=1) <= 0.25) & ~missing[:, :3].all(axis=1)
    usable &= ~missing[:, -3:].all(axis=1)
    out = np.full(len(contour), np.nan)
    if not usable.any():
        return out
    points = _without_holes(contour[usable].astype(np.float64))
    bottom, top = points[:, :3].mean(axis=1), points[:, -3:].mean(axis=1)
    chord = top - bottom
    length = np.hypot(chord[:, 0], chord[:, 1])[:, None]
    offset = points - bottom[:, None]
    bulge = (chord[:, None, 0] * offset[..., 1] - chord[:, None, 1] * offset[..., 0]) / length**2
    # Facing image right (yaw > 0) the back lies to the left of the upward chord.
    facing_right = np.broadcast_to(np.asarray(yaw) > 0, usable.shape)[usable]
    bulge = np.where(facing_right[:, None], -bulge, bulge)
    # Means of neighbours, so that one bad point is not taken for the apex.
    apex = ((bulge[:, :-2] + bulge[:, 1:-1] + bulge[:, 2:]) / 3).max(axis=1)
    rough = np.sqrt(((bulge @ _ROUGH) ** 2).mean(axis=1))
    out[usable] = np.where(rough <= MAX_ROUGHNESS, apex, np.nan)
    return out


#: Root mean square distance of the contour from a smooth curve (a quartic), over the chord, above
#: which it is not a back [M: 0.004-0.012 on clean side views, 0.02-0.05 with background in it].
MAX_ROUGHNESS: Final = 0.015

_SMOOTH: Final = np.polynomial.legendre.legvander(np.linspace(-1, 1, N_CONTOUR), 4)
#: Removes the smooth part from a row of N_CONTOUR values.
_ROUGH: Final = np.eye(N_CONTOUR) - _SMOOTH @ np.linalg.pinv(_SMOOTH)


def _without_holes(points: FloatArray) -> FloatArray:
    """(T, N, 2) with missing points interpolated between their neighbours."""
    step = np.arange(points.shape[1])
    for line in points:
        known = np.isfinite(line[:, 0])
        if not known.all():
            for axis in (0, 1):
                line[~known, axis] = np.interp(step[~known], step[known], line[known, axis])
    return points


def arc_degrees(index: FloatArray) -> FloatArray:
    """Angle between the tangents at both ends of a circular arc of this sagitta over chord.

    theta = 4 atan(2 s / c), the geometry of a circle.
    """
    return np.asarray(np.degrees(4 * np.arctan(2 * index)))
