"""The person's own full poses with hanging arms: how far they shift this body's landmarks.

How far landmarks follow the girdle differs between bodies, and their direction differs between
views. A person who holds a full squeeze, protraction, shrug and depression during calibration shows
both. Generalised least squares then splits the change of every frame from the neutral into shares
of these shifts, other movements (a step, leaning, turning a little, nodding), and noise. This is
valid for arms that hang as they did during calibration. It needs no rules for views: where a pose
shifts the landmarks by less than their error, the sigma becomes large.

Every frame is read independently: one live frame and a whole recording give equal results.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np

from scapcoach.arrays import FloatArray, Number, table
from scapcoach.geometry.vectors import median, y_up
from scapcoach.girdle.neutral import HIDDEN_SIGMA, usable_landmarks
from scapcoach.girdle.positive import inverse
from scapcoach.landmarks import EARS, HIPS, SHOULDERS, Landmark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import BoolArray
    from scapcoach.girdle.neutral import Neutral
    from scapcoach.landmarks import Poses


#: Landmarks whose shifts are compared, and the side of the body of each: 1 left, -1 right.
POSE_POINTS: Final = (
    Landmark.NOSE, *EARS, *SHOULDERS, Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW, *HIPS,
)  # fmt: skip
_SIDE_SIGN: Final = np.array([0, 1, -1, 1, -1, 1, -1, 1, -1])
#: How far each typically lies to the side and in front of the middle of the body, trunk lengths.
_OUTWARD: Final = np.array([0, 0.13, 0.13, 0.35, 0.35, 0.42, 0.42, 0.18, 0.18])
_FORWARD: Final = np.array([0.28, 0.1, 0.1, 0, 0, 0, 0, 0, 0])
_HEAD_POINTS, _ABOVE_HIPS_POINTS = slice(0, 3), slice(0, 7)

#: The poses, in the order of `Shifts.shifts`.
FULL_POSES: Final = ("retract", "protract", "shrug", "depress")

PROTRACTION: Final = 0.8

#: Smallest `Shifts.ends` by which shares are divided: a pose that hardly shows in this view must
#: not be enlarged without limit.
MIN_END: Final = 0.1


@dataclass(frozen=True, slots=True)
class PoseNoise:
    """Standard deviations, in trunk lengths or shares [M, tuned on the phantom].

    Attributes:
        ear, shoulder, elbow, hip: of one landmark.
        place: of the whole body; scale: share by which it grows; roll: radians of the picture.
        head: of the head relative to the body; width: share by which widths alone change.
        turn: radians.
        lean: sideways of everything over the hips; rise: upwards.
        share: of the shares of both poses; apart: of half the difference between the sides.
    """

    ear: float = 0.025
    shoulder: float = 0.012
    elbow: float = 0.015
    hip: float = 0.01
    place: float = 0.5
    scale: float = 0.1
    roll: float = 0.05
    head: float = 0.025
    width: float = 0.05
    turn: float = 0.1
    lean: float = 0.025
    rise: float = 0.005
    share: float = 1.0
    apart: float = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """How far the person's own full poses shift the landmarks.

    Attributes:
        shifts: (4, 9, 2) from the neutral for each of `FULL_POSES` and `POSE_POINTS`, trunk
            lengths, y up; NaN for a pose that was not taken and a landmark that was not seen.
        ends: (4,) the shares that are read in the poses themselves, before scaling. Uncertainty
            draws every share towards 0, and these poses show by how much; `read_shares` divides
            by them. NaN for a pose that was not taken.
    """

    shifts: Annotated[FloatArray, table((len(FULL_POSES), len(POSE_POINTS), 2), Number | None)]
    ends: Annotated[FloatArray, table((len(FULL_POSES),), Number | None)]

    @property
    def depression(self) -> float:
        """Full depression as a share of the shrug, negative; NaN if it was not taken."""
        return float(self.ends[3] / max(self.ends[2], MIN_END))


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """T frames as shares of the person's own full poses; NaN without a person.

    Attributes:
        retraction, retraction_sigma: (T, 3) by `girdle.state.SIDES`; 1 is full
            retraction, minus `PROTRACTION` full protraction.
        elevation, elevation_sigma: (T, 3); 1 is the full shrug.
        misfit: (T,) root mean square of the residual, in standard deviations.
    """

    retraction: FloatArray
    retraction_sigma: FloatArray
    elevation: FloatArray
    elevation_sigma: FloatArray
    misfit: FloatArray


def shifts_of(holds: Mapping[str, Poses], neutral: Neutral) -> Shifts | None:
    """The shifts by held poses; None without a full retraction and a full shrug.

    Args:
        holds: frames of each of `FULL_POSES`, smoothed.
        neutral: of the same recording.
    """
    if not {"retract", "shrug"} <= set(holds):
        return None
    shifts = np.full((len(FULL_POSES), len(POSE_POINTS), 2), np.nan)
    for k, pose in enumerate(FULL_POSES):
        if pose in holds:
            hold = holds[pose]
            change, seen = _change(hold, neutral)
            shifts[k] = np.median(change, axis=0)
            shifts[k][seen.mean(axis=0) < 0.5] = np.nan
    ends = np.full(len(FULL_POSES), np.nan)
    for k, pose in enumerate(FULL_POSES):
        if pose in holds:
            raw, _, _ = _raw_shares(holds[pose], neutral, shifts, PoseNoise())
            ends[k] = median(raw[:, k // 2])
    return Shifts(shifts, ends)


def read_shares(
    poses: Poses, neutral: Neutral, own: Shifts, noise: PoseNoise | None = None
) -> Shares:
    """Every frame as shares of the person's own full poses.

    Args:
        poses: T frames, smoothed or not.
        neutral: of the same person, camera and view, as is `own`.
        own: shifts by the full poses.
        noise: standard deviations.
    """
    shares, variance, misfit = _raw_shares(poses, neutral, own.shifts, noise or PoseNoise())
    retraction, elevation = (_sided(shares, variance, k) for k in (0, 1))
    up = 1 / max(float(own.ends[0]), MIN_END)
    down = PROTRACTION / max(-float(own.ends[1]), MIN_END) if own.ends[1] < 0 else up
    factor = np.where(shares[:, :1] < 0, down, up)
    high = 1 / max(float(own.ends[2]), MIN_END)
    return Shares(
        retraction=factor * retraction[0],
        retraction_sigma=factor * retraction[1],
        elevation=high * elevation[0],
        elevation_sigma=high * elevation[1],
        misfit=misfit,
    )


def _raw_shares(
    poses: Poses, neutral: Neutral, shifts: FloatArray, noise: PoseNoise
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(T, 4) shares as `_solvers` gives them, drawn towards 0; their covariance; the misfit."""
    change, seen = _change(poses, neutral)
    seen &= np.isfinite(shifts[[0, 2]]).all(axis=(0, 2))
    seen &= poses.present[:, None]
    n = len(poses)
    shares, variance = np.full((n, 4), np.nan), np.full((n, 4, 4), np.nan)
    misfit = np.full(n, np.nan)
    flat = np.where(seen[..., None], change, 0.0).reshape(n, -1)
    key = shifts.tobytes()
    for pattern in {row.tobytes() for row in seen}:
        at = np.flatnonzero((seen == np.frombuffer(pattern, np.bool_)).all(axis=1) & poses.present)
        weight = _weight(neutral, pattern, noise)
        whole, back, apart = _solvers(key, neutral, pattern, noise)
        lower = _row_products(flat[at], whole.gain)[:, 0] < 0
        for some, solver in ((at[~lower], back), (at[lower], apart)):
            shares[some], variance[some] = _row_products(flat[some], solver.gain), solver.covariance
            left = flat[some] - _row_products(shares[some], solver.design.T)
            degrees = 2 * max(sum(pattern), 1)
            misfit[some] = np.sqrt((_row_products(left, weight) * left).sum(axis=1) / degrees)
    return shares, variance, misfit


def _change(poses: Poses, neutral: Neutral) -> tuple[FloatArray, BoolArray]:
    """(T, 9, 2) change from the neutral in trunk lengths, and (T, 9) whether it is seen.

    Minus the mean of all, so that the place of the person does not matter.
    """
    chosen = list(POSE_POINTS)
    points = y_up(poses.xy[:, chosen].astype(np.float64)) / neutral.unit
    change = points - neutral.points[chosen]
    known = np.isfinite(change)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    change = change - np.where(known, change, 0.0).sum(axis=1, keepdims=True) / count
    return change, usable_landmarks(poses)[:, chosen] & np.isfinite(change).all(axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class _Solver:
    """Turns changes into shares: (18, 4) shifts, (18, 4) gain, (4, 4) covariance."""

    design: FloatArray
    gain: FloatArray
    covariance: FloatArray


@lru_cache(maxsize=256)  # every frame of a live session needs it
def _solvers(
    shifts: bytes, neutral: Neutral, pattern: bytes, noise: PoseNoise
) -> tuple[_Solver, _Solver, _Solver]:
    """Solvers for both directions of retraction together, for retraction, and for protraction.

    Protraction is not the exact reverse of retraction for the landmarks. Shares are of retraction
    and elevation: first of both sides together, then of the left side ahead of the mean.
    """
    retract, protract, shrug, _ = np.frombuffer(shifts).reshape(
        len(FULL_POSES), len(POSE_POINTS), 2
    )
    apart = -np.where(np.isfinite(protract), protract, -PROTRACTION * retract) / PROTRACTION
    both = (retract + PROTRACTION * apart) / (1 + PROTRACTION)
    weight = _weight(neutral, pattern, noise)
    prior = np.diag([noise.share**-2] * 2 + [noise.apart**-2] * 2)

    def solver(retraction: FloatArray) -> _Solver:
        """The most probable shares, with this shift by retraction."""
        design = _design(retraction, shrug)
        covariance = inverse(design.T @ weight @ design + prior)
        return _Solver(design, weight @ design @ covariance, covariance)

    return solver(both), solver(retract), solver(apart)


def _design(retraction: FloatArray, elevation: FloatArray) -> FloatArray:
    both = np.nan_to_num(np.stack([retraction, elevation], axis=-1))
    ahead = both * _SIDE_SIGN[:, None, None]
    return np.concatenate([both, ahead], axis=-1).reshape(2 * len(POSE_POINTS), 4)


@lru_cache(maxsize=64)
def _weight(neutral: Neutral, pattern: bytes, noise: PoseNoise) -> FloatArray:
    """(18, 18) inverse covariance of all changes not due to the girdle, for these landmarks."""
    seen = np.frombuffer(pattern, np.bool_)
    s = noise
    single = np.array([s.ear] * 3 + [s.shoulder] * 2 + [s.elbow] * 2 + [s.hip] * 2)
    single = np.where(seen, single, HIDDEN_SIGMA)
    rest = np.nan_to_num(neutral.points[list(POSE_POINTS)])
    covariance = np.diag(np.repeat(single**2, 2))
    for direction, size in _nuisances(rest, neutral.yaw, s):
        flat = direction.ravel()
        covariance += size**2 * np.outer(flat, flat)
    return inverse(covariance)


def _turning(yaw: float) -> FloatArray:
    """(9, 2) trunk lengths by which the landmarks of a typical body move per radian of turning."""
    out = np.zeros((len(POSE_POINTS), 2))
    rad = np.radians(yaw)
    out[:, 0] = np.cos(rad) * _FORWARD - np.sin(rad) * _SIDE_SIGN * _OUTWARD
    return out


def _nuisances(rest: FloatArray, yaw: float, s: PoseNoise) -> list[tuple[FloatArray, float]]:
    """(9, 2) shifts by other movements than those of the girdle, each with its size."""

    def along(part: slice, x: float, y: float) -> FloatArray:
        out = np.zeros_like(rest)
        out[part] = (x, y)
        return out

    everything = slice(None)
    return [
        (along(everything, 1, 0), s.place),
        (along(everything, 0, 1), s.place),
        (rest, s.scale),
        (np.stack([-rest[:, 1], rest[:, 0]], axis=1), s.roll),
        (rest * (1, 0), s.width),
        (_turning(yaw), s.turn),
        (along(_HEAD_POINTS, 1, 0), s.head),
        (along(_HEAD_POINTS, 0, 1), s.head),
        (along(_ABOVE_HIPS_POINTS, 1, 0), s.lean),
        (along(_ABOVE_HIPS_POINTS, 0, 1), s.rise),
    ]


def _row_products(rows: FloatArray, matrix: FloatArray) -> FloatArray:
    """(T, N) each row times (M, N), separately: a single row gives bit-identical results."""
    return np.asarray((rows[:, None, :] @ matrix)[:, 0])


def _sided(shares: FloatArray, variance: FloatArray, which: int) -> tuple[FloatArray, FloatArray]:
    """(T, 3) mean, left and right of retraction (0) or elevation (1), and their sigma."""
    mean, apart = shares[:, which], shares[:, which + 2]
    value = np.column_stack([mean, mean + apart, mean - apart])
    own, other = variance[:, which, which], variance[:, which + 2, which + 2]
    across = 2 * variance[:, which, which + 2]
    return value, np.sqrt(np.column_stack([own, own + other + across, own + other - across]))
