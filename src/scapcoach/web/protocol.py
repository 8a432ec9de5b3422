"""Messages between page and server, checked before use.

From the page: pictures as binary messages (``SCF1``, then seconds as a little-endian double, then
a JPEG), commands as JSON objects with ``do``. To the page: JSON objects with ``type``, of each
frame a ``sight`` (its landmarks) and a little later a ``reading`` (its measures); sights of the
server's own camera as binary messages (length of the JSON as 4 bytes, little-endian, the JSON, a
JPEG).
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from msgspec import Struct

from scapcoach import schema
from scapcoach.coaching.exercise import Focus
from scapcoach.errors import ProtocolError

if TYPE_CHECKING:
    from scapcoach.arrays import Image


MAGIC: Final = b"SCF1"
_HEADER: Final = struct.Struct("<4sd")

#: Bytes of a message at most, and pixels of a picture: 1080p as JPEG is well under both.
MAX_BYTES: Final = 3_000_000
MAX_PIXELS: Final = 1920 * 1920
MAX_TEXT: Final = 4_000
_LEAST_SIDE: Final = 64


class PageCommand(Struct, frozen=True, tag_field="do"):
    """A request of the page; `do` says which one."""


class Mute(PageCommand, frozen=True, tag="mute"):
    """Show and say cues, or not."""

    on: bool


class Pause(PageCommand, frozen=True, tag="pause"):
    """Release the camera, or open it again."""

    on: bool


class UseExercise(PageCommand, frozen=True, tag="exercise"):
    """Coach an exercise of the package; none with an empty name."""

    name: str
    focus: Focus


class UseProfile(PageCommand, frozen=True, tag="profile"):
    """Measure against a saved profile; against a moment of rest with an empty name."""

    name: str
    camera: str


class Calibrate(PageCommand, frozen=True, tag="calibrate"):
    """Begin a guided calibration: poses held, or repetitions of an exercise."""

    what: Literal["posture", "exercise"]
    slump: bool
    name: str
    camera: str


class Steer(PageCommand, frozen=True, tag="guide"):
    """A command for the guided calibration."""

    command: Literal["accept", "retry", "again", "leave"]


class Finish(PageCommand, frozen=True, tag="finish"):
    """End the session and write its report."""


_COMMANDS: Final[Any] = Mute | Pause | UseExercise | UseProfile | Calibrate | Steer | Finish
_FORM: Final = schema.Format("Load the page again", ProtocolError, limit=MAX_TEXT)


@dataclass(frozen=True, slots=True, eq=False)
class PagePicture:
    """A picture from the page, not decoded yet.

    Attributes:
        t: seconds on the page's own clock.
        jpeg: the picture.
    """

    t: float
    jpeg: bytes


def parse_picture(data: bytes) -> PagePicture:
    """A binary message.

    Raises:
        ProtocolError: it is too long, not a picture, or of a size that is not accepted.
    """
    if len(data) > MAX_BYTES:
        raise ProtocolError("The picture is too large.")
    if len(data) < _HEADER.size or data[:4] != MAGIC:
        raise ProtocolError("This is not a picture.")
    _, t = _HEADER.unpack_from(data)
    jpeg = data[_HEADER.size :]
    size = jpeg_size(jpeg)
    if not math.isfinite(t) or t < 0 or size is None:
        raise ProtocolError("This is not a picture.")
    if size[0] * size[1] > MAX_PIXELS or min(size) < _LEAST_SIDE:
        raise ProtocolError(f"Pictures of {size[0]} x {size[1]} are not accepted.")
    return PagePicture(t, jpeg)


def parse_command(text: str) -> PageCommand:
    """A text message: a command with all its fields, each of them once.

    Raises:
        ProtocolError: it is not one; the sentence names the field.
    """
    command: PageCommand = schema.decode(
        text.encode("utf-8", "surrogatepass"), _COMMANDS, _FORM, "The message"
    )
    json.loads(text, object_pairs_hook=_each_once)
    return command


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ProtocolError(
                f"The message cannot be used: the field {name!r} is there twice. {_FORM.advice}."
            )


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) that a JPEG states, without decoding it; None for anything else.

    A few bytes can claim a size that would fill the memory when decoded.
    """
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        kind = data[at + 1]
        if kind == 0xFF:  # padding
            at += 1
            continue
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return (width, height) if width and height else None
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2 or kind == 0xDA:
            return None
        at += 2 + length
    return None


def decode(jpeg: bytes) -> Image | None:
    """(H, W, 3) uint8 RGB of a JPEG whose size was checked, or None where it is damaged."""
    import cv2

    try:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if image is None else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def encode(image: Image, quality: int = 72) -> bytes:
    """A JPEG of an RGB picture."""
    import cv2

    good, data = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return data.tobytes() if good else b""


def with_picture(message: dict[str, Any], jpeg: bytes) -> bytes:
    """A binary message to the page: JSON and picture in one."""
    text = json.dumps(message, allow_nan=False).encode()
    return struct.pack("<I", len(text)) + text + jpeg
