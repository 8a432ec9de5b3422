"""Verdicts on repetitions, on the finished exercise calibration, and on its last check."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.calibration import SDC_FACTOR
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.girdle.conditioned import TemplateNoise, read
from scapcoach.girdle.template import arm_features, finish_frames, template_features, units
from scapcoach.guide.framing import mean_yaw
from scapcoach.guide.verdicts import MAX_TURN, judge_sight, proof_line
from scapcoach.measures import measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.calibration import Calibration
    from scapcoach.girdle.template import Template
    from scapcoach.landmarks import Poses


#: Two repetitions are alike up to this distance of their finishes (root mean square, in standard
#: deviations of the landmarks). On 27 rendered exercise calibrations, rows and others in five
#: views, like ones were 0.2 to 1.4 apart, swings of the trunk 2.6 and more [M, phantom].
_MAX_LIKE: Final = 2.0
#: A squeeze or a shrug differs from the arms alone from this distance, and from this many times
#: the distance of like repetitions. Full squeezes were 0.72 to 2.6 from the arms alone and at least
#: 0.9 times that, shrugs 2.0 and more; lazy repetitions 0.14 to 0.83, median 0.35, one by one, and
#: less as the mean of two [M, phantom].
_MIN_APART: Final = 0.55
_TIMES_LIKE: Final = 0.85
#: Least standard deviation, in per cent, that is assumed between like repetitions: only two can
#: agree by chance [E].
_MIN_SD: Final = 8.0
#: How many smallest detectable changes a squeeze must be, as for ranges of held poses.
_MIN_CHANGES: Final = 2.0
#: Repetitions are even up to this `Template.spread`, and up to this many times the least possible
#: detectable change [E].
_MAX_EVEN: Final = 1.5
#: Share of the largest phase from which the arms are at the finish.
_AT_FINISH: Final = 0.9


def judge_rep(rep: Poses, first: Poses) -> str:
    """What is wrong with one repetition, one sentence; empty if it can be used.

    Args:
        rep: raw or smoothed frames, from start to start.
        first: the first repetition of the calibration; it may be the same.
    """
    fault = judge_sight(rep, 5)
    if not fault and abs(wrap_degrees(mean_yaw(rep) - mean_yaw(first))) > MAX_TURN:
        return "You turned: face the same way in every repetition."
    return fault


def judge_kind(kind: str, reps: Sequence[Poses], arms_only: Sequence[Poses]) -> str:
    """What is wrong with the repetitions of one kind, one sentence; empty if they can be used.

    Args:
        kind: of `girdle.template.KINDS`.
        reps: the repetitions, raw.
        arms_only: those with the arms only; the same ones while they are judged.
    """
    tops = _finishes(reps, arms_only)
    if any(_distance(a, b) > _MAX_LIKE for a, b in pairwise(tops)):
        return "They differed: move the same way each time, and keep the trunk still."
    if kind == "arms_only" or _apart(reps, arms_only):
        return ""
    if kind == "squeeze":
        return "That hardly differs from the arms alone: draw the blades together at the finish."
    return "That hardly differs from the arms alone: lift the shoulders at the finish."


def _apart(reps: Sequence[Poses], arms_only: Sequence[Poses]) -> bool:
    """Whether the finishes differ from those with the arms only by more than like ones differ."""
    both = [_finishes(some, arms_only) for some in (reps, arms_only)]
    like = [_distance(a, b) for tops in both for a, b in pairwise(tops)]
    spread = float(np.sqrt(np.mean(np.square(like)))) if like else 0.0
    away = _distance(np.mean(both[0], axis=0), np.mean(both[1], axis=0))
    return away >= max(_MIN_APART, _TIMES_LIKE * spread)


def _finishes(reps: Sequence[Poses], arms_only: Sequence[Poses]) -> list[FloatArray]:
    """(F,) mean features of each repetition where the arms are farthest from the start."""
    unit = units(arms_only)
    seen = [smooth[smooth.present] for smooth in map(smooth_poses, reps)]
    arms = [arm_features(rep, unit[0]) for rep in seen]
    # Where pictures are missing, a repetition may begin halfway: the start is that of all.
    ends = [end for a in arms for end in (a[:3], a[-3:])]
    ends += [arm_features(end, unit[0]) for rep in arms_only for end in (rep[:3], rep[-3:])]
    start = np.nanmedian(np.concatenate(ends), axis=0)
    return [
        np.asarray(template_features(rep, *unit)[finish_frames(a, start)].mean(axis=0))
        for rep, a in zip(seen, arms, strict=True)
    ]


def _distance(a: FloatArray, b: FloatArray) -> float:
    return float(np.sqrt(np.mean(((a - b) / TemplateNoise().points) ** 2) / 2))


def finishes(reps: Sequence[Poses], template: Template) -> FloatArray:
    """(R,) per cent of the person's own squeeze that is read at the finish of each repetition."""
    out = []
    for rep in reps:
        found = read(smooth_poses(rep), template)
        top = at_finish(found.phase)
        out.append(100 * float(np.nanmean(found.retraction[top, 0])))
    return np.array(out)


def at_finish(phase: FloatArray) -> BoolArray:
    """(T,) the frames of one repetition in which the arms are at the finish."""
    return np.asarray(phase >= _AT_FINISH * np.nanmax(phase))


def detectable(reps: Mapping[str, Sequence[Poses]], template: Template) -> float:
    """Smallest detectable change of retraction in motion, per cent of the person's own squeeze.

    2.77 standard deviations between like repetitions, pooled over those with the arms only and
    with a squeeze, at least `_MIN_SD`.
    """
    squares, freedom = 0.0, 0
    for kind in ("arms_only", "squeeze"):
        values = finishes(reps[kind], template)
        squares += float(((values - values.mean()) ** 2).sum())
        freedom += len(values) - 1
    spread = np.sqrt(squares / freedom) if freedom else 0.0
    return SDC_FACTOR * max(float(spread), _MIN_SD)


def describe_template(
    pieces: Mapping[str, Sequence[Poses]], calibration: Calibration
) -> tuple[str, ...]:
    """The exercise calibration in words: its smallest detectable change, and how even it was.

    Raises:
        CalibrationError: squeezes or shrugs cannot be distinguished from the arms alone.
    """
    template = calibration.exercise
    assert template is not None
    for kind, what in (("squeeze", "squeeze"), ("shrug_rep", "shrug")):
        if not _apart(pieces[kind], pieces["arms_only"]):
            raise CalibrationError(
                f"Your {what} looks like the arms alone, so that no repetition could be graded by "
                f"it: {what} clearly at the finish, or turn a little."
            )
    change = detectable(pieces, template)
    if not _MIN_CHANGES * change <= 100:
        raise CalibrationError(
            f"Like repetitions differ by up to {change:.0f} % of what your squeeze adds: too much "
            "to detect half a squeeze. Move the same way each time, and keep the trunk still."
        )
    uneven = template.spread > _MAX_EVEN or change > _MAX_EVEN * SDC_FACTOR * _MIN_SD
    even = "uneven, values are less sure" if uneven else "alike"
    words = f"smallest detectable change {change:.0f} %; your repetitions were {even}"
    return (f"Squeeze in motion: {words}.",)


def verify_rep(rep: Poses, calibration: Calibration) -> str:
    """What the finished calibration says of one more repetition with a squeeze, one sentence."""
    smooth, template = smooth_poses(rep), calibration.exercise
    assert template is not None
    top = at_finish(read(smooth, template).phase)
    return proof_line(measure(smooth, calibration)["retraction"], top, "the repetitions differed")
