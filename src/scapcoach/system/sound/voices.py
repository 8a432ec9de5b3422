"""The computer's own voice: the speech program of each system.

Each sentence is one run of a program. It is cut short by ending the program, so a speech program
that hangs cannot block a session.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from scapcoach.errors import SoundError
from scapcoach.system.sound.programs import run

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from scapcoach.system.sound.players import Player

#: Seconds that a sentence may take: to start, and for each letter; slow voices speak ten a second.
_START_S: Final = 8.0
_LETTER_S: Final = 0.2

#: Cues are in English; an English voice is used where Windows has one.
_SAPI: Final = (
    "[Console]::InputEncoding=[Text.Encoding]::UTF8; $text=[Console]::In.ReadToEnd(); "
    "$voice=New-Object -ComObject SAPI.SpVoice; $english=$voice.GetVoices('Language=409'); "
    "if ($english.Count) { $voice.Voice=$english.Item(0) }; [void]$voice.Speak($text)"
)
_POWERSHELL: Final = ("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _SAPI)

_LACKING: Final = (
    "There is no voice on this computer: install espeak-ng and a player (Debian, Ubuntu, Fedora: "
    "espeak-ng alsa-utils)."
)


class Voice(Protocol):
    """Speaks sentences."""

    @property
    def name(self) -> str:
        """Name of its program."""

    def say(self, text: str, halt: threading.Event) -> None:
        """Speak a text and wait for its end; stop at once on `halt`.

        Raises:
            SoundError: it cannot be spoken.
        """


class Speaker:
    """A program that speaks its standard input.

    Args:
        words: program and arguments.
        as_argument: give the text as last argument instead of as input.
    """

    def __init__(self, words: Sequence[str], *, as_argument: bool = False) -> None:
        self.name = Path(words[0]).name
        self._words = tuple(words)
        self._as_argument = as_argument

    def say(self, text: str, halt: threading.Event) -> None:
        """Speak a text and wait for its end."""
        if self._as_argument:
            run([*self._words, text], halt, _limit(text))
        else:
            run(self._words, halt, _limit(text), text)


class Espeak:
    """espeak-ng, which writes a sound file that a player plays.

    When it plays by itself it reports no failure: without a loudspeaker it ends as if it had
    spoken.

    Args:
        program: its path.
        player: plays the file.
        folder: folder for the file.
    """

    def __init__(self, program: str, player: Player, folder: Path) -> None:
        self.name = Path(program).name
        self._program = program
        self._player = player
        self._file = folder / "said.wav"

    def say(self, text: str, halt: threading.Event) -> None:
        """Speak a text and wait for its end."""
        words = [self._program, "-v", "en", "--stdin", "-w", str(self._file)]
        run(words, halt, _limit(text), text)
        if not halt.is_set():
            self._player.play(self._file, halt)


def find_voice(player: Player | None, folder: Path) -> Voice:
    """The voice of this computer.

    Args:
        player: player of sound files, if there is one.
        folder: folder for sound files.

    Raises:
        SoundError: there is none; the message says what to install.
    """
    if sys.platform == "win32":
        return Speaker(_POWERSHELL)
    if sys.platform == "darwin" and (found := shutil.which("say")):
        return Speaker([found])
    for name in ("espeak-ng", "espeak"):
        if player is not None and (found := shutil.which(name)):
            return Espeak(found, player, folder)
    if found := shutil.which("spd-say"):
        return Speaker([found, "--wait", "--language", "en", "--"], as_argument=True)
    raise SoundError(_LACKING)


def _limit(text: str) -> float:
    return _START_S + _LETTER_S * len(text)
