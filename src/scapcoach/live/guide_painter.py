"""The guided calibration on the window's picture: what to do, countdown, checks, live trace."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.session.guided import HOLD_S, POSES, Guide, Step
from scapcoach.sinks.gauges import INK, PANEL, QUIET, text_size
from scapcoach.sinks.paint import Box, Layer, Picture
from scapcoach.sinks.readings import GOOD
from scapcoach.sinks.text import fit

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.sinks.paint import Color

    Image = npt.NDArray[np.uint8]
    _Checks = tuple[tuple[str, bool], ...]

_AMBER: Final[Color] = (255, 214, 64)
_TRACE_DEG: Final = 25.0  # degrees up and down that the trace shows


class GuidePainter:
    """Paints a guided calibration on pictures of one size.

    Args:
        size: (width, height) in pixels.
        mirrored: whether the picture is a mirror, where the person's left is at the left.
    """

    def __init__(self, size: tuple[int, int], *, mirrored: bool) -> None:
        self.size = size
        self._mirrored = mirrored
        self._em = text_size(size)
        self._card = lru_cache(maxsize=64)(self._paint_card)

    def draw(self, image: Image, guide: Guide) -> None:
        """Draw in place."""
        seconds = int(np.ceil(guide.left)) if guide.step in {Step.READY, Step.HOLD} else 0
        title, text, color = told(guide)
        checks = tuple((c.title, c.good) for c in guide.checks)
        shown = checks if guide.step is Step.FRAMING else ()
        self._card(title, text, seconds, color, shown).onto(image)
        self._bars(image, guide)
        self._trace(image, guide)
        for check in guide.checks:
            if guide.step is Step.FRAMING and not check.good and check.arrow in {"left", "right"}:
                self._arrow(image, check.arrow)
                break

    def _paint_card(
        self, title: str, text: str, seconds: int, color: Color, checks: _Checks
    ) -> Layer:
        """Title, sentence and countdown across the foot; the checks below them."""
        em, (width, height) = self._em, self.size
        margin = 0.6 * em
        room = width - 2 * margin - 2 * em - (5.5 * em if seconds else 0)
        big = max(18, round(0.07 * min(width, height)))
        small = max(14, round(0.042 * min(width, height)))
        heads, head = fit((title,), (big, round(0.8 * big)), room, 2.4 * big)
        sizes = (small, round(0.85 * small), round(0.7 * small))
        lines, size = fit((text,), sizes, room, 6 * small) if text else ([], 1)
        tall = 1.15 * head * len(heads) + 1.2 * size * len(lines) + 1.2 * em
        tall = max(tall, 5 * em if seconds else 0)
        per_row = max(1, int((width - 2 * margin) / (7.2 * em)))
        rows = -(-len(checks) // per_row)
        bottom = height - 2.4 * em  # the head stays free: its place in the picture matters
        box = Box(margin, bottom - tall - 1.6 * em * rows, width - margin, bottom)
        layer = Layer(box.inset(-1))
        layer.fill(box, PANEL, 0.86, radius=0.45 * em)
        y = box.top + 0.5 * em
        for line in heads:
            layer.text(box.left + em, y + 0.9 * head, line, head, color, "bold")
            y += 1.15 * head
        for line in lines:
            layer.text(box.left + em, y + 0.9 * size, line, size, INK)
            y += 1.2 * size
        if seconds:
            layer.text(box.right - 1.2 * em, box.top + 4.1 * em, str(seconds), round(4.5 * em),
                       color, "bold", "right")  # fmt: skip
        for k, (name, good) in enumerate(checks):
            x = box.left + em + (k % per_row) * 7.2 * em
            base = box.top + tall + (k // per_row) * 1.6 * em + 0.8 * em
            mark = Box(x, base - 0.62 * em, x + 0.7 * em, base + 0.08 * em)
            layer.fill(mark, GOOD if good else _AMBER, 1.0, radius=em,
                       outline=0.0 if good else 0.14 * em)  # fmt: skip
            layer.text(x + em, base, name, round(0.86 * em), INK if good else _AMBER, "bold")
        return layer

    def _bars(self, image: Image, guide: Guide) -> None:
        """How much of a hold is done, and of the whole."""
        em, (width, height) = self._em, self.size
        picture = Picture(image)
        whole = Box(0, height - 0.35 * em, width, height)
        picture.fill(whole, PANEL, 0.8)
        picture.fill(whole._replace(right=max(1.0, guide.progress * width)), GOOD, 0.9)
        if guide.step is Step.HOLD:
            share = 1 - guide.left / HOLD_S
            bar = Box(0.6 * em, height - 1.9 * em, width - 0.6 * em, height - 0.9 * em)
            picture.fill(bar, PANEL, 0.8, radius=0.5 * em)
            done = bar._replace(right=bar.left + max(em, share * bar.width))
            picture.fill(done, _AMBER, 0.95, radius=0.5 * em)

    def _trace(self, image: Image, guide: Guide) -> None:
        """Degrees from rest over the last seconds: further up is further from rest."""
        if guide.step not in {Step.READY, Step.HOLD} or len(guide.trace) < 2:
            return
        import cv2

        em = self._em
        box = Box(0.6 * em, 0.6 * em, min(9 * em, 0.3 * self.size[0]), 5.6 * em)
        picture = Picture(image)
        picture.fill(box, PANEL, 0.8, radius=0.4 * em)
        middle = (box.top + box.bottom) / 2
        picture.fill(Box(box.left + 0.4 * em, middle - 0.7, box.right - 0.4 * em, middle + 0.7),
                     QUIET, 0.7)  # fmt: skip
        points = np.array(guide.trace)
        x = box.right - 0.5 * em - (guide.t - points[:, 0]) / 8.0 * (box.width - em)
        y = middle - np.clip(points[:, 1] / _TRACE_DEG, -1, 1) * (box.height / 2 - 0.5 * em)
        line = np.rint(np.column_stack([x, y])).astype(np.int32)
        cv2.polylines(image, [line], False, GOOD, max(2, round(em / 8)), cv2.LINE_AA)

    def _arrow(self, image: Image, way: str) -> None:
        """A large arrow at the side the person should move to."""
        import cv2

        em, (width, height) = self._em, self.size
        left = (way == "left") == self._mirrored
        tip, tail = (1.2 * em, 5.5 * em) if left else (width - 1.2 * em, width - 5.5 * em)
        y = round(height / 2)
        cv2.arrowedLine(image, (round(tail), y), (round(tip), y), _AMBER, round(0.6 * em),
                        cv2.LINE_AA, tipLength=0.45)  # fmt: skip


def told(guide: Guide) -> tuple[str, str, Color]:
    """Title, sentence and colour of what is said now."""
    title, text = POSES[guide.pose]
    if guide.step is Step.FRAMING:
        advice = next((c.advice for c in guide.checks if not c.good), "")
        return ("Let's look at the picture" if advice else "Good. Stay like this."), advice, INK
    if guide.step is Step.READY:
        return title, text, INK
    if guide.step is Step.HOLD:
        return f"Hold: {title.lower()}", text, _AMBER
    if guide.step is Step.REVIEW:
        return ("Once more", guide.fault, _AMBER) if guide.fault else ("Good", "", GOOD)
    if guide.step is Step.DONE:
        return "Calibrated", " ".join(guide.lines), GOOD
    return "This did not work", guide.fault, _AMBER
