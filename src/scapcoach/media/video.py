"""The annotated video: H.264 with the recording's own timestamps and sound."""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from scapcoach.errors import OutputError
from scapcoach.files import atomic_path, output_error
from scapcoach.media.audio import AudioCopy
from scapcoach.media.h264 import CLOCK, QUEUE_FRAMES, add_stream, coded, even_size
from scapcoach.pictures import shrunk

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.arrays import Image


#: Speed of the encoder, one of libx264's presets.
_PRESET: Final = "veryfast"


class AnnotatedVideoWriter:
    """Writes RGB pictures as an MP4 file that browsers play; a context manager.

    H.264, yuv420p, BT.709 limited range, index at the front, timestamps as given (a
    variable frame rate stays variable). Encoding runs in its own thread, with a bounded
    queue. The file appears under its name only when the block ends without an error and at least
    one frame was written.

    Args:
        path: the file to write.
        size: (width, height) of the pictures of the recording in pixels.
        audio_from: recording whose sound is kept: copied when it is AAC or MP3, else turned into
            AAC. Sound that cannot be read is left out, with a line in `warnings`.

    Raises:
        OutputError: from any method, when the file cannot be written.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], *, audio_from: Path | None = None
    ) -> None:
        self.path = path
        self.size = even_size(size)
        self.warnings: list[str] = []
        self.frames_written = 0
        self._audio_from = audio_from
        self._last_pts = -1
        self._queue: queue.Queue[tuple[Image, int] | None] = queue.Queue(QUEUE_FRAMES)
        self._failure: BaseException | None = None
        self._abandoned = threading.Event()

    def __enter__(self) -> Self:
        self._atomic = atomic_path(self.path)
        self._temporary = self._atomic.__enter__()
        try:
            self._temporary.touch()  # an error is reported before the first frame
        except OSError as error:
            self._atomic.__exit__(type(error), error, error.__traceback__)
        self._thread = threading.Thread(target=self._run, name="video-encoder", daemon=True)
        self._thread.start()
        return self

    def scaled(self, image: Image) -> Image:
        """The picture in the size of the video: `image` itself if it has it, else a new one."""
        return shrunk(image, self.size)

    def write(self, image: Image, t: float) -> None:
        """Queue one picture; waits while the queue is full.

        Args:
            image: (H, W, 3) uint8 RGB of `size`. The writer keeps it: do not draw on it again.
            t: seconds from the first frame of the recording, increasing.

        Raises:
            ValueError: the picture has another size than `size`.
            OutputError: the encoder has failed.
        """
        if image.shape != (self.size[1], self.size[0], 3) or image.dtype != np.uint8:
            raise ValueError(f"This video takes RGB pictures of {self.size}, not {image.shape}.")
        pts = max(round(t * CLOCK), self._last_pts + 1)
        self._last_pts = pts
        self._put((image, pts))
        self.frames_written += 1

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._abandoned.set()
        with contextlib.suppress(OutputError):  # raised below, by _check
            self._put(None)
        self._thread.join()
        failure: OutputError | None = None
        try:
            if kind is None:
                self._check()
        except OutputError as found:
            failure = found
        if kind is None and failure is None and self.frames_written:
            self._atomic.__exit__(None, None, None)
            return
        # Not the caller's own error: `atomic_path` would take an OSError for one of this file.
        self._atomic.__exit__(_NothingToKeep, _NothingToKeep(), None)
        if failure is not None:
            raise failure

    def _put(self, item: tuple[Image, int] | None) -> None:
        while True:
            self._check()
            try:
                self._queue.put(item, timeout=0.2)
            except queue.Full:
                if self._thread.is_alive():
                    continue
                self._check()
            return

    def _check(self) -> None:
        if isinstance(self._failure, OSError):
            raise output_error(self._failure, self.path) from self._failure
        if self._failure is not None:
            raise OutputError(f"Could not encode {self.path}: {self._failure}.") from self._failure

    def _run(self) -> None:
        """The encoder's thread; whatever goes wrong is handed to the caller."""
        try:
            self._encode()
        except Exception as failure:  # noqa: BLE001  crosses the thread, raised by _check
            self._failure = failure

    def _encode(self) -> None:
        from scapcoach.pyav import av

        with contextlib.ExitStack() as stack:
            output = stack.enter_context(
                av.open(str(self._temporary), "w", format="mp4", options={"movflags": "+faststart"})
            )
            stream = add_stream(output, self.size, _PRESET)
            audio = None
            if self._audio_from is not None:
                audio = stack.enter_context(AudioCopy(self._audio_from, output, self.warnings))
            last, step, packet = 0, CLOCK // 30, None
            while (item := self._queue.get()) is not None and not self._abandoned.is_set():
                image, pts = item
                step, last = (pts - last or step), pts
                for packet in stream.encode(coded(image, pts)):
                    output.mux(packet)
                if audio is not None:
                    audio.copy_until(pts / CLOCK)
            if self._abandoned.is_set() or self.frames_written == 0:
                return
            for packet in stream.encode(None):
                packet.duration = packet.duration or step  # the last frame is shown, too
                output.mux(packet)
            if audio is not None:
                audio.copy_until((last + step) / CLOCK)


class _NothingToKeep(Exception):  # noqa: N818  a signal, caught in this module
    """Ends the atomic write of a video that has no frames."""
