"""A set in few words and numbers: means, faults, fade, best and worst, and what to do next time."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.exercise import HELD, ExerciseKind
from scapcoach.coaching.results import FaultCount, RepValues, SetSummary, Trend, Value, Verdict
from scapcoach.coaching.specs import REP_VALUES
from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.coaching.exercise import Exercise, FaultRule
    from scapcoach.coaching.readings import Readings


#: Values whose course over the set is followed; absolute before degrees.
_FOLLOWED: Final = ("retraction_peak", "retraction_peak_deg", "hold", "range_share", "return_time")
#: Repetitions that a trend needs [E], and the share of steady sets in which chance alone may pass
#: for one (two-sided t test of a least-squares line's slope, Bonferroni over the values followed).
MIN_TREND: Final = 4
CHANCE: Final = 0.05
#: Least change worth a word, in the value's unit; for others half of a reading's sigma, since like
#: readings share most of their error [E].
_LEAST: Final[Mapping[str, float]] = MappingProxyType(
    {"hold": 0.3, "range_share": 15.0, "return_time": 0.4}
)
#: By what best and worst are told: the score, else what can be compared, greatest is best.
_RANKED: Final = ("retraction_peak", "retraction_peak_deg")
#: Points by which the best must beat the worst to be told apart [E].
_MIN_POINTS: Final = 5.0


def summarise(exercise: Exercise, reps: Sequence[RepValues], readings: Readings) -> SetSummary:
    """The summary of a set.

    Args:
        exercise: that was done.
        reps: with all that was seen in them.
        readings: of the whole recording, for what to say where there are none.
    """
    full = [r for r in reps if not r.rep.partial]
    counts = tuple(_count(reps, rule) for rule in exercise.faults)
    scores = [r.score.total for r in reps if np.isfinite(r.score.total)]
    best, worst, by = _extremes(full)
    trends = _trends(full)
    return SetSummary(
        reps=len(reps),
        partial=len(reps) - len(full),
        score=float(np.mean(scores)) if scores else float("nan"),
        means=_means(full),
        faults=counts,
        trends=trends,
        best=best,
        worst=worst,
        ranked_by=by,
        grips=tuple(dict.fromkeys(r.grip.name for r in reps if r.grip.name)),
        next_time=_next_time(exercise, reps, counts, trends),
        advice=_advice(exercise, reps, readings),
    )


def _count(reps: Sequence[RepValues], rule: FaultRule) -> FaultCount:
    seen = [r.verdicts[rule.key] for r in reps]
    judged = sum(v in {Verdict.GOOD, Verdict.FAULTY} for v in seen)
    return FaultCount(rule, seen.count(Verdict.FAULTY), judged)


def _means(reps: Sequence[RepValues]) -> Mapping[str, Value]:
    """Means over the repetitions in which a value was judged absolutely."""
    found = {}
    for name in REP_VALUES:
        values = [r[name] for r in reps if r[name].absolute]
        if values:
            mean = float(np.mean([v.value for v in values]))
            # The sigma of one reading is mostly an error that lasts: it does not average out.
            found[name] = Value(mean, float(np.mean([v.sigma for v in values])))
    return MappingProxyType(found)


def _trends(reps: Sequence[RepValues]) -> tuple[Trend, ...]:
    """How each value went that enough repetitions have."""
    known = {name: [(r.rep.number, r[name]) for r in reps if r[name].judged] for name in _FOLLOWED}
    known = {name: pairs for name, pairs in known.items() if len(pairs) >= MIN_TREND}
    return tuple(_trend(name, pairs, CHANCE / len(known)) for name, pairs in known.items())


def _trend(name: str, pairs: Sequence[tuple[int, Value]], chance: float) -> Trend:
    """The straight line through a value over the repetitions, from the first to the last.

    Args:
        name: of the value.
        pairs: (number of the repetition, value), at least three.
        chance: probability that a steady value passes for one that changes.
    """
    x = np.array([n for n, _ in pairs], float)
    y = np.array([v.value for _, v in pairs])
    centred = x - x.mean()
    slope = float((centred * y).sum() / (centred**2).sum())
    rest = y - y.mean() - slope * centred
    error = float(np.sqrt((rest**2).sum() / (len(x) - 2) / (centred**2).sum()))
    span = float(x[-1] - x[0])
    change, sigma = slope * span, error * span
    status = max(v.status for _, v in pairs)
    reason = Reason.NONE if status == Status.OK else Reason.AUTO_CALIBRATED
    least = _LEAST.get(name, 0.5 * float(np.mean([v.sigma for _, v in pairs])))
    sure = _sureness(change, sigma, len(x) - 2)
    clear = sure >= 1 - chance and abs(change) > least
    return Trend(name, Value(change, sigma, Status(status), reason), bool(clear), sure)


def _sureness(change: float, sigma: float, free: int) -> float:
    """0..1: how seldom chance alone makes a slope smaller than this one, two-sided.

    Args:
        change: along the fitted line.
        sigma: its standard error.
        free: degrees of freedom of the error, at least 1.
    """
    from scipy.special import stdtr

    if sigma == 0:
        return 1.0 if change else 0.0
    return float(1 - 2 * stdtr(free, -abs(change) / sigma))


def _extremes(reps: Sequence[RepValues]) -> tuple[int, int, str]:
    """Numbers of the best and the worst repetition, and by what; 0 where none stands out."""
    scored = [(r.score.total, r.rep.number) for r in reps if np.isfinite(r.score.total)]
    if len(scored) >= 2:
        (low, worst), (high, best) = min(scored), max(scored)
        return (best, worst, "score") if high - low >= _MIN_POINTS else (0, 0, "")
    for name in _RANKED:
        known = [(r[name].value, r.rep.number, r[name].sigma) for r in reps if r[name].judged]
        if len(known) >= 2:
            least, most = min(known), max(known)
            # Repetitions at like arm pose share most of their error; half of it is kept [E].
            apart = most[0] - least[0] > 0.5 * max(least[2], most[2])
            return (most[1], least[1], name) if apart else (0, 0, "")
    return 0, 0, ""


def _next_time(
    exercise: Exercise,
    reps: Sequence[RepValues],
    counts: Sequence[FaultCount],
    trends: Sequence[Trend],
) -> str:
    """One sentence: the fault that matters most, else fade, else more of the same."""
    if not reps:
        return f"No repetitions of {exercise.title.lower()} were seen. {exercise.film}"
    seen = [c for c in counts if c.faulty]
    if seen:
        worst = max(seen, key=lambda c: c.rule.severity * c.faulty / c.judged)
        return f"Next time: {worst.rule.next_time}."
    if sum(r.rep.partial for r in reps) > len(reps) / 3:
        return "Next time: use the full range in every repetition, with less weight if need be."
    for name, words in (
        ("retraction_peak", "the squeeze faded across the set: stop a repetition or two earlier"),
        ("hold", "the hold at the peak got shorter: keep it to the last repetition"),
        ("range_share", "the range got shorter: stop before it does"),
    ):
        for trend in trends:
            down = trend.clear and trend.change.absolute and trend.change.value < 0
            if trend.measure == name and down:
                return f"Next time: {words}."
    if not any(c.judged for c in counts):
        return _unjudged(exercise)
    return "Next time: the same again, it was well done as far as can be seen."


def _unjudged(exercise: Exercise) -> str:
    if not exercise.faults:
        return "This exercise gets repetitions, range and tempo; technique is not judged."
    return f"Next time: {_lower(exercise.film)}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _advice(exercise: Exercise, reps: Sequence[RepValues], readings: Readings) -> tuple[str, ...]:
    """What to change so that more can be judged: one sentence for each reason, then the view."""
    if not reps:
        return (_nothing_found(exercise, readings),)
    dark: Counter[Reason] = Counter()
    titles: list[str] = []
    for rule in exercise.faults:
        values = [r[rule.measure] for r in reps]
        told = [v in {Verdict.GOOD, Verdict.FAULTY} for v in (r.verdicts[rule.key] for r in reps)]
        if sum(told) * 2 <= len(told):
            titles.append(f"\u201c{rule.title}\u201d")
            dark.update(v.reason if not v.absolute else Reason.TOO_UNCERTAIN for v in values)
    if not titles:
        return ()
    missing = f"Not judged here: {_listed(titles)}."
    reasons = [r.advice for r, _ in dark.most_common() if r.advice]
    return (missing, *reasons[:2], exercise.film)


def _listed(words: Sequence[str]) -> str:
    """One, two and three."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _nothing_found(exercise: Exercise, readings: Readings) -> str:
    """Why there are no repetitions, as far as it can be told."""
    if exercise.kind is ExerciseKind.HOLD and len(readings):
        codes = Counter(int(r) for r in readings.reason(HELD) if r != Reason.NONE)
        if codes:
            return Reason(codes.most_common(1)[0][0]).advice
    return exercise.film
