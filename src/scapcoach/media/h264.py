"""H.264 for browsers: RGB pictures into libx264, with correct times and colours."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.sources.picture import BT709

if TYPE_CHECKING:
    import av
    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from scapcoach.arrays import Image


#: Ticks a second: the MPEG clock, fine enough for any frame rate and exact for 24, 25, 30, 60.
CLOCK: Final = 90_000
#: Largest distance of key frames, in frames: a click in the report has to decode that many.
KEY_FRAMES: Final = 30
#: Frames that may wait for the encoder: about 22 MB at 720p, a quarter of a second at 30 a second.
QUEUE_FRAMES: Final = 8
#: Longer side of a video at most, in pixels.
MAX_VIDEO_SIDE: Final = 1280
_LIMITED: Final = 1


def add_stream(
    output: OutputContainer, size: tuple[int, int], preset: str, *, live: bool = False
) -> VideoStream:
    """A stream for pictures as `coded` makes them: H.264, yuv420p, BT.709 limited range.

    Args:
        output: container that it is added to.
        size: (width, height), even.
        preset: speed of the encoder, one of libx264's presets.
        live: encode each picture at once, without the look-ahead that makes files smaller.
    """
    stream = output.add_stream("libx264", rate=30)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = Fraction(1, CLOCK)
    context.color_range = _LIMITED
    # The same number stands for matrix, primaries and transfer.
    context.colorspace = context.color_primaries = context.color_trc = BT709
    stream.options = {
        "preset": preset,
        "crf": "22",
        "g": str(KEY_FRAMES),
        # A quarter less work than the preset alone, and the same size within 5 %.
        "x264-params": "subme=1:ref=1:trellis=0",
    }
    if live:
        stream.options = {**stream.options, "tune": "zerolatency"}
    return stream


#: RGB 0..255 to limited-range Y, Cb, Cr: the matrix of ITU-R BT.709 for 8 bits.
_TO_YCBCR: Final = (
    (0.18259, 0.61423, 0.06201, 16.0),
    (-0.10064, -0.33857, 0.43922, 128.0),
    (0.43922, -0.39894, -0.04027, 128.0),
)


def coded(image: Image, pts: int) -> av.VideoFrame:
    """A picture for the encoder: RGB to BT.709 limited-range yuv420p, with its place in time.

    Args:
        image: (H, W, 3) uint8 RGB, both sides even.
        pts: ticks of `CLOCK`.

    By OpenCV's matrix product and area mean, a third of the cost of libav's converter here.
    """
    import cv2

    from scapcoach.pyav import av

    height, width = image.shape[:2]
    full = cv2.transform(image, np.array(_TO_YCBCR, np.float32))
    half = cv2.resize(full, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    planes = (full[..., 0], half[..., 1], half[..., 2])
    rows = np.concatenate([plane.ravel() for plane in planes]).reshape(height * 3 // 2, width)
    frame = av.VideoFrame.from_ndarray(rows, format="yuv420p")
    frame.colorspace, frame.color_range = (
        av.video.reformatter.Colorspace.ITU709,
        av.video.reformatter.ColorRange.MPEG,
    )
    frame.pts, frame.time_base = pts, Fraction(1, CLOCK)
    return frame


def even_size(size: tuple[int, int]) -> tuple[int, int]:
    """Both sides even (yuv420p halves them), the longer one at most `MAX_VIDEO_SIDE`."""
    scale = min(1.0, MAX_VIDEO_SIDE / max(size))
    width, height = (max(2, 2 * round(side * scale / 2)) for side in size)
    if scale == 1.0:
        width, height = max(2, size[0] // 2 * 2), max(2, size[1] // 2 * 2)
    return width, height
