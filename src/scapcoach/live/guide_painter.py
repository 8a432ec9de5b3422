"""The guided calibration on the window's picture: what to do, countdown, checks, live trace."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.guide.card import Mood, card
from scapcoach.guide.steps import TRACE_S
from scapcoach.overlay.gauges import INK, PANEL, QUIET, text_size
from scapcoach.overlay.paint import Box, Canvas, Layer
from scapcoach.overlay.readings import GOOD, TO_DO
from scapcoach.overlay.text import fit, text_width

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, Image
    from scapcoach.guide.card import GuideCard
    from scapcoach.guide.steps import Guide
    from scapcoach.overlay.paint import Color

    _Checks = tuple[tuple[str, bool], ...]

_COLORS: Final = {Mood.CALM: INK, Mood.ACT: TO_DO, Mood.GOOD: GOOD, Mood.BAD: TO_DO}
#: Words for arrows that point to no place in the picture.
_WORDS: Final = {"nearer": "closer", "back": "back", "turn": "turn", "up": "up", "down": "down"}


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
        self._word = lru_cache(maxsize=8)(self._paint_word)

    def draw(self, image: Image, guide: Guide) -> None:
        """Draw in place."""
        shown = card(guide)
        checks = tuple((c.title, c.good) for c in shown.checks)
        self._card(shown.title, shown.text, shown.big, _COLORS[shown.mood], checks).onto(image)
        self._bars(image, shown)
        self._trace(image, shown)
        if shown.arrow:
            self._arrow(image, shown.arrow)

    def _paint_card(self, title: str, text: str, big: str, color: Color, checks: _Checks) -> Layer:
        """Title, sentence and countdown at the bottom; the checks below them."""
        em, (width, height) = self._em, self.size
        margin = 0.6 * em
        room = width - 2 * margin - 2 * em - (2.4 * em * len(big) + 2.4 * em if big else 0)
        large = max(18, round(0.07 * min(width, height)))
        small = max(14, round(0.042 * min(width, height)))
        heads, head = fit((title,), (large, round(0.8 * large)), room, 2.4 * large)
        sizes = (small, round(0.85 * small), round(0.7 * small))
        lines, size = fit((text,), sizes, room, 6 * small) if text else ([], 1)
        tall = 1.15 * head * len(heads) + 1.2 * size * len(lines) + 1.2 * em
        tall = max(tall, 5 * em if big else 0)
        per_row = max(1, int((width - 2 * margin) / (7.2 * em)))
        rows = -(-len(checks) // per_row)
        bottom = height - 2.4 * em  # the head stays visible: its place in the picture matters
        box = Box(margin, bottom - tall - 1.6 * em * rows, width - margin, bottom)
        layer = Layer.panel(box, PANEL, 0.86, radius=0.45 * em)
        y = box.top + 0.5 * em
        for line in heads:
            layer.text(box.left + em, y + 0.9 * head, line, head, color, "bold")
            y += 1.15 * head
        for line in lines:
            layer.text(box.left + em, y + 0.9 * size, line, size, INK)
            y += 1.2 * size
        if big:
            layer.text(box.right - 1.2 * em, box.top + 4.1 * em, big, round(4.5 * em),
                       color, "bold", "right")  # fmt: skip
        for k, (name, good) in enumerate(checks):
            x = box.left + em + (k % per_row) * 7.2 * em
            base = box.top + tall + (k // per_row) * 1.6 * em + 0.8 * em
            mark = Box(x, base - 0.62 * em, x + 0.7 * em, base + 0.08 * em)
            layer.fill(mark, GOOD if good else TO_DO, 1.0, radius=em,
                       outline=0.0 if good else 0.14 * em)  # fmt: skip
            layer.text(x + em, base, name, round(0.86 * em), INK if good else TO_DO, "bold")
        return layer

    def _bars(self, image: Image, shown: GuideCard) -> None:
        """Progress of a hold or movement, and of the whole calibration."""
        em, (width, height) = self._em, self.size
        picture = Canvas(image)
        whole = Box(0, height - 0.35 * em, width, height)
        picture.fill(whole, PANEL, 0.8)
        picture.fill(whole._replace(right=max(1.0, shown.progress * width)), GOOD, 0.9)
        if shown.share >= 0:
            bar = Box(0.6 * em, height - 1.9 * em, width - 0.6 * em, height - 0.9 * em)
            picture.fill(bar, PANEL, 0.8, radius=0.5 * em)
            done = bar._replace(right=bar.left + max(em, shown.share * bar.width))
            picture.fill(done, TO_DO, 0.95, radius=0.5 * em)

    def _trace(self, image: Image, shown: GuideCard) -> None:
        """The last seconds: higher is farther from rest, or nearer to the finish."""
        if len(shown.trace) < 2:
            return
        import cv2

        em = self._em
        box = Box(0.6 * em, 0.6 * em, min(9 * em, 0.3 * self.size[0]), 5.6 * em)
        picture = Canvas(image)
        picture.fill(box, PANEL, 0.8, radius=0.4 * em)
        middle = (box.top + box.bottom) / 2
        picture.fill(Box(box.left + 0.4 * em, middle - 0.7, box.right - 0.4 * em, middle + 0.7),
                     QUIET, 0.7)  # fmt: skip
        points = np.array(shown.trace)
        x = box.right - 0.5 * em + points[:, 0] / TRACE_S * (box.width - em)
        y = middle - points[:, 1] * (box.height / 2 - 0.5 * em)
        line = np.rint(np.column_stack([x, y])).astype(np.int32)
        cv2.polylines(image, [line], False, GOOD, max(2, round(em / 8)), cv2.LINE_AA)

    def _arrow(self, image: Image, direction: str) -> None:
        """A large arrow at the side to move to; for other directions, with a word."""
        import cv2

        em, (width, height) = self._em, self.size
        aside = direction in {"left", "right"}
        left = aside and (direction == "left") == self._mirrored
        middle = np.array([3.4 * em if left else width - 3.4 * em, 0.4 * height])
        shape = ("left" if left else "right") if aside else direction
        lines = [np.rint(middle + 2.2 * em * s).astype(np.int32) for s in _strokes(shape)]
        for color, thick in ((PANEL, 1.0), (TO_DO, 0.6)):
            cv2.polylines(image, lines, False, color, round(thick * em), cv2.LINE_AA)
        if direction in _WORDS:
            self._word(_WORDS[direction]).onto(image)

    def _paint_word(self, word: str) -> Layer:
        """The word below an arrow."""
        em, size = self._em, round(1.3 * self._em)
        x, y = self.size[0] - 3.4 * em, 0.4 * self.size[1] + 4.4 * em
        half = text_width(word, size) / 2 + 0.4 * em
        box = Box(x - half, y - 1.2 * em, x + half, y + 0.5 * em)
        layer = Layer.panel(box, PANEL, 0.86, radius=0.4 * em)
        layer.text(x, y, word, size, TO_DO, "bold", "center")
        return layer


@lru_cache(maxsize=8)
def _strokes(shape: str) -> tuple[FloatArray, ...]:
    """Lines of an arrow within (-1, -1) and (1, 1), y down."""
    if shape == "turn":
        angle = np.radians(np.linspace(-30, -310, 40))
        arc = 0.8 * np.column_stack([np.cos(angle), np.sin(angle)])
        return arc, arc[0] + np.array([[0.15, -0.6], [0.0, 0.0], [-0.6, 0.05]])
    left = (np.array([[-1.0, 0.0], [1.0, 0.0]]), np.array([[-0.3, -0.7], [-1.0, 0.0], [-0.3, 0.7]]))
    quarters = {"left": 0, "back": 1, "up": 1, "right": 2, "nearer": 3, "down": 3}[shape]
    c, s = np.cos(quarters * np.pi / 2), np.sin(quarters * np.pi / 2)
    return tuple(line @ np.array([[c, s], [-s, c]]) for line in left)
