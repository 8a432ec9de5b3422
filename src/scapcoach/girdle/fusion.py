"""Fusion over time: weak frames lean on strong ones, and sigma stays honest.

A quantity walks at random; what a frame says of it is off by an error of the size that the frame
tells (sigma). Most of that error is no fresh dice roll: the landmark model sees the next frame with
the same eyes, so it lives on for about a second. Both are followed together by a Kalman filter of
two states, the quantity and the lasting error in units of sigma (Bar-Shalom, Li & Kirubarajan,
Estimation with Applications to Tracking and Navigation, 2001, section 8.2: coloured measurement
noise); a recording gets the Rauch-Tung-Striebel smoother on top (AIAA Journal 3:1445, 1965).
A hundred like frames within a second are then worth little more than one, as they should be.

Arrays are (T, C): time first, then any number of quantities, each by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.floating[Any]]
    BoolArray = npt.NDArray[np.bool_]

#: Variance of a quantity of which nothing has been said yet, square degrees: anything goes.
_OPEN: Final = 1e8


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How quantities move and how frames err.

    The errors' defaults are the observer's in the validation sessions [M]: a third of a second
    apart they correlate by 0.8, one second by 0.3. The girdle moves by 10-13 degrees in the root of
    a second there [M]; twice that is the default [E], since less smooths movements away.

    Attributes:
        speed: spread of a quantity's change over one second, degrees; it grows with the square
            root of time.
        lasting: share of a frame's error variance that lives on.
        error_time: seconds after which a lasting error has gone down to 1/e.

    Raises:
        ValueError: a value is out of its range.
    """

    speed: float = 25.0
    lasting: float = 0.95
    error_time: float = 1.0

    def __post_init__(self) -> None:
        if not (self.speed > 0 and 0 <= self.lasting < 1 and self.error_time > 0):
            raise ValueError(f"These are no dynamics: {self}.")


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What is known after a frame; give it to the next call of `follow`.

    Attributes:
        t: seconds of that frame; -inf before the first.
        mean: (2, C) quantity, and lasting error in units of sigma.
        cov: (3, C) variance of the quantity, covariance, variance of the lasting error.
        seen: (C,) whether any frame has said anything yet.
    """

    t: float
    mean: FloatArray
    cov: FloatArray
    seen: BoolArray

    @classmethod
    def none(cls, channels: int) -> Belief:
        """Nothing known of this many quantities."""
        zero = np.zeros(channels)
        cov = np.stack([zero + _OPEN, zero, zero + 1.0])
        return cls(-np.inf, np.zeros((2, channels)), cov, np.zeros(channels, np.bool_))


def follow(
    t: FloatArray,
    value: FloatArray,
    sigma: FloatArray,
    dynamics: Dynamics | None = None,
    belief: Belief | None = None,
) -> tuple[FloatArray, FloatArray, Belief]:
    """Causal: each frame with all those before it. Chunks give the same as the whole.

    Args:
        t: (T,) seconds, increasing, and after `belief.t`.
        value: (T, C).
        sigma: (T, C); a frame in which value or sigma is not finite, or sigma not positive, says
            nothing of that quantity: it is predicted, with a sigma that grows.
        dynamics: of all quantities.
        belief: what the last call returned; None at the beginning.

    Returns:
        (T, C) values, (T, C) sigmas, and what is known after the last frame. NaN until the first
        frame that says something.

    Raises:
        ValueError: shapes or times do not fit.
    """
    d = dynamics or Dynamics()
    now = Belief.none(value.shape[1]) if belief is None else belief
    _check(t, value, sigma, now)
    out, sd = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    for i, moment in enumerate(t):
        now = _update(_predict(now, float(moment), d), value[i], sigma[i], d)
        out[i] = np.where(now.seen, now.mean[0], np.nan)
        sd[i] = np.where(now.seen, np.sqrt(now.cov[0]), np.nan)
    return out, sd, now


def smooth(
    t: FloatArray, value: FloatArray, sigma: FloatArray, dynamics: Dynamics | None = None
) -> tuple[FloatArray, FloatArray]:
    """Zero-phase: each frame with all those before and after it.

    Takes what `follow` takes. Frames before the first that says something are predicted backwards;
    a quantity of which no frame says anything stays NaN.
    """
    d = dynamics or Dynamics()
    now = Belief.none(value.shape[1])
    _check(t, value, sigma, now)
    guesses, after = [], []
    for i, moment in enumerate(t):
        guesses.append(_predict(now, float(moment), d))
        now = _update(guesses[-1], value[i], sigma[i], d)
        after.append(now)
    out, sd = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    seen = now.seen
    for i in range(len(t) - 1, -1, -1):
        if i < len(t) - 1:
            now = _look_back(after[i], guesses[i + 1], now, d)
        out[i] = np.where(seen, now.mean[0], np.nan)
        sd[i] = np.where(seen, np.sqrt(np.maximum(now.cov[0], 0.0)), np.nan)
    return out, sd


def _check(t: FloatArray, value: FloatArray, sigma: FloatArray, belief: Belief) -> None:
    if value.ndim != 2 or value.shape != sigma.shape or len(t) != len(value):
        raise ValueError(
            f"value and sigma must be (T, C) for T = {len(t)} times, not {value.shape} and "
            f"{sigma.shape}"
        )
    if value.shape[1] != belief.mean.shape[1]:
        raise ValueError(f"belief is of {belief.mean.shape[1]} quantities, not {value.shape[1]}")
    if len(t) and (t[0] <= belief.t or np.any(np.diff(t) <= 0)):
        raise ValueError("t must increase, also from one call to the next")


def _fade(dt: float, d: Dynamics) -> float:
    """Share of a lasting error that is left after `dt` seconds."""
    return float(np.exp(-dt / d.error_time))


def _predict(now: Belief, t: float, d: Dynamics) -> Belief:
    if now.t == -np.inf:
        return Belief(t, now.mean, now.cov, now.seen)
    dt = t - now.t
    fade = _fade(dt, d)
    (x, u), (p, r, q) = now.mean, now.cov
    mean = np.stack([x, fade * u])
    cov = np.stack([p + d.speed**2 * dt, fade * r, fade**2 * q + 1 - fade**2])
    return Belief(t, mean, cov, now.seen)


def _update(guess: Belief, value: FloatArray, sigma: FloatArray, d: Dynamics) -> Belief:
    with np.errstate(invalid="ignore"):
        says = np.isfinite(value) & np.isfinite(sigma) & (sigma > 0)
    s = np.where(says, sigma, 1.0)
    (x, u), (p, r, q) = guess.mean, guess.cov
    h = s * np.sqrt(d.lasting)
    # Covariances of both states with what the frame says, and the variance of that.
    px, pu = p + h * r, r + h * q
    total = px + h * pu + s**2 * (1 - d.lasting)
    surprise = np.where(says, value, 0.0) - x - h * u
    gain_x, gain_u = np.where(says, px / total, 0.0), np.where(says, pu / total, 0.0)
    mean = np.stack([x + gain_x * surprise, u + gain_u * surprise])
    cov = np.stack([p - gain_x * px, r - gain_x * pu, q - gain_u * pu])
    return Belief(guess.t, mean, cov, guess.seen | says)


def _look_back(after: Belief, guess: Belief, later: Belief, d: Dynamics) -> Belief:
    """One step of the smoother: what the later frame tells of this one."""
    fade = _fade(guess.t - after.t, d)
    (p, r, q), (gp, gr, gq) = after.cov, guess.cov
    det = gp * gq - gr**2
    # Gain: cov x transition' x inverse of the predicted cov, written out for two states.
    a, b = (p * gq - fade * r * gr) / det, (fade * r * gp - p * gr) / det
    c, e = (r * gq - fade * q * gr) / det, (fade * q * gp - r * gr) / det
    dx, du = later.mean - guess.mean
    mean = np.stack([after.mean[0] + a * dx + b * du, after.mean[1] + c * dx + e * du])
    cp, cr, cq = later.cov - guess.cov
    cov = np.stack(
        [
            p + a * a * cp + 2 * a * b * cr + b * b * cq,
            r + a * c * cp + (a * e + b * c) * cr + b * e * cq,
            q + c * c * cp + 2 * c * e * cr + e * e * cq,
        ]
    )
    return Belief(after.t, mean, cov, later.seen)
