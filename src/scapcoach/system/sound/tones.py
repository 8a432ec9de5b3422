"""Short tones: a repetition counted, a cue, praise, an alert at the desk."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from scapcoach.errors import SoundError

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from scapcoach.system.sound.players import Player


class Tone(StrEnum):
    """Meaning of a tone."""

    REP = "rep"
    CUE = "cue"
    PRAISE = "praise"
    ALERT = "alert"


#: Notes (Hz, seconds): rising is good, falling is a correction, as on the page in the browser.
NOTES: Final = {
    Tone.REP: ((988.0, 0.09),),
    Tone.CUE: ((440.0, 0.14), (330.0, 0.22)),
    Tone.PRAISE: ((660.0, 0.14), (880.0, 0.20)),
    Tone.ALERT: ((660.0, 0.14), (880.0, 0.20)),
}
_RATE: Final = 22050
_LOUD: Final = 0.3  # of full scale; louder with the volume of the computer


class Tones:
    """Plays tones, or the terminal's bell where nothing plays sound.

    Args:
        player: None uses the bell.
        folder: folder for the sound files.
    """

    def __init__(self, player: Player | None, folder: Path) -> None:
        self._player = player
        self._folder = folder

    def play(self, tone: Tone, halt: threading.Event) -> None:
        """Play a tone and wait for its end.

        Raises:
            SoundError: it cannot be played.
        """
        if self._player is None:
            sys.stderr.write("\a")
            sys.stderr.flush()
            return
        file = self._folder / f"{tone}.wav"
        try:
            if not file.is_file():
                write_tone(file, tone)
        except OSError as error:
            raise SoundError(f"The tone cannot be written to {file} ({error.strerror}).") from error
        self._player.play(file, halt)


def write_tone(path: Path, tone: Tone) -> None:
    """Write a tone as a WAV file: mono, 16 bits, 22050 Hz.

    Raises:
        OSError: it cannot be written.
    """
    import wave

    import numpy as np

    parts = []
    for pitch, seconds in NOTES[tone]:
        t = np.arange(int(seconds * _RATE)) / _RATE
        # Fade in and out, so that there is no click.
        parts.append(np.sin(2 * np.pi * pitch * t) * np.sin(np.pi * t / seconds) ** 2)
    samples = (_LOUD * 32767 * np.concatenate(parts)).astype("<i2")
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes(samples.tobytes())
