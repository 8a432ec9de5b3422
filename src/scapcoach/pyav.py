"""PyAV, imported after OpenCV; every module takes it from here: ``from scapcoach.pyav import av``.

PyAV's Linux wheel brings a libxcb of its own. When it is loaded before OpenCV, the window toolkit
inside OpenCV (Qt) mixes that copy with its own, and the first window waits for ever in
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

#: Containers of video and sound, and nothing that would open further files or addresses: playlists,
#: scripts and numbered pictures do, as soon as they are looked at.
CONTAINERS: Final = (
    "3g2", "3gp", "aac", "apng", "asf", "av1", "avi", "dv", "flac", "flv", "gif", "h264", "hevc",
    "ivf", "m4a", "m4v", "matroska", "mj2", "mjpeg", "mov", "mp3", "mp4", "mpeg", "mpegts",
    "mpegvideo", "mxf", "nut", "obu", "ogg", "rm", "wav", "webm", "wtv", "yuv4mpegpipe",
)  # fmt: skip

#: Up to version 18, metadata that is no valid UTF-8 makes opening a file fail unless it is told
#: to overlook that; version 19 overlooks it by itself and no longer knows the argument.
_LENIENT: Final[dict[str, Any]] = (
    {"metadata_errors": "ignore"} if int(av.__version__.split(".")[0]) < 19 else {}
)


def open_input(
    place: str,
    options: dict[str, str],
    timeout: float | tuple[float, float] | None = None,
) -> "InputContainer":
    """`av.open` for reading, in which metadata in another encoding does no harm.

    Args:
        place: file name or address.
        options: of libav's protocol and format, such as the protocols that it may use.
        timeout: seconds for the whole, or for opening and for each later read; None for none.

    Raises:
        av.error.FFmpegError: it cannot be opened.
    """
    container: InputContainer = av.open(
        place, mode="r", options=options, timeout=timeout, **_LENIENT
    )
    return container


def open_file(path: "Path") -> "InputContainer":
    """A file for reading, and nothing but this file: playlists may name others, and addresses.

    Raises:
        av.error.FFmpegError: it cannot be opened, or is in none of the `CONTAINERS`.
    """
    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(CONTAINERS)}
    # The prefix keeps a name such as "a:b.mp4" from being read as a protocol.
    return open_input(f"file:{path}", options)
