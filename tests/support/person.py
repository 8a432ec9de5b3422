"""A person in three dimensions with given girdle angles, seen by a weak-perspective camera."""

from __future__ import annotations

from typing import Any

import numpy as np

from scapcoach.girdle.model import N_PARAMETERS, Body, Parameter, shape
from scapcoach.landmarks import Landmark, Poses

#: Face points about the ear midpoint (X forward, Y up, Z right), in trunk lengths.
_FACE = {
    "NOSE": (0.20, -0.06, 0.0),
    "LEFT_EYE_INNER": (0.17, 0.02, -0.03), "LEFT_EYE": (0.16, 0.02, -0.06),
    "LEFT_EYE_OUTER": (0.15, 0.02, -0.09), "RIGHT_EYE_INNER": (0.17, 0.02, 0.03),
    "RIGHT_EYE": (0.16, 0.02, 0.06), "RIGHT_EYE_OUTER": (0.15, 0.02, 0.09),
    "LEFT_EAR": (0.0, 0.0, -0.14), "RIGHT_EAR": (0.0, 0.0, 0.14),
    "MOUTH_LEFT": (0.17, -0.13, -0.04), "MOUTH_RIGHT": (0.17, -0.13, 0.04),
}  # fmt: skip


def person(
    n: int = 30,
    *,
    yaw: Any = 0.0,
    fps: float = 30.0,
    size: tuple[int, int] = (640, 480),
    unit: float = 150.0,
    hips_at: tuple[float, float] = (320.0, 330.0),
    arm_swing: Any = 0.0,
    **changes: Any,
) -> Poses:
    """`n` frames of somebody whose `changes` from neutral are given in degrees by parameter name.

    Args:
        n: frames.
        yaw: degrees of the neutral's view; (n,) or one.
        fps: frames per second.
        size: of the picture.
        unit: trunk length in pixels.
        hips_at: hip midpoint in pixels.
        arm_swing: degrees by which both arms are raised forwards; (n,) or one.
        changes: `Parameter` names in lower case, (n,) or one, degrees (log_scale as it is).
    """
    theta = np.zeros((n, N_PARAMETERS))
    for name, value in changes.items():
        parameter = Parameter[name.upper()]
        theta[:, parameter] = value if parameter == Parameter.LOG_SCALE else np.radians(value)
    scale = np.exp(theta[:, Parameter.LOG_SCALE])
    body = shape(theta, Body())  # (n, 5, 3): shoulders L, R, hips L, R, ear midpoint
    points = np.zeros((n, len(Landmark), 3))
    points[:, [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = body[:, :2]
    points[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = body[:, 2:4]
    for name, offset in _FACE.items():
        points[:, Landmark[name]] = body[:, 4] + np.array(offset)
    swing = np.radians(np.broadcast_to(arm_swing, n))
    down = np.stack([np.sin(swing), -np.cos(swing), np.zeros(n)], axis=-1)
    for side, out in (("LEFT", -1), ("RIGHT", 1)):
        shoulder = points[:, Landmark[f"{side}_SHOULDER"]]
        elbow = shoulder + 0.55 * down + [0, 0, 0.06 * out]
        points[:, Landmark[f"{side}_ELBOW"]] = elbow
        for end in ("WRIST", "PINKY", "INDEX", "THUMB"):
            points[:, Landmark[f"{side}_{end}"]] = elbow + 0.5 * down
        hip = points[:, Landmark[f"{side}_HIP"]]
        points[:, Landmark[f"{side}_KNEE"]] = hip + np.array([0, -0.3, 0])
        for end in ("ANKLE", "HEEL", "FOOT_INDEX"):
            points[:, Landmark[f"{side}_{end}"]] = hip + np.array([0, -0.6, 0])
    turned = np.radians(np.broadcast_to(yaw, n)) + theta[:, Parameter.YAW]
    cos, sin = np.cos(turned)[:, None], np.sin(turned)[:, None]
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    right = (x * sin - z * cos) * scale[:, None]
    away = -(x * cos + z * sin)
    xy = np.stack([hips_at[0] + unit * right, hips_at[1] - unit * y * scale[:, None]], axis=-1)
    world = 0.5 * np.stack([right / scale[:, None], -y, away], axis=-1)
    seen = np.full((n, len(Landmark)), 0.99)
    return Poses(np.arange(n) / fps, xy, world, seen, seen, np.zeros(n, np.int32), size)


def mirrored(poses: Poses) -> Poses:
    """The same scene in a mirror: left and right change places, in the picture and in the body."""
    swap = [
        Landmark[p.name.replace("LEFT", "*").replace("RIGHT", "LEFT").replace("*", "RIGHT")]
        for p in Landmark
    ]
    xy = poses.xy[:, swap].astype(np.float64)
    xy[..., 0] = poses.size[0] - xy[..., 0]
    world = poses.world[:, swap] * np.array([-1, 1, 1])
    return Poses(
        poses.t, xy, world, poses.visibility[:, swap], poses.presence[:, swap], poses.subject,
        poses.size,
    )  # fmt: skip
