"""The baseline: what many quick scripts do.

Shoulder width over hip width in the picture, narrower meaning retracted, scaled between the
person's neutral hold and full-retraction hold. View, arms and uncertainty are ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scapcoach.calibration.holds import frames_of
from scapcoach.filters import smooth_poses
from scapcoach.landmarks import HIPS, SHOULDERS

if TYPE_CHECKING:
    from bench.accuracy.observe import Calibrated
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


#: Per cent at which the rule's reading is cut off, so that a hold in which the width happened
#: not to change does not make its errors infinite.
LIMIT = 300.0


def width_ratio(poses: Poses) -> FloatArray:
    """(T,) shoulder width over hip width in the picture; NaN without a person."""
    shoulders = np.linalg.norm(poses.point(SHOULDERS[0]) - poses.point(SHOULDERS[1]), axis=1)
    hips = np.linalg.norm(poses.point(HIPS[0]) - poses.point(HIPS[1]), axis=1)
    return np.asarray(shoulders / np.maximum(hips, 1.0))


def naive_retraction(poses: Poses, own: Calibrated) -> FloatArray:
    """(T,) per cent: 0 in the neutral hold, +100 in the full-retraction hold.

    Kinder than "narrower is retracted": where the width grew in the calibration's retraction
    hold, wider counts as retracted for this person.
    """
    ratio = width_ratio(smooth_poses(poses))
    held = {
        pose: np.concatenate(
            [
                width_ratio(own.poses[frames_of(own.poses, s)])
                for s in own.segments
                if s.pose == pose
            ]
        )
        for pose in ("neutral", "retract")
    }
    rest, full = (float(np.nanmedian(held[p])) for p in ("neutral", "retract"))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(100 * (ratio - rest) / (full - rest), -LIMIT, LIMIT)
