"""Landmarks of a recording, with as much as possible beside the network instead of after it.

Recordings have what a camera has not: the next frames. So pictures are handed to MediaPipe's memory
by the thread that decodes them, and the masks of a side view are made in another one while the
tracker goes on. What is found is the same to the bit: each network sees the same pictures in the
same order.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from scapcoach.errors import ScapcoachError
from scapcoach.session.tracker import Tracker

if TYPE_CHECKING:
    from concurrent.futures import Future
    from types import TracebackType

    from scapcoach.arrays import FloatArray
    from scapcoach.pose.detection import ParallelEngine
    from scapcoach.session.tracker import Look, PoseRecorder
    from scapcoach.sources.frames import Frame


#: Masks that may be under way; each holds its picture in memory.
_UNDER_WAY: Final = 3


class Follower:
    """Follows one subject through a recording, frame by frame, into a recorder.

    A block; at its end all contours are there, after an interruption, too.

    Args:
        estimator: open, and fed by nobody else.
        recorder: what it has holds already, stays.
    """

    def __init__(self, estimator: ParallelEngine, recorder: PoseRecorder) -> None:
        self._estimator, self._recorder = estimator, recorder
        self._tracker = Tracker(estimator)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="back contour")
        self._awaited: deque[tuple[int | None, Future[FloatArray | None]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._gather(0)
            else:
                with suppress(ScapcoachError):  # the first error is the one to tell
                    self._gather(0)
        finally:
            self._thread.shutdown(cancel_futures=True)

    def step(self, frame: Frame, *, keep: bool = True) -> None:
        """The next frame.

        Args:
            frame: with its picture prepared, if it is to be quick.
            keep: False to look at it without recording it.

        Raises:
            ScapcoachError: as the estimator; for a mask it may come some frames later.
        """
        poses, look = self._tracker.follow(frame)
        place = len(self._recorder) if keep else None
        if keep:
            self._recorder.add(poses)
        if look is not None:
            self._awaited.append((place, self._thread.submit(self._contour, look)))
        self._gather(_UNDER_WAY)

    def _contour(self, look: Look) -> FloatArray | None:
        frame = look.frame
        return look.contour(self._estimator.mask(frame.image, frame.t, look.found))

    def _gather(self, most: int) -> None:
        """Record contours that are ready, and wait until no more than so many are not."""
        while self._awaited and (len(self._awaited) > most or self._awaited[0][1].done()):
            place, future = self._awaited.popleft()
            contour = future.result()
            if place is not None and contour is not None:
                self._recorder.add_contour(place, contour)
