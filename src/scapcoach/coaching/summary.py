"""Summary of a set: means, faults, trends, best and worst, and what to do next time."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.blade_words import blade_next_time, blade_sentences
from scapcoach.coaching.blades import best_squeeze, differ
from scapcoach.coaching.exercise import HOLD_MEASURE, ExerciseKind
from scapcoach.coaching.results import FaultCount, RepValues, SetSummary, Trend, Value, Verdict
from scapcoach.coaching.specs import REP_VALUES, SHARE
from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.coaching.exercise import Exercise, FaultRule
    from scapcoach.coaching.readings import Readings


#: Values whose trend over the set is computed; absolute ones before degrees.
_TREND_VALUES: Final = (
    "retraction_peak",
    "retraction_peak_deg",
    "blade_squeeze",
    "hold",
    "range_share",
    "return_time",
)
#: Repetitions that a trend needs [E], and the share of sets without any change in which a trend may
#: be reported by chance (two-sided t test of the slope of a least-squares line, Bonferroni over the
#: values).
MIN_TREND: Final = 4
MAX_FALSE_TRENDS: Final = 0.05
#: Smallest change that is reported, in the value's unit; for other values half of a reading's
#: sigma, since equal readings have most of their error in common [E].
_MIN_CHANGE: Final[Mapping[str, float]] = MappingProxyType(
    {"hold": 0.3, "range_share": 15.0, "return_time": 0.4}
)
#: Values by which best and worst are ranked where there are no scores; greatest is best.
_RANKED: Final = ("retraction_peak", "blade_squeeze", "retraction_peak_deg")
#: Of these the smallest is best, and only values from the same repetition's stretch on: what
#: differs between them is not a constant error, so they must differ clearly.
_SMALLEST_IS_BEST: Final = frozenset({"blade_squeeze"})
#: Points by which the best must be above the worst for either to be named [E].
_MIN_POINTS: Final = 5.0


def summarise(exercise: Exercise, reps: Sequence[RepValues], readings: Readings) -> SetSummary:
    """The summary of a set.

    Args:
        exercise: that was done.
        reps: with their values.
        readings: of the whole recording, for the advice where there are no repetitions.
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
        blades=blade_sentences(exercise, reps),
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
            # The sigma of one reading is mostly a constant error, which does not average out.
            found[name] = Value(mean, float(np.mean([v.sigma for v in values])))
    return MappingProxyType(found)


def _trends(reps: Sequence[RepValues]) -> tuple[Trend, ...]:
    """Trend of each value that enough repetitions have."""
    known = {
        name: [(r.rep.number, r[name]) for r in reps if r[name].judged] for name in _TREND_VALUES
    }
    known = {name: pairs for name, pairs in known.items() if len(pairs) >= MIN_TREND}
    return tuple(
        _trend(name, pairs, MAX_FALSE_TRENDS / len(known)) for name, pairs in known.items()
    )


def _trend(name: str, pairs: Sequence[tuple[int, Value]], chance: float) -> Trend:
    """The straight line through a value over the repetitions, from the first to the last.

    Args:
        name: of the value.
        pairs: (number of the repetition, value), at least three.
        chance: probability of a trend by chance alone.
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
    reason = max(pairs, key=lambda pair: pair[1].status)[1].reason
    least = _MIN_CHANGE.get(name, 0.5 * float(np.mean([v.sigma for _, v in pairs])))
    sure = _sureness(change, sigma, len(x) - 2)
    clear = sure >= 1 - chance and abs(change) > least
    return Trend(name, Value(change, sigma, Status(status), reason), bool(clear), sure)


def _sureness(change: float, sigma: float, free: int) -> float:
    """0..1: probability that chance alone gives a smaller slope than this one, two-sided.

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
    """Numbers of the best and the worst repetition, and by what; 0 where none is clearly best."""
    scored = [(r.score.total, r.rep.number) for r in reps if np.isfinite(r.score.total)]
    if len(scored) >= 2:
        (low, worst), (high, best) = min(scored), max(scored)
        return (best, worst, "score") if high - low >= _MIN_POINTS else (0, 0, "")
    for name in _RANKED:
        known = [(r[name].value, r.rep.number, r[name].sigma) for r in reps if r[name].judged]
        if name in _SMALLEST_IS_BEST:
            found = _squeezes(reps)
            if found is not None:
                return (*found, name)
        elif len(known) >= 2:
            least, most = min(known), max(known)
            # Repetitions at the same arm pose share most of their error; half of it is kept [E].
            distinct = most[0] - least[0] > 0.5 * max(least[2], most[2])
            return (most[1], least[1], name) if distinct else (0, 0, "")
    return 0, 0, ""


def _squeezes(reps: Sequence[RepValues]) -> tuple[int, int] | None:
    """Numbers of the repetitions with the best and the weakest squeeze, where they clearly differ.

    None where no squeeze stands out, so that other values may rank the repetitions.
    """
    best = best_squeeze(reps)
    known = [r for r in reps if r["blade_squeeze"].judged]
    if best is None or len(known) < 2:
        return None
    worst = max(known, key=lambda r: r["blade_squeeze"].value)
    clear = differ(worst["blade_squeeze"], best["blade_squeeze"], len(known))
    return (best.rep.number, worst.rep.number) if clear else None


def _next_time(
    exercise: Exercise,
    reps: Sequence[RepValues],
    counts: Sequence[FaultCount],
    trends: Sequence[Trend],
) -> str:
    """One sentence: the fault that matters most, else a trend, else to continue as before."""
    if not reps:
        return f"No repetitions of {exercise.title.lower()} were seen. {exercise.film}"
    seen = [c for c in counts if c.faulty]
    if seen:
        worst = max(seen, key=lambda c: c.rule.severity * c.faulty / c.judged)
        return f"Next time: {worst.rule.next_time}."
    if sum(r.rep.partial for r in reps) > len(reps) / 3:
        return "Next time: use the full range in every repetition, with less weight if need be."
    for name, words in (
        ("blade_squeeze", "the squeeze faded across the set: stop a repetition or two earlier"),
        ("retraction_peak", "the squeeze faded across the set: stop a repetition or two earlier"),
        ("hold", "the hold at the peak got shorter: keep it to the last repetition"),
        ("range_share", "the range got shorter: stop before it does"),
    ):
        for trend in trends:
            if trend.measure == name and _faded(trend):
                return f"Next time: {words}."
    if not any(c.judged for c in counts):
        return _unjudged(exercise, reps)
    return "Next time: the same again. Everything that could be judged was well done."


def _faded(trend: Trend) -> bool:
    """Whether a value clearly got worse; of relative values the squeeze alone says so."""
    if trend.measure in _SMALLEST_IS_BEST:
        return trend.clear and trend.change.value > 0
    return trend.clear and trend.change.absolute and trend.change.value < 0


def _unjudged(exercise: Exercise, reps: Sequence[RepValues]) -> str:
    if not exercise.faults:
        return "This exercise gets repetitions, range and tempo; technique is not judged."
    if words := blade_next_time(exercise, reps):
        return f"Next time: {words}."
    return f"Next time: {_lower(exercise.film)}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _advice(exercise: Exercise, reps: Sequence[RepValues], readings: Readings) -> tuple[str, ...]:
    """What to change so that more can be judged: one sentence for each reason, then how to film."""
    if not reps:
        return (_nothing_found(exercise, readings),)
    reasons: Counter[Reason] = Counter()
    titles: list[str] = []
    skipped = _about_blades(exercise, reps)
    for rule in exercise.faults:
        if rule.measure in skipped:
            continue
        values = [r[rule.measure] for r in reps]
        judged = [v in {Verdict.GOOD, Verdict.FAULTY} for v in (r.verdicts[rule.key] for r in reps)]
        if sum(judged) * 2 <= len(judged):
            titles.append(f"\u201c{rule.title}\u201d")
            reasons.update(v.reason if not v.absolute else Reason.TOO_UNCERTAIN for v in values)
    if not titles:
        return ()
    missing = f"Not judged here: {_listed(titles)}."
    advice = [r.advice for r, _ in reasons.most_common() if r.advice]
    seen = exercise.squeezes and _squeezes_known(reps)
    return (missing, *advice[:2], *(() if seen else (exercise.film,)))


def _about_blades(exercise: Exercise, reps: Sequence[RepValues]) -> frozenset[str]:
    """Values about the squeeze that need no advice: two rules judge it, and one is enough."""
    if _squeezes_known(reps):
        return frozenset({"retraction_peak", SHARE})
    calibrated = any(rule.measure == "retraction_peak" for rule in exercise.faults)
    return frozenset({SHARE}) if calibrated else frozenset()


def _squeezes_known(reps: Sequence[RepValues]) -> bool:
    """Whether the squeeze of most repetitions was seen, with a calibration or from behind."""
    known = sum(r["retraction_peak"].absolute or r["blade_squeeze"].judged for r in reps)
    return known * 2 > len(reps)


def _listed(words: Sequence[str]) -> str:
    """Words as "one, two and three"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _nothing_found(exercise: Exercise, readings: Readings) -> str:
    """Advice where there are no repetitions."""
    if exercise.kind is ExerciseKind.HOLD and len(readings):
        codes = Counter(int(r) for r in readings.reason(HOLD_MEASURE) if r != Reason.NONE)
        if codes:
            return Reason(codes.most_common(1)[0][0]).advice
    return exercise.film
