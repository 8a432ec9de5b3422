"""Text as anti-aliased sprites, rendered once by Pillow with the bundled Barlow typeface.

OpenCV's own fonts are stroke fonts without a degree sign, and its PyPI wheel has no FreeType.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.ImageFont import FreeTypeFont

Weight = Literal["medium", "bold"]

_FILES: Final[dict[str, str]] = {
    "medium": "barlow-semi-condensed-latin-500-normal.woff",
    "bold": "barlow-semi-condensed-latin-700-normal.woff",
}
_DIGITS: Final = "0123456789"

#: Glyphs are rendered this many times larger and averaged down: even spacing at small sizes,
#: where hinting would round every letter to whole pixels.
_FINE: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A word as a coverage mask.

    Attributes:
        mask: (h, w) uint8, 255 where ink is.
        left: pixels from the pen position to the left edge of the mask (may be negative).
        top: pixels from the baseline down to the top edge of the mask (negative).
        width: how far the pen moves, in pixels.
    """

    mask: npt.NDArray[np.uint8]
    left: int
    top: int
    width: float


def font_bytes(weight: Weight) -> bytes:
    """The bundled font file (WOFF), as the report embeds it."""
    return files("scapcoach.overlay").joinpath("fonts", _FILES[weight]).read_bytes()


@lru_cache(maxsize=64)
def _font(size: int, weight: Weight) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(BytesIO(font_bytes(weight)), size)


@lru_cache(maxsize=4096)
def sprite(text: str, size: int, weight: Weight = "medium", *, tracking: float = 0.0) -> Sprite:
    """The sprite of one line of text, `size` pixels an em; digits all have the same width.

    Digits of equal width keep numbers from moving while they count. `tracking` is extra space
    between letters in em.
    """
    from PIL import Image, ImageDraw

    font = _font(size * _FINE, weight)
    digit = max(font.getlength(d) for d in _DIGITS)
    space = tracking * size * _FINE
    runs = _runs(text, each_alone=tracking != 0)
    pens, pen = [], 0.0
    for run in runs:
        natural = font.getlength(run)
        advance = digit if run in _DIGITS else natural
        pens.append(pen + (advance - natural) / 2)
        pen += advance + space
    pen = max(0.0, pen - space)
    pad = max(2, size // 4)
    ascent = math.ceil(1.05 * size)
    height = ascent + math.ceil(0.35 * size)
    width = math.ceil(pen / _FINE) + 2 * pad
    canvas = Image.new("L", (width * _FINE, height * _FINE), 0)
    draw = ImageDraw.Draw(canvas)
    for run, x in zip(runs, pens, strict=True):
        draw.text((pad * _FINE + x, ascent * _FINE), run, fill=255, font=font, anchor="ls")
    mask: npt.NDArray[Any] = np.asarray(canvas.reduce(_FINE), dtype=np.uint8)
    return Sprite(mask, -pad, -ascent, pen / _FINE)


def _runs(text: str, *, each_alone: bool) -> list[str]:
    """Split into single digits and the runs between them, or into single letters."""
    return list(text) if each_alone else re.findall(r"[0-9]|[^0-9]+", text)


def text_width(text: str, size: int, weight: Weight = "medium") -> float:
    """Width of one line of text in pixels."""
    return sprite(text, size, weight).width


def wrap(text: str, size: int, width: float, weight: Weight = "medium") -> list[str]:
    """Break `text` at spaces into lines of at most `width` pixels; a long word stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def fit(
    choices: tuple[str, ...], sizes: tuple[int, ...], width: float, height: float
) -> tuple[list[str], int]:
    """The first wording, at the largest size, that fits a box; else the last one, shortened.

    Returns:
        The lines and their size in pixels an em. Lines are 1.15 em apart.
    """
    for text in choices:
        for size in sizes:
            lines = wrap(text, size, width)
            wide = max((text_width(line, size) for line in lines), default=0.0)
            if wide <= width and len(lines) * 1.15 * size <= height + 1:
                return lines, size
    text, size = choices[-1], sizes[-1]
    while len(text) > 1 and text_width(f"{text}…", size) > width:
        text = text[:-1].rstrip()
    return [f"{text}…"], size
