"""Screen lock and presenting, reported by programs and libraries that answer as the systems do."""

from __future__ import annotations

import ctypes
import json
import plistlib
import shutil
import subprocess
import sys
import textwrap
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from scapcoach.system.power import on_battery
from scapcoach.system.screen import presenting, screen_locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINUX = "linux"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH: what is put there is all that the system has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for name in ("XDG_SESSION_ID", "XDG_CURRENT_DESKTOP"):
        monkeypatch.delenv(name, raising=False)
    return folder


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


# Linux


def test_a_system_without_any_of_the_programs_reports_nothing(system: Path) -> None:
    assert system.is_dir()
    assert screen_locked(LINUX) is None
    assert presenting(LINUX) is None


def test_logind_gives_a_service_the_session_on_the_display(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(system, "loginctl", 'case "$1 $2" in "show-user"*) echo c3;; "show-session c3") echo '
            'yes;; "show-session 9") echo no;; esac')  # fmt: skip
    assert screen_locked(LINUX) is True
    monkeypatch.setenv("XDG_SESSION_ID", "9")
    assert screen_locked(LINUX) is False


def test_a_screensaver_that_logind_does_not_know_of(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_SESSION_ID", "2")
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "XFCE")
    program(system, "loginctl", "echo no")
    program(system, "busctl", 'case "$*" in *org.xfce.ScreenSaver*GetActive) echo b true;; *) '
            "exit 1;; esac")  # fmt: skip
    assert screen_locked(LINUX) is True
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "MATE")  # whose saver does not answer here
    assert screen_locked(LINUX) is False


@pytest.mark.parametrize(
    ("desktop", "name", "answer", "expected"),
    [
        ("ubuntu:GNOME", "gsettings", "echo false", True),
        ("GNOME", "gsettings", "echo true", False),
        ("GNOME", "gnome-session-inhibit", "echo 'libreoffice: presentation (idle)'", True),
        ("GNOME", "gnome-session-inhibit", "echo 'firefox: Playing audio (suspend)'", False),
        ("KDE", "busctl", "echo 'b true'", True),
        ("KDE", "busctl", 'echo \'a(ss) 1 "Okular" "Giving a presentation"\'', True),
        ("KDE", "busctl", "exit 1", None),
        ("XFCE", "xfconf-query", "echo true", True),
        ("XFCE", "xfconf-query", "echo false", False),
        ("X-Cinnamon", "gsettings", "echo false", True),
        ("sway", "gsettings", "echo false", None),
        ("", "busctl", "echo 'b true'", None),
    ],
)
def test_presenting_by_desktop(
    system: Path, monkeypatch: pytest.MonkeyPatch, desktop: str, name: str, answer: str,
    expected: bool | None,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", desktop)
    program(system, name, answer)
    assert presenting(LINUX) is expected


def test_a_program_that_hangs_is_not_waited_for(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scapcoach.system.screen._ANSWER_S", 0.2)
    monkeypatch.setenv("XDG_SESSION_ID", "2")
    program(system, "loginctl", "exec /bin/sleep 30")
    assert screen_locked(LINUX) is None


PLASMA = """
    import asyncio, sys
    from dbus_fast import PropertyAccess
    from dbus_fast.aio import MessageBus
    from dbus_fast.service import ServiceInterface, dbus_property, method

    class Notifications(ServiceInterface):
        @dbus_property(access=PropertyAccess.READ)
        def Inhibited(self) -> "b":
            return sys.argv[1] == "yes"

    class Saver(ServiceInterface):
        @method()
        def GetActive(self) -> "b":
            return sys.argv[1] == "yes"

    async def main():
        bus = await MessageBus().connect()
        for kind, name in ((Notifications, "org.freedesktop.Notifications"),
                           (Saver, "org.freedesktop.ScreenSaver")):
            bus.export("/" + name.replace(".", "/"), kind(name))
            await bus.request_name(name)
        print("ready", flush=True)
        await asyncio.sleep(60)

    asyncio.run(main())
"""


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session bus of its own, with nobody on it."""
    pytest.importorskip("dbus_fast")
    if not shutil.which("dbus-daemon") or not shutil.which("busctl"):
        pytest.skip("no D-Bus on this system")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert daemon.stdout is not None
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "KDE")
    monkeypatch.setenv("XDG_SESSION_ID", "no-such-session")
    yield
    daemon.terminate()
    daemon.wait()
    daemon.stdout.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux' own")
@pytest.mark.usefixtures("bus")
@pytest.mark.parametrize(("answer", "expected"), [("yes", True), ("no", False)])
def test_a_real_session_bus_is_asked(answer: str, expected: bool) -> None:
    assert presenting() is None
    assert screen_locked() is None
    service = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PLASMA), answer], stdout=subprocess.PIPE, text=True
    )
    try:
        assert service.stdout is not None
        assert service.stdout.readline() == "ready\n"
        assert presenting() is expected
        assert screen_locked() is expected
    finally:
        service.kill()
        service.communicate()


# macOS


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        ([{"kCGSSessionOnConsoleKey": True, "CGSSessionScreenIsLocked": True}], True),
        ([{"kCGSSessionOnConsoleKey": True}], False),
        # Somebody else's session, switched away from, is locked: that is not this screen.
        (
            [{"kCGSSessionOnConsoleKey": True},
             {"kCGSSessionOnConsoleKey": False, "CGSSessionScreenIsLocked": True}],
            False,
        ),
        ([], None),
    ],
)  # fmt: skip
def test_the_lock_on_macos(
    system: Path, users: list[dict[str, bool]], expected: bool | None
) -> None:
    answer = system / "answer"
    answer.write_bytes(plistlib.dumps({"IOConsoleUsers": users}))
    program(system, "ioreg", f"/bin/cat {answer}")
    assert screen_locked("darwin") is expected


@pytest.mark.parametrize("answer", ["nonsense", "<?xml version='1.0'?><plist><dict>", "[]"])
def test_an_answer_on_macos_that_is_not_understood(system: Path, answer: str) -> None:
    program(system, "ioreg", f'echo "{answer}"')
    assert screen_locked("darwin") is None


def test_focus_on_macos(tmp_path: Path) -> None:
    assert presenting("darwin", tmp_path) is None
    file = tmp_path / "Library/DoNotDisturb/DB/Assertions.json"
    file.parent.mkdir(parents=True)
    for data, expected in (
        ({"data": [{"storeAssertionRecords": [{"assertionDetails": {}}]}]}, True),
        ({"data": [{"storeInvalidationRecords": []}]}, False),
        ({"other": 1}, None),
        ([1], None),
    ):
        file.write_text(json.dumps(data))
        assert presenting("darwin", tmp_path) is expected


def test_the_battery_on_macos(system: Path) -> None:
    assert on_battery(platform="darwin") is None
    program(system, "pmset", "echo \"Now drawing from 'Battery Power'\"")
    assert on_battery(platform="darwin") is True
    program(system, "pmset", "echo \"Now drawing from 'AC Power'\"")
    assert on_battery(platform="darwin") is False


# Windows


class Windows:
    """The calls that are made there."""

    def __init__(self, state: int, desktop: int | None) -> None:
        self.closed: list[int] = []

        def query(pointer: Any) -> int:
            pointer._obj.value = state
            return 0

        self.shell32 = SimpleNamespace(SHQueryUserNotificationState=query)
        self.user32 = SimpleNamespace(
            OpenInputDesktop=Function(lambda *_: desktop), CloseDesktop=Function(self.closed.append)
        )


class Function:
    """Takes attributes, as a function of ctypes does."""

    def __init__(self, does: Any) -> None:
        self.does = does

    def __call__(self, *values: Any) -> Any:
        return self.does(*values)


@pytest.mark.parametrize(("state", "expected"), [(1, False), (2, True), (3, True), (4, True),
                                                 (5, False), (6, False)])  # fmt: skip
def test_presenting_on_windows(monkeypatch: pytest.MonkeyPatch, state: int, expected: bool) -> None:
    monkeypatch.setattr(ctypes, "windll", Windows(state, 7), raising=False)
    assert presenting("win32") is expected


def test_the_lock_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    free = Windows(5, 1 << 40)
    monkeypatch.setattr(ctypes, "windll", free, raising=False)
    assert screen_locked("win32") is False
    assert free.closed == [1 << 40]
    monkeypatch.setattr(ctypes, "windll", Windows(5, None), raising=False)
    assert screen_locked("win32") is True


@pytest.mark.parametrize(("byte", "expected"), [(0, True), (1, False), (255, None)])
def test_the_battery_on_windows(
    monkeypatch: pytest.MonkeyPatch, byte: int, expected: bool | None
) -> None:
    def status(pointer: Any) -> int:
        pointer._obj[0] = byte
        return 1

    windows = SimpleNamespace(kernel32=SimpleNamespace(GetSystemPowerStatus=status))
    monkeypatch.setattr(ctypes, "windll", windows, raising=False)
    assert on_battery(platform="win32") is expected
