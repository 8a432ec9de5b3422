"""Encode awkward video clips whose every frame says which one it is and which way is up.

A picture of the pattern has a red top left, green top right, blue bottom left and white bottom
right corner, its frame number as eight black or white bars across the middle, and a block that
moves. `read_number` and `corners` read them back from a decoded frame, whatever its size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from scapcoach.pyav import av

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scapcoach.arrays import Image


BITS = 8
CORNERS = {
    "top left": (220, 30, 30),
    "top right": (30, 200, 30),
    "bottom left": (30, 30, 220),
    "bottom right": (235, 235, 235),
}
# Ticks a second of the stamps that are written: fine enough for any test's times.
TICKS = 90_000


def picture(number: int, size: tuple[int, int] = (320, 240)) -> Image:
    """(H, W, 3) uint8 RGB: frame `number` (0..255) of the pattern, at (width, height) `size`."""
    width, height = size
    image = np.full((height, width, 3), 128, np.uint8)
    h, w = max(1, height // 4), max(1, width // 4)
    image[:h, :w] = CORNERS["top left"]
    image[:h, -w:] = CORNERS["top right"]
    image[-h:, :w] = CORNERS["bottom left"]
    image[-h:, -w:] = CORNERS["bottom right"]
    for bit in range(BITS):
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        image[height * 3 // 8 : height * 5 // 8, left:right] = 235 if number >> bit & 1 else 16
    x = w + (number * 7) % max(1, width - 3 * w)
    image[h // 4 : 3 * h // 4, x : x + w // 2] = (200, 200, 0)
    return image


def read_number(image: Image) -> int:
    """The frame number shown by a (decoded, scaled) picture of the pattern."""
    height, width = image.shape[:2]
    number = 0
    for bit in range(BITS):
        centre = (2 * bit + 1) * width // (2 * BITS)
        spread = max(1, width // (8 * BITS))
        patch = image[height * 7 // 16 : height * 9 // 16 + 1, centre : centre + spread]
        number |= int(patch.mean() > 126) << bit
    return number


def corners(image: Image) -> dict[str, tuple[float, ...]]:
    """Mean RGB of the middle of each corner block."""
    height, width = image.shape[:2]
    top, left = slice(height // 16, height // 6 + 1), slice(width // 16, width // 6 + 1)
    bottom, right = slice(-(height // 6) - 1, -(height // 16) - 1), slice(-(width // 6) - 1, -2)
    return {
        name: tuple(float(v) for v in image[rows, columns].reshape(-1, 3).mean(axis=0))
        for name, rows, columns in (
            ("top left", top, left),
            ("top right", top, right),
            ("bottom left", bottom, left),
            ("bottom right", bottom, right),
        )
    }


def is_upright(image: Image, tolerance: float = 25) -> bool:
    """Whether all four corners have their own colour."""
    return all(
        max(abs(a - b) for a, b in zip(colour, CORNERS[name], strict=True)) < tolerance
        for name, colour in corners(image).items()
    )


@dataclass(frozen=True)
class Clip:
    """How a clip is encoded.

    Attributes:
        size: (width, height) of the stored pictures.
        n: number of frames.
        fps: nominal rate; also the times, unless `times` are given.
        times: seconds of each frame.
        codec: name of the encoder; options: its options.
        rotation, mirrored: display matrix: mirror left to right, then turn clockwise. Pictures are
            stored so that the pattern is upright once that is done.
        pixel_aspect: width : height of a stored pixel.
        colour: (matrix, range) by their numbers in ITU-T H.273, e.g. (1, 1); None: unstated.
        sound: seconds of sound; 0 for none.
        faststart: whether an MP4's index lies in front.
    """

    size: tuple[int, int] = (320, 240)
    n: int = 30
    fps: int = 30
    times: Sequence[float] | None = None
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    options: dict[str, str] = field(default_factory=lambda: {"preset": "ultrafast", "crf": "18"})
    rotation: int = 0
    mirrored: bool = False
    pixel_aspect: Fraction | None = None
    colour: tuple[int, int] | None = None
    sound: float = 0.0
    faststart: bool = True
    gop: int | None = None
    b_frames: int = 0


def stored_picture(clip: Clip, number: int) -> Image:
    """The pattern as it lies in the file: turned and mirrored back."""
    width, height = clip.size
    size = (height, width) if clip.rotation in (90, 270) else clip.size
    image = np.rot90(picture(number, size), k=clip.rotation // 90)
    return np.ascontiguousarray(image[:, ::-1] if clip.mirrored else image)


def display_matrix(rotation: int, *, mirrored: bool) -> list[int]:
    """Mirror left to right, then rotate clockwise; fixed point as libav keeps it."""
    cos = {0: 1, 90: 0, 180: -1, 270: 0}[rotation]
    sin = {0: 0, 90: 1, 180: 0, 270: -1}[rotation]
    flip = -1 if mirrored else 1
    one = 1 << 16
    return [flip * cos * one, flip * sin * one, 0, -sin * one, cos * one, 0, 0, 0, 1 << 30]


def write_clip(path: Path, clip: Clip | None = None, images: Iterable[Image] | None = None) -> Path:
    """Encode `clip`; `images` (RGB, of the stored size) instead of the pattern if given."""
    clip = clip or Clip()
    if images is None:
        images = (stored_picture(clip, number) for number in range(clip.n))
    options = {"movflags": "+faststart"} if clip.faststart and path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(clip.codec, rate=clip.fps, options=dict(clip.options))
        stream.width, stream.height = clip.size
        stream.pix_fmt = clip.pix_fmt
        context = stream.codec_context
        context.time_base = Fraction(1, TICKS)
        context.max_b_frames = clip.b_frames
        if clip.gop is not None:
            context.gop_size = clip.gop
        if clip.pixel_aspect is not None:
            context.sample_aspect_ratio = clip.pixel_aspect
        if clip.colour is not None:
            context.colorspace, context.color_range = clip.colour
        if clip.rotation or clip.mirrored:
            stream.set_display_matrix(display_matrix(clip.rotation, mirrored=clip.mirrored))
        audio = container.add_stream("aac", rate=48_000, layout="mono") if clip.sound else None
        if audio is not None:
            for sound in _tone(clip.sound):
                container.mux(audio.encode(sound))
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            seconds = clip.times[number] if clip.times is not None else number / clip.fps
            frame.pts, frame.time_base = round(seconds * TICKS), Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:
            container.mux(audio.encode(None))
    return path


def _tone(seconds: float) -> Iterable[av.AudioFrame]:
    samples = np.sin(np.arange(int(seconds * 48_000)) * (2 * np.pi * 440 / 48_000))
    for start in range(0, len(samples), 1024):
        chunk = samples[start : start + 1024].astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(chunk, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        yield frame


def write_sound_only(path: Path, seconds: float = 0.5) -> Path:
    """An AAC sound file."""
    with av.open(str(path), "w") as container:
        audio = container.add_stream("aac", rate=48_000, layout="mono")
        for sound in _tone(seconds):
            container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    return path


def write_zero_frames(path: Path) -> Path:
    """A file with a video track of no length."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        container.start_encoding()
    return path


def truncate(path: Path, share: float) -> Path:
    """Cut the file down to the first `share` of its bytes, in place."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def damage(path: Path, start: float, end: float, seed: int = 0) -> Path:
    """Overwrite the bytes between two shares of the file with noise, in place."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * end)
    data[first:last] = np.random.default_rng(seed).bytes(last - first)
    path.write_bytes(data)
    return path


def replace_bytes(path: Path, old: bytes, new: bytes) -> Path:
    """Replace every `old` by the equally long `new`, in place; there must be one."""
    data = path.read_bytes()
    assert old in data
    assert len(old) == len(new)
    path.write_bytes(data.replace(old, new))
    return path
