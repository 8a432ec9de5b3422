"""A clip as landmarks and truth: filmed with the product's pose tracking, kept as a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from phantom.clip import render
from phantom.truth import COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from phantom.clip import Setup
    from phantom.timeline import Script
    from scapcoach.arrays import FloatArray
    from scapcoach.landmarks import Poses
    from scapcoach.session import Tracker


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A clip as landmarks and truth.

    Attributes:
        poses: raw landmarks, a frame for each frame of the clip.
        truth: (T, C) in the order of `phantom.truth.COLUMNS`.
        segment: (T,) names; rep: (T,) numbers.
        info: how it was made, as plain data.
    """

    poses: Poses
    truth: FloatArray
    segment: npt.NDArray[np.str_]
    rep: npt.NDArray[np.integer[Any]]
    info: dict[str, Any]

    def column(self, name: str) -> FloatArray:
        """(T,) one column of the truth."""
        return np.asarray(self.truth[:, COLUMNS.index(name)])


def film(script: Script, setup: Setup, tracker: Tracker, info: dict[str, Any]) -> Record:
    """Render `script` and find the landmarks with `tracker`."""
    from scapcoach.session import PoseRecorder
    from scapcoach.sources.frames import Frame

    recorder = PoseRecorder(setup.camera.size)
    truth, segments, reps = [], [], []
    for index, frame in enumerate(render(script, setup)):
        recorder.add(tracker.step(Frame(index, frame.t, frame.image)))
        truth.append([frame.truth[c] for c in COLUMNS])
        segments.append(frame.segment)
        reps.append(frame.rep)
    return Record(recorder.poses(), np.array(truth), np.array(segments), np.array(reps), info)


def save(record: Record, path: Path) -> None:
    """Write a record as npz, whole or not at all."""
    p = record.poses
    arrays = {
        "t": p.t, "xy": p.xy, "world": p.world, "visibility": p.visibility,
        "presence": p.presence, "subject": p.subject, "size": np.array(p.size),
        "truth": record.truth, "columns": np.array(COLUMNS), "segment": record.segment,
        "rep": record.rep, "info": np.array(json.dumps(record.info)),
    }  # fmt: skip
    if p.contour is not None:
        arrays["contour"] = p.contour
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, **arrays)  # type: ignore[arg-type]
    partial.replace(path)


def load(path: Path) -> Record:
    """Read a record that `save` wrote."""
    from scapcoach.landmarks import Poses

    with np.load(path) as z:
        width, height = (int(x) for x in z["size"])
        names = ("t", "xy", "world", "visibility", "presence", "subject")
        poses = Poses(size=(width, height), contour=z.get("contour"), **{n: z[n] for n in names})
        order = [list(z["columns"]).index(c) for c in COLUMNS]
        return Record(poses, z["truth"][:, order], z["segment"], z["rep"], _info(z))


def info_of(path: Path) -> dict[str, Any]:
    """How a record was made, without reading the rest of it."""
    with np.load(path) as z:
        return _info(z)


def _info(z: Any) -> dict[str, Any]:
    if "about" in z:  # an earlier layout, of the accuracy bench alone
        return dict(zip(("sources", "model_sha256"), json.loads(str(z["about"])), strict=True))
    return dict(json.loads(str(z["info"])))
