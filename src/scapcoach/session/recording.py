"""Landmarks of a recording, with as much as possible in parallel to the network.

In a recording the next frames are available. So the thread that decodes pictures also copies them
into MediaPipe's memory, and the masks of a side view and the surface of a back are made in another
thread while the tracker goes on. The results are bit for bit the same: each network sees the same
pictures in the same order.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from scapcoach.errors import ScapcoachError
from scapcoach.session.tracker import Tracker
from scapcoach.surface.follow import BackFollower

if TYPE_CHECKING:
    from concurrent.futures import Future

    from scapcoach.arrays import FloatArray
    from scapcoach.pose.detection import ParallelEngine
    from scapcoach.session.tracker import MaskRequest, PoseRecorder
    from scapcoach.sources.frames import Frame


#: Contours and surfaces that may be in progress at a time; each keeps its picture in memory.
_IN_PROGRESS: Final = 4


class Follower:
    """Follows one subject through a recording, frame by frame, into a recorder.

    A context manager; at its end all of it is there, also after an interruption.

    Args:
        estimator: open, and used by nothing else.
        recorder: receives the frames; what it already holds, stays.
    """

    def __init__(self, estimator: ParallelEngine, recorder: PoseRecorder) -> None:
        self._estimator, self._recorder = estimator, recorder
        self._tracker = Tracker(estimator, surface=False)  # followed in the thread
        self._back = BackFollower()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="back")
        self._awaited: deque[tuple[int | None, str, Future[FloatArray | None]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._gather(0)
            else:
                with suppress(ScapcoachError):  # the first error is the one to report
                    self._gather(0)
        finally:
            self._thread.shutdown(cancel_futures=True)

    def step(self, frame: Frame, *, keep: bool = True) -> None:
        """Follow the subject in the next frame.

        Args:
            frame: faster with its picture prepared.
            keep: False does not record it.

        Raises:
            ScapcoachError: from the estimator; for a mask it may come some frames later.
        """
        poses, request = self._tracker.follow(frame)
        place = len(self._recorder) if keep else None
        if keep:
            self._recorder.add(poses)
        if request is not None:
            self._await(place, "contour", self._thread.submit(self._contour, request))
        self._await(place, "surface", self._thread.submit(self._back.step, frame.image, poses))
        self._gather(_IN_PROGRESS)

    def _await(self, place: int | None, name: str, future: Future[FloatArray | None]) -> None:
        self._awaited.append((place, name, future))

    def _contour(self, request: MaskRequest) -> FloatArray | None:
        frame = request.frame
        return request.contour(self._estimator.mask(frame.image, frame.t, request.found))

    def _gather(self, most: int) -> None:
        """Record what is finished, and wait until at most `most` are unfinished."""
        while self._awaited and (len(self._awaited) > most or self._awaited[0][2].done()):
            place, name, future = self._awaited.popleft()
            value = future.result()
            if place is not None and value is not None:
                self._recorder.add_later(place, name, value)
