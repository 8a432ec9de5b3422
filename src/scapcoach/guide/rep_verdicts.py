"""What a guided exercise calibration finds in repetitions, in the result, and in its proof."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.types import SDC_FACTOR
from scapcoach.filters import smooth_poses
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.girdle.conditioned import TemplateNoise, read
from scapcoach.girdle.template import arm_features, finish_frames, template_features, units
from scapcoach.guide.framing import mean_yaw
from scapcoach.guide.verdicts import proof_line
from scapcoach.measures import measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.calibration import Calibration
    from scapcoach.girdle.template import Template
    from scapcoach.landmarks import Poses


#: Share of a repetition's frames in which the person must be seen.
_SEEN: Final = 0.8
#: Degrees by which the person may turn between repetitions [E].
_TURN: Final = 20.0
#: Root mean square distance of two finishes in standard deviations of the landmarks up to which
#: repetitions are alike. On 27 rendered exercise calibrations, rows and others in five views, like
#: ones were 0.2 to 1.4 apart, swings of the trunk 2.6 and more [M, phantom].
_ALIKE: Final = 2.0
#: ... from which a squeeze or a shrug differs from the arms alone, and how many times the distance
#: of like ones it must be. Full squeezes were 0.72 to 2.6 from the arms alone and at least 0.9
#: times that, shrugs 2.0 and more; lazy repetitions 0.14 to 0.83, median 0.35, one by one, and two
#: of them lie nearer [M, phantom].
_APART: Final = 0.55
_TIMES_LIKE: Final = 0.85
#: Per cent by which like repetitions are taken to differ at the least: two alone can agree by
#: luck [E].
_LEAST_SD: Final = 8.0
#: Smallest detectable changes that a squeeze must be, as for ranges of held poses.
_CHANGES: Final = 2.0
#: `Template.spread`, and times the least detectable change, from which repetitions are called
#: uneven [E].
_UNEVEN: Final = 1.5
#: Share of the way from which the arms are at the finish.
_AT_FINISH: Final = 0.9


def judge_rep(rep: Poses, first: Poses | None) -> str:
    """What is wrong with one repetition, one sentence; empty if it can be used.

    Args:
        rep: raw or smoothed frames, from start to start.
        first: the first repetition of the calibration, or None.
    """
    seen = rep[rep.subject == 0]
    if len(seen) < max(5.0, _SEEN * len(rep)):
        return "You were not seen all the time: stay in the picture."
    if first is not None and abs(wrap_degrees(mean_yaw(seen) - mean_yaw(first))) > _TURN:
        return "You turned: face the same way in every repetition."
    return ""


def judge_kind(kind: str, reps: Sequence[Poses], arms_only: Sequence[Poses]) -> str:
    """What is wrong with the repetitions of one kind, one sentence; empty if they can be used.

    Args:
        kind: of `girdle.template.KINDS`.
        reps: the repetitions, raw.
        arms_only: those with the arms only; the same ones while they are judged.
    """
    tops = _finishes(reps, arms_only)
    if any(_distance(a, b) > _ALIKE for a, b in pairwise(tops)):
        return "They differed: the same way each time, and the trunk still."
    if kind == "arms_only" or _apart(reps, arms_only):
        return ""
    if kind == "squeeze":
        return "That hardly differs from the arms alone: draw the blades together at the finish."
    return "That hardly differs from the arms alone: lift the shoulders at the finish."


def _apart(reps: Sequence[Poses], arms_only: Sequence[Poses]) -> bool:
    """Whether the finishes differ from those with the arms only by more than like ones do."""
    both = [_finishes(some, arms_only) for some in (reps, arms_only)]
    like = [_distance(a, b) for tops in both for a, b in pairwise(tops)]
    spread = float(np.sqrt(np.mean(np.square(like)))) if like else 0.0
    away = _distance(np.mean(both[0], axis=0), np.mean(both[1], axis=0))
    return away >= max(_APART, _TIMES_LIKE * spread)


def _finishes(reps: Sequence[Poses], arms_only: Sequence[Poses]) -> list[FloatArray]:
    """(F,) mean features of each repetition where the arms are farthest from the start."""
    unit = units(arms_only)
    seen = [smooth[smooth.present] for smooth in map(smooth_poses, reps)]
    arms = [arm_features(rep, unit[0]) for rep in seen]
    # Where pictures are missing, a repetition may begin in mid-air: the start is that of all.
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
    """(R,) per cent of the own squeeze that the template reads at each repetition's finish."""
    out = []
    for rep in reps:
        found = read(smooth_poses(rep), template)
        top = finish_of(found.phase)
        out.append(100 * float(np.nanmean(found.retraction[top, 0])))
    return np.array(out)


def finish_of(phase: FloatArray) -> BoolArray:
    """(T,) the frames of one repetition in which the arms are at the finish."""
    return np.asarray(phase >= _AT_FINISH * np.nanmax(phase))


def detectable(reps: Mapping[str, Sequence[Poses]], template: Template) -> float:
    """Smallest detectable change of retraction in motion, per cent of the own squeeze.

    2.77 standard deviations between like repetitions, pooled over those with the arms only and
    with a squeeze, at least `_LEAST_SD`.
    """
    squares, freedom = 0.0, 0
    for kind in ("arms_only", "squeeze"):
        values = finishes(reps[kind], template)
        squares += float(((values - values.mean()) ** 2).sum())
        freedom += len(values) - 1
    spread = np.sqrt(squares / freedom) if freedom else 0.0
    return SDC_FACTOR * max(float(spread), _LEAST_SD)


def judge_template(reps: Mapping[str, Sequence[Poses]], template: Template) -> str:
    """Why an exercise calibration is of no use, one sentence; empty if it is."""
    for kind, what in (("squeeze", "squeeze"), ("shrug_rep", "shrug")):
        if not _apart(reps[kind], reps["arms_only"]):
            return (
                f"Your {what} looks like the arms alone, so that no repetition could be graded by "
                f"it: a clear {what} at the finish; or turn a little."
            )
    change = detectable(reps, template)
    if _CHANGES * change <= 100:
        return ""
    return (
        f"Like repetitions differ by up to {change:.0f} % of what your squeeze adds: too much to "
        "tell half a squeeze. The same way each time, and the trunk still."
    )


def rep_lines(reps: Mapping[str, Sequence[Poses]], template: Template) -> tuple[str, ...]:
    """The exercise calibration in words: what can be told apart, and how even it was."""
    change = detectable(reps, template)
    uneven = template.spread > _UNEVEN or change > _UNEVEN * SDC_FACTOR * _LEAST_SD
    even = "uneven, values are less sure" if uneven else "alike"
    told = f"changes from {change:.0f} % on can be told; your repetitions were {even}"
    return (f"Squeeze in motion: {told}.",)


def verify_rep(rep: Poses, calibration: Calibration) -> str:
    """What the finished calibration says of one more repetition with a squeeze, one sentence."""
    smooth, template = smooth_poses(rep), calibration.exercise
    assert template is not None
    top = finish_of(read(smooth, template).phase)
    return proof_line(measure(smooth, calibration)["retraction"], top, "the repetitions differed")
