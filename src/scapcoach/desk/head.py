"""Size of the head in the picture, whatever direction it faces, as with two screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.landmarks import EARS, Landmark

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


#: Distance from the ears forward to the tip of the nose, divided by the distance between the ears
#: [M: the value at which rendered heads that nod and turn keep their size best; pictures of people
#: agree].
NOSE_AHEAD: Final = 0.75


def head_size(poses: Poses) -> FloatArray:
    """(T,) pixels between the ears if the head faced the camera; NaN where points are NaN.

    Computed from the nose and both ears, as the scale of a rigid head under weak perspective: e,
    the line between the ears, and n, the line from their midpoint to the nose, are perpendicular in
    the head, and their lengths have the ratio n / e = r = `NOSE_AHEAD`. Whatever the head's
    rotation, the squared scale S is the larger root of r^2 S^2 - (n.n + r^2 e.e) S + (e x n)^2 = 0,
    with e and n measured in the picture. `geometry.posture.face_size` is less noisy, but shrinks as
    the head turns, so that a hunch towards a second screen was not detected.
    """
    left, right = (poses.xy[:, ear].astype(np.float64) for ear in EARS)
    line = left - right
    ahead = poses.xy[:, Landmark.NOSE].astype(np.float64) - (left + right) / 2
    squared = NOSE_AHEAD**2
    cross = line[:, 0] * ahead[:, 1] - line[:, 1] * ahead[:, 0]
    p = (ahead**2).sum(axis=1) + squared * (line**2).sum(axis=1)
    # Negative only by rounding error: (n.n - r^2 e.e)^2 + 4 r^2 (e.n)^2.
    root = np.sqrt(np.maximum(p**2 - 4 * squared * cross**2, 0))
    return np.asarray(np.sqrt((p + root) / (2 * squared)))
