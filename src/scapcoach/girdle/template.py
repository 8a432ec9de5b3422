"""One person's landmarks in one exercise, by arm pose: the model of an exercise calibration.

Moving arms drag the shoulder landmarks further than the blades do, so a landmark shows the blades
only when it is compared with the same landmark at the same arm pose. A `Template` stores, for each
phase of the arm movement, where the landmarks are when only the arms move, and how far a full
squeeze and a shrug shift them from there. `girdle.conditioned` reads frames against it.

The phase is 0 where the arms are at the start of a repetition and 1 at the finish. It is a linear
function of the arm vectors, fitted to how far each repetition of the calibration has progressed. A
squeeze or a shrug moves the arms as well; since all three kinds of repetition are fitted together,
the phase hardly depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np

from scapcoach.arrays import FloatArray, Number, Positive, table
from scapcoach.errors import CalibrationError
from scapcoach.geometry.posture import ARMS, trunk_length, trunk_line
from scapcoach.geometry.vectors import y_up
from scapcoach.girdle.neutral import arm_vectors, usable_landmarks
from scapcoach.girdle.positive import solved
from scapcoach.landmarks import EARS, HIPS, SHOULDERS, Landmark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.arrays import IntArray
    from scapcoach.landmarks import Poses


#: The kinds of repetition of an exercise calibration: blades still, full squeeze, shrugged.
KINDS: Final = ("arms_only", "squeeze", "shrug_rep")

#: Points that are compared, left before right.
TEMPLATE_POINTS: Final = (
    *SHOULDERS, Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW, Landmark.LEFT_WRIST,
    Landmark.RIGHT_WRIST, *HIPS, *EARS, Landmark.NOSE,
)  # fmt: skip
#: Lines from right to left whose direction gives the yaw.
_YAW_PAIRS: Final = (SHOULDERS, HIPS)
#: Of each point: x and y in the picture; x, y and z of the world landmarks. World z is of little
#: use in general, but its changes at the same arm pose show as much as the picture [M, phantom].
N_AXES: Final = 5
N_TEMPLATE_FEATURES: Final = len(TEMPLATE_POINTS) * N_AXES

_N_ARMS: Final = 12
_ARM_AXES: Final = np.array([1.0, 1.0, 0.5])  # depth at half weight

#: Phases at which a template is tabulated, and the width over which it is smoothed [E].
PHASES: Final = np.linspace(0.0, 1.0, 21)
_KERNEL: Final = 0.06

#: Standard deviation of an arm vector between equal frames, trunk lengths [M, phantom].
_ARM_SPREAD: Final = 0.03
#: Trunk lengths by which the arms must travel in a repetition.
_MIN_ARM_TRAVEL: Final = 0.15
#: Quantiles of the phase within a repetition that belong to its start and to its finish.
_END_QUANTILES: Final = (0.1, 0.85)
#: Share of the greatest phase from which the arms are at the finish.
_FINISH: Final = 0.9
#: Weight, as a share of the frames, of the prior that a shift grows linearly with the phase.
_EVEN_WEIGHT: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One person, one exercise, one view.

    Lengths are in trunk lengths, F = N_TEMPLATE_FEATURES, A = 12 (see `arm_features`).

    Attributes:
        unit: trunk length in pixels; world_unit: in metres of the world landmarks.
        start: (A,) arms at phase 0.
        weight: (A,) phase of arms a is (a - start) @ weight.
        arms: (P, A) arms over `PHASES` when only the arms move.
        rest: (P, F) landmarks over `PHASES` when only the arms move.
        squeeze: (2, F) shift by a full squeeze: at phase 1, and the change of it for each unit of
            phase below 1.
        shrug: (2, F) likewise, by the shrug of the calibration.
        spread: how much equal repetitions differ, in units of the expected noise.
    """

    unit: Positive
    world_unit: Positive
    start: Annotated[FloatArray, table((_N_ARMS,), Number)]
    weight: Annotated[FloatArray, table((_N_ARMS,), Number)]
    arms: Annotated[FloatArray, table((len(PHASES), _N_ARMS), Number)]
    rest: Annotated[FloatArray, table((len(PHASES), N_TEMPLATE_FEATURES), Number)]
    squeeze: Annotated[FloatArray, table((2, N_TEMPLATE_FEATURES), Number)]
    shrug: Annotated[FloatArray, table((2, N_TEMPLATE_FEATURES), Number)]
    spread: Positive

    def phase(self, arms: FloatArray) -> FloatArray:
        """(T,) phase of (T, A) arms, within [-0.25, 1.25]."""
        return _phase(arms, self.start, self.weight)

    @property
    def yaw(self) -> float:
        """Degrees by which the person was turned to their own left, 180 facing away."""
        world = self.rest.reshape(len(PHASES), len(TEMPLATE_POINTS), N_AXES)[..., 2:].mean(axis=0)
        across = sum(
            world[TEMPLATE_POINTS.index(p[0])] - world[TEMPLATE_POINTS.index(p[1])]
            for p in _YAW_PAIRS
        )
        return float(np.degrees(np.arctan2(across[2], across[0])))

    def shift(self, which: FloatArray, phase: FloatArray) -> FloatArray:
        """(T, F) shift by `squeeze` or `shrug` at (T,) phases."""
        missing = (1 - np.clip(np.nan_to_num(phase), 0, 1.1))[:, None]
        return np.asarray(which[0] + missing * which[1])


def read_table(table: FloatArray, phase: FloatArray) -> FloatArray:
    """(T, C) a (P, C) table over `PHASES`, interpolated at (T,) phases, constant beyond 0 and 1.

    SciPy's `map_coordinates` would read every column by itself: 2 to 10 times slower [M].
    """
    place = np.clip(np.nan_to_num(phase), 0, 1) * (len(PHASES) - 1)
    low = np.minimum(place.astype(np.int64), len(PHASES) - 2)
    share = (place - low)[:, None]
    return np.asarray((1 - share) * table[low] + share * table[low + 1])


def _phase(arms: FloatArray, start: FloatArray, weight: FloatArray) -> FloatArray:
    """(T,) phase; it has no meaning far beyond its ends, and is clipped there."""
    return np.asarray(np.clip((arms - start) @ weight, -0.25, 1.25))


def template_features(poses: Poses, unit: float, world_unit: float) -> FloatArray:
    """(T, F) `TEMPLATE_POINTS` in trunk lengths from the hip midpoint; NaN without a person."""
    hips = poses.xy[:, list(HIPS)].astype(np.float64).mean(axis=1, keepdims=True)
    picture = y_up(poses.xy[:, list(TEMPLATE_POINTS)] - hips) / unit
    world = y_up(poses.world.astype(np.float64)) / world_unit
    middle = world[:, list(HIPS)].mean(axis=1, keepdims=True)
    both = np.concatenate([picture, world[:, list(TEMPLATE_POINTS)] - middle], axis=-1)
    return np.asarray(both.reshape(len(poses), -1))


def arm_features(poses: Poses, unit: float) -> FloatArray:
    """(T, 12) upper arms and forearms as vectors, depth at half weight, in trunk lengths."""
    vectors = arm_vectors(poses, np.full(len(poses), unit)) * _ARM_AXES
    return np.asarray(vectors.reshape(len(poses), -1))


def arms_of(points: FloatArray) -> FloatArray:
    """(..., 12) `arm_features` of (..., F) features, or of a shift of them."""
    change = points[..., _ARM_ENDS] - points[..., _ARM_BEGINS]
    return np.asarray(change * np.tile(_ARM_AXES, _N_ARMS // 3))


def _arm_columns(which: int) -> IntArray:
    """(12,) columns of features: x, y and depth of the ends (1) or beginnings (0) of each bone."""
    bones = [bone for arm in ARMS for bone in pairwise(arm)]
    return np.array(
        [TEMPLATE_POINTS.index(b[which]) * N_AXES + axis for b in bones for axis in (0, 1, 4)]
    )


_ARM_BEGINS: Final = _arm_columns(0)
_ARM_ENDS: Final = _arm_columns(1)


def fit(reps: Mapping[str, Sequence[Poses]], noise: FloatArray) -> Template:
    """The template of an exercise calibration.

    Args:
        reps: the repetitions of each of `KINDS`, smoothed, each from start to start.
        noise: (F,) standard deviation that features are expected to have, trunk lengths.

    Raises:
        CalibrationError: a kind is missing, the person is not visible in it, the arms hardly move,
            or a repetition does not go there and back.
    """
    reps = {kind: [_with_shoulders(rep) for rep in reps.get(kind, ())] for kind in KINDS}
    for kind in KINDS:
        if not reps[kind] or min(len(rep) for rep in reps[kind]) < _MIN_REP_FRAMES:
            raise CalibrationError(
                f"The exercise calibration needs at least one repetition of each of "
                f"{', '.join(KINDS)} with the shoulders in view; {kind!r} has none. Film two "
                "repetitions with the arms only, two with a full squeeze, one with a shrug."
            )
    unit, world_unit = units(reps["arms_only"])
    arms = {kind: [arm_features(rep, unit) for rep in reps[kind]] for kind in KINDS}
    progress = {
        k: [_progress(a, r.t) for a, r in zip(arms[k], reps[k], strict=True)] for k in KINDS
    }
    start, weight = _fit_phase(arms, progress)
    points = {kind: [template_features(r, unit, world_unit) for r in reps[kind]] for kind in KINDS}
    phases = {kind: [_phase(a, start, weight) for a in arms[kind]] for kind in KINDS}
    only = np.concatenate(phases["arms_only"])
    rest = _tabulated(only, np.concatenate(points["arms_only"]))
    shifts = {}
    for kind in ("squeeze", "shrug_rep"):
        phase = np.concatenate(phases[kind])
        shifts[kind] = _shift(phase, np.concatenate(points[kind]) - read_table(rest, phase))
    return Template(
        unit=unit,
        world_unit=world_unit,
        start=start,
        weight=weight,
        arms=_tabulated(only, np.concatenate(arms["arms_only"])),
        rest=rest,
        squeeze=shifts["squeeze"],
        shrug=shifts["shrug_rep"],
        spread=_spread(points, phases, noise),
    )


_MIN_REP_FRAMES: Final = 5


def _with_shoulders(poses: Poses) -> Poses:
    good = poses.present & usable_landmarks(poses)[:, list(SHOULDERS)].any(axis=1)
    return poses[good]


def units(reps: Sequence[Poses]) -> tuple[float, float]:
    """Trunk length in pixels and in world metres, of the repetitions with still blades."""
    pixels = [trunk_length(r) for r in reps]
    metres = [np.linalg.norm(trunk_line(r), axis=1) for r in reps]
    return float(np.median(np.concatenate(pixels))), float(np.median(np.concatenate(metres)))


def _progress(arms: FloatArray, t: FloatArray) -> FloatArray:
    """(T,) progress of one repetition, 0 at its ends and 1 half-way.

    The mean of two estimates, from the path of the arms and from time: hidden arms tremble all the
    time, and a person may rest at both ends.
    """
    steps = np.linalg.norm(np.diff(arms, axis=0), axis=1)
    gone = np.concatenate([[0.0], np.cumsum(steps)])
    done = (gone / max(gone[-1], 1e-9) + (t - t[0]) / (t[-1] - t[0])) / 2
    return np.asarray(1 - np.abs(2 * done - 1))


def _fit_phase(
    arms: Mapping[str, list[FloatArray]], progress: Mapping[str, list[FloatArray]]
) -> tuple[FloatArray, FloatArray]:
    """Arms at phase 0, and the weights that give the phase.

    A ridge regression of the progress of the repetitions on the arms, where the ridge is the noise
    of the arms, scaled so that it is 0 at the start and 1 at the finish.

    Raises:
        CalibrationError: the arms hardly move, or do not go there and back.
    """
    ends = np.array([np.median(e, axis=0) for k in KINDS for a in arms[k] for e in (a[:3], a[-3:])])
    start = np.median(ends[: 2 * len(arms["arms_only"])], axis=0)
    finish = [np.median(a[finish_frames(a, start)], axis=0) for a in arms["arms_only"]]
    if np.linalg.norm(np.mean(finish, axis=0) - start) < _MIN_ARM_TRAVEL:
        raise CalibrationError(
            "The arms hardly move in the repetitions 'arms_only' of the exercise calibration: "
            "each segment should hold one whole repetition, from start to start."
        )
    every = np.concatenate([a for k in KINDS for a in arms[k]])
    got = np.concatenate([w for k in KINDS for w in progress[k]])
    away = every - every.mean(axis=0)
    noise = len(every) * _ARM_SPREAD**2 * np.eye(_N_ARMS)
    weight = solved(away.T @ away + noise, away.T @ (got - got.mean()))
    read = [np.quantile(a @ weight, _END_QUANTILES) for k in KINDS for a in arms[k]]
    low, high = np.mean(read, axis=0)
    if not high > low:
        raise CalibrationError(_NOT_THERE_AND_BACK)
    # Of all arms that give `low`, and so phase 0, take those nearest to the arms at the start.
    start = start + weight * (low - start @ weight) / (weight @ weight)
    return start, weight / (high - low)


_NOT_THERE_AND_BACK: Final = (
    "The repetitions of the exercise calibration do not go there and back: each segment should "
    "hold one whole repetition, from start to start."
)


def finish_frames(arms: FloatArray, start: FloatArray) -> IntArray:
    """Frames near the finish: those farthest from the start."""
    away = np.linalg.norm(arms - start, axis=1)
    return np.flatnonzero(away >= 0.9 * np.quantile(away, 0.9))


def _tabulated(phase: FloatArray, values: FloatArray) -> FloatArray:
    """(P, C) local straight lines through (N, C) values, at `PHASES`."""
    out = np.empty((len(PHASES), values.shape[1]))
    for i, at in enumerate(PHASES):
        away = np.clip(phase, 0, 1) - at
        # In a quick movement there may be no frame within the kernel: widen it.
        width = max(_KERNEL, 0.5 * float(np.sort(np.abs(away))[min(5, len(away) - 1)]))
        w = np.exp(-0.5 * (away / width) ** 2)
        x = np.stack([np.ones_like(away), away], axis=1)
        gram = x.T @ (x * w[:, None]) + np.diag([1e-9, 0.02])
        out[i] = solved(gram, x.T @ (values * w[:, None]))[0]
    return out


def _shift(phase: FloatArray, change: FloatArray) -> FloatArray:
    """(2, F) shift per whole squeeze or shrug, which is taken to grow with the phase from 0 to 1.

    The first row is the shift at the finish, the second its change before it.
    """
    share = np.clip(phase, 0, 1.1)
    top = share >= _FINISH * share.max()
    finish = change[top].mean(axis=0) / share[top].mean()
    x = share * (1 - share)
    slope = (x @ (change - share[:, None] * finish)) / (x @ x + _EVEN_WEIGHT * len(share))
    return np.stack([finish, slope])


def _spread(
    points: Mapping[str, list[FloatArray]],
    phases: Mapping[str, list[FloatArray]],
    noise: FloatArray,
) -> float:
    """Root mean square difference of equal repetitions at the finish, over the expected one."""
    squares, count = _PRIOR_COUNT * 1.0, _PRIOR_COUNT
    for kind in ("arms_only", "squeeze"):
        tops = [
            p[f >= _FINISH * f.max()].mean(axis=0)
            for p, f in zip(points[kind], phases[kind], strict=True)
        ]
        for a, b in pairwise(tops):
            squares += float(np.mean(((a - b) / noise) ** 2) / 2)
            count += 1
    return float(np.sqrt(squares / count))


_PRIOR_COUNT: Final = 1.0
