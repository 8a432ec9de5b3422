"""Spoken cues and short tones, one at a time, that keep nobody waiting.

    from scapcoach.system.sound import Announcement, Tone, open_announcer

    with open_announcer(voice=True, tones=True, complain=print) as announcer:
        announcer.announce(Announcement("Shoulders down.", Tone.CUE, rank=3))   # returns at once
        announcer.mute(True)                                                    # silent at once

Speech is that of the computer: `say` on macOS, SAPI on Windows, espeak-ng or Speech Dispatcher
elsewhere, each as a program of its own, which can be ended whatever it does.
docs/reference/dependencies.md says why no Python library stands between.
"""

from scapcoach.system.sound.announcer import Announcement, Announcer, open_announcer
from scapcoach.system.sound.tones import Tone

__all__ = ["Announcement", "Announcer", "Tone", "open_announcer"]
