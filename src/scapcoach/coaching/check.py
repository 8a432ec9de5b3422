"""Checks of data from a TOML file: every fault is listed with its line, field and cause.

`tomllib` reports where a file is not TOML, but not where a value is; `field_lines` finds that in
the text. A `Checker` collects all faults instead of stopping at the first, so that a file can be
corrected in one pass.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Place = tuple[str | int, ...]

_E = TypeVar("_E", bound=Enum)

_TABLE_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w.\"' -]+?)\s*\]\]?\s*(#.*)?$")
_KEY: Final = re.compile(r"\s*([\w\"'-]+(?:\s*\.\s*[\w\"'-]+)*)\s*=")


def field_lines(text: str) -> Mapping[Place, int]:
    """Line number of every key and table, by its place, e.g. ``("fault", 0, "limit")``.

    Keys inside inline tables and values over several lines may be missing; `line_of` then gives the
    line of the nearest place around them.
    """
    lines: dict[Place, int] = {}
    seen: Counter[str] = Counter()
    here: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _TABLE_HEADER.match(line)
        if header:
            parts: Place = tuple(_bare(p) for p in header[2].split("."))
            here = parts
            lines.setdefault(here, number)
            if header[1] == "[[":
                here = (*parts, seen[header[2]])
                seen[header[2]] += 1
            lines.setdefault(here, number)
            continue
        key = _KEY.match(line)
        if key:
            parts = tuple(_bare(p) for p in key[1].split("."))
            for depth in range(1, len(parts) + 1):
                lines.setdefault((*here, *parts[:depth]), number)
    return lines


def _bare(part: str) -> str:
    return part.strip().strip("\"'")


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Line of a place, or of the nearest one around it; 1 where there is none."""
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return 1


@dataclass(slots=True)
class Checker:
    """Reads values from plain data and records what is wrong with them.

    Attributes:
        lines: from `field_lines`.
        faults: (line, sentence) so far.
    """

    lines: Mapping[Place, int]
    faults: list[tuple[int, str]] = field(default_factory=list)

    def fault(self, place: Place, what: str) -> None:
        """Record a fault at a place."""
        self.faults.append((line_of(self.lines, place), f"{_name(place)}: {what}"))

    def message(self) -> str:
        """All faults in the order of their lines, one per line."""
        return "\n".join(f"  line {line}, {what}" for line, what in sorted(self.faults))

    def known(self, table: Mapping[str, Any], place: Place, names: Iterable[str]) -> None:
        """Record a fault for every unknown key of `table`."""
        allowed = sorted(names)
        for key in table:
            if key not in allowed:
                near = get_close_matches(key, allowed, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(allowed)}."
                self.fault((*place, key), f"unknown field; {hint}")

    def text(self, table: Mapping[str, Any], place: Place, key: str, default: str | None) -> str:
        """A string; without a default it is required and must not be blank."""
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.fault((*place, key), _wrong("text in quotes", table, key))
            return default or ""
        return " ".join(value.split())

    def texts(self, table: Mapping[str, Any], place: Place, key: str) -> tuple[str, ...]:
        """A list of strings; empty if missing."""
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.fault((*place, key), _wrong("a list of texts", table, key))
            return ()
        return tuple(value)

    def flag(self, table: Mapping[str, Any], place: Place, key: str, *, default: bool) -> bool:
        """True or false."""
        value = table.get(key, default)
        if not isinstance(value, bool):
            self.fault((*place, key), _wrong("true or false", table, key))
            return default
        return value

    def number(
        self, table: Mapping[str, Any], place: Place, key: str, default: float | None = None
    ) -> float:
        """A finite number; required without a default."""
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            self.fault((*place, key), _wrong("a number", table, key))
            return 0.0 if default is None else default
        return float(value)

    def range(
        self,
        table: Mapping[str, Any],
        place: Place,
        key: str,
        default: tuple[float, float] | None = None,
    ) -> tuple[float, float]:
        """[low, high] with low < high; infinities (inf, -inf) are allowed."""
        value = table.get(key, None if default is None else list(default))
        numbers = isinstance(value, list) and all(
            isinstance(v, int | float) and not isinstance(v, bool) for v in value
        )
        if not numbers or len(value) != 2:
            self.fault((*place, key), _wrong("two numbers: [low, high]", table, key))
            return default or (0.0, 1.0)
        low, high = float(value[0]), float(value[1])
        if not low < high:
            self.fault((*place, key), f"the first number must be the smaller one, not {value!r}.")
            return default or (0.0, 1.0)
        return low, high

    def choice(
        self, table: Mapping[str, Any], place: Place, key: str, kind: type[_E], default: _E | None
    ) -> _E:
        """A member of an enumeration, by its name in files."""
        names = {_label(member): member for member in kind}
        value = table.get(key, None if default is None else _label(default))
        if not isinstance(value, str | int) or value not in names:
            shown = ", ".join(str(n) for n in names)
            self.fault((*place, key), _wrong(f"one of {shown}", table, key))
            return default or next(iter(kind))
        return names[value]

    def table(self, table: Mapping[str, Any], place: Place, key: str) -> Mapping[str, Any]:
        """A table; empty if missing."""
        value = table.get(key, {})
        if not isinstance(value, dict):
            self.fault((*place, key), _wrong(f"a table: [{_name((*place, key))}]", table, key))
            return {}
        return value

    def tables(self, table: Mapping[str, Any], key: str) -> list[tuple[Place, Mapping[str, Any]]]:
        """A list of tables with their places; empty if missing."""
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.fault((key,), _wrong(f"a list of tables: [[{key}]]", table, key))
            return []
        return [((key, i), v) for i, v in enumerate(value)]


def _label(member: Enum) -> str | int:
    label = getattr(member, "label", member.value)
    return label if isinstance(label, str | int) else str(label)


def _wrong(wanted: str, table: Mapping[str, Any], key: str) -> str:
    if key not in table:
        return f"is missing; it must be {wanted}."
    return f"must be {wanted}, not {table[key]!r}."


def _name(place: Place) -> str:
    """A place in words: ``fault 2, limit``."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int):
            words[-1] += f" {part + 1}"
        else:
            words.append(part)
    return ", ".join(words)
