"""Which exercise is done, from arms and trunk alone; or that it cannot be said.

Every exercise looks for its own repetitions; the one that explains most of what is seen wins, if
it does so clearly. Shoulder blades have no part in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import ExerciseKind
from scapcoach.coaching.library import packaged
from scapcoach.coaching.phases import Course, belongs, course, ways
from scapcoach.coaching.readings import Readings
from scapcoach.coaching.reps import Detector, advance, close, signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.coaching.exercise import Exercise
    from scapcoach.coaching.reps import Turn
    from scapcoach.landmarks import Poses

#: Repetitions that it takes, and how much better than the next the best must explain them [E].
MIN_REPS: Final = 2
MIN_LEAD: Final = 1.3
#: Seconds before a repetition that belong to its picture.
_BEFORE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Recognition:
    """What is being done.

    Attributes:
        exercise: None where it cannot be said.
        why: one sentence.
        scores: exercise name -> how well it explains what is seen, best first.
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

    Seconds in repetitions count as much as their range is a full one: what the wrong exercise
    sees in a movement is short or small.
    """
    found = list(_courses(readings, exercise))
    seconds = sum((c.end - c.start) * min(turn.rise, 1.0) for c, turn in found)
    return len(found), float(seconds)


def _courses(readings: Readings, exercise: Exercise) -> list[tuple[Course, Turn]]:
    """The repetitions of an exercise, without what is seen in them."""
    state = Detector()
    found: list[tuple[Course, Turn]] = []
    for i, value in enumerate(signal(readings, exercise.movement)):
        t = float(readings.t[i])
        state, turn = advance(state, t, float(value), exercise.movement)
        if turn is None and i == len(readings) - 1:
            state, turn = close(state, exercise.movement)
        if turn is not None:
            first = int(np.searchsorted(readings.t, turn.start - _BEFORE))
            window = readings[first : i + 1]
            seen = course(window, turn, ways(window, exercise.movement)[0])
            if seen is not None and belongs(window, seen, exercise.movement):
                found.append((seen, turn))
                state = state.accept(turn.rise)
    return found
