"""Finding the camera that a text names, and reasons why one cannot be opened."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from scapcoach.errors import SourceError
from scapcoach.sources.frames import CameraTarget
from scapcoach.system_libraries import SYSTEM

#: Name of the backend.
DEVICE: Final = "device"

_V4L: Final = Path("/sys/class/video4linux")


def find_device(text: str) -> CameraTarget | None:
    """A camera of this computer by its number or its device path; None for anything else."""
    if re.fullmatch(r"\d{1,3}", text):
        return CameraTarget(DEVICE, text, _named_devices().get(int(text), f"camera {text}"))
    if device := re.fullmatch(r"/dev/video(\d+)", os.path.realpath(text) if text else ""):
        number = device[1]
        return CameraTarget(DEVICE, number, _named_devices().get(int(number), text))
    return None


def find_by_name(text: str) -> CameraTarget:
    """The camera of this computer that has `text` in its name.

    Raises:
        SourceError: none has, or several have.
    """
    devices = _named_devices()
    fitting = {i: name for i, name in devices.items() if text and text.lower() in name.lower()}
    if len(fitting) == 1:
        ((index, name),) = fitting.items()
        return CameraTarget(DEVICE, str(index), name)
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
    if SYSTEM == "linux":
        return "No camera is connected to this computer."
    return "Cameras are known by number here: 0 is the first."


def _listed(devices: dict[int, str]) -> str:
    return ", ".join(f"{i} ({name})" for i, name in devices.items())


def why_closed(target: CameraTarget) -> str:
    """The probable reason why a device could not be opened, and what to do."""
    if SYSTEM == "linux":
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
    if SYSTEM == "darwin":
        return (
            f"{target.name} cannot be opened: allow the terminal to use the camera (System "
            "Settings, Privacy & Security, Camera), connect it, or close other programs that "
            "use it."
        )
    return (
        f"{target.name} cannot be opened: another program is probably using it (a video call?). "
        "Close that program, or unplug the camera and plug it in again."
    )
