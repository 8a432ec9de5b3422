"""The coach: one causal step for live use, folded over a recording for a finished set.

Live and recorded run the same code on the same readings; a recording only has smoother ones, and
a summary at its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching import grip
from scapcoach.coaching.arm_path import LEAST, has_path
from scapcoach.coaching.cues import CueConfig, CueState, Moment, cue_step
from scapcoach.coaching.exercise import HELD, Exercise, ExerciseKind, Focus, Phase
from scapcoach.coaching.judge import faults, floors, held_verdicts, score, verdicts
from scapcoach.coaching.phases import belongs, centred, course, follows, numbered, phase_codes, ways
from scapcoach.coaching.readings import Readings
from scapcoach.coaching.reps import JOINTS, SAGGING, Detector, Stage, advance, close, signal
from scapcoach.coaching.results import Label, RepValues, SetResult
from scapcoach.coaching.summary import summarise
from scapcoach.coaching.values import OVERDONE, rep_values
from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.calibration import Calibration
    from scapcoach.coaching.exercise import Movement
    from scapcoach.coaching.phases import Course
    from scapcoach.coaching.reps import Turn
    from scapcoach.coaching.results import Cue, Rep
    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures

#: Seconds of frames that are kept from before the lowest signal: a repetition's start is read and
#: its rest looked for there.
_BEFORE: Final = 2.0
#: Longest stretch of frames that is kept, in seconds more than the longest repetition.
_SPARE: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class CoachState:
    """The coach's memory; `step` gives the next one.

    Attributes:
        detector: of repetitions, by joints; by_path: by the calibrated arm path, which counts where
            the arms follow one.
        window: the latest frames, one by one.
        frames: how many have been seen.
        reps: repetitions so far, with all that was seen in them.
        best: largest range so far.
        cueing: the cue engine's memory.
        floors: least sigma by measure, from the calibration.
    """

    detector: Detector = field(default_factory=Detector)
    by_path: Detector = field(default_factory=Detector)
    window: tuple[Readings, ...] = ()
    frames: int = 0
    reps: tuple[RepValues, ...] = ()
    best: float = 0.0
    cueing: CueState = field(default_factory=CueState)
    floors: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def begin(cls, calibration: Calibration | None = None) -> CoachState:
        """Before the first frame.

        Args:
            calibration: the one that the measures come from; rules finer than what it can tell
                apart stay silent.
        """
        return cls(floors=floors(calibration))

    @property
    def count(self) -> int:
        """Repetitions so far."""
        return len(self.reps)

    @property
    def phase(self) -> Phase:
        """Where the movement is just now, as far as it can be told without the future."""
        on_path = bool(self.window) and follows(self.window[-1], -np.inf, np.inf)
        detector = self.by_path if on_path else self.detector
        if detector.stage is Stage.RETURN:
            return Phase.RETURN
        if detector.stage is Stage.PULL:
            high = detector.recent and detector.recent[-1][1] > detector.near_top(detector.usual)
            return Phase.PEAK if high else Phase.PULL
        return Phase.STRETCH if self.reps else Phase.NONE


def step(
    state: CoachState, exercise: Exercise, reading: Readings, config: CueConfig | None = None
) -> tuple[CoachState, tuple[Cue, ...]]:
    """One frame further.

    Args:
        state: so far; `CoachState.begin` before the first frame.
        exercise: that is being done.
        reading: one frame, later than those before (`Readings.of` poses and measures of T = 1,
            smoothed causally; with their calibration).
        config: of the cues.

    Returns:
        The new state, and what is to be said now: at most one cue.
    """
    value = float(signal(reading, exercise.movement)[0])
    return _step(state, exercise, reading, value, config or CueConfig())


def finish(
    state: CoachState, exercise: Exercise, config: CueConfig | None = None
) -> tuple[CoachState, tuple[Cue, ...]]:
    """No more frames: a return that was nearly over counts as over."""
    detector, turn = close(state.detector, exercise.movement)
    by_path, path_turn = close(state.by_path, _on_path(exercise.movement))
    state = replace(state, detector=detector, by_path=by_path)
    return _turned(state, exercise, (turn, path_turn), config or CueConfig())


def coach(
    poses: Poses,
    measures: Measures,
    exercise: Exercise,
    *,
    focus: Focus = Focus.EXTERNAL,
    load: float | None = None,
    calibration: Calibration | None = None,
) -> SetResult:
    """Coach a recording.

    Args:
        poses: T frames, smoothed.
        measures: of the same frames.
        exercise: that is done in it (`library.find_exercise`, or `recognise`).
        focus: wording of the cues.
        load: in kilograms, if known; it is only passed on.
        calibration: the one that the measures come from.
    """
    readings = Readings.of(poses, measures, calibration)
    config = configured(exercise, CueConfig(focus=focus))
    state = CoachState.begin(calibration)
    said: list[Cue] = []
    for i, value in enumerate(signal(readings, exercise.movement)):
        state, cues = _step(state, exercise, readings[i : i + 1], float(value), config)
        said += cues
    state, cues = finish(state, exercise, config)
    phase, number, count = phase_codes(readings.t, tuple(r.rep for r in state.reps))
    return SetResult(
        exercise=exercise,
        focus=focus,
        load=load,
        phase=phase,
        rep=number,
        count=count,
        reps=state.reps,
        cues=(*said, *cues),
        episodes=state.cueing.all_episodes(),
        summary=summarise(exercise, state.reps, readings),
    )


def compared(
    result: SetResult, poses: Poses, measures: Measures, calibration: Calibration | None = None
) -> SetResult:
    """A set with its values read anew, from measures that compare its repetitions with each other.

    Repetitions, verdicts and cues stay: what is only relative is no fault and makes no cue.

    Args:
        result: of `coach`.
        poses: the same frames.
        measures: as `measures.matched.matched` gives them.
        calibration: the one that the measures come from.
    """
    readings = Readings.of(poses, measures)
    least = floors(calibration)
    best = 0.0
    reps = []
    for one in result.reps:
        best = max(best, one.rep.amplitude)
        window = readings.between(one.rep.start - _BEFORE, one.rep.known)
        reps.append(_seen(window, result.exercise, one.rep, best, least))
    summary = summarise(result.exercise, reps, readings)
    return replace(result, reps=tuple(reps), summary=summary)


def configured(exercise: Exercise, config: CueConfig) -> CueConfig:
    """`config` with the exercise's own times: how long a hold may be overdone."""
    own = {r.key: r.limit for r in exercise.faults if r.measure == "overdone"}
    return replace(config, dwells=MappingProxyType({**own, **config.dwells}))


def _step(
    state: CoachState, exercise: Exercise, reading: Readings, value: float, config: CueConfig
) -> tuple[CoachState, tuple[Cue, ...]]:
    t = float(reading.t[0])
    movement = exercise.movement
    by = SAGGING if movement.sag else JOINTS
    if exercise.kind is ExerciseKind.HOLD:
        by, value = SAGGING, _held_on(state, reading, value)
    detector, turn = advance(state.detector, t, value, movement, by)
    phase = float(reading.joint("arm_phase")[0]) if has_path(movement) else np.nan
    by_path, path_turn = advance(state.by_path, t, phase, _on_path(movement), SAGGING)
    state = replace(
        state,
        detector=detector,
        by_path=by_path,
        frames=state.frames + 1,
        window=_trimmed((*state.window, reading), state, exercise),
    )
    state, cues = _turned(state, exercise, (turn, path_turn), config)
    if exercise.kind is ExerciseKind.HOLD and detector.stage is Stage.PULL:
        seen = held_verdicts(exercise, reading, state.floors, OVERDONE)
        cueing, more = cue_step(state.cueing, exercise, config, Moment(t, seen))
        state, cues = replace(state, cueing=cueing), (*cues, *more)
    return state, cues


def _held_on(state: CoachState, reading: Readings, value: float) -> float:
    """The signal of a hold; what cannot be judged while it lasts is taken to last.

    More than the calibrated squeeze is told least surely of all. Without a calibrated one there is
    no telling what hides it.
    """
    detector = state.detector
    calibrated = HELD in state.floors
    if np.isfinite(value) or not calibrated or detector.stage is not Stage.PULL:
        return value
    hidden = int(reading.reason(HELD)[0]) in _HIDES_A_SQUEEZE
    return detector.recent[-1][1] if hidden else value


#: Why a squeeze is not told though it may be there: more of it than is known, or a shrug.
_HIDES_A_SQUEEZE: Final = frozenset(
    {Reason.TOO_UNCERTAIN, Reason.RANGE_TOO_SMALL, Reason.TRUNK_MOVED, Reason.SHOULDERS_RAISED}
)


def _trimmed(
    window: tuple[Readings, ...], state: CoachState, exercise: Exercise
) -> tuple[Readings, ...]:
    """The frames that the next repetition may need; cut now and then, not every frame."""
    now = float(window[-1].t[0])
    longest = exercise.movement.seconds[1] + _SPARE
    bases = [d.base_time for d in (state.detector, state.by_path) if np.isfinite(d.base_time)]
    since = max(min((now, *bases)) - _BEFORE, now - longest)
    if float(window[0].t[0]) >= since - _BEFORE:
        return window
    return tuple(frame for frame in window if float(frame.t[0]) >= since)


def _turned(
    state: CoachState,
    exercise: Exercise,
    turns: tuple[Turn | None, Turn | None],
    config: CueConfig,
) -> tuple[CoachState, tuple[Cue, ...]]:
    """After a there and back: a repetition, if it is one, and a cue, if one is due.

    `turns` are those of joints and arm path. Where the arms follow the calibrated path it decides,
    elsewhere the joints do, so that the calibration of another exercise does no harm.
    """
    if turns == (None, None):
        return state, ()
    readings = Readings.join(state.window)
    for turn, by_path in zip(turns, (False, True), strict=True):
        if turn is None or follows(readings, turn.start, turn.known) is not by_path:
            continue
        found = _course(readings, turn, exercise.movement, by_path=by_path)
        if found is None:
            continue
        if state.reps and found.peak_start < state.reps[-1].rep.peak_end:
            continue
        return _counted(state, exercise, readings, turn, found, config, by_path=by_path)
    return state, ()


def _course(readings: Readings, turn: Turn, movement: Movement, *, by_path: bool) -> Course | None:
    """The phases of a there and back, if it is a repetition of the exercise."""
    if by_path:
        turn = centred(readings, turn)
    for way in ways(readings, movement, by_path=by_path):
        found = course(readings, turn, way)
        if found is not None and belongs(readings, found, movement, by_path=by_path):
            return found
    return None


def _on_path(movement: Movement) -> Movement:
    """The movement as the phase of the calibrated arm path shows it."""
    return replace(movement, least=LEAST)


def _counted(
    state: CoachState,
    exercise: Exercise,
    readings: Readings,
    turn: Turn,
    found: Course,
    config: CueConfig,
    *,
    by_path: bool,
) -> tuple[CoachState, tuple[Cue, ...]]:
    """One repetition more, with all that was seen in it, and a cue, if one is due."""
    detector = state.by_path if by_path else state.detector
    rep = numbered(
        readings.t, found, turn, state.count + 1, detector.usual,
        first_frame=state.frames - len(state.window),
    )  # fmt: skip
    detector = detector.accept(rep.amplitude)
    best = max(state.best, rep.amplitude)
    seen = _seen(readings, exercise, rep, best, state.floors)
    state = replace(
        state,
        detector=state.detector if by_path else detector,
        by_path=detector if by_path else state.by_path,
        reps=(*state.reps, seen),
        best=best,
    )
    if exercise.kind is ExerciseKind.HOLD:
        return state, ()
    moment = Moment(rep.known, seen.verdicts, rep.number, rep.start, rep.end)
    cueing, cues = cue_step(state.cueing, exercise, config, moment)
    return replace(state, cueing=cueing), cues


def _seen(
    readings: Readings, exercise: Exercise, rep: Rep, best: float, least: Mapping[str, float]
) -> RepValues:
    """Everything that is seen in a repetition."""
    load = grip.load(readings, rep)
    values = MappingProxyType({**rep_values(readings, rep, best, least), "pull_direction": load})
    angle = grip.name(load, *grip.PULLS) if exercise.pull else Label.withheld(Reason.NONE)
    return RepValues(
        rep=rep,
        values=values,
        grip=grip.GRIP,
        pull_angle=angle,
        faults=faults(exercise, values, rep),
        verdicts=verdicts(exercise, values),
        score=score(exercise, values),
    )
