"""Retraction and elevation while the arms move: per cent of the own squeeze and shrug.

They come from the exercise calibration (`girdle.conditioned`), read at each frame's own arm pose.
Where the arms are not on the calibrated path, or something else than blades and arms has moved,
nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.posture import HIPS, trunk_tilt
from scapcoach.measures.gates import ONE_SIDE, hidden_shoulders, judge_sides
from scapcoach.measures.series import Reason, Series, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapcoach.arrays import FloatArray
    from scapcoach.girdle.conditioned import Conditioned
    from scapcoach.measures.gates import Scene


#: Degrees of a typical full squeeze and of a shrug in an exercise (docs/explanation/method.md,
#: "Typical ranges"), and how far people differ in them, as a share. Degrees of an exercise
#: calibration are these times the share of the own squeeze: per cent are what is measured.
TYPICAL: Final = {"retraction": 18.0, "elevation": 30.0}
RANGE_SIGMA: Final = 0.25

#: Share of a full squeeze that a full shrug brings along: the calibration's shrug is taken for a
#: pure one, and is none: a shrug brings some retraction [E].
SHRUG_BRINGS: Final = 0.2

#: What is uncertain beyond the landmarks' noise, as shares [M, phantom]: how well a shift repeats
#: itself; how much a shrug hides of the blades; the place of zero before the finish, since raised
#: arms draw the blades along (Ludewig et al., J Bone Joint Surg 2009: 16 deg at full elevation),
#: and how many times more of it for a whole shrug, whose way up is not known.
REPEATS: Final = {"retraction": 0.05, "elevation": 0.08}
HIDDEN_BY_SHRUG: Final = 0.25
EARLY: Final = {"retraction": 0.25, "elevation": 0.1}
EARLY_SHRUGGED: Final = 2.0

#: Root mean square of what is left over, in standard deviations, up to which a frame is like the
#: calibration: swings of the trunk lie above it. They pass for a squeeze, but less for a shrug
#: [M, phantom].
MAX_MISFIT: Final = {"retraction": 1.0, "elevation": 1.2}
#: Trunk lengths by which the ears may rise over the shoulders: seen from behind and from the side
#: they do by more than any lowering of the shoulders makes when the trunk swings back (0.025 to
#: 0.08; else at most 0.02) [M, phantom].
MAX_HEAD_RISE: Final = 0.03
#: Misfit that is usual: where more is left over, the reading is less sure in proportion.
USUAL_MISFIT: Final = 0.5
#: Errors over what the landmarks' noise gives [M, phantom].
NOISE_FACTOR: Final = {"retraction": 0.5, "elevation": 0.55}
#: Trunk lengths by which the arms may be off the calibrated path; with the calibrated movement
#: they are by up to 0.26 [M, phantom], more where people are not rendered.
MAX_ARM_DISTANCE: Final = 0.4
#: Degrees of the trunk from the vertical beyond which it lies, face down too, for which no
#: calibration was tried; bent over by 50, rows are read [E].
FLAT_OUT: Final = 72.0
#: Largest sigma with which a share is still given, mean and single side [E].
MAX_SIGMA: Final = {"retraction": (0.33, 0.43), "elevation": (0.3, 0.35)}


def exercise_series(
    scene: Scene, read: Conditioned, quantity: str, names: Sequence[str]
) -> Iterator[Series]:
    """Series of mean, left and right; ``not_observable`` off the calibrated path."""
    share, sigma = _share(read, quantity)
    # Lying on the back, shoulders are pressed into what they lie on: on rendered bench presses with
    # their own calibration a full shrug read as 6 % of it, and none as -44 % [M, phantom].
    objections = hidden_shoulders(scene, np.logical_or) + scene.lying()
    with np.errstate(invalid="ignore"):
        objections += [
            ((trunk_tilt(scene.poses) > FLAT_OUT) & scene.sees_any(*HIPS), Reason.SUPINE),
            (~(read.arm_distance <= MAX_ARM_DISTANCE), Reason.ARMS_AWAY_FROM_CALIBRATION),
            (read.misfit > MAX_MISFIT[quantity], Reason.TRUNK_MOVED),
            (read.head_rise > MAX_HEAD_RISE, Reason.TRUNK_MOVED),
            # One behind the other, the shoulders cannot be told apart; their mean can be judged.
            (ONE_SIDE & scene.from_side, Reason.TURN_TOWARDS_CAMERA),
            (~(sigma <= np.where(ONE_SIDE, *reversed(MAX_SIGMA[quantity]))), Reason.TOO_UNCERTAIN),
        ]
    typical = TYPICAL[quantity]
    degrees = (typical * share, typical * np.hypot(sigma, RANGE_SIGMA * share))
    return judge_sides(scene, names, 100 * share, 100 * sigma, objections, None, degrees)


def _share(read: Conditioned, quantity: str) -> tuple[FloatArray, FloatArray]:
    """(3, T) share of the own squeeze or shrug, and its sigma."""
    share, shrugged = getattr(read, quantity).T, read.elevation.T
    noise = getattr(read, f"{quantity}_sigma").T * np.maximum(1, read.misfit / USUAL_MISFIT)
    # The two repetitions of each kind that make the zero and the whole are as noisy as this frame.
    noise = NOISE_FACTOR[quantity] * noise * np.sqrt(1.5 + share**2)
    early = EARLY[quantity] * np.sqrt(np.clip(1 - read.phase, 0, 1))
    if quantity == "retraction":
        early = early * (1 + EARLY_SHRUGGED * np.abs(shrugged))
    sigma = np.sqrt(noise**2 + early**2 + (REPEATS[quantity] * share) ** 2)
    if quantity == "retraction":
        share = share + SHRUG_BRINGS * np.maximum(shrugged, 0)
        sigma = np.hypot(sigma, HIDDEN_BY_SHRUG * np.abs(shrugged))
    return share, sigma


def moving_else_still(moving: Series, still: Series) -> Series:
    """`moving` where it is judged, else `still` where that is absolute, else why not `moving`."""
    second = ~moving.judged & (still.status == Status.OK)

    def choose(a: FloatArray | None, b: FloatArray | None) -> FloatArray | None:
        return None if a is None or b is None else np.where(second, b, a)

    return Series(
        moving.spec,
        np.where(second, still.value, moving.value),
        np.where(second, still.sigma, moving.sigma),
        np.where(second, still.status, moving.status),
        np.where(second, still.reason, moving.reason),
        choose(moving.deg, still.deg),
        choose(moving.deg_sigma, still.deg_sigma),
    )
