"""What a guided calibration finds in a hold, in the finished calibration, and in its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.holds import motion
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.geometry.posture import SHOULDERS
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.geometry.view import estimate_yaw
from scapcoach.girdle.geometric import solve
from scapcoach.girdle.neutral import Neutral, neutral_from
from scapcoach.measures import Reason, Status, measure

if TYPE_CHECKING:
    from scapcoach.arrays import BoolArray
    from scapcoach.calibration import Calibration, Range
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Series


#: Share of a hold's frames in which the person must be seen.
_SEEN: Final = 0.8
#: Trunk lengths (root mean square, within 0.4 s) that the shoulders may move in a hold; four times
#: what recorded holds show [E].
_STILL: Final = 0.012
#: Degrees by which the person may turn between holds [E].
_TURN: Final = 20.0
#: Degrees by which a pose must differ from rest: twice the smallest change that can be told
#: apart at all (2.77 x 0.6 degrees, `calibration.take`).
_LEAST: Final = 3.3
#: Trunk lengths: under this the arms still hang [E].
_ARMS: Final = 0.35
#: Per cent by which the proof may miss 100: a squeeze differs from squeeze to squeeze [E].
_PROOF: Final = 35.0
_TRACE_S: Final = 8.0
_SETTLE: Final = 0.25  # share of a hold in which the pose is still being taken up

#: Pose: which quantity it moves, and which way.
_MOVES: Final = {
    "retract": ("retraction", 1.0),
    "protract": ("retraction", -1.0),
    "shrug": ("elevation", 1.0),
    "depress": ("elevation", -1.0),
    "verify": ("retraction", 1.0),
}


def judge_hold(pose: str, hold: Poses, neutral: Neutral | None) -> str:
    """What is wrong with a hold, one sentence; empty if it can be used."""
    kept = smooth_poses(hold)[round(_SETTLE * len(hold)) :]
    seen = kept[kept.subject == 0]
    if len(seen) < max(3.0, _SEEN * len(kept)):
        return "You were not seen all the time: stay in the picture."
    moved = motion(seen, 0.4, SHOULDERS)
    moved = moved[np.isfinite(moved)]
    if len(moved) and np.median(moved) > _STILL:
        return "You moved: take the pose up during the countdown, then hold still."
    if neutral is None:
        return "" if neutral_of(hold) else "Your shoulders were not seen well: more light."
    return _compared(pose, seen, neutral)


def _compared(pose: str, seen: Poses, neutral: Neutral) -> str:
    """What is wrong with a hold beside the neutral; empty if nothing is."""
    turned = np.abs(wrap_degrees(estimate_yaw(seen)[0] - neutral.yaw))
    if np.median(turned) > _TURN:
        return "You turned: face the same way in every pose."
    state = solve(seen, neutral)
    if np.nanmedian(state.arm_distance[:, 0]) > _ARMS:
        return "Your arms moved: let them hang as at rest."
    name, sign = _MOVES.get(pose, ("", 0.0))
    if name and not sign * np.nanmedian(getattr(state, name)[:, 0]) >= _LEAST:
        return "That hardly differs from rest: go as far as you can."
    return ""


def neutral_of(hold: Poses) -> Neutral | None:
    """The neutral of a hold, or None where the shoulders are not seen."""
    try:
        return neutral_from(smooth_poses(hold)[round(_SETTLE * len(hold)) :])
    except CalibrationError:
        return None


def trace_of(
    trace: tuple[tuple[float, float], ...], neutral: Neutral | None, pose: str, raw: Poses
) -> tuple[tuple[float, float], ...]:
    """The trace with one more frame: degrees of what the pose is about; empty before a neutral."""
    if neutral is None or pose not in _MOVES:
        return ()
    t = float(raw.t[0])
    degrees = float(getattr(solve(raw, neutral), _MOVES[pose][0])[0, 0])
    recent = tuple(point for point in trace if point[0] > t - _TRACE_S)
    return (*recent, (t, degrees)) if np.isfinite(degrees) else recent


def summary_of(calibration: Calibration) -> tuple[str, ...]:
    """The ranges in words, with the smallest change that can be told apart."""
    both = (("Retraction", calibration.retraction), ("Shrug", calibration.elevation))
    return tuple(_range_line(title, ranges[0]) for title, ranges in both if ranges is not None)


def _range_line(title: str, own: Range) -> str:
    low = f"{own.low:+.0f}" if np.isfinite(own.low) else "0"
    line = f"{title}: {low} to {own.high:+.0f} degrees, changes from {own.sdc:.1f} on can be told"
    if own.high >= 2 * own.sdc:
        return f"{line}."
    return f"{line}: too small a range to be graded here. Turn a little and calibrate again."


def verify(hold: Poses, calibration: Calibration) -> str:
    """What the finished calibration says of one more full squeeze, one sentence."""
    kept = smooth_poses(hold)[round(_SETTLE * len(hold)) :]
    series = measure(kept, calibration)["retraction"]
    return proof_line(series, np.ones(len(kept), bool), "the poses differed")


def proof_line(series: Series, where: BoolArray, otherwise: str) -> str:
    """What a squeeze that should read 100 % does read, one sentence.

    Args:
        series: of retraction.
        where: (T,) frames of the squeeze.
        otherwise: why it may read something else.
    """
    good = where & (series.status == Status.OK)
    if good.sum() < 0.5 * where.sum():
        told = series.reason[where & (series.status == Status.NOT_OBSERVABLE)]
        why = Reason(int(np.bincount(told).argmax())).advice if len(told) else ""
        return f"The last squeeze could not be judged. {why}".strip()
    value = float(np.median(series.value[good]))
    if abs(value - 100) <= _PROOF:
        return f"Proof: the last squeeze reads {value:+.0f} %, as it should."
    return (
        f"The last squeeze reads {value:+.0f} % in place of about +100 %: {otherwise}. "
        "Calibrate again for values to rely on."
    )
