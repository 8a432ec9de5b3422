"""Exercises from TOML files: those of the package, and the user's own.

All faults of a file are reported together, each with its line and field. Contradictions are faults,
too, such as a limit that lies within the target.
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.coaching.check import Checker, field_lines
from scapcoach.coaching.exercise import (
    HOLD_MEASURE,
    MOVEMENT_QUANTITIES,
    Exercise,
    ExerciseKind,
    Expected,
    FaultRule,
    Movement,
    Phase,
    Relation,
    ScoreRule,
    Severity,
)
from scapcoach.coaching.reps import SAG_HYSTERESIS
from scapcoach.coaching.specs import REP_VALUES
from scapcoach.errors import ExerciseError
from scapcoach.measures.registry import SPECS
from scapcoach.measures.series import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    Range = tuple[float, float]

_EXERCISE_FIELDS: Final = (
    "name", "aliases", "title", "summary", "kind", "pull", "auto", "view", "film", "notes",
    "evidence", "movement", "expect", "fault", "score",
)  # fmt: skip
_MOVEMENT_FIELDS: Final = (
    "full",
    "least",
    "seconds",
    "travel",
    "bob",
    "sag",
    "start",
    "peak",
    "change",
)
#: Largest `Movement.sag`: with more, a peak could not be distinguished from a return.
MAX_SAG: Final = SAG_HYSTERESIS.leave
_FAULT_FIELDS: Final = ("key", "title", "measure", "relation", "limit", "severity", "external",
                 "internal", "praise", "next_time", "evidence")  # fmt: skip

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

_PULL_KINDS: Final = ("arms", "")
_VIEW_LABELS: Final = tuple(view.label for view in View if view.label)


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
    if name.endswith(".toml") or Path(name).is_file():
        return load_exercise(Path(name))
    wanted = _plain(name)
    names = {_plain(n): e for e in packaged().values() for n in (e.name, *e.aliases)}
    if wanted in names:
        return names[wanted]
    near = get_close_matches(wanted, names, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise ExerciseError(
        f"There is no exercise {name!r}. {hint}Known: {', '.join(packaged())}; "
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
        text = path.read_text("utf-8")
    except OSError as error:
        raise ExerciseError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ExerciseError(f"{path} is not text in UTF-8: save it in that encoding.") from error
    return parse(text, str(path))


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
    except tomllib.TOMLDecodeError as error:
        raise ExerciseError(f"{name} is not valid TOML: {error}.") from error
    check = Checker(field_lines(text))
    exercise = _exercise(check, data, name)
    _contradictions(check, exercise)
    if check.faults:
        raise ExerciseError(f"{name} cannot be used as an exercise:\n{check.message()}")
    return exercise


def _exercise(check: Checker, data: Mapping[str, Any], path: str) -> Exercise:
    check.known(data, (), _EXERCISE_FIELDS)
    kind = check.choice(data, (), "kind", ExerciseKind, ExerciseKind.REPS)
    pull = check.text(data, (), "pull", "arms")
    if pull not in _PULL_KINDS:
        check.fault(("pull",), f"must be one of {', '.join(map(repr, _PULL_KINDS))}, not {pull!r}.")
    view = check.text(data, (), "view", None)
    if view and view not in _VIEW_LABELS:
        check.fault(("view",), f"must be one of {', '.join(_VIEW_LABELS)}, not {view!r}.")
    return Exercise(
        name=check.text(data, (), "name", None),
        aliases=check.texts(data, (), "aliases"),
        title=check.text(data, (), "title", None),
        summary=check.text(data, (), "summary", ""),
        kind=kind,
        pull=pull,
        auto=check.flag(data, (), "auto", default=True),
        view=view,
        film=check.text(data, (), "film", None),
        movement=_movement(check, data, kind),
        expected=tuple(_expected(check, place, t) for place, t in check.tables(data, "expect")),
        faults=tuple(_fault(check, place, t) for place, t in check.tables(data, "fault")),
        scores=tuple(_score(check, place, t) for place, t in check.tables(data, "score")),
        notes=check.texts(data, (), "notes"),
        evidence=check.text(data, (), "evidence", ""),
        path=path,
    )


def _movement(check: Checker, data: Mapping[str, Any], kind: ExerciseKind) -> Movement:
    place = ("movement",)
    table = check.table(data, (), "movement")
    check.known(table, place, _MOVEMENT_FIELDS)
    full = check.table(table, place, "full")
    allowed = (HOLD_MEASURE,) if kind is ExerciseKind.HOLD else tuple(MOVEMENT_QUANTITIES)
    check.known(full, (*place, "full"), allowed)
    if not full:
        check.fault((*place, "full"), f"is missing; it must name one or more of {allowed}.")
    changes = {key: check.number(full, (*place, "full"), key) for key in full if key in allowed}
    for key, change in changes.items():
        if change == 0:
            check.fault((*place, "full", key), "must not be 0: a repetition changes it.")
    least = check.number(table, place, "least")
    if not 0.05 <= least <= 1:
        check.fault((*place, "least"), "must be a share of a full repetition, 0.05 to 1.")
    seconds = check.range(table, place, "seconds", (0.5, 15.0))
    if seconds[0] <= 0:
        check.fault((*place, "seconds"), "must be positive.")
    travel, bob = (check.number(table, place, key, 0.5) for key in ("travel", "bob"))
    sag = check.number(table, place, "sag", 0.0)
    if not 0 <= sag <= MAX_SAG:
        check.fault((*place, "sag"), f"must be a share of the way back, 0 to {MAX_SAG:g}.")
    limits = {key: _limits(check, table, place, key) for key in ("start", "peak", "change")}
    return Movement(
        full=MappingProxyType(changes), least=least, seconds=seconds, travel=travel, bob=bob,
        sag=sag, start=limits["start"], peak=limits["peak"], change=limits["change"],
    )  # fmt: skip


def _limits(
    check: Checker, table: Mapping[str, Any], place: tuple[str, ...], key: str
) -> Mapping[str, Range]:
    limits = check.table(table, place, key)
    inner = (*place, key)
    check.known(limits, inner, MOVEMENT_QUANTITIES)
    found = {
        name: check.range(limits, inner, name) for name in limits if name in MOVEMENT_QUANTITIES
    }
    return MappingProxyType(found)


def _expected(check: Checker, place: tuple[str | int, ...], table: Mapping[str, Any]) -> Expected:
    check.known(table, place, ("measure", "phase", "low", "high", "note"))
    measure = check.text(table, place, "measure", None)
    if measure and measure not in SPECS:
        check.fault((*place, "measure"), _no_such("measure", measure, SPECS))
    low = check.number(table, place, "low") if "low" in table else -np.inf
    high = check.number(table, place, "high") if "high" in table else np.inf
    if "low" not in table and "high" not in table:
        check.fault((*place, "low"), "is missing, and so is high: one of them must be given.")
    if not low < high:
        check.fault((*place, "high"), f"must be greater than low ({low:g}).")
    phase = check.choice(table, place, "phase", Phase, None)
    return Expected(measure, phase, low, high, check.text(table, place, "note", ""))


def _fault(check: Checker, place: tuple[str | int, ...], table: Mapping[str, Any]) -> FaultRule:
    check.known(table, place, _FAULT_FIELDS)
    measure = _rep_value(check, place, table)
    words = {
        key: check.text(table, place, key, None)
        for key in ("key", "title", "external", "internal", "next_time", "evidence")
    }
    return FaultRule(
        measure=measure,
        relation=check.choice(table, place, "relation", Relation, None),
        limit=check.number(table, place, "limit"),
        severity=check.choice(table, place, "severity", Severity, None),
        praise=check.text(table, place, "praise", "Better: keep it like that."),
        **words,
    )


def _score(check: Checker, place: tuple[str | int, ...], table: Mapping[str, Any]) -> ScoreRule:
    check.known(table, place, ("measure", "weight", "zero", "full"))
    rule = ScoreRule(
        _rep_value(check, place, table),
        check.number(table, place, "weight"),
        check.number(table, place, "zero"),
        check.number(table, place, "full"),
    )
    if rule.zero == rule.full:
        check.fault((*place, "full"), "must differ from zero: points rise from one to the other.")
    if not 0 < rule.weight <= 1:
        check.fault((*place, "weight"), "must be a share, above 0 and up to 1.")
    return rule


def _rep_value(check: Checker, place: tuple[str | int, ...], table: Mapping[str, Any]) -> str:
    name = check.text(table, place, "measure", None)
    if name and name not in REP_VALUES:
        check.fault((*place, "measure"), _no_such("value of a repetition", name, REP_VALUES))
    elif name.endswith("_deg"):
        check.fault((*place, "measure"), "degrees serve comparisons only; use the per cent value.")
    return name


def _no_such(what: str, name: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"no such {what}: {name!r}" + (
        f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}."
    )


def _contradictions(check: Checker, exercise: Exercise) -> None:
    """Record fields that are valid by themselves but contradict each other."""
    keys = [rule.key for rule in exercise.faults]
    for i, rule in enumerate(exercise.faults):
        if rule.key in keys[:i]:
            check.fault(("fault", i, "key"), f"{rule.key!r} is used twice; keys must differ.")
        for target in exercise.expected:
            if _TARGETED.get(rule.measure) == (target.measure, target.phase):
                _against_target(check, ("fault", i, "limit"), rule, target)
    total = sum(rule.weight for rule in exercise.scores)
    if exercise.scores and abs(total - 1) > 0.005:
        check.fault(("score",), f"the weights must sum up to 1, not {total:g}.")


def _against_target(
    check: Checker, place: tuple[str | int, ...], rule: FaultRule, target: Expected
) -> None:
    """Record a limit that lies within its target."""
    inside = (
        rule.limit > target.low if rule.relation is Relation.BELOW else rule.limit < target.high
    )
    # A target that is open on this side cannot be contradicted.
    closed = np.isfinite(target.low if rule.relation is Relation.BELOW else target.high)
    if inside and closed:
        check.fault(
            place,
            f"{rule.limit:g} lies within the target of {_reach(target)} for {target.measure}: a "
            "value within the target would be a fault.",
        )


def _reach(target: Expected) -> str:
    """A target's range in words."""
    if np.isfinite(target.low) and np.isfinite(target.high):
        return f"{target.low:g} to {target.high:g}"
    return f"at most {target.high:g}" if np.isfinite(target.high) else f"at least {target.low:g}"
