"""What the own full poses do to the landmarks, arms hanging: a template of this very body.

How far landmarks follow the girdle differs from body to body, and in which direction they go from
view to view. Whoever holds the full squeeze, protraction, shrug and depression for the calibration
shows both. Every frame's change from the neutral is then taken apart by generalised least squares
into shares of these shifts, into what else people do (step, lean, turn a little, nod), and noise.
It holds for arms that hang as they did then, and knows nothing of views: where a pose shifts the
landmarks by less than they are off, sigma says so.

Every frame is read on its own: one live frame and a whole recording give equal results.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.posture import EARS, HIPS, SHOULDERS
from scapcoach.geometry.vectors import median, y_up
from scapcoach.girdle.neutral import counts
from scapcoach.girdle.positive import inverse
from scapcoach.landmarks import Landmark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import BoolArray, FloatArray
    from scapcoach.girdle.neutral import Neutral
    from scapcoach.landmarks import Poses


#: Landmarks that are looked at, and on which side of the body each is: 1 left, -1 right.
POINTS: Final = (
    Landmark.NOSE, *EARS, *SHOULDERS, Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW, *HIPS,
)  # fmt: skip
_SIDE: Final = np.array([0, 1, -1, 1, -1, 1, -1, 1, -1])
#: How far aside and forwards of the body's middle each lies, typically, in trunk lengths.
_ASIDE: Final = np.array([0, 0.13, 0.13, 0.35, 0.35, 0.42, 0.42, 0.18, 0.18])
_FORWARD: Final = np.array([0.28, 0.1, 0.1, 0, 0, 0, 0, 0, 0])
_HEAD, _TRUNK = slice(0, 3), slice(0, 7)

#: The poses, in the order of `Shifts.shifts`.
POSES: Final = ("retract", "protract", "shrug", "depress")

#: Full protraction over full retraction of a typical person (docs/explanation/method.md, "Typical
#: ranges"): where minus 100 % lies on the scale on which the full squeeze is 1.
PROTRACTION: Final = 0.8

#: Least end by which shares are scaled: a pose that hardly shows in this view must not blow up.
LEAST_END: Final = 0.1

#: Noise of a landmark that is hidden, in trunk lengths: it has no say.
_HIDDEN: Final = 1e3


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard deviations, in trunk lengths or shares [M, tuned on the phantom].

    Attributes:
        ear, shoulder, elbow, hip: of one landmark.
        place: of the whole body; scale: share by which it grows; roll: radians of the picture.
        head: of the head by itself; width: share by which widths change by themselves.
        turn: radians.
        lean: sideways of everything over the hips; rise: upwards.
        share: of the quantities themselves; apart: of half the difference of both sides.
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
    """Where the own full poses take the landmarks.

    Attributes:
        shifts: (4, 9, 2) from the neutral for each of `POSES` and `POINTS`, trunk lengths, y up;
            NaN for a pose that was not taken and a landmark that was not seen.
        ends: (4,) what `read_shares` makes of the poses themselves before it is scaled by this:
            doubt draws every share towards 0, and the own poses show by how much. NaN for a pose
            that was not taken.
    """

    shifts: FloatArray
    ends: FloatArray

    @property
    def depression(self) -> float:
        """The own full depression as a share of the shrug, negative; NaN if it was not taken."""
        return float(self.ends[3] / max(self.ends[2], LEAST_END))


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """What T frames show of the own full poses; NaN without a person.

    Attributes:
        retraction, retraction_sigma: (T, 3) by `girdle.state.SIDES`; 1 is the own full
            retraction, minus `PROTRACTION` the own full protraction.
        elevation, elevation_sigma: (T, 3); 1 is the own full shrug.
        misfit: (T,) root mean square of what is left over, in standard deviations.
    """

    retraction: FloatArray
    retraction_sigma: FloatArray
    elevation: FloatArray
    elevation_sigma: FloatArray
    misfit: FloatArray


def shifts_of(holds: Mapping[str, Poses], neutral: Neutral) -> Shifts | None:
    """The template of held poses; None without a full retraction and a full shrug.

    Args:
        holds: frames of each of `POSES`, smoothed.
        neutral: of the same recording.
    """
    if not {"retract", "shrug"} <= set(holds):
        return None
    shifts = np.full((len(POSES), len(POINTS), 2), np.nan)
    for k, pose in enumerate(POSES):
        if pose in holds:
            hold = holds[pose]
            change, seen = _change(hold, neutral)
            shifts[k] = np.median(change, axis=0)
            shifts[k][seen.mean(axis=0) < 0.5] = np.nan
    ends = np.full(len(POSES), np.nan)
    for k, pose in enumerate(POSES):
        if pose in holds:
            raw, _, _ = _raw_shares(holds[pose], neutral, shifts, Spread())
            ends[k] = median(raw[:, k // 2])
    return Shifts(shifts, ends)


def read_shares(
    poses: Poses, neutral: Neutral, own: Shifts, spread: Spread | None = None
) -> Shares:
    """Every frame as shares of the own full poses.

    Args:
        poses: T frames, smoothed or not.
        neutral: and `own`: of the same person, camera and view.
        own: the template.
        spread: standard deviations.
    """
    shares, variance, misfit = _raw_shares(poses, neutral, own.shifts, spread or Spread())
    retraction, elevation = (_sided(shares, variance, k) for k in (0, 1))
    up = 1 / max(float(own.ends[0]), LEAST_END)
    down = PROTRACTION / max(-float(own.ends[1]), LEAST_END) if own.ends[1] < 0 else up
    factor = np.where(shares[:, :1] < 0, down, up)
    high = 1 / max(float(own.ends[2]), LEAST_END)
    return Shares(
        retraction=factor * retraction[0],
        retraction_sigma=factor * retraction[1],
        elevation=high * elevation[0],
        elevation_sigma=high * elevation[1],
        misfit=misfit,
    )


def _raw_shares(
    poses: Poses, neutral: Neutral, shifts: FloatArray, spread: Spread
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(T, 4) shares as `_solvers` has them, drawn towards 0 by doubt; covariance; misfit."""
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
        weight = _weight(neutral, pattern, spread)
        whole, back, apart = _solvers(key, neutral, pattern, spread)
        lower = _times(flat[at], whole.gain)[:, 0] < 0
        for some, solver in ((at[~lower], back), (at[lower], apart)):
            shares[some], variance[some] = _times(flat[some], solver.gain), solver.covariance
            left = flat[some] - _times(shares[some], solver.design.T)
            degrees = 2 * max(sum(pattern), 1)
            misfit[some] = np.sqrt((_times(left, weight) * left).sum(axis=1) / degrees)
    return shares, variance, misfit


def _change(poses: Poses, neutral: Neutral) -> tuple[FloatArray, BoolArray]:
    """(T, 9, 2) change from the neutral in trunk lengths, and (T, 9) whether it is seen.

    Less the mean of all, so that where the person stands is no large number.
    """
    chosen = list(POINTS)
    points = y_up(poses.xy[:, chosen].astype(np.float64)) / neutral.unit
    change = points - neutral.points[chosen]
    known = np.isfinite(change)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    change = change - np.where(known, change, 0.0).sum(axis=1, keepdims=True) / count
    return change, counts(poses)[:, chosen] & np.isfinite(change).all(axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class _Solver:
    """What turns changes into shares: (18, 4) shifts, (18, 4) gain, (4, 4) covariance."""

    design: FloatArray
    gain: FloatArray
    covariance: FloatArray


@lru_cache(maxsize=256)  # of a live session each frame asks again
def _solvers(
    shifts: bytes, neutral: Neutral, pattern: bytes, spread: Spread
) -> tuple[_Solver, _Solver, _Solver]:
    """Of both directions of retraction together, of drawing back, and of drawing apart.

    Protraction shifts the landmarks otherwise than retraction turned round. Shares are of
    retraction and elevation, of both sides alike, then of one side ahead.
    """
    retract, protract, shrug, _ = np.frombuffer(shifts).reshape(len(POSES), len(POINTS), 2)
    apart = -np.where(np.isfinite(protract), protract, -PROTRACTION * retract) / PROTRACTION
    both = (retract + PROTRACTION * apart) / (1 + PROTRACTION)
    weight = _weight(neutral, pattern, spread)
    prior = np.diag([spread.share**-2] * 2 + [spread.apart**-2] * 2)

    def solver(retraction: FloatArray) -> _Solver:
        """The most probable shares."""
        design = _design(retraction, shrug)
        covariance = inverse(design.T @ weight @ design + prior)
        return _Solver(design, weight @ design @ covariance, covariance)

    return solver(both), solver(retract), solver(apart)


def _design(retraction: FloatArray, elevation: FloatArray) -> FloatArray:
    both = np.nan_to_num(np.stack([retraction, elevation], axis=-1))
    ahead = both * _SIDE[:, None, None]
    return np.concatenate([both, ahead], axis=-1).reshape(2 * len(POINTS), 4)


@lru_cache(maxsize=64)
def _weight(neutral: Neutral, pattern: bytes, spread: Spread) -> FloatArray:
    """(18, 18) inverse covariance of everything but the girdle, for the landmarks that are seen."""
    seen = np.frombuffer(pattern, np.bool_)
    s = spread
    single = np.array([s.ear] * 3 + [s.shoulder] * 2 + [s.elbow] * 2 + [s.hip] * 2)
    single = np.where(seen, single, _HIDDEN)
    rest = np.nan_to_num(neutral.points[list(POINTS)])
    covariance = np.diag(np.repeat(single**2, 2))
    for movement, size in _nuisances(rest, neutral.yaw, s):
        flat = movement.ravel()
        covariance += size**2 * np.outer(flat, flat)
    return inverse(covariance)


def _turning(yaw: float) -> FloatArray:
    """(9, 2) trunk lengths by which the landmarks of a typical body move per radian of turning."""
    out = np.zeros((len(POINTS), 2))
    rad = np.radians(yaw)
    out[:, 0] = np.cos(rad) * _FORWARD - np.sin(rad) * _SIDE * _ASIDE
    return out


def _nuisances(rest: FloatArray, yaw: float, s: Spread) -> list[tuple[FloatArray, float]]:
    """(9, 2) ways in which bodies move that are no movement of the girdle, and how far."""

    def moved(part: slice, x: float, y: float) -> FloatArray:
        out = np.zeros_like(rest)
        out[part] = (x, y)
        return out

    everything = slice(None)
    return [
        (moved(everything, 1, 0), s.place),
        (moved(everything, 0, 1), s.place),
        (rest, s.scale),
        (np.stack([-rest[:, 1], rest[:, 0]], axis=1), s.roll),
        (rest * (1, 0), s.width),
        (_turning(yaw), s.turn),
        (moved(_HEAD, 1, 0), s.head),
        (moved(_HEAD, 0, 1), s.head),
        (moved(_TRUNK, 1, 0), s.lean),
        (moved(_TRUNK, 0, 1), s.rise),
    ]


def _times(rows: FloatArray, matrix: FloatArray) -> FloatArray:
    """(T, N) each row times (M, N), one by one: a row alone gives the same to the last bit."""
    return np.asarray((rows[:, None, :] @ matrix)[:, 0])


def _sided(shares: FloatArray, variance: FloatArray, which: int) -> tuple[FloatArray, FloatArray]:
    """(T, 3) mean, left and right of retraction (0) or elevation (1), and their sigma."""
    mean, apart = shares[:, which], shares[:, which + 2]
    value = np.column_stack([mean, mean + apart, mean - apart])
    own, other = variance[:, which, which], variance[:, which + 2, which + 2]
    across = 2 * variance[:, which, which + 2]
    return value, np.sqrt(np.column_stack([own, own + other + across, own + other - across]))
