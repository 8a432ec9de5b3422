"""Retraction and elevation at the same arm pose: landmarks compared with a personal `Template`.

At the arm phase of each frame, generalised least squares splits the change of the landmarks into a
share of the full squeeze, a share of the shrug, and all other variation of people and landmarks
(Aitken 1935; here as the mode of a Gaussian posterior, so that a quantity which the view does not
show keeps its prior and the uncertainty of the prior; `girdle.scatter` describes the other
variation). The misfit of this sum is returned as well, so that a swing of the trunk, or arms that
move differently from the calibration, are not mistaken for a squeeze.

Every frame is read independently: one live frame and a whole recording give equal results.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.girdle.neutral import BORDER
from scapcoach.girdle.scatter import (
    Scatter,
    TemplateNoise,
    point_variances,
    shared_covariance,
    shipped_scatter,
)
from scapcoach.girdle.template import (
    N_AXES,
    PHASES,
    TEMPLATE_POINTS,
    Template,
    arm_features,
    arms_of,
    read_table,
    template_features,
)
from scapcoach.landmarks import EARS, SHOULDERS

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


__all__ = ["Conditioned", "TemplateNoise", "read"]

_SOLVE_BLOCK: Final = 1024  # frames solved at a time, to keep the memory flat
#: (F,) +1 for features of left points, -1 for right ones.
_LEFT_AHEAD: Final = np.repeat(np.array([1.0, -1.0] * 5 + [0.0]), N_AXES)
#: From (squeeze, shrug, squeeze left ahead, shrug left ahead) to mean, left, right of each.
_SIDED: Final = np.array(
    [[1, 0, 0, 0], [1, 0, 1, 0], [1, 0, -1, 0], [0, 1, 0, 0], [0, 1, 0, 1], [0, 1, 0, -1]], float
)
#: (F,) height of the ears over the shoulders, in the picture.
_HEAD_RISE: Final = np.zeros(len(_LEFT_AHEAD))
_HEAD_RISE[[TEMPLATE_POINTS.index(p) * N_AXES + 1 for p in EARS]] = 0.5
_HEAD_RISE[[TEMPLATE_POINTS.index(p) * N_AXES + 1 for p in SHOULDERS]] = -0.5
#: Share by which a squeeze shows less in shoulders that are raised by the whole shrug, facing the
#: camera; seen from the side and from behind it shows fully [M, phantom].
LESS_WHEN_RAISED: Final = 0.6
#: Shares of squeeze and of shrug beyond which no further movement of the arms is explained.
_FOLLOW_LIMITS: Final = ((-1.0, 1.5), (-0.5, 1.5))
#: One object: what is worked out of it is cached by its identity.
_USUAL: Final = TemplateNoise()


@dataclass(frozen=True, slots=True, eq=False)
class Conditioned:
    """T frames read against a template; NaN without a person.

    Attributes:
        retraction, retraction_sigma: (T, 3) share of the person's own full squeeze, drawn back
            positive; mean, left and right (`girdle.state.SIDES`).
        elevation, elevation_sigma: (T, 3) share of the shrug of the calibration, raised positive.
        phase: (T,) of the arm movement, 0 at the start and 1 at the finish.
        arm_distance: (T,) trunk lengths between the arms and the calibrated path, after subtracting
            how far that much squeeze and shrug moved them in the calibration.
        misfit: (T,) root mean square of the residual, in standard deviations.
        head_rise: (T,) trunk lengths by which the ears are higher over the shoulders than when only
            the arms move.
    """

    retraction: FloatArray
    retraction_sigma: FloatArray
    elevation: FloatArray
    elevation_sigma: FloatArray
    phase: FloatArray
    arm_distance: FloatArray
    misfit: FloatArray
    head_rise: FloatArray


def read(
    poses: Poses,
    template: Template,
    noise: TemplateNoise | None = None,
    scatter: Scatter | None = None,
) -> Conditioned:
    """Read every frame against the template.

    Args:
        poses: T frames, smoothed or not; of the person, camera and view of the template.
        template: of the exercise.
        noise: standard deviations.
        scatter: variation measured on other people; the shipped one by default.

    Raises:
        ModelError: the shipped covariances are missing or damaged.
    """
    noise, scatter = noise or _USUAL, scatter or shipped_scatter()
    arms = arm_features(poses, template.unit)
    phase = template.phase(arms)
    seen = template_features(poses, template.unit, template.world_unit)
    variances = point_variances(template, noise, _visibility(poses))
    known = np.isfinite(seen).all(axis=1) & np.isfinite(phase)
    shares, sds = np.full((2, len(poses), 2, 3), np.nan)
    misfit, away, rise = np.full((3, len(poses)), np.nan)
    shared = shared_covariance(template, noise, scatter)
    prior = np.array([noise.squeeze, noise.shrug, noise.squeeze_apart, noise.shrug_apart])
    for first in range(0, len(poses), _SOLVE_BLOCK):
        at = np.flatnonzero(known[first : first + _SOLVE_BLOCK]) + first
        near = np.rint(np.clip(phase[at], 0, 1) * (len(PHASES) - 1)).astype(np.int64)
        squeeze, shrug = (template.shift(w, phase[at]) for w in (template.squeeze, template.shrug))
        design = np.stack([squeeze, shrug, squeeze * _LEFT_AHEAD, shrug * _LEFT_AHEAD], axis=1)
        covariance = template.spread**2 * shared[near]
        diagonal = np.arange(len(_LEFT_AHEAD))
        covariance[:, diagonal, diagonal] += template.spread**2 * variances[at]
        residual = seen[at] - read_table(template.rest, phase[at])
        shares[at], sds[at], misfit[at] = _solve(residual, design, covariance, prior)
        rise[at] = residual @ _HEAD_RISE
        explained = [
            np.clip(shares[at, k, :1], *_FOLLOW_LIMITS[k]) * arms_of(shift)
            for k, shift in enumerate((squeeze, shrug))
        ]
        off = arms[at] - read_table(template.arms, phase[at]) - sum(explained)
        away[at] = np.linalg.norm(off, axis=1)
    more = 1 + _hidden_by_shrug(template) * np.clip(shares[:, 1], 0, 1.5)
    return Conditioned(
        more * shares[:, 0], more * sds[:, 0], shares[:, 1], sds[:, 1], phase, away, misfit, rise
    )


def _visibility(poses: Poses) -> FloatArray:
    """(T, len(TEMPLATE_POINTS)) visibility, 0 out of the picture."""
    size = np.asarray(poses.size, np.float64)
    xy = poses.xy[:, list(TEMPLATE_POINTS)]
    inside = np.all((xy >= BORDER * size) & (xy <= (1 - BORDER) * size), axis=-1)
    return np.where(inside, poses.visibility[:, list(TEMPLATE_POINTS)], 0.0)


@lru_cache(maxsize=8)
def _hidden_by_shrug(template: Template) -> float:
    """Relative increase of the retraction estimate per whole shrug, which hides a part of it."""
    return LESS_WHEN_RAISED * max(float(np.cos(np.radians(template.yaw))), 0.0)


def _solve(
    residual: FloatArray, design: FloatArray, covariance: FloatArray, prior: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(N, 2, 3) shares of squeeze and shrug by side, their sigmas, and (N,) the misfit."""
    both = np.concatenate([design, residual[:, None]], axis=1)
    weighed = np.linalg.solve(covariance, both.transpose(0, 2, 1))
    products = both @ weighed
    information = products[:, :-1, :-1] + np.diag(1 / prior**2)
    posterior = np.linalg.inv(information)
    theta = (posterior @ products[:, :-1, -1:])[..., 0]
    fitted = np.einsum("nk,nkl,nl->n", theta, products[:, :-1, :-1], theta)
    cost = products[:, -1, -1] - 2 * (theta * products[:, :-1, -1]).sum(axis=1) + fitted
    shares = theta @ _SIDED.T
    sds = np.sqrt(np.einsum("si,nij,sj->ns", _SIDED, posterior, _SIDED))
    shape = (len(theta), 2, 3)
    misfit = np.sqrt(np.maximum(cost, 0) / residual.shape[1])
    return shares.reshape(shape), sds.reshape(shape), misfit
