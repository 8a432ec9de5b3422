"""Arms, trunk and legs as a coach sees them: one (T,) array a quantity, from landmarks alone.

Lengths are in trunk lengths, angles in degrees. Every frame stands on its own, so one live frame
and a whole recording give equal numbers. NaN without a person, or where no side is seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.coaching.exercise import JOINTS
from scapcoach.coaching.hands import forearm_turn, load_direction
from scapcoach.geometry.posture import HIPS, SHOULDERS, trunk_length, trunk_line, trunk_tilt
from scapcoach.geometry.vectors import unit, y_up
from scapcoach.landmarks import Landmark

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from scapcoach.landmarks import Poses

    FloatArray = npt.NDArray[np.floating[Any]]

#: Shoulder, elbow, wrist by side, then hip, knee, ankle.
_ARMS: Final = (
    (Landmark.LEFT_SHOULDER, Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST),
    (Landmark.RIGHT_SHOULDER, Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST),
)
_LEGS: Final = (
    (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE),
    (Landmark.RIGHT_HIP, Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE),
)

#: Chance of being seen below which a side is left out if the other is better [E]; hidden limbs
#: are guessed by the landmarker, often well, but not to be trusted over seen ones.
MIN_SEEN: Final = 0.5


#: The way of elbows, wrists and hips across the picture, to time movements by; pixels.
ARM_PATH: Final = tuple(f"path_{i}" for i in range(8))
HIP_PATH: Final = ("hips_x", "hips_y")
PATH: Final = (*ARM_PATH, *HIP_PATH)

#: Every quantity, in the order of the table of readings.
KINEMATICS: Final = (
    *JOINTS, "elbow_left", "elbow_right", "trunk",
    "arm_seen", "both_seen", "load", "turn_left", "turn_right", "hand_left", "hand_right", *PATH,
)  # fmt: skip


def kinematics(poses: Poses) -> Mapping[str, FloatArray]:
    """Every quantity of `KINEMATICS`.

    Beside those of `coaching.exercise.JOINTS`: ``elbow_*``, of one side; ``trunk``, its length in
    pixels; ``arm_seen`` and ``both_seen``, chance 0..1 that shoulder, elbow and wrist of the
    better and of the worse arm are seen; ``load``, ``turn_*`` and ``hand_*`` as `coaching.hands`
    explains; and `PATH`, in pixels.
    """
    world = y_up(poses.world.astype(np.float64))
    seen = np.where(poses.present[:, None], poses.visibility.astype(np.float64), np.nan)
    trunk = y_up(trunk_line(poses))
    length = np.linalg.norm(trunk, axis=1)
    down = -unit(trunk)
    shoulder, elbow, wrist = (_sides(world, k) for k in range(3))
    upper, fore = elbow - shoulder, wrist - elbow
    arm_seen = _seen(seen, _ARMS)
    weight = _weights(arm_seen)
    bend = _angle(upper, fore)
    legs = world[:, np.asarray(_LEGS)]
    thigh, shin = legs[:, :, 1] - legs[:, :, 0], legs[:, :, 2] - legs[:, :, 1]
    leg_weight = _weights(_seen(seen, _LEGS))
    pixels = trunk_length(poses)
    rise = poses.point(*HIPS)[:, None, 1] - poses.xy[:, [a[2] for a in _ARMS], 1]
    across = world[:, SHOULDERS[0]] - world[:, SHOULDERS[1]]
    chest = unit(np.cross(trunk, across))
    forward = np.degrees(
        np.arctan2((upper * chest[:, None]).sum(axis=-1), (upper * down[:, None]).sum(axis=-1))
    )
    return {
        "elbow": _mean(bend, weight),
        "elbow_left": bend[:, 0],
        "elbow_right": bend[:, 1],
        "arm_forward": _mean(forward, weight),
        "upper_arm": _mean(_angle(upper, down[:, None]), weight),
        "wrist_height": _mean((wrist - shoulder)[..., 1], weight) / length,
        "wrist_rise": _mean(rise.astype(np.float64), weight) / pixels,
        "wrist_reach": _mean(np.linalg.norm(wrist - shoulder, axis=-1), weight) / length,
        "hip_height": _mean((legs[:, :, 0] - legs[:, :, 2])[..., 1], leg_weight) / length,
        "knee": _mean(_angle(thigh, shin), leg_weight),
        "trunk_tilt": trunk_tilt(poses),
        "chest_up": chest[:, 1],
        "trunk": pixels,
        "arm_seen": arm_seen.max(axis=1),
        "both_seen": arm_seen.min(axis=1),
        "load": _mean(load_direction(poses), weight),
        **_hands(poses),
        **dict(zip(PATH, _path(poses, weight), strict=True)),
    }


def _hands(poses: Poses) -> Mapping[str, FloatArray]:
    turn, size = forearm_turn(poses)
    return {
        "turn_left": turn[:, 0], "turn_right": turn[:, 1],
        "hand_left": size[:, 0], "hand_right": size[:, 1],
    }  # fmt: skip


def _path(poses: Poses, weight: FloatArray) -> FloatArray:
    """(10, T) elbows and wrists from their shoulders, each as far as its arm counts, and hips.

    In pixels: the trunk, a unit for other things, is foreshortened while the movement goes on.
    """
    xy = poses.xy.astype(np.float64)
    arms = xy[:, np.asarray(_ARMS)]
    hips = poses.point(*HIPS)
    parts = (arms[:, :, 1:] - hips[:, None, None]) * weight[:, :, None, None]
    points = np.concatenate([parts.reshape(len(poses), 8), hips], axis=1)
    return np.asarray(points.T)


def _sides(points: FloatArray, joint: int) -> FloatArray:
    """(T, 2, 3) one joint of the arms, left and right."""
    return points[:, [arm[joint] for arm in _ARMS]]


def _seen(seen: FloatArray, limbs: tuple[tuple[Landmark, ...], ...]) -> FloatArray:
    """(T, 2) chance that the whole limb is seen, left and right."""
    return np.asarray(seen[:, np.asarray(limbs)].min(axis=2))


def _weights(seen: FloatArray) -> FloatArray:
    """(T, 2) how much each side counts: as it is seen, and the hidden one hardly."""
    weight = np.where(seen >= MIN_SEEN, seen, 0.1 * seen) + 1e-6
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _mean(values: FloatArray, weight: FloatArray) -> FloatArray:
    return np.asarray((values * weight).sum(axis=1))


def _angle(a: FloatArray, b: FloatArray) -> FloatArray:
    """(...,) degrees between two directions."""
    return np.asarray(np.degrees(np.arccos(np.clip((unit(a) * unit(b)).sum(axis=-1), -1, 1))))
