"""Every fault of a TOML file at once: its line, its field, what is wrong.

`tomllib` reports where a file is not TOML, but not on which line a value is; `field_lines` finds
that in the text. `faults` compares values with types and does not stop at the first that does not
fit, so that a file can be corrected in one pass.
"""

from __future__ import annotations

import re
import reprlib
from collections import Counter
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from msgspec import Meta, ValidationError, convert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Place = tuple[str | int, ...]
    Fault = tuple[Place, str]

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


def listed(found: Iterable[Fault], lines: Mapping[Place, int]) -> str:
    """All faults in the order of their lines, one a line."""
    numbered = sorted((line_of(lines, place), f"{_name(place)}: {what}") for place, what in found)
    return "\n".join(f"  line {line}, {what}" for line, what in numbered)


def faults(value: Any, kind: Any, place: Place = ()) -> Iterator[Fault]:
    """Where and why a value does not fit a type, a place at a time.

    Args:
        value: plain, as `tomllib` gives it.
        kind: a dataclass, a tuple of them or a dict, which are looked into, or any other type.
        place: of the value in the file.
    """
    inner = get_args(kind)
    is_dict = get_origin(kind) is dict
    if (is_dict or is_dataclass(kind)) and not isinstance(value, dict):
        yield place, f"must be a table: [{_name(place)}], not {_shown(value)}."
    elif is_dict:
        yield from _faults_of_dict(value, inner[0], inner[1], place)
    elif is_dataclass(kind):
        yield from _faults_of_table(value, kind, place)
    elif inner and is_dataclass(inner[0]):
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            for i, one in enumerate(value):
                yield from _faults_of_table(one, inner[0], (*place, i))
        else:
            yield place, f"must be a list of tables: [[{_name(place)}]], not {_shown(value)}."
    elif not _fits(value, kind):
        yield place, _wrong(value, kind)


def _faults_of_table(value: Mapping[str, Any], kind: Any, place: Place) -> Iterator[Fault]:
    known = {field.name: field for field in fields(kind)}
    for key in value:
        if key not in known:
            yield (*place, key), f"unknown field; {_hint(key, known)}"
    for name, field in known.items():
        if name in value:
            yield from faults(value[name], field.type, (*place, name))
        elif field.default is MISSING:
            yield (*place, name), f"is missing; it must be {_wanted(field.type)}."


def _faults_of_dict(
    value: Mapping[str, Any], key: Any, inner: Any, place: Place
) -> Iterator[Fault]:
    for name, one in value.items():
        if _fits(name, key):
            yield from faults(one, inner, (*place, name))
        else:
            yield (*place, name), f"unknown field; {_hint(name, _meta(key).extra['names'])}"


def _fits(value: Any, kind: Any) -> bool:
    try:
        convert(value, kind)
    except (ValidationError, SystemError):  # the latter: a number with thousands of digits
        return False
    return True


def _meta(kind: Any) -> Any:
    return next((part for part in get_args(kind) if isinstance(part, Meta)), Meta())


def _wanted(kind: Any) -> str:
    return _meta(kind).description or "a table"


def _wrong(value: Any, kind: Any) -> str:
    names = (_meta(kind).extra or {}).get("names", ())
    if isinstance(value, str) and (near := get_close_matches(value, names, n=1)):
        return f"no such name: {_shown(value)}; did you mean {near[0]!r}?"
    return f"must be {_wanted(kind)}, not {_shown(value)}."


def _hint(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}."


def _shown(value: Any) -> str:
    """The value in a few words, however large it is."""
    try:
        return reprlib.repr(value)
    except ValueError:  # a number with thousands of digits
        return "a huge number"


def _name(place: Place) -> str:
    """A place in words: ``fault 2, limit``."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int):
            words[-1] += f" {part + 1}"
        else:
            words.append(part)
    return ", ".join(words)
