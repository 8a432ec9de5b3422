"""Retraction and elevation while the arms move: per cent of the calibrated squeeze and shrug.

They come from the exercise calibration (`girdle.conditioned`), read at the arm pose of each frame.
They are withheld where the arms are not on the calibrated path, or where something other than
blades and arms has moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.posture import trunk_tilt
from scapcoach.landmarks import HIPS
from scapcoach.measures.gates import ONE_SIDE, hidden_shoulders, judge_sides
from scapcoach.measures.series import Reason, Series, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapcoach.arrays import FloatArray
    from scapcoach.girdle.conditioned import Conditioned
    from scapcoach.measures.gates import Scene


#: Degrees of a typical full squeeze and of a shrug in an exercise (docs/explanation/method.md,
#: "Typical ranges"), and the standard deviation between people, as a share. Degrees of an exercise
#: calibration are these times the share of the squeeze: only per cent are really measured.
TYPICAL_DEGREES: Final = {"retraction": 18.0, "elevation": 30.0}
TYPICAL_SPREAD: Final = 0.25

#: Share of a full squeeze that comes with a full shrug: the shrug of the calibration is treated as
#: a pure one, but it includes some retraction [E].
SHRUG_BRINGS: Final = 0.2

#: Uncertainty beyond the landmarks' noise, as shares [M, phantom]: how well a shift repeats; how
#: much a shrug hides of the blades; the place of zero before the finish, since raised arms draw the
#: blades along (Ludewig et al., J Bone Joint Surg 2009: 16 deg at full elevation), and the relative
#: increase of that for a whole shrug, whose path upwards is not known.
SHIFT_REPEATABILITY: Final = {"retraction": 0.05, "elevation": 0.08}
HIDDEN_BY_SHRUG: Final = 0.25
EARLY_PHASE_SIGMA: Final = {"retraction": 0.25, "elevation": 0.1}
EARLY_SHRUG_FACTOR: Final = 2.0

#: Largest root mean square residual, in standard deviations, of a frame that matches the
#: calibration: swings of the trunk lie above it. They look like a squeeze, but less like a shrug
#: [M, phantom].
MAX_TEMPLATE_MISFIT: Final = {"retraction": 1.0, "elevation": 1.2}
#: Trunk lengths by which the ears may rise over the shoulders. Seen from behind and from the side,
#: they rise by 0.025 to 0.08 when the trunk swings back; lowering the shoulders makes at most 0.02
#: [M, phantom].
MAX_HEAD_RISE: Final = 0.03
#: Usual misfit: where it is larger, sigma grows in proportion.
USUAL_TEMPLATE_MISFIT: Final = 0.5
#: Measured errors over the sigma from the landmarks' noise [M, phantom].
TEMPLATE_NOISE_FACTOR: Final = {"retraction": 0.5, "elevation": 0.55}
#: Trunk lengths by which the arms may be off the calibrated path; in the calibrated movement they
#: are off by up to 0.26 [M, phantom], and by more in real people.
MAX_PATH_DISTANCE: Final = 0.4
#: Degrees of the trunk from the vertical from which the person lies, on the front or on the back;
#: no calibration was tested there. Rows with the trunk bent over by 50 are measured [E].
MAX_TRUNK_TILT: Final = 72.0
#: Largest sigma with which a share is still shown, mean and single side [E].
MAX_SHARE_SIGMA: Final = {"retraction": (0.33, 0.43), "elevation": (0.3, 0.35)}


def exercise_series(
    scene: Scene, read: Conditioned, quantity: str, names: Sequence[str]
) -> Iterator[Series]:
    """Series of mean, left and right; ``not_observable`` off the calibrated path."""
    share, sigma = _share_and_sigma(read, quantity)
    # When lying on the back, the bench pushes the shoulders: on rendered bench presses with their
    # own calibration a full shrug read as 6 % of it, and no shrug as -44 % [M, phantom].
    objections = hidden_shoulders(scene, np.logical_or) + scene.lying_down()
    with np.errstate(invalid="ignore"):
        objections += [
            ((trunk_tilt(scene.poses) > MAX_TRUNK_TILT) & scene.sees_any(*HIPS), Reason.SUPINE),
            (~(read.arm_distance <= MAX_PATH_DISTANCE), Reason.ARMS_AWAY_FROM_CALIBRATION),
            (read.misfit > MAX_TEMPLATE_MISFIT[quantity], Reason.TRUNK_MOVED),
            (read.head_rise > MAX_HEAD_RISE, Reason.TRUNK_MOVED),
            # From the side one shoulder hides the other: only their mean can be judged.
            (ONE_SIDE & scene.from_side, Reason.TURN_TOWARDS_CAMERA),
            (
                ~(sigma <= np.where(ONE_SIDE, *reversed(MAX_SHARE_SIGMA[quantity]))),
                Reason.TOO_UNCERTAIN,
            ),
        ]
    typical = TYPICAL_DEGREES[quantity]
    degrees = (typical * share, typical * np.hypot(sigma, TYPICAL_SPREAD * share))
    return judge_sides(scene, names, 100 * share, 100 * sigma, objections, None, degrees)


def _share_and_sigma(read: Conditioned, quantity: str) -> tuple[FloatArray, FloatArray]:
    """(3, T) share of the calibrated squeeze or shrug, and its sigma."""
    share, shrugged = getattr(read, quantity).T, read.elevation.T
    noise = getattr(read, f"{quantity}_sigma").T * np.maximum(
        1, read.misfit / USUAL_TEMPLATE_MISFIT
    )
    # The two repetitions of each kind that define 0 and 1 are as noisy as this frame.
    noise = TEMPLATE_NOISE_FACTOR[quantity] * noise * np.sqrt(1.5 + share**2)
    early = EARLY_PHASE_SIGMA[quantity] * np.sqrt(np.clip(1 - read.phase, 0, 1))
    if quantity == "retraction":
        early = early * (1 + EARLY_SHRUG_FACTOR * np.abs(shrugged))
    sigma = np.sqrt(noise**2 + early**2 + (SHIFT_REPEATABILITY[quantity] * share) ** 2)
    if quantity == "retraction":
        share = share + SHRUG_BRINGS * np.maximum(shrugged, 0)
        sigma = np.hypot(sigma, HIDDEN_BY_SHRUG * np.abs(shrugged))
    return share, sigma


def prefer_moving(moving: Series, still: Series) -> Series:
    """`moving` where judged, else `still` where absolute, else the reasons of `moving`."""
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
