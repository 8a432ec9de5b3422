"""Retraction and elevation with hanging arms, read against the own full poses.

The template of the own poses (`girdle.personal`) and the estimators, scaled by the own range,
say the same thing over again; they are taken together by how sure each is. What moves the
landmarks without the girdle (a turn, a lean, an arm) fools each otherwise. Where the poses hardly
show in this view, or something else than the girdle has moved, nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.girdle.personal import PROTRACTION
from scapcoach.measures.exercise_series import RANGE_SIGMA, TYPICAL
from scapcoach.measures.gates import ONE_SIDE, judge_sides, shrugged, unsure
from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.calibration.calibration import Calibration, Range
    from scapcoach.girdle.personal import Shares
    from scapcoach.girdle.state import GirdleState
    from scapcoach.measures.gates import Objection, Scene
    from scapcoach.measures.series import Series


#: Errors over what the spreads of `girdle.personal` give [M, phantom: 0.5-0.7].
NOISE_FACTOR: Final = 0.5
#: How well a full pose repeats itself, as a share of the reading [M, phantom].
REPEATS: Final = {"retraction": 0.15, "elevation": 0.08}
#: Root mean square of what is left over that is usual, in standard deviations: where it is more,
#: the reading is less sure in proportion. Much more is no longer the calibrated body; it passes
#: for a squeeze, but hardly for a shrug [M, phantom: 0.13-0.35 with still arms; errors of
#: retraction grow with it, r 0.6-0.99].
USUAL_MISFIT: Final = 0.25
MAX_MISFIT: Final = {"retraction": 0.4, "elevation": 0.8}
#: Errors over sigma once all have been heard [M, phantom: 22 development people;
#: 78 and 94 % of truths within one and two sigma of retraction, 80 and 93 % of elevation].
JOINED: Final = {"retraction": 0.8, "elevation": 1.0}
#: Largest sigma, as a share of the own full pose, with which it is given: mean and single side [E].
MAX_SIGMA: Final = {"retraction": (0.45, 0.55), "elevation": (0.3, 0.35)}
#: Own full depression over the own shrug below which it cannot be graded: what little lies below
#: the neutral is then given as a share of the shrug [M, phantom: it repeats to 0.05].
LEAST_DEPRESSION: Final = 0.12
#: Share by which an estimator's reading is off where it is not at the very pose of the range.
SCALE_SIGMA: Final = 0.2
#: What no sigma tells, as a share of the own full pose: it keeps the surest from drowning the
#: others [M, phantom: development people].
UNTOLD: Final = 0.2
#: Range of an estimator in smallest detectable changes below which it has no say.
LEAST_RANGE: Final = 2.0


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
        own: what the template says of them.
        quantity: retraction or elevation.
        names: of the three measures.
        objections: to where the person is and what is seen, over (3, T).
    """
    calibration, state = scene.calibration, scene.state
    assert calibration is not None
    assert state is not None
    share, sigma = _read(own, quantity)
    below = share < 0
    voices = [(share, sigma), _scaled(state, getattr(calibration, quantity), quantity, below)]
    if scene.observed is not None and calibration.observed is not None:
        ranges = getattr(calibration.observed, quantity)
        voices.append(_scaled(scene.observed, ranges, quantity, below))
    share = _joined(voices)
    with np.errstate(invalid="ignore"):
        moved = own.misfit > MAX_MISFIT[quantity]
        wide = ~(sigma <= np.where(ONE_SIDE, *reversed(MAX_SIGMA[quantity])))
    objections.append((moved, Reason.TRUNK_MOVED))
    objections += unsure(scene, wide, shrugged(state, quantity), Reason.RANGE_TOO_SMALL)
    # All look at the same landmarks: their errors are no independent dice.
    sigma = JOINED[quantity] * sigma
    full = _whole(calibration, quantity, share)
    typical = TYPICAL[quantity]
    degrees = (typical * share, typical * np.hypot(sigma, RANGE_SIGMA * share))
    return judge_sides(scene, names, 100 * share / full, 100 * sigma / full, objections, None,
                       degrees)  # fmt: skip


def _read(own: Shares, quantity: str) -> tuple[FloatArray, FloatArray]:
    """(3, T) shares by the template, and their sigma."""
    share = getattr(own, quantity).T
    noise = NOISE_FACTOR * getattr(own, f"{quantity}_sigma").T
    noise = noise * np.maximum(1, own.misfit / USUAL_MISFIT)
    return share, np.hypot(noise, REPEATS[quantity] * share)


def _scaled(
    state: GirdleState, ranges: tuple[Range, ...] | None, quantity: str, below: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """(3, T) the same by an estimator, and its sigma; infinite where its range is too small.

    Where the blades are drawn apart (`below`), it is the own protraction that has to be sure.
    """
    degrees, sigma = getattr(state, quantity).T, getattr(state, f"{quantity}_sigma").T
    if ranges is None:
        return np.zeros_like(degrees), np.full_like(sigma, np.inf)
    high, low, sdc = np.array([(own.high, own.low, own.sdc) for own in ranges]).T[..., None]
    enough = high >= LEAST_RANGE * sdc
    full = np.where(enough, high, 1.0)
    if quantity == "retraction":
        # Less than nothing is graded by the own protraction, where that can be told apart.
        apart = -low >= LEAST_RANGE * sdc
        full = np.where(enough & apart & (degrees < 0), -low / PROTRACTION, full)
        enough = enough & (apart | ~below)
    share = np.where(enough, degrees / full, 0.0)
    noise = np.hypot(sigma / full, SCALE_SIGMA * share)
    return share, np.where(enough, noise, np.inf)


def _joined(voices: Sequence[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """Readings as one, weighed by inverse variance."""
    weights = [1 / (sigma**2 + UNTOLD**2) for _, sigma in voices]
    total = sum(w * share for w, (share, _) in zip(weights, voices, strict=True))
    return np.asarray(total / sum(weights))


def _whole(calibration: Calibration, quantity: str, share: FloatArray) -> FloatArray:
    """The share that is 100 % on this side of the neutral."""
    lower = PROTRACTION
    if quantity == "elevation":
        assert calibration.shifts is not None
        down = -calibration.shifts.depression
        lower = down if down >= LEAST_DEPRESSION else 1.0
    return np.where(share < 0, lower, 1.0)
