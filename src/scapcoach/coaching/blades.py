"""How far the blades were drawn together in a repetition, as the surface of the back shows it.

Seen from behind this needs no calibration, but every number is relative: the squeeze is a change
since the repetition's own stretch, and the share compares it with the best squeeze of the set.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.results import Value
from scapcoach.coaching.values import MIN_JUDGED, TIME_SIGMA, read, why_not
from scapcoach.measures.series import Reason, Status
from scapcoach.surface.blades import LEAST_SQUEEZE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.arrays import BoolArray
    from scapcoach.coaching.readings import Readings
    from scapcoach.coaching.results import Rep, RepValues

    Window = tuple[float, float]

#: Seconds over which the deepest gap is averaged, and around the peak in which it is looked for.
HOLD_SECONDS: Final = 0.25
_NEAR: Final = 0.5
#: Share of a repetition's own deepest gap that counts as holding it [E].
HELD_SHARE: Final = 0.8
#: Standard deviations from which a squeeze stands out, and from which two squeezes differ clearly;
#: between the best and the others of many it takes more (`clear_from`).
CLEAR: Final = 2.0
#: Share of sets of equal squeezes in which any may differ clearly from the best, by chance.
_MAX_FALSE: Final = 0.05
#: What holding is timed with: between these shares lies the level [E].
_AROUND: Final = 0.05
_NO_FLOORS: Final[Mapping[str, float]] = MappingProxyType({})


def stands_out(squeeze: Value) -> bool:
    """Whether a squeeze is more than 5 % and more than two sigma."""
    if not squeeze.judged:
        return False
    return -squeeze.value > max(100 * LEAST_SQUEEZE, CLEAR * squeeze.sigma)


def clear_from(squeezes: int) -> float:
    """Standard deviations from which two of so many squeezes differ clearly.

    Of many equal squeezes the best one is best by luck as well, so the normal quantile is that of
    all pairs (Bonferroni); at least `CLEAR`.
    """
    pairs = max(squeezes * (squeezes - 1) / 2, 1)
    return max(CLEAR, NormalDist().inv_cdf(1 - _MAX_FALSE / 2 / pairs))


def differ(one: Value, other: Value, squeezes: int) -> bool:
    """Whether two of so many squeezes differ clearly."""
    sigma = float(np.hypot(one.sigma, other.sigma))
    return abs(one.value - other.value) >= clear_from(squeezes) * sigma


def blade_values(readings: Readings, rep: Rep) -> dict[str, Value]:
    """The values `blade_*` of one repetition; the share is of the best squeeze before it.

    Args:
        readings: that cover the repetition, from before its start to `rep.known`.
        rep: its times.
    """
    finish = _finish(rep)
    held = _deepest(readings, finish)
    if held is None:
        reason = why_not(readings.between(*finish), "blade_gap")
        names = ("squeeze", "share", "hold", "sides")
        return {f"blade_{name}": reason for name in names}
    squeeze = _mean(readings, "blade_gap", held)
    share = read(readings, "squeeze_share", held, _NO_FLOORS)
    return {
        "blade_squeeze": squeeze,
        # The best squeeze is as uncertain as this one.
        "blade_share": replace(share, sigma=float(np.sqrt(2)) * share.sigma),
        "blade_hold": _hold(readings, rep, squeeze),
        "blade_sides": _sides(readings, held),
    }


def _finish(rep: Rep) -> Window:
    """Where the deepest gap is looked for: around the peak, within the repetition."""
    last = min(rep.end, rep.known) if np.isfinite(rep.known) else rep.end
    return max(rep.start, rep.peak_start - _NEAR), max(min(last, rep.peak_end + _NEAR), rep.start)


def _deepest(readings: Readings, finish: Window) -> Window | None:
    """The short hold with the smallest mean gap; None where too few frames are judged."""
    part = readings.between(*finish)
    known = _judged(part, "blade_gap")
    if len(part) < 2 or known.mean() < MIN_JUDGED:
        return None
    gap, found, least = part.measure("blade_gap"), None, np.inf
    for t in part.t:
        inside = (part.t >= t - 1e-6) & (part.t <= t + HOLD_SECONDS + 1e-6)
        if t + HOLD_SECONDS > part.t[-1] + 1e-6 and found is not None:
            break
        if known[inside].mean() < MIN_JUDGED:
            continue
        mean = float(gap[inside & known].mean())
        if mean < least:
            least, found = mean, (float(t), float(t) + HOLD_SECONDS)
    return found


def _judged(part: Readings, measure: str) -> BoolArray:
    return np.asarray(
        (part.status(measure) <= Status.RELATIVE) & np.isfinite(part.measure(measure))
    )


def _mean(readings: Readings, measure: str, held: Window) -> Value:
    """The mean over a short hold; its sigma does not shrink with the number of frames."""
    part = readings.between(*held)
    known = _judged(part, measure)
    if not known.any():
        return why_not(part, measure)
    value = float(part.measure(measure)[known].mean())
    sigma = float(np.median(part.measure(measure, "sigma")[known]))
    return Value(value, sigma, Status.RELATIVE, Reason.SINCE_STRETCH)


def _sides(readings: Readings, held: Window) -> Value:
    """Per cent by which the left half was drawn together more than the right one."""
    left, right = (_mean(readings, f"blade_gap_{side}", held) for side in ("left", "right"))
    for side in (left, right):
        if not side.judged:
            return side
    sigma = float(np.hypot(left.sigma, right.sigma))
    return replace(left, value=right.value - left.value, sigma=sigma)


def _hold(readings: Readings, rep: Rep, squeeze: Value) -> Value:
    """Seconds within 80 % of the repetition's own deepest gap, where that stands out."""
    if not stands_out(squeeze):
        return Value.withheld(Reason.NO_SQUEEZE)
    part = readings.between(rep.start, min(rep.end, rep.known))
    known = _judged(part, "blade_gap")
    gap = np.where(known, part.measure("blade_gap"), np.nan)
    frames = np.gradient(part.t)

    def seconds(share: float) -> float:
        with np.errstate(invalid="ignore"):
            return float(frames[gap <= share * squeeze.value].sum())

    around = abs(seconds(HELD_SHARE - _AROUND) - seconds(HELD_SHARE + _AROUND)) / 2
    sigma = max(around, float(np.hypot(np.sqrt(2) * TIME_SIGMA, np.median(frames))))
    return Value(seconds(HELD_SHARE), sigma, Status.RELATIVE, Reason.SINCE_STRETCH)


def judged_squeezes(reps: Sequence[RepValues]) -> int:
    """In how many repetitions the gap between the blades was known at the finish."""
    return sum(r["blade_squeeze"].judged for r in reps)


def best_squeeze(reps: Sequence[RepValues]) -> RepValues | None:
    """The repetition with the deepest squeeze; None where none stands out."""
    known = [r for r in reps if stands_out(r["blade_squeeze"])]
    return min(known, key=lambda r: r["blade_squeeze"].value, default=None)


def shares_of_best(reps: Sequence[RepValues]) -> list[Value]:
    """For each repetition of a finished set its squeeze as a share of the set's best one.

    As in the measure, shares are of logarithms of the gap. Sigma is that of the difference from the
    best. Withheld with the squeeze's own reason, or where no squeeze of the set stands out.
    """
    best = best_squeeze(reps)
    return [_share(r["blade_squeeze"], best) for r in reps]


def _share(squeeze: Value, best: RepValues | None) -> Value:
    if not squeeze.judged:
        return squeeze
    if best is None:
        return Value.withheld(Reason.NO_SQUEEZE)
    (own, error), (most, doubt) = _logarithm(squeeze), _logarithm(best["blade_squeeze"])
    sigma = 100 * float(np.hypot(error, doubt)) / abs(most)
    return Value(100 * own / most, sigma, Status.RELATIVE, Reason.BEST_SO_FAR)


def _logarithm(squeeze: Value) -> tuple[float, float]:
    ratio = max(1 + squeeze.value / 100, 0.01)
    return float(np.log(ratio)), squeeze.sigma / 100 / ratio
