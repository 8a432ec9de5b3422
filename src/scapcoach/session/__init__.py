"""One session: turns frames into landmarks, measures and cues, and records them while it runs.

`tracker`: pictures to landmarks. `causal`: smoothing from past frames. `engine`: landmarks to
readings. `journal`: the session on disk, safe against power loss. `replay`: a recorded session
again. Window, browser and desk check display; everything that they share is here.
"""

from __future__ import annotations

from scapcoach.session.recording import Follower
from scapcoach.session.tracker import PoseRecorder, Tracker

__all__ = ["Follower", "PoseRecorder", "Tracker"]
