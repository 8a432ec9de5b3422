"""Noise of landmarks at the same arm pose and with the same position of the blades.

It has three parts: the variation measured on rendered people who row (`Scatter`, a covariance for
each view, in models/exercise_scatter.npz, made by `python -m bench.exercise.scatter`), the
variation that geometry predicts for a body that leans, turns, comes nearer or shifts (`nuisances`),
and the noise of each point, which grows where the point is hidden.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.errors import ModelError
from scapcoach.geometry.vectors import unit
from scapcoach.girdle.template import N_AXES, N_TEMPLATE_FEATURES, PHASES, TEMPLATE_POINTS, Template
from scapcoach.landmarks import HIPS

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from scapcoach.arrays import FloatArray


#: File of the covariances in the `models` folder, and the version of its layout.
SCATTER_FILE: Final = "exercise_scatter.npz"
SCATTER_SCHEMA: Final = "exercise-scatter-1"

#: Weight of geometry and of the points' own noise against the variation measured on a few dozen
#: people, as in shrinking a covariance towards a model of it (Ledoit & Wolf, J Multivar Anal 2004)
#: [M].
MODELLED: Final = 0.4
#: Factor on the deviations of world landmarks by how far the person is turned away, in degrees:
#: from behind the pose model guesses depth [M, phantom].
WORLD: Final = ((0.0, 3.0), (40.0, 3.0), (75.0, 1.0), (95.0, 1.0), (130.0, 3.0), (145.0, 3.0),
                (165.0, 20.0))  # fmt: skip
#: Degrees of yaw between which the visibility of a point stops predicting its noise: from behind
#: visibility is low for a whole arm, whose landmarks are as steady as in other views [M, phantom].
FROM_BEHIND: Final = (150.0, 160.0)

_UPPER_BODY_MASK: Final = np.array([p not in HIPS for p in TEMPLATE_POINTS], float)
_HEAD_MASK: Final = np.array([0.0] * 8 + [1.0] * 3)
_MIRROR_ORDER: Final = [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 10]
#: (F,) features in the mirror: their order, and their signs.
_MIRROR_INDEX: Final = np.concatenate([np.arange(N_AXES) + N_AXES * p for p in _MIRROR_ORDER])
_MIRROR_SIGN: Final = np.tile([-1.0, 1.0, -1.0, 1.0, 1.0], len(TEMPLATE_POINTS))
_IS_WORLD: Final = np.tile([False, False, True, True, True], len(TEMPLATE_POINTS))


def _points_noise() -> FloatArray:
    """(F,) standard deviations of features between equal frames, trunk lengths [M, phantom].

    Those of the world landmarks are three times the measured ones: their errors are correlated with
    each other and with those in the picture, and treating them as independent gave worse results.
    """
    shoulder, elbow, wrist, hip, ear, nose = (
        (0.0075, 0.0052, 0.018, 0.018, 0.036), (0.014, 0.020, 0.042, 0.048, 0.081),
        (0.019, 0.026, 0.060, 0.078, 0.165), (0.0014, 0.003, 0.009, 0.012, 0.012),
        (0.0055, 0.004, 0.018, 0.015, 0.030), (0.0055, 0.006, 0.018, 0.021, 0.033),
    )  # fmt: skip
    pairs = (shoulder, elbow, wrist, hip, ear)
    return np.concatenate([*(2 * pair for pair in pairs), nose])


@dataclass(frozen=True, slots=True, eq=False)
class TemplateNoise:
    """Expected noise of landmarks and movements of people; trunk lengths and degrees.

    Attributes:
        points: (F,) standard deviation of visible features.
        hidden: relative increase of a point's deviation per missing visibility.
        visible: visibility from which none is missing.
        squeeze, shrug: of the shares that are estimated.
        squeeze_apart, shrug_apart: by which one side may be ahead of the mean of both.
        lean, side_lean, yaw, twist: by which the trunk may differ from the calibration.
        scale: of the apparent size.
        shift: of the upper body relative to the hips, for each of the axes of a feature.
        head: of the head relative to the trunk.
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
    """Variation of landmarks in equal frames of other people, seen from V directions.

    Attributes:
        yaws: (V,) degrees by which they were turned to their own left, 0..180, ascending.
        covariances: (V, F, F) of features, trunk lengths squared.
        people: (V,) number of people.
    """

    yaws: FloatArray
    covariances: FloatArray
    people: npt.NDArray[np.integer[Any]]

    def at(self, yaw: float) -> FloatArray:
        """(F, F) at a yaw in degrees: interpolated; mirrored where negative."""
        place = float(np.clip(abs(yaw), self.yaws[0], self.yaws[-1]))
        high = int(np.clip(np.searchsorted(self.yaws, place), 1, len(self.yaws) - 1))
        low = high - 1
        share = (place - self.yaws[low]) / (self.yaws[high] - self.yaws[low])
        between = (1 - share) * self.covariances[low] + share * self.covariances[high]
        return mirrored_covariance(between) if yaw < 0 else np.asarray(between)


def mirrored_covariance(covariance: FloatArray) -> FloatArray:
    """(F, F) of the same people in the mirror."""
    signed = covariance * np.outer(_MIRROR_SIGN, _MIRROR_SIGN)
    return np.asarray(signed[np.ix_(_MIRROR_INDEX, _MIRROR_INDEX)])


def world_factor(yaw: float) -> FloatArray:
    """(F,) factor on standard deviations: more than 1 for world landmarks."""
    at, factors = np.array(WORLD).T
    return np.where(_IS_WORLD, np.interp(abs(yaw), at, factors), 1.0)


@lru_cache(maxsize=8)  # every frame of a live session needs it
def shared_covariance(template: Template, noise: TemplateNoise, scatter: Scatter) -> FloatArray:
    """(P, F, F) covariance at each phase, without the points' own noise."""
    directions, deviations = nuisances(template, noise)
    stretched = directions * deviations[:, None]
    modelled = stretched.transpose(0, 2, 1) @ stretched
    seen = scatter.at(template.yaw)
    seen = seen + np.diag(np.diag(seen) * (world_factor(template.yaw) ** 2 - 1))
    return np.asarray((1 - MODELLED) * seen + MODELLED * modelled)


def point_variances(template: Template, noise: TemplateNoise, visibility: FloatArray) -> FloatArray:
    """(T, F) variances of the points' own noise.

    Args:
        template: its yaw shows whether the person is seen from behind.
        noise: of visible points.
        visibility: (T, len(TEMPLATE_POINTS)), 0 where a point is out of the picture.
    """
    deviation, visibility_weight = _deviations(template, noise)
    lacking = np.clip(noise.visible - visibility, 0, 1)
    factor = np.repeat(1 + visibility_weight * noise.hidden * lacking, N_AXES, axis=1)
    return np.asarray(MODELLED * (deviation * factor) ** 2)


@lru_cache(maxsize=8)
def _deviations(template: Template, noise: TemplateNoise) -> tuple[FloatArray, float]:
    """(F,) of visible points, and how much their visibility matters in this view, 0..1."""
    visibility_weight = 1 - float(np.interp(abs(template.yaw), FROM_BEHIND, (0.0, 1.0)))
    return noise.points * world_factor(template.yaw), visibility_weight


@lru_cache(maxsize=8)
def nuisances(template: Template, noise: TemplateNoise) -> tuple[FloatArray, FloatArray]:
    """(P, K, F) directions in which features change for other reasons, and (K,) how far.

    At each phase the body is rotated as a whole or above the hips, scaled, shifted, or early.
    """
    points = template.rest.reshape(len(PHASES), len(TEMPLATE_POINTS), N_AXES)
    picture, world = points[..., :2], points[..., 2:]
    solid = np.concatenate([picture, world[..., 2:]], axis=-1)
    flat = np.array([1.0, 0.0, 1.0])
    across = unit(
        (world[:, TEMPLATE_POINTS.index(HIPS[0])] - world[:, TEMPLATE_POINTS.index(HIPS[1])]) * flat
    )
    upright = np.broadcast_to([0.0, 1.0, 0.0], across.shape)
    directions: list[FloatArray] = []
    deviations: list[float] = []

    def add(in_picture: FloatArray, in_world: FloatArray, mask: FloatArray, sd: float) -> None:
        both = np.concatenate(np.broadcast_arrays(in_picture, in_world[..., :2]), axis=-1)
        both = np.concatenate([both, np.broadcast_to(in_world, (*both.shape[:-1], 3))[..., 2:]], -1)
        directions.append(np.asarray(both * mask[:, None]))
        deviations.append(sd)

    everything = np.ones(len(TEMPLATE_POINTS))
    for axis, mask, degrees in (
        (across, _UPPER_BODY_MASK, noise.lean),
        (np.cross(across, upright), _UPPER_BODY_MASK, noise.side_lean),
        (upright, everything, noise.yaw),
        (upright, _UPPER_BODY_MASK, noise.twist),
    ):
        turned = [np.cross(axis[:, None], body) for body in (solid, world)]
        add(turned[0][..., :2], turned[1], mask, float(np.radians(degrees)))
    add(picture, 0 * world, everything, noise.scale)
    add(0 * picture, world, everything, noise.scale)
    unit_of = np.eye(N_AXES)
    for mask, sds in (
        (_HEAD_MASK, [noise.head] * N_AXES),
        (_UPPER_BODY_MASK, noise.shift),
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

    return load_scatter(shipped_file(SCATTER_FILE))


def load_scatter(path: Path) -> Scatter:
    """Read what `save_scatter` wrote.

    Raises:
        ModelError: the file cannot be read, or is of another version.
    """
    try:
        with np.load(path) as z:
            schema, packed = str(z["schema"]), z["covariances"].astype(np.float64)
            if (
                schema != SCATTER_SCHEMA
                or packed.shape[1] != N_TEMPLATE_FEATURES * (N_TEMPLATE_FEATURES + 1) // 2
            ):
                raise ModelError(
                    f"{path} is {schema!r} and does not fit this version, which reads "
                    f"{SCATTER_SCHEMA!r}. Install scapcoach again."
                )
            full = np.zeros((len(packed), N_TEMPLATE_FEATURES, N_TEMPLATE_FEATURES))
            rows, columns = np.tril_indices(N_TEMPLATE_FEATURES)
            full[:, rows, columns] = full[:, columns, rows] = packed
            return Scatter(z["yaws"].astype(np.float64), full, z["people"])
    except (OSError, KeyError, ValueError, IndexError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} cannot be read ({error}). Install scapcoach again.") from error


def save_scatter(scatter: Scatter, path: Path) -> None:
    """Write covariances; the same ones give the same bytes."""
    rows, columns = np.tril_indices(N_TEMPLATE_FEATURES)
    arrays: dict[str, Any] = {
        "schema": np.array(SCATTER_SCHEMA),
        "yaws": scatter.yaws.astype(np.float32),
        "people": scatter.people.astype(np.int32),
        "covariances": scatter.covariances[:, rows, columns].astype(np.float32),
    }
    np.savez(path, **arrays)
