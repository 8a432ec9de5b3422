"""Gaps between the blades in a scripted set, as the surface of the back would show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.arrays import FloatArray
    from scapcoach.coaching.readings import Readings

    Times = Sequence[tuple[float, float, float, float]]


def gaps(t: FloatArray, share: FloatArray, true: Times, deepest: Sequence[float]) -> FloatArray:
    """(T,) per cent; in repetition k it goes with `share` from 0 to `deepest[k]` and back."""
    out = np.zeros(len(t))
    for (start, _, _, end), most in zip(true, deepest, strict=True):
        inside = (t >= start) & (t <= end)
        out[inside] = most * share[inside]
    return out


def show_gaps(readings: Readings, gap: FloatArray, sigma: float, best: FloatArray) -> None:
    """Write the gaps into readings, the right half drawn together a fifth less.

    Args:
        readings: of T frames.
        gap: (T,) per cent; NaN where the back is not seen.
        sigma: per cent.
        best: (T,) per cent, the best squeeze so far; NaN before there is one.
    """
    sides = {"": 1.0, "_left": 1.0, "_right": 0.8}
    shown = {f"blade_gap{side}": (by * gap, sigma) for side, by in sides.items()}
    share = 100 * np.log1p(gap / 100) / np.log1p(best / 100)
    shown["squeeze_share"] = (share, 100 * sigma / np.abs(best))
    for name, (value, spread) in shown.items():
        known = np.isfinite(value)
        base = Reason.BEST_SO_FAR if name == "squeeze_share" else Reason.SINCE_STRETCH
        missing = Reason.NO_SQUEEZE if name == "squeeze_share" else Reason.BACK_NOT_SEEN
        missing_here = np.where(np.isnan(gap), Reason.BACK_NOT_SEEN, missing)
        readings.measure(name)[:] = value
        readings.measure(name, "sigma")[:] = np.where(known, spread, np.nan)
        readings.measure(name, "status")[:] = np.where(
            known, Status.RELATIVE, Status.NOT_OBSERVABLE
        )
        readings.measure(name, "reason")[:] = np.where(known, base, missing_here)


def best_so_far(t: FloatArray, true: Times, deepest: Sequence[float]) -> FloatArray:
    """(T,) the deepest squeeze of the repetitions that are over; NaN before."""
    out = np.full(len(t), np.nan)
    for k, (_, _, _, end) in enumerate(true):
        out[t > end + 0.3] = min(deepest[: k + 1])
    return out
