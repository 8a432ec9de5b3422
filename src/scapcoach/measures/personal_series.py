"""Retraction and elevation with hanging arms, as shares of the calibrated full poses.

The shifts by the calibrated poses (`girdle.personal`) and the estimators, scaled by the calibrated
range, are several estimates of the same quantity. They are combined by inverse variance, since
movements other than those of the girdle (a turn, a lean, an arm) affect each one differently.
Values are withheld where the poses hardly show in this view, or where something other than the
girdle has moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.girdle.personal import PROTRACTION
from scapcoach.measures.exercise_series import TYPICAL_DEGREES, TYPICAL_SPREAD
from scapcoach.measures.gates import (
    MIN_RANGE_IN_SDC,
    ONE_SIDE,
    judge_sides,
    shoulders_raised,
    too_uncertain,
)
from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.calibration.calibration import Calibration, Range
    from scapcoach.girdle.personal import Shares
    from scapcoach.girdle.state import GirdleState
    from scapcoach.measures.gates import Objection, Scene
    from scapcoach.measures.series import Series


#: Measured errors over the sigma from `girdle.personal.PoseNoise` [M, phantom: 0.5-0.7].
POSE_NOISE_FACTOR: Final = 0.5
#: How well a full pose repeats, as a share of the reading [M, phantom].
POSE_REPEATABILITY: Final = {"retraction": 0.15, "elevation": 0.08}
#: Usual root mean square residual, in standard deviations: where it is larger, sigma grows in
#: proportion. Above the maximum something else has moved; that may look like a squeeze, but hardly
#: like a shrug [M, phantom: 0.13-0.35 with still arms; errors of
#: retraction grow with it, r 0.6-0.99].
USUAL_POSE_MISFIT: Final = 0.25
MAX_POSE_MISFIT: Final = {"retraction": 0.4, "elevation": 0.8}
#: Measured errors over sigma of the combined estimate [M, phantom: 22 development people;
#: 78 and 94 % of truths within one and two sigma of retraction, 80 and 93 % of elevation].
COMBINED_SIGMA_FACTOR: Final = {"retraction": 0.8, "elevation": 1.0}
#: Largest sigma, as a share of the full pose, with which a value is shown: mean, single side [E].
MAX_POSE_SIGMA: Final = {"retraction": (0.45, 0.55), "elevation": (0.3, 0.35)}
#: Smallest calibrated depression, as a share of the shrug, that can be graded: below it, values
#: below the neutral are shown as a share of the shrug [M, phantom: it repeats to 0.05].
MIN_DEPRESSION: Final = 0.12
#: Relative error of an estimator's share, except exactly at the calibrated pose.
SCALE_SIGMA: Final = 0.2
#: Systematic error that no sigma includes, as a share of the full pose: it limits the weight of
#: the most certain estimate [M, phantom: development people].
SYSTEMATIC_SIGMA: Final = 0.2


def personal_series(
    scene: Scene,
    own: Shares,
    quantity: str,
    names: Sequence[str],
    objections: list[Objection],
) -> Iterator[Series]:
    """Series of mean, left and right.

    Args:
        scene: of T frames, with a state and a calibration that has `shifts`.
        own: shares of the calibrated poses.
        quantity: retraction or elevation.
        names: of the three measures.
        objections: to place, view and pose of the person, over (3, T).
    """
    calibration, state = scene.calibration, scene.state
    assert calibration is not None
    assert state is not None
    share, sigma = _shares_and_sigma(own, quantity)
    below = share < 0
    estimates = [
        (share, sigma),
        _shares_by_range(state, getattr(calibration, quantity), quantity, below),
    ]
    if scene.observed is not None and calibration.observed is not None:
        ranges = getattr(calibration.observed, quantity)
        estimates.append(_shares_by_range(scene.observed, ranges, quantity, below))
    share = _combined(estimates)
    with np.errstate(invalid="ignore"):
        moved = own.misfit > MAX_POSE_MISFIT[quantity]
        wide = ~(sigma <= np.where(ONE_SIDE, *reversed(MAX_POSE_SIGMA[quantity])))
    objections.append((moved, Reason.TRUNK_MOVED))
    objections += too_uncertain(
        scene, wide, shoulders_raised(state, quantity), Reason.RANGE_TOO_SMALL
    )
    # All estimates use the same landmarks, so their errors are not independent: sigma is that of
    # the first estimate, scaled.
    sigma = COMBINED_SIGMA_FACTOR[quantity] * sigma
    full = _full_share(calibration, quantity, share)
    typical = TYPICAL_DEGREES[quantity]
    degrees = (typical * share, typical * np.hypot(sigma, TYPICAL_SPREAD * share))
    return judge_sides(scene, names, 100 * share / full, 100 * sigma / full, objections, None,
                       degrees)  # fmt: skip


def _shares_and_sigma(own: Shares, quantity: str) -> tuple[FloatArray, FloatArray]:
    """(3, T) shares from the shifts by the calibrated poses, and their sigma."""
    share = getattr(own, quantity).T
    noise = POSE_NOISE_FACTOR * getattr(own, f"{quantity}_sigma").T
    noise = noise * np.maximum(1, own.misfit / USUAL_POSE_MISFIT)
    return share, np.hypot(noise, POSE_REPEATABILITY[quantity] * share)


def _shares_by_range(
    state: GirdleState, ranges: tuple[Range, ...] | None, quantity: str, below: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """(3, T) the same from an estimator, and its sigma; infinite where its range is too small.

    Where the blades are drawn apart (`below`), the range of protraction must be large enough.
    """
    degrees, sigma = getattr(state, quantity).T, getattr(state, f"{quantity}_sigma").T
    if ranges is None:
        return np.zeros_like(degrees), np.full_like(sigma, np.inf)
    high, low, sdc = np.array([(own.high, own.low, own.sdc) for own in ranges]).T[..., None]
    enough = high >= MIN_RANGE_IN_SDC * sdc
    full = np.where(enough, high, 1.0)
    if quantity == "retraction":
        # Negative values are scaled by the calibrated protraction, where it is large enough.
        apart = -low >= MIN_RANGE_IN_SDC * sdc
        full = np.where(enough & apart & (degrees < 0), -low / PROTRACTION, full)
        enough = enough & (apart | ~below)
    share = np.where(enough, degrees / full, 0.0)
    noise = np.hypot(sigma / full, SCALE_SIGMA * share)
    return share, np.where(enough, noise, np.inf)


def _combined(estimates: Sequence[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """One estimate from several, weighted by inverse variance."""
    weights = [1 / (sigma**2 + SYSTEMATIC_SIGMA**2) for _, sigma in estimates]
    total = sum(w * share for w, (share, _) in zip(weights, estimates, strict=True))
    return np.asarray(total / sum(weights))


def _full_share(calibration: Calibration, quantity: str, share: FloatArray) -> FloatArray:
    """The share that is 100 % on this side of the neutral."""
    lower = PROTRACTION
    if quantity == "elevation":
        assert calibration.shifts is not None
        down = -calibration.shifts.depression
        lower = down if down >= MIN_DEPRESSION else 1.0
    return np.where(share < 0, lower, 1.0)
