"""Convert a decoded picture for display: upright, square pixels, RGB."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from scapcoach.arrays import Image

# Pixel shapes that recorders and converters write are well within these limits; outside, the field
# is ignored as wrong. Real gym clips have 3:8.
PIXEL_ASPECT_MAX = 4.0
# Below this the shape changes by less than the landmarks' own noise, and scaling would only cost
# sharpness: encoders write 1088-line pictures as 4 parts in 1000.
PIXEL_ASPECT_SQUARE = 0.005

# Matrix coefficients by their numbers in ITU-T H.273, which libav shares.
_UNSPECIFIED = 2
BT709 = 1
_BT601 = 5


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a stored picture is turned for display: mirrored left to right first, then rotated.

    Attributes:
        rotation: degrees clockwise: 0, 90, 180 or 270.
        mirrored: whether left and right are swapped before the rotation.
    """

    rotation: int = 0
    mirrored: bool = False


def orientation(matrix: bytes | None) -> Orientation:
    """The nearest upright orientation to a display matrix.

    Args:
        matrix: nine 32-bit integers in native order as libav keeps them (a, b, u, c, d, v, x, y,
            w), mapping stored to displayed pixels as x' = a x + c y, y' = b x + d y, y downwards.
            None or anything too short means "as stored".
    """
    if matrix is None or len(matrix) < 36:
        return Orientation()
    a, b, _, c, d = struct.unpack("=5i", matrix[:20])
    if a * d == b * c:
        return Orientation()
    rotation = round(math.degrees(math.atan2(-c, d)) / 90) * 90 % 360
    return Orientation(rotation, mirrored=a * d - b * c < 0)


@dataclass(frozen=True, slots=True)
class PictureShape:
    """How every stored picture of a stream is converted, and the resulting size.

    Attributes:
        scaled: (width, height) after pixels were made square, before turning.
        upright: (width, height) as given to the receiver.
        orientation: how it is turned.
        pixel_aspect: width / height of a stored pixel as honoured; 1.0 where none was.
        ignored_aspect: the stated pixel aspect where it was too odd to be true, else None.
    """

    scaled: tuple[int, int]
    upright: tuple[int, int]
    orientation: Orientation
    pixel_aspect: float
    ignored_aspect: float | None = None


def picture_shape(size: tuple[int, int], aspect: float | None, turn: Orientation) -> PictureShape:
    """How to show pictures of `size` with pixels of width / height `aspect`."""
    width, height = size
    ignored = None
    if aspect is None or aspect <= 0:
        aspect = 1.0
    elif not 1 / PIXEL_ASPECT_MAX <= aspect <= PIXEL_ASPECT_MAX:
        aspect, ignored = 1.0, aspect
    elif abs(aspect - 1) <= PIXEL_ASPECT_SQUARE:
        aspect = 1.0
    scaled = (max(1, round(width * aspect)), height)
    upright = scaled[::-1] if turn.rotation in (90, 270) else scaled
    return PictureShape(scaled, upright, turn, aspect, ignored)


class PictureMaker:
    """Makes upright RGB arrays of one shape out of decoded frames; one per thread."""

    def __init__(self, shape: PictureShape) -> None:
        from scapcoach.pyav import av

        self._shape = shape
        self._reformatter = av.video.reformatter.VideoReformatter()

    def make(self, frame: VideoFrame) -> Image:
        """(H, W, 3) uint8 RGB of the shape's upright size; C-contiguous, owned by the caller."""
        import numpy as np

        from scapcoach.pyav import av

        width, height = self._shape.scaled
        rgb = self._reformatter.reformat(
            frame,
            width,
            height,
            format="rgb24",
            src_colorspace=_matrix(frame),
            dst_color_range=av.video.reformatter.ColorRange.JPEG,
            # One thread: as fast as "auto" [M], which would start a thread per core for each.
            threads=1,
        )
        stored: Any = rgb.to_ndarray()
        if rgb is frame:
            # Nothing to convert: the memory belongs to the decoder, which may predict from it.
            stored = stored.copy()
        image: Image = _turn(stored, self._shape.orientation)
        # Lines of a libav picture are padded to a multiple of the vector width: where the picture
        # is not, this copies it (0.5 ms at 1080p), else it is free. MediaPipe reads wrong
        # values, without any error, from an array with padded lines.
        return np.require(image, requirements=["C", "W"])


def _matrix(frame: VideoFrame) -> int | None:
    """Matrix coefficients; unstated: BT.709 for high definition, else BT.601, as players do."""
    if frame.format.is_rgb:
        return None
    stated = int(frame.colorspace)
    if stated not in (0, _UNSPECIFIED):
        return stated
    return BT709 if frame.width >= 1280 or frame.height > 576 else _BT601


def _turn(image: Image, turn: Orientation) -> Image:
    """Mirror and rotate; numpy would give a strided view, which costs ten times as much."""
    if turn == Orientation():
        return image
    import cv2

    if turn.mirrored:
        image = cv2.flip(image, 1)
    code = {
        90: cv2.ROTATE_90_CLOCKWISE,
        180: cv2.ROTATE_180,
        270: cv2.ROTATE_90_COUNTERCLOCKWISE,
    }.get(turn.rotation)
    return image if code is None else cv2.rotate(image, code)
