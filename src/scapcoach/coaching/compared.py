"""The repetitions of a finished set, compared with each other."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from scapcoach.coaching.blades import best_squeeze, judged_squeezes, shares_of_best
from scapcoach.coaching.judge import faults, verdicts
from scapcoach.coaching.results import Verdict
from scapcoach.coaching.specs import SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.coaching.exercise import Exercise
    from scapcoach.coaching.results import RepValues


def compared(reps: Sequence[RepValues], exercise: Exercise) -> tuple[RepValues, ...]:
    """The repetitions of a finished set, each compared with the set's best squeeze.

    While the set runs a repetition can only be compared with those before it: its cue stays, but
    values, verdicts and faults are those that the whole set shows.
    """
    if not exercise.squeezes:
        return tuple(reps)
    best, squeezes = best_squeeze(reps), judged_squeezes(reps)
    # The best squeeze is what the others are compared with: it is not judged against itself.
    unjudged = {r.key: Verdict.UNJUDGED for r in exercise.faults if r.measure == SHARE}
    found = []
    for one, share in zip(reps, shares_of_best(reps), strict=True):
        values = MappingProxyType({**one.values, SHARE: share})
        found.append(
            replace(
                one,
                values=values,
                faults=faults(exercise, values, squeezes),
                verdicts={
                    **verdicts(exercise, values, squeezes),
                    **(unjudged if one is best else {}),
                },
            )
        )
    return tuple(found)
