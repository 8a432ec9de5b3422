"""Recorded clips: a video in, landmarks, measures, annotated video and report out."""

from __future__ import annotations

from scapcoach.analysis.options import Options
from scapcoach.analysis.run import Analysis, Interrupted, analyze, calibrate_clip, finished

__all__ = ["Analysis", "Interrupted", "Options", "analyze", "calibrate_clip", "finished"]
