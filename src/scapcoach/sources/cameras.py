"""The camera backends: what live pictures can come from, one entry for each.

    from scapcoach.sources.cameras import find_camera, open_capture

    target = find_camera("rtsp://host/live")    # which backend, and what it has to open
    capture = open_capture(target)              # gives pictures: `frames.Capture`

How to add one: docs/how-to/add-a-camera.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scapcoach.sources.frames import CameraTarget, Capture


@dataclass(frozen=True, slots=True)
class CameraBackend:
    """One kind of camera.

    Attributes:
        name: as in `CameraTarget.kind`.
        find: "module:function", imported when it is first needed: of what a person typed the
            `CameraTarget`, or None where that is not of this kind; raises `SourceError` where it
            is, but is wrong.
        open: "module:class or function" that is called with the target, (width, height) and
            frames per second to ask for (or None), and gives a `Capture`; raises `CameraError`.
        live: whether pictures are of the moment: False for a recording.
    """

    name: str
    find: str
    open: str
    live: bool = True


#: In the order in which they are asked what a name means.
CAMERAS: tuple[CameraBackend, ...] = (
    CameraBackend(
        "device",
        "scapcoach.sources.devices:find_device",
        "scapcoach.sources.device_camera:DeviceCapture",
    ),
    CameraBackend(
        "stream",
        "scapcoach.sources.stream_camera:find_stream",
        "scapcoach.sources.stream_camera:StreamCapture",
    ),
    CameraBackend(
        "file",
        "scapcoach.sources.file_camera:find_file",
        "scapcoach.sources.file_camera:open_file",
        live=False,
    ),
)


def find_camera(named: str | int) -> CameraTarget:
    """What `named` means: a number, a device path, an address, a video file, a camera's name.

    A number is the system's own camera number. Part of a camera's name will do, in any case of
    letters, when it fits one camera only (Linux; elsewhere cameras are known by number).

    Raises:
        SourceError: nothing of that name, or several.
    """
    from scapcoach.sources.devices import find_by_name

    text = str(named).strip()
    for backend in CAMERAS:
        target: CameraTarget | None = resolve_name(backend.find)(text)
        if target is not None:
            return target
    return find_by_name(text)


def is_live(target: CameraTarget) -> bool:
    """Whether pictures are of the moment: False for a recording."""
    return _backend_of(target).live


def open_capture(
    target: CameraTarget, size: tuple[int, int] | None = None, fps: float | None = None
) -> Capture:
    """Open what pictures are to come from.

    Args:
        target: as found by `find_camera`.
        size: (width, height) to ask a device for; it may give another.
        fps: frames per second to ask a device for.

    Raises:
        CameraError: a device or stream cannot be opened; the message says what to do.
        InputError: the file is not a video.
    """
    capture: Capture = resolve_name(_backend_of(target).open)(target, size, fps)
    return capture


def _backend_of(target: CameraTarget) -> CameraBackend:
    return next(backend for backend in CAMERAS if backend.name == target.kind)
