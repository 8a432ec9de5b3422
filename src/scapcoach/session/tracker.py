"""From pictures to landmarks: a source's frames through a pose estimator, one at a time.

The same `Tracker` is used for a recording and for a live camera. The back contour needs a mask,
which costs more than the landmarks; so it is taken a few times a second, and only in a side view,
where it is meaningful.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.geometry.silhouette import back_contour
from scapcoach.geometry.view import estimate_yaw
from scapcoach.landmarks import N_LANDMARKS, OPTIONAL, Poses
from scapcoach.surface.follow import BackFollower

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.arrays import FloatArray
    from scapcoach.pose.detection import Detection, PoseEngine
    from scapcoach.sources.frames import Frame


#: Seconds between masks: the back moves slowly, and gaps up to 0.2 s are filled, so the interval
#: must stay below that at any frame rate.
MASK_INTERVAL: Final = 0.15

#: Range of |yaw| in degrees in which masks are taken; somewhat wider than the side view, so that a
#: person near its limit is not missed.
MASK_YAW: Final = (52.0, 128.0)


@dataclass(frozen=True, slots=True, eq=False)
class MaskRequest:
    """A frame whose back contour is wanted, with the detection in it."""

    frame: Frame
    found: Detection
    yaw: float

    def contour(self, mask: FloatArray | None) -> FloatArray | None:
        """(1, N_CONTOUR, 2) pixels; None without a mask."""
        return None if mask is None else back_contour(mask, self.found.xy, self.yaw)[None]


class Tracker:
    """Follows one subject through the frames of one source.

    Args:
        estimator: open, and used by nothing else.
        masks: whether to take the back contour in side views.
        surface: whether to follow the surface of the back where it is seen from behind.
    """

    def __init__(self, estimator: PoseEngine, *, masks: bool = True, surface: bool = True) -> None:
        self._estimator = estimator
        self._masks = masks
        self._last_mask = -np.inf
        self._last: Poses | None = None
        self._back = BackFollower() if surface else None

    def step(self, frame: Frame) -> Poses:
        """The landmarks of one frame, with back contour and surface, as `Poses` with T = 1."""
        poses, request = self._follow(frame, masks=self._masks)
        contour = None if request is None else request.contour(request.found.mask)
        if self._back is not None:
            poses = replace(poses, surface=self._back.step(frame.image, poses)[None])
        return poses if contour is None else replace(poses, contour=contour)

    def follow(self, frame: Frame) -> tuple[Poses, MaskRequest | None]:
        """Like `step`, but the caller takes contour and surface, for example in another thread.

        Returns:
            The landmarks, and the request for a mask; None where none is wanted.
        """
        return self._follow(frame, masks=False)

    def _follow(self, frame: Frame, *, masks: bool) -> tuple[Poses, MaskRequest | None]:
        due = frame.t - self._last_mask >= MASK_INTERVAL - 1e-6
        want = self._masks and due and MASK_YAW[0] <= abs(_yaw(self._last)) <= MASK_YAW[1]
        found = self._estimator.detect(
            frame.image, frame.t, want_mask=want and masks, picture=frame.picture
        )
        height, width = frame.image.shape[:2]
        if found is None:
            self._last = None
            return _nobody(frame.t, (width, height)), None
        poses = self._last = _one(frame.t, found, (width, height))
        if not want:
            return poses, None
        self._last_mask = frame.t
        return poses, MaskRequest(frame, found, _yaw(poses))


def _yaw(poses: Poses | None) -> float:
    """Degrees, in the one frame of `poses`; NaN without a person."""
    return np.nan if poses is None else float(estimate_yaw(poses)[0][0])


def _one(t: float, found: Detection, size: tuple[int, int]) -> Poses:
    return Poses(
        t=np.array([t]),
        xy=found.xy[None],
        world=found.world[None],
        visibility=found.visibility[None],
        presence=found.presence[None],
        subject=np.array([found.subject]),
        size=size,
    )


def _nobody(t: float, size: tuple[int, int]) -> Poses:
    return Poses(
        t=np.array([t]),
        xy=np.full((1, N_LANDMARKS, 2), np.nan),
        world=np.full((1, N_LANDMARKS, 3), np.nan),
        visibility=np.full((1, N_LANDMARKS), np.nan),
        presence=np.full((1, N_LANDMARKS), np.nan),
        subject=np.array([-1]),
        size=size,
    )


class PoseRecorder:
    """Collects frames into one `Poses`, in arrays that grow, which keeps an hour of video small.

    Args:
        size: (width, height) of the picture in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._count = 0
        self._rows = self._space(256)
        self._has: set[str] = set()

    def __len__(self) -> int:
        return self._count

    def add(self, poses: Poses) -> None:
        """Append frames that follow the previous ones."""
        stop = self._count + len(poses)
        while stop > len(self._rows["t"]):
            more = self._space(len(self._rows["t"]))
            self._rows = {n: np.concatenate([a, more[n]]) for n, a in self._rows.items()}
        for name, rows in self._rows.items():
            value = getattr(poses, name)
            if value is not None:
                rows[self._count : stop] = value
        self._has |= {name for name in OPTIONAL if getattr(poses, name) is not None}
        self._count = stop

    def add_later(self, index: int, name: str, value: FloatArray) -> None:
        """Add the back contour, or the rates of the surface, of a frame added without them."""
        self._rows[name][index] = value
        self._has.add(name)

    def poses(self) -> Poses:
        """All frames collected so far."""
        rows = {n: a[: self._count].copy() for n, a in self._rows.items()}
        for name in OPTIONAL.keys() - self._has:
            del rows[name]
        return Poses(size=self._size, **rows)

    @staticmethod
    def _space(count: int) -> dict[str, npt.NDArray[Any]]:
        points = (count, N_LANDMARKS)
        return {
            "t": np.zeros(count),
            "xy": np.zeros((*points, 2), np.float32),
            "world": np.zeros((*points, 3), np.float32),
            "visibility": np.zeros(points, np.float32),
            "presence": np.zeros(points, np.float32),
            "subject": np.zeros(count, np.int32),
            **{n: np.full((count, *shape), np.nan, np.float32) for n, shape in OPTIONAL.items()},
        }
