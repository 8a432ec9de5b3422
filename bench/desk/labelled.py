"""Labelled pictures of real people, upright and slouched: how well the score separates them.

    python -m bench.desk.labelled FOLDER

The sets are other people's and are not part of this project: FOLDER holds copies, laid out as in
their repositories (`SnowSuno/posture-detection-model/dataset/dataset1/0/*.jpg` and so on); what is
missing is left out. Each person's baseline comes from a few upright pictures, which are not judged
themselves. Printed is the area under the ROC curve (AUC): the chance that a slouched picture of a
person scores higher than an upright one; and how many of each lie beyond the threshold of an alert.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.accuracy.stats import auc
from bench.report import number, table
from scapcoach.desk.policy import Policy
from scapcoach.desk.posture import score_posture, take_baseline
from scapcoach.landmarks import Landmark, Poses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.arrays import FloatArray


#: Upright pictures that a person's baseline is taken from.
BASELINE = 20

#: Shape of the pictures of sets that give coordinates in shares of it and do not give their size:
#: only so do faces have the proportions of those in the other sets (neck height against the
#: distance of the ears 1.6 to 1.7; at 4:3 it would be 2.1 to 2.3).
WIDE = (1280, 720)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Pictures of one person before one camera.

    Attributes:
        name: of set and person.
        upright, slouched: what the landmarker saw in them.
        camera_fixed: whether the camera stood still.
        found: share of the pictures in which a person was found.
    """

    name: str
    upright: Poses
    slouched: Poses
    camera_fixed: bool
    found: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One block's scores, NaN where a picture could not be judged."""

    name: str
    good: FloatArray
    bad: FloatArray

    @property
    def set(self) -> str:
        """Name of the set alone."""
        return self.name.split(",", maxsplit=1)[0]

    @property
    def row(self) -> tuple[object, ...]:
        """A row of the table."""
        judged = np.isfinite(np.concatenate([self.good, self.bad])).mean()
        return (
            self.name, number(auc(self.bad, self.good), 3), len(self.good), len(self.bad),
            f"{100 * judged:.0f} %", _beyond(self.good), _beyond(self.bad),
        )  # fmt: skip


def _beyond(scores: FloatArray) -> str:
    """Share of what could be judged that lies beyond the threshold of an alert."""
    judged = scores[np.isfinite(scores)]
    return f"{100 * np.mean(judged > Policy().threshold):.0f} %" if len(judged) else ""


def examine(block: Block) -> Result:
    """Baseline from evenly spread upright pictures, then all others judged."""
    count = min(BASELINE, len(block.upright) // 3)
    taken = np.zeros(len(block.upright), bool)
    taken[np.linspace(0, len(taken) - 1, count).astype(int)] = True
    rest = take_baseline(block.upright[taken], camera_fixed=block.camera_fixed)
    good = score_posture(block.upright[~taken], rest, camera_fixed=block.camera_fixed).score
    bad = score_posture(block.slouched, rest, camera_fixed=block.camera_fixed).score
    return Result(block.name, good, bad)


def pooled(results: list[Result]) -> list[Result]:
    """The sets whole, where they are in several blocks: scores count from each one's baseline."""
    sets = dict.fromkeys(r.set for r in results)
    found = []
    for name in sets:
        some = [r for r in results if r.set == name]
        if len(some) > 1:
            good, bad = (np.concatenate([getattr(r, k) for r in some]) for k in ("good", "bad"))
            found.append(Result(f"**{name}, all**", good, bad))
    return found


def poses_of(xy: FloatArray, size: tuple[int, int]) -> Poses:
    """Landmarks in pixels as `Poses`; those not given are NaN, and not visible."""
    n = len(xy)
    visible = np.isfinite(xy).all(axis=-1).astype(float)
    world = np.zeros((n, 33, 3))
    # A front view, where the set gives no depth.
    world[:, Landmark.LEFT_SHOULDER, 0] = world[:, Landmark.LEFT_HIP, 0] = 0.2
    return Poses(np.arange(n) / 10, xy, world, visible, visible, np.zeros(n, int), size)


def pictures(folder: Path, cache: Path) -> Poses:
    """What the lite model sees in the pictures of a folder, each by itself."""
    import cv2

    from scapcoach.model_files import model_file
    from scapcoach.pose.landmarker import Landmarker

    key = cache / (re.sub(r"\W+", "_", str(folder)) + ".npz")
    if not key.is_file():
        files = sorted(folder.glob("*.jpg"), key=lambda f: int(re.sub(r"\D", "", f.stem) or 0))
        rows, size = [], (0, 0)
        landmarker = Landmarker(model_file("lite", mask=False), people=1)
        for file in files:
            image = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
            size = (image.shape[1], image.shape[0])
            found = landmarker.look(image)
            one = np.full((33, 7), np.nan)
            if found:
                one = np.column_stack(
                    [found[0].xy, found[0].world, found[0].visibility, found[0].presence]
                )
            rows.append(one)
        landmarker.close()
        cache.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(key, rows=np.array(rows), size=np.array(size))
    with np.load(key) as data:
        rows, (width, height) = data["rows"], data["size"]
    subject = np.where(np.isfinite(rows[:, 0, 0]), 0, -1)
    return Poses(
        np.arange(len(rows)) / 10, rows[..., :2], rows[..., 2:5], rows[..., 5], rows[..., 6],
        subject, (int(width), int(height)),
    )  # fmt: skip


def snowsuno(base: Path, cache: Path) -> Iterator[Block]:
    """Three people before a webcam that was moved about between pictures."""
    good, bad = pictures(base / "0", cache), pictures(base / "1", cache)
    # Who is in which picture, as seen when looking through them.
    people = {
        "A": (slice(0, 181), (slice(0, 35), slice(83, 350))),
        "B": (slice(181, 465), (slice(350, 588),)),
        "C": (slice(465, 721), (slice(35, 83), slice(588, 670))),
    }
    for who, (upright, slouched) in people.items():
        found = Poses.concatenate([bad[s] for s in slouched])
        yield Block(f"SnowSuno, person {who}", good[upright], found, camera_fixed=False)


def posture_aware(base: Path, cache: Path) -> Iterator[Block]:
    """Two people from the side on an office chair; upright, the head is cut off."""
    for good, bad in (("good/2", "bad/1"), ("good/3", "bad/2")):
        if (base / good).is_dir():
            name = f"Posture_Aware {good} against {bad}"
            yield Block(name, pictures(base / good, cache), pictures(base / bad, cache), True)


def posture_ai(file: Path, _cache: Path) -> Iterator[Block]:
    """Nose, ears and shoulders of one sitting, in shares of the picture."""
    rows = list(csv.DictReader(file.open()))
    names = {
        "nose": Landmark.NOSE, "l_ear": Landmark.LEFT_EAR, "r_ear": Landmark.RIGHT_EAR,
        "l_shoulder": Landmark.LEFT_SHOULDER, "r_shoulder": Landmark.RIGHT_SHOULDER,
    }  # fmt: skip
    xy = np.full((len(rows), 33, 2), np.nan)
    for name, landmark in names.items():
        xy[:, landmark] = [(float(r[f"{name}_x"]), float(r[f"{name}_y"])) for r in rows]
    # The size of the face needs all its points: they are put between nose and ears.
    for point in range(Landmark.NOSE + 1, Landmark.MOUTH_RIGHT + 1):
        if point not in (Landmark.LEFT_EAR, Landmark.RIGHT_EAR):
            xy[:, point] = xy[:, [Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR]].mean(1)
    good = np.array([r["class"] == "good" for r in rows])
    poses = poses_of(xy * WIDE, WIDE)
    yield Block("postureAI", poses[good], poses[~good], camera_fixed=True)


def posture_max(file: Path, _cache: Path) -> Iterator[Block]:
    """All landmarks of one person, in runs of consecutive frames between which things moved."""
    rows = list(csv.DictReader(file.open()))
    xy = np.array(
        [[(float(r[f"{p.name}_x"]), float(r[f"{p.name}_y"])) for p in Landmark] for r in rows]
    )
    good = np.array([r["label"] == "good" for r in rows])
    poses = poses_of(xy * WIDE, WIDE)
    runs = np.split(np.arange(len(good)), np.flatnonzero(np.diff(good)) + 1)
    for upright, slouched in pairwise(runs):
        if good[upright[0]] and len(upright) >= BASELINE:
            name = f"PostureMax, frames {upright[0]}-{slouched[-1]}"
            yield Block(name, poses[upright], poses[slouched], camera_fixed=False)


def posture_features(file: Path, _cache: Path) -> Iterator[Block]:
    """Pixel heights of ears and shoulders, and their distance: the parts can be had from it."""
    rows = list(csv.DictReader(file.open()))
    label = np.array([r["label"] for r in rows])

    def column(name: str) -> FloatArray:
        return np.array([float(r[name]) for r in rows])

    xy = np.full((len(rows), 33, 2), np.nan)
    half, middle = column("shoulder_width") / 2, column("shoulder_center_x")
    ears = (column("left_ear_y") + column("right_ear_y")) / 2
    # There is no face in it: shoulder width replaces its size.
    for point in range(Landmark.NOSE, Landmark.MOUTH_RIGHT + 1):
        sign = 1 if point % 2 else -1
        xy[:, point] = np.column_stack([column("head_center_x") + sign * half / 3, ears])
    for landmark, side in ((Landmark.LEFT_SHOULDER, 1), (Landmark.RIGHT_SHOULDER, -1)):
        name = "left_shoulder_y" if side > 0 else "right_shoulder_y"
        xy[:, landmark] = np.column_stack([middle + side * half, column(name)])
    poses = poses_of(xy, (640, 480))
    for kind in ("bad_slouch", "bad_forward"):
        yield Block(f"jse422, {kind}", poses[label == "good"], poses[label == kind], False)


#: Where each set is, below the folder, and what reads it.
_SETS: Final = {
    "SnowSuno/posture-detection-model/dataset/dataset1": snowsuno,
    "alanfufuu/postureAI/posture_data.csv": posture_ai,
    "aravindpasupathi/PostureMax/posture_dataset.csv": posture_max,
    "chinmayijagadish/Posture_Aware/dataset": posture_aware,
    "jse422/posture/posture_dataset.csv": posture_features,
}


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m bench.desk.labelled", description=__doc__)
    p.add_argument("folder", type=Path)
    p.add_argument("--cache", type=Path, default=Path(__file__).parent / ".cache" / "labelled")
    o = p.parse_args(arguments)
    results = []
    for place, reader in _SETS.items():
        for block in reader(o.folder / place, o.cache) if (o.folder / place).exists() else ():
            try:
                results.append(examine(block))
            except Exception as error:  # noqa: BLE001 - a set that cannot be judged is a finding
                print(f"{block.name}: {error}")
    heads = ("set", "AUC", "upright", "slouched", "judged", "upright beyond 50",
             "slouched beyond 50")  # fmt: skip
    print(table(heads, (r.row for r in (*results, *pooled(results)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
