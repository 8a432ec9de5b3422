"""Detections in a picture, and the interface of pose engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, Image


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One person in one picture; fields as in `scapcoach.landmarks.Poses`, without the time axis.

    Attributes:
        xy: (33, 2) pixels.
        world: (33, 3) metres, MediaPipe axes.
        visibility: (33,) 0..1.
        presence: (33,) 0..1.
        subject: 0 the locked subject, 1, 2, ... another person that the tracker follows.
        mask: (H, W) float32 0..1, confidence that a pixel belongs to the person; None if not
            requested.
    """

    xy: FloatArray
    world: FloatArray
    visibility: FloatArray
    presence: FloatArray
    subject: int = 0
    mask: FloatArray | None = None


class PoseEngine(Protocol):
    """Finds the subject in pictures in order of time. Used in a `with` block."""

    @property
    def model(self) -> str:
        """Name of the model: lite, full or heavy."""

    @property
    def model_sha256(self) -> str:
        """SHA-256 of the model file that makes the landmarks."""

    def detect(
        self, image: Image, t: float, *, want_mask: bool = False, picture: object = None
    ) -> Detection | None:
        """The subject in `image` ((H, W, 3) uint8 RGB, C-contiguous) at `t` seconds, or None."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: object, *_: object) -> None: ...


class ParallelEngine(PoseEngine, Protocol):
    """A `PoseEngine` that can do parts of its work in other threads."""

    def picture(self, image: Image) -> object:
        """`image` prepared for `detect`; in any thread."""

    def mask(self, image: Image, t: float, found: Detection) -> FloatArray | None:
        """The mask of the subject `found` in `image`; in one thread, in order of time."""
