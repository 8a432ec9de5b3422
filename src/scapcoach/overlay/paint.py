"""Anti-aliased shapes and text, blended onto a picture or onto a cached translucent layer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import numpy as np

from scapcoach.overlay.text import sprite

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, Image
    from scapcoach.overlay.text import Weight


Color = tuple[int, int, int]
Align = Literal["left", "center", "right"]


class Box(NamedTuple):
    """A rectangle in pixels; edges may lie between pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    def inset(self, dx: float, dy: float | None = None) -> Box:
        """The box with its edges moved inwards."""
        dy = dx if dy is None else dy
        return Box(self.left + dx, self.top + dy, self.right - dx, self.bottom - dy)


class _Surface:
    """A surface to paint on; coordinates are those of the whole picture."""

    def __init__(self, x: int, y: int, right: int, bottom: int) -> None:
        self.x, self.y, self.right, self.bottom = x, y, right, bottom

    def _blend(self, x: int, y: int, cover: FloatArray, color: Color) -> None:
        raise NotImplementedError

    def _clip(self, box: Box, margin: float) -> tuple[int, int, int, int]:
        return (
            max(self.x, int(np.floor(box.left - margin))),
            max(self.y, int(np.floor(box.top - margin))),
            min(self.right, int(np.ceil(box.right + margin))),
            min(self.bottom, int(np.ceil(box.bottom + margin))),
        )

    def fill(
        self, box: Box, color: Color, alpha: float = 1.0, *, radius: float = 0.0,
        outline: float = 0.0,
    ) -> None:  # fmt: skip
        """A rounded rectangle; with `outline` > 0 only its edge, that many pixels wide."""
        if box.right <= box.left or box.bottom <= box.top:
            return
        x0, y0, x1, y1 = self._clip(box, 1)
        if x1 <= x0 or y1 <= y0:
            return
        left, top = _quarter(box.left - x0), _quarter(box.top - y0)
        shape = (left, top, _quarter(box.right - x0), _quarter(box.bottom - y0))
        cover = _rounded_box(shape, (y1 - y0, x1 - x0), _quarter(radius), _quarter(outline))
        self._blend(x0, y0, cover if alpha == 1 else cover * np.float32(alpha), color)

    def text(
        self, x: float, baseline: float, text: str, size: int, color: Color,
        weight: Weight = "medium", align: Align = "left", tracking: float = 0.0,
    ) -> float:  # fmt: skip
        """One line of text; returns its width in pixels."""
        word = sprite(text, size, weight, tracking=tracking)
        x -= {"left": 0.0, "center": word.width / 2, "right": word.width}[align]
        left, top = round(x) + word.left, round(baseline) + word.top
        h, w = word.mask.shape
        x0, y0, x1, y1 = self._clip(Box(left, top, left + w, top + h), 0)
        if x1 > x0 and y1 > y0:
            mask = word.mask[y0 - top : y1 - top, x0 - left : x1 - left]
            self._blend(x0, y0, mask * np.float32(1 / 255), color)
        return word.width


class Canvas(_Surface):
    """An RGB uint8 picture, painted on in place."""

    def __init__(self, image: Image) -> None:
        super().__init__(0, 0, image.shape[1], image.shape[0])
        self.image = image

    def _blend(self, x: int, y: int, cover: FloatArray, color: Color) -> None:
        h, w = cover.shape
        part = self.image[y : y + h, x : x + w]
        mixed = np.subtract(np.array(color, np.float32), part)
        mixed *= cover[..., None]
        mixed += part
        mixed += np.float32(0.5)
        part[:] = mixed


class Layer(_Surface):
    """A translucent layer over a box of the picture, painted once and laid over many frames."""

    def __init__(self, box: Box) -> None:
        corners = np.floor([box.left, box.top]), np.ceil([box.right, box.bottom])
        super().__init__(*np.concatenate(corners).astype(int).tolist())
        w, h = self.right - self.x, self.bottom - self.y
        self._ink = np.zeros((h, w, 3), np.float32)  # colour times opacity
        self._clear = np.ones((h, w), np.float32)  # 1 - opacity
        self._baked: tuple[Image, Image] | None = None

    @classmethod
    def panel(cls, box: Box, color: Color, alpha: float, radius: float) -> Self:
        """A layer with a filled box, for what is written on it."""
        layer = cls(box.inset(-1))
        layer.fill(box, color, alpha, radius=radius)
        return layer

    def _blend(self, x: int, y: int, cover: FloatArray, color: Color) -> None:
        h, w = cover.shape
        rows, cols = slice(y - self.y, y - self.y + h), slice(x - self.x, x - self.x + w)
        keep = 1 - cover
        self._ink[rows, cols] *= keep[..., None]
        self._ink[rows, cols] += cover[..., None] * np.array(color, np.float32)
        self._clear[rows, cols] *= keep
        self._baked = None

    def onto(self, image: Image) -> None:
        """Lay the layer over an RGB picture, in place."""
        import cv2

        if self._baked is None:
            clear = np.repeat((self._clear * 255).astype(np.uint8)[..., None], 3, axis=2)
            self._baked = (self._ink + 0.5).clip(0, 255).astype(np.uint8), clear
        ink, clear = self._baked
        h, w = image.shape[:2]
        x0, y0 = max(0, self.x), max(0, self.y)
        x1, y1 = min(w, self.x + ink.shape[1]), min(h, self.y + ink.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        mine = (slice(y0 - self.y, y1 - self.y), slice(x0 - self.x, x1 - self.x))
        part = image[y0:y1, x0:x1]
        part[:] = cv2.add(cv2.multiply(part, clear[mine], scale=1 / 255), ink[mine])


def _quarter(x: float) -> float:
    """Round to a quarter of a pixel: finer is not visible, and equal shapes are computed once."""
    return round(4 * x) / 4


@lru_cache(maxsize=1024)
def _rounded_box(
    box: tuple[float, float, float, float], size: tuple[int, int], radius: float, outline: float
) -> FloatArray:
    """How much of each pixel of a `size` (h, w) patch a rounded rectangle covers, 0..1."""
    left, top, right, bottom = box
    radius = min(radius, (right - left) / 2, (bottom - top) / 2)
    x = np.arange(size[1], dtype=np.float32) + np.float32(0.5 - (left + right) / 2)
    y = np.arange(size[0], dtype=np.float32) + np.float32(0.5 - (top + bottom) / 2)
    qx = np.abs(x) - np.float32((right - left) / 2 - radius)
    qy = np.abs(y) - np.float32((bottom - top) / 2 - radius)
    if radius <= 0.5:  # plain rectangle: the exact share of each pixel that is covered
        across = _unit(radius + 0.5 - qx) * np.float32(min(1.0, right - left))
        return _unit(radius + 0.5 - qy)[:, None] * np.float32(min(1.0, bottom - top)) * across
    corner = np.hypot(np.maximum(qx, 0)[None], np.maximum(qy, 0)[:, None])
    distance = corner + np.minimum(np.maximum(qx[None], qy[:, None]), 0)
    cover = _unit(radius + 0.5 - distance)
    return cover - _unit(radius - outline + 0.5 - distance) if outline else cover


def _unit(x: FloatArray) -> FloatArray:
    """`x` limited to 0..1; a quarter of the time of `np.clip` on small arrays."""
    return np.minimum(np.maximum(x, 0), 1)
