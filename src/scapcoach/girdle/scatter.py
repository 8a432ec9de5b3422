"""By how much landmarks differ at like arm pose when the blades are alike: the noise of readings.

Three parts: what was seen on rendered people who row (`Scatter`, a covariance for each view, in
models/exercise_scatter.npz; `python -m bench.exercise.scatter` makes it), what geometry says of a
body that leans, turns, comes nearer or shifts (`nuisances`), and every point's own noise, which
grows where it is hidden.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.errors import ModelError
from scapcoach.geometry.posture import HIPS
from scapcoach.geometry.vectors import unit
from scapcoach.girdle.template import N_AXES, PHASES, POINTS, Template

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from scapcoach.arrays import FloatArray


#: File of the covariances in the `models` folder, and the version of its layout.
FILE: Final = "exercise_scatter.npz"
SCHEMA: Final = "exercise-scatter-1"

N_FEATURES: Final = len(POINTS) * N_AXES

#: Weight of geometry and of the points' own noise against what was seen on a few dozen people:
#: as in shrinking a covariance towards a model of it (Ledoit & Wolf, J Multivar Anal 2004) [M].
MODELLED: Final = 0.4
#: Factor on the deviations of world landmarks by how far the person is turned away, in degrees:
#: from behind the pose model guesses depth [M, phantom].
WORLD: Final = ((0.0, 3.0), (40.0, 3.0), (75.0, 1.0), (95.0, 1.0), (130.0, 3.0), (145.0, 3.0),
                (165.0, 20.0))  # fmt: skip
#: Degrees of yaw beyond which the visibility of a point says nothing of its noise: from behind it
#: is low for all of an arm, whose place is as steady as ever [M, phantom].
FROM_BEHIND: Final = (150.0, 160.0)

_UPPER: Final = np.array([p not in HIPS for p in POINTS], float)
_HEAD: Final = np.array([0.0] * 8 + [1.0] * 3)
_SWAPPED: Final = [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 10]
#: (F,) features in the mirror: which one it becomes, and with which sign.
_MIRROR_INDEX: Final = np.concatenate([np.arange(N_AXES) + N_AXES * p for p in _SWAPPED])
_MIRROR_SIGN: Final = np.tile([-1.0, 1.0, -1.0, 1.0, 1.0], len(POINTS))
_IS_WORLD: Final = np.tile([False, False, True, True, True], len(POINTS))


def _points_noise() -> FloatArray:
    """(F,) standard deviations of features between like frames, trunk lengths [M, phantom].

    Those of the world landmarks are three times what was measured: they err together with each
    other and with the picture's, and counted as witnesses of their own they made readings worse.
    """
    shoulder, elbow, wrist, hip, ear, nose = (
        (0.0075, 0.0052, 0.018, 0.018, 0.036), (0.014, 0.020, 0.042, 0.048, 0.081),
        (0.019, 0.026, 0.060, 0.078, 0.165), (0.0014, 0.003, 0.009, 0.012, 0.012),
        (0.0055, 0.004, 0.018, 0.015, 0.030), (0.0055, 0.006, 0.018, 0.021, 0.033),
    )  # fmt: skip
    pairs = (shoulder, elbow, wrist, hip, ear)
    return np.concatenate([*(2 * pair for pair in pairs), nose])


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """What is expected of landmarks and people; lengths in trunk lengths, angles in degrees.

    Attributes:
        points: (F,) standard deviation of visible features.
        hidden: by how much a point's deviation grows, relatively, per lacking visibility.
        visible: visibility that lacks nothing.
        squeeze, shrug: of the shares that are sought.
        squeeze_apart, shrug_apart: by which one side may be ahead of the mean of both.
        lean, side_lean, yaw, twist: by which the trunk may differ from the calibration.
        scale: of the apparent size.
        shift: of the upper body against the hips, for each of the axes of a feature.
        head: of the head against the trunk.
        phase: error of the phase.
    """

    points: FloatArray = field(default_factory=_points_noise)
    hidden: float = 4.0
    visible: float = 0.9
    squeeze: float = 1.0
    shrug: float = 1.0
    squeeze_apart: float = 0.15
    shrug_apart: float = 0.1
    lean: float = 2.0
    side_lean: float = 1.0
    yaw: float = 2.0
    twist: float = 1.5
    scale: float = 0.015
    shift: tuple[float, ...] = (0.008, 0.014, 0.008, 0.020, 0.030)
    head: float = 0.010
    phase: float = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """What landmarks of like frames of other people differed by, seen from V directions.

    Attributes:
        yaws: (V,) degrees by which they were turned to their own left, 0..180, ascending.
        covariances: (V, F, F) of features, trunk lengths squared.
        people: (V,) how many.
    """

    yaws: FloatArray
    covariances: FloatArray
    people: npt.NDArray[np.integer[Any]]

    def at(self, yaw: float) -> FloatArray:
        """(F, F) seen at a yaw in degrees: between the nearest two directions, or in the mirror."""
        place = float(np.clip(abs(yaw), self.yaws[0], self.yaws[-1]))
        high = int(np.clip(np.searchsorted(self.yaws, place), 1, len(self.yaws) - 1))
        low = high - 1
        share = (place - self.yaws[low]) / (self.yaws[high] - self.yaws[low])
        between = (1 - share) * self.covariances[low] + share * self.covariances[high]
        return mirrored(between) if yaw < 0 else np.asarray(between)


def mirrored(covariance: FloatArray) -> FloatArray:
    """(F, F) of the same people in the mirror."""
    signed = covariance * np.outer(_MIRROR_SIGN, _MIRROR_SIGN)
    return np.asarray(signed[np.ix_(_MIRROR_INDEX, _MIRROR_INDEX)])


def world_factor(yaw: float) -> FloatArray:
    """(F,) factor on standard deviations: more than 1 for world landmarks."""
    at, factors = np.array(WORLD).T
    return np.where(_IS_WORLD, np.interp(abs(yaw), at, factors), 1.0)


@lru_cache(maxsize=8)  # of a live session each frame asks again
def common(template: Template, noise: Noise, scatter: Scatter) -> FloatArray:
    """(P, F, F) covariance over the phase but for the points' own noise."""
    directions, deviations = nuisances(template, noise)
    stretched = directions * deviations[:, None]
    modelled = stretched.transpose(0, 2, 1) @ stretched
    seen = scatter.at(template.yaw)
    seen = seen + np.diag(np.diag(seen) * (world_factor(template.yaw) ** 2 - 1))
    return np.asarray((1 - MODELLED) * seen + MODELLED * modelled)


def own(template: Template, noise: Noise, visibility: FloatArray) -> FloatArray:
    """(T, F) variances of the points' own noise.

    Args:
        template: says whether the person is seen from behind.
        noise: of visible points.
        visibility: (T, len(POINTS)), 0 where a point is out of the picture.
    """
    deviation, counts = _deviations(template, noise)
    lacking = np.clip(noise.visible - visibility, 0, 1)
    factor = np.repeat(1 + counts * noise.hidden * lacking, N_AXES, axis=1)
    return np.asarray(MODELLED * (deviation * factor) ** 2)


@lru_cache(maxsize=8)
def _deviations(template: Template, noise: Noise) -> tuple[FloatArray, float]:
    """(F,) of visible points, and whether visibility counts in this view, 0..1."""
    counts = 1 - float(np.interp(abs(template.yaw), FROM_BEHIND, (0.0, 1.0)))
    return noise.points * world_factor(template.yaw), counts


@lru_cache(maxsize=8)
def nuisances(template: Template, noise: Noise) -> tuple[FloatArray, FloatArray]:
    """(P, K, F) directions in which features move for other reasons, and (K,) how far.

    The body at each phase is turned as a whole or above the hips, made larger, shifted, early.
    """
    points = template.rest.reshape(len(PHASES), len(POINTS), N_AXES)
    picture, world = points[..., :2], points[..., 2:]
    solid = np.concatenate([picture, world[..., 2:]], axis=-1)
    flat = np.array([1.0, 0.0, 1.0])
    across = unit((world[:, POINTS.index(HIPS[0])] - world[:, POINTS.index(HIPS[1])]) * flat)
    upright = np.broadcast_to([0.0, 1.0, 0.0], across.shape)
    directions: list[FloatArray] = []
    deviations: list[float] = []

    def add(in_picture: FloatArray, in_world: FloatArray, mask: FloatArray, sd: float) -> None:
        both = np.concatenate(np.broadcast_arrays(in_picture, in_world[..., :2]), axis=-1)
        both = np.concatenate([both, np.broadcast_to(in_world, (*both.shape[:-1], 3))[..., 2:]], -1)
        directions.append(np.asarray(both * mask[:, None]))
        deviations.append(sd)

    everything = np.ones(len(POINTS))
    for axis, mask, degrees in (
        (across, _UPPER, noise.lean),
        (np.cross(across, upright), _UPPER, noise.side_lean),
        (upright, everything, noise.yaw),
        (upright, _UPPER, noise.twist),
    ):
        turned = [np.cross(axis[:, None], body) for body in (solid, world)]
        add(turned[0][..., :2], turned[1], mask, float(np.radians(degrees)))
    add(picture, 0 * world, everything, noise.scale)
    add(0 * picture, world, everything, noise.scale)
    unit_of = np.eye(N_AXES)
    for mask, sds in (
        (_HEAD, [noise.head] * N_AXES),
        (_UPPER, noise.shift),
    ):
        for axis_of, sd in zip(unit_of, sds, strict=True):
            step = np.broadcast_to(axis_of, points.shape)
            add(step[..., :2], step[..., 2:], mask, sd)
    directions.append(np.asarray(np.gradient(points, PHASES, axis=0)))
    deviations.append(noise.phase)
    stacked = np.stack(directions, axis=1).reshape(len(PHASES), len(directions), -1)
    return stacked, np.array(deviations)


@cache
def shipped_scatter() -> Scatter:
    """The covariances that come with scapcoach; read and checked once per process.

    Raises:
        ModelError: the file is missing or damaged.
    """
    from scapcoach.model_files import shipped_file

    return load_scatter(shipped_file(FILE))


def load_scatter(path: Path) -> Scatter:
    """Read what `save_scatter` wrote.

    Raises:
        ModelError: the file cannot be read, or is of another version.
    """
    try:
        with np.load(path) as z:
            schema, packed = str(z["schema"]), z["covariances"].astype(np.float64)
            if schema != SCHEMA or packed.shape[1] != N_FEATURES * (N_FEATURES + 1) // 2:
                raise ModelError(
                    f"{path} is {schema!r} and does not fit this version, which reads {SCHEMA!r}. "
                    "Install scapcoach again."
                )
            full = np.zeros((len(packed), N_FEATURES, N_FEATURES))
            rows, columns = np.tril_indices(N_FEATURES)
            full[:, rows, columns] = full[:, columns, rows] = packed
            return Scatter(z["yaws"].astype(np.float64), full, z["people"])
    except (OSError, KeyError, ValueError, IndexError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} cannot be read ({error}). Install scapcoach again.") from error


def save_scatter(scatter: Scatter, path: Path) -> None:
    """Write covariances; the same ones give the same bytes."""
    rows, columns = np.tril_indices(N_FEATURES)
    arrays: dict[str, npt.NDArray[Any]] = {
        "schema": np.array(SCHEMA),
        "yaws": scatter.yaws.astype(np.float32),
        "people": scatter.people.astype(np.int32),
        "covariances": scatter.covariances[:, rows, columns].astype(np.float32),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue())
