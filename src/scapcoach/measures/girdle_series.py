"""Retraction and elevation: mean, left and right, in per cent of the personal range and degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.calibration import CalibrationKind
from scapcoach.girdle.state import SIDES
from scapcoach.measures.exercise_series import exercise_series, prefer_moving
from scapcoach.measures.gates import (
    MIN_RANGE_IN_SDC,
    MIN_SHRUG,
    ONE_SIDE,
    Scene,
    hidden_shoulders,
    judge_sides,
    shoulders_raised,
    too_uncertain,
)
from scapcoach.measures.personal_series import personal_series
from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapcoach.arrays import BoolArray
    from scapcoach.calibration.calibration import Calibration, Range
    from scapcoach.girdle.state import GirdleState
    from scapcoach.measures.gates import Objection
    from scapcoach.measures.series import Series


#: Largest sigma in degrees with which an estimate is still shown, mean and single side. A view that
#: shows nothing leaves retraction at 10.6 and 15 degrees, elevation at 14 and 20 (the priors of
#: `GeometricNoise`); an estimate must be clearly better than that [E, tuned on the phantom].
MAX_DEGREES_SIGMA: Final = {"retraction": (9.8, 12.5), "elevation": (8.0, 11.0)}

#: Trunk lengths by which the arms may have left the pose of the calibration. Moving arms drag
#: the shoulder landmarks sideways, as retraction does, so its limit is smaller; the limit in the
#: side view is smaller, too, since there an arm crosses the shoulder [E, tuned on the phantom].
MAX_ARM_DISTANCE: Final = {"retraction": 0.2, "elevation": 0.35}
#: ... of retraction where the squeeze is calibrated: the squeeze itself moves the arms, as it did
#: in the calibration [M, phantom: by up to 0.3; root mean square errors are not larger there].
MAX_ARM_DISTANCE_SQUEEZED: Final = 0.3
#: ... of elevation where it is only relative: an offset affects a change less.
MAX_ARM_DISTANCE_RELATIVE: Final = 0.6
MAX_ARM_DISTANCE_SIDE: Final = 0.3

#: Share by which an estimate in degrees may be wrong because landmarks follow the girdle more in
#: some bodies than in others [M, phantom: they show 0.3-1.0 of retraction, 0.4-0.9 of elevation].
#: It adds to the sigma of degrees; per cent of the personal range do not have this error.
GAIN_SIGMA: Final = {"retraction": 0.6, "elevation": 0.35}

#: Degrees of yaw by which the person may have turned since the calibration [E].
MAX_YAW_CHANGE: Final = 25.0

#: Trunk lengths by which the shoulders rise over the hips per degree of estimated elevation, the
#: share of it that must be visible, and its error in degrees [M, phantom: 0.0015-0.0035].
RISE_PER_DEGREE: Final = 0.0028
MIN_RISE_SHARE: Final = 0.2
RISE_ERROR: Final = 2.0

#: Trunk lengths by which the elbows must be below the shoulders in a neutral from which retraction
#: is measured: raised arms have already dragged the shoulder landmarks [E].
MIN_ELBOW_DROP: Final = 0.25


def girdle_series(scene: Scene) -> Iterator[Series]:
    """Series of `retraction*` and `elevation*`, in the order of the registry."""
    for quantity in ("retraction", "elevation"):
        names = [quantity if side == "mean" else f"{quantity}_{side}" for side in SIDES]
        still = _series(scene, quantity, names)
        if scene.exercise is None:
            yield from still
        else:
            yield from map(
                prefer_moving, exercise_series(scene, scene.exercise, quantity, names), still
            )


def _series(scene: Scene, quantity: str, names: Sequence[str]) -> Iterator[Series]:
    """Mean, left and right at once, with still arms: fewer numpy calls per live frame."""
    state, calibration = scene.state, scene.calibration
    nothing = np.full((len(SIDES), len(scene.poses)), np.nan)
    if state is None or calibration is None:
        return judge_sides(scene, names, nothing, nothing, scene.uncalibrated(),
                           Reason.NOT_CALIBRATED, (nothing, nothing))  # fmt: skip
    degrees = getattr(state, quantity).T
    sigma = getattr(state, f"{quantity}_sigma").T
    objections = _objections(scene, calibration, state, quantity)
    if quantity == "elevation":
        objections.append((_contradicted(state), Reason.TOO_UNCERTAIN))
    if scene.personal is not None:
        return personal_series(scene, scene.personal, quantity, names, objections)
    with np.errstate(invalid="ignore"):
        wide = ~(sigma <= np.where(ONE_SIDE, *reversed(MAX_DEGREES_SIGMA[quantity])))
    objections.append((wide & scene.from_side, Reason.TURN_TOWARDS_CAMERA))
    objections += too_uncertain(
        scene, wide, shoulders_raised(state, quantity), Reason.TOO_UNCERTAIN
    )
    deg_sigma = np.hypot(sigma, GAIN_SIGMA[quantity] * np.abs(degrees))
    ranges: tuple[Range, ...] | None = getattr(calibration, quantity)
    if ranges is None:
        automatic = calibration.kind is CalibrationKind.AUTO
        why = Reason.AUTO_CALIBRATED if automatic else Reason.NOT_CALIBRATED
        return judge_sides(scene, names, nothing, nothing, objections, why, (degrees, deg_sigma))
    high, low, sdc = np.array([(own.high, own.low, own.sdc) for own in ranges]).T[..., None]
    least = MIN_RANGE_IN_SDC * sdc
    graded = -low >= least
    with np.errstate(invalid="ignore"):
        too_low = ~graded & (degrees < -sdc) & (quantity == "retraction")
    objections += [
        (~(high >= least), Reason.RANGE_TOO_SMALL),
        (too_low, Reason.RANGE_TOO_SMALL),
    ]
    full = np.where(degrees >= 0, high, np.where(graded, -low, high))
    per_cent, per_cent_sigma = 100 * degrees / full, np.abs(100 * sigma / full)
    return judge_sides(scene, names, per_cent, per_cent_sigma, objections, None,
                       (degrees, deg_sigma))  # fmt: skip


def _objections(
    scene: Scene, calibration: Calibration, state: GirdleState, quantity: str
) -> list[Objection]:
    """Objections over (3, T) to place, view and pose of the person: mean, left and right."""
    turned = scene.turned > MAX_YAW_CHANGE
    objections = [
        *hidden_shoulders(scene, np.logical_and),
        *scene.wrong_distance(),
        *scene.lying_down(),
        (turned & scene.from_side, Reason.TURN_TOWARDS_CAMERA),
        (turned, Reason.CALIBRATION_STALE),
        *scene.trunk_moved(),
    ]
    if quantity == "retraction" and scene.personal is None:
        # From the side the landmarks hardly follow the blades (on the phantom r 0.5-0.8 and a
        # quarter of the movement); there it needs calibrated poses or an exercise calibration.
        objections.append((scene.from_side, Reason.TURN_TOWARDS_CAMERA))
    else:
        # From the side one shoulder hides the other: only their mean can be judged.
        objections.append((ONE_SIDE & scene.from_side, Reason.TURN_TOWARDS_CAMERA))
    if quantity == "retraction":
        raised = not -calibration.neutral.arms[:, 0, 1].max() >= MIN_ELBOW_DROP
        objections.append((np.array([raised]), Reason.ARMS_AWAY_FROM_CALIBRATION))
    limit = MAX_ARM_DISTANCE[quantity]
    if quantity == "elevation" and calibration.elevation is None:
        limit = MAX_ARM_DISTANCE_RELATIVE
    if quantity == "retraction" and scene.calibration and scene.calibration.retraction:
        limit = MAX_ARM_DISTANCE_SQUEEZED
    limits = np.where(scene.from_side, min(limit, MAX_ARM_DISTANCE_SIDE), limit)
    with np.errstate(invalid="ignore"):
        away = ~(limits >= state.arm_distance.T)
    return [*objections, (away, Reason.ARMS_AWAY_FROM_CALIBRATION)]


def _contradicted(state: GirdleState) -> BoolArray:
    """(3, T) ears and shoulders come closer, but the shoulders do not rise over the hips.

    Then the head has moved: a nod or a slump is not a shrug.
    """
    elevation = state.elevation.T
    risen = state.rise / RISE_PER_DEGREE
    with np.errstate(invalid="ignore"):
        against = np.sign(elevation) * risen < MIN_RISE_SHARE * np.abs(elevation) - RISE_ERROR
        return np.asarray((np.abs(elevation) > MIN_SHRUG) & against)
