"""Quantities of arms, trunk and legs from landmarks alone, one (T,) array for each.

Lengths are in trunk lengths, angles in degrees. Every frame is computed independently, so one live
frame and a whole recording give equal numbers. NaN without a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import MOVEMENT_QUANTITIES
from scapcoach.coaching.hands import load_direction
from scapcoach.geometry.posture import ARMS, trunk_length, trunk_line, trunk_tilt
from scapcoach.geometry.vectors import cross, unit, y_up
from scapcoach.landmarks import HIPS, SHOULDERS, Landmark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


#: Hip, knee, ankle by side; arms and legs at once.
_LEG_POINTS: Final = np.array(
    [
        (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE),
        (Landmark.RIGHT_HIP, Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE),
    ]
)
_LIMBS: Final = np.concatenate([ARMS, _LEG_POINTS])

#: Visibility below which a side has almost no weight if the other is better [E]: the landmarker
#: guesses hidden limbs, often well, but visible ones are more reliable.
TRUSTED_VISIBILITY: Final = 0.5


#: Coordinates of elbows, wrists and hips in the picture, for timing movements; pixels.
ARM_PATH: Final = tuple(f"path_{i}" for i in range(8))
HIP_PATH: Final = ("hips_x", "hips_y")
PATH: Final = (*ARM_PATH, *HIP_PATH)

#: Every quantity, in the order of the table of readings.
KINEMATICS: Final = (
    *MOVEMENT_QUANTITIES, "elbow_left", "elbow_right", "trunk", "trunk_side",
    "arm_seen", "both_seen", "left_weight", "load", *PATH,
)  # fmt: skip


def kinematics(poses: Poses) -> Mapping[str, FloatArray]:
    """Every quantity of `KINEMATICS`.

    In addition to `coaching.exercise.MOVEMENT_QUANTITIES`: ``elbow_*``, of one side; ``trunk``, its
    length in pixels, and ``trunk_side``, its degrees from upright in the picture; ``arm_seen`` and
    ``both_seen``, visibility 0..1 of shoulder, elbow and wrist of the better and of the worse arm;
    ``left_weight``, weight 0..1 of the left arm in means of both; ``load`` in degrees, from
    `coaching.hands.load_direction`; and `PATH`, in pixels.
    """
    limbs = y_up(poses.world[:, _LIMBS].astype(np.float64))  # (T, 4, 3, 3): arms, legs
    seen = poses.visibility[:, _LIMBS].astype(np.float64).min(axis=2)
    seen = np.where(poses.present[:, None], seen, np.nan)
    arm_seen, leg_seen = seen[:, :2], seen[:, 2:]
    trunk = y_up(trunk_line(poses))
    length = np.linalg.norm(trunk, axis=1)
    down = -unit(trunk)
    shoulder, wrist = limbs[:, :2, 0], limbs[:, :2, 2]
    bones = limbs[:, :, 1:] - limbs[:, :, :-1]
    upper = bones[:, :2, 0]
    bend = _angle(bones[:, :, 0], bones[:, :, 1])  # (T, 4): elbows, knees
    elbow = bend[:, :2]
    weight, leg_weight = _weights(arm_seen), _weights(leg_seen)
    pixels = trunk_length(poses)
    hips = poses.point(*HIPS)
    rise = hips[:, None, 1] - poses.xy[:, ARMS[:, 2], 1]
    chest = unit(cross(trunk, shoulder[:, 0] - shoulder[:, 1]))
    forward = np.degrees(
        np.arctan2((upper * chest[:, None]).sum(axis=-1), (upper * down[:, None]).sum(axis=-1))
    )
    return {
        "elbow": _mean(elbow, weight),
        "elbow_left": elbow[:, 0],
        "elbow_right": elbow[:, 1],
        "arm_forward": _mean(forward, weight),
        "upper_arm": _mean(_angle(upper, down[:, None]), weight),
        "wrist_height": _mean((wrist - shoulder)[..., 1], weight) / length,
        "wrist_rise": _mean(rise.astype(np.float64), weight) / pixels,
        "wrist_reach": _mean(np.linalg.norm(wrist - shoulder, axis=-1), weight) / length,
        "hip_height": _mean((limbs[:, 2:, 0] - limbs[:, 2:, 2])[..., 1], leg_weight) / length,
        "knee": _mean(bend[:, 2:], leg_weight),
        "trunk_tilt": trunk_tilt(poses),
        "chest_up": chest[:, 1],
        "trunk": pixels,
        "trunk_side": _side(poses),
        "arm_seen": arm_seen.max(axis=1),
        "both_seen": arm_seen.min(axis=1),
        "left_weight": weight[:, 0],
        "load": _mean(load_direction(poses), weight),
        **dict(zip(PATH, _path(poses, hips), strict=True)),
    }


def _side(poses: Poses) -> FloatArray:
    """(T,) degrees of the trunk from upright in the picture, positive to the right."""
    line = poses.point(*SHOULDERS).astype(np.float64) - poses.point(*HIPS)
    return np.asarray(np.degrees(np.arctan2(line[:, 0], -line[:, 1])))


def _path(poses: Poses, hips: FloatArray) -> FloatArray:
    """(10, T) elbows and wrists relative to the hips, left arm first, and the hips.

    In pixels, not in trunk lengths, since the trunk may be foreshortened during the movement.
    """
    arms = poses.xy[:, ARMS[:, 1:]].astype(np.float64) - hips[:, None, None]
    return np.asarray(np.concatenate([arms.reshape(len(poses), 8), hips], axis=1).T)


def _weights(seen: FloatArray) -> FloatArray:
    """(T, 2) weight of each side: its visibility; a hidden side has almost none."""
    weight = np.where(seen >= TRUSTED_VISIBILITY, seen, 0.1 * seen) + 1e-6
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _mean(values: FloatArray, weight: FloatArray) -> FloatArray:
    return np.asarray((values * weight).sum(axis=1))


def _angle(a: FloatArray, b: FloatArray) -> FloatArray:
    """(...,) degrees between two directions."""
    return np.asarray(np.degrees(np.arccos(np.clip((unit(a) * unit(b)).sum(axis=-1), -1, 1))))
