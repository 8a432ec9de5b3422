"""How far the shoulders went, clip by clip, for each lifter and each exercise."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scapcoach.measures.registry import SPECS
from scapcoach.measures.words import TITLES, figure, suffix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.export.dataset_table import Row

#: Width and height of a strip in its own units; the page stretches it.
_WIDTH: Final = 240
_HEIGHT: Final = 30
#: More dots than this in one strip merge into a bar and make the page large.
_MOST_DOTS: Final = 200
#: Degrees shown where values are relative.
_DEGREES: Final = (-25.0, 45.0)


@dataclass(frozen=True, slots=True)
class Strip:
    """One measure of one group, drawn along its scale.

    Attributes:
        dots: positions from the left, one per clip, or per several clips where there are many.
        words: the strip in words.
        zero: position of zero, where the scale includes it.
        quartiles: positions of the quartiles, where there are enough values.
        relative: whether values are degrees from a moment of rest.
    """

    dots: tuple[float, ...]
    words: str
    zero: float | None
    quartiles: tuple[float, ...]
    relative: bool
    width: int = _WIDTH
    height: int = _HEIGHT


def group_tables(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """A table for each attribute that rows can be grouped by; rows have facts.

    Each holds ``title``, ``heads`` (measure, and its scale in words) and ``lines`` with ``title``,
    ``count`` and ``strips``.
    """
    return [
        _table(title, attribute, rows)
        for title, attribute in (("Exercise", "exercise"), ("Lifter", "lifter"))
        if any(getattr(row, attribute) for row in rows)
    ]


def _table(title: str, attribute: str, rows: Sequence[Row]) -> dict[str, Any]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, attribute), []).append(row)
    scales = {name: relative_only(name, rows) for name in TITLES}
    return {
        "title": title,
        "heads": [
            (words, _scale_words(name, relative=scales[name])) for name, words in TITLES.items()
        ],
        "lines": [
            {
                "title": group or "not given",
                "count": f"{len(found)} clip{'' if len(found) == 1 else 's'}",
                "strips": [
                    strip(peaks(name, found, relative=relative), name, relative=relative)
                    for name, relative in scales.items()
                ],
            }
            for group, found in sorted(groups.items())
        ],
    }


def relative_only(name: str, rows: Sequence[Row]) -> bool:
    """Whether all values of this measure are in degrees from a moment of rest, in every clip."""
    return all(row.facts.get(f"{name}_p95") is None for row in rows) and any(
        row.facts.get(f"{name}_deg_p95") is not None for row in rows
    )


def peaks(name: str, rows: Sequence[Row], *, relative: bool) -> list[float]:
    """The 95th percentiles of the clips that have one, on one scale."""
    key = f"{name}_deg_p95" if relative else f"{name}_p95"
    return [row.facts[key] for row in rows if row.facts.get(key) is not None]


def _limits(name: str, *, relative: bool) -> tuple[float, float]:
    return _DEGREES if relative else (SPECS[name].low, SPECS[name].high)


def _scale_words(name: str, *, relative: bool) -> str:
    low, high = _limits(name, relative=relative)
    return f"{figure(low)} to {figure(high)}{suffix('deg' if relative else SPECS[name].unit)}"


def strip(values: Sequence[float], name: str, *, relative: bool) -> Strip:
    """The values on the measure's scale."""
    low, high = _limits(name, relative=relative)

    def place(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(4 + share * (_WIDTH - 8), 1)

    step = max(1, len(values) // _MOST_DOTS)
    enough = len(values) >= 4
    return Strip(
        dots=tuple(place(value) for value in sorted(values)[::step]),
        words=f"{len(values)} clips, median {statistics.median(values):.0f}" if values else "",
        zero=place(0) if low < 0 < high else None,
        quartiles=tuple(map(place, statistics.quantiles(values, n=4))) if enough else (),
        relative=relative,
    )
