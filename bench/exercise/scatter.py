"""How much landmarks vary at the same arm pose, measured on people of development seeds.

`python -m bench.exercise.scatter` films them (calibration and a mixed set each, as in the test set,
but for the seeds), takes from every frame what the truth and their own template explain, and writes
the covariance of the rest for each view to models/exercise_scatter.npz.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.accuracy.__main__ import CACHE, render_all
from bench.accuracy.testset import DeskJob
from bench.report import ROOT, write
from scapcoach.girdle.conditioned import LESS_WHEN_RAISED
from scapcoach.girdle.scatter import SCATTER_FILE, Scatter, mirrored_covariance, save_scatter
from scapcoach.girdle.template import arm_features, read_table, template_features
from scapcoach.measures.exercise_series import SHRUG_BRINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phantom.batch import Job
    from phantom.record import Record
    from scapcoach.arrays import FloatArray
    from scapcoach.girdle.template import Template


#: First seed of each view, and how many people; all below those of test sets.
VIEWS: Final = {"front": 100, "oblique": 110, "side": 120, "back-oblique": 130, "back": 140}
PEOPLE: Final = 6
CALIBRATION, SET = "row_calibration", "row_mixed"
#: Phase from which frames are taken: readings are given near the finish.
FROM_PHASE: Final = 0.7


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m bench.exercise.scatter", description=__doc__)
    p.add_argument("--workers", type=int, default=2, help="processes that render (default 2)")
    p.add_argument("--cache", type=Path, default=CACHE, help="where landmarks are kept")
    p.add_argument("--keep", action="store_true", help="use kept landmarks of other code, too")
    options = p.parse_args(arguments)
    from rich.console import Console

    from bench.accuracy import record
    from phantom import assets

    folder = options.cache / "records"
    jobs = [job(view, k, s) for view in VIEWS for k in range(PEOPLE) for s in (CALIBRATION, SET)]
    try:
        assets.ensure()
        missing = record.missing_jobs(jobs, folder, keep=options.keep)
        render_all(missing, folder, options.workers, Console(width=110))
    except assets.AssetError as error:
        print(error, file=sys.stderr)
        return 1
    at = partial(_record, folder)
    people = {v: [(at(v, k, CALIBRATION), at(v, k, SET)) for k in range(PEOPLE)] for v in VIEWS}
    path = ROOT / "models" / SCATTER_FILE
    save_scatter(measured(list(people.values())), path)
    _enter(path)
    return 0


def job(view: str, person: int, script: str) -> Job:
    """The clip of one person of the development seeds, filmed as those of the test set."""
    return DeskJob(
        script, VIEWS[view] + person, view=view, width=640, height=480, fps=10.0, lower=0.18,
        retreat=0.85,
    )  # fmt: skip


def _record(folder: Path, view: str, person: int, script: str) -> Record:
    from bench.accuracy.record import path_of
    from phantom.record import load

    return load(path_of(job(view, person, script), folder))


def measured(views: Sequence[Sequence[tuple[Record, Record]]]) -> Scatter:
    """The covariances.

    Args:
        views: the people seen from each direction, with their calibration and their set.
    """
    from bench.exercise.examine import calibrated

    found = []
    for people in views:
        yaws, covariances = [], []
        for reference, one in people:
            calibration = calibrated(reference)[0]
            if calibration is None or calibration.exercise is None:
                continue
            template = calibration.exercise
            seen = left_over(template, reference, one)
            yaws.append(abs(template.yaw))
            covariances.append(mirrored_covariance(seen) if template.yaw < 0 else seen)
        found.append((float(np.mean(yaws)), np.mean(covariances, axis=0), len(yaws)))
    found.sort(key=lambda f: f[0])
    yaws_at, means, counts = zip(*found, strict=True)
    both = [np.abs(np.sin(np.radians(y))) < _STRAIGHT for y in yaws_at]
    means = [(m + mirrored_covariance(m)) / 2 if b else m for m, b in zip(means, both, strict=True)]
    return Scatter(np.array(yaws_at), np.array(means), np.array(counts))


#: Sine of the yaw below which left and right are alike: each person also counts mirrored.
_STRAIGHT: Final = 0.3


def left_over(template: Template, reference: Record, one: Record) -> FloatArray:
    """(F, F) mean square of the residual of one set after template and truth."""
    from bench.exercise.examine import held, kind_of
    from scapcoach.filters import smooth_poses

    poses = smooth_poses(one.poses)
    phase = template.phase(arm_features(poses, template.unit))
    shrug = one.column("elevation") / held(reference, "shrug", "elevation")
    raised = np.maximum(shrug, 0)
    facing = max(np.cos(np.radians(template.yaw)), 0.0)
    squeeze = one.column("retraction") / held(reference, "squeeze", "retraction")
    squeeze = (squeeze - SHRUG_BRINGS * raised) / (1 + LESS_WHEN_RAISED * facing * raised)
    rest = template_features(poses, template.unit, template.world_unit) - read_table(
        template.rest, phase
    )
    rest -= squeeze[:, None] * template.shift(template.squeeze, phase)
    rest -= shrug[:, None] * template.shift(template.shrug, phase)
    use = (phase > FROM_PHASE) & np.isfinite(rest).all(axis=1)
    each = []
    for rep in range(1, int(one.rep.max()) + 1):
        of = rest[use & (one.rep == rep)]
        if len(of) and kind_of(one, rep) != "swing":
            each.append(of.T @ of / len(of))
    return np.asarray(np.mean(each, axis=0))


def _enter(path: Path) -> None:
    """Write hash and size to the manifest."""
    manifest = path.with_name("manifest.json")
    known = json.loads(manifest.read_text("utf-8"))
    content = path.read_bytes()
    known["own"][SCATTER_FILE] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "licence": "Apache-2.0",
        "made_from": {
            "first_seeds": VIEWS,
            "people_each": PEOPLE,
            "scripts": [CALIBRATION, SET],
            "command": "python -m bench.exercise.scatter",
        },
    }
    write(manifest, json.dumps(known, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
