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
    part = np.asarray(theta).transpose(-1, *range(np.ndim(theta) - 1))
    # All sines at once, and three points together: numpy costs by the call, and a live frame is a
    # single one.
    angles = part[:_N_ANGLES] + _AT_REST.reshape(-1, *[1] * (part.ndim - 1))
    cos, sin = np.cos(angles), np.sin(angles)
    x, y, z = np.empty((3, 3, *part.shape[1:]))
    rise = CLAVICLE_LENGTH * (sin[_ELEVATION] - np.sin(_UP))
    x[:2], y[:2], z[:2] = _shoulders(cos, sin, rise, body)
    x[2], y[2], z[2] = _ears(cos, sin)
    for angle, pivot in ((Parameter.FLEXION, THORAX_PIVOT), (Parameter.LEAN, (0.0, 0.0))):
        x, y = _bend(x, y, cos[angle], sin[angle], pivot)
    side_cos, side_sin = cos[Parameter.SIDE_LEAN], sin[Parameter.SIDE_LEAN]
    points = np.zeros((3, 5, *part.shape[1:]))
    points[0, _UPPER] = x
    points[1, _UPPER] = y * side_cos - z * side_sin
    points[2, _UPPER] = z * side_cos + y * side_sin
    points[1, 2:4] = HIPS_FOLLOW_UP * ((rise[0] + rise[1]) / 2)
    points[2, 2], points[2, 3] = -body.half_hips, body.half_hips
    return points.transpose(*range(2, points.ndim), 1, 0)


_RETRACTION: Final = slice(Parameter.RETRACTION_LEFT, Parameter.RETRACTION_RIGHT + 1)
_ELEVATION: Final = slice(Parameter.ELEVATION_LEFT, Parameter.ELEVATION_RIGHT + 1)
_UPPER: Final = [0, 1, 4]  # shoulders and ears among the points of `shape`
_BACK: Final = np.radians(CLAVICLE_BACK)
_UP: Final = np.radians(CLAVICLE_UP)
_SIDES: Final = np.array([-1.0, 1.0])


#: Angles of `Parameter`, and where they stand at rest.
_N_ANGLES: Final = Parameter.LOG_SCALE
_AT_REST: Final = np.array([_BACK, _BACK, _UP, _UP] + [0.0] * (_N_ANGLES - 4))

_Point = tuple["FloatArray", "FloatArray", "FloatArray"]  # X, Y, Z


def _shoulders(cos: FloatArray, sin: FloatArray, rise: FloatArray, body: Body) -> _Point:
    """(2, ...) shoulder landmarks, left and right, swung about the sternoclavicular joints."""
    up = cos[_ELEVATION]
    behind = CLAVICLE_LENGTH * (up * sin[_RETRACTION] - np.cos(_UP) * np.sin(_BACK))
    out = CLAVICLE_LENGTH * (up * cos[_RETRACTION] - np.cos(_UP) * np.cos(_BACK))
    across = body.half_shoulders + FOLLOW_ACROSS * out
    sides = _SIDES.reshape(2, *[1] * (across.ndim - 1))
    return SHOULDER_X - FOLLOW_ACROSS * behind, 1.0 + FOLLOW_UP * rise, sides * across


def _ears(cos: FloatArray, sin: FloatArray) -> _Point:
    """(...) ear midpoint: nodded about the neck, then tilted to the right about its height."""
    x, y = EARS[0] - NECK_PIVOT[0], EARS[1] - NECK_PIVOT[1]
    pitch, tilt = Parameter.HEAD_PITCH, Parameter.HEAD_TILT
    height = y * cos[pitch] - x * sin[pitch]
    return (
        NECK_PIVOT[0] + x * cos[pitch] + y * sin[pitch],
        NECK_PIVOT[1] + height * cos[tilt],
        height * sin[tilt],
    )


def _bend(
    x: FloatArray, y: FloatArray, cos: FloatArray, sin: FloatArray, pivot: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """X and Y, turned forward about a left-right axis through `pivot`."""
    right, up = x - pivot[0], y - pivot[1]
    return pivot[0] + right * cos + up * sin, pivot[1] + up * cos - right * sin
