"""Somebody at a desk, hips out of the picture, as landmarks: head and shoulders move as given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from scapcoach.landmarks import Landmark, Poses
from tests.support.person import person

_HEAD = list(range(Landmark.NOSE, Landmark.MOUTH_RIGHT + 1))
_ARMS = list(range(Landmark.LEFT_ELBOW, Landmark.RIGHT_THUMB + 1))
_TRUNK = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, *_ARMS]


def seated(
    n: int = 20,
    *,
    yaw: float = 0.0,
    lower: Any = 0.0,
    shoulders: Any = 0.0,
    forward: Any = 0.0,
    closer: float = 0.0,
    shift: tuple[float, float] = (0.0, 0.0),
    noise: float = 0.0,
    fps: float = 4.0,
    start: float = 0.0,
) -> Poses:
    """`n` frames before a webcam.

    Args:
        n: frames.
        yaw: degrees of the view.
        lower: share of the neck's height by which the head is lower; (n,) or one.
        shoulders: the same for the shoulders.
        forward: the same for the head, towards where the person faces.
        closer: share by which everything is larger.
        shift: of the whole person, in neck heights, right and down.
        noise: standard deviation in pixels.
        fps: frames a second.
        start: seconds of the first frame.
    """
    poses = person(n, yaw=yaw, unit=260.0, hips_at=(320.0, 560.0))
    xy = poses.xy.astype(float)
    ears = xy[:, [Landmark.LEFT_EAR, Landmark.RIGHT_EAR], 1].mean()
    joints = xy[:, [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER], 1].mean()
    neck = joints - ears
    middle = np.array([320.0, joints])
    xy[:, _HEAD, 1] += neck * np.reshape(np.broadcast_to(lower, n), (n, 1))
    xy[:, _HEAD, 0] += np.sign(yaw) * neck * np.reshape(np.broadcast_to(forward, n), (n, 1))
    xy[:, _TRUNK, 1] += neck * np.reshape(np.broadcast_to(shoulders, n), (n, 1))
    xy = middle + (1 + closer) * (xy - middle) + neck * np.array(shift)
    xy += np.random.default_rng(3).normal(0, noise, xy.shape) if noise else 0.0
    return replace(poses, xy=xy, t=start + np.arange(n) / fps)
