"""Frames from a video file, decoded ahead in a separate thread (PyAV)."""

from __future__ import annotations

import math
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scapcoach.errors import InputError
from scapcoach.sources.ahead import ReadAhead
from scapcoach.sources.clock import StreamClock
from scapcoach.sources.container import open_video
from scapcoach.sources.frames import Frame, SourceInfo
from scapcoach.sources.notes import Notes, sentences
from scapcoach.sources.picture import PictureMaker, PictureShape, orientation, picture_shape

if TYPE_CHECKING:
    import os
    import threading
    from collections.abc import Callable, Iterator

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from scapcoach.arrays import Image

    Prepare = Callable[[Image], object]

QUEUE_DEPTH = 8
# A queue of eight 4K pictures would hold 200 MB.
QUEUE_BYTES = 64_000_000
# Up to this size one thread decodes 1080p at over 100 frames a second and spends a third less
# CPU than a thread per core does; larger pictures need the cores to keep up
# (docs/reference/video.md).
ONE_THREAD_PIXELS = 1920 * 1088
# After this many consecutive packets that cannot be read, the rest of a file is given up.
READ_FAILURES_MAX = 200
# Files are searched by the times at which pictures are decoded, which may be before they are shown.
SEEK_MARGIN = 1.0


class VideoFile:
    """A video file as a source of upright RGB frames with their true times.

    Opening reads the first frame, so that a file without a picture fails here. Each iteration
    starts at the beginning again, in its own thread; leaving the loop early stops the thread.

    Args:
        path: the file.
        start: index of the first frame to hand out. The ones before it are decoded but not
            converted, which saves about a sixth; index and time stay those of the whole file.
        since: seconds; frames before are not handed out, and as far as the file can be searched
            not decoded either. Times stay those of the whole file, indices are -1.
        queue_depth: how many frames may lie ready, less where they are very large.

    Attributes:
        path: the file, as it was given.
        info: about the file; duration and number of frames are as the file states.

    Raises:
        InputError: the file is not there, not readable, or holds no picture that can be decoded.
            Iterating raises it too, if the file has gone away meanwhile.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        start: int = 0,
        since: float = 0.0,
        queue_depth: int = QUEUE_DEPTH,
    ) -> None:
        if start < 0:
            raise ValueError(f"start must not be negative, not {start}")
        self.path = Path(path)
        self._start = start
        self._since = since
        self.info, self._shape, self._stated_end = _look(self.path)
        self._depth = queue_depth
        self._notes = Notes()
        self._readers: list[ReadAhead[Frame]] = []

    @property
    def warnings(self) -> tuple[str, ...]:
        """Problems in the latest iteration so far, one sentence each; empty without any."""
        return tuple(sentences(self._notes, self.info, self._shape, self._stated_end))

    @property
    def mended_times(self) -> int:
        """Number of frames of the latest iteration so far without a usable time stamp."""
        return self._notes.mended_times

    def __iter__(self) -> Iterator[Frame]:
        return self.frames()

    def frames(
        self, start: int | None = None, *, prepare: Prepare | None = None
    ) -> Iterator[Frame]:
        """Frames in order of time.

        Args:
            start: index of the first one; None for that of the constructor.
            prepare: called with each image in the decoding thread, ahead of time; what it returns,
                taken to be as large as the image, comes as `Frame.picture`.
        """
        first = self._start if start is None else start
        notes = self._notes = Notes()
        width, height = self.info.size
        size = 3 * width * height * (1 if prepare is None else 2)
        reader = ReadAhead(
            lambda stop: self._decode(first, prepare, notes, stop),
            max(2, min(self._depth, QUEUE_BYTES // size)),
            name=f"decode {self.path.name}",
        )
        self._readers.append(reader)
        with closing(reader):
            try:
                yield from reader
            finally:
                self._readers.remove(reader)

    def close(self) -> None:
        """Stop decoding; running iterations end."""
        for reader in list(self._readers):
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _decode(
        self, first: int, prepare: Prepare | None, notes: Notes, stop: threading.Event
    ) -> Iterator[Frame]:
        """Decode and convert; runs in the reading thread."""
        from scapcoach.pyav import av

        interval = 1 / self.info.fps if self.info.fps > 0 else 1 / 30
        container, stream, clock = _at(self.path, self._since, interval)
        with container:
            maker = PictureMaker(self._shape)
            index = 0
            stored: tuple[int, int] | None = None
            for frame in _pictures(container, stream, notes):
                if stop.is_set():
                    return
                t = clock.read(frame.pts)
                notes.mended_times = clock.mended
                stored = stored or (frame.width, frame.height)
                if t < self._since:
                    continue
                notes.at(t, interval)
                notes.other_sizes += (frame.width, frame.height) != stored
                index += 1
                if index <= first:
                    continue
                try:
                    image = maker.make(frame)
                except (av.error.FFmpegError, ValueError):
                    notes.bad_frames += 1
                else:
                    picture = None if prepare is None else prepare(image)
                    yield Frame(-1 if self._since else index - 1, t, image, picture)
            notes.complete = True


def probe(path: str | os.PathLike[str]) -> SourceInfo:
    """Information about a video file; decodes its first frame.

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
        frame = next(_pictures(container, stream, Notes()), None)
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
            # That of the longest track: with sound, it may not be that of the pictures.
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
    """The display shape of the pictures of a stream, from one of them."""
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


def _at(
    path: Path, since: float, interval: float
) -> tuple[InputContainer, VideoStream, StreamClock]:
    """The file, at its beginning or so far ahead that nothing from `since` on is missed."""
    from scapcoach.pyav import av

    container, stream = _open_threaded(path)
    unit = float(stream.time_base or 1)
    clock = StreamClock(unit, interval)
    if since <= SEEK_MARGIN:
        return container, stream, clock
    try:
        origin = _first_stamp(container, stream)
        target = origin + round((since - SEEK_MARGIN) / unit)
        container.seek(target, stream=stream)
        reached = _first_stamp(container, stream)
        if reached <= origin + since / unit:
            container.seek(target, stream=stream)
            return container, stream, StreamClock(unit, interval, origin)
    except (av.error.FFmpegError, ValueError):
        pass  # it cannot be searched: all of it is decoded
    container.close()
    container, stream = _open_threaded(path)
    return container, stream, clock


def _open_threaded(path: Path) -> tuple[InputContainer, VideoStream]:
    container, stream = open_video(path)
    large = stream.width * stream.height > ONE_THREAD_PIXELS
    stream.thread_type = "AUTO" if large else "SLICE"
    return container, stream


def _first_stamp(container: InputContainer, stream: VideoStream) -> int:
    """Stamp of the next picture.

    Raises:
        ValueError: there is none, or it has none.
    """
    frame = next(_pictures(container, stream, Notes()), None)
    if frame is None or frame.pts is None:
        raise ValueError("no stamp")
    return frame.pts


def _pictures(container: InputContainer, stream: VideoStream, notes: Notes) -> Iterator[VideoFrame]:
    """Every whole picture that can be decoded; what cannot is counted in `notes`."""
    from scapcoach.pyav import av

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
    container: InputContainer, stream: VideoStream, notes: Notes
) -> Iterator[Packet[VideoStream] | None]:
    """Packets of the stream, also after places that cannot be read; then None to flush."""
    from scapcoach.pyav import av

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
