"""A thin wrapper of MediaPipe's pose landmarker: quiet, always closed, pixels out."""

from __future__ import annotations

import math
import weakref
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.errors import DelegateError, InputError, ModelError
from scapcoach.landmarks import N_LANDMARKS
from scapcoach.pose.detection import Detection
from scapcoach.pose.lean import load_mediapipe
from scapcoach.pose.quiet import quiet_stderr
from scapcoach.pose.uninterrupted import uninterrupted
from scapcoach.system_libraries import SYSTEM

if TYPE_CHECKING:
    from scapcoach.arrays import Image
    from scapcoach.model_files import ModelFile


#: MediaPipe's own default for finding, following and believing a pose.
DEFAULT_CONFIDENCE: Final = 0.5


class Landmarker:
    """One MediaPipe landmarker, for frames in order (`follow`) or for single pictures (`look`).

    It is closed by `close`, when it is garbage, or at interpreter exit.

    Args:
        model: the model file.
        people: None to follow one person through frames in order of time; a number to find up to
            that many people in single pictures.
        masks: whether masks are wanted.
        confidence: lowest scores at which a person counts as found and as present, 0..1.
        delegate: cpu, or gpu where MediaPipe offers it; landmarks differ slightly.

    Raises:
        ModelError: masks of a model that has none, MediaPipe cannot load the model, or it has no
            GPU to work with.
    """

    def __init__(
        self,
        model: ModelFile,
        *,
        people: int | None = None,
        masks: bool = False,
        confidence: float = DEFAULT_CONFIDENCE,
        delegate: str = "cpu",
    ) -> None:
        if masks and not model.mask:
            raise ModelError(
                f"The model {model.path.name} has no segmentation branch and cannot make masks: "
                "load the stock model."
            )
        self._follows = people is None
        self._masks = masks
        self._warm = False
        self._last_ms = -1
        with uninterrupted(), quiet_stderr():
            self._native = _create(
                model, people=people, masks=masks, confidence=confidence, delegate=delegate
            )
        # Unlike MediaPipe's own __del__, a finalizer still runs before modules are torn down.
        self._finalizer = weakref.finalize(self, _close, self._native)

    def close(self) -> None:
        """Free the native landmarker; calling it again does nothing."""
        self._finalizer()

    def follow(self, image: Image, t: float, picture: object = None) -> Detection | None:
        """The person followed, in the next frame, or None.

        Args:
            image: the frame.
            t: seconds.
            picture: what `native_picture` made of it, if it was made ahead.
        """
        found = self._run(image, t, picture)
        return found[0] if found else None

    def look(self, image: Image) -> list[Detection]:
        """Everybody found in a single picture."""
        return self._run(image, None)

    def forget(self, image: Image, t: float) -> None:
        """Stop following anybody: show a picture without people, as large as `image`."""
        self._run(np.full_like(image, 127), t)

    def _run(self, image: Image, t: float | None, picture: object = None) -> list[Detection]:
        check_image(image)
        if not self._finalizer.alive:
            raise ModelError("This landmarker is closed.")
        if self._warm:
            with uninterrupted():
                return self._call(image, t, picture)
        # Some messages come with the first picture, some with the first person in one.
        with uninterrupted(), quiet_stderr():
            found = self._call(image, t, picture)
        self._warm = bool(found)
        return found

    def _call(self, image: Image, t: float | None, picture: object) -> list[Detection]:
        width = image.shape[1]
        if self._masks:
            image, picture = _row_aligned(image), None
        if picture is None:
            picture = native_picture(image)
        try:
            if self._follows and t is not None:
                result = self._native.detect_for_video(picture, self._next_ms(t))
            else:
                result = self._native.detect(picture)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"MediaPipe failed on a picture: {error}") from error
        masks = result.segmentation_masks or []
        return [
            _detection(
                points,
                result.pose_world_landmarks[i],
                image.shape,
                None if not masks else masks[i].numpy_view().reshape(image.shape[:2])[:, :width],
            )
            for i, points in enumerate(result.pose_landmarks)
        ]

    def _next_ms(self, t: float) -> int:
        """Whole milliseconds that always grow, also for two frames within one millisecond."""
        if not math.isfinite(t):
            raise InputError(f"A frame has no usable timestamp ({t}).")
        self._last_ms = max(round(t * 1000), self._last_ms + 1)
        return self._last_ms


def native_picture(image: Image) -> object:
    """MediaPipe's own copy of a picture.

    Raises:
        InputError: a picture that it would read as garbage.
    """
    check_image(image)
    mp = load_mediapipe()
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=image)


def check_image(image: Image) -> None:
    """Raise InputError unless `image` is what MediaPipe can read.

    It reads the memory as it lies and returns garbage, without any error, for an array that is
    not C-contiguous: a slice, a mirrored view, a view with swapped channels.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise InputError(
            f"A picture must be (height, width, 3) uint8 RGB, not {image.shape} {image.dtype}."
        )
    if not image.flags.c_contiguous:
        raise InputError(
            "A picture must lie in memory without gaps (C-contiguous): make it with cv2.cvtColor "
            "or cv2.flip, or pass it through numpy.ascontiguousarray."
        )


def _create(
    model: ModelFile, *, people: int | None, masks: bool, confidence: float, delegate: str
) -> Any:
    if delegate == "gpu" and SYSTEM == "linux":
        # These wheels take the option, and then run on the CPU without a word.
        raise DelegateError(
            "MediaPipe's package for Linux has no GPU support: leave --delegate gpu out."
        )
    tasks = load_mediapipe().tasks
    vision = tasks.vision
    mode = vision.RunningMode.VIDEO if people is None else vision.RunningMode.IMAGE
    options = vision.PoseLandmarkerOptions(
        base_options=tasks.BaseOptions(
            model_asset_path=str(model.path),
            delegate=tasks.BaseOptions.Delegate[delegate.upper()],
        ),
        running_mode=mode,
        num_poses=people or 1,
        min_pose_detection_confidence=confidence,
        min_pose_presence_confidence=confidence,
        output_segmentation_masks=masks,
    )
    try:
        return vision.PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, OSError, NotImplementedError) as error:
        if delegate != "cpu":
            raise ModelError(
                "MediaPipe finds no GPU that it can work with here: leave --delegate gpu out. "
                f"(It says: {_reason(error)})"
            ) from error
        raise ModelError(f"MediaPipe cannot load {model.path}: {error}") from error


def _reason(error: Exception) -> str:
    """The last sentences of what MediaPipe says; before them stand the names of its parts."""
    text = " ".join(str(error).split())
    return text.rpartition("cannot be created: ")[2][-200:].rstrip(".") + "."


def _row_aligned(image: Image) -> Image:
    """`image`, made at most 3 pixels wider by repeating its right edge.

    MediaPipe aborts the whole process when a mask is read whose width is no multiple of 4
    (``image_frame.cc: Check failed: 1 == ChannelSize()``, seen in 0.10.30 to 0.10.33).
    """
    extra = -image.shape[1] % 4
    if extra == 0:
        return image
    return np.pad(image, ((0, 0), (0, extra), (0, 0)), mode="edge")


def _detection(points: list[Any], world: list[Any], shape: tuple[int, ...], mask: Any) -> Detection:
    height, width = shape[:2]
    image = np.array([(p.x, p.y, p.visibility, p.presence) for p in points], np.float32)
    metres = np.array([(p.x, p.y, p.z) for p in world], np.float32)
    assert image.shape == (N_LANDMARKS, 4)
    return Detection(
        xy=image[:, :2] * np.array([width, height], np.float32),
        world=metres,
        visibility=image[:, 2],
        presence=image[:, 3],
        mask=None if mask is None else np.array(mask, np.float32),
    )


def _close(native: Any) -> None:
    try:
        with uninterrupted():
            native.close()
    except RuntimeError:
        # At interpreter exit the threads that MediaPipe calls itself on are gone already. The
        # process ends anyway; without a handle its __del__ does not try again, and stays quiet.
        native._handle = None  # noqa: SLF001
