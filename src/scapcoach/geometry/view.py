"""The direction from which the camera sees the subject: yaw with sigma, and the named view.

Yaw is 0 facing the camera, positive when the subject has turned to their own left, 180 with the
back to the camera.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.landmarks import HIPS, SHOULDERS, cached_per_poses

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, IntArray
    from scapcoach.landmarks import Poses


#: Left and right points whose connecting line turns with the trunk, and their weight: the depth of
#: the shoulders swings with the arms, so the hips weigh more [M, phantom: 3.5 against 4.0 deg of
#: spread within a lift]. The head is left out: it turns independently.
_LEFT_RIGHT_LINES: Final = np.array([HIPS, SHOULDERS])
_WEIGHTS: Final = np.array([2.0, 1.0])
_FROM_ABOVE: Final = np.array([0, 2])


def estimate_yaw(poses: Poses) -> tuple[FloatArray, FloatArray]:
    """Yaw of the trunk, jointly from shoulders and hips.

    The world landmarks give each left-right line a direction seen from above. Lines that look
    long there carry more weight than short ones, and low visibility counts less.

    Returns:
        (T,) degrees in [-180, 180) and (T,) degrees of standard deviation; NaN without a person.
    """
    yaw, sigma = _yaw_and_sigma(poses)
    return yaw, sigma


@cached_per_poses
def _yaw_and_sigma(poses: Poses) -> FloatArray:
    """(2, T) yaw and sigma, as `estimate_yaw` returns them."""
    world = poses.world[:, _LEFT_RIGHT_LINES][..., _FROM_ABOVE]
    lines = (world[:, :, 0] - world[:, :, 1]).astype(np.float64)
    seen = poses.visibility[:, _LEFT_RIGHT_LINES].astype(np.float64).min(axis=2)
    # Added explicitly: numpy may sum an axis in another order for one frame than for many.
    weighted = (_WEIGHTS * (0.05 + seen))[..., None] * lines
    total = weighted[:, 0] + weighted[:, 1]
    yaw = np.degrees(np.arctan2(total[:, 1], total[:, 0]))
    angles = np.degrees(np.arctan2(lines[..., 1], lines[..., 0]))
    spread = np.abs(wrap_degrees(angles[:, 0] - angles[:, 1])) / 2
    return np.stack([wrap_degrees(yaw), np.hypot(YAW_SIGMA, 0.5 * spread)])


#: Degrees: root mean square error of `estimate_yaw` on rendered bodies [E].
YAW_SIGMA: Final = 8.0

#: Upper end of |yaw| for front, oblique, side and back-oblique; the rest is back.
VIEW_EDGES: Final = (20.0, 62.0, 118.0, 160.0)
_EDGES: Final = np.array(VIEW_EDGES)


def classify_view(yaw: FloatArray) -> IntArray:
    """The named view of each frame.

    Returns:
        (T,) int8: 0 front, 1 oblique, 2 side, 3 back-oblique, 4 back, -1 where yaw is NaN.

    The oblique view ends where the far shoulder begins to hide behind the near one.
    """
    turned = np.abs(wrap_degrees(yaw))
    codes = np.searchsorted(_EDGES, turned, side="right")
    return np.where(np.isfinite(turned), codes, -1).astype(np.int8)
