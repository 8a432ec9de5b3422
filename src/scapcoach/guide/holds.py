"""The script of a posture calibration: poses held with hanging arms, and verdicts on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.holds import HOLD_WINDOW_S, PROTOCOL, SETTLE, STILL, motion
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.geometry.view import estimate_yaw
from scapcoach.girdle.geometric import solve
from scapcoach.girdle.neutral import Neutral, neutral_from
from scapcoach.guide.steps import VERIFY, Guide, Plan, Script, Step, Task
from scapcoach.guide.verdicts import MAX_TURN, judge_sight, proof_line
from scapcoach.landmarks import SHOULDERS
from scapcoach.measures import measure

if TYPE_CHECKING:
    from scapcoach.calibration import Calibration, Range
    from scapcoach.guide.steps import Pieces
    from scapcoach.landmarks import Poses

#: Degrees by which a pose must differ from rest: twice the smallest change that can be detected
#: at all (2.77 x 0.6 degrees, `calibration.take`).
_MIN_CHANGE: Final = 3.3
#: Trunk lengths up to which the arms hang as at rest [E].
_MAX_ARM_DISTANCE: Final = 0.35

#: Pose: which quantity it changes, and in which direction.
_CHANGES: Final = {
    "retract": ("retraction", 1.0),
    "protract": ("retraction", -1.0),
    "shrug": ("elevation", 1.0),
    "depress": ("elevation", -1.0),
    VERIFY: ("retraction", 1.0),
}
#: Degrees from rest at which the trace reaches its upper or lower end.
_TRACE_DEG: Final = 25.0

#: Pose: title, what to do.
_WORDS: Final = {
    "neutral": ("Relaxed", "Stand or sit as you always do, arms hanging. Not your best posture."),
    "retract": ("Blades back", "Draw your shoulder blades together as far as they go; no shrug."),
    "protract": ("Blades apart", "Push your shoulders forward, as far as they go, arms hanging."),
    "shrug": ("Shrug", "Lift your shoulders towards your ears, as far as they go."),
    "depress": ("Shoulders down", "Push your shoulders down, as far as they go."),
    "slump": ("Slump", "Let yourself sink into your own slouch."),
    VERIFY: ("Blades back, once more", "One last squeeze, to see whether the calibration holds."),
}  # fmt: skip


def _task(name: str) -> Task:
    title, text = _WORDS[name]
    return Task(name, (title, text), (f"Hold: {title[0].lower()}{title[1:]}", text))


def _tasks(plan: Plan) -> tuple[Task, ...]:
    slump = ("slump",) if plan.slump else ()
    return tuple(_task(name) for name in (*PROTOCOL, *slump, VERIFY))


def _ready(guide: Guide, _raw: Poses) -> Guide:
    return guide.begin(Step.HOLD) if guide.left <= 0 else guide


def _act(guide: Guide, raw: Poses) -> Guide:
    here = replace(guide, now=(*guide.now, raw))
    return here.judged() if here.left <= 0 else here


def _judge(guide: Guide) -> str:
    return judge_hold(guide.task.name, guide.current.frames, guide.neutral)


def _learn(guide: Guide) -> Guide:
    return replace(guide, neutral=guide.neutral or neutral_of(guide.current.frames))


def _height(guide: Guide, raw: Poses) -> float:
    """Change from rest of what the pose is about; NaN for no neutral, or no such quantity."""
    if guide.neutral is None or guide.task.name not in _CHANGES:
        return float("nan")
    quantity = getattr(solve(raw, guide.neutral), _CHANGES[guide.task.name][0])
    return float(quantity[0, 0]) / _TRACE_DEG


def _describe(_pieces: Pieces, calibration: Calibration) -> tuple[str, ...]:
    return describe_ranges(calibration)


def judge_hold(pose: str, hold: Poses, neutral: Neutral | None) -> str:
    """What is wrong with a hold, one sentence; empty if it can be used.

    Args:
        pose: name of its task.
        hold: raw frames.
        neutral: of the first hold; None while that is judged.
    """
    kept = _settled(hold)
    fault = judge_sight(kept, 3)
    if fault:
        return fault
    seen = kept[kept.subject == 0]
    moved = motion(seen, HOLD_WINDOW_S, SHOULDERS)
    moved = moved[np.isfinite(moved)]
    if len(moved) and np.median(moved) > STILL:
        return "You moved: take the pose up during the countdown, then hold still."
    if neutral is None:
        return "" if neutral_of(hold) else "Your shoulders were not seen well: turn on more light."
    return _compared(pose, seen, neutral)


def _settled(hold: Poses) -> Poses:
    """A hold, smoothed, less its beginning, in which the pose is still being taken up."""
    return smooth_poses(hold)[round(SETTLE * len(hold)) :]


def _compared(pose: str, seen: Poses, neutral: Neutral) -> str:
    """What is wrong with a hold compared with the neutral; empty if nothing is."""
    turned = np.abs(wrap_degrees(estimate_yaw(seen)[0] - neutral.yaw))
    if np.median(turned) > MAX_TURN:
        return "You turned: face the same way in every pose."
    state = solve(seen, neutral)
    if np.nanmedian(state.arm_distance[:, 0]) > _MAX_ARM_DISTANCE:
        return "Your arms moved: let them hang as at rest."
    name, sign = _CHANGES.get(pose, ("", 0.0))
    if name and not sign * np.nanmedian(getattr(state, name)[:, 0]) >= _MIN_CHANGE:
        return "That hardly differs from rest: go as far as you can."
    return ""


def neutral_of(hold: Poses) -> Neutral | None:
    """The neutral of a hold, or None where the shoulders are not seen."""
    try:
        return neutral_from(_settled(hold))
    except CalibrationError:
        return None


def describe_ranges(calibration: Calibration) -> tuple[str, ...]:
    """The ranges in words, with the smallest detectable change."""
    both = (("Retraction", calibration.retraction), ("Shrug", calibration.elevation))
    return tuple(_range_line(title, ranges[0]) for title, ranges in both if ranges is not None)


def _range_line(title: str, own: Range) -> str:
    low = f"{own.low:+.0f}" if np.isfinite(own.low) else "0"
    change = f"smallest detectable change {own.sdc:.1f} degrees"
    line = f"{title}: {low} to {own.high:+.0f} degrees, {change}"
    if own.high >= 2 * own.sdc:
        return f"{line}."
    return f"{line}: too small a range to be graded from here. Turn a little and calibrate again."


def verify_hold(hold: Poses, calibration: Calibration) -> str:
    """What the finished calibration reads in one more full squeeze, one sentence."""
    kept = _settled(hold)
    series = measure(kept, calibration)["retraction"]
    return proof_line(series, np.ones(len(kept), bool), "the poses differed")


POSTURE: Final = Script(
    tasks=_tasks, ready=_ready, act=_act, judge=_judge, learn=_learn, height=_height,
    describe=_describe, prove=verify_hold, ready_s=4.0, hold_s=3.0,
    more="Calibrate an exercise, too",
)  # fmt: skip
