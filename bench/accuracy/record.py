"""Rendered clips through the product's own eyes: landmarks and contours with the truth, kept.

Every frame goes through `scapcoach.session.Tracker` as in a real analysis: with the lock on the
subject, and with the back contour from the mask where the view is from the side. Measures are no
part of a record; they are computed afresh each time.
"""

from __future__ import annotations

import ast
import hashlib
import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.phantom.truth import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from bench.phantom.batch import Job
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses


_ROOT: Final = Path(__file__).resolve().parents[2]

#: What decides the pixels and the landmarks. Tools around the phantom have no part in them.
_NO_PIXELS: Final = {"__main__.py", "assets.py", "batch.py", "samples.py", "library.py"}
_EYES: Final = (
    "src/scapcoach/session/tracker.py",
    "src/scapcoach/geometry/silhouette.py",
    "src/scapcoach/geometry/view.py",
    "src/scapcoach/pose",
)


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One clip: what the product saw, and what was true.

    Attributes:
        poses: raw landmarks, a frame for each frame of the clip.
        truth: (T, C) in the order of `bench.phantom.truth.COLUMNS`.
        segment: (T,) names; rep: (T,) numbers.
        sources: digest of the code that rendered and looked (`sources_digest`).
        model_sha256: of the landmark model.
    """

    poses: Poses
    truth: FloatArray
    segment: npt.NDArray[np.str_]
    rep: npt.NDArray[np.integer[Any]]
    sources: str
    model_sha256: str

    def column(self, name: str) -> FloatArray:
        """(T,) one column of the truth."""
        return np.asarray(self.truth[:, COLUMNS.index(name)])


def mediapipe_version() -> str:
    """The version that finds the landmarks here; another one moves them by about a pixel."""
    return metadata.version("mediapipe")


@cache
def sources_digest() -> str:
    """Digest of what decides pixels and landmarks: code without its comments, and MediaPipe."""
    files = [f for f in sorted((_ROOT / "bench/phantom").glob("*.py")) if f.name not in _NO_PIXELS]
    for name in _EYES:
        path = _ROOT / name
        files += sorted(path.glob("*.py")) if path.is_dir() else [path]
    digest = hashlib.sha256(mediapipe_version().encode())
    for file in files:
        digest.update(_bare(file.read_text("utf-8")).encode())
    return digest.hexdigest()[:12]


def _bare(source: str) -> str:
    """The code without comments, layout and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            continue
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            node.body[0] = ast.Pass()
    return ast.dump(tree)


def record(job: Job) -> Record:
    """Render one clip and look at it."""
    from bench.phantom.clip import render
    from scapcoach.pose.mediapipe import MediaPipePose
    from scapcoach.session import PoseRecorder, Tracker
    from scapcoach.sources.frames import Frame

    recorder = PoseRecorder((job.width, job.height))
    truth, segments, reps = [], [], []
    with MediaPipePose(job.model) as estimator:
        tracker = Tracker(estimator)
        for index, frame in enumerate(render(job.movement(), job.setup())):
            recorder.add(tracker.step(Frame(index, frame.t, frame.image)))
            truth.append([frame.truth[c] for c in COLUMNS])
            segments.append(frame.segment)
            reps.append(frame.rep)
        sha256 = estimator.model_sha256
    return Record(recorder.poses(), np.array(truth), np.array(segments), np.array(reps),
                  sources_digest(), sha256)  # fmt: skip


def save(one: Record, path: Path) -> None:
    """Write a record as npz, whole or not at all."""
    p = one.poses
    arrays = {
        "t": p.t, "xy": p.xy, "world": p.world, "visibility": p.visibility,
        "presence": p.presence, "subject": p.subject, "size": np.array(p.size),
        "truth": one.truth, "columns": np.array(COLUMNS), "segment": one.segment,
        "rep": one.rep, "about": np.array(json.dumps([one.sources, one.model_sha256])),
    }  # fmt: skip
    if p.contour is not None:
        arrays["contour"] = p.contour
    fresh = path.with_suffix(".partial.npz")
    np.savez_compressed(fresh, **arrays)  # type: ignore[arg-type]
    fresh.replace(path)


def load(path: Path) -> Record:
    """Read a record that `save` wrote."""
    from scapcoach.landmarks import Poses

    with np.load(path) as z:
        poses = Poses(
            t=z["t"], xy=z["xy"], world=z["world"], visibility=z["visibility"],
            presence=z["presence"], subject=z["subject"],
            size=(int(z["size"][0]), int(z["size"][1])),
            contour=z.get("contour"),
        )  # fmt: skip
        order = [list(z["columns"]).index(c) for c in COLUMNS]
        sources, sha256 = json.loads(str(z["about"]))
        return Record(poses, z["truth"][:, order], z["segment"], z["rep"], sources, sha256)


def path_of(job: Job, folder: Path) -> Path:
    """Where a job's record is kept; another model file or another job has another name."""
    from scapcoach.model_files import model_file

    sha256 = model_file(job.model, mask=False).sha256
    about = json.dumps([asdict(job), sha256], sort_keys=True)
    digest = hashlib.sha256(about.encode()).hexdigest()[:10]
    return folder / f"{job.script}-{job.view}-{job.seed}-{digest}.npz"


def wanting(jobs: Sequence[Job], folder: Path, *, keep: bool = False) -> list[Job]:
    """The jobs that have no record yet, or one of other code.

    Args:
        jobs: all.
        folder: of the records.
        keep: whether records of other code count as done.
    """
    missing = []
    for job in jobs:
        path = path_of(job, folder)
        if not path.is_file() or not (keep or _sources_of(path) == sources_digest()):
            missing.append(job)
    return missing


def _sources_of(path: Path) -> str:
    with np.load(path) as z:
        return str(json.loads(str(z["about"]))[0])


def _do(job: Job, folder: Path) -> int:
    one = record(job)
    save(one, path_of(job, folder))
    return len(one.poses)


def run(jobs: Sequence[Job], folder: Path, workers: int) -> Iterator[tuple[Job, int]]:
    """Make the records, `workers` at a time; yields each job and its frames as it is done."""
    folder.mkdir(parents=True, exist_ok=True)
    if workers <= 1:
        for job in jobs:
            yield job, _do(job, folder)
        return
    pool = ProcessPoolExecutor(workers)
    try:
        futures = {pool.submit(_do, job, folder): job for job in jobs}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        # Ctrl-C: finished records are whole; what has not begun is dropped.
        pool.shutdown(wait=True, cancel_futures=True)
