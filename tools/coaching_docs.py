"""Write what each exercise looks for into docs/reference/exercises.md, from their own files.

    python -m tools.coaching_docs

A test compares the page with the files, so that it cannot go stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching import REP_VALUES, packaged
from scapcoach.measures import SPECS

if TYPE_CHECKING:
    from scapcoach.coaching.exercise import Exercise, Expected, FaultRule

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "exercises.md"
BEGIN: Final = "<!-- exercises: written by tools/coaching_docs.py -->"
END: Final = "<!-- end of exercises -->"
SEVERITIES: Final = {1: "note", 2: "minor", 3: "major"}


def render() -> str:
    """The part of the page between the two marks, without them."""
    return "\n".join(_exercise(exercise) for exercise in packaged().values())


def written(page: str) -> str:
    """That part as a page has it."""
    return page.split(BEGIN)[1].split(END, maxsplit=1)[0].strip("\n")


def _exercise(exercise: Exercise) -> str:
    others = ", ".join(f"`{alias}`" for alias in exercise.aliases)
    lines = [
        f"### {exercise.title} (`{exercise.name}`)",
        "",
        f"{exercise.summary} {exercise.film}",
        "",
        f"Also known as {others}." if others else "",
        "" if others else None,
        *(f"- Target: {_target(expected)}" for expected in exercise.expected),
        *(f"- {note}" for note in exercise.notes),
        "",
        *_rules(exercise),
        f"Score: {_score(exercise)}. Evidence: {exercise.evidence}",
        "",
    ]
    return "\n".join(line for line in lines if line is not None)


def _target(expected: Expected) -> str:
    spec = SPECS[expected.measure]
    unit = {"deg": "\u00b0", "": ""}.get(spec.unit, f" {spec.unit}")
    low, high = expected.low, expected.high
    if np.isfinite(low) and np.isfinite(high):
        words = f"{low:g} to {high:g}{unit}"
    else:
        words = f"at least {low:g}{unit}" if np.isfinite(low) else f"at most {high:g}{unit}"
    note = f" ({expected.note})" if expected.note else ""
    return f"{spec.title.lower()} {words} in the {expected.phase.label} phase{note}"


def _rules(exercise: Exercise) -> list[str]:
    if not exercise.faults:
        return []
    head = [
        "| looked for | when | weight | said, external / internal | evidence |",
        "|---|---|---|---|---|",
    ]
    return [*head, *(_rule(rule) for rule in exercise.faults), ""]


def _rule(rule: FaultRule) -> str:
    spec = REP_VALUES[rule.measure]
    unit = {"deg": "\u00b0", "": ""}.get(spec.unit, f" {spec.unit}")
    when = f"{spec.title.lower()} {rule.relation} {rule.limit:g}{unit}".replace("-", "\u2212")
    cells = (
        rule.title, when, SEVERITIES[int(rule.severity)],
        f"\u201c{rule.external}\u201d / \u201c{rule.internal}\u201d", rule.evidence,
    )  # fmt: skip
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _score(exercise: Exercise) -> str:
    parts = []
    for rule in exercise.scores:
        spec = REP_VALUES[rule.measure]
        unit = {"deg": "\u00b0", "": ""}.get(spec.unit, f" {spec.unit}")
        parts.append(
            f"{100 * rule.weight:.0f} % {spec.title.lower()} "
            f"(0 points at {rule.zero:g}{unit}, 100 at {rule.full:g}{unit})"
        )
    return "; ".join(parts) if parts else "none"


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{render()}\n{END}{after}", "utf-8")
    print(PAGE)
