"""Verdicts on a repetition: which faults, and a score with its parts.

A value is a fault only where its status is ``ok`` and it lies beyond the limit by at least one
sigma, and good only where it lies within the limit by at least one sigma. Everything between is
unclear, so that noise near a limit gives neither faults nor praise. One relative value is judged
as well: how far the blades were drawn together, as a share of the best squeeze of the same set. It
is a fault only if it also differs clearly from that best one, never for being more.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.calibration import SDC_FACTOR
from scapcoach.coaching.blades import clear_from
from scapcoach.coaching.exercise import Relation
from scapcoach.coaching.results import Score, ScorePart, Value, Verdict
from scapcoach.coaching.specs import REP_VALUES, SHARE
from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.calibration import Calibration
    from scapcoach.coaching.exercise import Exercise, FaultRule, ScoreRule
    from scapcoach.coaching.readings import Readings

#: Smallest share of the weight that must have points for a total score [E].
MIN_SCORED: Final = 0.7
#: Largest uncertainty, in points, with which a part of the score has points [E].
MAX_POINT_SIGMA: Final = 35.0


#: Smallest sigma of measures while the arms move and the trunk leans, in their unit: root mean
#: square errors are 5.5, 7 and 12 degrees there [M, docs/reference/accuracy.md, arms moving], of
#: which about a third of the first is constant over a set and cancels within a repetition.
MOVING_SIGMA: Final[Mapping[str, float]] = MappingProxyType(
    {"trunk_lean": 4.0, "head_forward": 7.0, "rounding": 12.0}
)


def floors(calibration: Calibration | None) -> Mapping[str, float]:
    """Smallest sigma by measure: the error while moving, or between repeats of one pose.

    For retraction and elevation it is in per cent of the personal range. A difference smaller than
    the smallest detectable change then never is a fault.
    """
    found: dict[str, float] = dict(MOVING_SIGMA)
    for name in ("retraction", "elevation"):
        ranges = getattr(calibration, name, None)
        for side, own in zip(("", "_left", "_right"), ranges or (), strict=False):
            share = 100 * own.sdc / SDC_FACTOR / own.high
            if np.isfinite(share):
                found[f"{name}{side}"] = float(abs(share))
    return MappingProxyType(found)


def verdict(rule: FaultRule, value: Value, squeezes: int = 2) -> Verdict:
    """Whether a value is a fault.

    Args:
        rule: of the exercise.
        value: that it is about.
        squeezes: how many squeezes of the set are compared with each other.
    """
    if rule.measure == SHARE:
        return _against_best(rule, value, squeezes)
    if not value.absolute or not np.isfinite(value.value):
        return Verdict.UNJUDGED
    excess = rule.excess(value.value)
    if excess <= -value.sigma:
        return Verdict.GOOD
    return Verdict.FAULTY if excess >= value.sigma and excess > 0 else Verdict.UNCLEAR


def _against_best(rule: FaultRule, value: Value, squeezes: int) -> Verdict:
    """Whether the blades were drawn together clearly less than in the best repetition."""
    if not value.judged or rule.relation is not Relation.BELOW:
        return Verdict.UNJUDGED
    excess = rule.excess(value.value)
    if excess <= -value.sigma:
        return Verdict.GOOD
    clear = 100 - value.value >= clear_from(squeezes) * value.sigma
    return Verdict.FAULTY if excess > 0 and clear else Verdict.UNCLEAR


def verdicts(
    exercise: Exercise, values: Mapping[str, Value], squeezes: int = 2
) -> Mapping[str, Verdict]:
    """Verdicts by the keys of the exercise's rules; `squeezes` as of `verdict`."""
    found = {r.key: verdict(r, values[r.measure], squeezes) for r in exercise.faults}
    return MappingProxyType(found)


def faults(
    exercise: Exercise, values: Mapping[str, Value], squeezes: int = 2
) -> tuple[FaultRule, ...]:
    """The rules that a repetition breaks, most severe first; `squeezes` as of `verdict`."""
    found = (
        rule
        for rule in exercise.faults
        if verdict(rule, values[rule.measure], squeezes) is Verdict.FAULTY
    )
    return tuple(sorted(found, key=lambda rule: -rule.severity))


def score(exercise: Exercise, values: Mapping[str, Value]) -> Score:
    """The score of a repetition; values that are not absolute have no points."""
    parts = []
    for rule in exercise.scores:
        points, reason = _points(rule, values[rule.measure])
        title = REP_VALUES[rule.measure].title
        parts.append(ScorePart(rule.measure, title, rule.weight, points, reason))
    given = [(p.points, p.weight) for p in parts if np.isfinite(p.points)]
    weight = sum(w for _, w in given)
    whole = sum(p.weight for p in parts)
    if not whole or weight < MIN_SCORED * whole:
        return Score(float("nan"), tuple(parts))
    return Score(sum(p * w for p, w in given) / weight, tuple(parts))


def _points(rule: ScoreRule, value: Value) -> tuple[float, Reason]:
    if not value.absolute:
        return float("nan"), value.reason
    most, least = (rule.points(value.value + sign * value.sigma) for sign in (1, -1))
    if abs(most - least) / 2 > MAX_POINT_SIGMA:
        return float("nan"), Reason.TOO_UNCERTAIN
    return rule.points(value.value), Reason.NONE


#: Values of a hold that exist at every moment: name -> measure.
_MOMENTARY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "elevation_peak": "elevation",
        "retraction_peak": "retraction",
        "overdone": "retraction",
    }
)


def held_verdicts(
    exercise: Exercise, frame: Readings, least: Mapping[str, float], overdone: float
) -> Mapping[str, Verdict]:
    """Verdicts on one frame of a hold, for the rules whose value exists at every moment.

    Args:
        exercise: a hold.
        frame: one frame.
        least: smallest sigma by measure, from `floors`.
        overdone: per cent of retraction above which a contraction is overdone.
    """
    found = {}
    for rule in exercise.faults:
        measure = _MOMENTARY.get(rule.measure)
        if not measure:
            continue
        value = _current_value(frame, measure, least)
        if rule.measure == "overdone":
            beyond = value.absolute and value.value - value.sigma > overdone
            known = Verdict.GOOD if value.absolute else Verdict.UNJUDGED
            found[rule.key] = Verdict.FAULTY if beyond else known
        else:
            found[rule.key] = verdict(rule, value)
    return MappingProxyType(found)


def _current_value(frame: Readings, measure: str, least: Mapping[str, float]) -> Value:
    value = float(frame.measure(measure)[0])
    status = Status(int(frame.status(measure)[0]))
    if status is not Status.OK or not np.isfinite(value):
        return Value.withheld(Reason(int(frame.reason(measure)[0])))
    sigma = float(frame.measure(measure, "sigma")[0])
    return Value(value, max(sigma, least.get(measure, 0.0)))
