"""A set as a sink gets it: seven repetitions with good, faulty, partial and unjudged ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from scapcoach.coaching.record import (
    Column,
    CueLine,
    EpisodeLine,
    Label,
    Number,
    RepRow,
    RuleLine,
    SetRecord,
    Target,
    TrendLine,
)
from scapcoach.measures.types import Reason, Status

COLUMNS = (
    Column("retraction_peak", "Peak retraction", "%", "shoulder blades drawn back"),
    Column("elevation_peak", "Shrug at the peak", "%", "shoulders hiked"),
    Column("trunk_swing", "Trunk swing", "deg", "trunk moves"),
    Column("hold", "Peak hold", "s", "held longer"),
    Column("range_share", "Range of movement", "%", "more of the own best in this set"),
    Column("head_poke", "Head forward from start to peak", "deg", "head moves forward"),
)
PHASES = ("", "stretch", "pull", "peak", "return")
FIRST, EACH = 1.0, 3.0


def rep_row(number: int, *, judged: bool = True) -> RepRow:
    start = FIRST + EACH * (number - 1)
    hidden = Number(np.nan, np.nan, Status.NOT_OBSERVABLE, Reason.ARMS_AWAY_FROM_CALIBRATION)
    retraction = hidden if not judged or number == 6 else Number(90.0 - 9 * number, 6.0)
    return RepRow(
        number=number, start=start, peak_start=start + 0.9, peak_end=start + 1.4, end=start + 2.4,
        amplitude=50.0 if number == 7 else 90.0, partial=number == 7,
        values={
            "retraction_peak": retraction,
            "elevation_peak": Number(5.0 + 40 * (number == 3), 4.0),
            "trunk_swing": Number(3.0 + 20 * (number == 4), 1.0, Status.RELATIVE,
                                  Reason.AUTO_CALIBRATED),
            "hold": Number(0.5, 0.05),
            "range_share": Number(100.0 if number != 7 else 55.0, 2.0),
            "head_poke": Number(np.nan, np.nan, Status.NOT_OBSERVABLE, Reason.TURN_SIDE_ON),
        },
        labels={
            "grip": Label("neutral", 0.9),
            "pull_angle": Label("", np.nan, Status.NOT_OBSERVABLE, Reason.HIPS_HIDDEN),
        },
        faults=("shrug",) if number == 3 else ("swing", "shrug") if number == 4 else (),
        unjudged={} if retraction.shown else {"late": Reason.ARMS_AWAY_FROM_CALIBRATION},
        score=95.0 - 5 * number if judged else np.nan,
        points={"retraction_peak": 80.0, "hold": np.nan},
    )  # fmt: skip


def sample_set(
    n: int = 750, fps: float = 30.0, *, judged: bool = True, reps: int = 7, title: str = "Low row"
) -> SetRecord:
    """`n` frames of a set of seven; `judged` False withholds retraction and every score."""
    t = np.arange(n) / fps
    rows = tuple(rep_row(k, judged=judged) for k in range(1, reps + 1))
    phase, rep, count = np.ones(n, int), np.zeros(n, int), np.zeros(n, int)
    for row in rows:
        edges = (row.start, row.peak_start, row.peak_end, row.end)
        for code, (a, b) in enumerate(pairwise(edges), start=2):
            phase[(t >= a) & (t < b)] = code
        rep[(t >= row.start) & (t < row.end)] = row.number
        count[t >= row.end] = row.number
    return SetRecord(
        exercise="row", title=title, view="oblique", film="Film from 30 degrees off the front.",
        focus="external", load=60.0, columns=COLUMNS, reps=rows,
        cues=(
            CueLine(13.0, 15.5, "Elbows to the wall behind you", False, "late", 4),
            CueLine(19.0, 21.0, "That is it: blades first", True, "late", 6),
        ) if rows else (),
        episodes=(
            EpisodeLine("shrug", "Shoulders rise", 2, 7.0, 12.4, (3, 4), True),
        ) if rows else (),
        rules=(
            RuleLine("late", "Blades stay behind", 3, 0, 6 if judged else 0, "retraction_peak"),
            RuleLine("shrug", "Shoulders rise", 2, 2, 7, "elevation_peak"),
            RuleLine("swing", "The trunk swings", 1, 1, 7, "trunk_swing"),
        ),
        trends=(
            TrendLine("retraction_peak", Number(-45.0, 8.0), True),
            TrendLine("hold", Number(0.02, 0.1), False),
        ) if judged else (),
        targets=(
            Target("retraction", "peak", 60.0, np.inf), Target("elevation", "peak", -np.inf, 25.0),
        ),
        means={"retraction_peak": Number(58.0, 6.0)} if judged else {},
        score=75.0 if judged else np.nan, best=1 if rows else 0, worst=4 if rows else 0,
        ranked_by="score", grips=("neutral",),
        next_time="Next time: start each pull with the shoulder blades.",
        advice=() if judged else ("Record the exercise calibration.",),
        phases=PHASES, phase=phase, rep=rep, count=count,
    )  # fmt: skip
