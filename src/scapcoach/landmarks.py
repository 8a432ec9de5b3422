"""Landmark names and `Poses`, the first core type: one person's landmarks over time.

Landmark numbering is that of BlazePose as MediaPipe ships it (33 points). "Left" and "right"
are the subject's own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from scapcoach.errors import LandmarksError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from scapcoach.arrays import FloatArray, IntArray


class Landmark(IntEnum):
    """The 33 BlazePose landmarks, numbered as in MediaPipe."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


N_LANDMARKS: Final = len(Landmark)

#: Pairs of landmarks, left and right.
EARS: Final = (Landmark.LEFT_EAR, Landmark.RIGHT_EAR)
SHOULDERS: Final = (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)
HIPS: Final = (Landmark.LEFT_HIP, Landmark.RIGHT_HIP)

#: Points along the back contour, evenly spaced in height from hip (0) to neck (-1).
N_CONTOUR: Final = 24


class Followed(IntEnum):
    """What became of the back's surface in a frame; see `scapcoach.surface`."""

    NOT_BEHIND = 0
    YES = 1
    BEGINS = 2
    RESUMES = 3
    NO_TEXTURE = 4
    COVERED = 5
    TOO_SMALL = 6


#: Columns of `Poses.surface`: a `Followed` code; logarithms of the stretch across and along of the
#: zones of the back since the last frame that could be followed; the variance of the first zone's
#: stretch across less along; and the share of its points that could be followed.
SURFACE: Final = (
    "followed",
    "blades_across", "blades_along", "left_across", "left_along", "right_across", "right_along",
    "lower_across", "lower_along", "variance", "share",
)  # fmt: skip
N_SURFACE: Final = len(SURFACE)

#: Bones worth drawing, as pairs of landmarks.
SKELETON: Final[tuple[tuple[Landmark, Landmark], ...]] = (
    SHOULDERS,
    (Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP),
    (Landmark.RIGHT_SHOULDER, Landmark.RIGHT_HIP),
    HIPS,
    (Landmark.LEFT_SHOULDER, Landmark.LEFT_ELBOW),
    (Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST),
    (Landmark.RIGHT_SHOULDER, Landmark.RIGHT_ELBOW),
    (Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST),
    (Landmark.LEFT_HIP, Landmark.LEFT_KNEE),
    (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE),
    (Landmark.RIGHT_HIP, Landmark.RIGHT_KNEE),
    (Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE),
)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Poses:
    """One person's landmarks over T frames; every slice of it is a `Poses` again.

    Attributes:
        t: (T,) seconds from the source's own timestamps, strictly increasing.
        xy: (T, 33, 2) image position in pixels of the upright, square-pixel picture;
            x right, y *down* as in OpenCV. NaN where there is no person.
        world: (T, 33, 3) MediaPipe world landmarks in metres, origin between the hips, axes as
            MediaPipe gives them (x right in the image, y down, z away from the camera).
        visibility: (T, 33) 0..1, chance that the point is in the picture and not hidden.
        presence: (T, 33) 0..1, chance that the point lies within the picture.
        subject: (T,) number of the person: 0 the followed person, 1, 2, ... another person after
            a change of subject, -1 no person.
        size: (width, height) of the picture in pixels.
        contour: (T, N_CONTOUR, 2) back contour of the body in pixels as `xy`, from hip to neck
            height; NaN where no mask was taken. None when no frame has one.
        surface: (T, N_SURFACE) how the surface of the back moved, columns as in `SURFACE`; NaN in
            frames without a person. None when no frame has it.

    Missing values are NaN, never 0. Arrays are float32 except `t` (float64) and `subject`
    (int32), and must not be written to.

    Raises:
        LandmarksError: shapes, order of time or sizes are wrong; the message lists every fault.
    """

    t: FloatArray
    xy: FloatArray
    world: FloatArray
    visibility: FloatArray
    presence: FloatArray
    subject: IntArray
    size: tuple[int, int]
    contour: FloatArray | None = None
    surface: FloatArray | None = None

    def __post_init__(self) -> None:
        for name, dtype in _DTYPES.items():
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, np.asarray(value, dtype=dtype))
        faults = list(_faults(self))
        if faults:
            raise LandmarksError("These arrays are not valid poses: " + "; ".join(faults) + ".")

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, index: slice | npt.NDArray[Any]) -> Poses:
        """Frames by slice, or by a boolean or increasing integer array."""
        if not isinstance(index, slice | np.ndarray):
            raise TypeError("Poses are indexed by a slice or an array: poses[i:i+1] is one frame.")
        parts = {n: v[index] for n in _DTYPES if (v := getattr(self, n)) is not None}
        return replace(self, **parts)

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """(T,) True where there is a person."""
        return np.asarray(self.subject >= 0)

    def point(self, *landmarks: Landmark) -> FloatArray:
        """(T, 2) image position of a landmark, or of the midpoint of several; float64."""
        points = self.xy[:, indices(landmarks)].astype(np.float64)
        return np.asarray(np.add.reduce(points, axis=1) / len(landmarks))

    @classmethod
    def empty(cls, size: tuple[int, int]) -> Poses:
        """`Poses` without frames, for a picture of this size."""
        n = N_LANDMARKS
        z = np.zeros
        return cls(z(0), z((0, n, 2)), z((0, n, 3)), z((0, n)), z((0, n)), z(0, np.int32), size)

    @classmethod
    def concatenate(cls, parts: list[Poses]) -> Poses:
        """Join parts of one recording, in order of time; what some of them lack becomes NaN.

        Raises:
            LandmarksError: there are no parts, or they do not follow each other in time.
        """
        if not parts:
            raise LandmarksError("These arrays are not valid poses: nothing to join.")
        joined = {
            n: np.concatenate([getattr(p, n) for p in parts]) for n in _DTYPES if n not in OPTIONAL
        }
        for name, shape in OPTIONAL.items():
            if any(getattr(p, name) is not None for p in parts):
                joined[name] = np.concatenate([_or_nan(p, name, shape) for p in parts])
        return cls(size=parts[0].size, **joined)


_DTYPES: Final[dict[str, Any]] = {
    "t": np.float64,
    "xy": np.float32,
    "world": np.float32,
    "visibility": np.float32,
    "presence": np.float32,
    "subject": np.int32,
    "contour": np.float32,
    "surface": np.float32,
}
#: Arrays that `Poses` may lack, and their shape in one frame.
OPTIONAL: Final[dict[str, tuple[int, ...]]] = {"contour": (N_CONTOUR, 2), "surface": (N_SURFACE,)}
assert set(_DTYPES) == {f.name for f in fields(Poses)} - {"size"}


@lru_cache(maxsize=256)
def indices(landmarks: tuple[Landmark, ...]) -> IntArray:
    """The same landmarks as an array, which numpy can index with directly."""
    return np.array(landmarks, np.intp)


_Array = TypeVar("_Array", bound=np.ndarray[Any, Any])


def cached_per_poses(function: Callable[[Poses], _Array]) -> Callable[[Poses], _Array]:
    """Cache the result of a pure function for as long as its `Poses` exist.

    Many measures need the trunk, yaw or face of the same live frame. The array is shared, so it
    must not be written to.
    """
    known: WeakKeyDictionary[Poses, _Array] = WeakKeyDictionary()

    @wraps(function)
    def remembered(poses: Poses) -> _Array:
        found = known.get(poses)
        if found is None:
            found = known[poses] = function(poses)
            found.flags.writeable = False
        return found

    return remembered


def _or_nan(poses: Poses, name: str, shape: tuple[int, ...]) -> FloatArray:
    found: FloatArray | None = getattr(poses, name)
    return np.full((len(poses), *shape), np.nan, np.float32) if found is None else found


def _faults(p: Poses) -> Iterator[str]:
    """Everything that is wrong with the arrays of `p`, one sentence each."""
    if p.t.ndim != 1:
        yield f"t must have one axis, not {p.t.ndim}"
        return
    count = len(p.t)
    shapes = {
        "xy": (count, N_LANDMARKS, 2),
        "world": (count, N_LANDMARKS, 3),
        "visibility": (count, N_LANDMARKS),
        "presence": (count, N_LANDMARKS),
        "subject": (count,),
        **{name: (count, *shape) for name, shape in OPTIONAL.items()},
    }
    for name, shape in shapes.items():
        value = getattr(p, name)
        if value is not None and value.shape != shape:
            yield f"{name} must have shape {shape}, not {value.shape}"
    if not np.isfinite(p.t).all():
        yield "t has values that are not finite"
    elif count > 1 and np.any(np.diff(p.t) <= 0):
        at = int(np.argmax(np.diff(p.t) <= 0))
        yield f"t must increase, but frame {at + 1} ({p.t[at + 1]:g} s) does not follow frame {at}"
    if min(p.size) <= 0:
        yield f"size must be positive, not {p.size[0]} x {p.size[1]}"
