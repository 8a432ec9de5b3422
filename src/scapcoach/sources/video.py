"""Frames from a video file, decoded ahead in a thread of their own (PyAV)."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scapcoach.errors import InputError
from scapcoach.sources.ahead import ReadAhead
from scapcoach.sources.clock import StreamClock
from scapcoach.sources.container import open_video
from scapcoach.sources.picture import PictureMaker, PictureShape, orientation, picture_shape
from scapcoach.sources.types import Frame, SourceInfo

if TYPE_CHECKING:
    import os
    import threading
    from collections.abc import Iterator
    from types import TracebackType

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

QUEUE_DEPTH = 8
# A queue of eight 4K pictures would hold 200 MB.
QUEUE_BYTES = 64_000_000
# Up to this size one thread decodes 1080p at over 100 frames a second and spends a third less
# CPU than a thread per core does; larger pictures need the cores to keep up (docs/video.md).
ONE_THREAD_PIXELS = 1920 * 1088
# A file whose packets fail to be read this often in a row has nothing more to give.
READ_FAILURES_MAX = 200
# A readable part that ends this much before the stated end is called cut off. Streams end a frame
# or two early as a matter of course, and a stated length may be that of the sound.
TAIL_S = 0.5
TAIL_SHARE = 0.02
# No picture for this long, and for this many nominal steps, is told: some containers skip over
# damage without a sign. Recorders that drop frames in the dark leave holes of a tenth of that.
GAP_S = 1.0
GAP_STEPS = 5


@dataclass(slots=True)
class _Notes:
    """What one pass over the file met; written by the decoding thread, read by the other."""

    mended_times: int = 0
    bad_packets: int = 0
    marked_packets: int = 0
    bad_frames: int = 0
    other_sizes: int = 0
    last_t: float = math.nan
    gaps: int = 0
    longest_gap: float = 0.0
    longest_gap_at: float = 0.0
    complete: bool = False
    stopped_by: str = ""

    def at(self, t: float, interval: float) -> None:
        """A picture was met at `t` seconds."""
        gap = t - self.last_t
        if gap >= max(GAP_S, GAP_STEPS * interval):
            self.gaps += 1
            if gap > self.longest_gap:
                self.longest_gap, self.longest_gap_at = gap, self.last_t
        self.last_t = t


class VideoFile:
    """A video file as a source of upright RGB frames with their true times.

    Opening reads the first frame, so that a file without a picture fails here. Each iteration
    starts at the beginning again, in its own thread; leaving the loop early stops the thread.

    Args:
        path: the file.
        start: index of the first frame to hand out. The ones before it are decoded but not
            converted, which saves about a sixth; index and time stay those of the whole file.
        queue_depth: how many frames may lie ready, less where they are very large.

    Raises:
        InputError: the file is not there, not readable, or holds no picture that can be decoded.
            Iterating raises it too, if the file has gone away meanwhile.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, start: int = 0, queue_depth: int = QUEUE_DEPTH
    ) -> None:
        if start < 0:
            raise ValueError(f"start must not be negative, not {start}")
        self._path = Path(path)
        self._start = start
        self._info, self._shape, self._stated_end = _look(self._path)
        width, height = self._info.size
        self._depth = max(2, min(queue_depth, QUEUE_BYTES // (3 * width * height)))
        self._notes = _Notes()
        self._readers: list[ReadAhead[Frame]] = []

    @property
    def path(self) -> Path:
        """The file, as it was named."""
        return self._path

    @property
    def info(self) -> SourceInfo:
        """What is known of the file; duration and number of frames are what the file states."""
        return self._info

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was odd in the latest iteration so far, one sentence each; empty if nothing was."""
        return tuple(_sentences(self._notes, self._info, self._shape, self._stated_end))

    def __iter__(self) -> Iterator[Frame]:
        return self.frames()

    def frames(self, start: int | None = None) -> Iterator[Frame]:
        """Frames in order of time, from index `start` (None: that of the constructor)."""
        first = self._start if start is None else start
        notes = self._notes = _Notes()
        reader = ReadAhead(
            lambda stop: _decode(self._path, self._info, self._shape, first, notes, stop),
            self._depth,
            name=f"decode {self._path.name}",
        )
        self._readers.append(reader)
        with closing(reader):
            try:
                yield from reader
            finally:
                self._readers.remove(reader)

    def close(self) -> None:
        """Stop decoding. Iterations under way end."""
        for reader in list(self._readers):
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def probe(path: str | os.PathLike[str]) -> SourceInfo:
    """What is known of a video file, at the cost of decoding its first frame.

    Raises:
        InputError: as `VideoFile`.
    """
    info, *_ = _look(Path(path))
    return info


def _look(path: Path) -> tuple[SourceInfo, PictureShape, float]:
    """Information, picture shape, and the seconds at which pictures should end (NaN: unknown)."""
    container, stream = open_video(path)
    with container:
        stream.thread_type = "SLICE"
        frame = next(_pictures(container, stream, _Notes()), None)
        if frame is None:
            raise InputError(
                f"{path} has a video track, but no picture in it can be decoded: it is empty, "
                "damaged or copy-protected. Play it in a video player; if that fails too, get a "
                "new copy."
            )
        shape = shape_of(stream, frame)
        fps = float(stream.average_rate or stream.guessed_rate or math.nan)
        stated_end = duration = _track_duration(stream)
        if math.isnan(duration) and container.duration:
            # That of the longest track: with sound, it says nothing sure about the pictures.
            duration = container.duration / 1_000_000
            stated_end = math.nan if container.streams.audio else duration
        n_frames: int | None = stream.frames
        if not n_frames:
            n_frames = round(duration * fps) if math.isfinite(duration * fps) else None
        info = SourceInfo(
            name=path.name,
            size=shape.upright,
            fps=fps,
            duration=duration,
            n_frames=n_frames,
            codec=stream.codec.canonical_name,
            rotation=shape.orientation.rotation,
            pixel_aspect=shape.pixel_aspect,
            has_audio=bool(container.streams.audio),
        )
    return info, shape, stated_end


def shape_of(stream: VideoStream, frame: VideoFrame) -> PictureShape:
    """How the pictures of a stream are to be shown, from one of them."""
    aspect = stream.sample_aspect_ratio
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    return picture_shape(
        (frame.width, frame.height),
        None if aspect is None else float(aspect),
        orientation(None if matrix is None else bytes(matrix)),
    )


def _track_duration(stream: VideoStream) -> float:
    """Seconds of picture as stated by the stream itself or its Matroska tag; else NaN."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    for key, value in stream.metadata.items():
        if key.upper().startswith("DURATION"):
            hours, _, rest = value.partition(":")
            minutes, _, seconds = rest.partition(":")
            try:
                end = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
            except ValueError:
                continue
            # Matroska's tag holds the time stamp at which the track ends.
            return end - float((stream.start_time or 0) * (stream.time_base or 0))
    return math.nan


def _decode(
    path: Path,
    info: SourceInfo,
    shape: PictureShape,
    start: int,
    notes: _Notes,
    stop: threading.Event,
) -> Iterator[Frame]:
    """Decode and convert; runs in the reader's thread."""
    import av

    container, stream = open_video(path)
    with container:
        large = stream.width * stream.height > ONE_THREAD_PIXELS
        stream.thread_type = "AUTO" if large else "SLICE"
        interval = 1 / info.fps if info.fps > 0 else 1 / 30
        clock = StreamClock(float(stream.time_base or 1), interval)
        maker = PictureMaker(shape)
        index = 0
        stored: tuple[int, int] | None = None
        for frame in _pictures(container, stream, notes):
            if stop.is_set():
                return
            t = clock.read(frame.pts)
            notes.mended_times = clock.mended
            notes.at(t, interval)
            stored = stored or (frame.width, frame.height)
            notes.other_sizes += (frame.width, frame.height) != stored
            index += 1
            if index <= start:
                continue
            try:
                image = maker.make(frame)
            except (av.error.FFmpegError, ValueError):
                notes.bad_frames += 1
            else:
                yield Frame(index - 1, t, image)
        notes.complete = True


def _pictures(
    container: InputContainer, stream: VideoStream, notes: _Notes
) -> Iterator[VideoFrame]:
    """Every whole picture that can be decoded; what cannot is counted in `notes`."""
    import av

    for packet in _packets(container, stream, notes):
        try:
            frames = stream.decode(packet)
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            notes.bad_packets += 1
            continue
        for frame in frames:
            if frame.is_corrupt:
                notes.bad_frames += 1
            else:
                yield frame


def _packets(
    container: InputContainer, stream: VideoStream, notes: _Notes
) -> Iterator[Packet[VideoStream] | None]:
    """Packets of the stream, reading on behind places that cannot be read; then None to flush."""
    import av

    failures = 0
    while failures < READ_FAILURES_MAX:
        try:
            for packet in container.demux(stream):
                failures = 0
                if packet.size:
                    notes.marked_packets += packet.is_corrupt
                    yield packet
            break
        except av.error.InvalidDataError:
            failures += 1
            notes.bad_packets += 1
        except av.error.FFmpegError as error:
            notes.stopped_by = error.strerror or str(error)
            break
    yield None


def _sentences(
    notes: _Notes, info: SourceInfo, shape: PictureShape, stated_end: float
) -> Iterator[str]:
    if shape.ignored_aspect is not None:
        yield (
            f"The file states pixels {shape.ignored_aspect:.3g} times as wide as high; that "
            "cannot be right and was ignored."
        )
    # What the reader marked as damaged fails again in the decoder, as a rule.
    if damaged := max(notes.marked_packets, notes.bad_packets + notes.bad_frames):
        yield (
            f"{_count(damaged, 'damaged piece')} of the file skipped; pictures near by may be "
            "missing or blurred."
        )
    if notes.other_sizes:
        yield f"{_count(notes.other_sizes, 'picture')} of another size scaled to that of the first."
    if notes.mended_times:
        yield (
            f"{_count(notes.mended_times, 'picture')} without a usable time stamp; the time was "
            "filled in from the neighbours."
        )
    if notes.gaps:
        more = f", the longest of {notes.gaps} such gaps" if notes.gaps > 1 else ""
        yield (
            f"No picture for {notes.longest_gap:.1f} s after {notes.longest_gap_at:.1f} s{more}: "
            "the recording paused there, or that part is damaged."
        )
    if notes.stopped_by:
        yield f"Reading stopped early: {notes.stopped_by}."
    if notes.complete and math.isfinite(stated_end):
        end = notes.last_t + (1 / info.fps if info.fps > 0 else 0.0)
        if not end >= stated_end - max(TAIL_S, TAIL_SHARE * stated_end):
            yield (
                f"Only the first {end:.1f} of {stated_end:.1f} seconds could be read: the file "
                "looks cut off or damaged at its end."
            )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
