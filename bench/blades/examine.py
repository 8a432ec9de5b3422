"""One rendered clip against its truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.surface.blades import BladeReader, Withheld

if TYPE_CHECKING:
    from bench.blades.record import Record
    from scapcoach.arrays import FloatArray

#: Seconds round the finish of a repetition over which a reading is taken.
AROUND: Final = 0.12
#: Repetitions from which they are correlated.
LEAST_REPETITIONS: Final = 4
#: Degrees between left and right from which a difference is a difference.
LEAST_DIFFERENCE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Repetition:
    """What was read at the finish of one repetition; NaN where withheld."""

    kind: str
    true: float
    read: float
    sigma: float
    true_difference: float
    read_difference: float


@dataclass(frozen=True, slots=True)
class Found:
    """One clip.

    Attributes:
        clip: its name.
        script: its movement.
        view, kind: from where, and in which clothes.
        judged: share of the frames with a reading.
        r: correlation of reading and truth over these frames.
        within: share of them within two sigma of the truth.
        largest: 95th percentile of the size of the reading, logarithm.
        repetitions: at their finish.
        withheld: share of the frames by cause.
    """

    clip: str
    script: str
    view: float
    kind: str
    judged: float
    r: float
    within: float
    largest: float
    repetitions: tuple[Repetition, ...]
    withheld: dict[str, float]


def examine(record: Record) -> Found:
    """Read a clip as the program does, and compare it with its truth."""
    blades = BladeReader()(record.poses)
    read, sigma, job = blades.gap[0], blades.sigma[0], record.job
    judged = np.isfinite(read)
    locked = float(np.ptp(record.gap)) < 0.03
    true = np.zeros_like(record.gap) if locked else record.gap
    error = np.abs(read - true)[judged]
    codes = {w.name.lower(): float((blades.withheld == w).mean()) for w in Withheld if w}
    return Found(
        clip=job.name,
        script=job.script if job.motion == "still" else f"{job.script} ({job.motion})",
        view=job.yaw,
        kind=job.kind,
        judged=float(judged.mean()),
        r=np.nan if locked else _r(read[judged], true[judged]),
        within=float((error <= 2 * sigma[judged]).mean()) if judged.any() else np.nan,
        largest=float(np.percentile(np.abs(read[judged]), 95)) if judged.any() else np.nan,
        repetitions=tuple(_repetitions(record, blades.gap, sigma)),
        withheld={name: share for name, share in codes.items() if share > 0},
    )


def _repetitions(record: Record, gap: FloatArray, sigma: FloatArray) -> list[Repetition]:
    found, t = [], record.poses.t
    for number in range(1, int(record.rep.max()) + 1):
        own = np.flatnonzero(record.rep == number)
        finish = own[np.argmin(record.gap[own])]
        near = (np.abs(t - t[finish]) <= AROUND) & np.isfinite(gap[0])
        sides = record.sides[finish]
        if not near.any():
            values = (np.nan,) * 3
        else:
            left, right = np.median(gap[1:, near], axis=1)
            values = (float(np.median(gap[0, near])), float(np.median(sigma[near])),
                      float(left - right))  # fmt: skip
        found.append(
            Repetition(record.kind[own[0]], float(record.gap[finish]), values[0], values[1],
                       float(sides[1] - sides[0]), values[2])
        )  # fmt: skip
    return found


def _r(a: FloatArray, b: FloatArray) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if len(a) > 10 else np.nan


def between(repetitions: list[Repetition]) -> float:
    """Correlation between repetitions of reading and truth at their finish."""
    some = [q for q in repetitions if np.isfinite(q.read)]
    if len(some) < LEAST_REPETITIONS:
        return np.nan
    return float(np.corrcoef([q.read for q in some], [q.true for q in some])[0, 1])


def lazy_from_full(sets: list[list[Repetition]]) -> tuple[float, int]:
    """Area under the curve that tells lazy from good repetitions of one set; pairs compared."""
    wins = []
    for repetitions in sets:
        kinds = {
            kind: [q.read for q in repetitions if q.kind == kind and np.isfinite(q.read)]
            for kind in ("good", "lazy")
        }
        wins += [float(g < z) for g in kinds["good"] for z in kinds["lazy"]]
    return (float(np.mean(wins)) if wins else np.nan), len(wins)


def sides_right(repetitions: list[Repetition]) -> tuple[int, int]:
    """Repetitions whose difference of left and right has the right sign, and all that have one."""
    some = [
        q for q in repetitions
        if abs(q.true_difference) >= LEAST_DIFFERENCE and np.isfinite(q.read_difference)
    ]  # fmt: skip
    return sum(q.true_difference * q.read_difference > 0 for q in some), len(some)
