"""The picture that a lifter sees: mesh on the back, skeleton, gauges, badge, notices, banner."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from scapcoach.measures.leading import RETRACTION
from scapcoach.measures.series import View
from scapcoach.overlay.gauges import INK, PANEL, PANEL_ALPHA, Panel, text_size
from scapcoach.overlay.mesh import MeshPainter
from scapcoach.overlay.paint import Box, Canvas, Layer
from scapcoach.overlay.prompt import Prompt, PromptPainter
from scapcoach.overlay.skeleton import SkeletonPainter
from scapcoach.overlay.text import text_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import Image
    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures, Reason


class Overlay:
    """Draws the results of one frame on pictures of one size.

    Gauges are at the bottom of the picture, the view at the top left, the counter at the top right;
    the cue banner is above the gauges.

    Args:
        size: (width, height) of the pictures in pixels. Poses are scaled to it.
        advice: sentences that replace `Reason.advice` for some reasons.
    """

    def __init__(
        self, size: tuple[int, int], advice: Mapping[Reason, str] = MappingProxyType({})
    ) -> None:
        self.size = size
        self._em = text_size(size)
        self._mesh = MeshPainter(size)
        self._skeleton = SkeletonPainter(size)
        self._panel = Panel(size, advice)
        self._badge = lru_cache(maxsize=512)(self._paint_badge)
        self._notice = lru_cache(maxsize=8)(self._paint_notice)
        self._prompt = PromptPainter(size)

    def draw(
        self,
        image: Image,
        poses: Poses,
        measures: Measures,
        i: int,
        *,
        prompt: Prompt | None = None,
        leading: str = RETRACTION,
        mirrored: bool = False,
    ) -> None:
        """Draw frame `i` in place.

        Args:
            image: (H, W, 3) uint8 RGB, C-contiguous, of the size given at the start.
            poses: landmarks; frame `i` of them belongs to `image`.
            measures: of the same frames as `poses`.
            i: number of the frame.
            prompt: everything from the coach: counter, phase, cue and targets.
            leading: measure of the first card, as `LeadingMeasure` chooses it.
            mirrored: whether `image` and `poses` are mirrored.

        Raises:
            ValueError: the picture has another size.
        """
        if image.shape != (self.size[1], self.size[0], 3):
            raise ValueError(f"This overlay draws on pictures of {self.size}, not {image.shape}.")
        picture = Canvas(image)
        rounding = measures.series.get("rounding")
        contour = rounding is not None and bool(rounding.judged[i])
        self._mesh.draw(image, poses, measures, i, mirrored=mirrored)
        self._skeleton.draw(image, poses, i, contour=contour)
        shown = prompt or Prompt()
        self._panel.draw(picture, measures, i, shown.targets, leading)
        view = View(int(measures.view[i]))
        yaw = float(measures.yaw[i])
        if view is not View.UNKNOWN:
            self._badge(view, round(yaw) if np.isfinite(yaw) else None).onto(image)
        if poses.subject[i] < 0:
            self._notice("No person").onto(image)
        elif poses.subject[i] > 0:
            self._notice("Another person: not judged").onto(image)
        self._prompt.draw(image, shown)

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
        layer = Layer.panel(box, PANEL, PANEL_ALPHA, radius=0.45 * em)
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
        layer = Layer.panel(box, INK, 0.92, radius=height)
        base = (box.top + box.bottom) / 2 + 0.36 * size
        layer.text(middle, base, text, size, PANEL, "bold", "center")
        return layer
