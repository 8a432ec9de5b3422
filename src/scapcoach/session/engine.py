"""The live engine: turns the landmarks of one frame into everything that a display shows.

    with Camera("0") as camera, open_engine("full") as estimator:
        tracker, engine = Tracker(estimator), Engine(calibration)
        for frame in camera:
            reading = engine.step(tracker.step(frame))
            print(reading.measures["elevation"].value[0], reading.coached.count, reading.cue)

The engine uses no clock, camera or screen: the same landmarks and commands in the same order give
the same readings, live, in a test and in a replay.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.calibration import calibrate_automatically
from scapcoach.calibration.calibration import Calibration, CalibrationKind
from scapcoach.calibration.holds import motion
from scapcoach.girdle.estimators import Estimator
from scapcoach.landmarks import SHOULDERS, Poses
from scapcoach.measures import Measures, Reason, Series, Status, measure
from scapcoach.measures.leading import LeadingMeasure
from scapcoach.session.causal import CausalSmoother
from scapcoach.session.coach import Coached
from scapcoach.surface.blades import BladeReader

if TYPE_CHECKING:
    from scapcoach.coaching.results import Cue
    from scapcoach.session.coach import ExerciseCoach
    from scapcoach.surface.blades import Blades

#: While there is no calibration, a moment of rest is looked for: seconds of frames that are
#: searched, how many there must be, and seconds between attempts [E].
REST_SPAN: Final = 20.0
REST_LEAST: Final = 2.5
REST_EVERY: Final = 1.0
#: Largest movement within half a second at rest, in trunk lengths: as in recorded clips
#: (`calibration.holds`), but live there is no rest of the clip to compare with.
REST_MOTION: Final = 0.012

#: Seconds over which the fit of a calibration is watched, and share of the frames with an objection
#: from which a new check is suggested; below half of that share, the suggestion is withdrawn [E].
STALE_SPAN: Final = 10.0
STALE_SHARE: Final = 0.8
_STALE: Final = {
    Reason.TOO_NEAR: "You are nearer to the camera than in the calibration.",
    Reason.TOO_FAR: "You are farther from the camera than in the calibration.",
    Reason.CALIBRATION_STALE: "You face another direction than in the calibration.",
    Reason.TURN_TOWARDS_CAMERA: "You face another direction than in the calibration.",
    Reason.TRUNK_MOVED: "Your posture or the camera is not as in the calibration.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Everything known about one frame.

    Attributes:
        index: number of the frame in this session, from 0.
        t: seconds from the session's first frame, increasing.
        poses: smoothed landmarks, T = 1.
        measures: values, sigmas, status and reason, T = 1.
        calibration: kind of the calibration in use; None while there is none.
        coached: phase, repetitions, and cues given at this frame.
        cue: the cue shown at this moment; None for none, and while muted.
        notice: one sentence when the calibration no longer fits; else empty.
        leading: measure of the first card: "retraction" or "blade_gap".
    """

    index: int
    t: float
    poses: Poses
    measures: Measures
    calibration: CalibrationKind | None
    coached: Coached
    cue: Cue | None
    notice: str
    leading: str


class Engine:
    """Turns landmarks into readings, frame by frame.

    Args:
        calibration: of this person, camera and view; without it the neutral is taken from the
            first moment of rest, and values are relative.
        coach: coach of the exercise; None for none.
        model_sha256: of the model that finds the landmarks.
        estimator: used with a neutral from a moment of rest; a calibration names its own.

    Raises:
        CalibrationError: the calibration was taken with another model.
    """

    def __init__(
        self,
        calibration: Calibration | None = None,
        *,
        coach: ExerciseCoach | None = None,
        model_sha256: str = "",
        estimator: str = Estimator.JOINT,
    ) -> None:
        self._model, self._estimator = model_sha256, estimator
        self._smooth = CausalSmoother()
        self._blades = BladeReader()
        self._read_blades: deque[Blades] = deque()
        self._leading = LeadingMeasure()
        self._count = 0
        self._cue: Cue | None = None
        self._coach: ExerciseCoach | None = None
        self.muted = False
        self.calibrate(calibration)
        self.coach(coach)

    @property
    def calibration(self) -> Calibration | None:
        """The calibration in use."""
        return self._calibration

    def calibrate(self, calibration: Calibration | None) -> None:
        """Use another calibration from the next frame on; None searches for a moment of rest again.

        Raises:
            CalibrationError: it was taken with another model.
        """
        if calibration is not None and self._model:
            calibration.check_model(self._model)
        self._calibration = calibration
        self._rest = _RestFinder(self._model, self._estimator)
        self._stale = _StaleWatch()
        if self._coach is not None:
            self._coach.calibrated(calibration)

    def coach(self, coach: ExerciseCoach | None) -> None:
        """Coach another exercise from the next frame on; its count starts at 0."""
        self._coach = coach
        self._cue = None
        if coach is not None:
            coach.calibrated(self._calibration)

    def step(self, raw: Poses) -> Reading:
        """Read the next frame: `smooth`, then `read`.

        Args:
            raw: landmarks as the tracker gives them, T = 1.
        """
        return self.read(self.smooth(raw))

    def smooth(self, raw: Poses) -> Poses:
        """The first, fast half of a step: landmarks that can be drawn at once.

        Args:
            raw: of the next frame, as the tracker gives them, T = 1.
        """
        self._read_blades.append(self._blades(raw))
        return self._smooth(raw)

    def read(self, poses: Poses) -> Reading:
        """The second half: measures, repetitions and cues.

        Args:
            poses: what `smooth` gave for the frame, T = 1; every frame once, in order.
        """
        if self._calibration is None:
            self._calibration = self._rest.look(poses)
        measures = measure(poses, self._calibration, self._read_blades.popleft())
        coached = Coached() if self._coach is None else self._coach.step(poses, measures)
        t = float(poses.t[0])
        for cue in coached.cues:
            self._cue = cue
        if self._cue is not None and t >= self._cue.until:
            self._cue = None
        kind = None if self._calibration is None else self._calibration.kind
        reading = Reading(
            index=self._count,
            t=t,
            poses=poses,
            measures=measures,
            calibration=kind,
            coached=coached,
            cue=None if self.muted else self._cue,
            notice=self._stale.watch(measures, kind),
            leading=self._leading.step(measures),
        )
        self._count += 1
        return reading


class _RestFinder:
    """Looks for the first moment of rest in the frames so far."""

    def __init__(self, model_sha256: str, estimator: str) -> None:
        self._model, self._estimator = model_sha256, estimator
        self._frames: deque[Poses] = deque()
        self._next: float | None = None

    def look(self, poses: Poses) -> Calibration | None:
        """A calibration from rest, once there is one; costly only for one frame a second."""
        t = float(poses.t[0])
        if poses.subject[0] == 0:
            self._frames.append(poses)
        while self._frames and self._frames[0].t[0] < t - REST_SPAN:
            self._frames.popleft()
        if self._next is None:
            self._next = t + REST_LEAST
        if t < self._next or len(self._frames) < 3:
            return None
        self._next = t + REST_EVERY
        past = Poses.concatenate(list(self._frames))
        found = calibrate_automatically(past, self._model, self._estimator)
        if found is None:
            return None
        span = slice(*np.searchsorted(past.t, [found.neutral.start, found.neutral.end + 1e-6]))
        rest = past[span]
        moved = motion(rest, float(rest.t[-1] - rest.t[0]), SHOULDERS)[0]
        return found if moved <= REST_MOTION else None


class _StaleWatch:
    """Detects, over some seconds, that a personal calibration no longer fits."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._counts: Counter[int] = Counter()
        self._notice = ""

    def watch(self, measures: Measures, kind: CalibrationKind | None) -> str:
        """One sentence, or an empty text."""
        if kind is None or kind is CalibrationKind.AUTO:
            return ""
        elevation = measures["elevation"]
        if elevation.status[0] >= Status.NO_PERSON:
            return self._notice
        t, reason = float(measures.t[0]), int(elevation.reason[0])
        self._seen.append((t, reason))
        self._counts[reason] += 1
        while self._seen[0][0] < t - STALE_SPAN:
            self._counts[self._seen.popleft()[1]] -= 1
        if t - self._seen[0][0] < 0.9 * STALE_SPAN:
            return self._notice
        share = sum(self._counts[reason] for reason in _STALE) / len(self._seen)
        if share >= STALE_SHARE:
            most = max(_STALE, key=lambda reason: (self._counts[reason], reason))
            self._notice = f"{_STALE[most]} Check the calibration again."
        elif share < STALE_SHARE / 2:
            self._notice = ""
        return self._notice


def run(engine: Engine, raw: Poses) -> tuple[Reading, ...]:
    """The readings of the frames of a recording, as a live session would give them."""
    return tuple(engine.step(raw[i : i + 1]) for i in range(len(raw)))


def joined(readings: tuple[Reading, ...] | list[Reading]) -> tuple[Poses, Measures]:
    """Landmarks and measures of one or more frames, as one recording."""
    poses = Poses.concatenate([r.poses for r in readings])
    return poses, join_measures([r.measures for r in readings])


def join_measures(parts: list[Measures]) -> Measures:
    """One `Measures` of one or more, in order of time."""

    def series(name: str) -> Series:
        some = [p[name] for p in parts]

        def joint(attribute: str) -> Any:
            values = [getattr(s, attribute) for s in some]
            return None if values[0] is None else np.concatenate(values)

        names = ("value", "sigma", "status", "reason", "deg", "deg_sigma")
        return Series(some[0].spec, *(joint(n) for n in names))

    def whole(attribute: str) -> Any:
        return np.concatenate([getattr(p, attribute) for p in parts])

    found = MappingProxyType({name: series(name) for name in parts[0].series})
    return Measures(whole("t"), whole("yaw"), whole("yaw_sigma"), whole("view"), found)
