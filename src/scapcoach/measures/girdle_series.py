"""Retraction and elevation: left, right and mean, in per cent of the own range and in degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.calibration.types import Kind, Range
from scapcoach.geometry.posture import HIPS, SHOULDERS
from scapcoach.girdle.state import SIDES
from scapcoach.measures.exercise_series import either, exercise_series
from scapcoach.measures.gates import MIN_SHRUG, Scene, judge
from scapcoach.measures.types import Reason, Series

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from scapcoach.girdle.state import GirdleState
    from scapcoach.measures.gates import Objection

    FloatArray = npt.NDArray[np.floating[Any]]
    BoolArray = npt.NDArray[np.bool_]

#: Largest sigma in degrees with which an estimate is still told, mean and single side. Nothing
#: seen leaves retraction at 10.6 and 15 degrees, elevation at 14 and 20 (`Noise`); a view has to
#: tell something before it is believed [E, tuned on the phantom].
MAX_SIGMA: Final = {"retraction": (9.8, 12.5), "elevation": (8.0, 11.0)}

#: Trunk lengths by which the arms may have left the pose of the calibration. Moving arms drag
#: the shoulder landmarks sideways, which is retraction's own direction, so it allows less; so
#: does the side view, where an arm crosses the shoulder [E, tuned on the phantom].
MAX_ARM_DISTANCE: Final = {"retraction": 0.2, "elevation": 0.35}
#: ... of elevation where it is relative only: an offset does less harm to a change.
MAX_ARM_DISTANCE_RELATIVE: Final = 0.6
MAX_ARM_DISTANCE_SIDE: Final = 0.3

#: Share by which an estimate in degrees may be off because the landmarks follow one body more
#: than another [M, phantom: 0.3-1.0 of retraction, 0.4-0.9 of elevation come through]. It adds
#: to the sigma of degrees; per cent of the own range are free of it.
GAIN_SIGMA: Final = {"retraction": 0.6, "elevation": 0.35}

#: Degrees of yaw by which the person may have turned since the calibration [E].
MAX_TURN: Final = 25.0

#: Trunk lengths by which the shoulders rise over the hips per degree of estimated elevation, the
#: share of it that has to be seen, and its error in degrees [M, phantom: 0.0015-0.0035].
RISE_PER_DEGREE: Final = 0.0028
MIN_RISE_SHARE: Final = 0.2
RISE_ERROR: Final = 2.0

#: Trunk lengths by which the elbows of the neutral have to hang below the shoulders for
#: retraction to be measured from it: raised arms have dragged its shoulders already [E].
MIN_HANG: Final = 0.25

#: A range that is under twice the smallest detectable change cannot be graded (DESIGN.md 4).
MIN_RANGE_IN_SDC: Final = 2.0


def girdle_series(scene: Scene) -> Iterator[Series]:
    """Series of `retraction*` and `elevation*`, in the order of the registry."""
    for quantity in ("retraction", "elevation"):
        for side, label in enumerate(SIDES):
            name = quantity if label == "mean" else f"{quantity}_{label}"
            still = _series(scene, quantity, side, name)
            if scene.exercise is None:
                yield still
            else:
                yield either(exercise_series(scene, scene.exercise, quantity, side, name), still)


def _series(scene: Scene, quantity: str, side: int, name: str) -> Series:
    count = len(scene.poses)
    if scene.state is None or scene.calibration is None:
        nothing = np.full(count, np.nan)
        objections = scene.uncalibrated()
        return judge(scene, name, nothing, nothing, objections, Reason.NOT_CALIBRATED,
                     (nothing, nothing))  # fmt: skip
    degrees = getattr(scene.state, quantity)[:, side]
    sigma = getattr(scene.state, f"{quantity}_sigma")[:, side]
    objections = _objections(scene, scene.state, quantity, side, sigma)
    deg_sigma = np.hypot(sigma, GAIN_SIGMA[quantity] * np.abs(degrees))
    ranges = getattr(scene.calibration, quantity)
    if ranges is None:
        nothing = np.full(count, np.nan)
        automatic = scene.calibration.kind is Kind.AUTO
        why = Reason.AUTO_CALIBRATED if automatic else Reason.NOT_CALIBRATED
        return judge(scene, name, nothing, nothing, objections, why, (degrees, deg_sigma))
    own: Range = ranges[side]
    least = MIN_RANGE_IN_SDC * own.sdc
    objections.append((np.full(count, not own.high >= least), Reason.RANGE_TOO_SMALL))
    if not -own.low >= least:
        with np.errstate(invalid="ignore"):
            objections.append((degrees < -own.sdc, Reason.RANGE_TOO_SMALL))
    per_cent, per_cent_sigma = _per_cent(degrees, sigma, own)
    return judge(scene, name, per_cent, per_cent_sigma, objections, None, (degrees, deg_sigma))


def _per_cent(degrees: FloatArray, sigma: FloatArray, own: Range) -> tuple[FloatArray, FloatArray]:
    """Per cent of the own range: of the upper part above neutral, of the lower part below.

    A lower part that is too small to be graded does not grade: what little lies below neutral is
    then measured by the upper part.
    """
    below = -own.low if -own.low >= MIN_RANGE_IN_SDC * own.sdc else own.high
    full = np.where(degrees >= 0, own.high, below)
    return 100 * degrees / full, np.abs(100 * sigma / full)


def _objections(
    scene: Scene, state: GirdleState, quantity: str, side: int, sigma: FloatArray
) -> list[Objection]:
    points = {"mean": SHOULDERS, "left": SHOULDERS[:1], "right": SHOULDERS[1:]}[SIDES[side]]
    objections = scene.missing(Reason.SHOULDER_HIDDEN, *points, needed=scene.sees(*points))
    objections += scene.misplaced()
    if scene.calibration is not None:
        objections += scene.lying()
        turned = scene.turned > MAX_TURN
        objections += [
            (turned & scene.from_side, Reason.TURN_TOWARDS_CAMERA),
            (turned, Reason.CALIBRATION_STALE),
            *scene.bent(),
        ]
    if quantity == "retraction":
        # From the side the landmarks follow the blades hardly at all (r 0.5-0.8 and a quarter of
        # the way on the phantom); it takes the back contour or an exercise calibration.
        objections.append((scene.from_side, Reason.TURN_TOWARDS_CAMERA))
        if scene.calibration is not None:
            hang = -scene.calibration.neutral.arms[:, 0, 1].max()
            raised = np.full(len(sigma), not hang >= MIN_HANG)
            objections.append((raised, Reason.ARMS_AWAY_FROM_CALIBRATION))
    elif side:
        # One behind the other, the shoulders cannot be told apart; their mean can be judged.
        objections.append((scene.from_side, Reason.TURN_TOWARDS_CAMERA))
    arms = state.arm_distance[:, side]
    limit = MAX_ARM_DISTANCE[quantity]
    if quantity == "elevation" and scene.calibration and scene.calibration.elevation is None:
        limit = MAX_ARM_DISTANCE_RELATIVE
    limits = np.where(scene.from_side, min(limit, MAX_ARM_DISTANCE_SIDE), limit)
    with np.errstate(invalid="ignore"):
        away = ~(arms <= limits)
        wide = ~(sigma <= MAX_SIGMA[quantity][0 if side == 0 else 1])
    objections.append((away, Reason.ARMS_AWAY_FROM_CALIBRATION))
    objections += [
        (wide & scene.from_side, Reason.TURN_TOWARDS_CAMERA),
        (wide & ~scene.sees_any(*HIPS), Reason.HIPS_HIDDEN),
        (wide & _shrugs(state, quantity, side), Reason.SHOULDERS_RAISED),
        (wide, Reason.TOO_UNCERTAIN),
    ]
    if quantity == "elevation":
        objections.append((_contradicted(state, side), Reason.TOO_UNCERTAIN))
    return objections


def _shrugs(state: GirdleState, quantity: str, side: int) -> BoolArray:
    """(T,) the shoulders are so high that their rise drowns retraction."""
    return np.asarray((state.elevation[:, side] > MIN_SHRUG) & (quantity == "retraction"))


def _contradicted(state: GirdleState, side: int) -> BoolArray:
    """(T,) ears and shoulders come together, but the shoulders do not rise over the hips.

    Then it is the head that has moved: a nod or a slump is no shrug (DESIGN.md section 3).
    """
    elevation = state.elevation[:, side]
    risen = state.rise / RISE_PER_DEGREE
    with np.errstate(invalid="ignore"):
        against = np.sign(elevation) * risen < MIN_RISE_SHARE * np.abs(elevation) - RISE_ERROR
        return np.asarray((np.abs(elevation) > MIN_SHRUG) & against)
