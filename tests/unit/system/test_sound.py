"""Voice and tones: order, no overlap, mute, engines that hang or fail; and the real espeak-ng."""

from __future__ import annotations

import shutil
import threading
import time
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.errors import SoundError
from scapcoach.system.sound import Announcement, Announcer, Tone, open_announcer
from scapcoach.system.sound.announcer import FAILURES
from scapcoach.system.sound.players import ProgramPlayer, find_player
from scapcoach.system.sound.programs import run
from scapcoach.system.sound.tones import NOTES, Tones, write_tone
from scapcoach.system.sound.voices import find_voice
from tests.support.waiting import returns, until

if TYPE_CHECKING:
    from pathlib import Path


class FakeVoice:
    """Speaks until it is let go on; notes what it said, and whether two spoke at once."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.said: list[str] = []
        self.cut: list[str] = []
        self.go_on = threading.Semaphore(0)
        self.speaking = 0
        self.most = 0
        self.hangs = hangs
        self.fault: SoundError | None = None

    def say(self, text: str, halt: threading.Event) -> None:
        if self.fault is not None:
            raise self.fault
        self.speaking += 1
        self.most = max(self.most, self.speaking)
        self.said.append(text)
        while not self.go_on.acquire(timeout=0.005):
            if halt.is_set() and not self.hangs:
                self.cut.append(text)
                break
        self.speaking -= 1


class Order(FakeVoice):
    """A player and a voice in one: tones and words in the order in which they were heard."""

    def play(self, file: Path, halt: threading.Event) -> None:
        self.say(file.stem, halt)


def test_the_one_that_speaks_is_finished_and_the_most_severe_waits() -> None:
    voice = FakeVoice()
    with Announcer(voice) as announcer:
        announcer.announce(Announcement("first", rank=1))
        assert until(lambda: voice.said == ["first"])
        assert announcer.announce(Announcement("minor", rank=2))
        assert announcer.announce(Announcement("major", rank=3))
        assert not announcer.announce(Announcement("note", rank=1))
        time.sleep(0.05)  # that nothing comes can only be waited for
        assert voice.said == ["first"]  # never two at once
        voice.go_on.release(2)
        assert until(lambda: voice.said == ["first", "major"])
        assert until(lambda: not voice.speaking)
    assert voice.cut == []
    assert voice.most == 1


def test_of_equals_the_newer_waits_and_what_is_out_of_date_is_left_unsaid() -> None:
    voice = FakeVoice()
    with Announcer(voice) as announcer:
        announcer.announce(Announcement("first"))
        assert until(lambda: voice.said == ["first"])
        announcer.announce(Announcement("older", rank=2))
        announcer.announce(Announcement("newer", rank=2))
        voice.go_on.release(2)
        assert until(lambda: voice.said == ["first", "newer"])
        assert until(lambda: not voice.speaking)
        announcer.announce(Announcement("third"))
        assert until(lambda: voice.speaking == 1)
        announcer.announce(Announcement("late", rank=9, until=time.monotonic() + 0.05))
        time.sleep(0.1)
        # A late one keeps no other from waiting, however severe it was.
        assert announcer.announce(Announcement("in time", rank=0))
        voice.go_on.release(2)
        assert until(lambda: voice.said[-1] == "in time")
        announcer.announce(Announcement("gone", until=time.monotonic() - 1))
        time.sleep(0.05)
    assert voice.said == ["first", "newer", "third", "in time"]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_of_many_that_wait_the_last_of_the_most_severe_is_said(ranks: list[int]) -> None:
    voice = FakeVoice()
    with Announcer(voice) as announcer:
        announcer.announce(Announcement("first"))
        assert until(lambda: voice.speaking == 1)
        for k, rank in enumerate(ranks):
            announcer.announce(Announcement(str(k), rank=rank))
        voice.go_on.release(2)
        best = max(range(len(ranks)), key=lambda k: (ranks[k], k))
        assert until(lambda: voice.said == ["first", str(best)])


def test_mute_is_silent_at_once_and_forgets_what_waits() -> None:
    voice = FakeVoice()
    with Announcer(voice) as announcer:
        announcer.announce(Announcement("long"))
        assert until(lambda: voice.speaking == 1)
        announcer.announce(Announcement("waiting"))
        announcer.mute(True)
        assert until(lambda: voice.cut == ["long"])
        assert not announcer.announce(Announcement("muted", rank=9))
        announcer.mute(False)
        announcer.announce(Announcement("again"))
        assert until(lambda: voice.said == ["long", "again"])


def test_an_engine_that_hangs_costs_nothing() -> None:
    voice = FakeVoice(hangs=True)
    announcer = Announcer(voice)
    announcer.announce(Announcement("stuck"))
    assert until(lambda: voice.speaking == 1)

    def go_on() -> None:
        for k in range(1000):
            announcer.announce(Announcement(str(k), rank=k))
            announcer.mute(k % 2 == 0)
        announcer.close()
        announcer.close()

    returns(go_on)
    assert voice.speaking == 1  # it hangs still
    voice.go_on.release(9)
    assert until(lambda: not voice.speaking)
    assert voice.said == ["stuck"]


def test_a_voice_that_fails_is_reported_once_tried_again_and_given_up(tmp_path: Path) -> None:
    voice, reported, played = FakeVoice(), [], Order()
    played.go_on.release(99)
    voice.fault = SoundError("The voice failed.")
    with Announcer(voice, Tones(played, tmp_path), reported.append) as announcer:
        for k in range(1, FAILURES + 2):
            announcer.announce(Announcement("words", Tone.CUE))
            assert until(lambda k=k: played.said == ["cue"] * k)
            assert until(lambda: bool(announcer.trouble))
            if k < FAILURES:
                assert announcer.speaks
        assert not announcer.speaks
        assert announcer.sounds  # tones go on
    assert reported == ["The voice failed.", "The voice failed. No more cues by voice."]


def test_a_loudspeaker_that_comes_back_is_used_again() -> None:
    voice, reported = FakeVoice(), []
    voice.go_on.release(9)
    voice.fault = SoundError("Nothing to play on.")
    with Announcer(voice, report=reported.append) as announcer:
        announcer.announce(Announcement("lost"))
        assert until(lambda: announcer.trouble == "Nothing to play on.")
        voice.fault = None
        announcer.announce(Announcement("heard"))
        assert until(lambda: announcer.trouble == "")
    assert voice.said == ["heard"]
    assert reported == ["Nothing to play on."]


def test_a_tone_comes_before_its_words(tmp_path: Path) -> None:
    both = Order()
    both.go_on.release(99)
    with Announcer(both, Tones(both, tmp_path)) as announcer:
        announcer.announce(Announcement("Well done.", Tone.PRAISE))
        assert until(lambda: both.said == ["praise", "Well done."])
    assert both.most == 1


# Programs


def test_a_program_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    loop = f"while true; do date +%s%N > {beat}; sleep 0.02; done"
    with pytest.raises(SoundError, match="did not finish"):
        run(["sh", "-c", f"({loop}) & {loop}"], threading.Event(), 0.3)
    last = beat.read_text()
    time.sleep(0.1)  # that no beat comes can only be waited for
    assert beat.read_text() == last


def test_a_program_is_ended_on_request() -> None:
    halt = threading.Event()
    threading.Timer(0.1, halt.set).start()
    returns(lambda: [run(["sleep", "3000"], halt, 6000)])


def test_programs_that_fail_or_are_missing_say_so() -> None:
    with pytest.raises(SoundError, match="false failed"):
        run(["false"], threading.Event(), 5)
    with pytest.raises(SoundError, match="nonesuch cannot be started"):
        run(["/nonesuch"], threading.Event(), 5)


def test_a_player_that_does_not_work_gives_way_to_the_next(tmp_path: Path) -> None:
    write_tone(tmp_path / "a.wav", Tone.REP)
    heard = tmp_path / "heard"
    works = tmp_path / "works"
    works.write_text(f'#!/bin/sh\necho "$1" >> {heard}\n')
    works.chmod(0o755)
    player = ProgramPlayer(["false", str(works)])
    player.play(tmp_path / "a.wav", threading.Event())
    assert heard.read_text().strip() == str(tmp_path / "a.wav")
    with pytest.raises(SoundError, match="false failed"):
        ProgramPlayer(["false"]).play(tmp_path / "a.wav", threading.Event())


@pytest.mark.parametrize("tone", list(Tone))
def test_tones_are_short_and_do_not_click(tone: Tone, tmp_path: Path) -> None:
    write_tone(tmp_path / "new" / "t.wav", tone)
    with wave.open(str(tmp_path / "new" / "t.wav")) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
        seconds = sound.getnframes() / sound.getframerate()
    assert seconds == pytest.approx(sum(s for _, s in NOTES[tone]), abs=0.01)
    assert seconds < 0.4
    assert abs(samples[[0, -1]]).max() < 50
    assert 5000 < abs(samples).max() < 12000
    spectrum = abs(np.fft.rfft(samples))
    strongest = np.fft.rfftfreq(len(samples), 1 / 22050)[spectrum.argmax()]
    assert min(abs(strongest - pitch) for pitch, _ in NOTES[tone]) < 15


def test_without_a_player_the_terminal_rings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Tones(None, tmp_path).play(Tone.CUE, threading.Event())
    assert capsys.readouterr().err == "\a"


def test_without_a_voice_it_says_what_to_install_and_plays_tones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    reported: list[str] = []
    with open_announcer(voice=True, tones=False, report=reported.append) as announcer:
        assert not announcer.speaks
        assert announcer.sounds
    (sentence,) = reported
    assert "espeak-ng alsa-utils" in sentence
    assert sentence.endswith("Going on with tones.")


def test_speech_dispatcher_gets_words_that_look_like_options(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "spd-say"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/got\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    find_voice(None, tmp_path).say("-x $(no shell) 'here'", threading.Event())
    assert (tmp_path / "got").read_text().splitlines()[-2:] == ["--", "-x $(no shell) 'here'"]


# The real thing


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound card that writes what it plays into a file."""
    for program, package in (("espeak-ng", "espeak-ng"), ("aplay", "alsa-utils")):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program} (Debian: {package})")
    card, file = tmp_path / "card.conf", tmp_path / "heard.wav"
    card.write_text(
        "pcm.null { type null }\n"
        f'pcm.!default {{ type file slave.pcm "null" file "{file}" format "wav" }}\n'
    )
    programs = tmp_path / "bin"
    programs.mkdir()
    for program in ("espeak-ng", "aplay"):
        (programs / program).symlink_to(str(shutil.which(program)))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card))
    return file


def seconds_of(file: Path) -> tuple[float, float]:
    """Length of a sound, and its loudest sample; 0 while its header is not written yet."""
    if not file.exists() or file.stat().st_size < 100:
        return 0.0, 0.0
    with wave.open(str(file)) as sound:
        data = sound.readframes(10**9)
        frames = len(data) / (sound.getsampwidth() * sound.getnchannels())
        return frames / sound.getframerate(), float(abs(np.frombuffer(data, "<i2")).max())


def test_a_sentence_is_really_spoken(heard: Path) -> None:
    reported: list[str] = []
    with open_announcer(voice=True, tones=False, report=reported.append) as announcer:
        assert announcer.speaks
        announcer.announce(Announcement("-Elbows to the wall behind you; don't shrug."))
        assert until(lambda: seconds_of(heard)[0] > 1)
    assert until(lambda: seconds_of(heard)[0] > 1.5)
    long, loud = seconds_of(heard)
    assert long < 6
    assert loud > 3000
    assert reported == []


def test_a_tone_is_really_played(heard: Path) -> None:
    with open_announcer(voice=False, tones=True) as announcer:
        assert not announcer.speaks
        announcer.announce(Announcement(tone=Tone.REP))
        assert until(lambda: heard.exists() and seconds_of(heard)[0] > 0.08)


def test_without_a_sound_card_it_says_so(
    heard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none.conf").write_text("")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "none.conf"))
    reported: list[str] = []
    with open_announcer(voice=True, tones=False, report=reported.append) as announcer:
        announcer.announce(Announcement("Nobody hears this."))
        assert until(lambda: bool(reported))
    assert "aplay failed" in reported[0]
    assert find_player() is not None
