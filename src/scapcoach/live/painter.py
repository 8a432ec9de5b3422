"""The content of the window: the mirrored picture with its overlay, and a line of keys below it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.live.guide_painter import GuidePainter
from scapcoach.measures.series import Reason
from scapcoach.overlay.gauges import INK, PANEL, QUIET, text_size
from scapcoach.overlay.overlay import Overlay
from scapcoach.overlay.paint import Box, Layer
from scapcoach.overlay.readings import GOOD, TO_DO
from scapcoach.overlay.text import fit, text_width
from scapcoach.pictures import shrunk

if TYPE_CHECKING:
    from scapcoach.arrays import Image
    from scapcoach.guide.steps import Guide
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures
    from scapcoach.overlay.paint import Color
    from scapcoach.overlay.prompt import Prompt
    from scapcoach.session.engine import Reading


#: Largest longer side of the picture in the window: more would take time and show nothing new.
MAX_SIDE: Final = 1280
_RED: Final[Color] = (255, 92, 80)
#: Advice about a missing number, where a key helps.
_ADVICE: Final = MappingProxyType(
    {
        Reason.NOT_CALIBRATED: "Not calibrated: press C.",
        Reason.ARMS_AWAY_FROM_CALIBRATION: "Moving arms hide the blades: rest, or press X.",
    }
)


@dataclass(frozen=True, slots=True)
class WindowState:
    """What the window shows beside the picture.

    Attributes:
        keys: name and word of every key that does something now.
        notice: one or two large sentences across the picture (paused, no camera); empty for none.
        hint: a smaller sentence above the gauges (check the calibration); empty for none.
        muted, recording, filming: shown as words in the line of keys.
        sound: what can be heard, as a word for the line of keys; empty for nothing.
        guide: the guided calibration, shown instead of gauges and cues.
    """

    keys: tuple[tuple[str, str], ...]
    notice: str = ""
    hint: str = ""
    muted: bool = False
    recording: bool = False
    filming: bool = False
    sound: str = ""
    guide: Guide | None = None

    @property
    def indicators(self) -> tuple[tuple[str, Color], ...]:
        """Words at the right of the line of keys, from the right, and their colours."""
        heard = ("MUTED", TO_DO) if self.muted else (self.sound, GOOD)
        kept = "REC + VIDEO" if self.filming else "REC" if self.recording else ""
        return tuple(shown for shown in ((kept, _RED), heard) if shown[0])


class Painter:
    """Paints the window's pictures, for camera pictures of one size.

    The picture is mirrored, as people know themselves; text is not, and left and right stay the
    person's own.

    Args:
        size: (width, height) of the camera's pictures in pixels.
        mirrored: False for a file, and for people who are filmed from behind.
    """

    def __init__(self, size: tuple[int, int], *, mirrored: bool = True) -> None:
        factor = min(1.0, MAX_SIDE / max(size))
        self._camera = size
        self._mirrored = mirrored
        self.picture = (round(size[0] * factor), round(size[1] * factor))
        self._em = text_size(self.picture)
        self._line = round(2.1 * self._em)
        self.size = (self.picture[0], self.picture[1] + self._line)
        self._canvas = np.empty((self.size[1], self.size[0], 3), np.uint8)
        self._line_shown: object = None
        self._overlay = Overlay(self.picture, _ADVICE)
        self._guide = GuidePainter(self.picture, mirrored=mirrored)
        self._keys = lru_cache(maxsize=16)(self._paint_keys)
        self._notice = lru_cache(maxsize=8)(self._paint_notice)
        self._hint = lru_cache(maxsize=8)(self._paint_hint)

    def paint(
        self, image: Image, reading: Reading | None, prompt: Prompt, state: WindowState
    ) -> Image:
        """The picture for the window; it is valid until the next one is painted.

        Args:
            image: (H, W, 3) RGB of the camera; not changed.
            reading: of that picture; None paints only the picture.
            prompt: counter, phase and cue.
            state: everything else.
        """
        import cv2

        small = shrunk(image, self.picture)
        shown = self._canvas[: self.picture[1]]
        if self._mirrored:
            cv2.flip(small, 1, dst=shown)
        else:
            shown[:] = small
        if state.guide is not None and not state.notice:
            self._guide.draw(shown, state.guide)
        elif reading is not None:
            poses, measures = reading.poses, reading.measures
            if self._mirrored:
                poses, measures = mirror(poses), _turned(measures)
            self._overlay.draw(
                shown, poses, measures, 0,
                prompt=prompt, leading=reading.leading, mirrored=self._mirrored,
            )  # fmt: skip
        if state.notice:
            shown //= 3
            self._notice(state.notice).onto(shown)
        elif state.hint and state.guide is None and not prompt.cue:
            self._hint(state.hint).onto(shown)
        line = (state.keys, state.indicators)
        if line != self._line_shown:
            self._canvas[self.picture[1] :] = PANEL
            self._keys(*line).onto(self._canvas)
            self._line_shown = line
        return self._canvas

    def _paint_keys(
        self, keys: tuple[tuple[str, str], ...], indicators: tuple[tuple[str, Color], ...]
    ) -> Layer:
        """The line of keys; keys at the end are left out where even small letters do not fit."""
        width, height = self.size
        layer = Layer(Box(0, self.picture[1], width, height))
        right = width - 0.6 * self._em
        size = round(0.8 * self._em)
        middle = (self.picture[1] + height) / 2
        base = middle + 0.36 * size
        for word, color in indicators:
            right -= layer.text(right, base, word, size, color, "bold", "right") + self._em
        for scale in (1.0, 0.9, 0.8, 0.7):
            small = max(9, round(scale * size))
            gap = 0.9 * small
            wide = sum(self._key_width(k, word, small) + gap for k, word in keys)
            if wide <= right:
                break
        x = 0.6 * self._em
        for key, word in keys:
            if x + self._key_width(key, word, small) > right:
                break
            cap = Box(x, middle - 0.78 * small, x + text_width(key, small, "bold") + 0.8 * small,
                      middle + 0.78 * small)  # fmt: skip
            layer.fill(cap, INK, 0.9, radius=0.25 * small)
            layer.text((cap.left + cap.right) / 2, middle + 0.36 * small, key, small, PANEL,
                       "bold", "center")  # fmt: skip
            layer.text(cap.right + 0.35 * small, middle + 0.36 * small, word, small, INK)
            x += self._key_width(key, word, small) + gap
        return layer

    @staticmethod
    def _key_width(key: str, word: str, size: int) -> float:
        return text_width(key, size, "bold") + text_width(word, size) + 1.15 * size

    def _paint_notice(self, text: str) -> Layer:
        """Sentences in the middle of the picture, in letters that can be read from a distance."""
        width, height = self.picture
        big = max(18, round(0.075 * min(width, height)))
        sizes = (big, round(0.8 * big), round(0.62 * big), round(0.5 * big))
        lines, size = fit((text,), sizes, width - 3 * self._em, 0.7 * height)
        step = 1.2 * size
        top = height / 2 - step * len(lines) / 2
        layer = Layer(Box(0, top - size, width, top + step * len(lines) + size))
        for k, line in enumerate(lines):
            layer.text(width / 2, top + (k + 0.8) * step, line, size, INK, "bold", "center")
        return layer

    def _paint_hint(self, text: str) -> Layer:
        """One sentence across the middle, smaller than a cue."""
        em, (width, height) = self._em, self.picture
        size = round(0.95 * em)
        lines, size = fit((text,), (size, round(0.85 * size)), width - 4 * em, 3.6 * em)
        tall = 1.2 * size * len(lines) + 0.9 * em
        top = 0.5 * height
        wide = max(text_width(line, size) for line in lines) + 2 * em
        box = Box((width - wide) / 2, top, (width + wide) / 2, top + tall)
        layer = Layer.panel(box, PANEL, 0.8, radius=0.45 * em)
        for k, line in enumerate(lines):
            base = top + 0.45 * em + (k + 0.8) * 1.2 * size
            layer.text(width / 2, base, line, size, QUIET, "medium", "center")
        return layer


def mirror(poses: Poses) -> Poses:
    """Landmarks at their places in a mirrored picture; left stays the person's own left."""
    flip = np.array([poses.size[0], 0.0]), np.array([-1.0, 1.0])
    contour = None if poses.contour is None else flip[0] + flip[1] * poses.contour
    return replace(poses, xy=flip[0] + flip[1] * poses.xy, contour=contour)


def _turned(measures: Measures) -> Measures:
    """Measures for the small figure that shows the view, which turns the other way in a mirror."""
    return replace(measures, yaw=-measures.yaw)
