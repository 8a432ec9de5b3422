"""What can be checked on a real clip without its true angles: pure functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.accuracy.naive import width_ratio
from bench.accuracy.stats import auc
from bench.real_reps import arms_movement, check_reps
from scapcoach.geometry.posture import ARMS, trunk_length
from scapcoach.landmarks import HIPS, Landmark
from scapcoach.measures import Reason
from scapcoach.measures.registry import MARKED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures


#: Measures whose share judged is reported.
NAMES: Final = ("retraction", "elevation", "head_forward", "head_drop", "rounding", "hunch")

#: Measures by which an upright and a hunched span are compared.
COMPARED: Final = ("hunch", "head_forward", "head_drop", "rounding")

_WRISTS: Final = (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST)

#: Fewest frames on each side of a comparison.
MIN_FRAMES: Final = 5
#: Share of the frames with the most and the least of a movement that stand for its two ends.
END_SHARE: Final = 0.2
#: Degrees that a shrug's top must read above neutral: a third of a small full shrug (25 deg).
SHRUG_UP: Final = 8.0
#: Degrees of retraction lost from stretch to finish that count as the wrong sign, the same as in
#: the accuracy bench.
WRONG_BY: Final = 5.0
#: Share by which the naive width must change to say anything.
NAIVE_CHANGE: Final = 0.03
#: Degrees of trunk lean from which a body is bent over.
BENT_OVER: Final = 40.0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a clip with a label by eye; seconds."""

    start: float
    end: float
    label: str


def check_clip(poses: Poses, measures: Measures, asked: Iterable[str]) -> dict[str, Any]:
    """Detection, shares judged, and the answers to what the clip is asked for.

    Args:
        poses: T frames.
        measures: of the same frames.
        asked: some of `shrug`, `pull`, `lying`, `reclined` and `arms`.
    """
    answers: dict[str, Any] = {
        "frames": len(poses),
        "detected": float(poses.present.mean()) if len(poses) else 0.0,
        "judged": {n: _share(measures[n].judged) for n in NAMES},
        "lying": _share(measures["hunch"].reason == Reason.SUPINE),
        "asked_lying": "lying" in asked,
        "bent_over": bent_over(measures),
    }
    if "shrug" in asked:
        answers["shrug"] = check_shrug(hand_height(poses), measures["elevation"].deg)
    if "pull" in asked:
        answers["pull"] = check_pull(
            arm_length(poses), measures["retraction"].deg, width_ratio(poses)
        )
    answers["reps"] = _reps(poses, measures, asked)
    return answers


def _reps(poses: Poses, measures: Measures, asked: Iterable[str]) -> dict[str, Any] | None:
    """The repetitions of a shrug, a pull or another movement of the arms; else None."""
    for kind, name, movement in (
        ("shrug", "elevation", hand_height),
        ("pull", "retraction", lambda poses: -arm_length(poses)),
        ("arms", "retraction", arms_movement),
    ):
        if kind in asked and "lying" not in asked:
            return check_reps(kind, poses.t, movement(poses), measures[name].deg)
    return None


def hand_height(poses: Poses) -> FloatArray:
    """(T,) height of the wrists over the hips in trunk lengths: it shows a shrug with a weight.

    The arms hang, so the hands rise as far as the shoulders do; the measure of elevation does not
    look at them.
    """
    trunk = trunk_length(poses)
    rise = poses.point(*HIPS)[:, 1] - poses.point(*_WRISTS)[:, 1]
    return np.asarray(rise / max(_median(trunk), 1e-9))


def arm_length(poses: Poses) -> FloatArray:
    """(T,) shoulder to wrist over upper arm plus forearm, of the more bent arm; 1 is straight."""
    world = poses.world.astype(np.float64)
    reach = []
    for shoulder, elbow, wrist in ARMS:
        upper = np.linalg.norm(world[:, elbow] - world[:, shoulder], axis=1)
        fore = np.linalg.norm(world[:, wrist] - world[:, elbow], axis=1)
        reach.append(np.linalg.norm(world[:, wrist] - world[:, shoulder], axis=1) / (upper + fore))
    return np.asarray(np.min(reach, axis=0))


def check_shrug(hands: FloatArray, elevation: FloatArray | None) -> dict[str, Any]:
    """Does elevation go with the hands, and read up where they are highest?

    Args:
        hands: (T,) height of the hands, any unit.
        elevation: (T,) degrees, NaN where withheld.
    """
    reading = np.full(len(hands), np.nan) if elevation is None else elevation
    known = np.isfinite(reading) & np.isfinite(hands)
    low, high = _ends(np.where(known, hands, np.nan))
    answer: dict[str, Any] = {"judged": _share(np.isfinite(reading)), "r": np.nan}
    answer["top"], answer["bottom"] = _median(reading[high]), _median(reading[low])
    if known.sum() < 2 * MIN_FRAMES:
        answer["verdict"] = "withheld"
        return answer
    answer["r"] = float(np.corrcoef(hands[known], reading[known])[0, 1])
    follows = answer["r"] >= 0.5 and answer["top"] > answer["bottom"]
    if follows and answer["top"] >= SHRUG_UP:
        answer["verdict"] = "right"
    else:
        # The movement may be followed while the zero sits at its top: of no use to a lifter.
        answer["verdict"] = "zero off" if follows else "wrong"
    return answer


def check_pull(
    reach: FloatArray, retraction: FloatArray | None, wide: FloatArray
) -> dict[str, Any]:
    """Retraction where the arms are most bent against where they are straightest.

    Args:
        reach: (T,) 1 for straight arms.
        retraction: (T,) degrees, NaN where withheld.
        wide: (T,) the naive width.
    """
    reading = np.full(len(reach), np.nan) if retraction is None else retraction
    finish, stretch = _ends(reach)
    naive = _median(wide[finish]) / _median(wide[stretch]) - 1
    ends = [np.isfinite(reading[end]).sum() >= MIN_FRAMES for end in (finish, stretch)]
    change = _median(reading[finish]) - _median(reading[stretch]) if all(ends) else None
    # One end alone cannot be compared; a reading withheld at both is the cautious answer.
    verdict = "one end" if any(ends) else "withheld"
    if change is not None:
        verdict = "wrong" if change < -WRONG_BY else "not wrong"
    # Narrower is what the rule takes for retracted.
    naive_verdict = "says nothing"
    if abs(naive) >= NAIVE_CHANGE:
        naive_verdict = "right" if naive < 0 else "backwards"
    return {
        "judged": _share(np.isfinite(reading[finish])),
        "change": change,
        "verdict": verdict,
        "naive_change": naive,
        "naive_verdict": naive_verdict,
    }


def bent_over(measures: Measures) -> dict[str, Any] | None:
    """How often a trunk that leans far forward is called a marked hunch; None when none does.

    Some of these bodies are hunched as well, so this is no error rate; but it must not be all.
    """
    lean, hunch = measures["trunk_lean"].value, measures["hunch"].value
    with np.errstate(invalid="ignore"):
        there = (lean > BENT_OVER) & np.isfinite(hunch)
    if there.sum() < MIN_FRAMES:
        return None
    return {"frames": int(there.sum()), "marked": _share(hunch[there] >= MARKED)}


def compare_segments(measures: Measures, spans: Iterable[Span]) -> list[dict[str, Any]]:
    """Each hunched or slumped span against all upright ones, measure by measure.

    Gives medians, the share of frame pairs in the right order (0.5 is chance) and Cohen's d over
    frames, which are no independent trials: it shows size, not significance.
    """
    spans = list(spans)
    upright = [s for s in spans if "upright" in s.label.lower() and "near" not in s.label.lower()]
    bent = [s for s in spans if any(w in s.label.lower() for w in ("hunch", "slump", "slouch"))]
    out = []
    for span in bent if upright else []:
        for name in COMPARED:
            series = measures[name]
            # A per cent of the person's range needs that range to be known; degrees do not.
            value = series.value if series.deg is None else series.deg
            at_rest = value[np.any([_within(measures.t, s) for s in upright], axis=0)]
            there = value[_within(measures.t, span)]
            a, b = at_rest[np.isfinite(at_rest)], there[np.isfinite(there)]
            if min(len(a), len(b)) >= MIN_FRAMES:
                out.append(
                    {
                        "measure": name,
                        "label": span.label.split(",")[0],
                        "upright": float(np.median(a)),
                        "bent": float(np.median(b)),
                        "auc": auc(b, a),
                        "effect": _effect(a, b),
                    }
                )
    return out


def _effect(low: FloatArray, high: FloatArray) -> float:
    spread = np.sqrt((low.var(ddof=1) + high.var(ddof=1)) / 2)
    return float((high.mean() - low.mean()) / max(spread, 1e-9))


def _within(t: FloatArray, span: Span) -> BoolArray:
    return np.asarray((t >= span.start) & (t < span.end))


def _ends(value: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Frames with the least and with the most of `value`."""
    if not np.isfinite(value).any():
        return np.zeros(len(value), bool), np.zeros(len(value), bool)
    low, high = np.nanquantile(value, [END_SHARE, 1 - END_SHARE])
    with np.errstate(invalid="ignore"):
        return np.asarray(value <= low), np.asarray(value >= high)


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _share(flags: BoolArray) -> float:
    return float(np.mean(flags)) if len(flags) else 0.0
