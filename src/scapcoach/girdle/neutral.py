"""`Neutral`: one person's landmarks, seen by one camera, while the shoulders rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np

from scapcoach.arrays import DegreesOrNan, FloatArray, Number, NumberOrNan, Positive, table
from scapcoach.errors import CalibrationError
from scapcoach.geometry.posture import (
    ARMS,
    face_size,
    head_forward,
    head_height,
    trunk_lean,
    trunk_line,
)
from scapcoach.geometry.silhouette import rounding_index
from scapcoach.geometry.vectors import median, wrap_degrees, y_up
from scapcoach.geometry.vectors import unit as unit_vector
from scapcoach.geometry.view import estimate_yaw
from scapcoach.landmarks import HIPS, SHOULDERS, cached_per_poses

if TYPE_CHECKING:
    from scapcoach.arrays import BoolArray
    from scapcoach.landmarks import Poses


#: A landmark is usable when it is inside the picture by at least this share of the width and
#: height, and visible and present with at least these probabilities [E].
BORDER: Final = 0.02
MIN_VISIBILITY: Final = 0.6
MIN_PRESENCE: Final = 0.5

#: Noise of a hidden landmark, in trunk lengths: so large that the landmark has no influence.
HIDDEN_SIGMA: Final = 1e3

#: Shoulder width over trunk length of a typical body, for pictures without hips [M, phantom].
SHOULDERS_PER_TRUNK: Final = 0.70

#: Height of the ears over the shoulders in trunk lengths, for pictures without hips from the side,
#: where the shoulders have no width [M, phantom: 0.36-0.48].
HEAD_PER_TRUNK: Final = 0.40

#: Degrees of yaw by which frames of one pose may differ; if they differ by more, the tracker has
#: swapped left and right [E].
MAX_YAW_SPREAD: Final = 60.0

#: Fewest frames with a person from which a neutral is taken.
MIN_NEUTRAL_FRAMES: Final = 3


@cached_per_poses
def usable_landmarks(poses: Poses) -> BoolArray:
    """(T, 33) which landmarks may be used: in the picture, visible, present."""
    size = np.asarray(poses.size, np.float64)
    inside = ((poses.xy >= BORDER * size) & (poses.xy <= (1 - BORDER) * size)).all(axis=-1)
    return np.asarray(
        inside & (poses.visibility >= MIN_VISIBILITY) & (poses.presence >= MIN_PRESENCE)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Neutral:
    """The resting pose from which every change is measured.

    Attributes:
        points: (33, 2) in trunk lengths from the hip midpoint, y up; NaN where not seen.
        arms: (2, 2, 3) by left, right: shoulder to elbow and elbow to wrist, in trunk lengths,
            (x, y, z away from the camera).
        trunk: (3,) direction from hips to shoulders in the world landmarks, length 1.
        unit: trunk length in pixels, or its estimate from the shoulders when hips are hidden.
        yaw: degrees.
        hips_seen: whether `unit` and the origin come from the hips.
        rounding: sagitta over chord of the back contour; NaN when there was no contour.
        lean: degrees, as `geometry.posture.trunk_lean`.
        head_forward: degrees, as `geometry.posture.head_forward`.
        head_height: pixels, as `geometry.posture.head_height`.
        face: pixels, as `geometry.posture.face_size`.
        start, end: seconds between which it was taken.
    """

    points: Annotated[FloatArray, table((33, 2), Number | None)]
    arms: Annotated[FloatArray, table((2, 2, 3), Number | None)]
    trunk: Annotated[FloatArray, table((3,), Number | None)]
    unit: Positive
    yaw: DegreesOrNan
    hips_seen: bool
    rounding: NumberOrNan
    lean: DegreesOrNan
    head_forward: DegreesOrNan
    head_height: NumberOrNan
    face: NumberOrNan
    start: NumberOrNan
    end: NumberOrNan


def neutral_from(poses: Poses) -> Neutral:
    """The neutral of frames in which the person rests: medians, so that a twitch has no effect.

    Raises:
        CalibrationError: there are fewer than three frames with both shoulders.
    """
    usable = usable_landmarks(poses)
    shoulders = usable[:, list(SHOULDERS)]
    good = np.flatnonzero(poses.present & shoulders.any(axis=1))
    if len(good) < MIN_NEUTRAL_FRAMES:
        raise CalibrationError(
            f"Between {poses.t[0]:.1f} s and {poses.t[-1]:.1f} s the shoulders are seen in only "
            f"{len(good)} frames; rest in view of the camera for a second."
            if len(poses)
            else "There are no frames to take a neutral from."
        )
    good = good[_same_direction(poses[good])]
    part = poses[good]
    yaw = _mean_angle(estimate_yaw(part)[0])
    share = usable[good].mean(axis=0)
    hips_seen = bool(share[list(HIPS)].max() >= 0.5)
    unit, origin = _unit_and_origin(part, yaw, hips_seen)
    points = y_up(np.median(part.xy.astype(np.float64), axis=0) - origin) / unit
    points[share < 0.5] = np.nan
    contour = rounding_index(part.contour, yaw) if part.contour is not None else np.array([np.nan])
    facing = np.full(len(part), yaw)
    return Neutral(
        points=points,
        arms=np.median(arm_vectors(part, np.full(len(part), unit)), axis=0),
        trunk=unit_vector(np.median(unit_vector(trunk_line(part)), axis=0)),
        unit=unit,
        yaw=yaw,
        hips_seen=hips_seen,
        rounding=median(contour),
        lean=median(trunk_lean(part, facing)),
        head_forward=median(head_forward(part, facing)),
        head_height=median(head_height(part)),
        face=median(face_size(part)),
        start=float(poses.t[0]),
        end=float(poses.t[-1]),
    )


def arm_vectors(poses: Poses, unit: FloatArray) -> FloatArray:
    """(T, 2, 2, 3) left and right: shoulder to elbow and elbow to wrist, in trunk lengths.

    x and y come from the picture; the third, away from the camera, from the world landmarks,
    whose metres are turned into trunk lengths by their own trunk.
    """
    points = poses.xy[:, ARMS].astype(np.float64)
    flat = y_up(points[:, :, 1:] - points[:, :, :-1]) / unit[:, None, None, None]
    length = np.linalg.norm(trunk_line(poses), axis=1)[:, None, None]
    depths = poses.world[:, ARMS, 2].astype(np.float64)
    depth = (depths[:, :, 1:] - depths[:, :, :-1]) / length
    return np.concatenate([flat, depth[..., None]], axis=-1)


def _same_direction(poses: Poses) -> BoolArray:
    """(T,) frames in which the person faces the same direction as in most frames.

    Seen from behind, the landmarks are sometimes those of a person who faces the camera, with left
    and right swapped.
    """
    yaw = estimate_yaw(poses)[0]
    # A few hundred candidates are enough, and limit the memory that long segments need.
    candidates = yaw[:: 1 + len(yaw) // 400]
    apart = np.abs(wrap_degrees(candidates[:, None] - yaw))
    middle = candidates[int(np.argmin(np.median(apart, axis=1)))]
    return np.asarray(np.abs(wrap_degrees(yaw - middle)) < MAX_YAW_SPREAD)


def _mean_angle(angle: FloatArray) -> float:
    rad = np.radians(angle)
    return float(wrap_degrees(np.degrees(np.arctan2(np.sin(rad).mean(), np.cos(rad).mean()))))


def _unit_and_origin(poses: Poses, yaw: float, hips_seen: bool) -> tuple[float, FloatArray]:
    """Trunk length in pixels and the position of the hip midpoint in pixels."""
    shoulders = np.median(poses.point(*SHOULDERS), axis=0)
    if hips_seen:
        hips = np.median(poses.point(*HIPS), axis=0)
        return float(np.linalg.norm(shoulders - hips)), hips
    cos = abs(np.cos(np.radians(yaw)))
    if cos < 0.5:
        unit = float(np.median(np.abs(head_height(poses)))) / HEAD_PER_TRUNK
    else:
        across = np.linalg.norm(poses.point(SHOULDERS[0]) - poses.point(SHOULDERS[1]), axis=1)
        unit = float(np.median(across)) / cos / SHOULDERS_PER_TRUNK
    return unit, shoulders + np.array([0.0, unit])
