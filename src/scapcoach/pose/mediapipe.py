"""`MediaPipePose`: MediaPipe's pose landmarker as a `PoseEngine`, locked onto one person."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from scapcoach.errors import InputError
from scapcoach.model_files import model_file
from scapcoach.pictures import shrunk
from scapcoach.pose.landmarker import Landmarker, check_image, native_picture
from scapcoach.pose.people import Person, person
from scapcoach.pose.search import look_around
from scapcoach.pose.subject import SubjectLock, subject_point

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, Image
    from scapcoach.model_files import ModelFile
    from scapcoach.pose.detection import Detection


#: Seconds to wait for the right person before anybody else is followed.
_PATIENCE: Final = 1.0
#: Distance in trunk lengths between the results of search and tracker: below this, one body, ...
_ONE_BODY: Final = 1.0
#: ... and the tracker fits it when it is nearer than this and of about the same size.
_FITS: Final = 0.35
_FITS_SIZE: Final = 1.4
#: Largest distance of a usable mask's own trunk points from those of the landmarks, in trunk
#: lengths.
_AGREES: Final = 0.25
#: Parts of the picture shown in turn to make the tracker find somebody: all of it or, for somebody
#: too small for the detector, half of it and then more. Each part twice: the first fit after a
#: change is rough, and a tracker that starts from a rough fit gets lost.
_ZOOMS: Final = ((1.0, 1.0), (0.5, 0.5, 0.7, 0.7, 1.0, 1.0))
#: The network makes masks of 256 x 256 around the body, so a picture need not be larger than this
#: for them; a third less time at 1080p.
_MASK_SIDE: Final = 960
#: What is painted over people who are not to be followed.
_GREY: Final = 127


class MediaPipePose:
    """Follows the subject through pictures in order of time; a `PoseEngine`.

    The largest, most central person is the subject, or the one at `subject_at`. MediaPipe follows
    a single person and by itself may choose anybody; whenever there is doubt who that is
    (at the start, after a gap or a jump, when the colours of the trunk change) the picture is
    searched for everybody, and the tracker steered back by showing it that picture with the
    others painted over. If the subject is not there, the person who is followed gets another
    number.

    Args:
        model: lite, full or heavy.
        subject_at: a point on the subject in the first picture: pixels from the upper left, or
            shares of width and height when both are at most 1.
        lock_subject: False uses the person that MediaPipe follows, always as subject 0.
        delegate: what the tracking network runs on: cpu, or gpu where MediaPipe offers it.

    Raises:
        ModelError: the model is missing or damaged, or MediaPipe cannot load it.
        InputError: `subject_at` is outside the picture (raised at the first picture).
    """

    def __init__(
        self,
        model: str = "full",
        *,
        subject_at: tuple[float, float] | None = None,
        lock_subject: bool = True,
        delegate: str = "cpu",
    ) -> None:
        self._file = model_file(model, mask=False)
        self._subject_at = subject_at
        self._locks = lock_subject
        self._lock: SubjectLock | None = None
        self._size: tuple[int, int] | None = None
        self._waiting_since: float | None = None
        with ExitStack() as stack:
            self._main = Landmarker(self._file, delegate=delegate)
            stack.callback(self._main.close)
            self._masks = _MaskMaker(model)
            stack.callback(self._masks.close)
            self._stack = stack.pop_all()

    @property
    def model(self) -> str:
        """Name of the model: lite, full or heavy."""
        return self._file.name

    @property
    def model_sha256(self) -> str:
        """SHA-256 of the model file that makes the landmarks."""
        return self._file.sha256

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free all native objects; calling it again does nothing."""
        self._stack.close()

    def picture(self, image: Image) -> object:
        """`image` as MediaPipe takes it, for `detect`: a copy, 1.5 ms at 1080p, in any thread.

        Raises:
            InputError: a picture that MediaPipe would read as garbage.
        """
        return native_picture(image)

    def detect(
        self, image: Image, t: float, *, want_mask: bool = False, picture: object = None
    ) -> Detection | None:
        """The subject in `image`, or None.

        Args:
            image: (H, W, 3) uint8 RGB, C-contiguous; always of the same size.
            t: seconds; grows from call to call.
            want_mask: also make a mask, with a second, slower model. The mask stays None when
                that model does not see the same person.
            picture: what the method of that name made of `image`; None makes it now.

        Raises:
            InputError: a picture that MediaPipe would read as garbage, or of another size, or a
                time that is not finite.
            ModelError: MediaPipe failed.
        """
        check_image(image)
        self._begin(image)
        found = self._main.follow(image, t, picture)
        if self._locks:
            found = None if found is None else self._subject(image, t, found)
        if found is not None and want_mask:
            found = replace(found, mask=self.mask(image, t, found))
        return found

    def mask(self, image: Image, t: float, found: Detection) -> FloatArray | None:
        """The mask of the person `found`, from a second, slower model; None if it sees another.

        It may be called in a thread of its own while `detect` goes on: the two share nothing.

        Args:
            image: in which the person was found.
            t: seconds; grows from mask to mask.
            found: what `detect` gave.

        Raises:
            ModelError: MediaPipe failed.
        """
        return self._masks.mask(image, t, found)

    def _begin(self, image: Image) -> None:
        size = (image.shape[1], image.shape[0])
        if self._size is None:
            self._size = size
            self._lock = SubjectLock(size, subject_point(self._subject_at, size))
        elif size != self._size:
            raise InputError(
                f"A picture of {size[0]} x {size[1]} pixels follows one of {self._size[0]} x "
                f"{self._size[1]}: all pictures of one recording must be of one size."
            )

    def _subject(self, image: Image, t: float, found: Detection) -> Detection | None:
        """`found` with the right number, or somebody better, or None while steering fails."""
        lock = self._lock
        assert lock is not None
        who = person(found, None)
        if lock.wants_colours(who, t):
            who = person(found, image)
        if not lock.doubts(who, t):
            if not lock.locked:
                return None
            return self._accepted(lock, who, t, lock.current)
        out_of_patience = self._waiting_since is not None and t - self._waiting_since > _PATIENCE
        if not (out_of_patience or lock.may_look(t)):
            return None
        people = [] if out_of_patience else look_around(image)
        # The search places people better than a tracker that has just taken somebody up.
        known = min(people, key=who.distance, default=None)
        if known is not None and who.distance(known) > _ONE_BODY:
            known = None
        others = [p for p in people if p is not known]
        confirmed = out_of_patience or known is not None
        choice = lock.decide(known or who, others, t, confirmed=confirmed)
        if choice is not None and (
            choice.target is who or (choice.target is known and fits(who, known))
        ):
            return self._accepted(lock, who, t, choice.subject)
        if self._waiting_since is None:
            self._waiting_since = t
        if choice is None:
            return None
        others = [p for p in people if p is not choice.target]
        steered = self._steer(image, t, choice.target, others)
        return None if steered is None else self._accepted(lock, steered, t, choice.subject)

    def _accepted(self, lock: SubjectLock, who: Person, t: float, subject: int) -> Detection:
        lock.accept(who, t, subject)
        self._waiting_since = None
        return replace(who.detection, subject=subject)

    def _steer(self, image: Image, t: float, target: Person, others: list[Person]) -> Person | None:
        """Make the tracker follow `target`; None when it will not."""
        shown = only(image, target, others)
        for zooms in _ZOOMS:
            self._main.forget(image, t)
            for zoom in zooms:
                self._main.follow(_zoomed(shown, target, zoom), t)
            found = self._main.follow(image, t)  # once more for landmarks from the whole picture
            if found is not None and fits(who := person(found, image), target):
                return who
        self._main.forget(image, t)
        return None


def _zoomed(image: Image, target: Person, zoom: float) -> Image:
    """That share of the picture in which the target's middle stays at the same relative place.

    So the tracker, which works with relative places, takes its crop over to the next larger part.
    """
    if zoom >= 1:
        return image
    height, width = image.shape[:2]
    x, y = np.clip(target.centre, 0, (width, height)) * (1 - zoom)
    columns, rows = round(width * zoom), round(height * zoom)
    left, top = min(int(x), width - columns), min(int(y), height - rows)
    return np.ascontiguousarray(image[top : top + rows, left : left + columns])


def fits(followed: Person, known: Person) -> bool:
    """Whether the tracker's landmarks lie on the body that the search found."""
    return followed.distance(known) < _FITS and followed.scale_ratio(known) < _FITS_SIZE


def only(image: Image, target: Person, others: list[Person]) -> Image:
    """A copy of `image` in which everything but `target` is painted over.

    What is left is the target's box with room around it (a quarter of its longer side: the
    tracker's own crop is 1.25 times the body), without the parts that only other people's boxes
    cover.
    """
    shown = np.full_like(image, _GREY)
    outer = _pixels(target.padded_box(0.25), image)
    shown[outer] = image[outer]
    for other in others:
        shown[_pixels(other.padded_box(0.02), image)] = _GREY
    inner = _pixels(target.padded_box(0.02), image)
    shown[inner] = image[inner]
    return shown


def _pixels(box: tuple[float, float, float, float], image: Image) -> tuple[slice, slice]:
    height, width = image.shape[:2]
    x0, y0, x1, y1 = box
    columns = slice(max(0, math.floor(x0)), min(width, max(0, math.ceil(x1))))
    return slice(max(0, math.floor(y0)), min(height, max(0, math.ceil(y1)))), columns


class _MaskMaker:
    """The stock model, for masks alone; made at the first one, and called now and then."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._landmarker: Landmarker | None = None

    def close(self) -> None:
        if self._landmarker is not None:
            self._landmarker.close()

    def mask(self, image: Image, t: float, found: Detection) -> FloatArray | None:
        """(H, W) mask of the person `found`, or None when the model sees somebody else."""
        if self._landmarker is None:
            file: ModelFile = model_file(self._model, mask=True)
            self._landmarker = Landmarker(file, masks=True)
        who = person(found, None)
        seen = self._see(image, t)
        if seen is None or not _agree(who, person(seen, None)):
            self._landmarker.forget(_small(image), t)
            seen = self._see(only(image, who, []), t)
            if seen is None or not _agree(who, person(seen, None)):
                return None
        return _stretched(seen.mask, image.shape[1], image.shape[0])

    def _see(self, image: Image, t: float) -> Detection | None:
        """Who is seen, with landmarks in pixels of `image` and the mask as it comes."""
        assert self._landmarker is not None
        small = _small(image)
        seen = self._landmarker.follow(small, t)
        if seen is None:
            return None
        factors = np.array(image.shape[1::-1], np.float32) / small.shape[1::-1]
        return replace(seen, xy=seen.xy * factors)


def _small(image: Image) -> Image:
    """`image`, scaled down so that its longer side is at most _MASK_SIDE."""
    height, width = image.shape[:2]
    factor = _MASK_SIDE / max(height, width)
    if factor >= 1:
        return image
    return shrunk(image, (max(1, round(width * factor)), max(1, round(height * factor))))


def _stretched(mask: FloatArray | None, width: int, height: int) -> FloatArray | None:
    import cv2

    if mask is None or mask.shape == (height, width):
        return mask
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR))


def _agree(a: Person, b: Person) -> bool:
    return a.distance(b) < _AGREES and a.scale_ratio(b) < 1.25
