"""Where on the own calibrated arm path a frame is: repetitions from in front and from behind.

From there a row goes along the line of sight: joints' angles need a depth that is not seen, and
elbows behind the trunk are guessed. But whoever calibrated the exercise has shown how the same arms
look at its start and at its finish before the same camera, and that can be told apart in any view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import HELD
from scapcoach.geometry.view import classify_view
from scapcoach.girdle.template import arm_features, read_table
from scapcoach.measures.types import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import FloatArray
    from scapcoach.calibration import Calibration
    from scapcoach.coaching.exercise import Movement
    from scapcoach.girdle.template import Template
    from scapcoach.landmarks import Poses


#: Quantities of the table of readings: phase of the arms, 0 at the calibrated start and 1 at the
#: finish, and trunk lengths by which they are off the calibrated path. NaN without a calibration.
ARM_PHASE: Final = ("arm_phase", "arm_away")

#: Trunk lengths, in the middle of a movement, up to which it follows the calibrated path [M,
#: phantom: 0.05-0.2 in the calibrated exercise, 0.4-2.4 in nearly all others].
MAX_AWAY: Final = 0.35
#: Least share of the calibrated way that is a repetition, and phases before and beyond which one
#: starts and turns [E].
LEAST: Final = 0.5
MAX_START: Final = 0.45
MIN_PEAK: Final = 0.45

#: Share of the greatest phase from which the arms are at the finish [E].
FINISH: Final = 0.75

#: Views in which a row goes along the line of sight, or elbows are hidden [M, phantom: of 19 sets
#: joints counted 5 exactly and the path 17; obliquely both counted all, joints with better times].
_ALONG: Final = frozenset({View.FRONT, View.BACK_OBLIQUE, View.BACK})

#: Movements in which the arms only hold something, or nothing: they have no path.
_ELSEWHERE: Final = frozenset({HELD, "wrist_rise", "knee", "hip_height"})


def path_of(calibration: Calibration | None) -> Template | None:
    """The exercise's template, where it counts better than joints do: along the line of sight.

    From the side and obliquely joints are seen well, and tell the ends of phases more exactly.
    """
    if calibration is None or calibration.exercise is None:
        return None
    view = View(int(classify_view(np.array([calibration.neutral.yaw]))[0]))
    return calibration.exercise if view in _ALONG else None


def arm_phase(poses: Poses, template: Template | None) -> Mapping[str, FloatArray]:
    """(T,) each of `ARM_PHASE`.

    Args:
        poses: T frames, smoothed.
        template: as `path_of` gives it; None leaves both blank.
    """
    if template is None:
        return {name: np.full(len(poses), np.nan) for name in ARM_PHASE}
    arms = arm_features(poses, template.unit)
    phase = template.phase(arms)
    away = np.linalg.norm(arms - read_table(template.arms, phase), axis=1)
    return dict(zip(ARM_PHASE, (phase, away), strict=True))


def has_path(movement: Movement) -> bool:
    """Whether it is the arms that make this movement."""
    return not _ELSEWHERE & set(movement.full)
