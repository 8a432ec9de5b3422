"""A person's neutral and ranges: found in a recording, taken by a protocol, kept in profiles."""

from __future__ import annotations

from scapcoach.calibration.calibration import Calibration, CalibrationKind, Range
from scapcoach.calibration.holds import Segment, find_rest, guided_segments, read_segments
from scapcoach.calibration.take import (
    calibrate,
    calibrate_automatically,
    combine,
    update_calibration,
)

__all__ = [
    "Calibration",
    "CalibrationKind",
    "Range",
    "Segment",
    "calibrate",
    "calibrate_automatically",
    "combine",
    "find_rest",
    "guided_segments",
    "read_segments",
    "update_calibration",
]
