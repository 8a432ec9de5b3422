"""From landmarks and a calibration to all measures: one pure function."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scapcoach.measures.gates import Scene
from scapcoach.measures.girdle_series import girdle_series
from scapcoach.measures.hunch import hunch_series
from scapcoach.measures.posture_series import (
    face_closer_series,
    head_drop_series,
    head_forward_series,
    rounding_series,
    tilt_series,
    trunk_lean_series,
)
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import Measures

if TYPE_CHECKING:
    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses


#: Frames measured at a time, so that an hour of video needs little memory.
_MEASURE_BLOCK: Final = 4096


def measure(poses: Poses, calibration: Calibration | None) -> Measures:
    """All measures of T frames.

    Every frame is measured independently, so one live frame (T = 1) and a whole recording give
    equal results; smoothing comes before (`filters.smooth_poses`).

    Args:
        poses: T frames.
        calibration: of the same person, camera and view. Without one, every measure that starts
            from a neutral has status ``not_observable`` and reason ``not_calibrated``.
    """
    if len(poses) <= _MEASURE_BLOCK:
        return _measure(poses, calibration)
    starts = range(0, len(poses), _MEASURE_BLOCK)
    return Measures.concatenate(
        [_measure(poses[a : a + _MEASURE_BLOCK], calibration) for a in starts]
    )


def _measure(poses: Poses, calibration: Calibration | None) -> Measures:
    scene = Scene.of(poses, calibration)
    series = {s.spec.name: s for s in girdle_series(scene)}
    for one in (
        head_forward_series(scene),
        head_drop_series(scene),
        face_closer_series(scene),
        trunk_lean_series(scene),
        rounding_series(scene),
        tilt_series(scene, "shoulder_tilt"),
        tilt_series(scene, "head_tilt"),
    ):
        series[one.spec.name] = one
    series["hunch"] = hunch_series(scene, series)
    ordered = {name: series[name] for name in SPECS}
    return Measures(poses.t, scene.yaw, scene.yaw_sigma, scene.view, MappingProxyType(ordered))
