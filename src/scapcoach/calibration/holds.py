"""Finding rest, held poses and marked segments in a recording."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.calibration.reps import REPS, find_reps
from scapcoach.errors import CalibrationError, SegmentListError
from scapcoach.geometry.posture import head_height, trunk_length
from scapcoach.girdle.neutral import usable_landmarks
from scapcoach.girdle.personal import FULL_POSES
from scapcoach.girdle.template import KINDS, arm_features
from scapcoach.landmarks import EARS, HIPS, SHOULDERS, Landmark

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.arrays import FloatArray, IntArray
    from scapcoach.landmarks import Poses


#: The guided protocol: relaxed, blades back, blades apart, shrug, shoulders down, relaxed again;
#: a slump may follow.
PROTOCOL: Final = ("neutral", *FULL_POSES, "neutral")
POSES: Final = ("neutral", *FULL_POSES, "slump")
#: What a segment can hold: a pose, or one whole repetition of an exercise calibration.
NAMES: Final = (*POSES, *KINDS)

_ARMS: Final = (Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW)
#: Share of a hold that is cut off at its start, in which the pose is still being taken up.
SETTLE: Final = 0.25
#: Seconds over which the shoulders' movement in a hold is taken.
HOLD_WINDOW_S: Final = 0.4
#: Trunk lengths (root mean square) that a still body may move; four times what recorded holds
#: show [E, tried on real lifts and desk clips].
STILL: Final = 0.012


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a recording in which one pose is held; seconds."""

    start: float
    end: float
    pose: str


def motion(poses: Poses, window: float, landmarks: tuple[Landmark, ...]) -> FloatArray:
    """(T,) how much landmarks move after each frame, in trunk lengths.

    The root mean square spread within a window of this many seconds that begins with the frame.
    Infinite without a person and where the window goes beyond the end.
    """
    track = poses.xy[:, list(landmarks)].astype(np.float64).reshape(len(poses), -1)
    track = track / _size(poses)
    ends = np.searchsorted(poses.t, poses.t + window, side="right")
    # Running sums give the variance of every window at once.
    sums = np.vstack([np.zeros(track.shape[1]), np.nancumsum(track, axis=0)])
    squares = np.vstack([np.zeros(track.shape[1]), np.nancumsum(track**2, axis=0)])
    known = np.concatenate([[0], np.cumsum(np.isfinite(track).all(axis=1))])
    first = np.arange(len(poses))
    n = (ends - first)[:, None]
    spread = (squares[ends] - squares[first]) / n - ((sums[ends] - sums[first]) / n) ** 2
    whole = (known[ends] - known[first] == ends - first) & (poses.t + window <= poses.t[-1] + 0.1)
    return np.where(whole, np.sqrt(np.maximum(spread.mean(axis=1), 0)), np.inf)


def _size(poses: Poses) -> float:
    """A typical trunk length in pixels, or shoulder width where the hips are hidden."""
    if usable_landmarks(poses)[:, list(HIPS)].any(axis=1).mean() > 0.5:
        line = poses.point(*SHOULDERS) - poses.point(*HIPS)
    else:
        line = poses.point(SHOULDERS[0]) - poses.point(SHOULDERS[1])
    length = np.linalg.norm(line, axis=1)
    known = length[np.isfinite(length)]
    return max(float(np.median(known)), 1.0) if len(known) else 1.0


def find_rest(poses: Poses, duration: float = 0.5) -> slice | None:
    """A stretch of about this many seconds in which the locked subject rests.

    Stillness alone would find the hold at the top of a shrug or the rounded stretch of a row. So
    only those still stretches are used in which the head is high over the shoulders, that is, the
    shoulders are down and the back is upright; of these the earliest is taken, since people rest
    before they lift. None when there is no such stretch with a shoulder in view.
    """
    if len(poses) < 3:
        return None
    duration = min(duration, float(poses.t[-1] - poses.t[0]))
    usable = usable_landmarks(poses)
    hips = HIPS if usable[:, list(HIPS)].any(axis=1).mean() > 0.5 else ()
    move = motion(poses, duration, (*SHOULDERS, *EARS, *_ARMS, *hips))
    move[(poses.subject != 0) | ~usable[:, list(SHOULDERS)].any(axis=1)] = np.inf
    if not np.isfinite(move).any():
        return None
    still = np.flatnonzero(move <= max(_STILL_FACTOR * move.min(), STILL))
    upright = _uprightness(poses, still, duration)
    if np.isfinite(upright).any():
        # Not the highest of all: that may be a tracking error, or a head tilted back.
        still = still[upright >= np.nanquantile(upright, _UPRIGHT_SHARE) - _UPRIGHT_SLACK]
    quiet = np.maximum(_QUIET_FACTOR * move[still].min(), _QUIET)
    start = int(still[np.argmax(move[still] <= quiet)])
    return slice(start, _end(poses, start, duration))


#: A stretch is still when it moves less than this many times the stillest one, or than `STILL`
#: [E, tried on real lifts and desk clips].
_STILL_FACTOR: Final = 3.0
#: Of the upright stretches, the earliest that is nearly as still as the stillest is taken [E].
_QUIET_FACTOR: Final = 1.5
_QUIET: Final = 0.0015
#: Still stretches are upright where the ears are as high over the shoulders as at this quantile of
#: all still stretches, less this many trunk lengths [E].
_UPRIGHT_SHARE: Final = 0.85
_UPRIGHT_SLACK: Final = 0.01


def _uprightness(poses: Poses, starts: IntArray, duration: float) -> FloatArray:
    """Height of ears over shoulders in trunk lengths at each stretch; NaN without ears."""
    height = head_height(poses) / _size(poses)
    height[~usable_landmarks(poses)[:, list(EARS)].any(axis=1)] = np.nan
    stretches = (height[a : _end(poses, a, duration)] for a in starts.tolist())
    return np.array([np.median(s) if np.isfinite(s).all() else np.nan for s in stretches])


def _end(poses: Poses, start: int, duration: float) -> int:
    return int(np.searchsorted(poses.t, poses.t[start] + duration, side="right"))


def guided_segments(poses: Poses) -> tuple[Segment, ...]:
    """The segments of a calibration clip that follows one of the two guided protocols.

    Poses held with hanging arms (`PROTOCOL`), or repetitions of an exercise (`calibration.reps`).

    Raises:
        CalibrationError: the clip neither holds still six times (or seven, the last a slump) nor
            moves the arms five times.
    """
    reps = find_reps(poses)
    if len(reps) == len(REPS):
        return _named(poses, reps, REPS)
    holds = _find_holds(poses)
    rest = _arms_rest(poses, holds)
    if len(holds) in {len(PROTOCOL), len(PROTOCOL) + 1} and rest:
        return _named(poses, holds, (*PROTOCOL, "slump")[: len(holds)])
    moved = "" if rest or not holds else ", and the arms moved in them or between them"
    raise CalibrationError(
        f"The calibration clip should hold {len(PROTOCOL)} poses for about 3 seconds each, arms "
        f"hanging, in this order: {', '.join(PROTOCOL)} (and, if you like, slump); {len(holds)} "
        f"still stretches were found{moved}. Or it should show {len(REPS)} repetitions of the "
        "exercise: two with the arms only, two with a full squeeze, one with a shrug; "
        f"{len(reps)} were found. Name them yourself with --calibration-segments FILE, a CSV of "
        "start,end,pose."
    )


def _named(poses: Poses, parts: list[slice], names: tuple[str, ...]) -> tuple[Segment, ...]:
    return tuple(
        Segment(float(poses.t[p.start]), float(poses.t[p.stop - 1]), name)
        for p, name in zip(parts, names, strict=True)
    )


def _find_holds(poses: Poses, shortest: float = 1.0) -> list[slice]:
    """Stretches of at least `shortest` seconds in which the body is still."""
    move = motion(poses, HOLD_WINDOW_S, SHOULDERS)
    finite = move[np.isfinite(move)]
    if len(finite) == 0:
        return []
    # Holds fill most of the clip, so its quieter half shows how still a hold is.
    limit = max(0.0025, 2.5 * float(np.quantile(finite, 0.4)))
    still = move <= limit
    edges = np.flatnonzero(np.diff(np.concatenate([[0], still.astype(np.int8), [0]])))
    holds = []
    for a, b in edges.reshape(-1, 2):
        stop = int(np.searchsorted(poses.t, poses.t[b - 1] + HOLD_WINDOW_S, side="right"))
        if poses.t[stop - 1] - poses.t[a] >= shortest:
            holds.append(slice(int(a), stop))
    return holds


#: Most trunk lengths that the arms move in a held pose (in nine frames of ten), and between two
#: held poses (in most cases) [E]: held poses .15 and .4, repetitions that were mistaken for held
#: poses .39 and .8 (52 rendered calibration clips, bench/accuracy and bench/exercise).
_ARMS_STILL: Final = 0.2
_ARMS_HANG: Final = 0.5


def _arms_rest(poses: Poses, holds: list[slice]) -> bool:
    """Whether the arms rest during these holds; also true when they are not seen.

    The shoulders also pause at both ends of a repetition: that is not a held pose.
    """
    trunk = trunk_length(poses)[poses.present]
    if not holds or not len(trunk):
        return False
    arms = arm_features(poses, float(np.median(trunk)))
    away = [np.linalg.norm(arms - np.median(arms[h], axis=0), axis=1) for h in holds]
    if any(np.quantile(a[h], 0.9) > _ARMS_STILL for a, h in zip(away, holds, strict=True)):
        return False
    between = [
        np.quantile(a[one.start : other.stop], 0.98)
        for a, (one, other) in zip(away, pairwise(holds), strict=False)
    ]
    return not between or not np.median(between) > _ARMS_HANG


def frames_of(poses: Poses, segment: Segment) -> slice:
    """The frames of a segment; of a held pose without its beginning (`SETTLE`)."""
    settle = 0.0 if segment.pose in KINDS else SETTLE
    begin = segment.start + settle * (segment.end - segment.start)
    a, b = np.searchsorted(poses.t, [begin - 1e-6, segment.end + 1e-6])
    return slice(int(a), int(b))


def read_segments(path: Path) -> tuple[Segment, ...]:
    """Segments from a CSV with the columns start, end (seconds) and pose.

    Raises:
        SegmentListError: the file cannot be read, or a line is wrong; every fault is listed.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SegmentListError(f"The segment list {path} cannot be read: {error}.") from error
    faults, segments = [], []
    for line, row in enumerate(rows, start=2):
        try:
            segment = Segment(float(row["start"]), float(row["end"]), row["pose"].strip().lower())
        except (KeyError, TypeError, ValueError, AttributeError):
            faults.append(f"line {line}: needs start,end,pose, two numbers and a word")
            continue
        if segment.pose not in NAMES:
            faults.append(f"line {line}: pose {segment.pose!r} is none of {', '.join(NAMES)}")
        elif not segment.start < segment.end:
            faults.append(f"line {line}: end must be later than start")
        else:
            segments.append(segment)
    if faults or not segments:
        detail = "; ".join(faults) if faults else "it has no lines under the header start,end,pose"
        raise SegmentListError(f"The segment list {path} cannot be used: {detail}.")
    return tuple(segments)
