"""Repetitions of one set compared with each other, where absolute values are withheld.

At the finish of every repetition the arms are in about the same pose, so the girdle can be compared
there without any calibration: fade, and which repetition was the weakest. What all repetitions have
in common, good or bad, does not show; values are ``relative``, in degrees from the set's mean.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.errors import CalibrationError
from scapcoach.girdle.geometric import GeometricNoise, solve
from scapcoach.girdle.neutral import neutral_from, usable_landmarks
from scapcoach.girdle.state import SIDES
from scapcoach.landmarks import SHOULDERS
from scapcoach.measures.series import Measures, Reason, Series, Status

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.girdle.state import GirdleState
    from scapcoach.landmarks import Poses


#: Trunk lengths by which the arms may differ from the set's usual finish [E].
MAX_FINISH_DISTANCE: Final = 0.35
#: Degrees by which the trunk may differ from the set's usual finish: a swing is not a squeeze [E].
MAX_TRUNK_DIFFERENCE: Final = 10.0


def matched(poses: Poses, measures: Measures, finish: BoolArray) -> Measures:
    """`measures`, with retraction and elevation compared at the finish where they are withheld.

    Args:
        poses: T smoothed frames.
        measures: of the same frames.
        finish: (T,) where the finish of a repetition is held, in all repetitions.

    Returns:
        Measures in which those frames have status ``relative``, reason ``matched_reps``; unchanged
        where too few of them show the person.
    """
    at = np.flatnonzero(finish & poses.present)
    try:
        neutral = neutral_from(poses[at])
    except CalibrationError:
        return measures
    # The usual finish is not a resting pose, as the model assumes: use the linear estimate.
    state = solve(poses[at], neutral, iterations=1)
    seen = usable_landmarks(poses)[at][:, list(SHOULDERS)].any(axis=1)
    series = dict(measures.series)
    for quantity in ("retraction", "elevation"):
        for side, label in enumerate(SIDES):
            name = quantity if label == "mean" else f"{quantity}_{label}"
            with np.errstate(invalid="ignore"):
                like = seen & (state.arm_distance[:, side] <= MAX_FINISH_DISTANCE)
                like &= state.trunk_change <= MAX_TRUNK_DIFFERENCE
            series[name] = _filled(series[name], at, like, _degrees(state, quantity, side))
    return replace(measures, series=MappingProxyType(series))


def _degrees(state: GirdleState, quantity: str, side: int) -> tuple[FloatArray, FloatArray]:
    """(N,) degrees from the set's mean, and the part of their sigma that differs between frames.

    How much of a movement the landmarks show is unknown, but equal for all repetitions. What
    differs is the noise of the landmarks: sigma * sqrt(1 - sigma^2 / prior^2) for a quantity with a
    Gaussian prior.
    """
    value = getattr(state, quantity)[:, side]
    sigma = getattr(state, f"{quantity}_sigma")[:, side]
    noise = GeometricNoise()
    prior = getattr(noise, quantity) * (noise.elevation_factor if quantity == "elevation" else 1.0)
    if side == 0:
        prior /= np.sqrt(2)
    gain = np.clip(1 - (sigma / prior) ** 2, 0.05, 1)
    return value, sigma * np.sqrt(gain)


def _filled(
    series: Series,
    at: npt.NDArray[np.intp],
    like: BoolArray,
    degrees: tuple[FloatArray, FloatArray],
) -> Series:
    """`series` with relative degrees in the frames `at` that are `like`; absolute values stay.

    Earlier relative values there start from another zero, and are removed.
    """
    open_ = (series.status[at] == Status.NOT_OBSERVABLE) | (series.status[at] == Status.RELATIVE)
    take = like & open_ & np.isfinite(degrees[0])
    drop = at[open_ & ~take]
    assert series.deg is not None
    assert series.deg_sigma is not None
    status, reason = series.status.copy(), series.reason.copy()
    deg, deg_sigma = series.deg.copy(), series.deg_sigma.copy()
    status[drop], reason[drop] = Status.NOT_OBSERVABLE, Reason.ARMS_AWAY_FROM_CALIBRATION
    deg[drop] = deg_sigma[drop] = np.nan
    chosen = at[take]
    status[chosen], reason[chosen] = Status.RELATIVE, Reason.MATCHED_REPS
    deg[chosen], deg_sigma[chosen] = degrees[0][take], degrees[1][take]
    return replace(series, status=status, reason=reason, deg=deg, deg_sigma=deg_sigma)
