"""Readings of a scripted row, without a camera, for tests of the coach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scapcoach.coaching.readings import Readings
from scapcoach.landmarks import Poses
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.arrays import FloatArray


#: Joints at the stretch of a row and at its finish; in between they go in a straight line.
_ROW = {
    "arm_forward": (40.0, -10.0), "upper_arm": (40.0, 10.0), "wrist_reach": (1.05, 0.8),
    "wrist_height": (-0.6, -0.6), "elbow": (15.0, 80.0), "elbow_left": (15.0, 80.0),
    "elbow_right": (15.0, 80.0),
    "wrist_rise": (0.4, 0.4), "hip_height": (1.0, 1.0),
    "knee": (70.0, 70.0), "trunk_tilt": (5.0, 5.0), "chest_up": (0.0, 0.0),
    "trunk": (100.0, 100.0), "arm_seen": (1.0, 1.0), "both_seen": (1.0, 1.0), "load": (0.0, 0.0),
    "left_weight": (0.5, 0.5),
    "path_0": (60.0, 5.0), "path_1": (-80.0, -90.0), "hips_x": (300.0, 300.0),
    "hips_y": (200.0, 200.0),
}  # fmt: skip


def minimum_jerk(share: FloatArray) -> FloatArray:
    """The way of a human movement from 0 to 1."""
    s = np.clip(share, 0, 1)
    return np.asarray(s**3 * (10 - 15 * s + 6 * s**2))


def sets(
    count: int,
    *,
    fps: float = 30.0,
    up: float = 0.9,
    held: float = 0.5,
    back: float = 1.1,
    rest: float = 0.6,
    size: Sequence[float] | float = 1.0,
    lead: float = 1.5,
) -> tuple[FloatArray, FloatArray, list[tuple[float, float, float, float]]]:
    """(T,) seconds and (T,) share of the way of `count` repetitions, and their true times."""
    sizes = np.broadcast_to(size, count)
    cycle = up + held + back + rest
    t = np.arange(round((lead + count * cycle + 1.0) * fps)) / fps
    share = np.zeros(len(t))
    times = []
    for k in range(count):
        a = lead + k * cycle
        b, c, d = a + up, a + up + held, a + up + held + back
        share += sizes[k] * (minimum_jerk((t - a) / up) - minimum_jerk((t - c) / back))
        times.append((a, b, c, d))
    return t, share, times


def row(
    t: FloatArray,
    share: FloatArray,
    measures: Mapping[str, tuple[Any, Any]] | None = None,
    *,
    withheld: Reason = Reason.ARMS_AWAY_FROM_CALIBRATION,
) -> Readings:
    """Readings of a row.

    Args:
        t: (T,) seconds.
        share: (T,) 0 at the stretch, 1 at the finish.
        measures: name -> (value, sigma), each one number or (T,), with status ``ok``; all others
            are withheld.
        withheld: why.
    """
    width = Readings.of(Poses.empty((640, 480)), None).table.shape[1]
    readings = Readings(t, np.full((len(t), width), np.nan))
    for name in [f"path_{i}" for i in range(8)]:
        readings.quantity(name)[:] = 0.0
    for name, (start, finish) in _ROW.items():
        readings.quantity(name)[:] = start + (finish - start) * share
    for name in SPECS:
        readings.measure(name, "status")[:] = Status.NOT_OBSERVABLE
        readings.measure(name, "reason")[:] = withheld
    for name, (value, sigma) in (measures or {}).items():
        readings.measure(name)[:] = value
        readings.measure(name, "sigma")[:] = sigma
        readings.measure(name, "status")[:] = Status.OK
        readings.measure(name, "reason")[:] = Reason.NONE
    return readings
