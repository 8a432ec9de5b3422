"""The closed-form estimate: one joint least-squares solve per frame, with its uncertainty.

Retraction, elevation, yaw, lean, flexion, head and scale all move the same few landmarks, so
they are solved together: the most probable small change of the model of `girdle.model` from the
person's neutral, given the landmarks, their noise, and how far each quantity usually changes
(Gauss-Newton on a Gaussian posterior; Rodgers, Inverse Methods for Atmospheric Sounding, 2000,
section 5.3). The posterior's covariance is the uncertainty: where a view does not show a
quantity, its sigma stays that of the prior, so no rules for named views are needed.

Every frame is solved independently: one live frame and a whole recording give equal results.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.posture import trunk_length, trunk_line
from scapcoach.geometry.vectors import unit, wrap_degrees, y_up
from scapcoach.geometry.view import estimate_yaw
from scapcoach.girdle.model import N_PARAMETERS, Body, Parameter, project
from scapcoach.girdle.neutral import HIDDEN_SIGMA, Neutral, arm_vectors, usable_landmarks
from scapcoach.girdle.state import GirdleState
from scapcoach.landmarks import EARS, HIPS, SHOULDERS, indices

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Landmark, Poses


ITERATIONS: Final = 4
_STEP: Final = 1e-6  # of the numeric derivative, radians; larger ones break left-right symmetry
_SHIFTS: Final = _STEP * np.eye(N_PARAMETERS + 1, N_PARAMETERS, -1)[:, None]  # none, then each


@dataclass(frozen=True, slots=True)
class GeometricNoise:
    """How far landmarks are off and how far people move: standard deviations.

    Lengths in trunk lengths, angles in degrees.

    Attributes:
        shoulder, hip, ear: of one landmark when still [M on the phantom].
        per_arm: additional for a shoulder, per trunk length by which its arm has left the neutral.
        per_yaw: additional for a shoulder, per degree of yaw away from the neutral's.
        retraction, elevation, lean, side_lean, flexion, head, log_scale: of the movement.
        yaw: of the change of yaw, around the estimate from the world landmarks.
        from_elevation: degrees of retraction's sigma per degree of elevation: how far, and even in
            which direction, a shrug shifts the landmarks sideways differs from body to body.
        elevation_factor: by which elevation's posterior sigma is scaled: its errors on the phantom
            were 0.55-0.8 of it, apart from the gain of the landmarks.
    """

    shoulder: float = 0.006
    hip: float = 0.01
    ear: float = 0.012
    per_arm: float = 0.05
    per_yaw: float = 0.0008
    retraction: float = 15.0
    elevation: float = 20.0
    lean: float = 10.0
    side_lean: float = 10.0
    flexion: float = 4.0
    head: float = 10.0
    log_scale: float = 0.05
    yaw: float = 5.0
    from_elevation: float = 0.4
    elevation_factor: float = 0.75


def solve(
    poses: Poses,
    neutral: Neutral,
    noise: GeometricNoise | None = None,
    iterations: int = ITERATIONS,
) -> GirdleState:
    """The state of the girdle in every frame, as changes from `neutral`.

    Args:
        poses: T frames, smoothed or not.
        neutral: of the same person, camera and view.
        noise: standard deviations.
        iterations: of Gauss-Newton; one gives the linear estimate, for a `neutral` that is not a
            resting pose, where only changes matter: it always follows the sign of a change.

    Returns:
        T frames; NaN without a person.
    """
    noise = noise or GeometricNoise()
    yaw, yaw_sigma = estimate_yaw(poses)
    turned = wrap_degrees(yaw - neutral.yaw)
    arms = arm_distance(poses, neutral)
    seen, sigma = _observations(poses, neutral, turned, arms, noise)
    prior = _prior(turned, noise)
    theta, cov = _gauss_newton(seen, sigma, prior, neutral, iterations)
    theta[~poses.present] = np.nan
    cov[~poses.present] = np.nan
    degrees = np.degrees(theta)
    sd = np.degrees(np.sqrt(np.maximum(np.diagonal(cov, axis1=1, axis2=2), 0)))
    elevation = _sided(degrees, Parameter.ELEVATION_LEFT, Parameter.ELEVATION_RIGHT)
    retraction_sigma = _sided_sigma(cov, Parameter.RETRACTION_LEFT, Parameter.RETRACTION_RIGHT)
    return GirdleState(
        t=poses.t,
        retraction=_sided(degrees, Parameter.RETRACTION_LEFT, Parameter.RETRACTION_RIGHT),
        retraction_sigma=np.hypot(retraction_sigma, noise.from_elevation * np.abs(elevation)),
        elevation=elevation,
        elevation_sigma=noise.elevation_factor
        * _sided_sigma(cov, Parameter.ELEVATION_LEFT, Parameter.ELEVATION_RIGHT),
        flexion=degrees[:, Parameter.FLEXION],
        flexion_sigma=sd[:, Parameter.FLEXION],
        lean=degrees[:, Parameter.LEAN],
        yaw=wrap_degrees(neutral.yaw + degrees[:, Parameter.YAW]),
        yaw_sigma=np.minimum(yaw_sigma, np.hypot(sd[:, Parameter.YAW], 2.0)),
        scale=np.exp(theta[:, Parameter.LOG_SCALE]),
        rise=rise(poses, neutral, np.exp(theta[:, Parameter.LOG_SCALE])),
        trunk_change=trunk_change(poses, neutral),
        arm_distance=np.column_stack([arms.max(axis=1), arms]),
    )


def _sided(values: FloatArray, left: int, right: int) -> FloatArray:
    pair = values[:, [left, right]]
    return np.column_stack([pair.mean(axis=1), pair])


def _sided_sigma(cov: FloatArray, left: int, right: int) -> FloatArray:
    both = cov[:, left, left] + cov[:, right, right] + 2 * cov[:, left, right]
    variance = np.column_stack([both / 4, cov[:, left, left], cov[:, right, right]])
    return np.asarray(np.degrees(np.sqrt(np.maximum(variance, 0))))


def rise(poses: Poses, neutral: Neutral, scale: FloatArray) -> FloatArray:
    """(T,) trunk lengths by which the trunk looks longer than in the neutral, at equal scale.

    NaN where the hips are hidden.
    """
    trunk = trunk_length(poses)
    hips = usable_landmarks(poses)[:, list(HIPS)].any(axis=1) & neutral.hips_seen
    return np.where(hips, trunk / neutral.unit / scale - 1, np.nan)


def trunk_change(poses: Poses, neutral: Neutral) -> FloatArray:
    """(T,) degrees between the trunk's direction and its neutral one; NaN without a person."""
    cosine = unit(trunk_line(poses)) @ neutral.trunk
    return np.where(poses.present, np.degrees(np.arccos(np.clip(cosine, -1, 1))), np.nan)


def arm_distance(poses: Poses, neutral: Neutral) -> FloatArray:
    """(T, 2) how far elbow and wrist, left and right, have left their neutral arm pose."""
    arms = arm_vectors(poses, np.full(len(poses), neutral.unit))
    # Depth is the least accurate axis of the world landmarks, but from the front only depth shows
    # an arm that is held towards the camera.
    moved = np.linalg.norm(arms - neutral.arms, axis=-1)
    return np.asarray(np.sqrt(moved[..., 0] ** 2 + 0.5 * moved[..., 1] ** 2))


def _observations(
    poses: Poses, neutral: Neutral, turned: FloatArray, arms: FloatArray, noise: GeometricNoise
) -> tuple[FloatArray, FloatArray]:
    """(T, 5, 2) observed points in trunk lengths of the neutral, and (T, 5) their noise."""
    usable = usable_landmarks(poses) & np.isfinite(neutral.points[:, 0])
    points = y_up(poses.xy[:, _POINTS].astype(np.float64)) / neutral.unit
    seen = np.empty((len(poses), 5, 2))
    seen[:, :4] = points[:, :4]
    seen[:, 4] = (points[:, 4] + points[:, 5]) / 2
    good = np.empty((len(poses), 5), bool)
    good[:, :4] = usable[:, _POINTS[:4]]
    good[:, 4] = usable[:, _POINTS[4:]].any(axis=1)
    sigma = np.empty((len(poses), 5))
    more = np.hypot(noise.per_arm * arms, (noise.per_yaw * np.abs(turned))[:, None])
    sigma[:, :2] = np.hypot(noise.shoulder, more)
    sigma[:, 2:] = noise.hip, noise.hip, noise.ear
    sigma = np.where(good & np.isfinite(sigma), sigma, HIDDEN_SIGMA)
    return np.where(np.isfinite(seen), seen, 0.0), sigma


#: Shoulders, hips and ears; of the ears the midpoint is used.
_POINTS: Final = indices((*SHOULDERS, *HIPS, *EARS))


def _prior(turned: FloatArray, noise: GeometricNoise) -> tuple[FloatArray, FloatArray]:
    """(T, P) most likely change, and (P,) its standard deviation, before the picture is read."""
    mean = np.zeros((len(turned), N_PARAMETERS))
    mean[:, Parameter.YAW] = np.radians(np.where(np.isfinite(turned), turned, 0.0))
    return mean, _deviations(noise)


@lru_cache(maxsize=8)
def _deviations(noise: GeometricNoise) -> FloatArray:
    """(P,) standard deviation of the parameters before the picture is read."""
    degrees = {
        Parameter.RETRACTION_LEFT: noise.retraction,
        Parameter.RETRACTION_RIGHT: noise.retraction,
        Parameter.ELEVATION_LEFT: noise.elevation,
        Parameter.ELEVATION_RIGHT: noise.elevation,
        Parameter.YAW: noise.yaw,
        Parameter.LEAN: noise.lean,
        Parameter.SIDE_LEAN: noise.side_lean,
        Parameter.FLEXION: noise.flexion,
        Parameter.HEAD_PITCH: noise.head,
        Parameter.HEAD_TILT: noise.head,
    }
    sd = np.ones(N_PARAMETERS)
    for parameter, value in degrees.items():
        sd[parameter] = np.radians(value)
    sd[Parameter.LOG_SCALE] = noise.log_scale
    # The place in the picture carries no information: a prior wide enough for any place.
    sd[[Parameter.RIGHTWARD, Parameter.UPWARD]] = 100.0
    return sd


def _body(neutral: Neutral) -> Body:
    """Widths from the neutral where its yaw shows them, else a typical body's."""
    cos = abs(np.cos(np.radians(neutral.yaw)))
    typical = Body()
    if cos < 0.6:
        return typical

    def half(pair: tuple[Landmark, Landmark], low: float, high: float, default: float) -> float:
        width = abs(neutral.points[pair[0], 0] - neutral.points[pair[1], 0])
        return float(np.clip(width / cos / 2, low, high)) if np.isfinite(width) else default

    return Body(
        half(SHOULDERS, 0.27, 0.45, typical.half_shoulders),
        half(HIPS, 0.12, 0.28, typical.half_hips),
    )


def _gauss_newton(
    seen: FloatArray,
    sigma: FloatArray,
    prior_of: tuple[FloatArray, FloatArray],
    neutral: Neutral,
    iterations: int,
) -> tuple[FloatArray, FloatArray]:
    """(T, P) most probable parameters and (T, P, P) their covariance."""
    mean, sd = prior_of
    body, yaw, rest, resting = _at_rest(neutral)
    observed = seen.reshape(len(seen), rest.size, 1)
    w = (1 / sigma**2)[..., None]
    weight = np.repeat(w, 2, axis=1)
    variance = sd**2
    prior = np.diag(1 / variance)
    theta = mean.copy()
    # Start at the place of the usable points, so that the first linearisation is a good one.
    theta[:, Parameter.RIGHTWARD :] = ((seen - rest) * w).sum(axis=1) / w.sum(axis=1)
    information = np.broadcast_to(prior, (len(seen), N_PARAMETERS, N_PARAMETERS))
    for _ in range(iterations):
        value, slope = _predict(theta, rest, resting, body, yaw)
        weighted = (slope * weight).transpose(0, 2, 1)
        information = weighted @ slope + prior
        gradient = weighted @ (observed - value) + ((mean - theta) / variance)[..., None]
        theta = theta + np.linalg.solve(information, gradient)[..., 0]
    return theta, np.linalg.inv(information)


@lru_cache(maxsize=64)  # every frame of a live session needs it
def _at_rest(neutral: Neutral) -> tuple[Body, float, FloatArray, FloatArray]:
    """Widths, yaw in radians, and (5, 2) the neutral's points as seen and as of the model."""
    body, yaw = _body(neutral), float(np.radians(neutral.yaw))
    order = [*SHOULDERS, *HIPS]
    rest = np.vstack([neutral.points[order], neutral.points[list(EARS)].mean(axis=0)])
    return body, yaw, np.nan_to_num(rest), project(np.zeros(N_PARAMETERS), body, yaw)


def _predict(
    theta: FloatArray, rest: FloatArray, resting: FloatArray, body: Body, yaw: float
) -> tuple[FloatArray, FloatArray]:
    """(T, O, 1) predicted coordinates and (T, O, P) their derivatives."""
    shifted = theta + _SHIFTS
    change = project(shifted, body, yaw) - resting
    scale = np.exp(shifted[..., Parameter.LOG_SCALE])[..., None, None]
    place = shifted[..., None, Parameter.RIGHTWARD :]
    points = (scale * (rest + change) + place).reshape(N_PARAMETERS + 1, len(theta), rest.size)
    return points[0, ..., None], ((points[1:] - points[0]) / _STEP).transpose(1, 2, 0)
