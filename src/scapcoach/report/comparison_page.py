"""Two sets or sessions side by side: what differs, by how much, and whether that is clear."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from scapcoach.export.summary import DECIMALS
from scapcoach.measures.words import NOTHING, figure, suffix
from scapcoach.report.page import render, write_page
from scapcoach.schema import plain

if TYPE_CHECKING:
    from pathlib import Path


class DifferenceVerdict(StrEnum):
    """What can be said of a difference."""

    MORE = "more"  # B is greater than A, beyond what chance and error explain
    LESS = "less"
    SAME = "no clear difference"
    UNKNOWN = "not comparable"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One side of a comparison.

    Attributes:
        value: NaN where there is none.
        sigma: one standard deviation of `value`, error of measurement and scatter together.
        n: repetitions or frames behind it.
        relative: whether it is a change from the recording's own neutral only.
    """

    value: float = np.nan
    sigma: float = np.nan
    n: int = 0
    relative: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a value with its sigma."""
        return bool(np.isfinite(self.value) and np.isfinite(self.sigma))


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure on both sides.

    Attributes:
        group: heading under which it is shown.
        name, title, unit: those of the measure.
        a, b: its sides.
        value: B minus A; sigma: one standard deviation of it; NaN where either side is unknown.
        detectable: smallest clear difference: 1.96 sigma, more with few repetitions.
        verdict: what can be said.
        why: why it is not comparable, or empty.
    """

    group: str
    name: str
    title: str
    unit: str
    a: Quantity
    b: Quantity
    value: float
    sigma: float
    detectable: float
    verdict: DifferenceVerdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its recordings and exercises.

    Attributes:
        path: the folder; clips: names of the recordings.
        exercises: name of the exercise to repetitions.
        load: kilograms where all sets have the same, else None.
    """

    path: str
    clips: tuple[str, ...]
    exercises: dict[str, int]
    load: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets or sessions.

    Attributes:
        a, b: the sides; differences are B minus A.
        notes: what limits the comparison, one sentence each.
        differences: by group, in the order of the registry.
    """

    a: Side
    b: Side
    notes: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def headline(self) -> str:
        """One sentence: what clearly differs."""
        clear = [
            d
            for d in self.differences
            if d.verdict in {DifferenceVerdict.MORE, DifferenceVerdict.LESS}
        ]
        judged = [d for d in self.differences if d.verdict is not DifferenceVerdict.UNKNOWN]
        if not judged:
            return "Nothing could be compared."
        if not clear:
            return f"No clear difference, in {len(judged)} measures."
        words = [f"{d.title.lower()} {_change(d)}" for d in clear[:3]]
        more = len(clear) - 3
        plural = "" if more == 1 else "s"
        rest = f" {more} more clear difference{plural} in the tables." if more > 0 else ""
        return f"From A to B: {'; '.join(words)}.{rest}"

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types; NaN is null."""
        return {**plain(self, DECIMALS), "headline": self.headline}


def _change(d: Difference) -> str:
    """A difference in a sentence. Those of shares are in points: +61 points are not times 1.61."""
    if d.unit != "%":
        return signed(d.value, d.unit)
    a, b = figure(d.a.value), figure(d.b.value, "%")
    return f"{a} to {b} ({signed(d.value, '')} points)"


def signed(value: float, unit: str) -> str:
    """A difference in words: with its sign and unit; a dash for none."""
    return figure(value, unit, decimals=_decimals(unit), plus=True)


def amount(quantity: Quantity, unit: str) -> str:
    """A value with its sigma: "62 ± 5 %"; a dash for none."""
    if not quantity.known:
        return NOTHING
    value, sigma = (
        figure(number, decimals=_decimals(unit)) for number in (quantity.value, quantity.sigma)
    )
    text = f"{value} \u00b1 {sigma}{suffix(unit)}"
    return f"{text} rel." if quantity.relative else text


def _decimals(unit: str) -> int:
    return 2 if unit == "s" else 0


def write_comparison(path: Path, found: Comparison) -> None:
    """Write a comparison as an HTML page, whole or not at all.

    Raises:
        OutputError: it could not be written.
    """
    groups = dict.fromkeys(d.group for d in found.differences)
    text = render(
        "comparison.html",
        title=f"{_last(found.a.path)} and {_last(found.b.path)}",
        headline=found.headline,
        notes=found.notes,
        sides=[("A", _side_words(found.a)), ("B", _side_words(found.b))],
        groups=[(group, [_row(d) for d in found.differences if d.group == group])
                for group in groups],
    )  # fmt: skip
    write_page(path, text)


def _last(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def _side_words(side: Side) -> str:
    sets = ", ".join(f"{name} ({count} repetitions)" for name, count in side.exercises.items())
    load = "" if side.load is None else f", {side.load:g} kg"
    return f"{sets or 'no exercise'}{load}: {', '.join(side.clips)}"


def _row(d: Difference) -> dict[str, Any]:
    """A difference as the table shows it."""
    verdict = d.why if d.verdict is DifferenceVerdict.UNKNOWN else str(d.verdict)
    if d.verdict is DifferenceVerdict.SAME:
        verdict += f" (smallest sure one: {signed(d.detectable, d.unit).lstrip('+')})"
    kinds = {
        DifferenceVerdict.MORE: "clear",
        DifferenceVerdict.LESS: "clear",
        DifferenceVerdict.UNKNOWN: "none",
    }
    return {
        "kind": kinds.get(d.verdict, ""),
        "title": d.title,
        "a": amount(d.a, d.unit),
        "b": amount(d.b, d.unit),
        "difference": signed(d.value, d.unit),
        "interval": _interval(d),
        "verdict": verdict,
    }


def _interval(d: Difference) -> dict[str, Any] | None:
    """The difference and its 95 % range on a scale around zero, in per cent from the left."""
    if not (np.isfinite(d.value) and np.isfinite(d.detectable)) or d.detectable <= 0:
        return None
    reach = 1.1 * (abs(d.value) + d.detectable)
    ends = (d.value - d.detectable, d.value + d.detectable)
    low, at, high = (50 + 50 * float(value) / reach for value in (ends[0], d.value, ends[1]))
    return {
        "low": round(low, 1),
        "at": round(at, 1),
        "width": round(high - low, 1),
        "words": " and ".join(signed(end, d.unit) for end in ends),
    }
