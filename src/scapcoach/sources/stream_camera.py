"""A network camera: RTSP, or video over HTTP."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from scapcoach.errors import CameraError, SourceError
from scapcoach.sources.frames import CameraTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.arrays import Image

#: Name of the backend.
STREAM: Final = "stream"

_URL_SCHEMES: Final = frozenset({"rtsp", "rtsps", "http", "https"})

#: Seconds to wait for a stream to open, and for its next picture, before it counts as lost.
_OPEN_S: Final = 8.0
_READ_S: Final = 5.0

_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def find_stream(text: str) -> CameraTarget | None:
    """The network camera at an address; None for anything else.

    Any scheme is taken for an address, so that a wrong one is explained as such.

    Raises:
        SourceError: it is not the address of a camera.
    """
    if _ADDRESS.match(text) is None:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(f"This camera address cannot be read: {error}.") from None
    if parts.scheme.lower() not in _URL_SCHEMES or not host:
        raise SourceError(
            f"{parts.scheme}:// is not a camera address: use rtsp:// or http:// and a host, as the "
            "camera's manual gives it."
        )
    place = host if port is None else f"{host}:{port}"
    # No user, no password, and no query, where cameras like to carry keys.
    return CameraTarget(STREAM, text, urlunsplit((parts.scheme, place, parts.path, "", "")))


class StreamCapture:
    """A network camera: RTSP, or video over HTTP.

    Raises:
        CameraError: nothing answers at that address, or it gives no video.
    """

    finite = False

    def __init__(
        self,
        target: CameraTarget,
        size: tuple[int, int] | None = None,  # noqa: ARG002 - a stream gives what it gives
        fps: float | None = None,  # noqa: ARG002
    ) -> None:
        from scapcoach.pyav import av, open_input

        self.name = target.name
        options = {
            "rtsp_transport": "tcp",
            "fflags": "nobuffer",
            "flags": "low_delay",
            "protocol_whitelist": "rtsp,rtp,udp,tcp,tls,http,https,httpproxy,rtsps,crypto",
        }
        try:
            self._container: Any = open_input(target.where, options, (_OPEN_S, _READ_S))
        except (av.error.FFmpegError, OSError) as error:
            raise CameraError(
                f"{target.name} cannot be opened ({error.strerror or 'no answer'}): check the "
                "address, the password and the network, and that the camera is on."
            ) from None
        if not self._container.streams.video:
            self._container.close()
            raise CameraError(f"{target.name} answers, but gives no video: check the address.")
        self._frames: Iterator[Any] = self._container.decode(video=0)

    def read(self) -> tuple[float, Image] | None:
        """The next picture, timed when it arrives; None when the stream has ended."""
        frame = self._next()
        if frame is None:
            return None
        return time.monotonic(), np.ascontiguousarray(frame.to_ndarray(format="rgb24"))

    def skip(self) -> bool:
        """Decode the next picture, because later ones need it, but do not convert it."""
        return self._next() is not None

    def _next(self) -> Any:
        from scapcoach.pyav import av

        if self._container is None:
            return None
        try:
            return next(self._frames, None)
        except (av.error.FFmpegError, OSError):
            return None

    def release(self) -> None:
        """Close the connection."""
        container, self._container = self._container, None
        if container is not None:
            container.close()
