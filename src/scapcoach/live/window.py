"""A window on the desktop, through OpenCV, and a check whether one can be opened."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import socket
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from scapcoach.errors import DisplayError
from scapcoach.system_libraries import SYSTEM, install_command, listed, missing_libraries

if TYPE_CHECKING:
    from scapcoach.arrays import Image


_INSTEAD: Final = "Use 'scapcoach serve' and open the page it names in a browser."
_TRY_S: Final = 2.0
#: Libraries of windows in the folder that PyAV's wheel brings along, as Linux lists them.
_OF_PYAV: Final = re.compile(r"/av\.libs/(libxcb-\S+)$", re.MULTILINE)


def check_display() -> None:
    """Make sure that a window can be opened; the toolkit itself would end the program or hang.

    Raises:
        DisplayError: there is no screen (the message names the alternative); the toolkit lacks
            system libraries; or the program that uses scapcoach imported PyAV before OpenCV.
    """
    if SYSTEM != "linux":
        return
    named = os.environ.get("DISPLAY", "")
    if not named:
        raise DisplayError(f"There is no screen here to open a window on. {_INSTEAD}")
    if not _answers(named):
        raise DisplayError(f"The screen DISPLAY={named!r} does not answer. {_INSTEAD}")
    if missing := missing_libraries(window=True):
        raise DisplayError(
            f"A window needs {listed(missing)}, which this system lacks. Install "
            f"{'it' if len(missing) == 1 else 'them'}: {install_command(missing)}"
        )
    if _toolkit_uses_pyav_libraries():
        raise DisplayError(
            "A window would never appear, because this program imported PyAV (av) before OpenCV "
            "(cv2). Put 'import cv2' before the first 'import av', or write 'from scapcoach.pyav "
            "import av' instead."
        )


def _answers(named: str) -> bool:
    """Whether an X server listens where DISPLAY points: [host]:number[.screen]."""
    parts = re.fullmatch(r"(?P<host>[^:]*):(?P<number>\d+)(\.\d+)?", named.removeprefix("unix"))
    if parts is None:
        return Path(named.partition("?")[0]).is_socket()  # macOS's XQuartz names a socket
    host, number = parts["host"], int(parts["number"])
    if not host:
        place = f"/tmp/.X11-unix/X{number}"
        return _connects(socket.AF_UNIX, place) or _connects(socket.AF_UNIX, f"\0{place}")
    return _connects(socket.AF_INET, (host, 6000 + number))


def _toolkit_uses_pyav_libraries() -> bool:
    """Whether OpenCV's window toolkit uses, or would use, libraries of PyAV's wheel.

    The wheels of both contain some libraries with the same names, and the one that is imported
    first provides them for both. PyAV's are linked to another libxcb than the toolkit uses, so the
    first window waits there for an answer that the other one received.
    """
    loaded = set(_OF_PYAV.findall(_memory_map()))
    found = importlib.util.find_spec("cv2") if loaded else None
    if found is None or found.origin is None:
        return False
    packages = Path(found.origin).parent.parent
    return any(file.name in loaded for file in packages.glob("opencv_*.libs/libxcb-*"))


def _use_the_systems_x11() -> None:
    """Make the window toolkit use the system's libX11-xcb, not the copy in OpenCV's wheel.

    Through this library Qt declares that it reads events itself. The copy stores that where libX11
    had it before version 1.8; a newer libX11 does not see it and removes events from the queue. If
    the expose event is among them, the window stays black: one in five did [M].
    """
    if SYSTEM == "linux":
        with suppress(OSError):  # not installed: the copy is used
            ctypes.CDLL("libX11-xcb.so.1", ctypes.RTLD_GLOBAL)


def _memory_map() -> str:
    try:
        return Path("/proc/self/maps").read_text("utf-8", "replace")
    except OSError:
        return ""


def _connects(family: int, place: Any) -> bool:
    with closing(socket.socket(family, socket.SOCK_STREAM)) as try_:
        try_.settimeout(_TRY_S)
        try:
            try_.connect(place)
        except OSError:
            return False
    return True


class Window:
    """A window that shows pictures and reports keys; a context manager, for the main thread.

    Raises:
        DisplayError: there is no screen.
    """

    def __init__(self, title: str, size: tuple[int, int]) -> None:
        check_display()
        self._title = title
        self._size = size
        self._shown = False
        self._full = False

    def __enter__(self) -> Self:
        import cv2

        _use_the_systems_x11()
        # Qt warns when it finds no fonts beside OpenCV; the window has no text of its own.
        os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false")
        cv2.namedWindow(
            self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL
        )
        cv2.resizeWindow(self._title, *self._size)
        return self

    def __exit__(self, *_: object) -> None:
        import cv2

        if self._open():
            cv2.destroyWindow(self._title)
            cv2.pollKey()

    def show(self, image: Image) -> None:
        """Show an RGB picture."""
        import cv2

        cv2.imshow(self._title, cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        self._shown = True

    def key(self) -> str:
        """The key pressed since the last call, in lower case; "escape", "closed" or "" for none."""
        import cv2

        code = int(cv2.pollKey())
        if self._shown and not self._open():
            return "closed"
        if code < 0:
            return ""
        code &= 0xFF
        return "escape" if code == 27 else chr(code).lower()

    def toggle_full(self) -> None:
        """Fill the screen, or stop doing so."""
        import cv2

        self._full = not self._full
        mode = cv2.WINDOW_FULLSCREEN if self._full else cv2.WINDOW_NORMAL
        cv2.setWindowProperty(self._title, cv2.WND_PROP_FULLSCREEN, mode)

    def _open(self) -> bool:
        import cv2

        try:
            return bool(cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1)
        except cv2.error:
            return False
