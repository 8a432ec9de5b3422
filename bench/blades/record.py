"""Renders clips of backs, finds their landmarks with the surface, and keeps both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from phantom.back.clip import write as write_clip
from scapcoach.export.tables import landmarks_table, poses_from_table
from scapcoach.progress import silent
from scapcoach.recording.options import Options
from scapcoach.recording.watching import watch
from scapcoach.session import PoseRecorder
from scapcoach.sources.video import VideoFile

if TYPE_CHECKING:
    from pathlib import Path

    from phantom.back.sets import Job
    from scapcoach.arrays import FloatArray, IntArray
    from scapcoach.landmarks import Poses


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One rendered clip: what the program found, and the truth.

    Attributes:
        job: what was rendered.
        poses: (T,) landmarks with the surface, as they came.
        gap: (T,) true logarithm of the gap between the blades over that at the start.
        sides: (T, 2) true retraction, left and right, degrees.
        rep: (T,) number of the repetition, 0 for none.
        kind: (T,) kind of the repetition: good, lazy, ...
    """

    job: Job
    poses: Poses
    gap: FloatArray
    sides: FloatArray
    rep: IntArray
    kind: list[str]


def landmarks(clip: Path) -> Poses:
    """Landmarks of every frame, with the surface; kept beside the clip."""
    kept = clip.with_suffix(".landmarks.parquet")
    if not kept.exists():
        with VideoFile(clip) as source:
            recorder = PoseRecorder(source.info.size)
        watch(clip, Options(), recorder, silent)
        pq.write_table(landmarks_table(recorder.poses()), kept)
    return poses_from_table(pq.read_table(kept))


def record(job: Job, folder: Path) -> Record:
    """The clip of a job, rendered if it is not in the folder yet."""
    clip = folder / f"{job.name}.mp4"
    truth = clip.with_suffix(".truth.npz")
    if not truth.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_clip(clip, job.movement(), job.setup())
    poses = landmarks(clip)
    with np.load(truth) as z:
        count = min(len(poses), len(z["t"]))
        columns = list(z["columns"])
        sides = z["truth"][:, [columns.index(f"retraction_{s}") for s in ("left", "right")]]
        return Record(
            job=job,
            poses=poses[:count],
            gap=np.log1p(z["gap_pct"][:count] / 100),
            sides=sides[:count],
            rep=z["rep"][:count],
            kind=[str(s).split(":")[0] for s in z["segment"][:count]],
        )
