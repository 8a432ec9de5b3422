"""Posture in the picture: head, trunk and tilt, one closed formula each.

All take `Poses` of T frames and return (T,) values, NaN without a person or where the view does
not show the quantity. `measures` decides which frames can be trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.vectors import angle_from_vertical, cross, unit, y_up
from scapcoach.landmarks import EARS, HIPS, SHOULDERS, Landmark, cached_per_poses, indices

if TYPE_CHECKING:
    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.landmarks import Poses


#: (2, 3) shoulder, elbow, wrist, left and right.
ARMS: Final = np.array(
    [
        (Landmark.LEFT_SHOULDER, Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST),
        (Landmark.RIGHT_SHOULDER, Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST),
    ]
)
FACE: Final = tuple(Landmark(i) for i in range(Landmark.NOSE, Landmark.MOUTH_RIGHT + 1))


def _sagittal_angle(poses: Poses, low: tuple[Landmark, ...], high: tuple[Landmark, ...],
                    yaw: FloatArray) -> FloatArray:  # fmt: skip
    """Degrees by which the line between two midpoints leans forward in the sagittal plane.

    Midpoints of left and right lie in the sagittal plane, so their horizontal distance in the
    picture is the forward distance times the sine of yaw.
    """
    line = y_up(poses.point(*high) - poses.point(*low))
    sine = np.sin(np.radians(yaw))
    with np.errstate(divide="ignore", invalid="ignore"):
        forward = line[:, 0] / np.where(np.abs(sine) > 0.1, sine, np.nan)
    return angle_from_vertical(forward, line[:, 1])


def head_forward(poses: Poses, yaw: FloatArray) -> FloatArray:
    """Degrees from the vertical of the line from shoulders to ears, forward positive.

    Not the craniovertebral angle: C7 is not a landmark. NaN within 6 degrees of front or back.
    """
    return _sagittal_angle(poses, SHOULDERS, EARS, yaw)


def trunk_lean(poses: Poses, yaw: FloatArray) -> FloatArray:
    """Degrees from the vertical of the line from hips to shoulders, forward positive."""
    return _sagittal_angle(poses, HIPS, SHOULDERS, yaw)


@cached_per_poses
def head_height(poses: Poses) -> FloatArray:
    """Pixels from shoulder midpoint to ear midpoint along the trunk, upwards positive.

    Measured along the line from hips to shoulders, so that leaning sideways does not lower the
    head; along the vertical of the picture where that line is not in the picture.
    """
    neck = y_up(poses.point(*EARS) - poses.point(*SHOULDERS))
    hips = poses.point(*HIPS)
    trunk = unit(y_up(poses.point(*SHOULDERS) - hips))
    inside = np.all((hips >= 0) & (hips <= np.asarray(poses.size)), axis=1)
    axis = np.where(inside[:, None], trunk, np.array([0.0, 1.0]))
    return np.asarray((neck * axis).sum(axis=1))


@cached_per_poses
def face_size(poses: Poses) -> FloatArray:
    """Pixels: root mean square distance of the eleven face points from their centre.

    It shrinks as the head turns away, by less than a tenth within 20 degrees of yaw.
    """
    # A fixed memory layout: one frame and many frames are then summed in the same order.
    points = poses.xy[:, indices(FACE)].astype(np.float64, order="C")
    offset = points - points.mean(axis=1, keepdims=True)
    return np.asarray(np.sqrt((offset**2).sum(axis=-1).mean(axis=1)))


def tilt(poses: Poses, left: Landmark, right: Landmark) -> FloatArray:
    """Degrees by which the subject's right point is higher than the left."""
    line = y_up(poses.xy[:, right].astype(np.float64) - poses.xy[:, left].astype(np.float64))
    return np.asarray(np.degrees(np.arctan2(line[:, 1], np.abs(line[:, 0]))))


@cached_per_poses
def trunk_length(poses: Poses) -> FloatArray:
    """(T,) pixels from hip to shoulder midpoint in the picture."""
    return np.asarray(np.linalg.norm(poses.point(*SHOULDERS) - poses.point(*HIPS), axis=1))


@cached_per_poses
def trunk_line(poses: Poses) -> FloatArray:
    """(T, 3) metres from hip to shoulder midpoint in the world landmarks, MediaPipe axes."""
    world = poses.world[:, indices(SHOULDERS + HIPS)].astype(np.float64)
    return np.asarray((world[:, 0] + world[:, 1]) / 2 - (world[:, 2] + world[:, 3]) / 2)


def is_supine(poses: Poses) -> BoolArray:
    """(T,) True where the chest faces up: lying on the back, or leaning far back.

    The direction of the chest is the cross product of trunk and shoulder line in the world
    landmarks. It faces up by more than 37 degrees, or by more than 17 where the trunk lies flat,
    since depth is uncertain when the camera looks along the body.
    """
    left, right = poses.world[:, indices(SHOULDERS)].astype(np.float64).transpose(1, 0, 2)
    # Facing the camera: up (0, 1, 0) x left (1, 0, 0) = towards the camera (0, 0, -1).
    up = unit(cross(y_up(trunk_line(poses)), y_up(left - right)))[:, 1]
    with np.errstate(invalid="ignore"):
        return np.asarray((up > 0.6) | ((up > 0.3) & (trunk_tilt(poses) > LYING_TILT)))


#: Degrees of the trunk from the vertical above which the person lies rather than leans [E].
LYING_TILT: Final = 55.0


@cached_per_poses
def trunk_tilt(poses: Poses) -> FloatArray:
    """(T,) degrees between the trunk and the vertical in the world landmarks, in any direction."""
    upward = y_up(unit(trunk_line(poses)))[:, 1]
    return np.asarray(np.degrees(np.arccos(np.clip(upward, -1, 1))))
