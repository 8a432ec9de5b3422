"""Repetition by repetition: has what is read of a real clip the right sign?

A repetition goes from one end of a movement of the arms to the other and back. Its two ends are
found from hands and elbows alone and compared by what the product read there: the peak of a row has
to read more retracted than its stretch, the top of a shrug higher than its bottom, and raises,
presses and curls no retraction at all. Where the product says nothing at one end, the repetition
counts as neither.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.filters import ZeroPhase
from scapcoach.geometry.posture import trunk_length
from scapcoach.girdle.template import arm_features

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


#: Shares of the usual travel below which the arms are at one end, and above which at the other.
LOW, HIGH = 0.3, 0.7
#: Seconds by which a repetition's movement is smoothed, and for which an end is held at the least.
_SMOOTHED: Final = 0.15
_HELD: Final = 0.1
#: Degrees by which the two ends differ before the difference says anything, as in `real_checks`.
CLEAR: Final = 5.0
#: Trunk lengths (or shares of the arm's length) that a movement has to travel at the least.
_TRAVEL: Final = {"shrug": 0.05, "pull": 0.12, "arms": 0.3}


def ends(t: FloatArray, movement: FloatArray, travel: float) -> list[tuple[slice, slice]]:
    """The repetitions of a movement: frames at its low end, and at the high end that follows.

    Args:
        t: (T,) seconds.
        movement: (T,) any unit, NaN without a person.
        travel: by how much it must change at the least, from its 10th to its 90th per cent.
    """
    known = np.isfinite(movement)
    if known.sum() < 3:
        return []
    smooth = ZeroPhase(_SMOOTHED)(t, movement)
    low, high = np.nanquantile(smooth, [0.1, 0.9])
    if high - low < travel:
        return []
    share = np.nan_to_num((smooth - low) / (high - low), nan=0.5)
    state = np.where(share < LOW, -1, np.where(share > HIGH, 1, 0))
    edges = np.flatnonzero(np.diff(state, prepend=0, append=0))
    runs = [slice(int(a), int(b)) for a, b in pairwise(edges)]
    stays = [r for r in runs if state[r.start] and t[r.stop - 1] - t[r.start] >= _HELD]
    found, bottom = [], None
    for run in stays:
        if state[run.start] < 0:
            bottom = run
        elif bottom is not None:
            found.append((bottom, run))
            bottom = None
    return found


def arms_movement(poses: Poses) -> FloatArray:
    """(T,) trunk lengths along the way that the arms go most; its sign means nothing."""
    seen = poses.present
    if not seen.any():
        return np.full(len(poses), np.nan)
    arms = arm_features(poses, float(np.nanmedian(trunk_length(poses)[seen])))
    known = np.isfinite(arms).all(axis=1)
    if known.sum() < 3:
        return np.full(len(poses), np.nan)
    away = arms - np.median(arms[known], axis=0)
    way = np.linalg.svd(away[known], full_matrices=False)[2][0]
    return np.asarray(away @ way)


def check_reps(
    kind: str, t: FloatArray, movement: FloatArray, degrees: FloatArray | None
) -> dict[str, Any]:
    """How many repetitions there are, how many are read, and how many of these rightly.

    Args:
        kind: `pull` (retraction has to rise), `shrug` (elevation has to rise) or `arms`
            (retraction must not be over `CLEAR` at the end that reads more of it).
        t: (T,) seconds.
        movement: (T,) by which repetitions are found, rising to the peak.
        degrees: (T,) the reading of retraction or elevation, NaN where withheld.
    """
    reps = ends(t, movement, _TRAVEL[kind])
    reading = np.full(len(t), np.nan) if degrees is None else degrees
    both = [(_mean(reading[low]), _mean(reading[high])) for low, high in reps]
    if kind == "arms":
        known = [float(np.nanmax(b)) for b in both if np.isfinite(b).any()]
        right = [k <= CLEAR for k in known]
    else:
        known = [high - low for low, high in both if np.isfinite([low, high]).all()]
        right = [k > 0 for k in known]
    return {
        "kind": kind,
        "reps": len(reps),
        "judged": len(known),
        "right": int(np.sum(right)),
        "clearly_wrong": sum(not ok and abs(k) > CLEAR for ok, k in zip(right, known, strict=True)),
        "degrees": [round(k, 1) for k in known],
    }


def lines(results: Sequence[dict[str, Any]]) -> Iterable[str]:
    """The table of all clips, a line for each kind; nothing without any repetition."""
    found = [r["reps"] for r in results if r.get("reps")]
    kinds = [k for k in _TITLES if any(f["kind"] == k and f["reps"] for f in found)]
    if not kinds:
        return
    yield ""
    yield "Repetition by repetition: is the sign right?"
    for kind in kinds:
        of = [f for f in found if f["kind"] == kind and f["reps"]]
        reps, judged, right, wrong = (
            sum(f[k] for f in of) for k in ("reps", "judged", "right", "clearly_wrong")
        )
        share = f"{right / judged:.0%}" if judged else "-"
        yield (
            f"  {_TITLES[kind]:<52}{len(of):>3} clips {reps:>4} repetitions, read "
            f"{judged:>3} ({judged / reps:.0%}), right {right:>3} ({share}), "
            f"wrong by over {CLEAR:g} deg {wrong}"
        )


_TITLES: Final = {
    "pull": "rows, pulldowns: more retracted at the peak",
    "shrug": "shrugs: higher at the top",
    "arms": "raises, presses, curls: no retraction",
}


def _mean(values: FloatArray) -> float:
    """Mean over the frames of one end, NaN where fewer than half of them are judged."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if 2 * len(known) >= len(values) > 0 else float("nan")
