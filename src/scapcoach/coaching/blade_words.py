"""What a set's summary says about the blades, where the surface of the back shows them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from scapcoach.coaching.blades import best_squeeze, judged_squeezes
from scapcoach.coaching.results import Verdict
from scapcoach.coaching.specs import SHARE
from scapcoach.measures.words import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.coaching.exercise import Exercise
    from scapcoach.coaching.results import RepValues
    from scapcoach.measures.series import Reason

#: Shares of the best squeeze, in per cent, up to which a repetition is described by these words.
_HOW_FAR: Final = (
    (20.0, "hardly drew the blades together, compared with your best"),
    (40.0, "drew the blades together about a third as far as your best"),
    (60.0, "drew the blades together about half as far as your best"),
)


def blade_sentences(exercise: Exercise, reps: Sequence[RepValues]) -> tuple[str, ...]:
    """How many squeezes were judged and the best of them, then each that was clearly less.

    Empty for exercises without a squeeze, and for sets without repetitions.
    """
    if not exercise.squeezes or not reps:
        return ()
    judged = judged_squeezes(reps)
    if not judged:
        return (f"Blades: not judged from the back. {_reason(reps).advice}".strip(),)
    best = best_squeeze(reps)
    count = f"{judged} of {len(reps)} {_plural(len(reps))} judged"
    if best is None:
        return (f"Blades: {count}; no squeeze stood out from the uncertainty.",)
    squeeze = best["blade_squeeze"]
    first = (
        f"Blades: {count}; best squeeze {figure(squeeze.value)} \N{PLUS-MINUS SIGN} "
        f"{figure(squeeze.sigma, '%')} of the gap at its stretch "
        f"(repetition {best.rep.number})."
    )
    return (first, *_lazy(exercise, reps))


def blade_next_time(exercise: Exercise, reps: Sequence[RepValues]) -> str:
    """What to do about the blades, where squeezes were seen that no rule could judge; else ""."""
    if not exercise.squeezes or not judged_squeezes(reps):
        return ""
    best = best_squeeze(reps)
    if best is None:
        return "squeeze the blades together and hold at each finish: no squeeze stood out here"
    if judged_squeezes(reps) > 1:
        return f"squeeze in each repetition as far as in repetition {best.rep.number}, your best"
    return "more repetitions with your back in the picture, to compare each with your best squeeze"


def _lazy(exercise: Exercise, reps: Sequence[RepValues]) -> list[str]:
    """One sentence for each repetition with clearly less of a squeeze than the best."""
    keys = [rule.key for rule in exercise.faults if rule.measure == SHARE]
    lazy = [r for r in reps if any(r.verdicts.get(key) is Verdict.FAULTY for key in keys)]
    return [f"Repetition {r.rep.number} {_how_far(r[SHARE].value)}." for r in lazy]


def _how_far(share: float) -> str:
    return next((words for most, words in _HOW_FAR if share <= most), "drew them together less")


def _reason(reps: Sequence[RepValues]) -> Reason:
    return Counter(r["blade_squeeze"].reason for r in reps).most_common(1)[0][0]


def _plural(count: int) -> str:
    return "repetition" if count == 1 else "repetitions"
