"""Exercises from TOML files: those of the package, and the user's own.

Every fault of a file is reported at once, each with its line and field; contradictions count as
faults, such as a fault that fires where the target says all is well.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach import schema
from scapcoach.coaching.check import faults, field_lines, listed
from scapcoach.coaching.exercise import (
    HOLD_MEASURE,
    MOVEMENT_QUANTITIES,
    Exercise,
    ExerciseKind,
    Expected,
    FaultRule,
    Phase,
    Relation,
)
from scapcoach.errors import ExerciseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scapcoach.coaching.check import Fault, Place

_FORM: Final = schema.Format("Give a TOML file of an exercise", ExerciseError, limit=200_000)

#: Values of a repetition that are those of a measure in one phase, for finding contradictions.
_TARGETED: Final[Mapping[str, tuple[str, Phase]]] = MappingProxyType(
    {
        "retraction_start": ("retraction", Phase.STRETCH),
        "retraction_peak": ("retraction", Phase.PEAK),
        "elevation_start": ("elevation", Phase.STRETCH),
        "elevation_peak": ("elevation", Phase.PEAK),
        "lean_peak": ("trunk_lean", Phase.PEAK),
    }
)


@cache
def packaged() -> Mapping[str, Exercise]:
    """The exercises that come with scapcoach, by name, sorted."""
    folder = files("scapcoach.coaching").joinpath("exercises")
    found = [
        parse(file.read_text("utf-8"), file.name)
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
    return MappingProxyType({exercise.name: exercise for exercise in found})


def find_exercise(name: str) -> Exercise:
    """The exercise of that name or alias, or from that file.

    Args:
        name: of a packaged exercise, where '-', '_' and ' ' are equal, or the path of a TOML file.

    Raises:
        ExerciseError: it does not exist, and the message names the most similar; or the file
            cannot be used.
    """
    if name.endswith(".toml") or os.path.isfile(name):  # noqa: PTH113 - False for odd names
        return load_exercise(Path(name))
    return packaged_exercise(name)


def packaged_exercise(name: str) -> Exercise:
    """The packaged exercise of that name or alias; never a file.

    Raises:
        ExerciseError: there is none; the message names the nearest.
    """
    wanted = _plain(name)
    names = {_plain(n): e for e in packaged().values() for n in (e.name, *e.aliases)}
    if wanted in names:
        return names[wanted]
    near = get_close_matches(wanted, names, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise ExerciseError(
        f"There is no exercise {name[:80]!r}. {hint}Known: {', '.join(packaged())}; "
        "or give the path of a TOML file."
    )


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def load_exercise(path: Path) -> Exercise:
    """An exercise from a TOML file.

    Raises:
        ExerciseError: it cannot be read, is not TOML, or has faults; the message lists them with
            line and field.
    """
    try:
        data = schema.read_bytes(path, _FORM, str(path))
    except FileNotFoundError as error:
        raise ExerciseError(f"{path} cannot be used: there is no such file.") from error
    try:
        return parse(data.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise ExerciseError(f"{path} is not text in UTF-8: save it in that encoding.") from error


def parse(text: str, name: str) -> Exercise:
    """An exercise from the text of a file.

    Args:
        text: TOML.
        name: of the file, for messages.

    Raises:
        ExerciseError: the text is not TOML, or has faults.
    """
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise ExerciseError(f"{name} is not valid TOML: it is nested too deeply.") from None
    except ValueError as error:
        why = "a number in it is too long" if "digits" in str(error) else error
        raise ExerciseError(f"{name} is not valid TOML: {why}.") from None
    found = list(faults(data, schema.document_type(Exercise, _FORM)))
    if not found:
        exercise = replace(schema.convert(data, Exercise, _FORM, name), path=name)
        found = [*_wrong_movement(exercise), *_contradictions(exercise)]
    if found:
        faulty = listed(found, field_lines(text))
        raise ExerciseError(f"{name} cannot be used as an exercise:\n{faulty}")
    return exercise


def _wrong_movement(exercise: Exercise) -> Iterator[Fault]:
    movement, place = exercise.movement, ("movement",)
    allowed = (HOLD_MEASURE,) if exercise.kind is ExerciseKind.HOLD else tuple(MOVEMENT_QUANTITIES)
    if not movement.full:
        yield (*place, "full"), f"is empty; it must name one or more of {', '.join(allowed)}."
    for key, change in movement.full.items():
        if key not in allowed:
            yield (*place, "full", key), f"is for another kind; known: {', '.join(allowed)}."
        if change == 0:
            yield (*place, "full", key), "must not be 0: a repetition changes it."
    if movement.seconds[0] <= 0:
        yield (*place, "seconds"), "must be positive."
    ranges: dict[Place, tuple[float, float]] = {(*place, "seconds"): movement.seconds}
    for name in ("start", "peak", "change"):
        ranges |= {(*place, name, key): r for key, r in getattr(movement, name).items()}
    for where, (low, high) in ranges.items():
        if not low < high:
            yield where, f"the first number must be the smaller one, not [{low:g}, {high:g}]."


def _contradictions(exercise: Exercise) -> Iterator[Fault]:
    """What is well-formed but makes no sense together."""
    for i, target in enumerate(exercise.expected):
        if np.isinf(target.low) and np.isinf(target.high):
            yield ("expect", i, "low"), "is missing, and so is high: one of them must be given."
        if not target.low < target.high:
            yield ("expect", i, "high"), f"must be greater than low ({target.low:g})."
    keys = [rule.key for rule in exercise.faults]
    for i, rule in enumerate(exercise.faults):
        if rule.key in keys[:i]:
            yield ("fault", i, "key"), f"{rule.key!r} is used twice; keys must differ."
        for target in exercise.expected:
            if _TARGETED.get(rule.measure) == (target.measure, target.phase):
                yield from _against_target(("fault", i, "limit"), rule, target)
    for i, part in enumerate(exercise.scores):
        if part.zero == part.full:
            yield ("score", i, "full"), "must differ from zero: points rise from one to the other."
    total = sum(rule.weight for rule in exercise.scores)
    if exercise.scores and abs(total - 1) > 0.005:
        yield ("score",), f"the weights must sum up to 1, not {total:g}."


def _against_target(place: Place, rule: FaultRule, target: Expected) -> Iterator[Fault]:
    """A fault must lie outside of its target."""
    inside = (
        rule.limit > target.low if rule.relation is Relation.BELOW else rule.limit < target.high
    )
    # A target that is open on this side cannot be contradicted.
    closed = np.isfinite(target.low if rule.relation is Relation.BELOW else target.high)
    if inside and closed:
        why = f"{rule.limit:g} lies within the target of {_reach(target)} for {target.measure}"
        yield place, f"{why}: what is well done would be a fault."


def _reach(target: Expected) -> str:
    """A target's range in words."""
    if np.isfinite(target.low) and np.isfinite(target.high):
        return f"{target.low:g} to {target.high:g}"
    return f"at most {target.high:g}" if np.isfinite(target.high) else f"at least {target.low:g}"
