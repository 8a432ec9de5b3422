"""A `person` who does repetitions of an exercise; the arms pull the shoulder landmarks along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from scapcoach.calibration.reps import REPS
from scapcoach.landmarks import Landmark, Poses
from tests.support.clips import eased, jittered
from tests.support.person import person

#: Share of full retraction (20 deg) and of a full shrug (26 deg) at the finish.
KINDS = {
    "arms_only": (0.0, 0.0), "squeeze": (1.0, 0.0), "shrug_rep": (0.0, 1.0),
    "half": (0.5, 0.0), "shrugged_half": (0.5, 0.6), "protracted": (-0.4, 0.0),
}  # fmt: skip
RETRACTION, ELEVATION = 20.0, 26.0
SHOULDERS = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]

#: Trunk lengths by which the arms pull the shoulder landmarks apart on their path to the finish:
#: more than a full squeeze brings them together, so that the width alone has the wrong sign. From
#: the front they are about 0.7 trunk lengths apart.
DRAG = 0.05


def exercise_clip(
    kinds: tuple[str, ...] = REPS,
    *,
    yaw: float = 20.0,
    noise: float = 0.15,
    seed: int = 5,
    arms: float = 75.0,
    fps: float = 30.0,
    **changes: Any,
) -> Poses:
    """Repetitions of these kinds: arms held forwards at the start, down at the finish.

    `changes` are further `Parameter`s in degrees at the finish, e.g. ``lean=20``.
    """
    phase = phases(len(kinds), fps)
    share = np.array([KINDS[k] for k in kinds])
    number = np.minimum(np.arange(len(phase)) * len(kinds) // len(phase), len(kinds) - 1)
    retraction = phase * share[number, 0] * RETRACTION
    elevation = phase * share[number, 1] * ELEVATION
    poses = person(
        len(phase), yaw=yaw, fps=fps, arm_swing=arms * (1 - phase),
        retraction_left=retraction, retraction_right=retraction,
        elevation_left=elevation, elevation_right=elevation,
        **{name: phase * value for name, value in changes.items()},
    )  # fmt: skip
    return jittered(dragged(poses, phase), noise, seed)


def phases(count: int, fps: float = 30.0) -> np.ndarray:
    """0 at the start, 1 held at the finish, 0 again, for each repetition."""
    return np.concatenate([eased([0.0, 1.0, 0.0], hold=0.6, change=0.9, fps=fps)] * count)


def dragged(poses: Poses, phase: np.ndarray) -> Poses:
    """The shoulder landmarks pulled apart in proportion to the phase."""
    xy = poses.xy.astype(float)
    pull = DRAG / 0.7 * phase[:, None] * (xy[:, SHOULDERS[0]] - xy[:, SHOULDERS[1]])
    xy[:, SHOULDERS[0]] += pull
    xy[:, SHOULDERS[1]] -= pull
    return replace(poses, xy=xy)


def finishes(poses: Poses, count: int) -> list[slice]:
    """The frames of each repetition in which the finish is held."""
    each = len(poses) // count
    return [slice(i * each + int(0.45 * each), i * each + int(0.55 * each)) for i in range(count)]
