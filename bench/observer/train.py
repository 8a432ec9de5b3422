"""Train the observer: `python -m bench.observer.train`.

Reads the shards of `bench.observer.data`, trains an ensemble, sets its sigmas by the validation
set-ups, and writes models/observer.npz with its entry in the manifest. Same shards, same version
of numpy on the same machine: same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.observer.data import FIRST_SEED, cache_folder, shards
from bench.observer.dataset import examples
from bench.observer.net import Recipe, train
from scapcoach.girdle.observer import (
    MIRROR_SIGMAS,
    N_SIGMAS,
    OBSERVER_FILE,
    Observer,
    save_observer,
    with_means,
)

if TYPE_CHECKING:
    from bench.observer.dataset import Examples
    from scapcoach.arrays import FloatArray


_MODELS: Final = Path(__file__).resolve().parents[2] / "models"


def sigma_factor(observer: Observer, data: Examples) -> FloatArray:
    """(N_SIGMAS,) by which sigmas have to be stretched to hold as promised.

    The root mean square of error over sigma is right for a Gaussian, the 68th percentile what
    is promised; outliers move the first. The mean of the logarithms of both is taken, and of
    left and right: a mirrored picture has the same sigma.
    """
    values, sigmas = observer.read(data.x)
    score = np.abs(with_means(values) - with_means(data.y)) / sigmas
    work = np.abs(data.y).max(axis=1) > 1.0
    one = np.percentile(score[work], 68.27, axis=0)
    two = np.percentile(score[work], 95.45, axis=0) / 2
    factor = np.sqrt(one * two)
    return np.asarray(np.sqrt(factor * factor[list(MIRROR_SIGMAS)]))


def write(observer: Observer, about: dict[str, Any], folder: Path) -> Path:
    """Weights, and their entry in the manifest beside them."""
    path = folder / OBSERVER_FILE
    save_observer(observer, path)
    data = path.read_bytes()
    entry = {
        "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "licence": "Apache-2.0",
        **about,
    }  # fmt: skip
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text("utf-8")) if manifest.is_file() else {"version": 1}
    content["own"] = {**content.get("own", {}), OBSERVER_FILE: entry}
    manifest.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    return path


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m bench.observer.train", description=__doc__)
    p.add_argument("--folder", type=Path, default=None, help="of the shards")
    p.add_argument("--out", type=Path, default=_MODELS)
    p.add_argument("--nets", type=int, default=4, help="in the ensemble")
    p.add_argument("--epochs", type=int, default=Recipe().epochs)
    p.add_argument("--batch", type=int, default=Recipe().batch)
    p.add_argument("--shards", type=int, default=None, help="use no more than this many")
    o = p.parse_args(arguments)
    folder = o.folder or cache_folder()
    start = time.monotonic()
    data = examples(shards("train", folder, o.shards))
    held = examples(shards("validation", folder))
    setups = len(np.unique(data.seed))
    print(f"{len(data)} frames of {setups} set-ups, {time.monotonic() - start:.0f} s", flush=True)
    recipe = replace(Recipe(), epochs=o.epochs, batch=o.batch)
    nets = []
    for n in range(o.nets):
        nets.append(train(data, replace(recipe, seed=n)))
        print(f"net {n + 1} of {o.nets}, {time.monotonic() - start:.0f} s", flush=True)
    observer = Observer(tuple(nets), np.ones(N_SIGMAS, np.float32))
    observer = replace(observer, factor=sigma_factor(observer, held).astype(np.float32))
    about = {
        "trained_on": {"frames": len(data), "setups": setups, "first_seed": FIRST_SEED["train"]},
        "sigmas_set_on": {"frames": len(held), "setups": len(np.unique(held.seed))},
        "recipe": {**asdict(recipe), "nets": o.nets},
        "command": "python -m bench.observer.data && python -m bench.observer.train",
    }
    print(write(observer, about, o.out), "sigma factors", observer.factor.round(2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
