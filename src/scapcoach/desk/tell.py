"""Ways to tell the person: terminal, desktop notification, sound, voice, a command of their own.

A way that fails says so once and is left out from then on; the desk check goes on.
"""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import subprocess
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Protocol

from scapcoach.errors import InputError, MissingExtraError, ScapcoachError, SettingError
from scapcoach.installed import install_extra
from scapcoach.system.sound import Announcement, Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scapcoach.desk.engine import Said
    from scapcoach.system.sound import Announcer

#: Seconds that a command of the person's own may take before it is ended.
COMMAND_S: Final = 30.0

#: Titles of notifications, by kind; posture otherwise.
_TITLES: Final = {
    "break": "Time for a break",
    "recheck": "Does the baseline still fit?",
    "recovered": "Well done",
}


class Way(Protocol):
    """One way to tell."""

    name: str

    def tell(self, said: Said) -> None:
        """Tell it.

        Raises:
            ScapcoachError: it cannot be told this way.
        """


class Teller:
    """Tells by every way that works.

    Args:
        ways: in order.
        complain: takes a sentence about a way that failed.
    """

    def __init__(self, ways: Iterable[Way], complain: Callable[[str], None]) -> None:
        self._ways = list(ways)
        self._complain = complain

    def __call__(self, said: Said) -> None:
        """Tell it."""
        for way in tuple(self._ways):
            try:
                way.tell(said)
            except ScapcoachError as error:
                self._ways.remove(way)
                self._complain(f"{error} No more alerts by {way.name}.")


class Line:
    """A line of text.

    Args:
        write: takes it.
    """

    name = "terminal"

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def tell(self, said: Said) -> None:
        """Write the time of the day and the words."""
        self._write(f"{said.at.local:%H:%M}  {said.text}")


class Notification:
    """A desktop notification, through desktop-notifier (the extra `desk`).

    Raises:
        MissingExtraError: the extra is not installed.
    """

    name = "notification"

    def __init__(self) -> None:
        if find_spec("desktop_notifier") is None:
            raise MissingExtraError(
                f"Desktop notifications need the extra 'desk': {install_extra('desk')}. Or "
                "choose another way, e.g. --alert sound."
            )

    def tell(self, said: Said) -> None:
        """Show it."""
        import asyncio

        complaints = _Complaints()
        log = logging.getLogger("desktop_notifier")
        log.addHandler(complaints)
        try:
            asyncio.run(_notify(_title(said), said.text))
        except Exception as error:
            raise InputError(f"The desktop shows no notifications ({error}).") from error
        finally:
            log.removeHandler(complaints)
        # The library tells of most failures in its log alone.
        if complaints.first:
            raise InputError(f"The desktop shows no notifications ({complaints.first}).")


async def _notify(title: str, text: str) -> None:
    from desktop_notifier import DesktopNotifier

    # A new one each time: alerts are rare, and no connection is left open between them.
    await DesktopNotifier(app_name="scapcoach").send(title=title, message=text)


class _Complaints(logging.Handler):
    """Keeps the first warning."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        why = f": {record.exc_info[1]}" if record.exc_info and record.exc_info[1] else ""
        self.first = self.first or record.getMessage() + why


class Aloud:
    """Two soft notes, the words by the computer's own voice, or both: what the announcer has.

    Args:
        announcer: open; it says by itself what fails.
    """

    name = "sound"

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    def tell(self, said: Said) -> None:
        """Have it heard, without waiting for its end."""
        self._announcer.announce(Announcement(said.text, Tone.ALERT))


class Command:
    """A command of the person's own.

    It is run without a shell, with SCAPCOACH_TEXT and SCAPCOACH_KIND in its environment.

    Args:
        line: program and arguments, quoted as in a shell.

    Raises:
        SettingError: the line is empty, or its program cannot be found.
    """

    name = "command"

    def __init__(self, line: str) -> None:
        try:
            self._words = shlex.split(line)
        except ValueError as error:
            raise SettingError(f"The alert command {line!r} cannot be read: {error}.") from error
        if not self._words or shutil.which(self._words[0]) is None:
            raise SettingError(
                f"The alert command {line!r} names no program that can be found: give its path."
            )

    def tell(self, said: Said) -> None:
        """Start it, without waiting for its end."""
        try:
            _start(self._words, {"SCAPCOACH_TEXT": said.text, "SCAPCOACH_KIND": said.kind.value})
        except OSError as error:
            raise InputError(f"The alert command failed ({error.strerror}).") from error


def _title(said: Said) -> str:
    return _TITLES.get(said.kind.value, "Posture")


def _start(words: list[str], more: dict[str, str]) -> None:
    """Run a program beside the desk check; it is ended when it takes too long."""
    import threading

    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **more},
    )

    def reap() -> None:
        try:
            process.wait(COMMAND_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    threading.Thread(target=reap, daemon=True).start()
