"""Making a `Calibration` from landmarks: automatically, from held poses, from repetitions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.calibration import (
    SDC_FACTOR,
    Calibration,
    CalibrationKind,
    PersonalRanges,
    Range,
    Ranges,
    Slump,
)
from scapcoach.calibration.holds import Segment, find_rest, frames_of
from scapcoach.errors import CalibrationError
from scapcoach.geometry.posture import head_forward, head_height
from scapcoach.geometry.silhouette import arc_degrees, rounding_index
from scapcoach.geometry.vectors import median, wrap_degrees
from scapcoach.geometry.view import estimate_yaw
from scapcoach.girdle.conditioned import TemplateNoise
from scapcoach.girdle.estimators import Estimator, estimate, find_estimator
from scapcoach.girdle.neutral import MAX_YAW_SPREAD, MIN_NEUTRAL_FRAMES, neutral_from
from scapcoach.girdle.personal import shifts_of
from scapcoach.girdle.template import KINDS, fit
from scapcoach.landmarks import Poses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.arrays import FloatArray
    from scapcoach.girdle.neutral import Neutral


#: Least standard deviation, in degrees, that is assumed between repeated neutral holds: only two
#: repeats can agree by chance [E].
MIN_REPEAT_SD: Final = 0.6


def calibrate_automatically(
    poses: Poses, model_sha256: str = "", estimator: str = Estimator.JOINT
) -> Calibration | None:
    """Neutral from a moment of rest in the recording; None when nobody holds still in view.

    It gives relative values only: with ranges from the recording itself, somebody who is lazy in
    every repetition would still reach 100 %.
    """
    window = find_rest(poses)
    if window is None:
        return None
    try:
        neutral = neutral_from(poses[window])
    except CalibrationError:
        return None
    return Calibration(
        CalibrationKind.AUTO, neutral, model_sha256=model_sha256, name="this recording",
        estimator=find_estimator(estimator),
    )  # fmt: skip


def calibrate(
    poses: Poses,
    segments: tuple[Segment, ...],
    *,
    model_sha256: str = "",
    name: str = "",
    estimator: str = Estimator.JOINT,
) -> Calibration:
    """A calibration from held poses, arms hanging, or from repetitions of an exercise, or both.

    Args:
        poses: the smoothed recording.
        segments: which pose is held when, at least one ``neutral``; and which kind of repetition
            is done when, at least one of each (`girdle.template.KINDS`). Where there are only
            repetitions, the neutral is a moment of rest in the recording.
        model_sha256: of the model that made the landmarks.
        name: of the clip, for reports.
        estimator: one of `Estimator`; it takes the ranges, and later reads frames against them.

    Raises:
        InputError: there is no such estimator.
        CalibrationError: there is no neutral segment, or the person is not seen in it; a kind of
            repetition is missing, or the arms hardly move in them.
    """
    parts = [(s.pose, poses[frames_of(poses, s)]) for s in segments]
    holds = [(pose, hold) for pose, hold in parts if pose not in KINDS]
    reps = {kind: [rep for pose, rep in parts if pose == kind and len(rep)] for kind in KINDS}
    rests = [hold for pose, hold in holds if pose == "neutral" and len(hold)]
    exercise = fit(reps, TemplateNoise().points) if any(reps.values()) else None
    if not rests and (exercise is None or holds):
        raise CalibrationError(
            f"The calibration {name} has no frames of the pose 'neutral'; every change is "
            "measured from it, so hold it first, relaxed, for three seconds."
        )
    neutral = neutral_from(Poses.concatenate(rests) if rests else poses[_rest(poses, segments)])
    chosen = find_estimator(estimator)
    facing = _facing(holds, neutral)
    own = _personal_ranges(facing, neutral, chosen)
    slumps = [hold for pose, hold in holds if pose == "slump" and len(hold)]
    observed = None
    if chosen is Estimator.JOINT:
        observed = _personal_ranges(facing, neutral, Estimator.OBSERVER)
    return Calibration(
        CalibrationKind.CLIP,
        neutral,
        retraction=own.retraction,
        elevation=own.elevation,
        slump=_slump(Poses.concatenate(slumps), neutral, chosen) if slumps else None,
        exercise=exercise,
        model_sha256=model_sha256,
        name=name,
        estimator=chosen,
        shifts=shifts_of({p: Poses.concatenate(h) for p, h in facing.items()}, neutral),
        observed=observed,
    )


def _facing(holds: Sequence[tuple[str, Poses]], neutral: Neutral) -> dict[str, list[Poses]]:
    """The holds of each pose, less frames in which the tracker confuses front and back."""
    found: dict[str, list[Poses]] = {}
    for pose, hold in holds:
        turned = np.abs(wrap_degrees(estimate_yaw(hold)[0] - neutral.yaw))
        kept = hold[(turned < MAX_YAW_SPREAD) & hold.present]
        if len(kept):
            found.setdefault(pose, []).append(kept)
    return found


def _personal_ranges(
    facing: Mapping[str, Sequence[Poses]], neutral: Neutral, estimator: Estimator
) -> PersonalRanges:
    """The person's ranges as this estimator sees them."""
    means = _means(facing, neutral, estimator)
    return PersonalRanges(
        retraction=_ranges(means, 0, "retract", "protract"),
        elevation=_ranges(means, 1, "shrug", "depress"),
    )


def _means(
    facing: Mapping[str, Sequence[Poses]], neutral: Neutral, estimator: Estimator
) -> dict[str, list[tuple[FloatArray, FloatArray]]]:
    """Medians of retraction and elevation (mean, left, right) in each hold, degrees."""
    found: dict[str, list[tuple[FloatArray, FloatArray]]] = {}
    for pose, holds in facing.items():
        for hold in holds:
            state = estimate(hold, neutral, estimator)
            mean = (np.nanmedian(state.retraction, axis=0), np.nanmedian(state.elevation, axis=0))
            found.setdefault(pose, []).append(mean)
    return found


def _rest(poses: Poses, segments: tuple[Segment, ...]) -> slice:
    """A moment of rest before the first repetition; without one, anywhere."""
    first = min(s.start for s in segments)
    before = poses[poses.t <= first]
    window = find_rest(before) if len(before) >= MIN_NEUTRAL_FRAMES else None
    return window or find_rest(poses) or slice(0, len(poses))


def combine(one: Calibration, other: Calibration) -> Calibration:
    """One calibration from a posture and an exercise calibration of the same person and view.

    Raises:
        CalibrationError: both are of the same type, or of different pose models.
    """
    posture, exercise = (one, other) if one.exercise is None else (other, one)
    if posture.exercise is not None or exercise.exercise is None:
        raise CalibrationError(
            f"{one.name!r} and {other.name!r} are calibrations of the same type: give one with "
            "poses held, arms hanging, and one with repetitions of the exercise."
        )
    exercise.check_model(posture.model_sha256)
    return replace(posture, exercise=exercise.exercise, name=f"{posture.name} + {exercise.name}")


def update_calibration(known: Calibration | None, found: Calibration) -> Calibration:
    """A calibration just taken, completed with what only the previous one has.

    New repetitions are added to the held poses of the previous calibration. New poses keep the
    previous repetitions only if the person stands as near and as much turned as then: after the
    camera was moved or exchanged, they have to be taken again.

    Args:
        known: the previous calibration; one that was found automatically is not used.
        found: the new one, of held poses or of repetitions, by the same pose model.
    """
    if known is None or known.kind is CalibrationKind.AUTO or known.other_camera(found.camera):
        return found
    if found.exercise is not None:
        return replace(known, exercise=found.exercise) if known.retraction else found
    resized = abs(found.neutral.unit / known.neutral.unit - 1)
    turned = abs(float(wrap_degrees(found.neutral.yaw - known.neutral.yaw)))
    same = resized <= SAME_SIZE and turned <= SAME_YAW
    return replace(found, exercise=known.exercise) if same else found


#: Share of the size, and degrees of yaw, by which the view may differ to be the same as before [E].
SAME_SIZE: Final = 0.1
SAME_YAW: Final = 12.0


def _ranges(
    means: dict[str, list[tuple[FloatArray, FloatArray]]], which: int, high: str, low: str
) -> Ranges | None:
    """Ranges for mean, left and right from the means of the holds; None without the high pose."""
    if high not in means or "neutral" not in means:
        return None
    rests = np.array([m[which] for m in means["neutral"]])
    spread = rests.std(axis=0, ddof=1) if len(rests) > 1 else np.zeros(3)
    sdc = SDC_FACTOR * np.maximum(spread, MIN_REPEAT_SD)
    top = np.mean([m[which] for m in means[high]], axis=0)
    bottom = np.mean([m[which] for m in means[low]], axis=0) if low in means else np.full(3, np.nan)
    mean, left, right = (Range(float(top[i]), float(bottom[i]), float(sdc[i])) for i in range(3))
    return mean, left, right


def _slump(poses: Poses, neutral: Neutral, estimator: Estimator) -> Slump:
    """The person's slump, as changes from neutral."""
    yaw = estimate_yaw(poses)[0]
    state = estimate(poses, neutral, estimator)
    contour: FloatArray = np.full(len(poses), np.nan)
    if poses.contour is not None:
        contour = arc_degrees(rounding_index(poses.contour, yaw))
    return Slump(
        head_forward=median(head_forward(poses, yaw)) - neutral.head_forward,
        head_drop=100 * (1 - median(head_height(poses) / state.scale) / neutral.head_height),
        rounding=median(contour) - float(arc_degrees(np.array(neutral.rounding))),
        protraction=-median(state.retraction[:, 0]),
    )
