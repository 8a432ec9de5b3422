"""The coach of an exercise for the engine: one frame at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from scapcoach import schema
from scapcoach.coaching.coach import CoachState, configured, step
from scapcoach.coaching.cues import CueConfig
from scapcoach.coaching.exercise import Focus, Phase
from scapcoach.coaching.judge import floors
from scapcoach.coaching.library import find_exercise
from scapcoach.coaching.readings import Readings
from scapcoach.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.calibration import Calibration
    from scapcoach.coaching.exercise import Exercise
    from scapcoach.coaching.results import Cue
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures


_FORM: Final = schema.Format("Choose another one", InputError)


@dataclass(frozen=True, slots=True)
class _Settings:
    name: str = ""
    focus: Focus = Focus.EXTERNAL


@dataclass(frozen=True, slots=True)
class Coached:
    """What the coach says of one frame.

    Attributes:
        phase: phase of the repetition.
        rep: number of the repetition in progress, 0 for none.
        count: number of finished repetitions.
        cues: cues given at this frame, at most one.
        targets: by measure, the (low, high) in which it should be in this phase, in its unit.
    """

    phase: Phase = Phase.NONE
    rep: int = 0
    count: int = 0
    cues: tuple[Cue, ...] = ()
    targets: Mapping[str, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))


class ExerciseCoach:
    """Counts repetitions of one exercise and gives its cues.

    Args:
        exercise: the exercise.
        focus: wording of the cues.
    """

    def __init__(self, exercise: Exercise, focus: Focus = Focus.EXTERNAL) -> None:
        self._exercise = exercise
        self._config = configured(exercise, CueConfig(focus=focus))
        self._state = CoachState.begin()
        self._calibration: Calibration | None = None
        self._targets = {phase: exercise.targets(phase) for phase in Phase}

    def calibrated(self, calibration: Calibration | None) -> None:
        """Use measures of this calibration from now on; the count is kept."""
        self._state = replace(self._state, floors=floors(calibration))
        self._calibration = calibration

    def step(self, poses: Poses, measures: Measures) -> Coached:
        """Coach this frame (T = 1)."""
        reading = Readings.of(poses, measures, self._calibration)
        self._state, cues = step(self._state, self._exercise, reading, self._config)
        phase = self._state.phase
        moving = phase in {Phase.PULL, Phase.PEAK, Phase.RETURN}
        return Coached(
            phase=phase,
            rep=self._state.count + 1 if moving else 0,
            count=self._state.count,
            cues=cues,
            targets=self._targets[phase],
        )


def make_coach(settings: dict[str, Any]) -> ExerciseCoach | None:
    """Make the coach for the settings of an exercise, from a session's head or a command.

    Args:
        settings: ``name`` of the exercise, or a file's path, and ``focus``; empty for none.

    Raises:
        ExerciseError: there is no such exercise.
        InputError: these are not settings.
    """
    chosen = schema.convert(settings, _Settings, _FORM, "The exercise of the session")
    if not chosen.name:
        return None
    return ExerciseCoach(find_exercise(chosen.name), chosen.focus)
