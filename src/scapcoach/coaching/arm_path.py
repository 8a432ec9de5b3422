"""Position of a frame on the calibrated arm path: finds repetitions from the front and back.

In these views a row goes along the line of sight: joint angles need depth, which is not visible,
and elbows behind the trunk are guessed. But an exercise calibration shows how the same arms look at
the start and at the finish, seen by the same camera, and these differ in every view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import HOLD_MEASURE
from scapcoach.geometry.view import classify_view
from scapcoach.girdle.template import arm_features, read_table
from scapcoach.measures.series import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import FloatArray
    from scapcoach.calibration import Calibration
    from scapcoach.coaching.exercise import Movement
    from scapcoach.girdle.template import Template
    from scapcoach.landmarks import Poses


#: Quantities in the table of readings: phase of the arms, 0 at the calibrated start and 1 at the
#: finish, and trunk lengths between the arms and the calibrated path. NaN without a calibration.
ARM_PHASE: Final = ("arm_phase", "arm_off_path")

#: Largest median distance from the calibrated path, in trunk lengths, of a movement that follows
#: it [M, phantom: 0.05-0.2 in the calibrated exercise, 0.4-2.4 in nearly all others].
MAX_OFF_PATH: Final = 0.35
#: Smallest range of the phase that is a repetition, and the limits of the phase at its start and at
#: its peak [E].
MIN_PHASE_RANGE: Final = 0.5
MAX_START_PHASE: Final = 0.45
MIN_PEAK_PHASE: Final = 0.45

#: Share of the greatest phase from which the arms are at the finish [E].
FINISH_SHARE: Final = 0.75

#: Views in which a row goes along the line of sight, or elbows are hidden [M, phantom: of 19 sets
#: 5 were counted exactly by joints and 17 by the path; obliquely both counted all of them, and
#: joints gave more accurate times].
_ALONG_SIGHT_VIEWS: Final = frozenset({View.FRONT, View.BACK_OBLIQUE, View.BACK})

#: Quantities of movements in which the arms do not move along a path.
_NO_ARM_PATH: Final = frozenset({HOLD_MEASURE, "wrist_rise", "knee", "hip_height"})


def path_of(calibration: Calibration | None) -> Template | None:
    """The template of the exercise, in views where it counts better than joints; else None.

    From the side and obliquely, joints are visible and give more accurate ends of phases.
    """
    if calibration is None or calibration.exercise is None:
        return None
    view = View(int(classify_view(np.array([calibration.neutral.yaw]))[0]))
    return calibration.exercise if view in _ALONG_SIGHT_VIEWS else None


def arm_phase(poses: Poses, template: Template | None) -> Mapping[str, FloatArray]:
    """(T,) each of `ARM_PHASE`.

    Args:
        poses: T frames, smoothed.
        template: from `path_of`; with None all values are NaN.
    """
    if template is None:
        return {name: np.full(len(poses), np.nan) for name in ARM_PHASE}
    arms = arm_features(poses, template.unit)
    phase = template.phase(arms)
    away = np.linalg.norm(arms - read_table(template.arms, phase), axis=1)
    return dict(zip(ARM_PHASE, (phase, away), strict=True))


def has_path(movement: Movement) -> bool:
    """Whether the arms move along a path in this movement."""
    return not _NO_ARM_PATH & set(movement.full)
