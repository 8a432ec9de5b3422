"""Coaching: repetitions, faults, cues and the summary of a set; exercises are data.

`coach` processes a recording; `CoachState.begin`, `step` and `finish` process live frames with the
same code.
"""

from __future__ import annotations

from scapcoach.coaching.coach import CoachState, coach, finish, step
from scapcoach.coaching.cues import CueConfig
from scapcoach.coaching.exercise import Exercise, Focus, Phase, Severity
from scapcoach.coaching.library import find_exercise, load_exercise, packaged
from scapcoach.coaching.readings import Readings
from scapcoach.coaching.recognise import Recognition, recognise
from scapcoach.coaching.results import (
    Cue,
    CueKind,
    Episode,
    Rep,
    RepValues,
    SetResult,
    SetSummary,
    Value,
    Verdict,
)
from scapcoach.coaching.specs import REP_VALUES

__all__ = [
    "REP_VALUES",
    "CoachState",
    "Cue",
    "CueConfig",
    "CueKind",
    "Episode",
    "Exercise",
    "Focus",
    "Phase",
    "Readings",
    "Recognition",
    "Rep",
    "RepValues",
    "SetResult",
    "SetSummary",
    "Severity",
    "Value",
    "Verdict",
    "coach",
    "find_exercise",
    "finish",
    "load_exercise",
    "packaged",
    "recognise",
    "step",
]
