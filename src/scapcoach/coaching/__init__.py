"""Coaching: repetitions, faults, cues and a set's summary; exercises are data.

`coach` goes through a recording; `CoachState.begin`, `step` and `finish` through live frames, by
the same code.
"""

from __future__ import annotations

from scapcoach.coaching.coach import CoachState, coach, finish, step
from scapcoach.coaching.cues import CueConfig
from scapcoach.coaching.exercise import Exercise
from scapcoach.coaching.library import find_exercise, load_exercise, packaged
from scapcoach.coaching.readings import Readings
from scapcoach.coaching.recognise import Recognition, recognise
from scapcoach.coaching.specs import REP_VALUES
from scapcoach.coaching.types import (
    Cue,
    CueKind,
    Event,
    Fault,
    Focus,
    Phase,
    Rep,
    RepValues,
    SetResult,
    SetSummary,
    Severity,
    Value,
    Verdict,
)

__all__ = [
    "REP_VALUES",
    "CoachState",
    "Cue",
    "CueConfig",
    "CueKind",
    "Event",
    "Exercise",
    "Fault",
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
