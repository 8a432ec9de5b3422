"""The camera's own pictures on disk while a session runs, at no cost to its frame loop."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Self

from scapcoach.errors import OutputError
from scapcoach.files import output_error
from scapcoach.media.h264 import CLOCK, QUEUE_FRAMES, add_stream, coded, even_size
from scapcoach.pictures import shrunk

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from scapcoach.arrays import Image


#: Seconds of pictures that are written as one fragment and flushed to the disk. A power cut loses
#: that much, and the time that a busy disk needs.
KEEP_S: Final = 1.0

#: Bytes that are left free on the disk for the journal and the report of the session, which matter
#: more than its pictures [E].
RESERVE: Final = 300_000_000

#: Quick enough to leave the processor to the pose model: 60 % of the work of the annotated video's
#: preset for twice its size, 21 MB a minute at 720p [M].
_PRESET: Final = "superfast"


class CameraVideo:
    """Writes pictures of a camera into an MP4 file; a context manager.

    H.264 with the given times (variable frame rate). Encoding runs in its own thread; when the
    queue is full, a picture is left out and counted, so `add` never waits. The file is written in
    fragments, so that it can be played however the program ends; on closing it becomes an ordinary
    MP4 file. An error ends the video, never the session: it is given by `trouble`.

    Args:
        path: the file, which must not exist.
        size: (width, height) of the pictures in pixels.
        reserve: bytes to leave free on the disk.

    Attributes:
        start: time of the first picture, where the video begins; None before it.
        written: number of pictures given to the encoder so far.
        dropped: number of pictures left out because the encoder was too slow.
        trouble: why no more pictures are recorded, one sentence; empty while recording works.

    Raises:
        OutputError: the file cannot be made.
    """

    def __init__(self, path: Path, size: tuple[int, int], *, reserve: int = RESERVE) -> None:
        self.path = path
        self.size = even_size(size)
        self._given = size
        self._reserve = reserve
        self._queue: queue.Queue[tuple[Image, int] | None] = queue.Queue(QUEUE_FRAMES)
        self.start: float | None = None
        self._last_pts = -1
        self.written = 0
        self.dropped = 0
        self.trouble = ""
        self._over = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("x+b")
        except OSError as error:
            raise output_error(error, path) from error
        self._thread = threading.Thread(target=self._run, name="camera video", daemon=True)
        self._thread.start()

    def add(self, image: Image, t: float) -> bool:
        """Record a picture; False where it is left out. Never waits.

        Args:
            image: (H, W, 3) uint8 RGB of the given size; not to be drawn on afterwards.
            t: seconds, increasing.

        Raises:
            ValueError: the picture has another size.
        """
        if image.shape != (self._given[1], self._given[0], 3):
            raise ValueError(f"This video takes RGB pictures of {self._given}, not {image.shape}.")
        if self.trouble:
            return False
        start = t if self.start is None else self.start
        pts = max(round((t - start) * CLOCK), self._last_pts + 1)
        try:
            self._queue.put_nowait((image, pts))
        except queue.Full:
            self.dropped += 1
            return False
        self.start, self._last_pts = start, pts
        self.written += 1
        return True

    def close(self) -> None:
        """Write the waiting pictures and finish the file; without any picture, delete it."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        with contextlib.suppress(OSError):
            self._file.close()
            if not self.written:
                self.path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The thread. ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._encode()
        except OSError as error:  # also libav's disk errors
            self.trouble = f"Filming stopped: {output_error(error, self.path)}"
        except OutputError as error:
            self.trouble = f"Filming stopped: {error}"
        except Exception as error:  # noqa: BLE001 - whatever the encoder meets, the session goes on
            self.trouble = f"Filming stopped: {self.path.name} could not be encoded ({error})."
        while not self._over:  # after an error: empty the queue up to its end mark
            self._over = self._queue.get() is None

    def _encode(self) -> None:
        from scapcoach.pyav import av

        options = {
            # Fragments while it runs, one table at the front of an ordinary file at the end.
            "movflags": "hybrid_fragmented",
            "frag_duration": str(round(KEEP_S * 1e6)),
            "flush_packets": "1",
        }
        output: Any = av.open(self._file, "w", format="mp4", options=options)
        try:
            self._pictures(output, add_stream(output, self.size, _PRESET, live=True))
        except BaseException:
            # The file can be played so far; finishing it would fail again.
            with contextlib.suppress(Exception):
                output.close()
            raise
        output.close()
        self._keep()

    def _pictures(self, output: OutputContainer, stream: VideoStream) -> None:
        kept = time.monotonic()
        step, last = CLOCK // 30, 0
        while (item := self._queue.get()) is not None:
            image, pts = item
            step, last = (pts - last or step), pts
            for packet in stream.encode(coded(shrunk(image, self.size), pts)):
                output.mux(packet)
            self._file.flush()  # to the system: safe when the program is killed
            if time.monotonic() - kept >= KEEP_S:
                self._keep()
                self._room()
                kept = time.monotonic()
        self._over = True
        for packet in stream.encode(None):
            packet.duration = packet.duration or step
            output.mux(packet)

    def _keep(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def _room(self) -> None:
        if shutil.disk_usage(self.path.parent).free < self._reserve:
            raise OutputError(
                "the disk is nearly full, and the rest is needed for the session's measures and "
                "report. Free some space for the next session."
            )
