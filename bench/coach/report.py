"""The coaching bench's findings as a page of tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from scapcoach.coaching import find_exercise
from scapcoach.coaching.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bench.coach.examine import Examined, Judged

#: Seconds within which a phase's end counts as right.
WITHIN = 0.15

_HEAD = """\
# How well the coach counts and judges

Rendered sets with known truth ([phantom.md](phantom.md)): every lift in its recommended view, of
{people} that nothing was tuned on, 320 x 320 pixels, 15 frames a second, through the product's
own eyes. Made by `python -m bench.coach`; seeds from {seed:,} on.{lacking}

Read it with care: a rendered body is not a real one, and what is right here can be wrong in a gym.
Faults are judged only where the measure's status is `ok` and the value is beyond the limit, or
within it, by one sigma; **judged** is the share of repetitions in which that was so. Precision and
recall are over those. Rows, pulldowns, presses and face pulls have an exercise calibration of the
same person before the same camera, shrugs and holds a posture calibration.

What changed since the first run, each time on development seeds alone. The bent-over row, of which
the low row's rules counted none, became an exercise of its own. The shrugs are filmed from the
front, where left and right can be told apart, in place of obliquely, and the bench press has a
calibration of its own: those sets were rendered anew, of the same people. Rules that could be
judged in no view were dropped: rounding and blades of the squat, how far back the blades go at the
top of a shrug, a shrug under the bar of the bench press, and a head that pokes forward in shrugs.
The grip is not told any more: on 595 repetitions of development seeds pronated forearms read less
pronated than neutral ones, with hands of 7 pixels as with hands of 22.

Rows from in front and from behind are no part of this set. On 19 calibrated sets of development
seeds, seven repetitions each, the count was exact in 6 of 6 from the front, 7 of 7 obliquely
from behind and 4 of 6 from behind; without a calibration they are hardly counted.

The second person is small in the picture: from the front, with shrugs and holds, a trunk is 53 to
59 pixels tall, and under 57 a view is "too far" and nothing is judged, so a hold is not found
either. In the squats, from the side, it is 42 to 67.
"""


def report(found: Sequence[Examined], seed: int, of: int) -> str:
    """The page.

    Args:
        found: what came of the sets that are rendered.
        seed: first one.
        of: number of sets that there are.
    """
    sets = [e for e in found if e.take.exercise]
    people = len({e.take.job.seed for e in sets})
    parts = [
        _HEAD.format(
            people=f"{people} {'person' if people == 1 else 'people'}",
            seed=seed,
            lacking=f" {of - len(found)} of its {of} clips are not rendered yet."
            * (of > len(found)),
        ),
        "## Repetitions and their phases\n",
        "\n".join(_repetitions(sets)),
        "\n## Faults\n",
        "\n".join(_faults([j for e in sets for j in e.judged])),
        "\n## Angle of pull\n",
        "\n".join(_pulls(sets)),
        "\n## What is no repetition\n",
        "\n".join(_ghosts([e for e in found if not e.take.exercise])),
        "\n## Recognition\n",
        "\n".join(_recognition(sets)),
    ]
    return "\n".join(parts) + "\n"


def _repetitions(sets: Sequence[Examined]) -> Iterator[str]:
    exact = sum(e.true == e.found for e in sets)
    errors = np.array([row for e in sets for row in e.errors])
    yield (
        f"{exact} of {len(sets)} sets counted exactly. Of {errors.size} ends of phases "
        f"{np.mean(np.abs(errors) <= WITHIN):.0%} lie within {WITHIN} s; median error "
        f"{np.median(np.abs(errors)):.2f} s, 95th percentile "
        f"{np.percentile(np.abs(errors), 95):.2f} s.\n"
    )
    yield "| set | view | true | found | start | peak start | peak end | end | within 0.15 s |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for e in sets:
        cells = "- | - | - | - | -"
        if e.errors:
            rows = np.array(e.errors)
            mean = np.abs(rows).mean(axis=0)
            share = np.mean(np.abs(rows) <= WITHIN)
            cells = " | ".join(f"{m:.2f}" for m in mean) + f" | {share:.0%}"
        yield f"| {e.take.job.script} | {e.take.job.view} | {e.true} | {e.found} | {cells} |"
    yield "\nTimes are mean absolute errors in seconds."


def _faults(judged: Sequence[Judged]) -> Iterator[str]:
    yield (
        "| exercise | fault | repetitions | truly faulty | judged | true + | false + | missed "
        "| precision | recall |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    keys = list(dict.fromkeys((j.exercise, j.fault) for j in judged))
    for exercise, fault in keys:
        own = [j for j in judged if (j.exercise, j.fault) == (exercise, fault)]
        title = find_exercise(exercise).fault(fault).title
        yield f"| {exercise} | {title} | {_counts(own)} |"
    yield f"| **all** | | {_counts(judged)} |"


def _counts(judged: Sequence[Judged]) -> str:
    told = [j for j in judged if j.verdict in {Verdict.FAULTY, Verdict.GOOD}]
    hits = sum(j.true and j.verdict is Verdict.FAULTY for j in told)
    false = sum(not j.true and j.verdict is Verdict.FAULTY for j in told)
    missed = sum(j.true and j.verdict is Verdict.GOOD for j in told)
    cells = [
        len(judged),
        sum(j.true for j in judged),
        f"{len(told) / len(judged):.0%}" if judged else "-",
        hits,
        false,
        missed,
        _share(hits, hits + false),
        _share(hits, hits + missed),
    ]
    return " | ".join(str(c) for c in cells)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def _pulls(sets: Sequence[Examined]) -> Iterator[str]:
    yield "| exercise | repetitions | told | right of those told |"
    yield "|---|---|---|---|"
    by: dict[str, list[tuple[str, str]]] = {}
    for e in sets:
        if pairs := [p for p in e.pulls if p[0]]:
            by.setdefault(e.take.exercise, []).extend(pairs)
    every = [p for pairs in by.values() for p in pairs]
    for exercise, pairs in [*by.items(), ("**all**", every)]:
        yield f"| {exercise} | {_right(pairs)} |"


def _right(pairs: Iterable[tuple[str, str]]) -> str:
    pairs = list(pairs)
    told = [p for p in pairs if p[1]]
    right = sum(a == b for a, b in told)
    wrong = Counter(f"{a} told as {b}" for a, b in told if a != b)
    what = f" ({', '.join(f'{k}: {n}' for k, n in wrong.items())})" if wrong else ""
    return f"{len(pairs)} | {len(told) / max(len(pairs), 1):.0%} | {_share(right, len(told))}{what}"


def _ghosts(found: Sequence[Examined]) -> Iterator[str]:
    yield "Each movement was offered to every exercise; a repetition found in it is a ghost.\n"
    yield "| movement | view | ghosts | recognised as |"
    yield "|---|---|---|---|"
    for e in found:
        ghosts = ", ".join(f"{k} {n}" for k, n in e.ghosts.items() if n) or "none"
        known = e.recognised or "nothing"
        yield f"| {e.take.job.script} | {e.take.job.view} | {ghosts} | {known} |"


def _recognition(sets: Sequence[Examined]) -> Iterator[str]:
    def wanted(e: Examined) -> str:
        exercise = find_exercise(e.take.exercise)
        if exercise.auto:
            return exercise.name
        # To the arms a shrug is a shrug; a hold moves no joint.
        return "shrug" if exercise.pull == "shrug" else ""

    right = sum(e.recognised == wanted(e) for e in sets)
    silent = sum(not e.recognised and bool(wanted(e)) for e in sets)
    wrong = len(sets) - right - silent
    yield f"{right} of {len(sets)} sets right, {silent} not said, {wrong} wrong."
    for e in sets:
        if e.recognised != wanted(e):
            yield f"- {e.take.job.script}, {e.take.job.view}: {e.recognised or 'nothing'} said"
