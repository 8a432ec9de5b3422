"""The population observer: small neural networks trained on many bodies, with uncertainty.

They compare the landmarks of one frame with the person's own neutral (`girdle.features`) and return
girdle, spine, lean and yaw with a standard deviation each. They were trained on rendered bodies
with known true angles, through the same landmark model (docs/explanation/observer.md). Where a view
does not show a quantity, its sigma grows to the spread of that quantity in the training set.

Every frame is read independently, together with its mirror image: one live frame and a whole
recording give equal results, and a mirrored picture gives exactly mirrored results.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.errors import ModelError
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.geometry.view import estimate_yaw
from scapcoach.girdle.features import N_FEATURES, features, mirrored
from scapcoach.girdle.geometric import arm_distance, rise, trunk_change
from scapcoach.girdle.state import GirdleState

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.arrays import FloatArray
    from scapcoach.girdle.neutral import Neutral
    from scapcoach.landmarks import Poses


#: File of the weights in the `models` folder, and the version of its layout.
OBSERVER_FILE: Final = "observer.npz"
OBSERVER_SCHEMA: Final = "scapcoach.observer/1"

#: Outputs of a network: changes from the neutral in degrees; except yaw, which is the correction
#: to `geometry.view.estimate_yaw`, and log_scale, which is 100 x the logarithm of apparent size.
OUTPUTS: Final = (
    "retraction_left", "retraction_right", "elevation_left", "elevation_right",
    "thoracic_flexion", "neck_flexion", "lean", "yaw", "log_scale",
)  # fmt: skip
N_OUTPUTS: Final = len(OUTPUTS)

#: Quantities that have a sigma: the outputs, and the means of both sides.
SIGMAS: Final = (*OUTPUTS, "retraction", "elevation")
N_SIGMAS: Final = len(SIGMAS)

#: Order of outputs and sigmas in the mirror, and signs of the outputs.
MIRROR_OUTPUTS: Final = (1, 0, 3, 2, 4, 5, 6, 7, 8)
MIRROR_SIGMAS: Final = (*MIRROR_OUTPUTS, 9, 10)
MIRROR_SIGNS: Final = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """One network: ReLU layers from features to outputs and log sigmas.

    Attributes:
        weights: (F, H), (H, H), ..., (H, N_OUTPUTS + N_SIGMAS); biases: to each.
        bounds: (2, N_SIGMAS) lowest and highest log sigma.
    """

    weights: tuple[FloatArray, ...]
    biases: tuple[FloatArray, ...]
    bounds: FloatArray

    def __call__(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(..., N_OUTPUTS) values and (..., N_SIGMAS) variances of (..., F) features."""
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = np.maximum(x @ w + b, 0)
        out = x @ self.weights[-1] + self.biases[-1]
        log_sigma = np.clip(out[..., N_OUTPUTS:], *self.bounds)
        return out[..., :N_OUTPUTS], np.exp(2 * log_sigma)


@dataclass(frozen=True, slots=True, eq=False)
class Observer:
    """An ensemble of networks.

    Attributes:
        nets: at least one.
        factor: (N_SIGMAS,) by which their sigmas are multiplied, so that they were right on
            set-ups on which no network was trained.
    """

    nets: tuple[Layers, ...]
    factor: FloatArray

    def read(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(T, N_OUTPUTS) values and (T, N_SIGMAS) sigmas of (T, F) features.

        The variance is that of the mixture: the mean of the networks' variances, plus the variance
        between their values.
        """
        outputs = [read_with_mirror(net, x) for net in self.nets]
        values = np.stack([v for v, _ in outputs])
        variance = np.mean([s for _, s in outputs], axis=0)
        variance = variance + with_means(values).var(axis=0)
        return values.mean(axis=0), self.factor * np.sqrt(variance)


def read_with_mirror(net: Layers, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Values and variances of frames, each read together with its mirror image.

    Each frame is computed separately, so a single frame gives bit-identical results.
    """
    value, variance = net(np.stack([x, mirrored(x)], axis=1))
    signs = np.asarray(MIRROR_SIGNS, x.dtype)
    values = (value[:, 0] + value[:, 1, MIRROR_OUTPUTS] * signs) / 2
    return values, (variance[:, 0] + variance[:, 1, MIRROR_SIGMAS]) / 2


def with_means(values: FloatArray) -> FloatArray:
    """(..., N_SIGMAS) outputs, and the means of both sides, in the order of `SIGMAS`."""
    retraction = values[..., :2].mean(axis=-1, keepdims=True)
    elevation = values[..., 2:4].mean(axis=-1, keepdims=True)
    return np.concatenate([values, retraction, elevation], axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """All outputs of the observer for T frames; NaN without a person.

    Attributes:
        values: (T, N_SIGMAS) in the order of `SIGMAS`; yaw is absolute, -180..180.
        sigmas: (T, N_SIGMAS) standard deviations, same units.
    """

    values: FloatArray
    sigmas: FloatArray

    def __getitem__(self, name: str) -> tuple[FloatArray, FloatArray]:
        """(T,) values and sigmas of one of `SIGMAS`."""
        at = SIGMAS.index(name)
        return self.values[:, at], self.sigmas[:, at]


def look(poses: Poses, neutral: Neutral, observer: Observer | None = None) -> Observation:
    """The outputs of the observer for every frame.

    Args:
        poses: T frames, smoothed or not.
        neutral: of the same person, camera and view.
        observer: the shipped one by default.

    Raises:
        ModelError: the weights are missing or damaged.
    """
    observer = observer or shipped_observer()
    values, sigmas = observer.read(features(poses, neutral))
    values = with_means(values.astype(np.float64))
    yaw = SIGMAS.index("yaw")
    values[:, yaw] = wrap_degrees(values[:, yaw] + estimate_yaw(poses)[0])
    here = poses.present[:, None]
    return Observation(
        np.where(here, values, np.nan), np.where(here, sigmas.astype(np.float64), np.nan)
    )


def observe(poses: Poses, neutral: Neutral, observer: Observer | None = None) -> GirdleState:
    """The state of the girdle in every frame, as `girdle.geometric.solve` gives it.

    Arguments and errors are those of `look`; NaN without a person.
    """
    seen = look(poses, neutral, observer)
    scale = np.exp(seen["log_scale"][0] / 100)
    sides = [[q, f"{q}_left", f"{q}_right"] for q in ("retraction", "elevation")]
    (retraction, retraction_sigma), (elevation, elevation_sigma) = (
        tuple(np.column_stack([seen[name][k] for name in names]) for k in (0, 1)) for names in sides
    )
    flexion, flexion_sigma = seen["thoracic_flexion"]
    yaw, yaw_sigma = seen["yaw"]
    arms = arm_distance(poses, neutral)
    return GirdleState(
        t=poses.t,
        retraction=retraction,
        retraction_sigma=retraction_sigma,
        elevation=elevation,
        elevation_sigma=elevation_sigma,
        flexion=flexion,
        flexion_sigma=flexion_sigma,
        lean=seen["lean"][0],
        yaw=yaw,
        yaw_sigma=yaw_sigma,
        scale=scale,
        rise=rise(poses, neutral, scale),
        trunk_change=trunk_change(poses, neutral),
        arm_distance=np.column_stack([arms.max(axis=1), arms]),
    )


@cache
def shipped_observer() -> Observer:
    """The observer that comes with scapcoach; read and checked once per process.

    Raises:
        ModelError: the weights are missing or damaged.
    """
    from scapcoach.model_files import shipped_file

    return load_observer(shipped_file(OBSERVER_FILE))


def load_observer(path: Path) -> Observer:
    """Read weights that `save_observer` wrote.

    Raises:
        ModelError: the file cannot be read, or is of another version.
    """
    try:
        with np.load(path) as z:
            schema, count, depth = str(z["schema"]), int(z["nets"]), int(z["depth"])
            if schema != OBSERVER_SCHEMA or z["0.0.weight"].shape[0] != N_FEATURES:
                raise ModelError(
                    f"The observer {path} is {schema!r} and does not fit this version, which reads "
                    f"{OBSERVER_SCHEMA!r}. Install scapcoach again, or train it again."
                )
            nets = tuple(
                Layers(
                    tuple(z[f"{n}.{k}.weight"].astype(np.float32) for k in range(depth)),
                    tuple(z[f"{n}.{k}.bias"].astype(np.float32) for k in range(depth)),
                    z[f"{n}.bounds"].astype(np.float32),
                )
                for n in range(count)
            )
            return Observer(nets, z["factor"].astype(np.float32))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"The observer {path} cannot be read ({error}). Install scapcoach again."
        ) from error


def save_observer(observer: Observer, path: Path) -> None:
    """Write weights in half precision; the same weights give the same bytes."""
    arrays: dict[str, Any] = {
        "schema": np.array(OBSERVER_SCHEMA), "nets": np.array(len(observer.nets)),
        "depth": np.array(len(observer.nets[0].weights)),
        "factor": observer.factor.astype(np.float32),
    }  # fmt: skip
    for n, net in enumerate(observer.nets):
        arrays[f"{n}.bounds"] = net.bounds.astype(np.float32)
        for k, (weight, bias) in enumerate(zip(net.weights, net.biases, strict=True)):
            arrays[f"{n}.{k}.weight"] = weight.astype(np.float16)
            arrays[f"{n}.{k}.bias"] = bias.astype(np.float32)
    np.savez(path, **arrays)
