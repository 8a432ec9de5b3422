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
        (..., 5, 2) right and up, in trunk lengths from the hip midpoint: left shoulder, right
        shoulder, left hip, right hip, ear midpoint.
    """
    part = [theta[..., p] for p in Parameter]
    left = _shoulder(part[0], part[2], body, -1.0)
    right = _shoulder(part[1], part[3], body, +1.0)
    zero = np.zeros_like(part[0])
    ears = (zero + EARS[0], zero + EARS[1], zero)
    ears = _tilt(_bend(ears, part[Parameter.HEAD_PITCH], NECK_PIVOT), part[9], NECK_PIVOT[1])
    flexion = part[Parameter.FLEXION]
    upper = [_bend(p, flexion, THORAX_PIVOT) for p in (left, right, ears)]
    hips = [(zero, zero, zero - body.half_hips), (zero, zero, zero + body.half_hips)]
    points = [upper[0], upper[1], *hips, upper[2]]
    lean, side = part[Parameter.LEAN], part[Parameter.SIDE_LEAN]
    x, y, z = (
        np.stack(c, axis=-1)
        for c in zip(
            *(_tilt(_bend(p, lean, (0, 0)), side, 0.0) if i not in {2, 3} else p
              for i, p in enumerate(points)),
            strict=True,
        )
    )  # fmt: skip
    turned = (yaw + part[Parameter.YAW])[..., None]
    return np.stack([x * np.sin(turned) - z * np.cos(turned), y], axis=-1)


_Point = tuple["FloatArray", "FloatArray", "FloatArray"]


def _shoulder(retraction: FloatArray, elevation: FloatArray, body: Body, side: float) -> _Point:
    """Glenohumeral centre, swung about the sternoclavicular joint; side is -1 left, +1 right."""
    back, up = np.radians(CLAVICLE_BACK), np.radians(CLAVICLE_UP)
    r, e = back + retraction, up + elevation
    x = SHOULDER_X - CLAVICLE_LENGTH * (np.cos(e) * np.sin(r) - np.cos(up) * np.sin(back))
    y = 1.0 + CLAVICLE_LENGTH * (np.sin(e) - np.sin(up))
    out = CLAVICLE_LENGTH * (np.cos(e) * np.cos(r) - np.cos(up) * np.cos(back))
    return x, y, side * (body.half_shoulders + out)


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
