"""The product on calibrated lifts, compared with the truth; shoulder width over hip width, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.accuracy.naive import width_ratio
from bench.accuracy.record import path_of
from phantom.record import load
from scapcoach.calibration import Segment, calibrate, guided_segments
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.measures import measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from bench.accuracy.testset import Setup
    from phantom.record import Record
    from scapcoach.arrays import FloatArray
    from scapcoach.calibration import Calibration


QUANTITIES: Final = ("retraction", "elevation")
#: The phantom's names of the kinds of repetition, and the product's.
KINDS: Final = {"arms_only": "arms_only", "squeeze": "squeeze", "shrug": "shrug_rep"}


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of one quantity, frames or repetitions; degrees.

    Attributes:
        kind: (N,) of repetition.
        truth, reading, sigma: (N,); `reading` is NaN where withheld.
        naive: (N,) the width rule, scaled between the same calibration repetitions.
    """

    kind: npt.NDArray[np.str_]
    truth: FloatArray
    reading: FloatArray
    sigma: FloatArray
    naive: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One clip of one person.

    Attributes:
        setup: person and view; script: movement.
        found: whether the product found the calibration's repetitions by itself.
        reps, frames: by quantity.
        fault: why there is no calibration.
    """

    setup: Setup
    script: str
    found: bool
    reps: dict[str, Table]
    frames: dict[str, Table]
    fault: str = ""


def read_clips(setups: Sequence[Setup], folder: Path) -> Iterator[Clip]:
    """Every clip that has been rendered together with its person's calibration."""
    for setup in setups:
        path = path_of(setup.job(setup.calibration), folder)
        if not path.is_file():
            continue
        record = load(path)
        taken = calibrated(record)
        for script in setup.clips:
            path = path_of(setup.job(script), folder)
            if path.is_file():
                yield _clip(setup, script, load(path), record, taken)


def calibrated(record: Record) -> tuple[Calibration | None, bool, str]:
    poses = smooth_poses(record.poses)
    found = True
    try:
        segments = guided_segments(poses)
    except CalibrationError:
        segments, found = marked(record), False
    try:
        return calibrate(poses, segments, model_sha256=record.info["model_sha256"]), found, ""
    except CalibrationError as error:
        return None, found, str(error)


def marked(record: Record) -> tuple[Segment, ...]:
    """The repetitions of a calibration clip, from the truth's labels."""
    out = []
    for rep in range(1, int(record.rep.max()) + 1):
        within = record.poses.t[record.rep == rep]
        kind = KINDS[kind_of(record, rep)]
        out.append(Segment(float(within[0]), float(within[-1]), kind))
    return tuple(out)


def kind_of(record: Record, rep: int) -> str:
    names = record.segment[(record.rep == rep) & np.char.endswith(record.segment, ":finish")]
    return str(names[0]).split(":")[0] if len(names) else ""


def _clip(
    setup: Setup, script: str, record: Record, reference: Record,
    taken: tuple[Calibration | None, bool, str],
) -> Clip:  # fmt: skip
    calibration, found, fault = taken
    measures = measure(smooth_poses(record.poses), calibration)
    full = {
        "retraction": held(reference, "squeeze", "retraction"),
        "elevation": held(reference, "shrug", "elevation"),
    }
    naive = _naive(record, reference) * full["retraction"]
    kinds = np.array([kind_of(record, rep) for rep in range(int(record.rep.max()) + 1)])
    frames, reps = {}, {}
    for name in QUANTITIES:
        series = measures[name]
        absolute = np.isfinite(series.value)
        share = full[name] / 100
        table = Table(
            kinds[record.rep],
            record.column(name),
            np.where(absolute, series.value, np.nan) * share,
            series.sigma * share,
            naive if name == "retraction" else np.full(len(naive), np.nan),
        )
        frames[name] = table
        reps[name] = _at_the_finish(record, table)
    return Clip(setup, script, found, reps, frames, fault)


def held(record: Record, kind: str, column: str) -> float:
    return float(record.column(column)[record.segment == f"{kind}:finish"].mean())


def _naive(record: Record, reference: Record) -> FloatArray:
    """(T,) shoulder width over hip width: 0 as with the arms only, 1 as in the full squeeze."""
    held = width_ratio(smooth_poses(reference.poses))
    rest, full = (
        float(np.nanmedian(held[reference.segment == f"{kind}:finish"]))
        for kind in ("arms_only", "squeeze")
    )
    width = width_ratio(smooth_poses(record.poses))
    return np.asarray(np.clip((rest - width) / max(abs(rest - full), 1e-6), -3, 3))


def _at_the_finish(record: Record, frames: Table) -> Table:
    """A row for each repetition: means over the frames in which its finish is held."""
    rows = []
    for rep in range(1, int(record.rep.max()) + 1):
        held = (record.rep == rep) & np.char.endswith(record.segment, ":finish")
        judged = held & np.isfinite(frames.reading)
        enough = judged.sum() * 2 >= held.sum() > 0
        rows.append(
            (
                kind_of(record, rep),
                frames.truth[held].mean(),
                frames.reading[judged].mean() if enough else np.nan,
                frames.sigma[judged].mean() if enough else np.nan,
                np.nanmean(frames.naive[held]) if np.isfinite(frames.naive[held]).any() else np.nan,
            )
        )
    kind, *numbers = zip(*rows, strict=True)
    return Table(np.array(kind), *(np.array(n, float) for n in numbers))
