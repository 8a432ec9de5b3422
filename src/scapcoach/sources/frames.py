"""Frames, and descriptions of the sources that they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scapcoach.arrays import Image


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture.

    Attributes:
        index: number of the frame in its source, from 0.
        t: seconds from the source's own timestamps, strictly increasing; the first is 0.
        image: (H, W, 3) uint8 RGB, C-contiguous, upright, with square pixels. It belongs to the
            receiver, who may draw on it.
        picture: the image prepared for a pose engine, where that was done ahead; else None.
    """

    index: int
    t: float
    image: Image
    picture: object = None


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """Information about a source before the first frame.

    Attributes:
        name: file name or device name, for people.
        size: (width, height) of the frames as they are given: upright, square pixels.
        fps: nominal frames per second; NaN when unknown. Never used to make timestamps.
        duration: seconds; NaN when unknown.
        n_frames: number of frames, an estimate for progress bars; None when unknown.
        codec: name of the video codec, "" when there is none.
        rotation: degrees clockwise by which the stored picture was turned to be upright.
        pixel_aspect: width / height of a stored pixel.
        has_audio: whether there is a sound track to keep.
    """

    name: str
    size: tuple[int, int]
    fps: float
    duration: float
    n_frames: int | None
    codec: str = ""
    rotation: int = 0
    pixel_aspect: float = 1.0
    has_audio: bool = False


@dataclass(frozen=True, slots=True)
class CameraTarget:
    """A camera, stream or file, as it was named.

    Attributes:
        kind: name of its backend: device, stream, file (`cameras.CAMERAS`).
        where: index or path of a device, address of a stream, path of a file.
        name: for people; passwords in addresses are left out.
    """

    kind: str
    where: str
    name: str


class Capture(Protocol):
    """Gives pictures until it is lost or over; used by one thread."""

    @property
    def name(self) -> str:
        """Name for people."""

    @property
    def finite(self) -> bool:
        """Whether the end of pictures means the end of a file; else the camera was lost."""

    def read(self) -> tuple[float, Image] | None:
        """Wait for the next picture: increasing seconds, and (H, W, 3) uint8 RGB.

        None when there are no more. The picture belongs to the caller.
        """

    def skip(self) -> bool:
        """Wait for the next picture and skip it with little work; False: no more."""

    def release(self) -> None:
        """Release the device; `read` then gives None. May be called again."""
