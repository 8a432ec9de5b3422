"""Open a video file, or raise an error with one sentence about the reason."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scapcoach.errors import InputError, MissingInputError

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer
    from av.video.stream import VideoStream

# First bytes of files that people mistake for videos.
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"v=0")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"BM", b"II*\0", b"MM\0*")

_NOT_A_VIDEO = "is not a video that can be read"
_NEXT = "Give a video file such as .mp4, .mov, .mkv or .webm."


def open_video(path: Path) -> tuple[InputContainer, VideoStream]:
    """The opened file and its main video stream, whose decoder exists.

    Raises:
        InputError: there is no such file, it may not be read, or it holds no video.
    """
    from scapcoach.pyav import av, open_file

    _check_file(path)
    try:
        container = open_file(path)
    except av.error.FFmpegError as error:
        raise _cannot_open(path, error) from error
    try:
        return container, _video_stream(path, container)
    except BaseException:
        container.close()
        raise


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder, not a video file. Name the files in it.")
        if not path.exists():
            raise MissingInputError(f"{path}: no such file. Check the name and the folder.")
        if not path.is_file():
            raise InputError(f"{path} is not a regular file. {_NEXT}")
        if path.stat().st_size == 0:
            raise InputError(
                f"{path} is empty (0 bytes): an earlier attempt to copy it did not finish. "
                "Copy or download it again."
            )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path} cannot be opened: {reason}. Check the name.") from error
    if not os.access(path, os.R_OK):
        raise InputError(f"{path} may not be read. Change its permissions, or copy it elsewhere.")


def _cannot_open(path: Path, error: Exception) -> InputError:
    if isinstance(error, PermissionError):
        return InputError(f"{path} may not be read. Change its permissions, or copy it elsewhere.")
    start = _start_of(path)
    if start.startswith(_PLAYLISTS):
        return InputError(f"{path} is a playlist, not a video. Give the video file it points to.")
    if start.startswith(_PICTURES) or start[8:12] == b"WEBP":
        return InputError(f"{path} is a single picture, not a video. {_NEXT}")
    if start[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return InputError(
            f"{path} starts like an MP4 or MOV video but its index is missing or damaged: the "
            "recording or the copying was cut off. Copy it again, or repair it with a repair tool."
        )
    return InputError(f"{path} {_NOT_A_VIDEO}. {_NEXT}")


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(12)
    except OSError:
        return b""


def _video_stream(path: Path, container: InputContainer) -> VideoStream:
    from scapcoach.pyav import av

    # For libav, the cover picture of a song is a video stream of one frame.
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    if not streams:
        if container.streams.audio:
            raise InputError(f"{path} holds only sound, no picture. {_NEXT}")
        raise InputError(f"{path} holds no video. {_NEXT}")
    best = container.streams.best("video")
    stream = next((s for s in streams if best is not None and s.index == best.index), streams[0])
    if _decoder_missing(stream):
        raise InputError(
            f"{path} is coded in a way that cannot be decoded here, or is copy-protected. Convert "
            "it to H.264 first, for example with HandBrake or ffmpeg."
        )
    return stream


def _decoder_missing(stream: VideoStream) -> bool:
    context: object = stream.codec_context
    return context is None
