"""One session: frames in, landmarks, measures and cues out; recorded as it goes.

`tracker`: pictures to landmarks. `causal`: smoothing without a look ahead. `engine`: landmarks to
what the faces show. `journal`: the session on disk, safe against power loss. `guided`: calibration
step by step. The faces (window, browser, desk) draw; everything they share stands here.
"""

from __future__ import annotations

from scapcoach.session.recording import Follower
from scapcoach.session.tracker import PoseRecorder, Tracker

__all__ = ["Follower", "PoseRecorder", "Tracker"]
