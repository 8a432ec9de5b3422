"""Whether the screen is locked and whether somebody presents, as far as the system reports it.

Only parts of the system are used: logind, the session bus and the desktop's own programs on Linux,
`ioreg` and the Focus file on macOS, two calls on Windows. Whatever is unknown is None, never an
error; docs/how-to/desk.md has the list.
"""

from __future__ import annotations

import json
import os
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final
from xml.parsers.expat import ExpatError

#: Seconds that a program of the system has to answer.
_ANSWER_S: Final = 2.0

#: Calls on the session bus do not start services.
_BUS: Final = ("busctl", "--user", "--auto-start=no", f"--timeout={_ANSWER_S:.0f}")

#: By desktop (a word of XDG_CURRENT_DESKTOP): the service that blanks and locks the screen. All
#: answer to GetActive.
_LOCKERS: Final = {
    "GNOME": "org.gnome.ScreenSaver",
    "X-CINNAMON": "org.cinnamon.ScreenSaver",
    "MATE": "org.mate.ScreenSaver",
    "XFCE": "org.xfce.ScreenSaver",
}
_ANY_LOCKER: Final = "org.freedesktop.ScreenSaver"  # KDE Plasma, and others

#: What an application that keeps the screen on gives as its reason when it shows slides.
_SLIDES: Final = r"(?i)presentation|slide ?show|screen ?(cast|shar)"

#: By desktop: commands, and what in their answer means presenting or "do not disturb".
_QUESTIONS: Final[dict[str, tuple[tuple[tuple[str, ...], str], ...]]] = {
    "GNOME": (
        (("gsettings", "get", "org.gnome.desktop.notifications", "show-banners"), "false"),
        (("gnome-session-inhibit", "--list"), _SLIDES),
    ),
    "KDE": (
        # Plasma sets it by hand, while screens are mirrored and while one is shared.
        (
            (*_BUS, "get-property", "org.freedesktop.Notifications",
             "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "Inhibited"),
            "true",
        ),
        (
            (*_BUS, "call", "org.kde.Solid.PowerManagement.PolicyAgent",
             "/org/kde/Solid/PowerManagement/PolicyAgent",
             "org.kde.Solid.PowerManagement.PolicyAgent", "ListInhibitions"),
            _SLIDES,
        ),
    ),
    "XFCE": (
        (("xfconf-query", "-c", "xfce4-power-manager", "-p",
          "/xfce4-power-manager/presentation-mode"), "true"),
        (("xfconf-query", "-c", "xfce4-notifyd", "-p", "/do-not-disturb"), "true"),
    ),
    "X-CINNAMON": (
        (("gsettings", "get", "org.cinnamon.desktop.notifications", "display-notifications"),
         "false"),
    ),
}  # fmt: skip

#: Windows' states of the person in which nothing should pop up: a full-screen application, a
#: full-screen game, presentation settings.
_BUSY: Final = (2, 3, 4)


def screen_locked(platform: str = sys.platform) -> bool | None:
    """Whether the screen is locked, or blanked by its saver; None when that is unknown."""
    if platform == "win32":
        return _locked_windows()
    if platform == "darwin":
        return _locked_mac()
    return _locked_linux()


def presenting(platform: str = sys.platform, home: Path | None = None) -> bool | None:
    """Whether something is presented, or "do not disturb" is on; None when that is unknown.

    Args:
        platform: as `sys.platform`.
        home: the user's home folder.
    """
    if platform == "win32":
        return _presenting_windows()
    if platform == "darwin":
        return _focus_mac((home or Path.home()) / "Library/DoNotDisturb/DB/Assertions.json")
    answers = [answered(words, yes) for d in _desktops() for words, yes in _QUESTIONS.get(d, ())]
    known = [answer for answer in answers if answer is not None]
    return any(known) if known else None


def _desktops() -> list[str]:
    return os.environ.get("XDG_CURRENT_DESKTOP", "").upper().split(":")


def _locked_linux() -> bool | None:
    session = os.environ.get("XDG_SESSION_ID")
    if not session:
        # A user service belongs to no session: use the session on the display.
        session = _ask("loginctl", "show-user", str(os.getuid()), "--property=Display", "--value")
    hint = None
    if session:
        answer = _ask("loginctl", "show-session", session, "--property=LockedHint", "--value")
        hint = {"yes": True, "no": False}.get(answer or "")
    if hint:
        return True
    # Not every desktop keeps the hint up to date.
    locker = next((_LOCKERS[d] for d in _desktops() if d in _LOCKERS), _ANY_LOCKER)
    path = "/" + locker.replace(".", "/")
    active = answered((*_BUS, "call", locker, path, locker, "GetActive"), "true")
    return hint if active is None else active


def answered(words: tuple[str, ...], yes: str) -> bool | None:
    """Whether the output of a program matches `yes`, a regular expression; None without output."""
    answer = _ask(*words)
    return None if answer is None else re.search(yes, answer) is not None


def _ask(*words: str) -> str | None:
    """Output of a program of the system; None when there is no such program, or no answer."""
    program = shutil.which(words[0])
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *words[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=_ANSWER_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _locked_mac() -> bool | None:
    """From the console's users, which the window server stores in the kernel's registry."""
    answer = _ask("ioreg", "-n", "Root", "-d1", "-a")
    if answer is None:
        return None
    try:
        root: Any = plistlib.loads(answer.encode("utf-8"))
        users = root["IOConsoleUsers"]
        here = [user for user in users if user.get("kCGSSessionOnConsoleKey")]
    except (ValueError, ExpatError, KeyError, TypeError, AttributeError):
        return None
    return any(user.get("CGSSessionScreenIsLocked") for user in here) if here else None


def _focus_mac(file: Path) -> bool | None:
    """Whether a Focus is on; newer systems show it only to programs with full disk access."""
    try:
        data: Any = json.loads(file.read_text("utf-8"))
        return any(entry.get("storeAssertionRecords") for entry in data["data"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _locked_windows() -> bool | None:
    import ctypes

    user: Any = windows_library("user32")
    if user is None:
        return None
    user.OpenInputDesktop.restype = ctypes.c_void_p
    user.CloseDesktop.argtypes = [ctypes.c_void_p]
    # While locked, the input desktop belongs to the system and may not be opened.
    desktop = user.OpenInputDesktop(0, False, 0x0100)
    if desktop:
        user.CloseDesktop(desktop)
    return not desktop


def _presenting_windows() -> bool | None:
    import ctypes

    shell: Any = windows_library("shell32")
    if shell is None:
        return None
    state = ctypes.c_int(0)
    failed = shell.SHQueryUserNotificationState(ctypes.byref(state))
    return None if failed else state.value in _BUSY


def windows_library(library: str) -> Any:
    """A library of Windows; None elsewhere."""
    import ctypes

    loader = getattr(ctypes, "windll", None)
    return None if loader is None else getattr(loader, library)
