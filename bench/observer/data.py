"""Training data of the observer: `python -m bench.observer.data`.

Short clips of random people before random cameras, seen by the product's pose model (VIDEO
mode), kept as shards of landmarks with the truth. A shard that is there is not made again. Seeds:
training from 10,000,000 on, validation from 20,000,000 on; the accuracy bench's test set (from
1,000,000 on) is touched by neither.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.observer.scripts import THEMES, session
from phantom.person import Person
from phantom.sampling import Framing, random_setup
from phantom.truth import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from bench.observer.scripts import Session
    from phantom.clip import Setup
    from scapcoach.arrays import FloatArray, Image
    from scapcoach.landmarks import Poses
    from scapcoach.pose.detection import Detection


#: First seed of each part.
FIRST_SEED: Final = {"train": 10_000_000, "validation": 20_000_000}

#: Set-ups in a shard.
SHARD: Final = 32

#: Frames of rest and of work in each set-up: few, because another body teaches more than another
#: frame of the same one.
REST_FRAMES: Final = 6
WORK_FRAMES: Final = 20

#: What a frame belongs to.
SEGMENTS: Final = ("work", "neutral")

#: Seconds between two people before the same model.
_BETWEEN: Final = 1.0

_SIZES: Final = ((256, 256), (320, 320), (320, 240), (240, 320), (400, 400))
_FPS: Final = (3.0, 6.0, 12.0)


def cache_folder() -> Path:
    """Where shards are kept, outside of the tree."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("scapcoach", appauthor=False)) / "observer-v3"


def draw(seed: int) -> tuple[Setup, Session, int]:
    """Set-up, movement and framing (index in body, upper, desk) of a seed."""
    rng = np.random.default_rng(seed + 17)
    fps = float(rng.choice(_FPS, p=(0.5, 0.35, 0.15)))
    size = _SIZES[rng.choice(len(_SIZES), p=(0.42, 0.2, 0.14, 0.14, 0.1))]
    framing = int(rng.choice(3, p=(0.55, 0.27, 0.18)))
    name = ("body", "upper", "desk")[framing]
    person = Person.random(seed)
    acts = session(person, rng, REST_FRAMES / fps, WORK_FRAMES / fps)
    # Two neighbours share body and clothes: building a body takes as long as 30 frames.
    setup = random_setup(seed - seed % 2, "front", Framing(size, name), fps)
    near = min(setup.camera.distance / 2.5, 1.2)
    height = setup.camera.aim + rng.uniform(-0.45, 0.5) * near
    camera = replace(
        setup.camera, yaw=float(rng.uniform(-180, 180)), height=float(np.clip(height, 0.15, 2.3)),
        pan=float(rng.uniform(-0.08, 0.08) * setup.camera.fov),
        blur=0.5 if rng.random() < 0.05 else 0.0,
    )  # fmt: skip
    if acts.neutral.seated and framing:
        # Cameras that frame part of the body are drawn for people who stand.
        lower = float(rng.uniform(0.22, 0.36))
        camera = replace(
            camera, aim=camera.aim - lower, height=max(camera.height - lower, 0.15),
            distance=camera.distance * float(rng.uniform(1.0, 1.35)),
        )  # fmt: skip
    return replace(setup, camera=camera, seed=seed), acts, framing


class PoseModel:
    """The product's pose model for one set-up after another.

    It is made once: loading it takes as long as five frames. There is no subject lock: nobody else
    is in the picture, so it would only cost time.
    """

    def __init__(self) -> None:
        from scapcoach.model_files import model_file
        from scapcoach.pose.landmarker import Landmarker

        self._landmarker = Landmarker(model_file("full", mask=False))
        self._now = self._start = 0.0

    def begin(self, size: tuple[int, int]) -> None:
        """Another person, in pictures of `size` (width, height); their time starts at 0."""
        blank = np.zeros((size[1], size[0], 3), np.uint8)
        self._landmarker.forget(blank, self._now + _BETWEEN)
        self._start = self._now + 2 * _BETWEEN

    def detect(
        self, image: Image, t: float, *, want_mask: bool = False, picture: object = None
    ) -> Detection | None:
        """As a `PoseEngine`; masks are never made, and pictures not ahead."""
        assert not want_mask
        assert picture is None
        self._now = self._start + t
        return self._landmarker.follow(image, self._now)

    def close(self) -> None:
        """Free the model."""
        self._landmarker.close()


def film(
    seed: int, model: PoseModel
) -> tuple[Poses, FloatArray, npt.NDArray[np.int8], tuple[int, int]]:
    """Landmarks, truth (T, C), segment (T,) in `SEGMENTS`, and (theme, framing) of one set-up."""
    from phantom.clip import render
    from scapcoach.session import PoseRecorder, Tracker
    from scapcoach.sources.frames import Frame

    setup, acts, framing = draw(seed)
    recorder = PoseRecorder(setup.camera.size)
    truth, segments, start = [], [], 0.0
    model.begin(setup.camera.size)
    tracker = Tracker(model, masks=False)
    for script in acts.scripts:
        for frame in render(script, setup):
            recorder.add(tracker.step(Frame(len(truth), start + frame.t, frame.image)))
            truth.append([frame.truth[c] for c in COLUMNS])
            segments.append(SEGMENTS.index(frame.segment))
        start += script.duration + 1.0 / setup.fps
    poses = recorder.poses()
    kind = (list(THEMES).index(acts.theme), framing)
    return poses, np.array(truth), np.array(segments, np.int8), kind


def make_shard(first: int, folder: Path) -> Path:
    """Film the set-ups from seed `first` on, unless the shard is there."""
    path = folder / f"{first}.npz"
    if path.is_file():
        return path
    parts: dict[str, list[npt.NDArray[Any]]] = {}
    model = PoseModel()
    for seed in range(first, first + SHARD):
        poses, truth, segment, (theme, framing) = film(seed, model)
        n = len(poses)
        rows = {
            "seed": np.full(n, seed, np.int64), "t": poses.t,
            "subject": poses.subject.astype(np.int8),
            "xy": poses.xy, "world": poses.world,
            "visibility": poses.visibility.astype(np.float16),
            "presence": poses.presence.astype(np.float16),
            "truth": truth.astype(np.float32), "segment": segment,
            "size": np.tile(np.int16(poses.size), (n, 1)),
            "theme": np.full(n, theme, np.int8), "framing": np.full(n, framing, np.int8),
        }  # fmt: skip
        for key, value in rows.items():
            parts.setdefault(key, []).append(value)
    model.close()
    fresh = path.with_suffix(".partial")
    with fresh.open("wb") as file:
        np.savez_compressed(file, **{k: np.concatenate(v) for k, v in parts.items()})  # type: ignore[arg-type]
    fresh.replace(path)
    return path


def shards(part: str, folder: Path, limit: int | None = None) -> Sequence[Path]:
    """The finished shards of a part, in order of seeds."""
    first = FIRST_SEED[part]
    found = sorted(p for p in folder.glob("*.npz") if first <= int(p.stem) < first + 10_000_000)
    return found[:limit]


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m bench.observer.data", description=__doc__)
    p.add_argument("--part", choices=tuple(FIRST_SEED), default="train")
    p.add_argument("--setups", type=int, default=2800)
    p.add_argument("--folder", type=Path, default=None)
    p.add_argument("--reverse", action="store_true", help="from the last: for a second process")
    o = p.parse_args(arguments)
    folder = o.folder or cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    start, frames = time.monotonic(), 0
    todo = range(FIRST_SEED[o.part], FIRST_SEED[o.part] + o.setups, SHARD)
    for first in reversed(todo) if o.reverse else todo:
        if (folder / f"{first}.npz").is_file():
            continue
        with np.load(make_shard(first, folder)) as z:
            frames += len(z["t"])
            share = float((z["subject"] >= 0).mean())
        seconds = time.monotonic() - start
        print(f"{first}: {share:.0%} with a pose, {frames / seconds:.1f} frames/s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
