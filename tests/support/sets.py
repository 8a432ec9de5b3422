"""A set as outputs get it: seven repetitions with good, faulty, partial and unjudged ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from scapcoach.coaching.exercise import (
    Exercise,
    ExerciseKind,
    Expected,
    FaultRule,
    Focus,
    Movement,
    Phase,
    Relation,
    Severity,
)
from scapcoach.coaching.results import (
    Cue,
    CueKind,
    Episode,
    FaultCount,
    Label,
    Rep,
    RepValues,
    Score,
    ScorePart,
    SetResult,
    SetSummary,
    Trend,
    Value,
    Verdict,
)
from scapcoach.coaching.specs import REP_VALUES
from scapcoach.measures.series import Reason, Status

FIRST, EACH = 1.0, 3.0
NEVER = Value.withheld(Reason.NOT_CALIBRATED)


def rule(key: str, title: str, measure: str, severity: Severity) -> FaultRule:
    words = {"external": title, "internal": title, "praise": title, "next_time": title}
    return FaultRule(key, title, measure, Relation.ABOVE, 25.0, severity, **words, evidence="")


LATE = rule("late", "Blades stay behind", "retraction_peak", Severity.MAJOR)
SHRUG = rule("shrug", "Shoulders rise", "elevation_peak", Severity.MINOR)
SWING = rule("swing", "The trunk swings", "trunk_swing", Severity.NOTE)
RULES = (LATE, SHRUG, SWING)


def exercise(title: str = "Low row") -> Exercise:
    return Exercise(
        name="row", title=title, summary="", kind=ExerciseKind.REPS, pull="arms", auto=True,
        view="oblique", film="Film from 30 degrees off the front.",
        movement=Movement({"elbow": 90.0}, 0.3, (0.5, 8.0), {}, {}),
        expected=(
            Expected("retraction", Phase.PEAK, 60.0, np.inf),
            Expected("elevation", Phase.PEAK, -np.inf, 25.0),
        ),
        faults=RULES, scores=(),
    )  # fmt: skip


def at(number: int) -> Rep:
    """When the repetition of that number happens; the seventh is partial."""
    start = FIRST + EACH * (number - 1)
    times = (start, start + 0.9, start + 1.4, start + 2.4)
    return Rep(
        number, *times, *(round(30 * t) for t in times), known=times[-1],
        amplitude=50.0 if number == 7 else 90.0, partial=number == 7,
    )  # fmt: skip


def repetition(number: int, *, judged: bool = True) -> RepValues:
    hidden = Value.withheld(Reason.ARMS_AWAY_FROM_CALIBRATION)
    known = judged and number != 6
    swing = 3.0 + 20 * (number == 4)
    seen = {
        "retraction_peak": Value(90.0 - 9 * number, 6.0) if known else hidden,
        "elevation_peak": Value(5.0 + 40 * (number == 3), 4.0),
        "trunk_swing": Value(swing, 1.0, Status.RELATIVE, Reason.AUTO_CALIBRATED),
        "hold": Value(0.5, 0.05),
        "range_share": Value(100.0 if number != 7 else 55.0, 2.0),
        "head_poke": Value.withheld(Reason.TURN_SIDE_ON),
    }
    values = {name: seen.get(name, NEVER) for name in REP_VALUES}
    faulty = {3: (SHRUG,), 4: (SWING, SHRUG)}.get(number, ())
    verdicts = {r.key: Verdict.FAULTY if r in faulty else Verdict.GOOD for r in RULES}
    when = at(number)
    return RepValues(
        when, values, Label("neutral", 0.9), Label.withheld(Reason.HIPS_HIDDEN),
        faults=faulty,
        verdicts=verdicts if known else {**verdicts, LATE.key: Verdict.UNJUDGED},
        score=Score(
            95.0 - 5 * number if judged else np.nan,
            (ScorePart("retraction_peak", "Peak retraction", 0.5, 80.0),
             ScorePart("hold", "Peak hold", 0.5, np.nan)),
        ),
    )  # fmt: skip


def sample_set(
    n: int = 750, fps: float = 30.0, *, judged: bool = True, reps: int = 7, title: str = "Low row"
) -> SetResult:
    """`n` frames of a set of seven; `judged` False withholds retraction and every score."""
    t = np.arange(n) / fps
    found = tuple(repetition(k, judged=judged) for k in range(1, reps + 1))
    phase, rep, count = np.ones(n, int), np.zeros(n, int), np.zeros(n, int)
    for one in (r.rep for r in found):
        edges = (one.start, one.peak_start, one.peak_end, one.end)
        for code, (a, b) in enumerate(pairwise(edges), start=int(Phase.PULL)):
            phase[(t >= a) & (t < b)] = code
        rep[(t >= one.start) & (t < one.end)] = one.number
        count[t >= one.end] = one.number
    return SetResult(
        exercise(title), Focus.EXTERNAL, 60.0, phase, rep, count, found,
        cues=(
            Cue(13.0, 15.5, "row", "late", "Elbows to the wall behind you", LATE.severity,
                CueKind.CORRECT, 4),
            Cue(19.0, 21.0, "row", "late", "That is it: blades first", Severity.NOTE,
                CueKind.PRAISE, 6),
        ) if found else (),
        episodes=(
            Episode("shrug", SHRUG.title, SHRUG.severity, 7.0, 12.4, (3, 4), recovered=True),
        ) if found else (),
        summary=_summary(found, judged=judged),
    )  # fmt: skip


def _summary(found: tuple[RepValues, ...], *, judged: bool) -> SetSummary:
    return SetSummary(
        reps=len(found), partial=sum(r.rep.partial for r in found),
        score=75.0 if judged else np.nan,
        means={"retraction_peak": Value(58.0, 6.0)} if judged else {},
        faults=(
            FaultCount(LATE, 0, 6 if judged else 0), FaultCount(SHRUG, 2, 7),
            FaultCount(SWING, 1, 7),
        ),
        trends=(
            Trend("retraction_peak", Value(-45.0, 8.0), clear=True, sure=0.99),
            Trend("hold", Value(0.02, 0.1), clear=False, sure=0.2),
        ) if judged else (),
        best=1 if found else 0, worst=4 if found else 0, ranked_by="score",
        grips=("neutral",), next_time="Next time: start each pull with the shoulder blades.",
        advice=() if judged else ("Record the exercise calibration.",),
    )  # fmt: skip
