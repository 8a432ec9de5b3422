"""Statistics of agreement between an estimate and the truth; pure functions of arrays.

NaN in an estimate means that the product withheld it. Withholding can improve
a figure only at the cost of the share judged, which stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy.stats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scapcoach.arrays import BoolArray, FloatArray


#: 1.96 x sqrt(2): the smallest difference of two readings beyond chance, 95 %.
SDC_FACTOR: Final = 2.77

#: Truth that varies less than this (standard deviation, degrees or per cent) has no meaningful
#: slope.
MIN_SPREAD: Final = 1.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """How an estimate compares with the truth; NaN where there is nothing to compare.

    Attributes:
        frames: all of them, judged or not.
        judged: frames with an estimate; share_judged: of all.
        slope: of the least-squares line of estimates on truth; 1 is right.
        r: Pearson's correlation.
        mae, rmse, bias: of estimate less truth.
        mae_of_zero: what saying 0 in the judged frames would have given: an `mae` near it means
            no information.
        low, high: 95 % limits of agreement, bias -+ 1.96 SD (Bland & Altman 1986).
        within_1, within_2: share of frames whose truth is within 1 and 2 sigma of the estimate;
            a sigma that is right gives 0.68 and 0.95.
        signed: judged frames in which the truth is clearly on one side.
        sign_errors: share of those in which the estimate is on the other side.
        sure_sign_errors: ... and by more than its own sigma.
    """

    frames: int
    judged: int
    share_judged: float
    slope: float
    r: float
    mae: float
    rmse: float
    bias: float
    mae_of_zero: float
    low: float
    high: float
    within_1: float
    within_2: float
    signed: int
    sign_errors: float
    sure_sign_errors: float


def agreement(
    estimate: FloatArray,
    truth: FloatArray,
    sigma: FloatArray | None = None,
    sided: BoolArray | None = None,
) -> Agreement:
    """Compare estimates with the truth.

    Args:
        estimate: (N,), NaN where withheld.
        truth: (N,), known everywhere.
        sigma: (N,) one standard deviation as the product reports it; None: not known.
        sided: (N,) where the truth is clearly on one side, so that a sign can be wrong.
    """
    judged = np.isfinite(estimate)
    e, y = estimate[judged], truth[judged]
    error = e - y
    n = len(error)
    spread = float(error.std(ddof=1)) if n > 1 else np.nan
    bias = mean(error)
    slope, r = line(y, e)
    s = np.full(n, np.nan) if sigma is None else sigma[judged]
    known = np.isfinite(s)
    clear = np.zeros(n, bool) if sided is None else sided[judged]
    wrong = e * y < 0
    with np.errstate(invalid="ignore"):
        sure = wrong & (np.abs(e) > s)
    return Agreement(
        frames=len(estimate),
        judged=n,
        share_judged=n / len(estimate) if len(estimate) else np.nan,
        slope=slope,
        r=r,
        mae=mean(np.abs(error)),
        rmse=float(np.sqrt(mean(error**2))),
        bias=bias,
        mae_of_zero=mean(np.abs(y)),
        low=bias - 1.96 * spread,
        high=bias + 1.96 * spread,
        within_1=mean((np.abs(error) <= s)[known]),
        within_2=mean((np.abs(error) <= 2 * s)[known]),
        signed=int(clear.sum()),
        sign_errors=mean(wrong[clear]),
        sure_sign_errors=mean(sure[clear & known]),
    )


def line(x: FloatArray, y: FloatArray, spread: float = MIN_SPREAD) -> tuple[float, float]:
    """Slope of y on x by least squares, and Pearson's r; NaN where x varies less than `spread`."""
    if len(x) < 3 or x.std() < spread:
        return np.nan, np.nan
    if np.ptp(y) == 0:
        return 0.0, np.nan
    fit = scipy.stats.linregress(x, y)
    return float(fit.slope), float(fit.rvalue)


def smallest_detectable_change(groups: Iterable[FloatArray]) -> float:
    """2.77 x the SD between repeats of the same, pooled over groups of repeats.

    Args:
        groups: each (K,) readings of what was the same thing each time; NaN is dropped, and so
            are groups of fewer than two.
    """
    total, freedom = 0.0, 0
    for group in groups:
        known = group[np.isfinite(group)]
        if len(known) > 1:
            total += float(((known - known.mean()) ** 2).sum())
            freedom += len(known) - 1
    return SDC_FACTOR * float(np.sqrt(total / freedom)) if freedom else np.nan


def middle_and_worst(values: Iterable[float], *, high_is_bad: bool = True) -> tuple[float, float]:
    """Median, and the worst, of what is known."""
    known = np.array([v for v in values if np.isfinite(v)])
    if len(known) == 0:
        return np.nan, np.nan
    return float(np.median(known)), float(known.max() if high_is_bad else known.min())


def mean(values: FloatArray | BoolArray) -> float:
    """NaN of nothing."""
    return float(values.mean()) if len(values) else np.nan


def auc(positive: FloatArray, negative: FloatArray) -> float:
    """Chance that one of `positive` is larger than one of `negative`; ties count half.

    NaN is left out; the result is NaN where one side is empty.
    """
    p, n = positive[np.isfinite(positive)], negative[np.isfinite(negative)]
    if not len(p) or not len(n):
        return float("nan")
    return float(scipy.stats.mannwhitneyu(p, n).statistic / (len(p) * len(n)))
