"""Playing a sound file: by a program of the desktop, or by Windows itself."""

from __future__ import annotations

import shutil
import sys
import wave
from typing import TYPE_CHECKING, Final, Protocol

from scapcoach.errors import SoundError
from scapcoach.system.sound.programs import run

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from pathlib import Path

#: macOS, PipeWire, PulseAudio, ALSA.
_PROGRAMS: Final = ("afplay", "pw-play", "paplay", "aplay")

#: Seconds that a player may take in addition to the sound's length; after that it is ended.
_SLACK_S: Final = 4.0


class Player(Protocol):
    """Plays WAV files."""

    def play(self, file: Path, halt: threading.Event) -> None:
        """Play it and wait for its end; stop at once on `halt`.

        Raises:
            SoundError: it cannot be played.
        """


class ProgramPlayer:
    """Plays with the first of several programs that works.

    Args:
        programs: in order of preference; one that fails is not tried again while another is left.
    """

    def __init__(self, programs: Sequence[str]) -> None:
        self._programs = list(programs)

    def play(self, file: Path, halt: threading.Event) -> None:
        """Play it and wait for its end."""
        limit = _seconds(file) + _SLACK_S
        while True:
            try:
                run([self._programs[0], str(file)], halt, limit)
            except SoundError:
                if len(self._programs) == 1:
                    raise
                del self._programs[0]
            else:
                return


class WindowsPlayer:
    """Plays with functions of Windows."""

    def play(self, file: Path, halt: threading.Event) -> None:
        """Play it and wait for its end."""
        if sys.platform == "win32":
            import winsound

            how = winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT
            try:
                winsound.PlaySound(str(file), how)
                if halt.wait(_seconds(file)):
                    winsound.PlaySound(None, winsound.SND_PURGE)
            except RuntimeError as error:
                raise SoundError(f"Windows plays no sound ({error}).") from error


def find_player() -> Player | None:
    """The player of this computer; None where there is none."""
    if sys.platform == "win32":
        return WindowsPlayer()
    found = [path for name in _PROGRAMS if (path := shutil.which(name))]
    return ProgramPlayer(found) if found else None


def _seconds(file: Path) -> float:
    try:
        with wave.open(str(file), "rb") as sound:
            return sound.getnframes() / sound.getframerate()
    except (OSError, wave.Error, EOFError) as error:
        raise SoundError(f"The sound {file.name} cannot be read ({error}).") from error
