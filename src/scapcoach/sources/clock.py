"""Seconds from a stream's own time stamps, corrected where they cannot be right."""

from __future__ import annotations

# A step back of more than this is taken for a restarted clock (joined recordings), and the times
# after it are shifted; a smaller one for a wrong stamp on a single frame. Recorders that repeat or
# reorder stamps do so within a few frames.
RESTART_S = 1.0


class StreamClock:
    """Turns raw stamps into seconds: the first is 0, each later one is larger than the last.

    Args:
        time_base: seconds per tick of the stamps.
        interval: the nominal time between frames in seconds, used only where a stamp is
            missing or does not increase.
        origin: stamp of the file's first frame, for reading on from somewhere else in it.

    Attributes:
        mended: number of frames whose time was corrected.
    """

    def __init__(self, time_base: float, interval: float, origin: int | None = None) -> None:
        self._time_base = time_base
        self._interval = interval
        self._offset = None if origin is None else origin * time_base
        self._last: float | None = None
        self.mended = 0

    def read(self, stamp: int | None) -> float:
        """Seconds since the first frame for the frame that carries `stamp` (None: it has none)."""
        raw = None if stamp is None else stamp * self._time_base
        if raw is not None and self._offset is None:
            # Frames before the first stamp, if any, already took up time.
            self._offset = raw - (0.0 if self._last is None else self._last + self._interval)
        if raw is None or self._offset is None:
            t = 0.0 if self._last is None else self._last + self._interval
            self.mended += 1
        else:
            t = raw - self._offset
            if self._last is not None and t <= self._last:
                self.mended += 1
                if t < self._last - RESTART_S:
                    self._offset = raw - (self._last + self._interval)
                    t = self._last + self._interval
                else:
                    # Half a step, so that good stamps that follow are still ahead of it.
                    t = self._last + self._interval / 2
        self._last = t
        return t
