"""One announcement at a time: the current one is finished, the most important other one waits."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from scapcoach.errors import SoundError
from scapcoach.system.sound.players import find_player
from scapcoach.system.sound.tones import Tone, Tones
from scapcoach.system.sound.voices import find_voice

if TYPE_CHECKING:
    from collections.abc import Callable
    from tempfile import TemporaryDirectory

    from scapcoach.system.sound.voices import Voice

#: Consecutive failures after which voice or tones are given up: a loudspeaker may come back.
FAILURES: Final = 3

#: Seconds to wait for the thread at the end: it finishes the current announcement first.
_THREAD_END_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is to be heard: a tone, words, or a tone and then words.

    Attributes:
        text: words; empty for none.
        tone: None for none.
        rank: importance; of two that wait, the higher one is kept, of equals the newer.
        until: seconds of `time.monotonic` after which it is out of date and dropped.
    """

    text: str = ""
    tone: Tone | None = None
    rank: int = 0
    until: float = float("inf")


class Announcer:
    """Plays announcements in its own thread; a context manager.

    No method waits for speech, so a speech program that hangs delays nothing. At most one
    announcement waits, others are dropped: late cues are wrong.

    Args:
        voice: None speaks no words.
        tones: None plays no tones.
        report: receives a sentence when something cannot be heard, in the announcer's thread.
        folder: folder of sound files, deleted at the end.
    """

    def __init__(
        self,
        voice: Voice | None = None,
        tones: Tones | None = None,
        report: Callable[[str], None] = lambda _sentence: None,
        folder: TemporaryDirectory[str] | None = None,
    ) -> None:
        self._voice, self._tones = voice, tones
        self._report = report
        self._folder = folder
        self._changed = threading.Condition()
        self._waiting: Announcement | None = None
        self._halt = threading.Event()
        self._muted = False
        self._closed = False
        self._failures: dict[str, int] = {}
        self._troubles: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
        self._thread.start()

    @property
    def speaks(self) -> bool:
        """Whether there is a voice."""
        return self._voice is not None

    @property
    def sounds(self) -> bool:
        """Whether there are tones."""
        return self._tones is not None

    @property
    def trouble(self) -> str:
        """Why something was not heard recently, one sentence; empty while everything is heard."""
        return next((reason for reason in tuple(self._troubles.values()) if reason), "")

    def announce(self, what: Announcement) -> bool:
        """Play an announcement as soon as the current one is over; False where it is dropped."""
        with self._changed:
            if self._muted or self._closed:
                return False
            waiting = self._waiting
            timely = waiting is not None and waiting.until > time.monotonic()
            if waiting is not None and timely and what.rank < waiting.rank:
                return False
            self._waiting = what
            self._changed.notify_all()
        return True

    def mute(self, muted: bool) -> None:
        """Mute at once, or unmute."""
        with self._changed:
            self._muted = muted
        if muted:
            self.hush()

    def hush(self) -> None:
        """Stop the current announcement, and drop the waiting one."""
        with self._changed:
            self._waiting = None
            self._halt.set()
            self._changed.notify_all()

    def close(self) -> None:
        """Stop for good; calling it again does nothing."""
        with self._changed:
            self._closed = True
        self.hush()
        self._thread.join(_THREAD_END_S)
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The thread. ---------------------------------------------------------------------------

    def _run(self) -> None:
        while (what := self._next()) is not None:
            if what.until >= time.monotonic():
                self._say(what)

    def _say(self, what: Announcement) -> None:
        """Play the tone, then the words; whichever failed too often is not used any more."""
        voice, tones, halt = self._voice, self._tones, self._halt
        if what.tone is not None and tones is not None:
            kept = self._try("tones", partial(tones.play, what.tone, halt))
            self._tones = tones if kept else None
        if what.text and voice is not None and not halt.is_set():
            kept = self._try("cues by voice", partial(voice.say, what.text, halt))
            self._voice = voice if kept else None

    def _next(self) -> Announcement | None:
        """Wait for an announcement; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is not None or self._closed)
            what, self._waiting = self._waiting, None
            if not self._closed:
                self._halt.clear()
            return None if self._closed else what

    def _try(self, what: str, play: Callable[[], None]) -> bool:
        """Play something; False where it has failed too often to be tried again."""
        try:
            play()
        except SoundError as error:
            failures = self._failures[what] = self._failures.get(what, 0) + 1
            over = failures >= FAILURES
            trouble = f"{error} No more {what}." if over else str(error)
            if trouble != self._troubles.get(what):
                self._troubles[what] = trouble
                self._report(trouble)
            return not over
        self._failures[what] = 0
        self._troubles[what] = ""
        return True


def open_announcer(
    *, voice: bool, tones: bool, report: Callable[[str], None] = lambda _sentence: None
) -> Announcer:
    """An announcer with the voice and player of this computer.

    Args:
        voice: speak words. Where there is no voice, that is reported and tones are played.
        tones: play tones.
        report: receives a sentence when something cannot be heard, also later, then in the
            announcer's thread.
    """
    from tempfile import TemporaryDirectory

    folder = TemporaryDirectory(prefix="scapcoach-", ignore_cleanup_errors=True)
    player, place = find_player(), Path(folder.name)
    speaker = None
    if voice:
        try:
            speaker = find_voice(player, place)
        except SoundError as error:
            report(f"{error} Going on with tones.")
            tones = True
    return Announcer(speaker, Tones(player, place) if tones else None, report, folder)
