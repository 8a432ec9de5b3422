"""Recordings of a `person` who goes through a protocol, as landmarks."""

from __future__ import annotations

import numpy as np

from scapcoach.landmarks import Poses
from tests.support.person import person

#: Degrees of the poses of the guided protocol: retraction, elevation, both sides.
PROTOCOL_DEGREES = {
    "neutral": (0.0, 0.0), "retract": (20.0, 0.0), "protract": (-14.0, 0.0),
    "shrug": (0.0, 26.0), "depress": (0.0, -8.0),
}  # fmt: skip
ORDER = ("neutral", "retract", "protract", "shrug", "depress", "neutral")


def eased(levels: list[float], hold: float = 3.0, change: float = 0.8, fps: float = 30.0):
    """A signal that holds each level and changes smoothly between them."""
    parts = []
    for i, level in enumerate(levels):
        if i:
            ramp = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, round(change * fps)))
            parts.append(levels[i - 1] + (level - levels[i - 1]) * ramp)
        parts.append(np.full(round(hold * fps), level))
    return np.concatenate(parts)


def protocol_clip(*, yaw: float = 20.0, noise: float = 0.15, seed: int = 3) -> Poses:
    """The guided protocol, with `noise` pixels of jitter on every landmark."""
    retraction = eased([PROTOCOL_DEGREES[p][0] for p in ORDER])
    elevation = eased([PROTOCOL_DEGREES[p][1] for p in ORDER])
    poses = person(
        len(retraction), yaw=yaw, retraction_left=retraction, retraction_right=retraction,
        elevation_left=elevation, elevation_right=elevation,
    )  # fmt: skip
    return jittered(poses, noise, seed)


def jittered(poses: Poses, noise: float, seed: int = 3) -> Poses:
    """The same with Gaussian noise of so many pixels."""
    xy = poses.xy + np.random.default_rng(seed).normal(0, noise, poses.xy.shape)
    return Poses(poses.t, xy, poses.world, poses.visibility, poses.presence, poses.subject,
                 poses.size)  # fmt: skip
