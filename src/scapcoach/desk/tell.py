"""Ways to tell the person: terminal, desktop notification, sound, a command of their own.

A way that fails says so once and is left out from then on; the desk check goes on.
"""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Protocol

from scapcoach.errors import InputError, MissingExtraError, ScapcoachError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from scapcoach.desk.engine import Said

#: Seconds that a command of the person's own may take before it is ended.
COMMAND_S: Final = 30.0

#: The tone: two short notes (Hz, seconds).
_NOTES: Final = ((660.0, 0.14), (880.0, 0.20))
_RATE: Final = 22050


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
                "Desktop notifications need the extra 'desk': pip install 'scapcoach[desk]'. Or "
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


class Sound:
    """Two soft notes, by the system's own player, or the terminal's bell.

    Args:
        folder: where the tone is kept as a file.
    """

    name = "sound"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "tone.wav"

    def tell(self, said: Said) -> None:  # noqa: ARG002 - the tone is the same for all
        """Play it, without waiting for its end."""
        try:
            if not self._file.is_file():
                _write_tone(self._file)
            self._play()
        except OSError as error:
            raise InputError(f"The sound could not be played ({error.strerror}).") from error

    def _play(self) -> None:
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(self._file), winsound.SND_FILENAME | winsound.SND_ASYNC)
            return
        for player in ("afplay", "pw-play", "paplay", "aplay"):
            if found := shutil.which(player):
                _start([found, str(self._file)], {})
                return
        sys.stderr.write("\a")
        sys.stderr.flush()


class Command:
    """A command of the person's own.

    It is run without a shell, with SCAPCOACH_TEXT and SCAPCOACH_KIND in its environment.

    Args:
        line: program and arguments, quoted as in a shell.

    Raises:
        InputError: the line is empty, or its program cannot be found.
    """

    name = "command"

    def __init__(self, line: str) -> None:
        try:
            self._words = shlex.split(line)
        except ValueError as error:
            raise InputError(f"The alert command {line!r} cannot be read: {error}.") from error
        if not self._words or shutil.which(self._words[0]) is None:
            raise InputError(
                f"The alert command {line!r} names no program that can be found: give its path."
            )

    def tell(self, said: Said) -> None:
        """Start it, without waiting for its end."""
        try:
            _start(self._words, {"SCAPCOACH_TEXT": said.text, "SCAPCOACH_KIND": said.kind.value})
        except OSError as error:
            raise InputError(f"The alert command failed ({error.strerror}).") from error


def _title(said: Said) -> str:
    return {"break": "Time for a break", "recovered": "Well done"}.get(said.kind.value, "Posture")


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


def _write_tone(path: Path) -> None:
    import wave

    import numpy as np

    parts = []
    for pitch, seconds in _NOTES:
        t = np.arange(int(seconds * _RATE)) / _RATE
        # Fades in and out, so that it does not click.
        parts.append(np.sin(2 * np.pi * pitch * t) * np.sin(np.pi * t / seconds) ** 2)
    samples = (0.3 * 32767 * np.concatenate(parts)).astype("<i2")
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes(samples.tobytes())
