"""From shards to what the net learns from: features, targets, and who and how each frame is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.observer.data import SEGMENTS
from phantom.truth import COLUMNS
from scapcoach.errors import CalibrationError
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.geometry.view import estimate_yaw
from scapcoach.girdle.features import features
from scapcoach.girdle.neutral import neutral_from
from scapcoach.landmarks import Poses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from scapcoach.arrays import BoolArray, FloatArray, IntArray
    from scapcoach.girdle.neutral import Neutral


#: Truth that the targets are changes of, in the order of `girdle.observer.OUTPUTS`; yaw and scale
#: follow.
_CHANGES: Final = (
    "retraction_left", "retraction_right", "elevation_left", "elevation_right",
    "thoracic_flexion", "neck_flexion", "trunk_lean",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One set-up of a shard.

    Attributes:
        poses: all frames; truth: (T, C) in the order of `COLUMNS`; segment: (T,) in `SEGMENTS`.
        neutral: from the frames of rest; zero: (C,) truth in them.
        seed, theme, framing: of the set-up.
    """

    poses: Poses
    truth: FloatArray
    segment: IntArray
    neutral: Neutral
    zero: FloatArray
    seed: int
    theme: int
    framing: int

    def change(self, column: str) -> FloatArray:
        """(T,) truth less that of the neutral."""
        at = COLUMNS.index(column)
        return np.asarray(self.truth[:, at] - self.zero[at])


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """N frames.

    Attributes:
        x: (N, F) features; y: (N, O) targets in the order of `girdle.observer.OUTPUTS`.
        seed: (N,) set-up; theme, framing: (N,); yaw: (N,) true, degrees.
        arms: (N, 6) true elevation, plane and bend of both arms, degrees.
        t: (N,) seconds.
    """

    x: FloatArray
    y: FloatArray
    seed: IntArray
    theme: IntArray
    framing: IntArray
    yaw: FloatArray
    arms: FloatArray
    t: FloatArray

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: BoolArray | IntArray | slice) -> Examples:
        return Examples(*(getattr(self, f.name)[index] for f in fields(self)))


def clips(paths: Sequence[Path]) -> Iterator[Clip]:
    """The set-ups of some shards; those without a usable neutral are left out."""
    for path in paths:
        with np.load(path) as z:
            shard = {k: z[k] for k in z.files}
        for seed in np.unique(shard["seed"]):
            rows = shard["seed"] == seed
            clip = _clip({k: v[rows] for k, v in shard.items()})
            if clip is not None:
                yield clip


def _clip(rows: dict[str, npt.NDArray[Any]]) -> Clip | None:
    names = ("t", "xy", "world", "visibility", "presence")
    width, height = (int(v) for v in rows["size"][0])
    poses = Poses(
        subject=rows["subject"].astype(np.int32),
        size=(width, height),
        **{n: rows[n] for n in names},
    )
    segment = rows["segment"]
    rest = segment == SEGMENTS.index("neutral")
    try:
        neutral = neutral_from(poses[rest])
    except CalibrationError:
        return None
    truth = rows["truth"].astype(np.float64)
    return Clip(
        poses, truth, segment, neutral, truth[rest].mean(axis=0), int(rows["seed"][0]),
        int(rows["theme"][0]), int(rows["framing"][0]),
    )  # fmt: skip


def targets(clip: Clip) -> FloatArray:
    """(T, O) what the observer should say: degrees, and 100 x the logarithm of the scale."""
    yaw = wrap_degrees(clip.truth[:, COLUMNS.index("yaw")] - estimate_yaw(clip.poses)[0])
    distance = COLUMNS.index("distance_m")
    scale = 100 * np.log(clip.zero[distance] / clip.truth[:, distance])
    return np.column_stack([*(clip.change(c) for c in _CHANGES), yaw, scale])


def examples(paths: Sequence[Path]) -> Examples:
    """Every frame with a person, of rest and of work."""
    parts = []
    arms = [COLUMNS.index(f"{n}_{s}") for n in ("arm_elevation", "arm_plane", "elbow")
            for s in ("left", "right")]  # fmt: skip
    for clip in clips(paths):
        n, y = len(clip.poses), targets(clip)
        # A limb straight along its own axis has no angles, once in ten thousand frames.
        here = clip.poses.present & np.isfinite(y).all(axis=1)
        parts.append(
            Examples(
                features(clip.poses, clip.neutral), y.astype(np.float32),
                np.full(n, clip.seed), np.full(n, clip.theme), np.full(n, clip.framing),
                clip.truth[:, COLUMNS.index("yaw")], clip.truth[:, arms], clip.poses.t,
            )[here]
        )  # fmt: skip
    return Examples(
        *(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Examples))
    )
