"""Direction of the load: that of the forearms, from MediaPipe's world landmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.posture import trunk_line
from scapcoach.geometry.vectors import unit
from scapcoach.landmarks import Landmark

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


#: Elbow and wrist by side.
_FOREARMS: Final = np.array(
    [
        (Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST),
        (Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST),
    ]
)

#: MediaPipe's axes (x right, y down, z away) to right-handed ones (x right, y up, z nearer).
_TO_RIGHT_HANDED: Final = np.array([1.0, -1.0, -1.0])


def load_direction(poses: Poses) -> FloatArray:
    """(T, 2) degrees of the forearms above the plane across the trunk, left and right.

    A load pulls along the forearm: +90 from overhead, 0 from straight ahead, -90 from the feet.
    """
    points = poses.world[:, _FOREARMS].astype(np.float64) * _TO_RIGHT_HANDED
    up = unit(trunk_line(poses) * _TO_RIGHT_HANDED)
    along = (unit(points[:, :, 1] - points[:, :, 0]) * up[:, None]).sum(-1)
    return np.asarray(np.degrees(np.arcsin(np.clip(along, -1, 1))))
