"""Recorded clips: a video in, landmarks, measures, annotated video and report out."""

from __future__ import annotations

from scapcoach.recording.analysis import Analysis
from scapcoach.recording.options import Options, finished
from scapcoach.recording.run import (
    Interrupted,
    analyze,
    analyze_into,
    calibrate_clip,
)

__all__ = [
    "Analysis", "Interrupted", "Options", "analyze", "analyze_into", "calibrate_clip", "finished",
]  # fmt: skip
