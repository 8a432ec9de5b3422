"""Spoken cues and short tones, one at a time; announcing never waits.

    from scapcoach.system.sound import Announcement, Tone, open_announcer

    with open_announcer(voice=True, tones=True, report=print) as announcer:
        announcer.announce(Announcement("Shoulders down.", Tone.CUE, rank=3))   # returns at once
        announcer.mute(True)                                                    # silent at once

Speech comes from the computer: `say` on macOS, SAPI on Windows, espeak-ng or Speech Dispatcher
elsewhere, each as a separate program, which can always be ended.
docs/reference/dependencies.md says why no Python library is used.
"""

from scapcoach.system.sound.announcer import Announcement, Announcer, open_announcer
from scapcoach.system.sound.tones import Tone

__all__ = ["Announcement", "Announcer", "Tone", "open_announcer"]
