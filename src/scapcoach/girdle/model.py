"""A small model of hips, trunk, girdle and head, and how a camera sees it change.

Lengths are in trunk lengths (hip midpoint to shoulder midpoint), axes those of the ISB thorax
frame (Wu et al., J Biomech 2005): X forward, Y up, Z to the subject's right. The camera is taken
as weak-perspective: a person stands several trunk lengths away from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.floating[Any]]


class Parameter(IntEnum):
    """What can change between the neutral and a frame; angles in radians inside the model."""

    RETRACTION_LEFT = 0
    RETRACTION_RIGHT = 1
    ELEVATION_LEFT = 2
    ELEVATION_RIGHT = 3
    YAW = 4
    LEAN = 5
    SIDE_LEAN = 6
    FLEXION = 7
    HEAD_PITCH = 8
    HEAD_TILT = 9
    LOG_SCALE = 10
    RIGHTWARD = 11
    UPWARD = 12


N_PARAMETERS: Final = len(Parameter)

#: Degrees by which the resting clavicle points behind the coronal plane (Ludewig et al.,
#: J Bone Joint Surg 2009: 19.3 deg of retraction at rest).
CLAVICLE_BACK: Final = 20.0
#: Degrees by which it rises outwards at rest (ibid.: 5.9 deg).
CLAVICLE_UP: Final = 6.0
#: From the sternoclavicular joint to the glenohumeral centre, in trunk lengths [M, phantom].
CLAVICLE_LENGTH: Final = 0.33
#: How much of the joint's displacement the shoulder landmark shows: MediaPipe's points follow the
#: girdle only in part, sideways and along the trunk [M, phantom, arms still].
FOLLOW_ACROSS: Final = 0.5
FOLLOW_UP: Final = 0.56
#: ... and how much of a shrug's rise the hip landmarks wrongly share in [M, phantom].
HIPS_FOLLOW_UP: Final = 0.18
#: Pivots in the trunk frame, (X, Y) [E]: mid-thoracic spine and lower neck.
THORAX_PIVOT: Final = (-0.08, 0.62)
NECK_PIVOT: Final = (-0.04, 1.06)
#: Ear midpoint at rest (X, Y) and shoulders' X [E].
EARS: Final = (0.05, 1.38)
SHOULDER_X: Final = -0.02


@dataclass(frozen=True, slots=True)
class Body:
    """Widths of one person in trunk lengths, centre to joint."""

    half_shoulders: float = 0.35
    half_hips: float = 0.20


def project(theta: FloatArray, body: Body, yaw: float) -> FloatArray:
    """What the camera sees, up to scale and place.

    Args:
        theta: (..., N_PARAMETERS) changes from neutral, radians; scale and place are not used.
        body: widths.
        yaw: of the neutral, radians.

    Returns:
        (..., 5, 2) right and up, in trunk lengths from the hip midpoint; points as in `shape`.
    """
    points = shape(theta, body)
    turned = (yaw + theta[..., Parameter.YAW])[..., None]
    right = points[..., 0] * np.sin(turned) - points[..., 2] * np.cos(turned)
    return np.stack([right, points[..., 1]], axis=-1)


def shape(theta: FloatArray, body: Body) -> FloatArray:
    """The body in its own frame; yaw, scale and place in `theta` are not used.

    Returns:
        (..., 5, 3) X, Y, Z: left shoulder, right shoulder, left hip, right hip, ear midpoint.
    """
    part = np.moveaxis(np.asarray(theta), -1, 0)
    rise = _rise(part[_ELEVATION])
    shoulders = _shoulders(part[_RETRACTION], part[_ELEVATION], rise, body)
    ears = _ears(part[Parameter.HEAD_PITCH], part[Parameter.HEAD_TILT])
    # Three points together: numpy costs by the call, and a live frame is a single one.
    upper = [np.concatenate([s, e[None]]) for s, e in zip(shoulders, ears, strict=True)]
    upper = _bend(upper, part[Parameter.FLEXION], THORAX_PIVOT)
    upper = _bend(upper, part[Parameter.LEAN], (0.0, 0.0))
    upper = _tilt(upper, part[Parameter.SIDE_LEAN])
    points = np.zeros((*theta.shape[:-1], 5, 3))
    for axis, coordinate in enumerate(upper):
        points[..., _UPPER, axis] = np.moveaxis(coordinate, 0, -1)
    points[..., 2:4, 1] = (HIPS_FOLLOW_UP * ((rise[0] + rise[1]) / 2))[..., None]
    points[..., 2:4, 2] = (-body.half_hips, body.half_hips)
    return points


_RETRACTION: Final = slice(Parameter.RETRACTION_LEFT, Parameter.RETRACTION_RIGHT + 1)
_ELEVATION: Final = slice(Parameter.ELEVATION_LEFT, Parameter.ELEVATION_RIGHT + 1)
_UPPER: Final = [0, 1, 4]  # shoulders and ears among the points of `shape`
_BACK: Final = np.radians(CLAVICLE_BACK)
_UP: Final = np.radians(CLAVICLE_UP)
_SIDES: Final = np.array([-1.0, 1.0])

_Points = list["FloatArray"]  # X, Y, Z


def _shoulders(
    retraction: FloatArray, elevation: FloatArray, rise: FloatArray, body: Body
) -> _Points:
    """(2, ...) shoulder landmarks, left and right, swung about the sternoclavicular joints."""
    r, e = _BACK + retraction, _UP + elevation
    cos = np.cos(e)
    behind = CLAVICLE_LENGTH * (cos * np.sin(r) - np.cos(_UP) * np.sin(_BACK))
    out = CLAVICLE_LENGTH * (cos * np.cos(r) - np.cos(_UP) * np.cos(_BACK))
    across = body.half_shoulders + FOLLOW_ACROSS * out
    sides = _SIDES.reshape(2, *[1] * (across.ndim - 1))
    return [SHOULDER_X - FOLLOW_ACROSS * behind, 1.0 + FOLLOW_UP * rise, sides * across]


def _ears(pitch: FloatArray, tilt: FloatArray) -> _Points:
    """(...) ear midpoint: nodded about the neck, then tilted to the right about its height."""
    x, y = EARS[0] - NECK_PIVOT[0], EARS[1] - NECK_PIVOT[1]
    cos, sin = np.cos(pitch), np.sin(pitch)
    height = y * cos - x * sin
    return [
        NECK_PIVOT[0] + x * cos + y * sin,
        NECK_PIVOT[1] + height * np.cos(tilt),
        height * np.sin(tilt),
    ]


def _rise(elevation: FloatArray) -> FloatArray:
    """Height that the glenohumeral centre gains."""
    return np.asarray(CLAVICLE_LENGTH * (np.sin(_UP + elevation) - np.sin(_UP)))


def _bend(points: _Points, angle: FloatArray, pivot: tuple[float, float]) -> _Points:
    """Turned forward about a left-right axis through `pivot` (X, Y)."""
    x, y = points[0] - pivot[0], points[1] - pivot[1]
    cos, sin = np.cos(angle), np.sin(angle)
    return [pivot[0] + x * cos + y * sin, pivot[1] + y * cos - x * sin, points[2]]


def _tilt(points: _Points, angle: FloatArray) -> _Points:
    """Tilted to the subject's right about a front-back axis at the hips' height."""
    x, y, z = points
    cos, sin = np.cos(angle), np.sin(angle)
    return [x, y * cos - z * sin, z * cos + y * sin]
