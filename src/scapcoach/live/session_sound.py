"""Sound of the window: cues, counted repetitions, the steps of a guided calibration."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from scapcoach.guide.card import Mood, card
from scapcoach.guide.steps import Step
from scapcoach.system.sound import Announcement, Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.coaching.results import Cue
    from scapcoach.guide.steps import Guide
    from scapcoach.session.engine import Reading
    from scapcoach.system.sound import Announcer

#: Seconds after which a counted repetition, or a step of the calibration, is not announced any
#: more.
_COUNT_S: Final = 0.4
_STEP_S: Final = 2.5

#: Seconds between two sentences about the framing, which changes with every step of the person.
_FRAMING_S: Final = 5.0

#: Seconds for which a failure of voice or tones is shown.
_TROUBLE_S: Final = 8.0

#: Ranks: praise replaces a count, a cue (by its severity) praise, and the calibration everything.
_COUNT, _PRAISE, _CUE, _STEP = 0, 1, 2, 9
_TONES: Final = {Mood.ACT: Tone.REP, Mood.GOOD: Tone.PRAISE, Mood.BAD: Tone.CUE}


class SessionSound:
    """Announces what happens in a session.

    Args:
        announcer: of voice and tones.
        clock: gives seconds that never decrease.
    """

    def __init__(self, announcer: Announcer, clock: Callable[[], float] = time.monotonic) -> None:
        self._announcer = announcer
        self._clock = clock
        self._count = 0
        self._step = ("", "")
        self._counted = ""
        self._announced_at = float("-inf")
        self._trouble = ("", float("-inf"))

    @property
    def indicator(self) -> str:
        """What can be heard, as a word for the line of keys; empty for nothing."""
        return "VOICE" if self._announcer.speaks else "TONES" if self._announcer.sounds else ""

    @property
    def trouble(self) -> str:
        """Why something was not heard, for some seconds after the failure; else empty."""
        trouble, now = self._announcer.trouble, self._clock()
        if trouble != self._trouble[0]:
            self._trouble = (trouble, now)
        return trouble if now < self._trouble[1] + _TROUBLE_S else ""

    def mute(self, muted: bool) -> None:
        """Mute the sound at once, or unmute it."""
        self._announcer.mute(muted)

    def follow(self, reading: Reading, guide: Guide | None = None) -> None:
        """Announce what is new in a frame; never waits.

        Args:
            reading: of the frame.
            guide: the guided calibration, if there is one: then only its steps are announced.
        """
        coached = reading.coached
        counted, self._count = coached.count > self._count, coached.count
        if guide is not None:
            self._guide(guide)
            return
        self._step, self._counted = ("", ""), ""
        for cue in coached.cues:
            self._cue(cue, reading.t)
        if counted and not coached.cues:
            self._announce("", Tone.REP, _COUNT, _COUNT_S)

    def _cue(self, cue: Cue, t: float) -> None:
        praise = cue.kind == "praise"
        rank = _PRAISE if praise else _CUE + int(cue.severity)
        self._announce(cue.text, Tone.PRAISE if praise else Tone.CUE, rank, cue.until - t)

    def _guide(self, guide: Guide) -> None:
        """Announce a step of the calibration when it changes; what is wrong, as a full sentence."""
        shown, framing = card(guide), guide.step is Step.FRAMING
        full = framing or shown.mood is Mood.BAD
        counted = shown.big if guide.step is Step.MOVE else ""
        if self._counted and counted and counted != self._counted:
            self._announce("", Tone.REP, _COUNT, _COUNT_S)
        self._counted = counted
        step = (shown.title, shown.text if full else "")
        if step == self._step or (framing and self._clock() < self._announced_at + _FRAMING_S):
            return
        self._step, self._announced_at = step, self._clock()
        words = step[1] if framing and step[1] else ". ".join(filter(None, step))
        self._announce(words, _TONES.get(shown.mood), _STEP, _STEP_S)

    def _announce(self, text: str, tone: Tone | None, rank: int, seconds: float) -> None:
        self._announcer.announce(Announcement(text, tone, rank, self._clock() + seconds))
