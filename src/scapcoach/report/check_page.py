"""The posture check as a page: each picture with its lines, and its findings in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.export.summary import VIEW_WORDS
from scapcoach.girdle.neutral import usable_landmarks
from scapcoach.landmarks import EARS, HIPS, SHOULDERS
from scapcoach.measures.series import View
from scapcoach.measures.words import figure, suffix
from scapcoach.overlay.readings import GOOD
from scapcoach.report.page import jpeg, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.arrays import Image
    from scapcoach.landmarks import Landmark, Poses
    from scapcoach.measures.series import Reason, Status


#: Longer side of a picture on the page, pixels.
_SIDE: Final = 900
_PLUMB: Final = (255, 178, 62)
_DARK: Final = (12, 16, 22)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about a picture, or why there is none.

    Attributes:
        name: name of the measure.
        title: the name shown to people.
        value, sigma: in `unit`; None where the status allows no value.
        unit: "deg", or "" for the score.
        status, reason: as in the measures.
        words: a sentence for people.
    """

    name: str
    title: str
    value: float | None
    sigma: float | None
    unit: str
    status: Status
    reason: Reason
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class PhotoCheck:
    """What one picture showed.

    Attributes:
        name: of the picture.
        image: (H, W, 3) uint8 RGB.
        poses: one frame; of the largest person.
        view: from where the person is seen; UNKNOWN when nobody was found.
        findings: most interesting first.
        others: number of further people in the picture.
    """

    name: str
    image: Image
    poses: Poses
    view: View
    findings: tuple[Finding, ...]
    others: int

    @property
    def found(self) -> bool:
        """Whether a person was found."""
        return bool(self.poses.present[0])


def check_page(checks: Sequence[PhotoCheck]) -> str:
    """The whole page as HTML; the pictures are embedded, and it uses no network."""
    return render(
        "posture_check.html", title="Posture check", checks=[_view(check) for check in checks]
    )


def drawn(check: PhotoCheck) -> Image:
    """The picture, no larger than needed, with lines through ears, shoulders and hips."""
    import cv2

    scale = min(1.0, _SIDE / max(check.image.shape[:2]))
    size = tuple(max(1, round(x * scale)) for x in check.image.shape[1::-1])
    image = cv2.resize(check.image, size, interpolation=cv2.INTER_AREA)
    if not check.found:
        return np.asarray(image, np.uint8)
    usable = usable_landmarks(check.poses)[0]
    points = check.poses.xy[0].astype(np.float64) * scale

    def middle(pair: tuple[Landmark, Landmark]) -> Any:
        seen = [p for p in pair if usable[p]]
        return np.mean([points[p] for p in seen], axis=0) if seen else None

    lines: list[tuple[Any, Any, tuple[int, int, int]]] = []
    if check.view is View.SIDE:
        ears, shoulders, hips = middle(EARS), middle(SHOULDERS), middle(HIPS)
        if ears is not None and shoulders is not None:
            lines.append((shoulders, np.array([shoulders[0], ears[1] - 0.1 * size[1]]), _PLUMB))
            lines.append((shoulders, ears, GOOD))
        if shoulders is not None and hips is not None:
            lines.append((hips, shoulders, GOOD))
    else:
        for left, right in (EARS, SHOULDERS):
            if usable[left] and usable[right]:
                lines.append((points[left], points[right], GOOD))
    wide = max(2, round(max(size) / 300))
    for a, b, colour in lines:
        ends = [tuple(int(v) for v in np.rint(p)) for p in (a, b)]
        cv2.line(image, ends[0], ends[1], _DARK, wide + 2, cv2.LINE_AA)
        cv2.line(image, ends[0], ends[1], colour, wide, cv2.LINE_AA)
        for end in ends:
            cv2.circle(image, end, 2 * wide, _DARK, -1, cv2.LINE_AA)
            cv2.circle(image, end, 2 * wide - 1, colour, -1, cv2.LINE_AA)
    return np.asarray(image, np.uint8)


def _view(check: PhotoCheck) -> dict[str, Any]:
    """The values of a picture for templates/posture_check.html."""
    picture = {"name": check.name, "source": jpeg(drawn(check))}
    if not check.found:
        lead = (
            "Nobody was found. Keep head and shoulders in the picture, add light, or step closer."
        )
        return {**picture, "lead": lead, "findings": []}
    lead = f"Seen {VIEW_WORDS[check.view]}."
    if check.view is View.UNKNOWN:
        lead = "It is not clear from which side it was taken."
    if check.others:
        lead += f" {check.others} more in the picture; the largest was judged."
    return {**picture, "lead": lead, "findings": [_finding(f) for f in check.findings]}


def _finding(found: Finding) -> dict[str, str]:
    number = within = ""
    if found.value is not None:
        number = figure(found.value, found.unit, plus=bool(found.unit))
        within = "" if found.sigma is None else f"within {figure(found.sigma)}{suffix(found.unit)}"
    return {"title": found.title, "number": number, "within": within, "words": found.words}
