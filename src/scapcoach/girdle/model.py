"""A small model of hips, trunk, girdle and head, and of its changes in the picture.

Lengths are in trunk lengths (hip midpoint to shoulder midpoint), axes those of the ISB thorax
frame (Wu et al., J Biomech 2005): X forward, Y up, Z to the subject's right. The camera is taken
as weak-perspective: a person stands several trunk lengths away from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray


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
#: How much of the joint's displacement the shoulder landmark shows, sideways and along the trunk:
#: MediaPipe's points follow the girdle only in part [M, phantom, arms still].
FOLLOW_ACROSS: Final = 0.5
FOLLOW_UP: Final = 0.56
#: Share of the rise in a shrug by which the hip landmarks wrongly rise, too [M, phantom].
HIPS_FOLLOW_UP: Final = 0.18
#: Pivots in the trunk frame, (X, Y) [E]: mid-thoracic spine and lower neck.
THORAX_PIVOT: Final = (-0.08, 0.62)
NECK_PIVOT: Final = (-0.04, 1.06)
#: Ear midpoint at rest (X, Y) and shoulders' X [E].
EARS_AT_REST: Final = (0.05, 1.38)
SHOULDER_X: Final = -0.02


@dataclass(frozen=True, slots=True)
class Body:
    """Widths of one person in trunk lengths, centre to joint."""

    half_shoulders: float = 0.35
    half_hips: float = 0.20


def project(theta: FloatArray, body: Body, yaw: float) -> FloatArray:
    """The points in the picture, except for scale and place.

    Args:
        theta: (..., N_PARAMETERS) changes from neutral, radians; scale and place are not used.
        body: widths.
        yaw: of the neutral, radians.

    Returns:
        (..., 5, 2) right and up, in trunk lengths from the hip midpoint; points as in `shape`.
    """
    points = shape(theta, body)
    turned = (yaw + theta[..., Parameter.YAW])[..., None]
    seen = np.empty((*points.shape[:-1], 2))
    seen[..., 0] = points[..., 0] * np.sin(turned) - points[..., 2] * np.cos(turned)
    seen[..., 1] = points[..., 1]
    return seen


def shape(theta: FloatArray, body: Body) -> FloatArray:
    """The body in its own frame; yaw, scale and place in `theta` are not used.

    Returns:
        (..., 5, 3) X, Y, Z: left shoulder, right shoulder, left hip, right hip, ear midpoint.
    """
    part = np.moveaxis(np.asarray(theta), -1, 0)
    angles = part[:_N_ANGLES] + _AT_REST.reshape(-1, *[1] * (part.ndim - 1))
    # A rotation in a plane is a product with a complex number. That needs few numpy calls, which
    # dominate the cost of a single live frame. Sagittal: X + iY, turned forward by the conjugate.
    turn = np.exp(1j * angles)
    clavicle = CLAVICLE_LENGTH * (turn[_ELEVATION].real * turn[_RETRACTION] - _CLAVICLE_AT_REST)
    rise = CLAVICLE_LENGTH * (turn[_ELEVATION].imag - _RISE_AT_REST)
    head = _NECK_TO_EARS * turn[Parameter.HEAD_PITCH].conj()
    tilted = head.imag * turn[Parameter.HEAD_TILT]
    sagittal = np.empty((3, *part.shape[1:]), complex)  # both shoulders, ears
    sagittal[:2] = (SHOULDER_X - FOLLOW_ACROSS * clavicle.imag) + 1j * (1.0 + FOLLOW_UP * rise)
    sagittal[2] = NECK_PIVOT[0] + head.real + 1j * (NECK_PIVOT[1] + tilted.real)
    sagittal = _THORAX + (sagittal - _THORAX) * turn[Parameter.FLEXION].conj()
    sagittal = sagittal * turn[Parameter.LEAN].conj()
    frontal = np.empty_like(sagittal)  # Y + iZ
    frontal.real = sagittal.imag
    across = body.half_shoulders + FOLLOW_ACROSS * clavicle.real
    frontal.imag[0], frontal.imag[1] = -across[0], across[1]  # Z is to the right
    frontal.imag[2] = tilted.imag
    frontal *= turn[Parameter.SIDE_LEAN]
    points = np.zeros((3, 5, *part.shape[1:]))
    points[0, _ABOVE_HIPS], points[1, _ABOVE_HIPS], points[2, _ABOVE_HIPS] = (
        sagittal.real, frontal.real, frontal.imag,
    )  # fmt: skip
    points[1, 2:4] = HIPS_FOLLOW_UP * ((rise[0] + rise[1]) / 2)
    points[2, 2], points[2, 3] = -body.half_hips, body.half_hips
    return points.transpose(*range(2, points.ndim), 1, 0)


_RETRACTION: Final = slice(Parameter.RETRACTION_LEFT, Parameter.RETRACTION_RIGHT + 1)
_ELEVATION: Final = slice(Parameter.ELEVATION_LEFT, Parameter.ELEVATION_RIGHT + 1)
_ABOVE_HIPS: Final = np.array([0, 1, 4])  # shoulders and ears among the points of `shape`
_CLAVICLE_BACK: Final = np.radians(CLAVICLE_BACK)
_CLAVICLE_UP: Final = np.radians(CLAVICLE_UP)

#: The resting clavicle of length 1, outwards + i backwards, and its rise.
_CLAVICLE_AT_REST: Final = complex(np.cos(_CLAVICLE_UP) * np.exp(1j * _CLAVICLE_BACK))
_RISE_AT_REST: Final = float(np.sin(_CLAVICLE_UP))

#: X + iY of the thorax's pivot, and of the ears from the neck's.
_THORAX: Final = complex(*THORAX_PIVOT)
_NECK_TO_EARS: Final = complex(*EARS_AT_REST) - complex(*NECK_PIVOT)

#: Number of angles in `Parameter`, and their values at rest.
_N_ANGLES: Final = Parameter.LOG_SCALE
_AT_REST: Final = np.array(
    [_CLAVICLE_BACK, _CLAVICLE_BACK, _CLAVICLE_UP, _CLAVICLE_UP] + [0.0] * (_N_ANGLES - 4)
)
