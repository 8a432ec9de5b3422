"""From landmarks and a calibration to all measures: one pure function."""

from __future__ import annotations

import importlib
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scapcoach.measures.gates import Scene
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import Measures, Series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.surface.blades import Blades


#: Frames measured at a time, so that an hour of video needs little memory.
_MEASURE_BLOCK: Final = 4096


def measure(
    poses: Poses, calibration: Calibration | None, blades: Blades | None = None
) -> Measures:
    """All measures of T frames.

    Every frame is measured independently, so one live frame (T = 1) and a whole recording give
    equal results; smoothing comes before (`filters.smooth_poses`).

    Args:
        poses: T frames.
        calibration: of the same person, camera and view. Without one, every measure that starts
            from a neutral has status ``not_observable`` and reason ``not_calibrated``.
        blades: what `surface.blades.BladeReader` read in the same frames; None where the surface of
            the back was not followed.
    """
    if len(poses) <= _MEASURE_BLOCK:
        return _measure(poses, calibration, blades)
    blocks = [slice(a, a + _MEASURE_BLOCK) for a in range(0, len(poses), _MEASURE_BLOCK)]
    return Measures.concatenate(
        [_measure(poses[b], calibration, None if blades is None else blades[b]) for b in blocks]
    )


def _measure(poses: Poses, calibration: Calibration | None, blades: Blades | None) -> Measures:
    scene = Scene.of(poses, calibration, blades)
    for function in _functions(tuple(spec.function for spec in SPECS.values())):
        made = function(scene)
        for series in (made,) if isinstance(made, Series) else made:
            scene.found[series.spec.name] = series
    ordered = {name: scene.found[name] for name in SPECS}
    return Measures(poses.t, scene.yaw, scene.yaw_sigma, scene.view, MappingProxyType(ordered))


@lru_cache(maxsize=4)
def _functions(
    places: tuple[str, ...],
) -> tuple[Callable[[Scene], Series | Iterable[Series]], ...]:
    """The functions that the registry names, each once, in its order."""
    found = []
    for place in dict.fromkeys(places):
        module, _, name = place.partition(":")
        found.append(getattr(importlib.import_module(module), name))
    return tuple(found)
