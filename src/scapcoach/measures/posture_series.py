"""Head, trunk, rounding and tilt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.calibration import CalibrationKind
from scapcoach.geometry.posture import head_forward, head_height, tilt, trunk_lean
from scapcoach.geometry.silhouette import arc_degrees, rounding_index
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.girdle.estimators import Estimator
from scapcoach.landmarks import EARS, SHOULDERS
from scapcoach.measures.gates import Scene, judge
from scapcoach.measures.series import Reason, Series, View

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Landmark
    from scapcoach.measures.gates import Objection


#: Error of the midpoint of two landmarks in trunk lengths [M on the phantom].
POINT_SIGMA: Final = 0.010
#: Relative error of the size of the face [E].
FACE_SIGMA: Final = 0.04
#: Error of sagitta over chord, times 100 [E].
ROUNDING_SIGMA: Final = 1.2
MAX_FLEXION_SIGMA: Final = 5.0
#: Sine of yaw below which forward and back do not show.
MIN_SINE: Final = 0.34  # 20 degrees
#: Degrees from the vertical above which a trunk is taken as a tracking error [E].
MAX_LEAN: Final = 110.0
#: Degrees of turning that hardly change the size of the face.
MAX_FACE_TURN: Final = 20.0


def head_forward_series(scene: Scene) -> Series:
    """Ear relative to shoulder, degrees from neutral."""
    objections = scene.uncalibrated() + scene.lying_down() + _not_side_on(scene)
    objections += scene.head_hidden() + _shoulders_hidden(scene)
    neutral = scene.calibration.neutral.head_forward if scene.calibration else np.nan
    value = wrap_degrees(head_forward(scene.poses, scene.yaw) - neutral)
    height = np.abs(head_height(scene.poses)) / scene.trunk_pixels
    sigma = _sagittal_sigma(scene, np.maximum(height, 0.15))
    return judge(
        scene, "head_forward", value, np.hypot(sigma, 1.0), objections, _relative_reason(scene)
    )


def head_drop_series(scene: Scene) -> Series:
    """Loss of height of the ears over the shoulders, per cent of neutral, at equal scale."""
    objections = (
        scene.uncalibrated() + scene.lying_down() + scene.head_hidden() + _shoulders_hidden(scene)
    )
    nothing = np.full(len(scene.poses), np.nan)
    if scene.calibration is None or scene.state is None:
        return judge(scene, "head_drop", nothing, nothing, objections, _relative_reason(scene))
    neutral = scene.calibration.neutral
    objections += _turned(scene, MAX_FACE_TURN + 10) + scene.trunk_moved() + scene.wrong_distance()
    value = 100 * (1 - head_height(scene.poses) / scene.state.scale / neutral.head_height)
    sigma = 100 * np.sqrt(2) * POINT_SIGMA * neutral.unit / abs(neutral.head_height)
    return judge(scene, "head_drop", value, np.full_like(value, sigma), objections,
                 _relative_reason(scene))  # fmt: skip


def face_closer_series(scene: Scene) -> Series:
    """Growth of the face in the picture, per cent of neutral."""
    objections = scene.uncalibrated() + scene.head_hidden() + _turned(scene, MAX_FACE_TURN)
    behind = np.isin(scene.view, (View.BACK, View.BACK_OBLIQUE))
    objections.append((behind, Reason.TURN_TOWARDS_CAMERA))
    neutral = scene.calibration.neutral.face if scene.calibration else np.nan
    value = 100 * (scene.face / neutral - 1)
    sigma = np.full_like(value, 100 * FACE_SIGMA)
    return judge(scene, "face_closer", value, sigma, objections, _relative_reason(scene))


def trunk_lean_series(scene: Scene) -> Series:
    """Shoulders over hips, degrees from the vertical; needs no calibration."""
    objections = _not_side_on(scene) + scene.hips_hidden() + _shoulders_hidden(scene)
    value = trunk_lean(scene.poses, scene.yaw)
    with np.errstate(invalid="ignore"):
        # A trunk upside down is a tracking error, not a posture.
        objections.append((np.abs(value) > MAX_LEAN, Reason.LOW_CONFIDENCE))
    sigma = np.hypot(_sagittal_sigma(scene, np.ones(len(value))), 2.0)
    return judge(scene, "trunk_lean", value, sigma, objections, None)


def rounding_series(scene: Scene) -> Series:
    """Bulge of the back contour: change of sagitta over chord, and of the arc in degrees.

    Where the back is seen obliquely, the observer's flexion of the upper back is used instead, if
    the observer is the estimator.
    """
    poses = scene.poses
    index = np.full(len(poses), np.nan)
    if poses.contour is not None:
        index = rounding_index(poses.contour, scene.yaw)
    neutral = scene.calibration.neutral.rounding if scene.calibration else np.nan
    value = 100 * (index - neutral)
    degrees = arc_degrees(index) - arc_degrees(np.array([neutral]))[0]
    per_point = 4 * np.degrees(2 / 100 / (1 + (2 * np.nan_to_num(index)) ** 2))
    sigma = np.full_like(value, ROUNDING_SIGMA)
    degrees_sigma = per_point * ROUNDING_SIGMA
    shown = scene.from_side
    if scene.state is not None and _uses_observer(scene):
        oblique = ~shown & (np.abs(np.sin(np.radians(scene.yaw))) >= MIN_SINE)
        with np.errstate(invalid="ignore"):
            shown = shown | (oblique & (scene.state.flexion_sigma <= MAX_FLEXION_SIGMA))
        degrees = np.where(oblique, scene.state.flexion, degrees)
        degrees_sigma = np.where(oblique, scene.state.flexion_sigma, degrees_sigma)
        value = np.where(oblique, degrees / per_point, value)
        sigma = np.where(oblique, degrees_sigma / per_point, sigma)
    objections = [*scene.uncalibrated(), *scene.lying_down(), (~shown, Reason.TURN_SIDE_ON)]
    objections += scene.hips_hidden() + scene.head_hidden()
    objections += _turned(scene, 25.0)
    return judge(scene, "rounding", value, sigma, objections, _relative_reason(scene),
                 (degrees, degrees_sigma))  # fmt: skip


def _uses_observer(scene: Scene) -> bool:
    """Whether the state is the observer's, which estimates the upper back in oblique views, too."""
    return scene.calibration is not None and scene.calibration.estimator is Estimator.OBSERVER


def shoulder_tilt_series(scene: Scene) -> Series:
    """Tilt of the line between the shoulders: right higher positive; front and back only."""
    return _tilt(scene, "shoulder_tilt", SHOULDERS, Reason.SHOULDER_HIDDEN)


def head_tilt_series(scene: Scene) -> Series:
    """Tilt of the line between the ears: right higher positive; front and back only."""
    return _tilt(scene, "head_tilt", EARS, Reason.HEAD_HIDDEN)


def _tilt(scene: Scene, name: str, ends: tuple[Landmark, Landmark], hidden: Reason) -> Series:
    left, right = ends
    sideways = np.abs(np.cos(np.radians(scene.yaw)))
    objections: list[Objection] = [(~(sideways >= 0.8), Reason.TURN_TOWARDS_CAMERA)]
    # Half a turn since the neutral is a tracking error: left and right are swapped.
    objections += _turned(scene, 90.0)
    objections += scene.missing(hidden, left, right, needed=scene.sees(left, right))
    value = tilt(scene.poses, left, right)
    width = np.linalg.norm(scene.poses.xy[:, left] - scene.poses.xy[:, right], axis=-1)
    error = np.sqrt(2) * POINT_SIGMA * scene.trunk_pixels / np.maximum(width, 1.0)
    sigma = np.hypot(np.degrees(np.arctan(error)), 1.0)
    return judge(scene, name, value, sigma, objections, None)


def _relative_reason(scene: Scene) -> Reason | None:
    if scene.calibration is None:
        return Reason.NOT_CALIBRATED
    return Reason.AUTO_CALIBRATED if scene.calibration.kind is CalibrationKind.AUTO else None


def _shoulders_hidden(scene: Scene) -> list[Objection]:
    """Objections where no shoulder is usable."""
    return scene.missing(Reason.SHOULDER_HIDDEN, *SHOULDERS, needed=scene.sees_any(*SHOULDERS))


def _not_side_on(scene: Scene) -> list[Objection]:
    """Objection to views that do not show forward and back."""
    return [(~(np.abs(np.sin(np.radians(scene.yaw))) >= MIN_SINE), Reason.TURN_SIDE_ON)]


def _turned(scene: Scene, limit: float) -> list[Objection]:
    """Objection where the person has turned away from the view of the neutral."""
    if scene.calibration is None:
        return []
    return [(~(scene.turned <= limit), Reason.CALIBRATION_STALE)]


def _sagittal_sigma(scene: Scene, length: FloatArray) -> FloatArray:
    """Degrees of error of a sagittal angle over a line of this length in trunk lengths."""
    sine = np.maximum(np.abs(np.sin(np.radians(scene.yaw))), 0.1)
    return np.asarray(np.degrees(np.arctan(np.sqrt(2) * POINT_SIGMA / sine / length)))
