"""Which sounds follow from readings and from the guided calibration; and the watch on the lock."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from scapcoach.calibration.reps import RepCounter
from scapcoach.coaching.exercise import Severity
from scapcoach.coaching.results import Cue, CueKind
from scapcoach.guide.framing import FramingCheck
from scapcoach.guide.holds import POSTURE
from scapcoach.guide.repetitions import EXERCISE
from scapcoach.guide.steps import Guide, Plan, Step
from scapcoach.live.screen_lock import LockWatch, screen_kept_on
from scapcoach.live.session_sound import SessionSound
from scapcoach.session.coach import Coached
from scapcoach.session.engine import Engine, run
from scapcoach.system.sound import Tone
from tests.support.person import person
from tests.support.waiting import returns

READING = run(Engine(), person(1))[0]


class Heard:
    """An announcer that keeps what it is asked to say."""

    speaks = sounds = True
    trouble = ""

    def __init__(self) -> None:
        self.all: list = []

    def announce(self, what) -> bool:
        self.all.append(what)
        return True

    def mute(self, muted: bool) -> None:
        self.muted = muted


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def cue(severity: Severity = Severity.MAJOR, kind: CueKind = CueKind.CORRECT) -> Cue:
    return Cue(READING.t, READING.t + 3, "row", "shrug", "Shoulders down.", severity, kind, 2)


def follow(*coached: Coached, guide: Guide | None = None) -> list:
    heard = Heard()
    sound = SessionSound(heard, Clock())
    for one in coached:
        sound.follow(replace(READING, coached=one), guide)
    return heard.all


def test_a_repetition_that_is_counted_has_a_tone_and_no_words() -> None:
    (said,) = follow(Coached(), Coached(count=1), Coached(count=1))
    assert (said.text, said.tone) == ("", Tone.REP)
    assert said.until == pytest.approx(100.4)


def test_another_exercise_begins_to_count_again() -> None:
    counts = [Coached(count=n) for n in (1, 2, 0, 1)]
    assert [s.tone for s in follow(*counts)] == [Tone.REP] * 3


def test_a_cue_is_said_in_place_of_the_count_and_while_it_is_shown() -> None:
    (said,) = follow(Coached(count=1, cues=(cue(),)))
    assert (said.text, said.tone) == ("Shoulders down.", Tone.CUE)
    assert said.until == pytest.approx(103)


def test_ranks_grow_from_count_over_praise_to_severe_cues() -> None:
    order = [
        Coached(count=1),
        Coached(count=1, cues=(cue(Severity.NOTE, CueKind.PRAISE),)),
        *(Coached(count=1, cues=(cue(severity),)) for severity in Severity),
    ]
    ranks = [said.rank for said in follow(*order)]
    assert ranks == sorted(set(ranks))
    assert follow(order[1])[0].tone is Tone.PRAISE


def test_the_steps_of_a_calibration_are_said_once_each_and_nothing_else() -> None:
    heard, clock = Heard(), Clock()
    sound = SessionSound(heard, clock)
    begun = Guide(POSTURE, Plan(), step=Step.READY, t=1.0, since=1.0)
    steps = [
        begun,
        replace(begun, t=2.0),  # the countdown is not counted aloud
        replace(begun, step=Step.HOLD),
        replace(begun, step=Step.REVIEW),
        replace(begun, step=Step.REVIEW, fault="You moved: hold still."),
        replace(begun, step=Step.READY, number=1),
    ]
    for guide in steps:
        clock.now += 0.1
        sound.follow(replace(READING, coached=Coached(count=3, cues=(cue(),))), guide)
    assert [said.text for said in heard.all] == [
        "Relaxed", "Hold: relaxed", "Good", "Once more. You moved: hold still.", "Blades back",
    ]  # fmt: skip
    tones = [None, Tone.REP, Tone.PRAISE, Tone.CUE, None]
    assert [said.tone for said in heard.all] == tones


def test_repetitions_of_a_calibration_are_counted_by_a_tone() -> None:
    heard, clock = Heard(), Clock()
    sound = SessionSound(heard, clock)
    counter = RepCounter(np.zeros(12), 100.0)
    begun = Guide(EXERCISE, Plan(), step=Step.MOVE, t=1.0, since=1.0, counter=counter)
    once = replace(begun, counter=replace(counter, reps=((1.0, 2.0),)))
    twice = replace(begun, counter=replace(counter, reps=((1.0, 2.0), (2.0, 3.0))))
    for guide in (begun, begun, once, once, twice, replace(twice, step=Step.REVIEW)):
        clock.now += 0.1
        sound.follow(READING, guide)
    assert [said.text for said in heard.all] == ["Arms only", "", "", "Good"]
    assert [said.tone for said in heard.all][1:3] == [Tone.REP, Tone.REP]


def test_the_framing_is_said_at_intervals_only() -> None:
    heard, clock = Heard(), Clock()
    sound = SessionSound(heard, clock)
    for k in range(60):
        clock.now = 100 + k / 10
        word = "Step back." if k % 2 else "Turn to the camera."
        check = FramingCheck("distance", "Distance", good=False, advice=word)
        sound.follow(READING, Guide(POSTURE, checks=(check,)))
    assert 1 <= len(heard.all) <= 2
    assert heard.all[0].text == "Turn to the camera."


def test_trouble_is_shown_for_some_seconds_and_the_lamp_says_what_is_left() -> None:
    heard, clock = Heard(), Clock()
    sound = SessionSound(heard, clock)
    assert (sound.indicator, sound.trouble) == ("VOICE", "")
    heard.speaks, heard.trouble = False, "aplay failed. No more cues by voice."
    assert (sound.indicator, sound.trouble) == ("TONES", heard.trouble)
    clock.now += 60
    assert sound.trouble == ""
    heard.sounds = False
    assert sound.indicator == ""


def test_the_watch_asks_beside_the_loop_and_ends_even_if_the_system_hangs() -> None:
    answers = iter([None, False, True])
    asked, go_on = threading.Event(), threading.Event()

    def ask() -> bool | None:
        found = next(answers, "hang")
        if found == "hang":
            asked.set()
            go_on.wait()
            return False
        return found

    def watch() -> bool | None:
        with LockWatch(ask, every=0.01) as locked:
            assert asked.wait(30)
            return locked()

    assert returns(watch) is True
    go_on.set()


def test_the_screen_is_kept_on_where_that_is_possible_and_nothing_said_where_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from wakepy import NoCurrentModeError, current_mode

    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "yes")
    with screen_kept_on():
        assert current_mode().active
    with pytest.raises(NoCurrentModeError):
        current_mode()
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    with screen_kept_on():
        pass
