"""`GirdleState`, the second core type: girdle and trunk angles in degrees, with sigma."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.arrays import FloatArray


#: Order of the last axis of sided quantities.
SIDES: Final = ("mean", "left", "right")


@dataclass(frozen=True, slots=True, eq=False)
class GirdleState:
    """Joint estimate over T frames; every angle is a change from the person's neutral.

    Attributes:
        t: (T,) seconds.
        retraction, retraction_sigma: (T, 3) degrees, blades drawn back positive; `SIDES`.
        elevation, elevation_sigma: (T, 3) degrees, shoulders hiked positive; `SIDES`.
        flexion, flexion_sigma: (T,) degrees of upper-back flexion, rounder positive.
        lean: (T,) degrees of trunk inclination, forward positive.
        yaw, yaw_sigma: (T,) degrees, absolute: 0 facing the camera, + to the subject's own left.
        scale: (T,) apparent size over that of the neutral; above 1 is nearer.
        rise: (T,) trunk lengths by which the shoulders have risen over the hips, at equal scale;
            NaN where the hips are hidden.
        trunk_change: (T,) degrees between the trunk's direction in space and its neutral one.
        arm_distance: (T, 3) trunk lengths by which the arms have left the neutral arm pose;
            `SIDES`, where the mean is the larger of the two.

    NaN where there is no person or no neutral.
    """

    t: FloatArray
    retraction: FloatArray
    retraction_sigma: FloatArray
    elevation: FloatArray
    elevation_sigma: FloatArray
    flexion: FloatArray
    flexion_sigma: FloatArray
    lean: FloatArray
    yaw: FloatArray
    yaw_sigma: FloatArray
    scale: FloatArray
    rise: FloatArray
    trunk_change: FloatArray
    arm_distance: FloatArray

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, index: slice | npt.NDArray[Any]) -> GirdleState:
        return GirdleState(*(getattr(self, f.name)[index] for f in fields(self)))
