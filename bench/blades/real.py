"""Real clips with the times of stretch and squeeze noted by eye: moves right, wrong, withheld.

The clips are fetched by whoever has a right to look at them, and are never part of this project.
Half of the repositories were set aside by name before anything was chosen.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.blades.record import landmarks
from scapcoach.surface.blades import BladeReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scapcoach.arrays import FloatArray

#: Repositories that were worked on; clips of any other were set aside.
WORKED_ON: Final = (
    "Http-UNIVERSITY/AZ-WORKOUT-", "iiisachan/Fitsolutions", "benkoszbolcs/FitnessForFreaks",
    "nadaMarie/dataset",
)  # fmt: skip
#: Seconds round a time noted by eye.
AROUND: Final = 0.1
#: Seconds before the next stretch at which the way back is read: at it, the next one begins.
BEFORE: Final = 0.15
_BARE: Final = ("bare", "sports bra", "tank", "vest", "sleeveless")


@dataclass(frozen=True, slots=True)
class RealSet:
    """One set of a real clip.

    Attributes:
        clip: repository and path.
        action: what is done.
        clothes: "bare or open", "T-shirt", or "" where the list does not say.
        aside: whether its repository was set aside.
        right, wrong, silent: moves between stretch and squeeze; silent are those within one sigma
            of 0 and those withheld.
        squeezes: of the moves, those towards the squeeze: right, wrong, silent.
        largest: 95th percentile of the size of the gap, per cent, where nothing should move.
        beyond: share of readings beyond two sigma there.
    """

    clip: str
    action: str
    clothes: str
    aside: bool
    right: int = 0
    wrong: int = 0
    silent: int = 0
    squeezes: tuple[int, int, int] = (0, 0, 0)
    largest: float = np.nan
    beyond: float = np.nan

    @property
    def still(self) -> bool:
        """Whether it is a control, in which nothing should move."""
        return self.right + self.wrong + self.silent == 0


def read_list(path: Path, clips: Path) -> Iterator[RealSet]:
    """The sets of a list that were filmed from behind and whose clip is there."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            clip = clips / row["repo"] / row["path"]
            if row["view"].startswith("back") and clip.exists() and clip.stat().st_size > 1000:
                yield _read(row, clip)


def _read(row: dict[str, str], clip: Path) -> RealSet:
    poses = landmarks(clip)
    blades = BladeReader()(poses)
    gap, sigma, t = blades.gap[0], blades.sigma[0], poses.t
    start, end = float(row["from_s"] or 0), float(row["to_s"] or np.inf)
    base = RealSet(
        f"{row['repo']} {row['path']}", row["action"], _clothes(row["clothing"]),
        row["repo"] not in WORKED_ON,
    )  # fmt: skip
    stretches, squeezes = _times(row["stretch_s"], start), _times(row["squeeze_s"], start)
    if not (stretches and squeezes):
        own = (t >= start) & (t <= end) & np.isfinite(gap)
        if not own.any():
            return base
        size = 100 * np.abs(np.expm1(gap[own]))
        beyond = float((np.abs(gap[own]) > 2 * sigma[own]).mean())
        return replace(base, largest=float(np.percentile(size, 95)), beyond=beyond)
    ends = sorted([(s, False) for s in stretches] + [(s, True) for s in squeezes])
    there, back = [0, 0, 0], [0, 0, 0]
    for (a, squeezed), (b, squeezes_now) in zip(ends, ends[1:], strict=False):
        if squeezed == squeezes_now:
            continue
        if squeezes_now:
            change, doubt = _at(t, gap, b), _at(t, sigma, b)
            there[_verdict(change, doubt)] += 1
        else:
            change = _at(t, gap, a) - _at(t, gap, b - BEFORE)
            back[_verdict(change, _at(t, sigma, a))] += 1
    right, wrong, silent = (x + y for x, y in zip(there, back, strict=True))
    return replace(
        base, right=right, wrong=wrong, silent=silent, squeezes=(there[0], there[1], there[2])
    )


def _verdict(change: float, doubt: float) -> int:
    """0 drawn together as it should be, 1 the other way, 2 not known."""
    if not np.isfinite(change) or abs(change) <= doubt:
        return 2
    return 0 if change < 0 else 1


def _at(t: FloatArray, values: FloatArray, at: float) -> float:
    near = (np.abs(t - at) <= AROUND) & np.isfinite(values)
    return float(np.median(values[near])) if near.any() else np.nan


def _times(text: str, start: float) -> list[float]:
    """Seconds from ``1.2;3.4``; none where the cell holds words."""
    try:
        return [start + float(part) for part in text.split(";") if part.strip()]
    except ValueError:
        return []


def _clothes(text: str) -> str:
    if text.startswith(_BARE):
        return "bare or open"
    return "T-shirt" if "shirt" in text else ""
