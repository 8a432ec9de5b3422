"""Notifiers for the person: terminal, desktop notification, sound, voice, a command of their own.

A notifier that fails is reported once and not used any more; the desk check goes on.
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

    from scapcoach.desk.engine import Notice
    from scapcoach.system.sound import Announcer

#: Seconds after which a command of the person's own is ended.
COMMAND_TIMEOUT_S: Final = 30.0

#: Titles of notifications by kind; "Posture" for the others.
_TITLES: Final = {
    "break": "Time for a break",
    "recheck": "Does the baseline still fit?",
    "recovered": "Well done",
}


class Notifier(Protocol):
    """One way to notify the person."""

    name: str

    def notify(self, notice: Notice) -> None:
        """Give the notice to the person.

        Raises:
            ScapcoachError: it could not be given.
        """


class NotifierChain:
    """Notifies by every notifier that works.

    Args:
        notifiers: in order.
        report: receives a sentence about a notifier that failed.
    """

    def __init__(self, notifiers: Iterable[Notifier], report: Callable[[str], None]) -> None:
        self._notifiers = list(notifiers)
        self._report = report

    def __call__(self, notice: Notice) -> None:
        """Give the notice to the person by every notifier."""
        for notifier in tuple(self._notifiers):
            try:
                notifier.notify(notice)
            except ScapcoachError as error:
                self._notifiers.remove(notifier)
                self._report(f"{error} No more alerts by {notifier.name}.")


class TerminalNotifier:
    """Writes a line of text.

    Args:
        write: receives the line.
    """

    name = "terminal"

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def notify(self, notice: Notice) -> None:
        """Write the time of day and the text."""
        self._write(f"{notice.at.local:%H:%M}  {notice.text}")


class PopupNotifier:
    """Shows a desktop notification, through desktop-notifier (the extra `desk`).

    Raises:
        MissingExtraError: the extra is not installed.
    """

    name = "notification"

    def __init__(self) -> None:
        if find_spec("desktop_notifier") is None:
            raise MissingExtraError(
                f"Desktop notifications need the extra 'desk': {install_extra('desk')}. Or "
                "choose another kind of alert, e.g. --alert sound."
            )

    def notify(self, notice: Notice) -> None:
        """Show the notification."""
        import asyncio

        warnings = _FirstWarning()
        log = logging.getLogger("desktop_notifier")
        log.addHandler(warnings)
        try:
            title = _TITLES.get(notice.kind.value, "Posture")
            asyncio.run(_notify(title, notice.text))
        except Exception as error:
            raise InputError(f"The desktop shows no notifications ({error}).") from error
        finally:
            log.removeHandler(warnings)
        # The library reports most failures only in its log.
        if warnings.first:
            raise InputError(f"The desktop shows no notifications ({warnings.first}).")


async def _notify(title: str, text: str) -> None:
    from desktop_notifier import DesktopNotifier

    # A new notifier each time: alerts are rare, so no connection is left open between them.
    await DesktopNotifier(app_name="scapcoach").send(title=title, message=text)


class _FirstWarning(logging.Handler):
    """Keeps the first warning of a log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        why = f": {record.exc_info[1]}" if record.exc_info and record.exc_info[1] else ""
        self.first = self.first or record.getMessage() + why


class SoundNotifier:
    """Plays two soft notes, speaks the text, or both, as the announcer is set up.

    Args:
        announcer: open; it reports failures itself.
    """

    name = "sound"

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    def notify(self, notice: Notice) -> None:
        """Start the sound, without waiting for its end."""
        self._announcer.announce(Announcement(notice.text, Tone.ALERT))


class CommandNotifier:
    """Runs a command of the person's own.

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

    def notify(self, notice: Notice) -> None:
        """Start the command, without waiting for its end."""
        try:
            _start(
                self._words, {"SCAPCOACH_TEXT": notice.text, "SCAPCOACH_KIND": notice.kind.value}
            )
        except OSError as error:
            raise InputError(f"The alert command failed ({error.strerror}).") from error


def _start(words: list[str], more: dict[str, str]) -> None:
    """Run a program in the background; it is ended when it takes too long."""
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
            process.wait(COMMAND_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    threading.Thread(target=reap, daemon=True).start()
