"""Guided calibration: a pure state machine that window and browser show.

    guide = Guide(Plan(model_sha256=sha))
    guide = guide.frame(raw, light)         # every frame, as the tracker gives it
    guide = guide.command("retry")          # accept, retry
    if guide.step is Step.DONE:
        save_profile(guide.calibration, "anna")

Framing first; then each pose with a countdown, a hold and a verdict; then the calibration, which
is tried on one more squeeze. Nobody has to touch a key: a good hold is accepted after a moment, a
bad one repeated, twice at most.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from scapcoach.calibration import Segment, calibrate
from scapcoach.calibration.holds import PROTOCOL
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.girdle.estimators import Estimator
from scapcoach.guide.framing import Check, watched
from scapcoach.guide.verdicts import judge_hold, neutral_of, summary_of, trace_of, verify
from scapcoach.landmarks import Poses

if TYPE_CHECKING:
    from scapcoach.calibration import Calibration
    from scapcoach.girdle.neutral import Neutral

#: Seconds that all must be well before the first pose, to read what to do, to hold, to look at
#: the verdict before it is taken, and before a bad hold is repeated [E].
FRAMED_S: Final = 1.5
READY_S: Final = 4.0
HOLD_S: Final = 3.0
GOOD_S: Final = 1.2
BAD_S: Final = 4.0
#: How often a bad hold is repeated before it is taken as it is.
REPEATS: Final = 2


class Step(StrEnum):
    """Where a guided calibration is."""

    FRAMING = "framing"
    READY = "ready"
    HOLD = "hold"
    MOVE = "move"
    REVIEW = "review"
    DONE = "done"
    FAILED = "failed"


#: Pose: title, what to do.
POSES: Final = {
    "neutral": ("Relaxed", "Stand or sit as you always do, arms hanging. Not your best posture."),
    "retract": ("Blades back", "Draw your shoulder blades together as far as they go; no shrug."),
    "protract": ("Blades apart", "Push your shoulders forward, as far as they go, arms hanging."),
    "shrug": ("Shrug", "Lift your shoulders towards your ears, as far as they go."),
    "depress": ("Shoulders down", "Push your shoulders down, as far as they go."),
    "slump": ("Slump", "Let yourself sink into your own slouch."),
    "verify": ("Blades back, once more", "One last squeeze, to see whether the calibration holds."),
}  # fmt: skip

VERIFY: Final = "verify"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be calibrated.

    Attributes:
        slump: whether the own slump is taken, too.
        model_sha256: of the model that makes the landmarks.
        name: of the calibration.
        estimator: that takes the ranges.
        camera: that films it, by name.
    """

    slump: bool = False
    model_sha256: str = ""
    name: str = "guided"
    estimator: str = Estimator.JOINT
    camera: str = ""

    def calibrate(self, poses: Poses, segments: tuple[Segment, ...]) -> Calibration:
        """`calibration.calibrate` of what was filmed.

        Raises:
            CalibrationError: as there.
        """
        found = calibrate(
            poses, segments, model_sha256=self.model_sha256, name=self.name,
            estimator=self.estimator,
        )  # fmt: skip
        return replace(found, camera=self.camera)

    @property
    def poses(self) -> tuple[str, ...]:
        """In order."""
        return (*PROTOCOL, "slump") if self.slump else PROTOCOL


@dataclass(frozen=True, slots=True, eq=False)
class Guided:
    """What every guided calibration is at one moment.

    Attributes:
        plan: what is to be calibrated.
        step: where it is.
        number: of the pose or of the kind of repetition, from 0; the last one is the proof.
        t: seconds of the last frame; since: at which the step began.
        checks: of the framing, newest.
        fault: what was wrong with what was done last; empty if nothing was.
        repeats: of this pose or kind so far.
        now: raw landmarks of what is being done, or of the last second of framing.
        trace: (seconds, value) of what this is about, of the last seconds.
        calibration: made after all but the proof.
        lines: the calibration in words: ranges, smallest detectable changes, verification.
    """

    plan: Plan = field(default_factory=Plan)
    step: Step = Step.FRAMING
    number: int = 0
    t: float = -np.inf
    since: float = -np.inf
    checks: tuple[Check, ...] = ()
    fault: str = ""
    repeats: int = 0
    now: tuple[Poses, ...] = ()
    trace: tuple[tuple[float, float], ...] = ()
    calibration: Calibration | None = None
    lines: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        """Whether it is finished, well or not."""
        return self.step in {Step.DONE, Step.FAILED}

    @property
    def review_s(self) -> float:
        """Seconds for which a verdict is shown."""
        return BAD_S if self.fault else GOOD_S

    def at(self, t: float) -> Self:
        """The same at a later moment."""
        return replace(self, t=t) if np.isfinite(self.since) else replace(self, t=t, since=t)

    def framed(self, raw: Poses, light: float, *, sideways: bool) -> tuple[Self, bool]:
        """The framing with one more frame, and whether all has been well for long enough."""
        window, checks = watched(self.now, raw, light, sideways=sideways)
        good = all(check.good for check in checks)
        since = self.since if good else self.t
        here = replace(self, now=window, checks=checks, since=since)
        return here, good and self.t - since >= FRAMED_S


@dataclass(frozen=True, slots=True, eq=False)
class Guide(Guided):
    """A guided calibration of the posture at one moment.

    Attributes:
        holds: raw landmarks of the accepted holds, with their poses.
        neutral: from the first hold, for the live trace, which is in degrees.
    """

    holds: tuple[tuple[str, Poses], ...] = ()
    neutral: Neutral | None = None

    @property
    def pose(self) -> str:
        """Key of `POSES`."""
        poses = self.plan.poses
        return poses[self.number] if self.number < len(poses) else VERIFY

    @property
    def left(self) -> float:
        """Seconds until the step ends by itself; 0 where it does not."""
        spans = {Step.READY: READY_S, Step.HOLD: HOLD_S, Step.REVIEW: self.review_s}
        return max(0.0, spans.get(self.step, 0.0) - (self.t - self.since))

    @property
    def progress(self) -> float:
        """Share of all poses that are done, 0..1."""
        total = len(self.plan.poses) + 1
        return 1.0 if self.step is Step.DONE else self.number / total

    def frame(self, raw: Poses, light: float = float("nan")) -> Guide:
        """One frame further.

        Args:
            raw: landmarks as the tracker gives them, T = 1.
            light: mean brightness of the picture, 0-255.
        """
        here = self.at(float(raw.t[0]))
        if here.over:
            return here
        here = replace(here, trace=trace_of(here.trace, here.neutral, here.pose, raw))
        if here.step is Step.FRAMING:
            here, well = here.framed(raw, light, sideways=False)
            return _begun(here, Step.READY) if well else here
        if here.step is Step.READY:
            return _begun(here, Step.HOLD) if here.left <= 0 else here
        if here.step is Step.HOLD:
            here = replace(here, now=(*here.now, raw))
            return _judged(here) if here.left <= 0 else here
        if here.left > 0:
            return here
        again = here.fault and here.repeats < REPEATS
        return here.command("retry" if again else "accept")

    def command(self, name: str) -> Guide:
        """What the person asks for.

        Args:
            name: ``accept`` or ``retry`` a hold; ``accept`` a picture that is not as it should be
                (a desk hides the hips: what cannot be seen is not judged later, either);
                ``again`` from the start.
        """
        if name == "again":
            return Guide(self.plan)
        if self.step is Step.FRAMING and name == "accept" and anybody(self.checks):
            return _begun(self, Step.READY)
        if self.step is Step.REVIEW and name == "accept":
            return _accepted(self)
        if self.step is Step.REVIEW and name == "retry":
            return replace(_begun(self, Step.READY), repeats=self.repeats + 1)
        return self


def anybody(checks: tuple[Check, ...]) -> bool:
    """Whether a framing has somebody in it."""
    return any(check.name == "person" and check.good for check in checks)


def _begun(guide: Guide, step: Step) -> Guide:
    """At the beginning of a step."""
    return replace(guide, step=step, since=guide.t, now=(), fault="")


def _judged(guide: Guide) -> Guide:
    """The verdict on the hold that has just ended."""
    hold = Poses.concatenate(list(guide.now))
    fault = judge_hold(guide.pose, hold, guide.neutral)
    return replace(guide, step=Step.REVIEW, since=guide.t, fault=fault)


def _accepted(guide: Guide) -> Guide:
    """On to the next pose; after the last one the calibration, after that its verification."""
    hold = Poses.concatenate(list(guide.now))
    if guide.calibration is not None:
        lines = (*guide.lines, verify(hold, guide.calibration))
        return replace(_begun(guide, Step.DONE), lines=lines)
    holds = (*guide.holds, (guide.pose, hold))
    neutral = guide.neutral or neutral_of(hold)
    here = replace(
        _begun(guide, Step.READY), number=guide.number + 1, holds=holds, repeats=0, trace=(),
        neutral=neutral,
    )  # fmt: skip
    return _calibrated(here) if here.pose == VERIFY else here


def _calibrated(guide: Guide) -> Guide:
    """The calibration from all holds."""
    segments = tuple(
        Segment(float(hold.t[0]), float(hold.t[-1]), pose) for pose, hold in guide.holds
    )
    poses = smooth_poses(Poses.concatenate([hold for _, hold in guide.holds]))
    try:
        found = guide.plan.calibrate(poses, segments)
    except CalibrationError as error:
        return replace(_begun(guide, Step.FAILED), fault=str(error))
    return replace(guide, calibration=found, lines=summary_of(found))
