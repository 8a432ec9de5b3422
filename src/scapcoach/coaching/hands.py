"""How the hands hold on, and from where the load pulls: angles of the forearms.

Both come from MediaPipe's world landmarks, whose hands are four points: wrist, thumb, index and
little finger. They are coarse, so every angle comes with how well its points were seen, and a
name is given to a whole repetition only (`coaching.grip`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.geometry.posture import trunk_line
from scapcoach.geometry.vectors import cross, unit
from scapcoach.landmarks import Landmark

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.landmarks import Poses

    FloatArray = npt.NDArray[np.floating[Any]]

#: Shoulder, elbow, wrist, index and little finger by side.
_HANDS: Final = np.array([
    (
        Landmark.LEFT_SHOULDER, Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST,
        Landmark.LEFT_INDEX, Landmark.LEFT_PINKY,
    ),
    (
        Landmark.RIGHT_SHOULDER, Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST,
        Landmark.RIGHT_INDEX, Landmark.RIGHT_PINKY,
    ),
])  # fmt: skip

#: MediaPipe's axes (x right, y down, z away) to right-handed ones (x right, y up, z nearer).
_AXES: Final = np.array([1.0, -1.0, -1.0])

#: Chance of being seen that every point of arm and hand must have [E].
MIN_SEEN: Final = 0.7

#: Degrees of bend of the elbow under which the forearm's turn cannot be told from the shoulder's.
MIN_BEND: Final = 20.0


def forearm_turn(poses: Poses) -> tuple[FloatArray, FloatArray]:
    """Pronation of the forearms: palms down or away +, up or towards the body -, 0 thumbs up.

    The line of the knuckles, from the little to the index finger, about the forearm, from the
    plane of the elbow's bend.

    Returns:
        (T, 2) degrees, left and right, in [-180, 180), NaN where the elbow is nearly straight;
        (T, 2) pixels from wrist to index finger, NaN where a point of the arm is not seen.
    """
    points = poses.world[:, _HANDS].astype(np.float64) * _AXES
    shoulder, elbow, wrist, index, pinky = (points[:, :, k] for k in range(5))
    upper, fore = elbow - shoulder, unit(wrist - elbow)
    knuckles, bend = _across(index - pinky, fore), _across(-upper, fore)
    turn = np.arctan2((cross(bend, knuckles) * fore).sum(-1), (bend * knuckles).sum(-1))
    straight = (unit(upper) * fore).sum(-1) > np.cos(np.radians(MIN_BEND))
    degrees = np.where(straight, np.nan, np.degrees(turn) * np.array([1.0, -1.0]))
    seen = poses.visibility[:, _HANDS].min(axis=2) >= MIN_SEEN
    flat = poses.xy[:, _HANDS[:, 2:4]].astype(np.float64)
    size = np.linalg.norm(flat[:, :, 1] - flat[:, :, 0], axis=-1)
    return degrees, np.where(seen, size, np.nan)


def load_direction(poses: Poses) -> FloatArray:
    """(T, 2) degrees of the forearms over the plane across the trunk, left and right.

    A load pulls along the forearm: +90 from overhead, 0 from straight ahead, -90 from the feet.
    """
    points = poses.world[:, _HANDS[:, 1:3]].astype(np.float64) * _AXES
    up = unit(trunk_line(poses) * _AXES)
    along = (unit(points[:, :, 1] - points[:, :, 0]) * up[:, None]).sum(-1)
    return np.asarray(np.degrees(np.arcsin(np.clip(along, -1, 1))))


def _across(vector: FloatArray, axis: FloatArray) -> FloatArray:
    """(..., 3) the part of a vector across a direction, of length 1."""
    return unit(vector - (vector * axis).sum(-1, keepdims=True) * axis)
