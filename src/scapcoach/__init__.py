"""scapcoach: a coach for the shoulder girdle that says what it cannot see.

The public surface is what `__all__` names; everything is imported only when it is used.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from scapcoach._version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.calibration import Calibration, Segment, calibrate, calibrate_automatically
    from scapcoach.errors import ScapcoachError
    from scapcoach.filters import OneEuro, ZeroPhase, smooth_poses
    from scapcoach.landmarks import Landmark, Poses
    from scapcoach.measures import Measures, Reason, Series, Status, View, measure
    from scapcoach.recording import Analysis, Options, analyze, calibrate_clip

_HOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Analysis": "scapcoach.recording",
        "Calibration": "scapcoach.calibration",
        "Landmark": "scapcoach.landmarks",
        "Measures": "scapcoach.measures",
        "OneEuro": "scapcoach.filters",
        "Options": "scapcoach.recording",
        "Poses": "scapcoach.landmarks",
        "Reason": "scapcoach.measures",
        "ScapcoachError": "scapcoach.errors",
        "Segment": "scapcoach.calibration",
        "Series": "scapcoach.measures",
        "Status": "scapcoach.measures",
        "View": "scapcoach.measures",
        "ZeroPhase": "scapcoach.filters",
        "analyze": "scapcoach.recording",
        "calibrate": "scapcoach.calibration",
        "calibrate_automatically": "scapcoach.calibration",
        "calibrate_clip": "scapcoach.recording",
        "measure": "scapcoach.measures",
        "smooth_poses": "scapcoach.filters",
    }
)

__all__ = [
    "Analysis",
    "Calibration",
    "Landmark",
    "Measures",
    "OneEuro",
    "Options",
    "Poses",
    "Reason",
    "ScapcoachError",
    "Segment",
    "Series",
    "Status",
    "View",
    "ZeroPhase",
    "__version__",
    "analyze",
    "calibrate",
    "calibrate_automatically",
    "calibrate_clip",
    "measure",
    "smooth_poses",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'scapcoach' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
