"""Retraction and elevation read at like arm pose: landmarks against a personal `Template`.

At each frame's own phase the landmarks are taken apart by generalised least squares into so much
of the full squeeze, so much of the shrug, what else people do (lean, turn, come nearer, nod, shift)
and noise (Aitken 1935; here as the mode of a Gaussian posterior, so that what a view does not show
stays at its prior with the prior's uncertainty). How badly the sum of them fits is told, too:
a swing of the trunk or other arms than those of the calibration do not pass for a squeeze.

Every frame is read on its own: one live frame and a whole recording give equal results.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.geometry.posture import HIPS
from scapcoach.geometry.vectors import unit
from scapcoach.girdle.neutral import BORDER
from scapcoach.girdle.template import (
    N_AXES,
    PHASES,
    POINTS,
    Template,
    arm_features,
    features,
    tabled,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.landmarks import Poses

    FloatArray = npt.NDArray[np.floating[Any]]
    BoolArray = npt.NDArray[np.bool_]

_BLOCK: Final = 1024  # frames solved at a time, to keep the memory flat
_UPPER: Final = np.array([p not in HIPS for p in POINTS], float)
_HEAD: Final = np.array([0.0] * 8 + [1.0] * 3)
#: (F,) +1 for features of left points, -1 for right ones.
_LEFT_AHEAD: Final = np.repeat(np.array([1.0, -1.0] * 5 + [0.0]), N_AXES)
#: From (squeeze, shrug, squeeze left ahead, shrug left ahead) to mean, left, right of each.
_SIDED: Final = np.array(
    [[1, 0, 0, 0], [1, 0, 1, 0], [1, 0, -1, 0], [0, 1, 0, 0], [0, 1, 0, 1], [0, 1, 0, -1]], float
)


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
class Conditioned:
    """T frames read against a template; NaN without a person.

    Attributes:
        retraction, retraction_sigma: (T, 3) share of the own full squeeze, drawn back positive;
            mean, left and right (`girdle.state.SIDES`).
        elevation, elevation_sigma: (T, 3) share of the shrug of the calibration, raised positive.
        phase: (T,) of the arm movement, 0 at the start and 1 at the finish.
        arm_distance: (T,) trunk lengths by which the arms are off the calibrated path.
        misfit: (T,) root mean square of what is left over, in standard deviations.
    """

    retraction: FloatArray
    retraction_sigma: FloatArray
    elevation: FloatArray
    elevation_sigma: FloatArray
    phase: FloatArray
    arm_distance: FloatArray
    misfit: FloatArray


def read(poses: Poses, template: Template, noise: Noise | None = None) -> Conditioned:
    """Every frame against the template.

    Args:
        poses: T frames, smoothed or not; of the person, camera and view of the template.
        template: of the exercise.
        noise: standard deviations.
    """
    noise = noise or _usual()
    arms = arm_features(poses, template.unit)
    phase = template.phase(arms)
    seen = features(poses, template.unit, template.world_unit)
    sigma = template.spread * noise.points * _hidden(poses, noise)
    known = np.isfinite(seen).all(axis=1) & np.isfinite(phase)
    shares, sds = np.full((2, len(poses), 2, 3), np.nan)
    misfit = np.full(len(poses), np.nan)
    others, deviations = _nuisances(template, noise)
    for first in range(0, len(poses), _BLOCK):
        at = np.flatnonzero(known[first : first + _BLOCK]) + first
        design = _design(phase[at], template, others)
        residual = seen[at] - tabled(template.rest, phase[at])
        shares[at], sds[at], misfit[at] = _solve(residual, design, sigma[at], deviations)
    away = np.linalg.norm(arms - tabled(template.arms, phase), axis=1)
    return Conditioned(
        shares[:, 0],
        sds[:, 0],
        shares[:, 1],
        sds[:, 1],
        phase,
        np.where(known, away, np.nan),
        misfit,
    )


def _hidden(poses: Poses, noise: Noise) -> FloatArray:
    """(T, F) factor on the noise of points that are hidden or out of the picture."""
    size = np.asarray(poses.size, np.float64)
    xy = poses.xy[:, list(POINTS)]
    inside = np.all((xy >= BORDER * size) & (xy <= (1 - BORDER) * size), axis=-1)
    seen = np.where(inside, poses.visibility[:, list(POINTS)], 0.0)
    factor = 1 + noise.hidden * np.clip(noise.visible - seen, 0, 1)
    return np.asarray(np.repeat(factor, N_AXES, axis=1))


def _design(phase: FloatArray, template: Template, others: FloatArray) -> FloatArray:
    """(N, K, F) what moves the features: squeeze, shrug, one side ahead in each, all else."""
    nearest = np.rint(np.clip(phase, 0, 1) * (len(PHASES) - 1)).astype(np.int64)
    squeeze, shrug = (template.shift(w, phase) for w in (template.squeeze, template.shrug))
    sought = np.stack([squeeze, shrug, squeeze * _LEFT_AHEAD, shrug * _LEFT_AHEAD], axis=1)
    return np.concatenate([sought, others[nearest]], axis=1)


def _solve(
    residual: FloatArray, design: FloatArray, sigma: FloatArray, prior: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(N, 2, 3) shares of squeeze and shrug by side, their sigmas, and (N,) the misfit."""
    scaled, left = design / sigma[:, None], residual / sigma
    information = scaled @ scaled.transpose(0, 2, 1) + np.diag(1 / prior**2)
    covariance = np.linalg.inv(information)
    theta = (covariance @ (scaled @ left[..., None]))[..., 0]
    left = left - (theta[:, None] @ scaled)[:, 0]
    cost = (left**2).sum(axis=1) + ((theta / prior)[:, 2:] ** 2).sum(axis=1)
    shares = theta[:, :4] @ _SIDED.T
    sds = np.sqrt(np.einsum("si,nij,sj->ns", _SIDED, covariance[:, :4, :4], _SIDED))
    shape = (len(theta), 2, 3)
    return shares.reshape(shape), sds.reshape(shape), np.sqrt(cost / residual.shape[1])


@lru_cache(maxsize=1)
def _usual() -> Noise:
    return Noise()


@lru_cache(maxsize=8)  # of a live session each frame asks again
def _nuisances(template: Template, noise: Noise) -> tuple[FloatArray, FloatArray]:
    """(P, K - 4, F) directions in which features move for other reasons, and (K,) how far.

    The body at each phase is turned as a whole or above the hips, made larger, shifted.
    """
    points = template.rest.reshape(len(PHASES), len(POINTS), N_AXES)
    picture, world = points[..., :2], points[..., 2:]
    solid = np.concatenate([picture, world[..., 2:]], axis=-1)
    flat = np.array([1.0, 0.0, 1.0])
    across = unit((world[:, POINTS.index(HIPS[0])] - world[:, POINTS.index(HIPS[1])]) * flat)
    upright = np.broadcast_to([0.0, 1.0, 0.0], across.shape)
    directions: list[FloatArray] = []
    deviations = [noise.squeeze, noise.shrug, noise.squeeze_apart, noise.shrug_apart]

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
