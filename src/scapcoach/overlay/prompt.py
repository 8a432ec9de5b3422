"""The coach's part of a picture: the counter with the phase, and the cue banner."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from scapcoach.coaching.exercise import Phase
from scapcoach.coaching.results import CueKind
from scapcoach.overlay.gauges import INK, PANEL, PANEL_ALPHA, QUIET, lay_out, text_size
from scapcoach.overlay.paint import Box, Layer
from scapcoach.overlay.readings import GOOD, TO_DO
from scapcoach.overlay.text import fit, text_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import Image
    from scapcoach.coaching.results import SetResult

#: Letters of the cue banner, share of the shorter side. At three metres from a 24 inch screen a
#: letter must be about 12 mm high to be read at a glance (20 arc minutes and some); 10 % of the
#: height of a full-screen picture is 30 mm.
BANNER_SHARE: Final = 0.1

#: Digits of the counter, a little larger for the same reason: people look for it during a set.
COUNTER_SHARE: Final = 0.14

#: Phases in the order in which the strip under the counter lights up.
_STRIP: Final = tuple(phase.label for phase in sorted(Phase) if phase)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the coach shows on one frame.

    Attributes:
        count: repetitions finished; None shows no counter.
        phase: stretch, pull, peak, return, or empty.
        held: whole seconds that the peak has been held so far; shown from 1 on.
        cue: one short sentence for the banner, or empty; praise: whether it praises.
        targets: measure to (low, high) that it should be in now, in its unit; infinite where
            there is no limit.
    """

    count: int | None = None
    phase: str = ""
    held: int = 0
    cue: str = ""
    praise: bool = False
    targets: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def prompt_at(result: SetResult, i: int, t: float) -> Prompt:
    """What the coach shows on frame `i`, at `t` seconds, of a recorded set."""
    phase = Phase(int(result.phase[i]))
    cue = result.cue_at(t)
    found = result.repetition(int(result.rep[i]))
    held = int(t - found.rep.peak_start) if found is not None and phase is Phase.PEAK else 0
    return Prompt(
        count=int(result.count[i]),
        phase=phase.label,
        held=max(0, held),
        cue="" if cue is None else cue.text,
        praise=cue is not None and cue.kind is CueKind.PRAISE,
        targets=result.exercise.targets(phase),
    )


class PromptPainter:
    """Counter and banner for pictures of one size."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self._em = text_size(size)
        self._margin = max(4.0, 0.6 * self._em)
        self._counter = lru_cache(maxsize=64)(self._paint_counter)
        self._banner = lru_cache(maxsize=16)(self._paint_banner)

    def draw(self, image: Image, prompt: Prompt) -> None:
        """Draw counter and banner in place."""
        if prompt.count is not None:
            self._counter(prompt.count, prompt.phase, prompt.held).onto(image)
        if prompt.cue:
            self._banner(prompt.cue, praise=prompt.praise).onto(image)

    def counter_box(self) -> Box:
        """Place of the counter: the top right corner, wide enough for two digits."""
        digits = self._digits()
        width = max(text_width("00", digits, "bold"), self._strip_width()) + 1.4 * self._em
        height = 0.98 * digits + 2.1 * self._em
        right = self.size[0] - self._margin
        return Box(right - width, self._margin, right, self._margin + height)

    def _digits(self) -> int:
        return max(24, round(COUNTER_SHARE * min(self.size)))

    def _strip_width(self) -> float:
        return max(text_width(word.upper(), round(0.86 * self._em), "bold") for word in _STRIP)

    def _paint_counter(self, count: int, phase: str, held: int) -> Layer:
        em, box, digits = self._em, self.counter_box(), self._digits()
        layer = Layer.panel(box, PANEL, PANEL_ALPHA, radius=0.45 * em)
        middle = (box.left + box.right) / 2
        base = box.top + 0.3 * em + 0.86 * digits
        layer.text(middle, base, str(count), digits, INK, "bold", "center")
        size = round(0.86 * em)
        word = phase.upper() or ("REP" if count == 1 else "REPS")
        if held:
            word = f"{word} {held} s"
        base = box.bottom - 0.95 * em
        layer.text(
            middle, base, word, size, INK if phase else QUIET, "bold", "center", tracking=0.03
        )
        self._strip(layer, box, phase)
        return layer

    def _strip(self, layer: Layer, box: Box, phase: str) -> None:
        """Four segments at the bottom of the counter; that of the phase is lit."""
        em, inner = self._em, box.inset(0.6 * self._em)
        gap = 0.18 * em
        width = (inner.width - gap * (len(_STRIP) - 1)) / len(_STRIP)
        for k, name in enumerate(_STRIP):
            left = inner.left + k * (width + gap)
            segment = Box(left, box.bottom - 0.55 * em, left + width, box.bottom - 0.3 * em)
            lit = name == phase
            layer.fill(segment, GOOD if lit else QUIET, 1.0 if lit else 0.35, radius=0.1 * em)

    def _paint_banner(self, text: str, *, praise: bool) -> Layer:
        """One cue across the picture, readable from three metres, directly above the gauges.

        Head and shoulders, which it is about, are higher in the picture.
        """
        em, (w, h), margin = self._em, self.size, self._margin
        left, right, bottom = margin, w - margin, lay_out(self.size).panel.top - margin
        big = max(18, round(BANNER_SHARE * min(w, h)))
        sizes = tuple(round(share * big) for share in (1.0, 0.85, 0.7, 0.55))
        lines, size = fit((text,), sizes, right - left - 2 * em, 2.3 * big)
        top = bottom - 1.12 * size * len(lines) - em
        box = Box(left, top, right, bottom)
        layer = Layer.panel(box, GOOD if praise else TO_DO, 0.95, radius=0.45 * em)
        middle = (left + right) / 2
        for k, line in enumerate(lines):
            base = top + 0.5 * em + (k + 0.84) * 1.12 * size - 0.08 * size
            layer.text(middle, base, line, size, PANEL, "bold", "center")
        return layer
