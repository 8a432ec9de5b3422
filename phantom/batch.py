"""Many set-ups at once: script -> frames -> landmarks, with the truth, kept as files.

`python -m phantom.batch --help` runs a random sample; `run` and `load` are the same for
other tools. A job that is done is not done again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phantom.library import SCRIPTS
from phantom.person import Person
from phantom.record import Record, film, load, save
from phantom.sampling import Framing, random_setup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phantom.clip import Setup
    from phantom.timeline import Script


@dataclass(frozen=True, slots=True)
class Job:
    """One clip to make and look at; small, picklable, and identified by its fields.

    Attributes:
        script: name in the library.
        seed: of the set-up (body, clothes, room, camera).
        person: seed of the person's ranges and habits; None the same as `seed`. Jobs that share
            seed, view and framing show the same person before the same camera.
        view: name of the view, None any.
        width, height: of the picture, pixels.
        framing: body, upper or desk.
        fps: frames a second.
        model: lite, full or heavy.
        arguments: for the script's maker, by name.
    """

    script: str
    seed: int
    person: int | None = None
    view: str | None = None
    width: int = 320
    height: int = 320
    framing: str = "body"
    fps: float = 15.0
    model: str = "full"
    arguments: tuple[tuple[str, float], ...] = ()

    @property
    def key(self) -> str:
        """File name without ending; a change of any field makes another."""
        fields = json.dumps(asdict(self), sort_keys=True)
        digest = hashlib.sha256(fields.encode()).hexdigest()[:10]
        return f"{self.script}-{self.view or 'any'}-{self.seed}-{digest}"

    def setup(self) -> Setup:
        """What is rendered, but for the movement."""
        framing = Framing((self.width, self.height), self.framing)
        return random_setup(self.seed, self.view, framing, self.fps)

    def movement(self) -> Script:
        """The movement."""
        person = Person.random(self.seed if self.person is None else self.person)
        return SCRIPTS[self.script](person, **dict(self.arguments))


def make(
    script: Script, setup: Setup, model: str = "full", info: dict[str, Any] | None = None
) -> Record:
    """Render `script` and find the landmarks (VIDEO mode, no lock on a subject, no contour)."""
    from scapcoach.pose.mediapipe import MediaPipePose
    from scapcoach.session import Tracker

    with MediaPipePose(model, lock_subject=False) as estimator:
        return film(script, setup, Tracker(estimator, masks=False), info or {})


def do(job: Job, folder: Path) -> Path:
    """Make one job's record unless it is there; returns its file."""
    path = folder / f"{job.key}.npz"
    if not path.is_file():
        setup, script = job.setup(), job.movement()
        info = {"job": asdict(job), "setup": asdict(setup), "person": asdict(script.person)}
        save(make(script, setup, job.model, info), path)
    return path


def run(jobs: Iterable[Job], folder: Path, workers: int = 2) -> Iterator[Path]:
    """Do all jobs, `workers` at a time; yields files as they are ready (not in order)."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers) as pool:
        futures = [pool.submit(do, job, folder) for job in jobs]
        for future in as_completed(futures):
            yield future.result()


def sample(
    count: int, scripts: tuple[str, ...], views: tuple[str, ...], first_seed: int = 0, **rest: Any
) -> list[Job]:
    """`count` set-ups, each filmed through all of `scripts` with the same person and camera."""
    return [
        Job(script, first_seed + n, view=views[n % len(views)], **rest)
        for n in range(count)
        for script in scripts
    ]


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m phantom.batch", description=__doc__)
    p.add_argument("folder", type=Path, help="where the records go")
    p.add_argument("--count", type=int, default=10, help="set-ups")
    p.add_argument("--scripts", default="calibration,still", help="comma-separated")
    p.add_argument("--views", default="front,oblique,side,back-oblique,back")
    p.add_argument("--first-seed", type=int, default=0)
    p.add_argument("--size", type=int, default=320)
    p.add_argument("--fps", type=float, default=15.0)
    p.add_argument("--framing", default="body", choices=("body", "upper", "desk"))
    p.add_argument("--model", default="full")
    p.add_argument("--workers", type=int, default=2)
    o = p.parse_args(arguments)
    jobs = sample(
        o.count, tuple(o.scripts.split(",")), tuple(o.views.split(",")), o.first_seed,
        width=o.size, height=o.size, fps=o.fps, framing=o.framing, model=o.model,
    )  # fmt: skip
    start = time.monotonic()
    for n, path in enumerate(run(jobs, o.folder, o.workers), start=1):
        record = load(path)
        print(
            f"{n}/{len(jobs)} {path.name}: {len(record.poses)} frames, "
            f"{record.poses.present.mean():.1%} with a pose, {time.monotonic() - start:.0f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
