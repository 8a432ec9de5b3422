"""Guided calibration: one state machine for held poses and for repetitions of an exercise.

    guide = Guide(POSTURE, Plan(model_sha256=sha))  # or EXERCISE
    guide = guide.frame(raw, light)         # every frame, as the tracker gives it
    guide = guide.command("retry")          # accept, retry
    if guide.step is Step.DONE:
        save_profile(guide.calibration, "anna")

Framing first; then each task of the script: time to read what to do, the pose or the repetitions,
and a verdict; then the calibration, which is checked with one more squeeze. No key is needed: what
was good is accepted after a moment, what was not is repeated, twice at most.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration import Segment, calibrate
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.girdle.estimators import Estimator
from scapcoach.guide.framing import FramingCheck, check_window
from scapcoach.landmarks import Poses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scapcoach.calibration import Calibration
    from scapcoach.calibration.reps import RepCounter
    from scapcoach.girdle.neutral import Neutral

    Span = tuple[float, float]
    Pieces = Mapping[str, tuple[Poses, ...]]

#: Seconds for which every check must be good before the first task, and for which a good or a
#: bad verdict is shown before it is acted on [E].
FRAMED_S: Final = 1.5
GOOD_S: Final = 1.2
BAD_S: Final = 4.0
#: How often a bad task is repeated before it is accepted as it is.
MAX_RETRIES: Final = 2
#: Seconds that the trace shows.
TRACE_S: Final = 8.0

#: Name of the last task, with which the finished calibration is checked.
VERIFY: Final = "verify"


class Step(StrEnum):
    """Where a guided calibration is."""

    FRAMING = "framing"
    READY = "ready"
    HOLD = "hold"
    MOVE = "move"
    REVIEW = "review"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Task:
    """One pose to hold, or one kind of repetition to do.

    Attributes:
        name: of the pose or kind, as in a `Segment`; `VERIFY` for the last task.
        before: title and text while the person gets ready.
        during: title and text while the pose is held or the repetitions are done.
        count: repetitions; 1 for a pose.
        skip: label of the button that finishes without this task; empty for none.
    """

    name: str
    before: tuple[str, str]
    during: tuple[str, str]
    count: int = 1
    skip: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """What a guided calibration asks for, and how it differs from one of another type.

    Attributes:
        tasks: what is asked for, in order.
        ready: one more frame before a task; begins it when the person is ready.
        act: one more frame of a task; ends it with `Guide.judged`.
        judge: what is wrong with a finished task, one sentence; empty if it can be used.
        learn: keeps what later tasks are compared with.
        height: of the trace at a frame, -1..1; NaN for none.
        describe: the calibration in words; raises `CalibrationError` if it cannot be used.
        prove: what the calibration reads in one more squeeze, one sentence.
        ready_s: seconds to read what comes next.
        hold_s: seconds for which a pose is held; 0 where the person sets the tempo.
        sideways: whether the person may be filmed from the side.
        more: label of the button for what can be calibrated next; empty for none.
    """

    tasks: Callable[[Plan], tuple[Task, ...]]
    ready: Callable[[Guide, Poses], Guide]
    act: Callable[[Guide, Poses], Guide]
    judge: Callable[[Guide], str]
    learn: Callable[[Guide], Guide]
    height: Callable[[Guide, Poses], float]
    describe: Callable[[Pieces, Calibration], tuple[str, ...]]
    prove: Callable[[Poses, Calibration], str]
    ready_s: float
    hold_s: float = 0.0
    sideways: bool = False
    more: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be calibrated.

    Attributes:
        slump: whether the person's own slump is taken, too.
        model_sha256: of the model that makes the landmarks.
        name: of the calibration.
        estimator: that takes the ranges.
        camera: name of the camera.
    """

    slump: bool = False
    model_sha256: str = ""
    name: str = "guided"
    estimator: str = Estimator.JOINT
    camera: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TaskRecord:
    """What was done in a task.

    Attributes:
        name: of the task.
        frames: its raw landmarks.
        spans: (begin, end) in seconds of the held pose, or of each usable repetition.
    """

    name: str
    frames: Poses
    spans: tuple[Span, ...]

    @property
    def pieces(self) -> tuple[Poses, ...]:
        """The frames of each span."""
        t = self.frames.t
        return tuple(self.frames[(t >= begin) & (t <= end)] for begin, end in self.spans)


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """A guided calibration at one moment.

    Attributes:
        script: of held poses or of repetitions.
        plan: what is to be calibrated.
        step: where it is.
        number: of the task, from 0.
        t: seconds of the last frame; since: at which the step began.
        checks: of the framing, newest.
        fault: what was wrong with what was done last; empty if nothing was.
        repeats: of this task so far.
        now: raw landmarks of this task, or of the last second of framing.
        trace: (seconds, height -1..1) of the last seconds.
        finished: the accepted tasks.
        calibration: made after all tasks but the last.
        lines: the calibration in words: ranges, smallest detectable changes, check.
        neutral: of held poses, from the first of them.
        counter: counts the repetitions of this task; None before its start position.
        dropped: indices of counted repetitions that cannot be used.
        usual: trunk lengths that the arms travel, by the first repetitions; 0 before them.
    """

    script: Script
    plan: Plan = field(default_factory=Plan)
    step: Step = Step.FRAMING
    number: int = 0
    t: float = -np.inf
    since: float = -np.inf
    checks: tuple[FramingCheck, ...] = ()
    fault: str = ""
    repeats: int = 0
    now: tuple[Poses, ...] = ()
    trace: tuple[tuple[float, float], ...] = ()
    finished: tuple[TaskRecord, ...] = ()
    calibration: Calibration | None = None
    lines: tuple[str, ...] = ()
    neutral: Neutral | None = None
    counter: RepCounter | None = None
    dropped: frozenset[int] = frozenset()
    usual: float = 0.0

    @property
    def tasks(self) -> tuple[Task, ...]:
        """In order; the last one is `VERIFY`."""
        return self.script.tasks(self.plan)

    @property
    def task(self) -> Task:
        """What is asked for now."""
        return self.tasks[self.number]

    @property
    def over(self) -> bool:
        """Whether it is finished, successfully or not."""
        return self.step in {Step.DONE, Step.FAILED}

    @property
    def left(self) -> float:
        """Seconds until the step may end by itself; 0 where that is up to the person."""
        review_s = BAD_S if self.fault else GOOD_S
        lasts = {Step.READY: self.script.ready_s, Step.HOLD: self.script.hold_s,
                 Step.REVIEW: review_s}  # fmt: skip
        return max(0.0, lasts.get(self.step, 0.0) - (self.t - self.since))

    @property
    def spans(self) -> tuple[Span, ...]:
        """(begin, end) in seconds of the usable repetitions of this task; empty for a pose."""
        reps = () if self.counter is None else self.counter.reps
        return tuple(rep for k, rep in enumerate(reps) if k not in self.dropped)

    @property
    def current(self) -> TaskRecord:
        """What was done in this task so far; a pose is held in all of its frames."""
        frames = Poses.concatenate(list(self.now))
        spans = self.spans or ((float(frames.t[0]), float(frames.t[-1])),)
        return TaskRecord(self.task.name, frames, spans)

    @property
    def pieces(self) -> Pieces:
        """The frames of each held pose or repetition of the accepted tasks, by name."""
        return {record.name: record.pieces for record in self.finished}

    @property
    def progress(self) -> float:
        """Share of all poses or repetitions that are done, 0..1."""
        counts = [task.count for task in self.tasks]
        done = sum(counts[: self.number]) + len(self.spans)
        return 1.0 if self.step is Step.DONE else done / sum(counts)

    def frame(self, raw: Poses, light: float = float("nan")) -> Guide:
        """The guide after one more frame.

        Args:
            raw: landmarks as the tracker gives them, T = 1.
            light: mean brightness of the picture, 0-255.
        """
        t = float(raw.t[0])
        here = replace(self, t=t, since=self.since if np.isfinite(self.since) else t)
        if here.over:
            return here
        after = _advanced(here, raw, light)
        return _traced(after, raw) if after.number == here.number else after

    def command(self, name: str) -> Guide:
        """The guide after a command of the person; unchanged where it does not apply.

        Args:
            name: ``accept`` or ``retry`` a task; ``accept`` a picture with bad checks (a desk
                hides the hips: measures that need them are not judged later, either) or the
                calibration without its last check; ``again`` from the start.
        """
        if name == "again":
            return Guide(self.script, self.plan)
        if name == "retry" and self.step in {Step.REVIEW, Step.MOVE}:
            return replace(self.begin(Step.READY), repeats=self.repeats + 1)
        return _accepted(self) if name == "accept" else self

    def begin(self, step: Step) -> Guide:
        """The guide at the beginning of a step, with nothing of this task done."""
        trace = self.trace if self.counter is None else ()  # repetitions begin from the start
        return replace(
            self, step=step, since=self.t, now=(), fault="", counter=None, dropped=frozenset(),
            trace=trace,
        )  # fmt: skip

    def judged(self) -> Guide:
        """The guide with its verdict on the task that has just ended."""
        return replace(self, step=Step.REVIEW, since=self.t, fault=self.script.judge(self))


def person_found(checks: tuple[FramingCheck, ...]) -> bool:
    """Whether the checks of a framing found somebody."""
    return any(check.name == "person" and check.good for check in checks)


def _advanced(guide: Guide, raw: Poses, light: float) -> Guide:
    """One more frame of whichever step it is."""
    if guide.step is Step.FRAMING:
        return _framed(guide, raw, light)
    if guide.step is Step.READY:
        return guide.script.ready(guide, raw)
    if guide.step in {Step.HOLD, Step.MOVE}:
        return guide.script.act(guide, raw)
    if guide.left > 0:
        return guide
    again = guide.fault and guide.repeats < MAX_RETRIES
    return guide.command("retry" if again else "accept")


def _framed(guide: Guide, raw: Poses, light: float) -> Guide:
    """One more frame of framing; the first task when all has been good for long enough."""
    window, checks = check_window(guide.now, raw, light, sideways=guide.script.sideways)
    good = all(check.good for check in checks)
    since = guide.since if good else guide.t
    here = replace(guide, now=window, checks=checks, since=since)
    return here.begin(Step.READY) if good and here.t - since >= FRAMED_S else here


def _traced(guide: Guide, raw: Poses) -> Guide:
    """The trace with one more frame."""
    height = guide.script.height(guide, raw)
    recent = tuple(point for point in guide.trace if point[0] > guide.t - TRACE_S)
    point = ((guide.t, float(np.clip(height, -1, 1))),) if np.isfinite(height) else ()
    return replace(guide, trace=(*recent, *point))


def _accepted(guide: Guide) -> Guide:
    """On from where the person may go on; the same elsewhere."""
    if guide.step is Step.FRAMING and person_found(guide.checks):
        return guide.begin(Step.READY)
    if guide.step in {Step.READY, Step.MOVE} and guide.task.skip:
        return guide.begin(Step.DONE)
    return _next_task(guide) if guide.step is Step.REVIEW else guide


def _next_task(guide: Guide) -> Guide:
    """The next task; after all but the last the calibration, after the last its check."""
    record = guide.current
    if guide.calibration is not None:
        proof = guide.script.prove(record.pieces[-1], guide.calibration)
        return replace(guide.begin(Step.DONE), lines=(*guide.lines, proof))
    here = replace(
        guide.script.learn(guide).begin(Step.READY), number=guide.number + 1, repeats=0, trace=(),
        finished=(*guide.finished, record),
    )  # fmt: skip
    return _calibrated(here) if here.task.name == VERIFY else here


def _calibrated(guide: Guide) -> Guide:
    """The calibration from all accepted tasks; failed where it cannot be used."""
    plan = guide.plan
    segments = tuple(
        Segment(*span, record.name) for record in guide.finished for span in record.spans
    )
    poses = smooth_poses(Poses.concatenate([record.frames for record in guide.finished]))
    try:
        found = calibrate(
            poses, segments, model_sha256=plan.model_sha256, name=plan.name,
            estimator=plan.estimator,
        )  # fmt: skip
        lines = guide.script.describe(guide.pieces, found)
    except CalibrationError as error:
        return replace(guide.begin(Step.FAILED), fault=str(error))
    return replace(guide, calibration=replace(found, camera=plan.camera), lines=lines)
