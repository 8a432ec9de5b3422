"""The gauges of the overlay: their layout and how they are painted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.measures import words
from scapcoach.measures.leading import BLADE_GAP, RETRACTION
from scapcoach.measures.series import Reason, Status
from scapcoach.overlay.paint import Box, Canvas, Layer
from scapcoach.overlay.readings import GOOD, SHORT, ZONES, read
from scapcoach.overlay.skeleton import LEFT, RIGHT
from scapcoach.overlay.text import fit, text_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.measures.series import Measures
    from scapcoach.overlay.paint import Color
    from scapcoach.overlay.readings import GaugeReading
    from scapcoach.overlay.text import Weight

PANEL: Final[Color] = (13, 17, 24)
PANEL_ALPHA: Final = 0.82
INK: Final[Color] = (246, 248, 251)
QUIET: Final[Color] = (168, 178, 191)
TRACK: Final[Color] = (120, 132, 148)


@dataclass(frozen=True, slots=True)
class GaugeRow:
    """One gauge: a measure, its side, and its place."""

    measure: str
    side: str
    box: Box


@dataclass(frozen=True, slots=True)
class GaugeCard:
    """A titled group of gauges, replaced by one sentence when all values are withheld.

    Attributes:
        title: key of `TITLES`.
        rows: one gauge each.
        box: place of the card.
        both: a gauge of both sides together, shown where the sides cannot be distinguished.
        zones: whether the scale is coloured by ok, mild and marked.
    """

    title: str
    rows: tuple[GaugeRow, ...]
    box: Box
    both: GaugeRow | None = None
    zones: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of the panel on pictures of one size.

    Attributes:
        em: size of the numbers in pixels.
        panel: the translucent strip.
        cards: retraction, elevation, hunch.
        gap: the card of the gap between the blades, which can take the place of the first.
    """

    em: int
    panel: Box
    cards: tuple[GaugeCard, ...]
    gap: GaugeCard

    def shown(self, leading: str) -> tuple[GaugeCard, ...]:
        """The cards where `leading` is the measure of the first one."""
        return (self.gap, *self.cards[1:]) if leading == self.gap.title else self.cards


def text_size(size: tuple[int, int]) -> int:
    """Pixels an em of the overlay's numbers: 3.3 % of the shorter side, at least 12."""
    return max(12, round(0.033 * min(size)))


def lay_out(size: tuple[int, int]) -> Layout:
    """One row of three cards at the bottom of wide pictures; two rows on upright ones."""
    width, height = size
    em = text_size(size)
    margin, pad = max(4.0, 0.6 * em), 0.75 * em
    head, line, foot = 1.5 * em, 1.45 * em, 0.45 * em
    wide = width > 1.05 * height
    card_height = head + 2 * line + foot
    row_height = line + foot
    total = card_height if wide else card_height + row_height
    panel = Box(margin, height - margin - total, width - margin, height - margin)
    if wide:
        edges = [panel.left + share * panel.width for share in (0, 0.385, 0.77, 1)]
        boxes = [Box(a, panel.top, b, panel.bottom) for a, b in pairwise(edges)]
    else:
        middle, below = panel.left + panel.width / 2, panel.top + card_height
        boxes = [
            Box(panel.left, panel.top, middle, below),
            Box(middle, panel.top, panel.right, below),
            Box(panel.left, below, panel.right, panel.bottom),
        ]

    def sided(name: str, box: Box) -> GaugeCard:
        rows = tuple(
            GaugeRow(
                f"{name}_{side}", side[0].upper(),
                Box(box.left + pad, box.top + head + k * line,
                    box.right - pad, box.top + head + (k + 1) * line),
            )
            for k, side in enumerate(("left", "right"))
        )  # fmt: skip
        middle = Box(box.left + pad, box.top + head, box.right - pad, box.top + head + 2 * line)
        return GaugeCard(name, rows, box, GaugeRow(name, "", middle))

    last = boxes[2]
    if wide:
        row = Box(last.left + pad, last.top + head, last.right - pad, last.bottom - foot)
    else:
        title = text_width("HUNCH", _head_size(em), "bold") * 1.1 + em
        row = Box(last.left + pad + title, last.top, last.right - pad, last.top + line)
    hunch = GaugeCard("hunch", (GaugeRow("hunch", "", row),), last, zones=True)
    cards = sided(RETRACTION, boxes[0]), sided("elevation", boxes[1]), hunch
    return Layout(em, panel, cards, sided(BLADE_GAP, boxes[0]))


def _head_size(em: int) -> int:
    return max(10, round(0.72 * em))


#: Titles of the cards, in capitals as the panel shows them.
TITLES: Final = {name: title.upper() for name, title in words.CARDS.items()}


#: What the static part of a gauge depends on: status, reason, whether there is a number.
_GaugeState = tuple[Status, Reason, bool]


class Panel:
    """The strip of gauges for pictures of one size.

    Args:
        size: (width, height) of the pictures in pixels.
        advice: sentences that replace `Reason.advice` for some reasons.
    """

    def __init__(
        self, size: tuple[int, int], advice: Mapping[Reason, str] = MappingProxyType({})
    ) -> None:
        self.layout = lay_out(size)
        self._advice = advice
        self._layer = lru_cache(maxsize=128)(self._paint_layer)

    def draw(
        self,
        picture: Canvas,
        measures: Measures,
        i: int,
        targets: Mapping[str, tuple[float, float]] = MappingProxyType({}),
        leading: str = RETRACTION,
    ) -> None:
        """Paint the gauges of frame `i`.

        Args:
            picture: to paint on.
            measures: values of the frames.
            i: number of the frame.
            targets: target ranges, measure to (low, high).
            leading: measure of the first card, as `LeadingMeasure` chooses it.
        """
        cards, readings = [], []
        for card in self.layout.shown(leading):
            group = [read(measures.series.get(row.measure), i) for row in card.rows]
            if card.both is not None and not any(r.shown for r in group):
                both = read(measures.series.get(card.both.measure), i)
                if both.shown:
                    card, group = replace(card, rows=(card.both,)), [both]  # noqa: PLW2901
            cards.append(card)
            readings.append(group)
        key = tuple(tuple((r.status, r.reason, r.shown) for r in group) for group in readings)
        self._layer((tuple(cards), key)).onto(picture.image)
        for card, group in zip(cards, readings, strict=True):
            for row, reading in zip(card.rows, group, strict=True):
                if reading.shown:
                    target = targets.get(row.measure) or targets.get(card.title)
                    if target is not None and reading.status == Status.OK and not card.zones:
                        self._target_range(picture, self._track_box(card, row), reading, target)
                    self._marker(picture, card, row, reading)

    def _paint_layer(
        self, shown: tuple[tuple[GaugeCard, ...], tuple[tuple[_GaugeState, ...], ...]]
    ) -> Layer:
        """Everything static: panel, titles, tracks, reasons."""
        cards, key = shown
        em, panel = self.layout.em, self.layout.panel
        layer = Layer.panel(panel, PANEL, PANEL_ALPHA, radius=0.45 * em)
        for card, states in zip(cards, key, strict=True):
            first = card.rows[0].box
            inline = card.zones and first.top < card.box.top + 0.5 * em
            left = card.box.left + 0.75 * em
            if card.box.left > panel.left + 1:
                rule = Box(card.box.left - 0.5, panel.top + 0.6 * em, card.box.left + 0.5, 0)
                layer.fill(rule._replace(bottom=card.box.bottom - 0.5 * em), INK, 0.16)
            size = _head_size(em)
            middle = (first.top + first.bottom) / 2 if inline else card.box.top + 0.85 * em
            layer.text(
                left, middle + 0.36 * size, TITLES[card.title], size, INK, "bold", tracking=0.06
            )
            self._header_note(layer, card, states, inline=inline)
            self._rows(layer, card, states)
        return layer

    def _header_note(
        self, layer: Layer, card: GaugeCard, states: tuple[tuple[Status, Reason, bool], ...],
        *, inline: bool,
    ) -> None:  # fmt: skip
        """Right of the title: what the numbers relate to."""
        em = self.layout.em
        size = max(9, round(0.66 * em))
        relative = any(s == Status.RELATIVE and shown for s, _, shown in states)
        ok = any(s == Status.OK and shown for s, _, shown in states)
        right, base = card.box.right - 0.75 * em, card.box.top + 0.85 * em + 0.36 * size
        if inline:
            return
        room = right - card.box.left - 0.75 * em
        longest = max(text_width(t, _head_size(em), "bold") for t in TITLES.values())
        room -= longest * 1.12 + 0.6 * em
        if relative:
            based = SHORT[Reason.SINCE_STRETCH].lower() if card.title == BLADE_GAP else "relative"
            fitting = (w for w in (based, "relative") if text_width(w, size) + 0.8 * em <= room)
            word = next(fitting, "rel.")
            width = text_width(word, size)
            pill = Box(right - width - 0.7 * em, base - 0.92 * size, right, base + 0.34 * size)
            layer.fill(pill, INK, 0.75, radius=em, outline=max(1.0, em / 16))
            layer.text(right - 0.35 * em, base, word, size, INK, align="right")
        elif ok and not card.zones:
            for note in ("% of your range", "% of range"):
                if text_width(note, size) <= room:
                    layer.text(right, base, note, size, QUIET, align="right")
                    break

    def _rows(
        self, layer: Layer, card: GaugeCard, states: tuple[tuple[Status, Reason, bool], ...]
    ) -> None:
        em = self.layout.em
        withheld = [not shown for _, _, shown in states]
        if all(withheld) and len({r for _, r, _ in states}) == 1:
            first, last = card.rows[0].box, card.rows[-1].box
            box = Box(first.left, first.top, last.right, last.bottom)
            self._reason(layer, box, states[0][0], states[0][1])
            return
        for row, (status, reason, shown) in zip(card.rows, states, strict=True):
            if row.side:
                middle = (row.box.top + row.box.bottom) / 2
                color = LEFT if row.side == "L" else RIGHT
                size = round(0.86 * em)
                layer.text(row.box.left, middle + 0.36 * size, row.side, size, color, "bold")
            if shown:
                self._track(layer, card, row, status)
            else:
                self._reason(layer, self._after_side(row), status, reason)

    def _after_side(self, row: GaugeRow) -> Box:
        return row.box._replace(left=row.box.left + (0.95 * self.layout.em if row.side else 0))

    def _reason(self, layer: Layer, box: Box, status: Status, reason: Reason) -> None:
        """The sentence that replaces a number."""
        em = self.layout.em
        if status > Status.NOT_OBSERVABLE or reason == Reason.NONE:
            layer.fill(
                Box(box.left, (box.top + box.bottom) / 2 - em / 16, box.left + 0.8 * em,
                    (box.top + box.bottom) / 2 + em / 16),
                QUIET, 0.6, radius=em,
            )  # fmt: skip
            return
        bar = max(2.0, 0.14 * em)
        layer.fill(
            Box(box.left, box.top + 0.2 * em, box.left + bar, box.bottom - 0.2 * em), QUIET, 0.9,
            radius=bar / 2,
        )  # fmt: skip
        left = box.left + bar + 0.4 * em
        sizes = tuple(max(11, round(k * em)) for k in (0.92, 0.84, 0.76))
        choices = (self._advice.get(reason, reason.advice), SHORT[reason])
        lines, size = fit(choices, sizes, box.right - left, box.height)
        step = 1.12 * size
        base = (box.top + box.bottom) / 2 - step * (len(lines) - 1) / 2 + 0.35 * size
        for k, line in enumerate(lines):
            layer.text(left, base + k * step, line, size, INK)

    def _track_box(self, card: GaugeCard, row: GaugeRow) -> Box:
        """The scale of a gauge, between the side's letter and the number."""
        em, box = self.layout.em, row.box
        inline = card.zones and box.height < 2 * em
        if card.zones and not inline:
            top = box.bottom - 0.78 * em
            return Box(box.left, top, box.right, top + 0.42 * em)
        middle = (box.top + box.bottom) / 2
        number = text_width("+100 %", em, "bold") + 0.3 * em
        if card.zones:
            number = text_width("100+", em, "bold") + 0.6 * em
            number += text_width("marked, rel.", round(0.8 * em))
        left = self._after_side(row).left
        return Box(left, middle - 0.21 * em, box.right - number, middle + 0.21 * em)

    def _track(self, layer: Layer, card: GaugeCard, row: GaugeRow, status: Status) -> None:
        em, track = self.layout.em, self._track_box(card, row)
        relative = status == Status.RELATIVE
        if card.zones:
            low = 0.0
            for high, _, color in ZONES:
                end = min(high, 100.0)
                part = track._replace(
                    left=track.left + low / 100 * track.width + (em / 16 if low else 0),
                    right=track.left + end / 100 * track.width,
                )
                edge = max(1.0, em / 18) if relative else 0.0
                alpha = 0.7 if relative else 0.42
                layer.fill(part, color, alpha, radius=0.1 * em, outline=edge)
                low = end
            return
        if relative:
            layer.fill(track, TRACK, 0.9, radius=em, outline=max(1.0, em / 18))
        else:
            layer.fill(track, TRACK, 0.5, radius=em)

    def _target_range(
        self, picture: Canvas, track: Box, reading: GaugeReading, target: tuple[float, float]
    ) -> None:
        """The target range: a bracket around that part of the scale."""
        em = self.layout.em
        low, high = (
            float(np.clip((edge - reading.low) / (reading.high - reading.low), 0, 1))
            for edge in target
        )
        box = Box(
            track.left + low * track.width - 0.1 * em, track.top - 0.22 * em,
            track.left + high * track.width + 0.1 * em, track.bottom + 0.22 * em,
        )  # fmt: skip
        picture.fill(box, GOOD, 0.22, radius=0.25 * em)
        picture.fill(box, GOOD, 0.9, radius=0.25 * em, outline=max(1.0, 0.1 * em))

    def _marker(
        self, picture: Canvas, card: GaugeCard, row: GaugeRow, reading: GaugeReading
    ) -> None:
        """The moving parts of a gauge: uncertainty, bar, marker and number."""
        em, track = self.layout.em, self._track_box(card, row)

        def at(value: float) -> float:
            share = (value - reading.low) / (reading.high - reading.low)
            return track.left + float(np.clip(share, 0, 1)) * track.width

        x, zero = at(reading.value), at(max(0.0, reading.low))
        word, color = "", {"L": LEFT, "R": RIGHT}.get(row.side, INK)
        if card.zones:
            _, word, color = next(z for z in ZONES if reading.value < z[0])
        relative = reading.status == Status.RELATIVE
        if not card.zones:
            tick = max(1.0, em / 14)
            if not relative:
                bar = track._replace(left=min(x, zero), right=max(x, zero))
                picture.fill(bar.inset(0, 0.04 * em), color, 0.85, radius=0.1 * em)
            picture.fill(
                Box(zero - tick / 2, track.top - 0.14 * em, zero + tick / 2,
                    track.bottom + 0.14 * em), INK, 0.8,
            )  # fmt: skip
        if np.isfinite(reading.sigma):
            band = track._replace(
                left=at(reading.value - reading.sigma), right=at(reading.value + reading.sigma)
            )
            picture.fill(band, INK, 0.34, radius=0.2 * em)
        half = 0.13 * em
        head = Box(x - half, track.top - 0.2 * em, x + half, track.bottom + 0.2 * em)
        if relative:
            head = Box(x - 0.33 * em, 0, x + 0.33 * em, 0)._replace(
                top=(track.top + track.bottom) / 2 - 0.33 * em,
                bottom=(track.top + track.bottom) / 2 + 0.33 * em,
            )
            picture.fill(head.inset(0.05 * em), PANEL, 1.0, radius=em)
            picture.fill(head, color, 1.0, radius=em, outline=max(1.5, 0.13 * em))
        else:
            picture.fill(head.inset(-max(1.0, em / 20)), PANEL, 0.9, radius=half)
            picture.fill(head, INK, 1.0, radius=half)
        self._number(picture, card, row, reading, word)

    def _number(
        self, picture: Canvas, card: GaugeCard, row: GaugeRow, reading: GaugeReading, word: str
    ) -> None:
        em, box = self.layout.em, row.box
        if not card.zones:
            base = (box.top + box.bottom) / 2 + 0.36 * em
            weight: Weight = "medium" if reading.status == Status.RELATIVE else "bold"
            picture.text(box.right, base, reading.text, em, INK, weight, "right")
            return
        if box.height < 2 * em:  # inline: "41 mild"
            base = (box.top + box.bottom) / 2 + 0.36 * em
            if reading.status == Status.RELATIVE:
                word = f"{word}, rel."
            size = round(0.8 * em)
            width = picture.text(box.right, base, word, size, INK, "medium", "right")
            picture.text(
                box.right - width - 0.25 * em, base, reading.text, em, INK, "bold", "right"
            )
            return
        base = box.top + 1.08 * em
        width = picture.text(box.left, base, reading.text, round(1.3 * em), INK, "bold")
        picture.text(box.left + width + 0.4 * em, base, word, round(0.9 * em), INK)
