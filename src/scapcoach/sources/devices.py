"""Finding the camera that a text names, and reasons why one cannot be opened."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from scapcoach.errors import SourceError

_URL_SCHEMES: Final = frozenset({"rtsp", "rtsps", "http", "https"})
_SYSTEM: str = sys.platform
_V4L: Final = Path("/sys/class/video4linux")


class SourceKind(Enum):
    """What pictures come from."""

    DEVICE = "device"
    STREAM = "stream"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class SourceTarget:
    """A camera, stream or file, as it was named.

    Attributes:
        kind: what it is.
        where: index or path of a device, address of a stream, path of a file.
        name: for people; passwords in addresses are left out.
    """

    kind: SourceKind
    where: str
    name: str


def find_target(named: str | int) -> SourceTarget:
    """What `named` means: a number, a device path, an address, a video file, a camera's name.

    A number is the system's own camera number. Part of a camera's name will do, in any case of
    letters, when it fits one camera only (Linux; elsewhere cameras are known by number).

    Raises:
        SourceError: nothing of that name, or several.
    """
    text = str(named).strip()
    if re.fullmatch(r"\d{1,3}", text):
        return SourceTarget(
            SourceKind.DEVICE, text, _named_devices().get(int(text), f"camera {text}")
        )
    # Text with any scheme is an address, so that a wrong scheme is reported as such.
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        return _stream(text)
    path = Path(text)
    if device := re.fullmatch(r"/dev/video(\d+)", os.path.realpath(text) if text else ""):
        number = device[1]
        return SourceTarget(SourceKind.DEVICE, number, _named_devices().get(int(number), text))
    try:
        if path.is_file():
            return SourceTarget(SourceKind.FILE, text, path.name)
    except (OSError, ValueError):
        pass  # a name that cannot be a path may still be a camera's
    return _by_name(text)


def _stream(text: str) -> SourceTarget:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(f"This camera address cannot be read: {error}.") from None
    if parts.scheme.lower() not in _URL_SCHEMES or not host:
        raise SourceError(
            f"{parts.scheme}:// is no camera address: use rtsp:// or http:// and a host, as the "
            "camera's manual gives it."
        )
    place = host if port is None else f"{host}:{port}"
    # No user, no password, and no query, where cameras like to carry keys.
    return SourceTarget(
        SourceKind.STREAM, text, urlunsplit((parts.scheme, place, parts.path, "", ""))
    )


def _by_name(text: str) -> SourceTarget:
    devices = _named_devices()
    fitting = {i: name for i, name in devices.items() if text and text.lower() in name.lower()}
    if len(fitting) == 1:
        ((index, name),) = fitting.items()
        return SourceTarget(SourceKind.DEVICE, str(index), name)
    if fitting:
        raise SourceError(
            f"{text!r} fits more than one camera: {_listed(fitting)}. Give the number instead."
        )
    raise SourceError(
        f"There is no camera and no video file {text!r}. {known_cameras()} Give a number, a name, "
        "an rtsp:// or http:// address, or a video file."
    )


def _named_devices() -> dict[int, str]:
    """Cameras of this computer by number; empty where the system does not list them (not Linux)."""
    found: dict[int, str] = {}
    for folder in _V4L.glob("video*"):
        try:
            # One camera has several nodes; the first one gives pictures, the others metadata.
            if (folder / "index").read_text().strip() == "0":
                found[int(folder.name[5:])] = (folder / "name").read_text().strip()
        except (OSError, ValueError):
            continue
    return dict(sorted(found.items()))


def known_cameras() -> str:
    """One sentence that lists the cameras there are."""
    devices = _named_devices()
    if devices:
        return f"Cameras found: {_listed(devices)}."
    if _SYSTEM == "linux":
        return "No camera is connected to this computer."
    return "Cameras are known by number here: 0 is the first."


def _listed(devices: dict[int, str]) -> str:
    return ", ".join(f"{i} ({name})" for i, name in devices.items())


def why_closed(target: SourceTarget) -> str:
    """The probable reason why a device could not be opened, and what to do."""
    if _SYSTEM == "linux":
        node = Path(f"/dev/video{target.where}")
        if not node.exists():
            return (
                f"There is no {target.name}. {known_cameras()} Connect one, or name another "
                "with --source."
            )
        if not os.access(node, os.R_OK | os.W_OK):
            return (
                f"{target.name} may not be used by this account: no permission for {node}. Add "
                "the account to the group 'video' and log in again."
            )
    if _SYSTEM == "darwin":
        return (
            f"{target.name} cannot be opened: allow the terminal to use the camera (System "
            "Settings, Privacy & Security, Camera), connect it, or close other programs that "
            "use it."
        )
    return (
        f"{target.name} cannot be opened: another program is probably using it (a video call?). "
        "Close that program, or unplug the camera and plug it in again."
    )
