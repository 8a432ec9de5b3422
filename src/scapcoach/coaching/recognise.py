"""Recognition of the exercise from arms and trunk.

For every exercise, its repetitions are looked for; the exercise that explains most of the movement
is recognised, if it is clearly better than the next one. Shoulder blades are not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import ExerciseKind
from scapcoach.coaching.library import packaged
from scapcoach.coaching.phases import PhaseTimes, find_phases, is_repetition, timing_paths
from scapcoach.coaching.readings import Readings
from scapcoach.coaching.reps import LEAD_SECONDS, Detector, advance, close, signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.coaching.exercise import Exercise
    from scapcoach.coaching.reps import Cycle
    from scapcoach.landmarks import Poses

#: Fewest repetitions, and by which factor the best exercise must be better than the next [E].
MIN_REPS: Final = 2
MIN_LEAD: Final = 1.3


@dataclass(frozen=True, slots=True)
class Recognition:
    """Result of a recognition.

    Attributes:
        exercise: None where none is clearly the best.
        why: one sentence.
        scores: (exercise name, how well it explains the movement), best first.
    """

    exercise: Exercise | None
    why: str
    scores: tuple[tuple[str, float], ...]


def recognise(poses: Poses, exercises: Sequence[Exercise] | None = None) -> Recognition:
    """The exercise that a recording shows.

    Args:
        poses: T frames, smoothed.
        exercises: to choose from; by default the packaged ones that may be recognised.
    """
    readings = Readings.of(poses, None)
    known = [e for e in exercises or packaged().values() if e.auto and e.kind is ExerciseKind.REPS]
    found = [(_score(readings, exercise), exercise) for exercise in known]
    found.sort(key=lambda pair: -pair[0][1])
    scores = tuple((exercise.name, round(score, 2)) for (_, score), exercise in found)
    if not found or found[0][0][0] < MIN_REPS:
        why = "No exercise was recognised (it takes two repetitions): name it with --exercise."
        return Recognition(None, why, scores)
    (_, best), exercise = found[0]
    second = found[1][0][1] if len(found) > 1 else 0.0
    if best < MIN_LEAD * second:
        why = (
            f"It may be {exercise.title.lower()} or {found[1][1].title.lower()}: "
            "name it with --exercise."
        )
        return Recognition(None, why, scores)
    return Recognition(exercise, f"Recognised as {exercise.title.lower()}.", scores)


def _score(readings: Readings, exercise: Exercise) -> tuple[int, float]:
    """Number of repetitions, and how well they explain the recording.

    The sum of seconds in repetitions, each times its share of a full range: repetitions of a wrong
    exercise are short or small.
    """
    found = list(_repetitions(readings, exercise))
    seconds = sum((c.end - c.start) * min(cycle.rise, 1.0) for c, cycle in found)
    return len(found), float(seconds)


def _repetitions(readings: Readings, exercise: Exercise) -> list[tuple[PhaseTimes, Cycle]]:
    """The repetitions of an exercise: their phases, without their values."""
    state = Detector()
    found: list[tuple[PhaseTimes, Cycle]] = []
    for i, value in enumerate(signal(readings, exercise.movement)):
        t = float(readings.t[i])
        state, cycle = advance(state, t, float(value), exercise.movement)
        if cycle is None and i == len(readings) - 1:
            state, cycle = close(state, exercise.movement)
        if cycle is not None:
            first = int(np.searchsorted(readings.t, cycle.start - LEAD_SECONDS))
            window = readings[first : i + 1]
            seen = find_phases(window, cycle, timing_paths(window, exercise.movement)[0])
            if seen is not None and is_repetition(window, seen, exercise.movement):
                found.append((seen, cycle))
                state = state.accept(cycle.rise)
    return found
