"""The coach: one causal step per live frame; a recording is processed by the same steps.

Live sessions and recordings differ only in smoothing, and in the summary at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching import grip
from scapcoach.coaching.arm_path import MIN_PHASE_RANGE, has_path
from scapcoach.coaching.blades import blade_values
from scapcoach.coaching.compared import compared
from scapcoach.coaching.cues import CueConfig, CueInput, CueState, cue_step
from scapcoach.coaching.exercise import HOLD_MEASURE, Exercise, ExerciseKind, Focus, Phase
from scapcoach.coaching.judge import faults, floors, held_verdicts, score, verdicts
from scapcoach.coaching.phases import (
    centre_on_finish,
    find_phases,
    follows_path,
    is_repetition,
    make_rep,
    phase_codes,
    timing_paths,
)
from scapcoach.coaching.readings import Readings
from scapcoach.coaching.reps import (
    JOINT_HYSTERESIS,
    LEAD_SECONDS,
    SAG_HYSTERESIS,
    Detector,
    Stage,
    advance,
    close,
    signal,
)
from scapcoach.coaching.results import Label, RepValues, SetResult
from scapcoach.coaching.summary import summarise
from scapcoach.coaching.values import OVERDONE, rep_values
from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.calibration import Calibration
    from scapcoach.coaching.exercise import Movement
    from scapcoach.coaching.phases import PhaseTimes
    from scapcoach.coaching.reps import Cycle
    from scapcoach.coaching.results import Cue, Rep
    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures

#: Seconds of frames that are kept beyond the longest possible repetition.
_SPARE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class CoachState:
    """The state of the coach; `step` returns the next one.

    Attributes:
        detector: of repetitions, by joints; by_path: by the calibrated arm path, used where the
            arms follow it.
        window: the latest frames, one `Readings` each.
        frames: number of frames so far.
        reps: repetitions so far, with their values.
        best: largest range so far.
        cueing: the state of the cue engine.
        floors: smallest sigma by measure, from the calibration.
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
            calibration: the one that the measures come from; it limits how small a difference
                can be a fault.
        """
        return cls(floors=floors(calibration))

    @property
    def count(self) -> int:
        """Repetitions so far."""
        return len(self.reps)

    @property
    def phase(self) -> Phase:
        """The phase of the movement now, as far as it is known without later frames."""
        on_path = bool(self.window) and follows_path(self.window[-1], -np.inf, np.inf)
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
    """Process one frame.

    Args:
        state: so far; `CoachState.begin` before the first frame.
        exercise: the exercise.
        reading: one frame, later than those before (`Readings.of` poses and measures of T = 1,
            smoothed causally; with their calibration).
        config: of the cues.

    Returns:
        The new state, and at most one new cue.
    """
    value = float(signal(reading, exercise.movement)[0])
    return _step(state, exercise, reading, value, config or CueConfig())


def finish(
    state: CoachState, exercise: Exercise, config: CueConfig | None = None
) -> tuple[CoachState, tuple[Cue, ...]]:
    """End of the frames: a return that was nearly complete is counted."""
    detector, cycle = close(state.detector, exercise.movement)
    by_path, path_cycle = close(state.by_path, _path_movement(exercise.movement))
    state = replace(state, detector=detector, by_path=by_path)
    return _after_cycle(state, exercise, (cycle, path_cycle), config or CueConfig())


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
        exercise: from `library.find_exercise` or `recognise`.
        focus: wording of the cues.
        load: in kilograms, if known; only copied to the result.
        calibration: the one that the measures come from.
    """
    readings = Readings.of(poses, measures, calibration)
    config = configured(exercise, CueConfig(focus=focus))
    state = CoachState.begin(calibration)
    given: list[Cue] = []
    for i, value in enumerate(signal(readings, exercise.movement)):
        state, cues = _step(state, exercise, readings[i : i + 1], float(value), config)
        given += cues
    state, cues = finish(state, exercise, config)
    reps = compared(state.reps, exercise)
    phase, number, count = phase_codes(readings.t, tuple(r.rep for r in state.reps))
    return SetResult(
        exercise=exercise,
        focus=focus,
        load=load,
        phase=phase,
        rep=number,
        count=count,
        reps=reps,
        cues=(*given, *cues),
        episodes=state.cueing.all_episodes(),
        summary=summarise(exercise, reps, readings),
    )


def read_again(
    result: SetResult, poses: Poses, measures: Measures, calibration: Calibration | None = None
) -> SetResult:
    """A set with its values read again, from measures that compare its repetitions with each other.

    Repetitions and cues stay as they are: relative values give neither faults nor cues.

    Args:
        result: of `coach`.
        poses: the same frames.
        measures: from `measures.matched.matched`.
        calibration: the one that the measures come from.
    """
    readings = Readings.of(poses, measures)
    least = floors(calibration)
    best = 0.0
    reps = []
    for one in result.reps:
        best = max(best, one.rep.amplitude)
        window = readings.between(one.rep.start - LEAD_SECONDS, one.rep.known)
        reps.append(_rep_result(window, result.exercise, one.rep, best, least))
    found = compared(reps, result.exercise)
    summary = summarise(result.exercise, found, readings)
    return replace(result, reps=found, summary=summary)


def configured(exercise: Exercise, config: CueConfig) -> CueConfig:
    """`config` with the exercise's own times: how long a hold may be overdone."""
    own = {r.key: r.limit for r in exercise.faults if r.measure == "overdone"}
    return replace(config, dwells=MappingProxyType({**own, **config.dwells}))


def _step(
    state: CoachState, exercise: Exercise, reading: Readings, value: float, config: CueConfig
) -> tuple[CoachState, tuple[Cue, ...]]:
    t = float(reading.t[0])
    movement = exercise.movement
    by = SAG_HYSTERESIS if movement.sag else JOINT_HYSTERESIS
    if exercise.kind is ExerciseKind.HOLD:
        by, value = SAG_HYSTERESIS, _hold_signal(state, reading, value)
    detector, cycle = advance(state.detector, t, value, movement, by)
    phase = float(reading.quantity("arm_phase")[0]) if has_path(movement) else np.nan
    by_path, path_cycle = advance(state.by_path, t, phase, _path_movement(movement), SAG_HYSTERESIS)
    state = replace(
        state,
        detector=detector,
        by_path=by_path,
        frames=state.frames + 1,
        window=_trim((*state.window, reading), state, exercise),
    )
    state, cues = _after_cycle(state, exercise, (cycle, path_cycle), config)
    if exercise.kind is ExerciseKind.HOLD and detector.stage is Stage.PULL:
        seen = held_verdicts(exercise, reading, state.floors, OVERDONE)
        cueing, more = cue_step(state.cueing, exercise, config, CueInput(t, seen))
        state, cues = replace(state, cueing=cueing), (*cues, *more)
    return state, cues


def _hold_signal(state: CoachState, reading: Readings, value: float) -> float:
    """The signal of a hold, which is taken to continue while it cannot be judged.

    A squeeze beyond the calibrated one has the largest uncertainty, so it is often withheld.
    Without a calibrated squeeze the reason for a withheld value is not known well enough to do
    this.
    """
    detector = state.detector
    calibrated = HOLD_MEASURE in state.floors
    if np.isfinite(value) or not calibrated or detector.stage is not Stage.PULL:
        return value
    hidden = int(reading.reason(HOLD_MEASURE)[0]) in _MAY_HIDE_SQUEEZE
    return detector.recent[-1][1] if hidden else value


#: Reasons for withheld retraction during which a squeeze may continue.
_MAY_HIDE_SQUEEZE: Final = frozenset(
    {Reason.TOO_UNCERTAIN, Reason.RANGE_TOO_SMALL, Reason.TRUNK_MOVED, Reason.SHOULDERS_RAISED}
)


def _trim(
    window: tuple[Readings, ...], state: CoachState, exercise: Exercise
) -> tuple[Readings, ...]:
    """The frames that the next repetition may need; cut only from time to time, to save work."""
    now = float(window[-1].t[0])
    longest = exercise.movement.seconds[1] + _SPARE_SECONDS
    bases = [d.base_time for d in (state.detector, state.by_path) if np.isfinite(d.base_time)]
    since = max(min((now, *bases)) - LEAD_SECONDS, now - longest)
    if float(window[0].t[0]) >= since - LEAD_SECONDS:
        return window
    return tuple(frame for frame in window if float(frame.t[0]) >= since)


def _after_cycle(
    state: CoachState,
    exercise: Exercise,
    cycles: tuple[Cycle | None, Cycle | None],
    config: CueConfig,
) -> tuple[CoachState, tuple[Cue, ...]]:
    """After a movement there and back: add a repetition if it is one, and a cue if one is due.

    `cycles` are those of joints and arm path. The arm path is used where the arms follow it, and
    the joints elsewhere, so that the calibration of another exercise has no effect.
    """
    if cycles == (None, None):
        return state, ()
    readings = Readings.join(state.window)
    for cycle, by_path in zip(cycles, (False, True), strict=True):
        if cycle is None or follows_path(readings, cycle.start, cycle.known) is not by_path:
            continue
        found = _phase_times(readings, cycle, exercise.movement, by_path=by_path)
        if found is None:
            continue
        if state.reps and found.peak_start < state.reps[-1].rep.peak_end:
            continue
        return _add_rep(state, exercise, readings, cycle, found, config, by_path=by_path)
    return state, ()


def _phase_times(
    readings: Readings, cycle: Cycle, movement: Movement, *, by_path: bool
) -> PhaseTimes | None:
    """The phases of a movement there and back; None if it is not a repetition of the exercise."""
    if by_path:
        cycle = centre_on_finish(readings, cycle)
    for path in timing_paths(readings, movement, by_path=by_path):
        found = find_phases(readings, cycle, path)
        if found is not None and is_repetition(readings, found, movement, by_path=by_path):
            return found
    return None


def _path_movement(movement: Movement) -> Movement:
    """The movement as the phase of the calibrated arm path shows it."""
    return replace(movement, least=MIN_PHASE_RANGE)


def _add_rep(
    state: CoachState,
    exercise: Exercise,
    readings: Readings,
    cycle: Cycle,
    found: PhaseTimes,
    config: CueConfig,
    *,
    by_path: bool,
) -> tuple[CoachState, tuple[Cue, ...]]:
    """Add a repetition with its values, and a cue if one is due."""
    detector = state.by_path if by_path else state.detector
    rep = make_rep(
        readings.t, found, cycle, state.count + 1, detector.usual,
        first_frame=state.frames - len(state.window),
    )  # fmt: skip
    detector = detector.accept(rep.amplitude)
    best = max(state.best, rep.amplitude)
    seen = _rep_result(readings, exercise, rep, best, state.floors)
    state = replace(
        state,
        detector=state.detector if by_path else detector,
        by_path=detector if by_path else state.by_path,
        reps=(*state.reps, seen),
        best=best,
    )
    if exercise.kind is ExerciseKind.HOLD:
        return state, ()
    seen_now = CueInput(rep.known, seen.verdicts, rep.number, rep.start, rep.end)
    cueing, cues = cue_step(state.cueing, exercise, config, seen_now)
    return replace(state, cueing=cueing), cues


def _rep_result(
    readings: Readings, exercise: Exercise, rep: Rep, best: float, least: Mapping[str, float]
) -> RepValues:
    """Values, faults and score of a repetition."""
    load = grip.measure_load(readings, rep)
    blades = blade_values(readings, rep) if exercise.squeezes else {}
    values = {**rep_values(readings, rep, best, least), **blades, "pull_direction": load}
    angle = (
        grip.name_angle(load, *grip.PULL_ANGLES) if exercise.pull else Label.withheld(Reason.NONE)
    )
    return RepValues(
        rep=rep,
        values=MappingProxyType(values),
        grip=grip.GRIP,
        pull_angle=angle,
        faults=faults(exercise, values, rep.number),
        verdicts=verdicts(exercise, values, rep.number),
        score=score(exercise, values),
    )
