"""Rendered clips as the product's pose tracking sees them: landmarks, contours and truth, kept.

Every frame goes through `scapcoach.session.Tracker` as in a real analysis: with the lock on the
subject, and with the back contour from the mask where the view is from the side. Measures are no
part of a record; they are computed again each time.
"""

from __future__ import annotations

import ast
import hashlib
import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Final

from bench.report import ROOT, mediapipe_version
from phantom.record import Record, film, info_of, save

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from phantom.batch import Job


#: What decides the pixels and the landmarks. Tools around the phantom have no part in them.
_NO_PIXELS: Final = {"__main__.py", "assets.py", "batch.py", "samples.py", "library.py"}
_TRACKING: Final = (
    "src/scapcoach/session/tracker.py",
    "src/scapcoach/geometry/silhouette.py",
    "src/scapcoach/geometry/view.py",
    "src/scapcoach/pose",
)


@cache
def sources_digest() -> str:
    """Digest of what decides pixels and landmarks: code without its comments, and MediaPipe."""
    files = [f for f in sorted((ROOT / "phantom").glob("*.py")) if f.name not in _NO_PIXELS]
    for name in _TRACKING:
        path = ROOT / name
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
    """Render one clip and track the person in it; `info` has `sources` and `model_sha256`."""
    from scapcoach.pose.mediapipe import MediaPipePose
    from scapcoach.session import Tracker

    with MediaPipePose(job.model) as estimator:
        info = {"sources": sources_digest(), "model_sha256": estimator.model_sha256}
        return film(job.movement(), job.setup(), Tracker(estimator), info)


def path_of(job: Job, folder: Path) -> Path:
    """Where a job's record is kept; another model file or another job has another name."""
    from scapcoach.model_files import model_file

    sha256 = model_file(job.model, mask=False).sha256
    about = json.dumps([asdict(job), sha256], sort_keys=True)
    digest = hashlib.sha256(about.encode()).hexdigest()[:10]
    return folder / f"{job.script}-{job.view}-{job.seed}-{digest}.npz"


def missing_jobs(jobs: Sequence[Job], folder: Path, *, keep: bool = False) -> list[Job]:
    """The jobs that have no record yet, or one of other code.

    Args:
        jobs: all.
        folder: of the records.
        keep: whether records of other code count as done.
    """
    found = []
    for job in jobs:
        path = path_of(job, folder)
        if not path.is_file() or not (keep or info_of(path)["sources"] == sources_digest()):
            found.append(job)
    return found


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
        # Ctrl-C: finished records are whole; jobs that have not begun are dropped.
        pool.shutdown(wait=True, cancel_futures=True)
