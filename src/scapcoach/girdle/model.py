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
    part = [theta[..., p] for p in Parameter]
    zero = np.zeros_like(part[0])
    ears = (zero + EARS[0], zero + EARS[1], zero)
    ears = _bend(ears, part[Parameter.HEAD_PITCH], NECK_PIVOT)
    ears = _tilt(ears, part[Parameter.HEAD_TILT], NECK_PIVOT[1])
    upper = (
        _shoulder(part[Parameter.RETRACTION_LEFT], part[Parameter.ELEVATION_LEFT], body, -1.0),
        _shoulder(part[Parameter.RETRACTION_RIGHT], part[Parameter.ELEVATION_RIGHT], body, +1.0),
        ears,
    )
    left, right, ears = (
        _tilt(
            _bend(_bend(p, part[Parameter.FLEXION], THORAX_PIVOT), part[Parameter.LEAN], (0, 0)),
            part[Parameter.SIDE_LEAN],
            0.0,
        )
        for p in upper
    )
    rise = (_rise(part[Parameter.ELEVATION_LEFT]) + _rise(part[Parameter.ELEVATION_RIGHT])) / 2
    hips = [(zero, HIPS_FOLLOW_UP * rise, zero + s * body.half_hips) for s in (-1.0, 1.0)]
    points = (left, right, *hips, ears)
    return np.stack([np.stack(coordinate, axis=-1) for coordinate in zip(*points, strict=True)], -1)


_Point = tuple["FloatArray", "FloatArray", "FloatArray"]


def _shoulder(retraction: FloatArray, elevation: FloatArray, body: Body, side: float) -> _Point:
    """Shoulder landmark, swung about the sternoclavicular joint; side is -1 left, +1 right."""
    back, up = np.radians(CLAVICLE_BACK), np.radians(CLAVICLE_UP)
    r, e = back + retraction, up + elevation
    behind = CLAVICLE_LENGTH * (np.cos(e) * np.sin(r) - np.cos(up) * np.sin(back))
    out = CLAVICLE_LENGTH * (np.cos(e) * np.cos(r) - np.cos(up) * np.cos(back))
    return (
        SHOULDER_X - FOLLOW_ACROSS * behind,
        1.0 + FOLLOW_UP * _rise(elevation),
        side * (body.half_shoulders + FOLLOW_ACROSS * out),
    )


def _rise(elevation: FloatArray) -> FloatArray:
    """Height that the glenohumeral centre gains."""
    up = np.radians(CLAVICLE_UP)
    return np.asarray(CLAVICLE_LENGTH * (np.sin(up + elevation) - np.sin(up)))


def _bend(point: _Point, angle: FloatArray, pivot: tuple[float, float]) -> _Point:
    """Turned forward about a left-right axis through `pivot` (X, Y)."""
    x, y = point[0] - pivot[0], point[1] - pivot[1]
    cos, sin = np.cos(angle), np.sin(angle)
    return pivot[0] + x * cos + y * sin, pivot[1] + y * cos - x * sin, point[2]


def _tilt(point: _Point, angle: FloatArray, height: float) -> _Point:
    """Tilted to the subject's right about a front-back axis at this height."""
    y, z = point[1] - height, point[2]
    cos, sin = np.cos(angle), np.sin(angle)
    return point[0], height + y * cos - z * sin, z * cos + y * sin
