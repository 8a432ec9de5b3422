"""The posture check: what one picture shows of a posture, and what it cannot show.

A single picture contains no neutral pose of the person, so little can be judged in absolute terms:
tilts from the front, the ear against the shoulder from the side. With a reference picture of the
same person sitting as they want to sit, the hunch score of the desk check is given as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.desk.posture import score_posture, take_baseline
from scapcoach.geometry.posture import head_forward
from scapcoach.landmarks import Poses
from scapcoach.measures import measure
from scapcoach.measures.registry import MARKED, MILD
from scapcoach.measures.series import Reason, Status, View
from scapcoach.report.check_page import Finding, PhotoCheck

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scapcoach.arrays import Image
    from scapcoach.desk.posture import Baseline
    from scapcoach.pose.landmarker import Landmarker


#: Degrees of the ear-shoulder line from the side at which the sentence changes. On rendered people
#: sitting upright it reads 12 to 20, in their own slump 33 to 49, while the bones are at 5 and at
#: 22 to 25: the shoulder's landmark lies behind the joint [M, 3 bodies].
FORWARD_EDGES: Final = (24.0, 33.0)
#: Error of `head_forward` in a single picture, degrees [M, the same].
FORWARD_SIGMA: Final = 5.0

#: Degrees of tilt that a picture can distinguish from level, beyond the measure's own sigma [E].
LEVEL: Final = 3.0


def read_picture(path: Path) -> Image:
    """Read a picture file, turned upright as its metadata says.

    Raises:
        InputError: it cannot be read as a picture.
    """
    import cv2

    from scapcoach.errors import InputError

    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from error
    found = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    if found is None:
        raise InputError(f"{path} is not a picture that can be read: use JPEG, PNG or WebP.")
    return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB), np.uint8)


def find_largest_person(image: Image, landmarker: Landmarker) -> tuple[Poses, int]:
    """The largest person in a picture, as one frame, and the number of further people.

    Args:
        image: (H, W, 3) uint8 RGB.
        landmarker: set up for single pictures and several people.
    """
    from scapcoach.pose.people import person

    people = sorted(landmarker.look(image), key=lambda d: -person(d, None).scale)
    size = (image.shape[1], image.shape[0])
    t = np.zeros(1)
    if not people:
        nothing = np.full((1, 33), np.nan)
        xy, world = np.full((1, 33, 2), np.nan), np.full((1, 33, 3), np.nan)
        return Poses(t, xy, world, nothing, nothing, np.array([-1]), size), 0
    d = people[0]
    seen = Poses(t, d.xy[None], d.world[None], d.visibility[None], d.presence[None], np.array([0]),
                 size)  # fmt: skip
    return seen, len(people) - 1


def reference_baseline(poses: Poses, name: str) -> Baseline:
    """The baseline from one reference picture, in which somebody sits as they want to sit.

    Raises:
        CalibrationError: head or shoulders are not seen in it.
    """
    return take_baseline(poses, name=name, camera_fixed=False)


def check_picture(
    name: str, image: Image, poses: Poses, others: int, reference: Baseline | None = None
) -> PhotoCheck:
    """Everything that one picture shows.

    Args:
        name: of the picture.
        image: (H, W, 3) uint8 RGB.
        poses: one frame, from `find_largest_person`.
        others: number of further people.
        reference: of the same person from the same direction; None gives no hunch score.
    """
    found = measure(poses, None)
    view = View(int(found.view[0]))
    findings: list[Finding] = []
    if poses.present[0]:
        if reference is not None:
            findings.append(_score(poses, reference))
        if view in (View.SIDE, View.OBLIQUE):
            findings.append(_forward(poses, float(found.yaw[0]), view))
            findings.append(_lean(found["trunk_lean"]))
        if view is not View.SIDE:
            findings += [_tilt(found[n]) for n in ("shoulder_tilt", "head_tilt")]
    return PhotoCheck(name, image, poses, view, tuple(findings), others)


def _score(poses: Poses, reference: Baseline) -> Finding:
    seen = score_posture(poses, reference, camera_fixed=False)
    status, reason = Status(int(seen.status[0])), Reason(int(seen.reason[0]))
    if reason is Reason.CALIBRATION_STALE:
        return Finding("hunch", "Hunch", None, None, "", status, reason,
                       "Taken from another direction than the reference picture.")  # fmt: skip
    if status > Status.RELATIVE:
        return _withheld("hunch", "Hunch", "", reason)
    value = float(seen.score[0])
    how = "about as in your reference picture" if value < MILD else (
        "a little more hunched than in your reference picture" if value < MARKED
        else "much more hunched than in your reference picture"
    )  # fmt: skip
    return Finding("hunch", "Hunch", value, float(seen.sigma[0]), "", status, reason,
                   f"Head and neck are {how}.")  # fmt: skip


def _forward(poses: Poses, yaw: float, view: View) -> Finding:
    """The ear against the shoulder; only in a side view, where yaw hardly matters."""
    title = "Head forward"
    seen = score_posture(poses, None)
    if Reason(int(seen.reason[0])) is not Reason.NOT_CALIBRATED:
        return _withheld("head_forward", title, "deg", Reason(int(seen.reason[0])))
    if view is not View.SIDE:
        return _withheld("head_forward", title, "deg", Reason.TURN_SIDE_ON)
    value = float(head_forward(poses, np.array([yaw]))[0])
    if not np.isfinite(value):
        return _withheld("head_forward", title, "deg", Reason.TURN_SIDE_ON)
    near, far = FORWARD_EDGES
    words = "The ear is about over the shoulder." if value < near else (
        "The ear is somewhat in front of the shoulder." if value < far
        else "The ear is clearly in front of the shoulder."
    )  # fmt: skip
    return Finding("head_forward", title, value, FORWARD_SIGMA, "deg", Status.RELATIVE,
                   Reason.NOT_CALIBRATED, words)  # fmt: skip


def _lean(series: Any) -> Finding:
    status, reason = Status(int(series.status[0])), Reason(int(series.reason[0]))
    if status > Status.RELATIVE:
        return _withheld("trunk_lean", "Trunk lean", "deg", reason)
    value = float(series.value[0])
    lean = "upright" if abs(value) < 8 else "leaning forward" if value > 0 else "leaning back"
    return Finding("trunk_lean", "Trunk lean", value, float(series.sigma[0]), "deg", status, reason,
                   f"The trunk is {lean}.")  # fmt: skip


def _tilt(series: Any) -> Finding:
    name, title = series.spec.name, series.spec.title
    status, reason = Status(int(series.status[0])), Reason(int(series.reason[0]))
    if status > Status.RELATIVE:
        return _withheld(name, title, "deg", reason)
    value, sigma = float(series.value[0]), float(series.sigma[0])
    what = "shoulders are" if name == "shoulder_tilt" else "head is"
    words = f"The {what} level, as far as a picture tells."
    if abs(value) > LEVEL + sigma:
        higher = "right" if value > 0 else "left"
        words = f"The {what} tilted: the {higher} side is higher, or the camera was not level."
    return Finding(name, title, value, sigma, "deg", status, reason, words)


def _withheld(name: str, title: str, unit: str, reason: Reason) -> Finding:
    return Finding(name, title, None, None, unit, Status.NOT_OBSERVABLE, reason, reason.advice)


def to_plain(checks: Sequence[PhotoCheck]) -> list[dict[str, Any]]:
    """The checks as plain JSON types."""
    return [
        {
            "picture": c.name,
            "person": c.found,
            "others": c.others,
            "view": c.view.label,
            "findings": [
                {
                    "name": f.name,
                    "value": None if f.value is None else round(f.value, 1),
                    "sigma": None if f.sigma is None else round(f.sigma, 1),
                    "unit": f.unit,
                    "status": f.status.label,
                    "reason": f.reason.label,
                    "words": f.words,
                }
                for f in c.findings
            ],
        }
        for c in checks
    ]
