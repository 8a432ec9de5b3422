"""The script of an exercise calibration: repetitions at the person's own tempo."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from scapcoach.calibration.reps import MARGIN, REPS, RepCounter
from scapcoach.geometry.posture import trunk_length
from scapcoach.girdle.template import KINDS, arm_features
from scapcoach.guide.rep_verdicts import describe_template, judge_kind, judge_rep, verify_rep
from scapcoach.guide.steps import VERIFY, Guide, Plan, Script, Step, Task
from scapcoach.landmarks import Poses

#: Seconds for which the arms must be still at the start position, trunk lengths (root mean
#: square, all arm vectors together) up to which they are, and in how many frames at the least [E].
STILL_S: Final = 1.0
_ARMS_STILL: Final = 0.06
_FEWEST: Final = 5
#: Seconds after which arms that have not come back have no repetition to finish [E].
_LOST_S: Final = 10.0
#: Seconds of waiting that are kept.
_KEPT_S: Final = 3.0

#: Kind: title, what to do.
_WORDS: Final = {
    "arms_only": ("Arms only", "Move the arms alone; the shoulder blades stay where they are."),
    "squeeze": ("Full squeeze", "Draw the blades together at the finish, fully; no shrug."),
    "shrug_rep": ("With a shrug", "Lift your shoulders towards your ears at the finish."),
    VERIFY: ("Full squeeze, once more", "One last repetition, to see whether it holds."),
}


def _task(kind: str, count: int, skip: str = "") -> Task:
    title, text = _WORDS[kind]
    many = "one repetition" if count == 1 else f"{count} repetitions"
    before = f"Next: {title[0].lower()}{title[1:]}, {many}"
    return Task(
        kind,
        (before, f"{text} Take up the start position, arms still."),
        (title, f"{text} At your own tempo."),
        count,
        skip,
    )


TASKS: Final = (
    *(_task(kind, REPS.count(kind)) for kind in KINDS),
    _task(VERIFY, 1, skip="Finish without it"),
)


def _tasks(_plan: Plan) -> tuple[Task, ...]:
    return TASKS


def _ready(guide: Guide, raw: Poses) -> Guide:
    """Waiting for arms that are still; where they are then is the start of the repetitions."""
    now = tuple(p for p in (*guide.now, raw) if p.t[0] > guide.t - _KEPT_S)
    here = replace(guide, now=now)
    last = Poses.concatenate([p for p in now if p.t[0] > guide.t - STILL_S])
    if here.left > 0 or len(last) < _FEWEST or not last.present.all():
        return here
    unit = float(np.median(trunk_length(last)))
    arms = arm_features(last, unit)
    if not np.sqrt(arms.var(axis=0).sum()) <= _ARMS_STILL:
        return here
    counter = RepCounter(np.median(arms, axis=0), unit, usual=here.usual)
    return replace(here, step=Step.MOVE, since=here.t, counter=counter, fault="")


def _act(guide: Guide, raw: Poses) -> Guide:
    """One more frame of repetitions; the verdict when all of this kind are done."""
    assert guide.counter is not None
    t, before = guide.t, guide.counter
    counter = before.frame(raw)
    if t - counter.begun > _LOST_S:
        lost = "Come back to the start position, and hold it a moment."
        return replace(guide.begin(Step.READY), fault=lost)
    still = (guide.since - STILL_S, guide.since)  # the neutral is taken from it
    spans = (still, *counter.reps, (t - _KEPT_S, t), (counter.begun - MARGIN, t))
    now = tuple(p for p in (*guide.now, raw) if any(a <= p.t[0] <= b for a, b in spans))
    here = replace(guide, now=now, counter=counter)
    if counter.short > before.short:
        here = replace(here, fault="That one went only part of the way: it does not count.")
    if len(counter.reps) > len(before.reps):
        here = _counted(here)
    settled = len(here.spans) >= here.task.count and t >= here.spans[-1][1]
    return here.judged() if settled else here


def _counted(guide: Guide) -> Guide:
    """The verdict on the repetition that has just ended; one that cannot be used is dropped."""
    assert guide.counter is not None
    current = guide.current
    first = (*guide.finished, current)[0].pieces[0]
    fault = judge_rep(current.pieces[-1], first)
    dropped = {len(guide.counter.reps) - 1} if fault else set()
    return replace(guide, fault=fault, dropped=guide.dropped | dropped)


def _judge(guide: Guide) -> str:
    if guide.task.name == VERIFY:
        return ""
    reps = guide.current.pieces
    return judge_kind(guide.task.name, reps, guide.pieces.get("arms_only", reps))


def _learn(guide: Guide) -> Guide:
    assert guide.counter is not None
    return replace(guide, usual=guide.counter.usual)


def _height(guide: Guide, _raw: Poses) -> float:
    """From the start position, -1, to the finish, 1."""
    if guide.counter is None or guide.step is not Step.MOVE or not guide.counter.recent:
        return float("nan")
    return 2 * guide.counter.share - 1


EXERCISE: Final = Script(
    tasks=_tasks, ready=_ready, act=_act, judge=_judge, learn=_learn, height=_height,
    describe=describe_template, prove=verify_rep, ready_s=2.5, sideways=True,
)  # fmt: skip
