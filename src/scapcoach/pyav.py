"""PyAV, imported after OpenCV; every module takes it from here: ``from scapcoach.pyav import av``.

PyAV's Linux wheel includes its own libxcb. When it is loaded before OpenCV, the window toolkit
inside OpenCV (Qt) mixes that copy with its own, and the first window waits forever in
``xcb_wait_for_reply``. With OpenCV first, windows and videos work in either order of use.
"""

# isort: skip_file
from typing import TYPE_CHECKING, Any, Final

import cv2  # noqa: F401 - must stand before av
import av
import av.stream
import av.video.reformatter

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer

__all__ = ["av", "open_file", "open_input"]

#: Containers of video and sound. Playlists, scripts and numbered pictures are not among them: they
#: open other files or addresses as soon as they are read.
CONTAINERS: Final = (
    "3g2", "3gp", "aac", "apng", "asf", "av1", "avi", "dv", "flac", "flv", "gif", "h264", "hevc",
    "ivf", "m4a", "m4v", "matroska", "mj2", "mjpeg", "mov", "mp3", "mp4", "mpeg", "mpegts",
    "mpegvideo", "mxf", "nut", "obu", "ogg", "rm", "wav", "webm", "wtv", "yuv4mpegpipe",
)  # fmt: skip

#: Up to version 18, opening a file whose metadata is not valid UTF-8 fails without this argument;
#: version 19 ignores such metadata and no longer accepts the argument.
_LENIENT: Final[dict[str, Any]] = (
    {"metadata_errors": "ignore"} if int(av.__version__.split(".")[0]) < 19 else {}
)


def open_input(
    place: str,
    options: dict[str, str],
    timeout: float | tuple[float, float] | None = None,
) -> "InputContainer":
    """`av.open` for reading, which accepts metadata in other encodings.

    Args:
        place: file name or address.
        options: options of libav's protocol and format, such as the allowed protocols.
        timeout: seconds for the whole, or for opening and for each later read; None for none.

    Raises:
        av.error.FFmpegError: it cannot be opened.
    """
    container: InputContainer = av.open(
        place, mode="r", options=options, timeout=timeout, **_LENIENT
    )
    return container


def open_file(path: "Path") -> "InputContainer":
    """Open a file for reading, and no other file or address that it may name.

    Raises:
        av.error.FFmpegError: it cannot be opened, or is not one of the `CONTAINERS`.
    """
    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(CONTAINERS)}
    # The prefix keeps a name such as "a:b.mp4" from being read as a protocol.
    return open_input(f"file:{path}", options)
