"""The posture check as a page: each picture with its lines, and plain words beside it."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from scapcoach.geometry.posture import EARS, HIPS, SHOULDERS
from scapcoach.girdle.neutral import usable_landmarks
from scapcoach.measures.series import View
from scapcoach.report.page import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.arrays import Image
    from scapcoach.landmarks import Landmark, Poses
    from scapcoach.measures.series import Reason, Status


#: Longer side of a picture on the page, pixels.
_SIDE: Final = 900
_SEEN: Final = {
    View.FRONT: "Seen from the front.",
    View.OBLIQUE: "Seen obliquely from the front.",
    View.SIDE: "Seen from the side.",
    View.BACK_OBLIQUE: "Seen obliquely from the back.",
    View.BACK: "Seen from the back.",
}
_LINE: Final = (64, 214, 176)
_PLUMB: Final = (255, 178, 62)
_DARK: Final = (12, 16, 22)


class Found(Protocol):
    """A finding, as `scapcoach.desk.check.Finding` is one."""

    @property
    def title(self) -> str: ...  # noqa: D102 - see the class named above
    @property
    def value(self) -> float | None: ...  # noqa: D102
    @property
    def sigma(self) -> float | None: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> Status: ...  # noqa: D102
    @property
    def reason(self) -> Reason: ...  # noqa: D102
    @property
    def words(self) -> str: ...  # noqa: D102


class Checked(Protocol):
    """A picture and its findings, as `scapcoach.desk.check.PhotoCheck` is one."""

    @property
    def name(self) -> str: ...  # noqa: D102 - see the class named above
    @property
    def image(self) -> Image: ...  # noqa: D102
    @property
    def poses(self) -> Poses: ...  # noqa: D102
    @property
    def view(self) -> View: ...  # noqa: D102
    @property
    def findings(self) -> Sequence[Found]: ...  # noqa: D102
    @property
    def others(self) -> int: ...  # noqa: D102
    @property
    def found(self) -> bool: ...  # noqa: D102


def check_page(checks: Sequence[Checked]) -> str:
    """The whole page as HTML; the pictures are inside, and it asks no network."""
    body = "\n".join(_card(c) for c in checks)
    note = (
        '<section class="card"><p class="quiet">Angles are read off a picture: compare yourself '
        "with yourself, from the same place. The shoulder blades and the spine are not seen. "
        "Nothing here is a diagnosis; pain means see somebody.</p></section>"
    )
    return page("Posture check", body + note, "history.css", "check.css")


def drawn(check: Checked) -> Image:
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
            lines.append((shoulders, ears, _LINE))
        if shoulders is not None and hips is not None:
            lines.append((hips, shoulders, _LINE))
    else:
        for left, right in (EARS, SHOULDERS):
            if usable[left] and usable[right]:
                lines.append((points[left], points[right], _LINE))
    wide = max(2, round(max(size) / 300))
    for a, b, colour in lines:
        ends = [tuple(int(v) for v in np.rint(p)) for p in (a, b)]
        cv2.line(image, ends[0], ends[1], _DARK, wide + 2, cv2.LINE_AA)
        cv2.line(image, ends[0], ends[1], colour, wide, cv2.LINE_AA)
        for end in ends:
            cv2.circle(image, end, 2 * wide, _DARK, -1, cv2.LINE_AA)
            cv2.circle(image, end, 2 * wide - 1, colour, -1, cv2.LINE_AA)
    return np.asarray(image, np.uint8)


def _card(check: Checked) -> str:
    import cv2

    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(drawn(check), cv2.COLOR_RGB2BGR))
    source = f"data:image/jpeg;base64,{base64.b64encode(jpeg.tobytes()).decode('ascii')}"
    if check.found:
        seen = _SEEN.get(check.view, "It is not clear from where it was taken.")
        more = f" {check.others} more in the picture; the largest was judged."
        lead = seen + (more if check.others else "")
        items = "".join(_item(f) for f in check.findings)
    else:
        lead = "Nobody was found: head and shoulders in the picture, more light, nearer."
        items = ""
    return (
        f'<section class="card shot"><img src="{source}" alt="{escape(check.name)}">'
        f'<div><h2>{escape(check.name)}</h2><p class="quiet">{escape(lead)}</p>'
        f'<dl class="found">{items}</dl></div></section>'
    )


def _item(found: Found) -> str:
    if found.value is None:
        return (
            f'<dt>{escape(found.title)} <b class="none">not shown</b></dt>'
            f"<dd>{escape(found.words)}</dd>"
        )
    unit = "°" if found.unit == "deg" else ""
    sign = "+" if unit else ""
    number = f"{found.value:{sign}.0f}{unit}"
    within = f" <small>within {found.sigma:.0f}{unit}</small>" if found.sigma is not None else ""
    return f"<dt>{escape(found.title)} <b>{number}</b>{within}</dt><dd>{escape(found.words)}</dd>"
