"""The picture that a lifter sees: skeleton, gauges, view badge, notices and the cue banner."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.measures.types import View
from scapcoach.sinks.gauges import INK, PANEL, PANEL_ALPHA, Panel, text_size
from scapcoach.sinks.paint import Box, Layer, Picture
from scapcoach.sinks.skeleton import SkeletonPainter
from scapcoach.sinks.text import fit, text_width

if TYPE_CHECKING:
    from scapcoach.landmarks import Poses
    from scapcoach.measures.types import Measures
    from scapcoach.sinks.paint import Image

#: Letters of the cue banner, share of the shorter side. At three metres from a 24 inch screen a
#: letter must be about 12 mm high to be read at a glance (20 arc minutes and some); 10 % of the
#: height of a full-screen picture is 30 mm.
BANNER_SHARE: Final = 0.1


class Overlay:
    """Draws one frame's findings on pictures of one size.

    The foot of the picture holds the gauges, its top left the view; the top right corner is kept
    free for a counter, the top middle holds the cue banner.

    Args:
        size: (width, height) of the pictures in pixels. Poses are scaled to it.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self._em = text_size(size)
        self._skeleton = SkeletonPainter(size)
        self._panel = Panel(size)
        self._badge = lru_cache(maxsize=512)(self._paint_badge)
        self._notice = lru_cache(maxsize=8)(self._paint_notice)
        self._banner = lru_cache(maxsize=8)(self._paint_banner)

    def draw(
        self, image: Image, poses: Poses, measures: Measures, i: int, *, banner: str | None = None
    ) -> None:
        """Draw frame `i` in place.

        Args:
            image: (H, W, 3) uint8 RGB, C-contiguous, of the size given at the start.
            poses: landmarks; frame `i` of them belongs to `image`.
            measures: of the same frames as `poses`.
            i: number of the frame.
            banner: one short cue, readable from three metres; None for none.

        Raises:
            ValueError: the picture has another size.
        """
        if image.shape != (self.size[1], self.size[0], 3):
            raise ValueError(f"This overlay draws on pictures of {self.size}, not {image.shape}.")
        picture = Picture(image)
        rounding = measures.series.get("rounding")
        contour = rounding is not None and bool(rounding.judged[i])
        self._skeleton.draw(image, poses, i, contour=contour)
        self._panel.draw(picture, measures, i)
        view = View(int(measures.view[i]))
        yaw = float(measures.yaw[i])
        if view is not View.UNKNOWN:
            self._badge(view, round(yaw) if np.isfinite(yaw) else None).onto(image)
        if poses.subject[i] < 0:
            self._notice("No person").onto(image)
        elif poses.subject[i] > 0:
            self._notice("Another person: not judged").onto(image)
        if banner:
            self._banner(banner).onto(image)

    def _paint_badge(self, view: View, yaw: int | None) -> Layer:
        """The view: a person from above, turned as the subject is, and its name."""
        em = self._em
        label = view.label.upper()
        turn = "" if yaw is None else f"{abs(yaw)}°"
        size = round(0.86 * em)
        margin, height = max(4.0, 0.6 * em), 1.9 * em
        icon = 1.7 * em
        name_width = text_width(label, size, "bold") * 1.04
        turn_width = text_width(turn, size) + 0.4 * em if turn else 0.0
        width = icon + name_width + turn_width + 1.0 * em
        box = Box(margin, margin, margin + width, margin + height)
        layer = Layer(box.inset(-1))
        layer.fill(box, PANEL, PANEL_ALPHA, radius=0.45 * em)
        middle = (box.top + box.bottom) / 2
        self._compass(layer, box.left + 0.3 * em + icon / 2, middle, yaw)
        base = middle + 0.36 * size
        x = box.left + icon + 0.5 * em
        layer.text(x, base, label, size, INK, "bold", tracking=0.03)
        if turn:
            layer.text(box.right - 0.5 * em, base, turn, size, INK, "medium", "right")
        return layer

    def _compass(self, layer: Layer, x: float, y: float, yaw: int | None) -> None:
        em = self._em
        turn = np.deg2rad(yaw or 0)
        across = np.array([np.cos(turn), -np.sin(turn)])  # to the subject's left, seen from above
        ahead = np.array([np.sin(turn), np.cos(turn)])  # facing the camera is down
        for k in np.linspace(-1, 1, 9):
            r = 0.2 * em
            cx, cy = np.array([x, y]) + across * k * 0.5 * em
            layer.fill(Box(cx - r, cy - r, cx + r, cy + r), (150, 160, 174), 1.0, radius=r)
        r = 0.3 * em
        layer.fill(Box(x - r, y - r, x + r, y + r), INK, 1.0, radius=r)
        if yaw is not None:
            cx, cy = np.array([x, y]) + ahead * 0.42 * em
            r = 0.14 * em
            layer.fill(Box(cx - r, cy - r, cx + r, cy + r), INK, 1.0, radius=r)

    def _paint_notice(self, text: str) -> Layer:
        """A line above the gauges about who is (not) being judged."""
        em = self._em
        size = round(1.1 * em)
        width, height = text_width(text, size, "bold") + 1.6 * em, 2.1 * em
        middle, bottom = self.size[0] / 2, self._panel.layout.panel.top - 0.6 * em
        box = Box(middle - width / 2, bottom - height, middle + width / 2, bottom)
        layer = Layer(box.inset(-1))
        layer.fill(box, INK, 0.92, radius=height)
        base = (box.top + box.bottom) / 2 + 0.36 * size
        layer.text(middle, base, text, size, PANEL, "bold", "center")
        return layer

    def _paint_banner(self, text: str) -> Layer:
        """One cue across the top, in letters for three metres."""
        em, (w, h) = self._em, self.size
        margin = max(4.0, 0.6 * em)
        top = 2 * margin + 1.9 * em
        big = max(18, round(BANNER_SHARE * min(w, h)))
        sizes = (big, round(0.85 * big), round(0.7 * big), round(0.55 * big))
        room = w - 2 * margin - 2 * em
        lines, size = fit((text,), sizes, room, 2.3 * big)
        height = 1.12 * size * len(lines) + 1.0 * em
        box = Box(margin, top, w - margin, top + height)
        layer = Layer(box.inset(-1))
        layer.fill(box, (255, 214, 64), 0.95, radius=0.45 * em)
        for k, line in enumerate(lines):
            base = top + 0.5 * em + (k + 0.84) * 1.12 * size - 0.08 * size
            layer.text(w / 2, base, line, size, PANEL, "bold", "center")
        return layer
