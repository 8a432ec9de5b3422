"""`scapcoach exercises`: the exercises that can be coached, with their rules and reasons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from scapcoach.cli import completion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.coaching import Exercise


@click.command("exercises")
@click.argument("name", required=False, shell_complete=completion.exercises)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(name: str | None, as_json: bool) -> None:
    """List the exercises that can be coached, or explain one.

    NAME is an exercise, another name of it, or a TOML file of your own, which is checked: every
    fault is reported with line and field.

    \b
    Exit codes: 0 fine, 2 no such exercise or a faulty file.

    \b
    Examples:
      scapcoach exercises
      scapcoach exercises row
      scapcoach exercises my_lift.toml
    """  # noqa: D301 - click reads the \\b
    from scapcoach.coaching import find_exercise, packaged
    from scapcoach.schema import plain

    chosen = [find_exercise(name)] if name else list(packaged().values())
    if as_json:
        found = plain(chosen if name is None else chosen[0])
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    elif name:
        click.echo("\n".join(_explained(chosen[0])))
    else:
        width = max(len(exercise.name) for exercise in chosen)
        for exercise in chosen:
            click.echo(f"{exercise.name:{width}}  {exercise.title}. {exercise.summary}")
        click.echo(
            "\nscapcoach exercises NAME explains one: what is expected, which faults are "
            "reported, and why."
        )


def _explained(exercise: Exercise) -> Iterator[str]:
    """Lines of text about one exercise."""
    from scapcoach.coaching import REP_VALUES

    yield f"{exercise.title} ({exercise.name})"
    yield exercise.summary
    if exercise.aliases:
        yield f"Also called: {', '.join(exercise.aliases)}"
    yield f"Recommended view: {exercise.view}. {exercise.film}"
    if exercise.expected:
        yield "\nExpected"
        for target in exercise.expected:
            note = f": {target.note}" if target.note else ""
            span = _range(target.low, target.high)
            yield f"  {target.measure} {span} at the {target.phase.label}{note}"
    if exercise.faults:
        yield "\nReported as a fault, where it can be judged and is beyond the limit by one sigma"
    for rule in exercise.faults:
        spec = REP_VALUES[rule.measure]
        unit = "" if spec.unit == "%" else " "
        yield f"  {rule.title} ({rule.key}, severity {rule.severity.value})"
        yield f"    {spec.title.lower()} {rule.relation} {rule.limit:g}{unit}{spec.unit}"
        yield f"    external: {rule.external}"
        yield f"    internal: {rule.internal}"
        yield f"    why: {rule.evidence}"
    if exercise.scores:
        yield "\nScore, parts in per cent"
        for part in exercise.scores:
            yield (
                f"  {100 * part.weight:3.0f}  {REP_VALUES[part.measure].title}: "
                f"none at {part.zero:g}, full at {part.full:g} {REP_VALUES[part.measure].unit}"
            )
    for note in exercise.notes:
        yield f"\n{note}"
    if exercise.evidence:
        yield f"\nSources: {exercise.evidence}"


def _range(low: float, high: float) -> str:
    if low == float("-inf"):
        return f"up to {high:g}"
    return f"from {low:g}" if high == float("inf") else f"{low:g} to {high:g}"
