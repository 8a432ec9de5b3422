"""Two sets or sessions side by side: what differs, by how much, and whether that can be told."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from scapcoach.export.summary import plain
from scapcoach.report.page import page, write_page

if TYPE_CHECKING:
    from pathlib import Path


class Verdict(StrEnum):
    """What can be said of a difference."""

    MORE = "more"  # B is greater than A, beyond what chance and error allow for
    LESS = "less"
    SAME = "no difference that can be told"
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
        group: heading under which it stands.
        name, title, unit: of the measure.
        a, b: its sides.
        value: B minus A; sigma: one standard deviation of it; NaN where either side is unknown.
        detectable: smallest difference that counts: 1.96 sigma, more with few repetitions.
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
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side is made of.

    Attributes:
        path: of the folder; clips: names of the recordings.
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
        """One sentence: what differs for sure."""
        told = [d for d in self.differences if d.verdict in {Verdict.MORE, Verdict.LESS}]
        judged = [d for d in self.differences if d.verdict is not Verdict.UNKNOWN]
        if not judged:
            return "Nothing could be compared."
        if not told:
            return f"No difference that can be told, in {len(judged)} measures."
        words = [f"{d.title.lower()} {signed(d.value, d.unit)}" for d in told[:3]]
        more = f" and {len(told) - 3} more" if len(told) > 3 else ""
        return f"From A to B: {', '.join(words)}{more}."

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types; NaN is null."""
        found: dict[str, Any] = plain({**asdict(self), "headline": self.headline})
        return found


def signed(value: float, unit: str) -> str:
    """A difference in words: with its sign and unit; a dash for none."""
    return _number(value, unit, plus=True)


def amount(quantity: Quantity, unit: str) -> str:
    """A value with its sigma: "62 ± 5 %"; a dash for none."""
    if not quantity.known:
        return "\u2013"
    value = _number(quantity.value, "", plus=False, decimals=_decimals(unit))
    sigma = _number(quantity.sigma, "", plus=False, decimals=_decimals(unit))
    text = f"{value} \u00b1 {sigma}{_unit(unit)}"
    return f"{text} rel." if quantity.relative else text


def _decimals(unit: str) -> int:
    return 2 if unit == "s" else 0


def _unit(unit: str) -> str:
    return {"deg": "\u00b0", "": ""}.get(unit, f" {unit}")


def _number(value: float, unit: str, *, plus: bool, decimals: int | None = None) -> str:
    if not np.isfinite(value):
        return "\u2013"
    places = _decimals(unit) if decimals is None else decimals
    text = f"{value:{'+' if plus else ''}.{places}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return f"{text}{_unit(unit)}".replace("-", "\u2212")


def write_comparison(path: Path, found: Comparison) -> None:
    """Write a comparison as an HTML page, whole or not at all.

    Raises:
        OutputError: it could not be written.
    """
    notes = "".join(f'<p class="warning">{html.escape(note)}</p>' for note in found.notes)
    groups = dict.fromkeys(d.group for d in found.differences)
    body = (
        f'<section class="card"><p class="lead">{html.escape(found.headline)}</p>{notes}'
        f'<dl class="sides">{_side("A", found.a)}{_side("B", found.b)}</dl></section>'
        + "".join(_group(found, group) for group in groups)
        + '<p class="about">Differences are B minus A. The bar shows the difference with the '
        "range in which the true one lies with a chance of 95 %; where that range holds zero, "
        "no difference can be told. rel.: a change from the recording's own neutral.</p>"
    )
    title = f"{_last(found.a.path)} and {_last(found.b.path)}"
    write_page(path, page(title, body, "compare.css"))


def _last(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def _side(letter: str, side: Side) -> str:
    sets = ", ".join(f"{name} ({count} repetitions)" for name, count in side.exercises.items())
    load = "" if side.load is None else f", {side.load:g} kg"
    clips = ", ".join(side.clips)
    words = f"{sets or 'no exercise'}{load}: {clips}"
    return f"<div><dt>{letter}</dt><dd>{html.escape(words)}</dd></div>"


def _group(found: Comparison, group: str) -> str:
    rows = "".join(_row(d) for d in found.differences if d.group == group)
    return (
        f'<section class="card"><h2>{html.escape(group)}</h2><div class="scroll"><table><thead><tr>'
        "<th scope=col>Measure</th><th scope=col class=n>A</th><th scope=col class=n>B</th>"
        "<th scope=col class=n>Difference</th><th scope=col></th><th scope=col>Verdict</th></tr>"
        f"</thead><tbody>{rows}</tbody></table></div></section>"
    )


def _row(d: Difference) -> str:
    kind = {Verdict.MORE: "told", Verdict.LESS: "told", Verdict.UNKNOWN: "none"}.get(d.verdict, "")
    verdict = d.why if d.verdict is Verdict.UNKNOWN else str(d.verdict)
    told = (
        ""
        if d.verdict is not Verdict.SAME
        else f" (from {signed(d.detectable, d.unit).lstrip('+')} on)"
    )
    return (
        f'<tr class="{kind}"><th scope=row>{html.escape(d.title)}</th>'
        f'<td class=n data-label="A">{amount(d.a, d.unit)}</td>'
        f'<td class=n data-label="B">{amount(d.b, d.unit)}</td>'
        f'<td class=n data-label="Difference"><b>{signed(d.value, d.unit)}</b></td>'
        f"<td>{_interval(d)}</td><td>{html.escape(verdict)}{html.escape(told)}</td></tr>"
    )


def _interval(d: Difference) -> str:
    """The difference and its 95 % range on a scale around zero."""
    if not (np.isfinite(d.value) and np.isfinite(d.detectable)) or d.detectable <= 0:
        return ""
    reach = 1.1 * (abs(d.value) + d.detectable)
    low, at, high = (
        50 + 50 * value / reach
        for value in (d.value - d.detectable, d.value, d.value + d.detectable)
    )
    words = f"between {signed(d.value - d.detectable, d.unit)} and "
    words += signed(d.value + d.detectable, d.unit)
    return (
        f'<div class="interval" role="img" aria-label="{words}"><i class="zero"></i>'
        f'<i class="range" style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
        f'<i class="at" style="left:{at:.1f}%"></i></div>'
    )
