"""The set in a recording: coach it, and make its curves and notes for outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching import (
    Focus,
    Readings,
    coach,
    find_exercise,
    recognise,
)
from scapcoach.coaching.coach import read_again
from scapcoach.coaching.reps import signal
from scapcoach.measures.leading import BLADE_GAP
from scapcoach.measures.matched import matched
from scapcoach.measures.series import Reason, Status
from scapcoach.recording.options import AUTO
from scapcoach.report.rep_curves import Curve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.calibration import Calibration
    from scapcoach.coaching import SetResult
    from scapcoach.coaching.exercise import Exercise
    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures
    from scapcoach.recording.options import Options


#: Curves that every report of a set shows, besides those that the exercise has targets for.
_CURVES: Final = ("retraction", "elevation")

#: The measure that a value of a repetition is read from, by how the value's name begins.
_SOURCES: Final[Mapping[str, str]] = {
    "retraction": "retraction",
    "elevation": "elevation",
    "rounding": "rounding",
    "head_poke": "head_forward",
    "trunk_swing": "trunk_lean",
    "lean": "trunk_lean",
    "blade": "blade_gap",
}


def coach_recording(
    poses: Poses, measures: Measures, calibration: Calibration | None, options: Options
) -> tuple[SetResult | None, tuple[str, ...]]:
    """The set in a recording, if its exercise is known or recognised.

    Args:
        poses: smoothed; T frames.
        measures: of the same frames.
        calibration: the calibration that they come from.
        options: the exercise, the wording of the cues and the weight.

    Returns:
        The set, or None; and which exercise was recognised, or why none was.

    Raises:
        ExerciseError: the exercise is unknown, or its file has faults.
    """
    said: tuple[str, ...] = ()
    if options.exercise is None or options.exercise == AUTO:
        recognition = recognise(poses)
        said, known = (recognition.why,), recognition.exercise
        if known is None:
            return None, said
    else:
        known = find_exercise(options.exercise)
    found = coach(
        poses, measures, known, focus=Focus(options.focus), load=options.load,
        calibration=calibration,
    )  # fmt: skip
    if calibration is None or calibration.exercise is None:
        finish = _peak_held(poses.t, found)
        if finish.any():
            found = read_again(found, poses, matched(poses, measures, finish), calibration)
    return found, said


def _peak_held(t: FloatArray, found: SetResult) -> BoolArray:
    """(T,) where the peak of a repetition is held."""
    out = np.zeros(len(t), bool)
    for values in found.reps:
        out |= (t >= values.rep.peak_start) & (t <= values.rep.peak_end)
    return out


def set_curves(poses: Poses, measures: Measures, exercise: Exercise) -> list[Curve]:
    """Curves for overlaid repetitions: the movement, and the measures that judge it."""
    progress = 100.0 * signal(Readings.of(poses, measures), exercise.movement)
    if np.isfinite(progress).any():
        progress = progress - np.nanpercentile(progress, 5)  # from where the repetitions start
    curves = [Curve("Movement", "%", "towards the peak", progress)]
    targets = [expected.measure for expected in exercise.expected]
    sources = [_source_measure(rule.measure) for rule in exercise.faults]
    names = dict.fromkeys((BLADE_GAP, *_CURVES, *targets, *sources))
    if not _back_seen(measures):
        del names[BLADE_GAP]
    shown = [name for name in names if name in measures.series]
    return curves + [_measure_curve(measures, name, exercise.film) for name in shown]


def _back_seen(measures: Measures) -> bool:
    """Whether the back was seen in any frame, so that its gap has values or a reason of its own."""
    series = measures.series.get(BLADE_GAP)
    if series is None:
        return False
    there = series.status <= Status.NOT_OBSERVABLE
    return bool((there & (series.reason != Reason.BACK_NOT_SEEN)).any())


def _measure_curve(measures: Measures, name: str, film: str) -> Curve:
    """A measure in its own unit, or in degrees where that is all there is."""
    series = measures[name]
    spec, why = series.spec, _why(measures, name) or film
    degrees = np.full(len(series), np.nan) if series.deg is None else series.deg
    if np.isfinite(degrees).any() and not np.isfinite(series.value).any():
        values = np.where(series.judged, degrees, np.nan)
        return Curve(f"{spec.title}, relative", "deg", spec.positive, values, "", why)
    values = np.where(series.judged, series.value, np.nan)
    about = (spec.plot and spec.plot.about) or spec.positive
    return Curve(spec.title, spec.unit, about, values, name, why)


def _why(measures: Measures, name: str) -> str:
    """What to change so that a measure can be judged: the commonest reason; empty without any."""
    series = measures[name]
    reasons = series.reason[series.status == Status.NOT_OBSERVABLE]
    return Reason(int(np.bincount(reasons.astype(int)).argmax())).advice if len(reasons) else ""


def _source_measure(value: str) -> str:
    return next((m for start, m in _SOURCES.items() if value.startswith(start)), "")


def notes(result: SetResult) -> list[tuple[float, str]]:
    """(seconds, text) of repetitions and cues, in order of time."""
    found = [(r.rep.start, f"Repetition {r.rep.number}") for r in result.reps]
    found += [(cue.time, cue.text) for cue in result.cues]
    return sorted(found)
