"""The coach on a rendered set, compared with what the set contains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.accuracy.observe import take_calibration
from bench.accuracy.record import path_of
from bench.coach.truth import TrueRep, true_reps, true_values
from phantom.body import make_body
from phantom.record import load
from phantom.skeleton import pose_body
from scapcoach.calibration import Segment, calibrate, calibrate_automatically
from scapcoach.coaching import coach, find_exercise, packaged, recognise
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.measures import measure

if TYPE_CHECKING:
    from pathlib import Path

    from bench.coach.sets import Take
    from phantom.batch import Job
    from phantom.record import Record
    from phantom.timeline import Script
    from scapcoach.calibration import Calibration
    from scapcoach.coaching import RepValues, SetResult, Verdict
    from scapcoach.landmarks import Poses

#: Seconds by which the middles of a true and a found peak may differ and still be the same.
_SAME: Final = 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule on one repetition: what is true, the verdict, and why there was none."""

    exercise: str
    fault: str
    true: bool
    value: float
    verdict: Verdict
    reading: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of one set.

    Attributes:
        take: what was rendered; true, found: number of repetitions.
        errors: (N, 4) seconds, found minus true: start, peak start, peak end, end.
        judged: every rule on every repetition that was matched.
        pulls: (true angle of pull, the one judged or "") by repetition.
        recognised: name of the exercise, or "".
        ghosts: exercise -> repetitions, for movements that are none.
        calibrated: whether the calibration could be taken.
    """

    take: Take
    true: int = 0
    found: int = 0
    errors: tuple[tuple[float, ...], ...] = ()
    judged: tuple[Judged, ...] = ()
    pulls: tuple[tuple[str, str], ...] = ()
    recognised: str = ""
    ghosts: dict[str, int] = field(default_factory=dict)
    calibrated: bool = False


def examine(take: Take, folder: Path) -> Examined:
    """Coach one set and compare."""
    record = load(path_of(take.job, folder))
    poses = smooth_poses(record.poses)
    if not take.exercise:
        return _ghosts(take, poses)
    calibration = _calibration(take.calibration, folder)
    used = calibration or calibrate_automatically(poses)
    exercise = find_exercise(take.exercise)
    result = coach(poses, measure(poses, used), exercise, calibration=used)
    script = take.job.movement()
    reps = true_reps(script)
    pairs = list(_matched(reps, result))
    known = recognise(poses).exercise
    return Examined(
        take=take,
        true=len(reps),
        found=len(result.reps),
        errors=tuple(
            tuple(a - b for a, b in zip(_times(f), r.times, strict=True)) for r, f in pairs
        ),
        judged=tuple(j for r, f in pairs for j in _verdicts(take, script, record, r, f)),
        pulls=tuple((_true_pull(take, script, r), f.pull_angle.name) for r, f in pairs),
        recognised=known.name if known else "",
        calibrated=calibration is not None,
    )


def _ghosts(take: Take, poses: Poses) -> Examined:
    measures = measure(poses, calibrate_automatically(poses))
    counts = {
        name: len(coach(poses, measures, exercise).reps) for name, exercise in packaged().items()
    }
    known = recognise(poses).exercise
    return Examined(take, ghosts=counts, recognised=known.name if known else "")


def _calibration(job: Job | None, folder: Path) -> Calibration | None:
    """From held poses, or from an exercise's repetitions, with the segments of the script."""
    if job is None:
        return None
    record = load(path_of(job, folder))
    if job.script == "calibration":
        return take_calibration(record).calibration
    kinds = {"shrug": "shrug_rep"}
    segments = tuple(
        Segment(r.start, r.end, kinds.get(r.kind, r.kind)) for r in true_reps(job.movement())
    )
    try:
        return calibrate(smooth_poses(record.poses), segments)
    except CalibrationError:
        return None


def _matched(reps: list[TrueRep], result: SetResult) -> list[tuple[TrueRep, RepValues]]:
    """Each true repetition with the found one whose peak lies nearest, if near enough."""
    pairs = []
    for true in reps:
        middle = (true.peak_start + true.peak_end) / 2
        near = min(result.reps, key=lambda f: abs(_middle(f) - middle), default=None)
        if near is not None and abs(_middle(near) - middle) <= _SAME:
            pairs.append((true, near))
    return pairs


def _middle(found: RepValues) -> float:
    return (found.rep.peak_start + found.rep.peak_end) / 2


def _times(found: RepValues) -> tuple[float, float, float, float]:
    rep = found.rep
    return rep.start, rep.peak_start, rep.peak_end, rep.end


def _verdicts(
    take: Take, script: Script, record: Record, true: TrueRep, found: RepValues
) -> list[Judged]:
    exercise = find_exercise(take.exercise)
    values = true_values(true, script.person, record)
    return [
        Judged(
            take.exercise, rule.key, rule.excess(values[rule.measure]) > 0, values[rule.measure],
            found.verdicts[rule.key], found[rule.measure].value, found[rule.measure].reason.label,
        )
        for rule in exercise.faults
        if rule.measure in values
    ]  # fmt: skip


def _true_pull(take: Take, script: Script, rep: TrueRep) -> str:
    """Name of the angle of pull: from the body's true forearms where the arms are straightest."""
    exercise = find_exercise(take.exercise)
    if not exercise.pull:
        return ""
    body = make_body(take.job.setup().shape)
    moments = [(rep.before.arm_left.elbow, rep.start), (rep.peak.arm_left.elbow, rep.peak_end)]
    posed = pose_body(body, script.pose(min(moments)[1]))
    hips, shoulders = (
        (posed.joint(f"{bone}.L") + posed.joint(f"{bone}.R")) / 2
        for bone in ("upperleg01", "upperarm01")
    )
    up = (shoulders - hips) / np.linalg.norm(shoulders - hips)
    along = []
    for side in "LR":
        fore = posed.joint(f"wrist.{side}") - posed.joint(f"lowerarm01.{side}")
        along.append(float(fore @ up / np.linalg.norm(fore)))
    degrees = float(np.degrees(np.arcsin(np.mean(along))))
    return "high" if degrees > 45 else "low" if degrees < -45 else "mid"
