"""A person's neutral and ranges: found in a recording, taken by protocol, kept in profiles."""

from __future__ import annotations

from scapcoach.calibration.holds import Segment, find_rest, guided_segments, read_segments
from scapcoach.calibration.take import calibrate, calibrate_automatically, join, renewed
from scapcoach.calibration.types import Calibration, Kind, Range

__all__ = [
    "Calibration",
    "Kind",
    "Range",
    "Segment",
    "calibrate",
    "calibrate_automatically",
    "find_rest",
    "guided_segments",
    "join",
    "read_segments",
    "renewed",
]
