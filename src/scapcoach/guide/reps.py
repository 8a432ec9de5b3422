"""Guided exercise calibration: repetitions in place of poses, at the person's own tempo.

    guide = RepGuide(Plan(model_sha256=sha))
    guide = guide.frame(raw, light)         # every frame, as the tracker gives it
    if guide.step is Step.DONE:
        use(guide.calibration)

As `session.guided`, whose steps it takes: framing first; then for each kind of repetition a moment
at the start position, the repetitions, which are counted as they come, and a verdict; then the
calibration, which is tried on one more squeeze. Nobody has to touch a key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scapcoach.calibration import Segment
from scapcoach.calibration.reps import MARGIN, REPS, RepCounter
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.geometry.posture import trunk_length
from scapcoach.girdle.template import KINDS, arm_features
from scapcoach.guide.poses import REPEATS, VERIFY, Guided, Step, anybody
from scapcoach.guide.rep_verdicts import (
    judge_kind,
    judge_rep,
    judge_template,
    rep_lines,
    verify_rep,
)
from scapcoach.landmarks import Poses

#: Seconds to read what comes next, for which the arms must be still at the start position, and
#: trunk lengths (root mean square, all arm vectors together) up to which they are [E].
READ_S: Final = 2.5
STILL_S: Final = 1.0
_STILL: Final = 0.06
#: Seconds after which arms that have not come back have no repetition to finish [E].
_LOST_S: Final = 10.0
#: Seconds of waiting that are kept.
_KEPT_S: Final = 3.0
_TRACE_S: Final = 8.0

#: Kinds in order, with how many repetitions of each; the last one is the proof.
ORDER: Final = (*((kind, REPS.count(kind)) for kind in KINDS), (VERIFY, 1))

#: Kind: title, what to do.
MOVES: Final = {
    "arms_only": ("Arms only", "Move the arms alone; the shoulder blades stay where they are."),
    "squeeze": ("Full squeeze", "Draw the blades together at the finish, fully; no shrug."),
    "shrug_rep": ("With a shrug", "Lift your shoulders towards your ears at the finish."),
    VERIFY: ("Full squeeze, once more", "One last repetition, to see whether it holds."),
}


@dataclass(frozen=True, slots=True, eq=False)
class RepGuide(Guided):
    """A guided exercise calibration at one moment.

    `number` is that of the kind in `ORDER`, `now` holds what came since the start position was
    taken up, and the trace is the share of the way to the finish.

    Attributes:
        counter: counts the repetitions of this kind; None before its start position.
        dropped: numbers of those counted that could not be used.
        usual: trunk lengths that the arms travel, by the first kind; 0 while that is not done.
        taken: the accepted kinds: which, raw landmarks, (begin, end) of the repetitions.
    """

    counter: RepCounter | None = None
    dropped: frozenset[int] = frozenset()
    usual: float = 0.0
    taken: tuple[tuple[str, Poses, tuple[tuple[float, float], ...]], ...] = ()

    @property
    def kind(self) -> str:
        """Key of `MOVES`."""
        return ORDER[self.number][0]

    @property
    def wanted(self) -> int:
        """Repetitions of this kind."""
        return ORDER[self.number][1]

    @property
    def spans(self) -> tuple[tuple[float, float], ...]:
        """(begin, end) in seconds of the repetitions of this kind that count."""
        reps = () if self.counter is None else self.counter.reps
        return tuple(rep for k, rep in enumerate(reps) if k not in self.dropped)

    @property
    def left(self) -> float:
        """Seconds until the step may end by itself; 0 where that is up to the person."""
        spans = {Step.READY: READ_S, Step.REVIEW: self.review_s}
        return max(0.0, spans.get(self.step, 0.0) - (self.t - self.since))

    @property
    def progress(self) -> float:
        """Share of all repetitions that are done, 0..1."""
        before = sum(count for _, count in ORDER[: self.number])
        total = sum(count for _, count in ORDER)
        return 1.0 if self.step is Step.DONE else (before + len(self.spans)) / total

    def frame(self, raw: Poses, light: float = float("nan")) -> RepGuide:
        """One frame further.

        Args:
            raw: landmarks as the tracker gives them, T = 1.
            light: mean brightness of the picture, 0-255.
        """
        here = self.at(float(raw.t[0]))
        if here.over:
            return here
        if here.step is Step.FRAMING:
            here, well = here.framed(raw, light, sideways=True)
            return _begun(here, Step.READY) if well else here
        if here.step is Step.READY:
            return _readied(here, raw)
        if here.step is Step.MOVE:
            return _moved(here, raw)
        if here.left > 0:
            return here
        again = here.fault and here.repeats < REPEATS
        return here.command("retry" if again else "accept")

    def command(self, name: str) -> RepGuide:
        """What the person asks for.

        Args:
            name: ``accept`` or ``retry`` the repetitions of a kind; ``accept`` a picture that is
                not as it should be, or the calibration without its proof; ``again`` from the
                start.
        """
        if name == "again":
            return RepGuide(self.plan)
        if self.step is Step.FRAMING and name == "accept" and anybody(self.checks):
            return _begun(self, Step.READY)
        if self.step is Step.REVIEW and name == "accept":
            return _accepted(self)
        if self.step in {Step.REVIEW, Step.MOVE} and name == "retry":
            return replace(_begun(self, Step.READY), repeats=self.repeats + 1)
        if self.kind == VERIFY and self.step in {Step.READY, Step.MOVE} and name == "accept":
            return _begun(self, Step.DONE)
        return self


def _begun(guide: RepGuide, step: Step) -> RepGuide:
    """At the beginning of a step, with nothing of this kind done."""
    return replace(
        guide, step=step, since=guide.t, now=(), fault="", counter=None, dropped=frozenset()
    )


def _readied(guide: RepGuide, raw: Poses) -> RepGuide:
    """Waiting for arms that are still; where they are then is the start of the repetitions."""
    now = tuple(p for p in (*guide.now, raw) if p.t[0] > guide.t - _KEPT_S)
    here = replace(guide, now=now)
    last = Poses.concatenate([p for p in now if p.t[0] > guide.t - STILL_S])
    if here.left > 0 or len(last) < _FEWEST or not last.present.all():
        return here
    unit = float(np.median(trunk_length(last)))
    arms = arm_features(last, unit)
    if not np.sqrt(arms.var(axis=0).sum()) <= _STILL:
        return here
    counter = RepCounter(np.median(arms, axis=0), unit, usual=here.usual)
    return replace(here, step=Step.MOVE, since=here.t, counter=counter, fault="")


#: Frames in which arms must be still.
_FEWEST: Final = 5


def _moved(guide: RepGuide, raw: Poses) -> RepGuide:
    """One more frame of repetitions; the verdict when all of this kind are done."""
    assert guide.counter is not None
    t, before = guide.t, guide.counter
    counter = before.frame(raw)
    if t - counter.begun > _LOST_S:
        lost = "Come back to the start position, and hold it a moment."
        return replace(_begun(guide, Step.READY), fault=lost)
    still = (guide.since - STILL_S, guide.since)  # the neutral is taken from it
    spans = (still, *counter.reps, (t - _KEPT_S, t), (counter.begun - MARGIN, t))
    now = tuple(p for p in (*guide.now, raw) if any(a <= p.t[0] <= b for a, b in spans))
    trace = (*(p for p in guide.trace if p[0] > t - _TRACE_S), (t, counter.share))
    here = replace(guide, now=now, counter=counter, trace=trace)
    if counter.short > before.short:
        here = replace(here, fault="That one went only part of the way: it does not count.")
    if len(counter.reps) > len(before.reps):
        here = _counted(here)
    settled = len(here.spans) >= here.wanted and t >= here.spans[-1][1]
    return _judged(here) if settled else here


def _counted(guide: RepGuide) -> RepGuide:
    """The verdict on the repetition that has just ended; one that is of no use is done again."""
    assert guide.counter is not None
    every = guide.counter.reps
    frames = Poses.concatenate(list(guide.now))
    rep = _within(frames, every[-1])
    firsts = [_within(poses, spans[0]) for _, poses, spans in guide.taken]
    firsts += [_within(frames, span) for span in guide.spans[:1] if span != every[-1]]
    fault = judge_rep(rep, firsts[0] if firsts else None)
    if not fault:
        return replace(guide, fault="")
    return replace(guide, fault=fault, dropped=guide.dropped | {len(every) - 1})


def _within(poses: Poses, span: tuple[float, float]) -> Poses:
    """The frames of a repetition."""
    return poses[(poses.t >= span[0]) & (poses.t <= span[1])]


def _reps(guide: RepGuide) -> dict[str, list[Poses]]:
    """The repetitions of the accepted kinds."""
    return {kind: [_within(poses, s) for s in spans] for kind, poses, spans in guide.taken}


def _judged(guide: RepGuide) -> RepGuide:
    """The verdict on all repetitions of a kind."""
    fault = ""
    if guide.kind != VERIFY:
        frames = Poses.concatenate(list(guide.now))
        reps = [_within(frames, span) for span in guide.spans]
        fault = judge_kind(guide.kind, reps, _reps(guide).get("arms_only", reps))
    return replace(guide, step=Step.REVIEW, since=guide.t, fault=fault, trace=())


def _accepted(guide: RepGuide) -> RepGuide:
    """On to the next kind; after the last one the calibration, after that its proof."""
    assert guide.counter is not None
    frames = Poses.concatenate(list(guide.now))
    if guide.calibration is not None:
        proof = verify_rep(_within(frames, guide.spans[-1]), guide.calibration)
        return replace(_begun(guide, Step.DONE), lines=(*guide.lines, proof))
    taken = (*guide.taken, (guide.kind, frames, guide.spans))
    here = replace(
        _begun(guide, Step.READY), number=guide.number + 1, repeats=0, taken=taken,
        usual=guide.usual or guide.counter.usual,
    )  # fmt: skip
    return _calibrated(here) if here.kind == VERIFY else here


def _calibrated(guide: RepGuide) -> RepGuide:
    """The calibration from all repetitions; none where a squeeze cannot be told from the arms."""
    segments = tuple(Segment(a, b, kind) for kind, _, spans in guide.taken for a, b in spans)
    poses = smooth_poses(Poses.concatenate([frames for _, frames, _ in guide.taken]))
    try:
        found = guide.plan.calibrate(poses, segments)
    except CalibrationError as error:
        return replace(_begun(guide, Step.FAILED), fault=str(error))
    assert found.exercise is not None
    reps = _reps(guide)
    fault = judge_template(reps, found.exercise)
    if fault:
        return replace(_begun(guide, Step.FAILED), fault=fault)
    return replace(guide, calibration=found, lines=rep_lines(reps, found.exercise))
