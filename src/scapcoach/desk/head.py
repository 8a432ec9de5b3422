"""Size of the head in the picture, whichever way it is turned, as between two screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.posture import EARS
from scapcoach.landmarks import Landmark

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


#: Distance of the nose's tip ahead of the ears, against the distance between the ears [M: the value
#: at which rendered heads that nod and turn keep their size best; people in pictures agree].
NOSE_AHEAD: Final = 0.75


def head_size(poses: Poses) -> FloatArray:
    """(T,) pixels between the ears, were the head to face the camera; NaN where points are NaN.

    From the nose and both ears, as the scale of a rigid head seen from afar: e, the line between
    the ears, and n, that from their middle to the nose, stand square on each other in the head,
    and their lengths there have the ratio r = `NOSE_AHEAD`. Their pictures give the square S of the
    scale, however the head turns or nods, as the larger root of
    r^2 S^2 - (n.n + r^2 e.e) S + (e x n)^2 = 0. `geometry.posture.face_size` is less noisy, but
    shrinks as the head turns: a hunch towards a second screen went unseen.
    """
    left, right = (poses.xy[:, ear].astype(np.float64) for ear in EARS)
    line = left - right
    ahead = poses.xy[:, Landmark.NOSE].astype(np.float64) - (left + right) / 2
    squared = NOSE_AHEAD**2
    cross = line[:, 0] * ahead[:, 1] - line[:, 1] * ahead[:, 0]
    p = (ahead**2).sum(axis=1) + squared * (line**2).sum(axis=1)
    # Never negative but for rounding: (n.n - r^2 e.e)^2 + 4 r^2 (e.n)^2.
    root = np.sqrt(np.maximum(p**2 - 4 * squared * cross**2, 0))
    return np.asarray(np.sqrt((p + root) / (2 * squared)))
