"""The camera: position, optics, noise, blur and shake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from phantom.skeleton import about

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera that looks at the middle of the room.

    Attributes:
        yaw: the subject's yaw as seen from here when the pose has no turn: 0 from the front, 90
            sees the right side of the body (the subject has turned left), 180 the back.
        distance: to the vertical axis through the room's origin, metres.
        height: of the lens over the floor, metres.
        aim: height at which the picture's middle points on that axis, metres; with `height` and
            `distance` it makes the pitch. A high aim close up crops the hips.
        fov: vertical field of view, degrees.
        roll: of the picture, clockwise +, degrees.
        pan: sideways turn of the lens, degrees; + moves the subject to the left in the picture.
        size: (width, height) of the picture, pixels.
        samples: fine samples a pixel, along each axis.
        noise: standard deviation of sensor noise, in grey levels.
        blur: share of the frame interval that the shutter is open (motion blur), 0..1.
        shake: amplitude of hand shake, degrees.
    """

    yaw: float = 0.0
    distance: float = 3.0
    height: float = 1.2
    aim: float = 0.95
    fov: float = 40.0
    roll: float = 0.0
    pan: float = 0.0
    size: tuple[int, int] = (480, 640)
    samples: int = 2
    noise: float = 2.0
    blur: float = 0.0
    shake: float = 0.0

    @property
    def eye(self) -> FloatArray:
        """(3,) where the lens is in the room, metres."""
        a = np.radians(-self.yaw)
        return np.array([self.distance * np.sin(a), self.height, self.distance * np.cos(a)])

    @property
    def pitch(self) -> float:
        """How far the lens points downwards, degrees."""
        return float(np.degrees(np.arctan2(self.height - self.aim, self.distance)))

    @property
    def focal(self) -> float:
        """Focal length in pixels of the picture."""
        return float(self.size[1] / 2 / np.tan(np.radians(self.fov) / 2))

    def rotation(self, shake: tuple[float, float] = (0.0, 0.0)) -> FloatArray:
        """(3, 3) room to lens: rows point right and down in the picture, and away from it."""
        target = np.array([0.0, self.aim, 0.0])
        away = target - self.eye
        away /= np.linalg.norm(away)
        right = np.cross(away, [0.0, 1.0, 0.0])
        right /= np.linalg.norm(right)
        rows = np.stack([right, np.cross(away, right), away])
        turn = about(0, shake[0]) @ about(1, -self.pan + shake[1]) @ about(2, -self.roll)
        return np.asarray(turn.T @ rows)

    def project(self, points: FloatArray) -> FloatArray:
        """(..., 2) pixels of room points (..., 3) in the unshaken picture."""
        seen = (points - self.eye) @ self.rotation().T
        centre = np.array(self.size) / 2
        return np.asarray(centre + self.focal * seen[..., :2] / seen[..., 2:])


#: Cameras by name; the subject's yaw as in the measures (+ has turned to the subject's left).
VIEWS: dict[str, float] = {
    "front": 0.0, "oblique": 35.0, "side": 90.0, "back-oblique": 145.0, "back": 180.0,
}  # fmt: skip
