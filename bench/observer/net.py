"""The net and how it learns; torch is needed here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.girdle.features import mirrored
from scapcoach.girdle.observer import MIRROR_OUTPUTS, MIRROR_SIGNS, N_OUTPUTS, N_SIGMAS, Layers

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch

    from bench.observer.dataset import Examples

    FloatArray = npt.NDArray[np.floating[Any]]

#: Bounds of the logarithm of sigma in units of each target's spread.
_LOG_SIGMA: Final = (-3.0, 1.0)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one net is made and taught; every number was tried on the validation set-ups.

    Attributes:
        widths: of the hidden layers.
        epochs, batch, rate, decay: of AdamW with a one-cycle learning rate.
        dropout: in the hidden layers; input_dropout: on whole features.
        noise: standard deviation added to standardised features.
        beta: of the beta-NLL loss (Seitzer et al., ICLR 2022): 0 plain likelihood, 1 like squares.
        smooth: share of the loss that is squared error, for the mean alone.
        seed: of weights, batches and noise.
    """

    widths: tuple[int, ...] = (256, 256, 128)
    epochs: int = 30
    batch: int = 512
    rate: float = 1e-3
    decay: float = 1e-2
    dropout: float = 0.1
    input_dropout: float = 0.0
    noise: float = 0.05
    beta: float = 0.5
    seed: int = 0


def standardisation(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and spread of each feature over pictures and their mirrors."""
    both = np.concatenate([x, mirrored(x)])
    return both.mean(axis=0), np.maximum(both.std(axis=0), 1e-2)


def spread(y: FloatArray) -> FloatArray:
    """(N_OUTPUTS,) root mean square of each target over both sides."""
    size = np.sqrt(np.nanmean(y**2, axis=0))
    return np.asarray((size + size[list(MIRROR_OUTPUTS)]) / 2)


def train(data: Examples, recipe: Recipe, weight: FloatArray | None = None) -> Layers:
    """One net, taught on every frame of `data` and its mirror image.

    Args:
        data: frames.
        recipe: how.
        weight: (N,) of each frame in the loss; all alike without.
    """
    torch = _torch()
    torch.manual_seed(recipe.seed)
    centre, scale = standardisation(data.x)
    unit = spread(data.y)
    clipped = np.clip(data.y / unit, -4, 4)
    x = torch.from_numpy((data.x - centre) / scale).float()
    x_m = torch.from_numpy((mirrored(data.x) - centre) / scale).float()
    y = torch.from_numpy(clipped).float()
    signs = torch.tensor(MIRROR_SIGNS)
    w = torch.ones(len(x)) if weight is None else torch.from_numpy(weight).float()
    net = _network(x.shape[1], recipe)
    steps = recipe.epochs * (len(x) // recipe.batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    plan = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.rate, total_steps=max(steps, 2), pct_start=0.15
    )
    for _ in range(recipe.epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x) - recipe.batch + 1, recipe.batch):
            pick = order[start : start + recipe.batch]
            turned = torch.rand(len(pick)) < 0.5
            inputs = torch.where(turned[:, None], x_m[pick], x[pick])
            aims = torch.where(turned[:, None], y[pick][:, MIRROR_OUTPUTS] * signs, y[pick])
            inputs = inputs + recipe.noise * torch.randn_like(inputs)
            loss = (_loss(net(inputs), aims, recipe.beta) * w[pick, None]).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            plan.step()
    return _layers(net, centre, scale, unit)


def _torch() -> Any:
    """The module, or how to get it; on one thread, so that the same seed gives the same net."""
    try:
        import torch
    except ImportError as error:
        raise SystemExit(
            "Teaching the observer needs torch: pip install 'scapcoach[observer]'"
        ) from error
    torch.set_num_threads(1)
    return torch


def _network(inputs: int, recipe: Recipe) -> torch.nn.Sequential:
    from torch import nn

    parts: list[nn.Module] = [nn.Dropout(recipe.input_dropout)] if recipe.input_dropout else []
    for width in recipe.widths:
        parts += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(recipe.dropout)]
        inputs = width
    return nn.Sequential(*parts, nn.Linear(inputs, N_OUTPUTS + N_SIGMAS))


def _loss(out: torch.Tensor, aims: torch.Tensor, beta: float) -> torch.Tensor:
    """(B, N_SIGMAS) beta-NLL of all outputs and of the means of both sides."""
    import torch

    said = _with_means(out[:, :N_OUTPUTS])
    error = said - _with_means(aims)
    log_sigma = out[:, N_OUTPUTS:].clamp(*_LOG_SIGMA)
    likelihood = 0.5 * error**2 * torch.exp(-2 * log_sigma) + log_sigma
    return likelihood * torch.exp(2 * beta * log_sigma).detach()


def _with_means(y: torch.Tensor) -> torch.Tensor:
    import torch

    means = [(y[:, [0]] + y[:, [1]]) / 2, (y[:, [2]] + y[:, [3]]) / 2]
    return torch.cat([y, *means], dim=1)


def _layers(
    net: torch.nn.Sequential, centre: FloatArray, scale: FloatArray, unit: FloatArray
) -> Layers:
    """Weights as numpy, with the standardisation and the targets' units folded in."""
    from torch import nn

    linear = [m for m in net if isinstance(m, nn.Linear)]
    weights = [m.weight.detach().numpy().T.astype(np.float64) for m in linear]
    biases = [m.bias.detach().numpy().astype(np.float64) for m in linear]
    biases[0] = biases[0] - (centre / scale) @ weights[0]
    weights[0] = weights[0] / scale[:, None]
    # Outputs in degrees; log sigmas in log degrees.
    weights[-1][:, :N_OUTPUTS] *= unit
    biases[-1][:N_OUTPUTS] *= unit
    biases[-1][N_OUTPUTS:] += np.log([*unit, unit[0], unit[2]])
    low, high = (np.log([*unit, unit[0], unit[2]]) + b for b in _LOG_SIGMA)
    return Layers(
        tuple(w.astype(np.float32) for w in weights), tuple(b.astype(np.float32) for b in biases),
        np.stack([low, high]).astype(np.float32),
    )  # fmt: skip
