"""How hunched somebody at a desk is: head and shoulders compared with their own relaxed baseline.

At a desk the hips are hidden, so trunk length and trunk lean are not available, and the measures
for standing people can judge only few frames. The signs used here were measured on rendered bodies
and on labelled pictures of real people (docs/reference/desk_accuracy.md): in a slump the ears sink,
the shoulders sink with them, the neck looks shorter relative to the face, and from the side the
ears come forward. A look down at the keyboard lowers only the ears; raised shoulders rise. Nothing
here is in degrees.

All functions take `Poses` of T frames and return (T,) arrays, NaN where nothing is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import numpy as np
from msgspec import Meta

from scapcoach.arrays import DegreesOrNan, or_nan
from scapcoach.desk.head import head_size
from scapcoach.errors import CalibrationError
from scapcoach.geometry.vectors import wrap_degrees
from scapcoach.geometry.view import estimate_yaw
from scapcoach.girdle.neutral import usable_landmarks
from scapcoach.landmarks import EARS, SHOULDERS, Landmark
from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from scapcoach.arrays import BoolArray, FloatArray, IntArray
    from scapcoach.landmarks import Poses


#: Frames with head and shoulders that a baseline needs, and the share of all frames.
MIN_FRAMES: Final = 6
MIN_SHARE: Final = 0.6

#: Largest movement of the ears during a baseline, in neck heights [M, phantom: sitting still 0.05].
MAX_EAR_MOVEMENT: Final = 0.30

#: The index that is fully hunched (score 100) when the own slump was not recorded, a cautious
#: value: the own slumps of rendered people give 0.17-0.75; with 0.25 a long look at a phone was
#: reported as a hunch [M].
ASSUMED_SLUMP: Final = 0.27

#: Limits of the own slump as the scale of the score: it may have been too small or exaggerated [E].
SLUMP_LIMITS: Final = (0.15, 0.60)

#: Weights of the parts for sinking in the picture [M: from looks at the keyboard, own slumps,
#: leaning; seeds 4000-4008].
_SUNK: Final = {"neck": 0.3, "lower": 0.35, "shoulders": 0.35, "forward": 0.35}
#: Weights of the head relative to the shoulders, which does not depend on where the camera points
#: [M: labelled pictures whose camera was moved].
_CLOSED: Final = {"neck": 0.6, "closer": 0.3}

#: Degrees of yaw from which forward and back can be seen.
FORWARD_VISIBLE_YAW: Final = 20.0
#: Degrees of yaw from which one shoulder is enough: it hides the other one.
ONE_SHOULDER_YAW: Final = 50.0
#: Degrees of yaw away from the baseline beyond which it is not valid; a slump by itself appears as
#: up to 40, because depth is uncertain without hips [M, phantom].
MAX_BASELINE_TURN: Final = 50.0
#: Neck heights by which the ears may be higher than in the baseline before it is not valid:
#: standing, or another chair [M, phantom: standing 1.3-3].
MAX_RISE: Final = 0.6
#: Sideways shift in neck heights beyond which the person sits elsewhere [M: side, leaning 0.8].
MAX_SHIFT: Final = 1.6
#: Limits of the size of the face relative to the baseline. Outside them the person sits elsewhere,
#: or so near that points are uncertain; leaning right up to the screen is still a posture [E].
SCALES: Final = (0.6, 2.2)
#: Neck height in pixels below which points are too coarse [E].
MIN_NECK: Final = 18.0

#: Error of the index in a single frame: for people who sit still it varies by 0.02 [M, phantom].
INDEX_SIGMA: Final = 0.02

#: A drop without any shortening of the neck may be a lowered chair or a moved screen [M]: smallest
#: drop of the shoulders relative to that of the ears, and limit of the other parts.
CHAIR_SHARE: Final = 0.7
CHAIR_NECK: Final = 0.06

#: The parts of a look, in the order of tables, and their names for people.
PARTS: Final = {
    "lower": "head lower",
    "shoulders": "shoulders lower",
    "neck": "neck looks shorter",
    "forward": "head forward of the shoulders",
    "closer": "face nearer",
    "raised": "shoulders raised",
}

#: In picture heights; the camera may show a little more or less than the whole person.
_Place: TypeAlias = Annotated[float, Meta(ge=-10, le=10)]


@dataclass(frozen=True, slots=True)
class Baseline:
    """How one person sits relaxed in front of one camera; lengths in picture heights.

    Attributes:
        name: name of the set-up, e.g. "desk" or "laptop".
        ears: (x, y) of their midpoint, y down.
        shoulders: (x, y) of their midpoint.
        face: size of the head, `desk.head.head_size`.
        yaw: degrees.
        noise: standard deviation of the index while sitting still.
        slump: index of the own slump, NaN when it was not recorded.
        model_sha256: of the model that made the landmarks.
    """

    name: str
    ears: tuple[_Place, _Place]
    shoulders: tuple[_Place, _Place]
    face: Annotated[float, or_nan(Annotated[float, Meta(gt=0, le=10)])]
    yaw: DegreesOrNan
    noise: Annotated[float, or_nan(Annotated[float, Meta(ge=0, le=100)])]
    slump: Annotated[float, or_nan(Annotated[float, Meta(ge=-100, le=100)])] = float("nan")
    model_sha256: str = ""

    @property
    def neck(self) -> float:
        """Height of the ears above the shoulders."""
        return self.shoulders[1] - self.ears[1]

    @property
    def full(self) -> float:
        """The index at which the score is 100."""
        known = np.isfinite(self.slump)
        return float(np.clip(self.slump, *SLUMP_LIMITS)) if known else ASSUMED_SLUMP


@dataclass(frozen=True, slots=True, eq=False)
class PostureScores:
    """Scores of T frames.

    Attributes:
        t: (T,) seconds.
        score: (T,) 0 as in the baseline, 100 as in the own (or default) slump; may exceed 100.
            NaN where the status allows none.
        sigma: (T,) one standard deviation of the score.
        status: (T,) `Status`: OK against a baseline with the own slump, RELATIVE without.
        reason: (T,) `Reason`.
        parts: by name (`PARTS`), (T,) shares of the neck's height or of the face's size.
        chair: (T,) a lowered chair or a moved screen would look the same.
    """

    t: FloatArray
    score: FloatArray
    sigma: FloatArray
    status: IntArray
    reason: IntArray
    parts: dict[str, FloatArray]
    chair: BoolArray


def take_baseline(
    poses: Poses,
    slump: Poses | None = None,
    *,
    name: str = "desk",
    model_sha256: str = "",
    camera_fixed: bool = True,
) -> Baseline:
    """Make the baseline from frames in which somebody sits as they want to sit.

    Args:
        poses: some seconds of sitting upright and relaxed, working.
        slump: some seconds of the own slump, or None.
        name: of the set-up.
        model_sha256: of the model that made the landmarks.
        camera_fixed: False for pictures between which the camera moved; then one is enough.

    Raises:
        CalibrationError: head or shoulders are not seen, the person did not sit still, or the
            slump does not differ from the rest.
    """
    seen = _Points.of(poses).seen
    least = MIN_FRAMES if camera_fixed else 1
    if seen.sum() < least or seen.mean() < MIN_SHARE:
        raise CalibrationError(
            f"Head and shoulders were seen in only {int(seen.sum())} of {len(poses)} pictures: sit "
            "so that both are in the picture, with light on your face, and calibrate again."
        )
    points = _Points.of(poses[seen])
    middle = np.median(points.ears, axis=0), np.median(points.shoulders, axis=0)
    neck = middle[1][1] - middle[0][1]
    if neck * poses.size[1] < MIN_NECK:
        raise CalibrationError(
            "The head is too small in the picture, or not above the shoulders: bring the camera "
            "nearer, or sit upright, and calibrate again."
        )
    movement = float(np.percentile(np.linalg.norm(points.ears - middle[0], axis=1), 90)) / neck
    if camera_fixed and movement > MAX_EAR_MOVEMENT:
        raise CalibrationError(
            "The head moved too much while calibrating: look at the screen as you do when you "
            "work, and calibrate again."
        )
    radians = np.radians(points.yaw)
    facing = np.degrees(np.arctan2(np.median(np.sin(radians)), np.median(np.cos(radians))))
    rest = Baseline(
        name=name,
        ears=(float(middle[0][0]), float(middle[0][1])),
        shoulders=(float(middle[1][0]), float(middle[1][1])),
        face=float(np.median(points.face)),
        yaw=float(facing),
        noise=0.0,
        model_sha256=model_sha256,
    )
    return replace(
        rest,
        noise=float(np.std(_index(_parts(points, rest), camera_fixed))),
        slump=float("nan") if slump is None else _own_slump(slump, rest, camera_fixed),
    )


def _own_slump(poses: Poses, rest: Baseline, camera_fixed: bool) -> float:
    points = _Points.of(poses)
    index = np.nan
    if points.seen.any():
        index = float(np.median(_index(_parts(points, rest), camera_fixed)[points.seen]))
    if not index >= SLUMP_LIMITS[0] / 2:
        raise CalibrationError(
            "The slump looked no different from sitting upright: let yourself sink as you do at "
            "the end of a long day, keep head and shoulders in the picture, and calibrate again; "
            "or leave the slump out."
        )
    return index


def score_posture(
    poses: Poses, baseline: Baseline | None, *, camera_fixed: bool = True
) -> PostureScores:
    """Judge T frames against a baseline, each frame on its own.

    Args:
        poses: from the same camera and model as the baseline.
        baseline: of the set-up; None makes every frame not observable, not calibrated.
        camera_fixed: False where the camera has moved since the baseline: then positions in the
            picture are not used, only the head relative to the shoulders.
    """
    points = _Points.of(poses)
    nothing = np.full(len(poses), np.nan)
    if baseline is None:
        parts = dict.fromkeys(PARTS, nothing)
        index, chair = nothing, np.zeros(len(poses), bool)
        full, noise = ASSUMED_SLUMP, 0.0
    else:
        parts = _parts(points, baseline)
        index, full, noise = _index(parts, camera_fixed), baseline.full, baseline.noise
        chair = _like_a_chair(parts) & camera_fixed
    status, reason = _verdicts(poses, points, baseline, parts, camera_fixed)
    judged = status <= Status.RELATIVE
    return PostureScores(
        t=poses.t,
        score=np.where(judged, np.maximum(100 * index / full, 0), np.nan),
        sigma=np.where(judged, 100 * np.hypot(INDEX_SIGMA, noise) / full, np.nan),
        status=status,
        reason=reason,
        parts={n: np.where(judged, v, np.nan) for n, v in parts.items()},
        chair=chair & judged,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Points and angles of T frames; lengths in picture heights."""

    ears: FloatArray  # (T, 2)
    shoulders: FloatArray  # (T, 2)
    face: FloatArray  # (T,)
    yaw: FloatArray  # (T,) degrees
    head: BoolArray  # (T,) nose and at least one ear are usable
    seen: BoolArray  # (T,) also both shoulders, or from the side one

    @classmethod
    def of(cls, poses: Poses) -> _Points:
        high, usable, yaw = float(poses.size[1]), usable_landmarks(poses), estimate_yaw(poses)[0]
        head = usable[:, Landmark.NOSE] & usable[:, list(EARS)].any(axis=1)
        shoulders = usable[:, list(SHOULDERS)]
        enough = np.where(
            np.abs(yaw) > ONE_SHOULDER_YAW, shoulders.any(axis=1), shoulders.all(axis=1)
        )
        return cls(
            ears=poses.point(*EARS) / high,
            shoulders=poses.point(*SHOULDERS) / high,
            face=head_size(poses) / high,
            yaw=yaw,
            head=np.asarray(head),
            seen=np.asarray(poses.present & head & enough),
        )


def _parts(points: _Points, rest: Baseline) -> dict[str, FloatArray]:
    """What changed since the baseline, as shares; positive is towards a hunch (or raised)."""
    ears, shoulders, face = points.ears, points.shoulders, points.face
    neck = rest.neck
    height = shoulders[:, 1] - ears[:, 1]
    ahead = (ears - shoulders)[:, 0] - (rest.ears[0] - rest.shoulders[0])
    sideways = abs(np.sin(np.radians(rest.yaw)))
    sees = abs(rest.yaw) >= FORWARD_VISIBLE_YAW and sideways > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        shorter = 1 - height / face * (rest.face / neck)
    down = (shoulders[:, 1] - rest.shoulders[1]) / neck
    return {
        "lower": (ears[:, 1] - rest.ears[1]) / neck,
        "shoulders": down,
        "neck": shorter,
        "forward": np.sign(rest.yaw) * ahead / neck if sees else np.full(len(face), np.nan),
        "closer": face / rest.face - 1,
        "raised": np.maximum(-down, 0),
    }


def _index(parts: dict[str, FloatArray], camera_fixed: bool) -> FloatArray:
    """(T,) the larger of two indices, each a weighted sum of parts.

    The first needs a camera that has not moved. The second uses only the head relative to the
    shoulders, and so detects somebody who comes nearer without sinking in the picture. How far the
    head is in front of the shoulders can also be used with a camera that has moved.
    """
    sunk = sum(w * np.nan_to_num(parts[n]) for n, w in _SUNK.items())
    # Raised shoulders shorten the neck as well, and are no hunch; only with a fixed camera can the
    # two be distinguished.
    neck = parts["neck"] - (parts["raised"] if camera_fixed else 0.0)
    closed = _CLOSED["neck"] * np.maximum(neck, 0) + _CLOSED["closer"] * np.maximum(
        parts["closer"], 0
    )
    if not camera_fixed:
        closed = closed + _SUNK["forward"] * np.nan_to_num(np.maximum(parts["forward"], 0))
    known = np.isfinite(parts["lower"]) & np.isfinite(parts["neck"])
    return np.where(known, np.maximum(sunk, closed) if camera_fixed else closed, np.nan)


def _like_a_chair(parts: dict[str, FloatArray]) -> BoolArray:
    """(T,) head and shoulders have sunk equally, and nothing else has changed."""
    with np.errstate(invalid="ignore"):
        alike = parts["shoulders"] > CHAIR_SHARE * parts["lower"]
        still = (np.abs(parts["neck"]) < CHAIR_NECK) & (np.abs(parts["closer"]) < CHAIR_NECK)
        forward = np.nan_to_num(parts["forward"]) < CHAIR_NECK
        return np.asarray(alike & still & forward & (parts["lower"] > CHAIR_NECK))


def _verdicts(
    poses: Poses,
    points: _Points,
    rest: Baseline | None,
    parts: dict[str, FloatArray],
    camera_fixed: bool,
) -> tuple[IntArray, IntArray]:
    """(T,) status and (T,) reason; the first objection that applies gives the reason."""
    status = np.full(len(poses), Status.NOT_OBSERVABLE)
    reason = np.full(len(poses), Reason.NONE)
    objections = [(~points.head, Reason.HEAD_HIDDEN), (~points.seen, Reason.SHOULDER_HIDDEN)]
    if rest is None:
        objections.append((np.ones(len(poses), bool), Reason.NOT_CALIBRATED))
    else:
        objections += _misplaced(poses, points, rest, parts, camera_fixed)
    for holds, why in objections:
        reason = np.where((reason == Reason.NONE) & holds, why, reason)
    fine = reason == Reason.NONE
    own = rest is not None and np.isfinite(rest.slump)
    status = np.where(fine, Status.OK if own else Status.RELATIVE, status)
    # Without the own slump a change is known, but not its share of the person's own range.
    reason = np.where(fine & (not own), Reason.NOT_CALIBRATED, reason)
    changed, nobody = poses.subject > 0, poses.subject < 0
    status = np.where(changed, Status.SUBJECT_CHANGED, np.where(nobody, Status.NO_PERSON, status))
    return status, np.where(changed | nobody, Reason.NONE, reason)


def _misplaced(
    poses: Poses,
    points: _Points,
    rest: Baseline,
    parts: dict[str, FloatArray],
    camera_fixed: bool,
) -> list[tuple[BoolArray, Reason]]:
    """Objections: the baseline is not valid for this place or pose."""
    wrists = poses.xy[:, [Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST], 1] / poses.size[1]
    with np.errstate(invalid="ignore"):
        turned = np.abs(wrap_degrees(points.yaw - rest.yaw)) > MAX_BASELINE_TURN
        risen = parts["lower"] < -MAX_RISE
        shifted = np.abs(points.shoulders[:, 0] - rest.shoulders[0]) > MAX_SHIFT * rest.neck
        ratio = points.face / rest.face
        raised = (wrists < points.ears[:, 1:]).any(axis=1)
        return [
            (raised, Reason.ARMS_AWAY_FROM_CALIBRATION),
            (ratio > SCALES[1], Reason.TOO_NEAR),
            (ratio < SCALES[0], Reason.TOO_FAR),
            (turned | (camera_fixed & (risen | shifted)), Reason.CALIBRATION_STALE),
        ]
