"""The net and how it learns, in numpy: it is small enough that a framework would not pay.

Gradients are written out by hand; a test compares them with finite differences.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.girdle.features import mirrored
from scapcoach.girdle.observer import (
    MIRROR_OUTPUTS,
    MIRROR_SIGNS,
    N_OUTPUTS,
    N_SIGMAS,
    Layers,
    with_means,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from bench.observer.dataset import Examples
    from scapcoach.arrays import FloatArray

    Parameters = list[FloatArray]

#: Bounds of the logarithm of sigma in units of each target's spread.
LOG_SIGMA: Final = (-3.0, 1.0)
#: Targets beyond this many times their spread are cut off: flipped landmarks are no examples.
_LIMIT: Final = 4.0
#: Length of the gradient that is cut off, and AdamW's decays and guard.
_CLIP: Final = 1.0
_BETAS: Final = (0.9, 0.999)
_EPSILON: Final = 1e-8
#: Share of the steps in which the learning rate rises, and its ends as shares of the peak.
_RISE, _FIRST, _LAST = 0.15, 0.04, 1e-4


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one net is built and trained; every number was tried on the validation set-ups.

    Attributes:
        widths: of the hidden layers.
        epochs, batch, rate, decay: of AdamW with a one-cycle learning rate (Loshchilov & Hutter,
            ICLR 2019; Smith & Topin 2019).
        dropout: in the hidden layers.
        noise: standard deviation added to standardised features.
        beta: of the beta-NLL loss (Seitzer et al., ICLR 2022): 0 plain likelihood, 1 like squares.
        seed: of weights, batches and noise.
    """

    widths: tuple[int, ...] = (256, 128)
    epochs: int = 12
    batch: int = 256
    rate: float = 2e-3
    decay: float = 2e-2
    dropout: float = 0.15
    noise: float = 0.15
    beta: float = 1.0
    seed: int = 0


def train(data: Examples, recipe: Recipe) -> Layers:
    """One net, trained on every frame of `data` and its mirror image; same seed, same net."""
    rng = np.random.default_rng(recipe.seed)
    centre, scale = _standardisation(data.x)
    unit = _spread(data.y)
    x = ((data.x - centre) / scale).astype(np.float32)
    x_mirror = ((mirrored(data.x) - centre) / scale).astype(np.float32)
    y = np.clip(data.y / unit, -_LIMIT, _LIMIT).astype(np.float32)
    y_mirror = y[:, MIRROR_OUTPUTS] * np.asarray(MIRROR_SIGNS, np.float32)
    parameters = start((x.shape[1], *recipe.widths, N_OUTPUTS + N_SIGMAS), rng)
    optimiser = _AdamW(parameters, recipe, recipe.epochs * (len(x) // recipe.batch))
    for _ in range(recipe.epochs):
        for pick in _batches(len(x), recipe.batch, rng):
            turned = (rng.random(len(pick)) < 0.5)[:, None]
            inputs = np.where(turned, x_mirror[pick], x[pick])
            inputs += recipe.noise * rng.standard_normal(inputs.shape, np.float32)
            aims = np.where(turned, y_mirror[pick], y[pick])
            _, slopes = loss(parameters, inputs, aims, recipe, rng)
            optimiser.step(slopes)
    return _layers(parameters, centre, scale, unit)


def _standardisation(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and spread of each feature over pictures and their mirrors."""
    both = np.concatenate([x, mirrored(x)])
    return both.mean(axis=0), np.maximum(both.std(axis=0), 2e-2)


def _spread(y: FloatArray) -> FloatArray:
    """(N_OUTPUTS,) root mean square of each target, the same for both sides; never zero."""
    size = np.sqrt((y.astype(np.float64) ** 2).mean(axis=0))
    return np.maximum((size + size[list(MIRROR_OUTPUTS)]) / 2, 1e-3)


def _batches(count: int, size: int, rng: np.random.Generator) -> Iterator[npt.NDArray[np.int64]]:
    order = rng.permutation(count)
    for first in range(0, count - size + 1, size):
        yield order[first : first + size]


def start(widths: tuple[int, ...], rng: np.random.Generator) -> Parameters:
    """Weight, bias, weight, bias, ...: He's normal start (He et al., ICCV 2015)."""
    parameters: Parameters = []
    for k, (a, b) in enumerate(pairwise(widths), start=2):
        gain = np.sqrt((2.0 if k < len(widths) else 0.1) / a)
        parameters.append((gain * rng.standard_normal((a, b))).astype(np.float32))
        parameters.append(np.zeros(b, np.float32))
    return parameters


def loss(
    parameters: Parameters,
    x: FloatArray,
    y: FloatArray,
    recipe: Recipe,
    rng: np.random.Generator | None = None,
) -> tuple[float, Parameters]:
    """Mean beta-NLL of a batch and its slope by every parameter.

    Args:
        parameters: as `start` gives them.
        x: (B, F) standardised features.
        y: (B, N_OUTPUTS) targets in units of their spread.
        recipe: for beta and dropout.
        rng: of the dropout; None leaves everything in.
    """
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    held, masks = [x], []
    for weight, bias in layers[:-1]:
        z = held[-1] @ weight + bias
        mask = (z > 0).astype(z.dtype)
        if rng is not None and recipe.dropout:
            keep = rng.random(z.shape, np.float32) >= recipe.dropout
            mask *= keep / np.float32(1 - recipe.dropout)
        masks.append(mask)
        held.append(z * mask)
    out = held[-1] @ layers[-1][0] + layers[-1][1]
    value, slope = _likelihood(out, y, recipe.beta)
    slopes: Parameters = []
    for k in range(len(layers) - 1, -1, -1):
        slopes = [held[k].T @ slope, slope.sum(axis=0), *slopes]
        if k:
            slope = (slope @ layers[k][0].T) * masks[k - 1]
    return value, slopes


def _likelihood(out: FloatArray, y: FloatArray, beta: float) -> tuple[float, FloatArray]:
    """Mean beta-NLL of outputs and both sides' means, and its slope by every output of the net."""
    error = with_means(out[:, :N_OUTPUTS]) - with_means(y)
    raw = out[:, N_OUTPUTS:]
    log_sigma = np.clip(raw, *LOG_SIGMA)
    precision = np.exp(-2 * log_sigma)
    # The weight is taken as given: it has no slope of its own.
    weight = np.exp(2 * beta * log_sigma) / error.size
    value = float((weight * (0.5 * error**2 * precision + log_sigma)).sum())
    by_value = weight * error * precision
    by_sigma = np.where(raw == log_sigma, weight * (1 - error**2 * precision), 0.0)
    by_output = by_value[:, :N_OUTPUTS].copy()
    by_output[:, 0:2] += by_value[:, [N_OUTPUTS]] / 2
    by_output[:, 2:4] += by_value[:, [N_OUTPUTS + 1]] / 2
    return value, np.concatenate([by_output, by_sigma], axis=1).astype(out.dtype)


class _AdamW:
    """Adam with decoupled weight decay and a rate that rises, then falls."""

    def __init__(self, parameters: Parameters, recipe: Recipe, steps: int) -> None:
        self._parameters = parameters
        self._recipe = recipe
        self._steps = max(steps, 2)
        self._count = 0
        self._first = [np.zeros_like(p) for p in parameters]
        self._second = [np.zeros_like(p) for p in parameters]

    def step(self, slopes: Parameters) -> None:
        length = float(np.sqrt(sum(float((s**2).sum()) for s in slopes)))
        shrink = np.float32(min(1.0, _CLIP / (length + _EPSILON)))
        rate = np.float32(self._recipe.rate * self._share())
        self._count += 1
        bias = [np.float32(1 - b**self._count) for b in _BETAS]
        for p, s, m, v in zip(self._parameters, slopes, self._first, self._second, strict=True):
            g = s * shrink
            np.add(m, np.float32(1 - _BETAS[0]) * (g - m), out=m)
            np.add(v, np.float32(1 - _BETAS[1]) * (g * g - v), out=v)
            move = (m / bias[0]) / (np.sqrt(v / bias[1]) + np.float32(_EPSILON))
            if p.ndim > 1:
                move += np.float32(self._recipe.decay) * p
            np.subtract(p, rate * move, out=p)

    def _share(self) -> float:
        """Of the peak learning rate: half a cosine up, half a cosine down."""
        at = self._count / (self._steps - 1)
        if at < _RISE:
            low, share = _FIRST, at / _RISE
        else:
            low, share = _LAST, 1 - (at - _RISE) / (1 - _RISE)
        return low + (1 - low) * (1 - float(np.cos(np.pi * share))) / 2


def _layers(
    parameters: Parameters, centre: FloatArray, scale: FloatArray, unit: FloatArray
) -> Layers:
    """The net with the standardisation and the targets' units folded into its weights."""
    weights = [p.astype(np.float64) for p in parameters[::2]]
    biases = [p.astype(np.float64) for p in parameters[1::2]]
    biases[0] -= (centre / scale) @ weights[0]
    weights[0] /= scale[:, None]
    # Outputs in degrees; log sigmas in log degrees.
    weights[-1][:, :N_OUTPUTS] *= unit
    biases[-1][:N_OUTPUTS] *= unit
    units = np.log([*unit, unit[0], unit[2]])
    biases[-1][N_OUTPUTS:] += units
    return Layers(
        tuple(w.astype(np.float32) for w in weights),
        tuple(b.astype(np.float32) for b in biases),
        np.stack([units + bound for bound in LOG_SIGMA]).astype(np.float32),
    )
