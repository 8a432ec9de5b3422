"""When the desk check gives an alert, and when it does not."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.desk.policy import (
    DeskState,
    Memory,
    NoticeKind,
    Policy,
    PostureSample,
    forget_posture,
    snooze,
    step,
)
from scapcoach.desk.sampling import CHANGING, EMPTY, STEADY_WAIT, USUAL, Pace, next_look
from scapcoach.desk.words import notice_text, strongest

QUIET = Policy(break_every=0)


class Desk:
    """A person whose score is given second by second."""

    def __init__(self, policy: Policy = QUIET) -> None:
        self.policy, self.memory, self.t = policy, Memory(t=0.0), 0.0
        self.said: list[tuple[float, NoticeKind]] = []

    def sit(self, score: float | None, seconds: float, *, every: float = 1.0,
            present: bool = True, chair: bool = False) -> Desk:  # fmt: skip
        for _ in range(round(seconds / every)):
            self.t += every
            reading = PostureSample(self.t, present, score, chair)
            self.memory, events = step(self.memory, self.policy, reading)
            self.said += [(self.t, e.kind) for e in events]
        return self

    def away(self, seconds: float) -> Desk:
        return self.sit(None, seconds, present=False)

    @property
    def hunches(self) -> list[float]:
        return [t for t, kind in self.said if kind in (NoticeKind.HUNCH, NoticeKind.ASK)]


def test_a_sustained_hunch_is_reported_once() -> None:
    desk = Desk().sit(0, 100).sit(80, 3000)
    assert desk.hunches == [142]  # 70 % of 60 seconds


@pytest.mark.parametrize("every", [0.25, 0.5, 1.0, 2.0, 3.0])
def test_how_often_one_looks_does_not_matter(every: float) -> None:
    desk = Desk().sit(0, 60, every=every).sit(80, 120, every=every)
    assert desk.hunches == [pytest.approx(102, abs=every)]


def test_short_movements_are_no_hunch() -> None:
    desk = Desk()
    for _ in range(200):
        desk.sit(90, 20).sit(5, 20)
    assert desk.hunches == []


def test_interruptions_of_a_hunch_do_not_hide_it() -> None:
    desk = Desk()
    for _ in range(20):
        desk.sit(90, 9).sit(5, 2)
    assert len(desk.hunches) == 1


def test_time_that_could_not_be_judged_never_counts() -> None:
    assert Desk().sit(80, 40).sit(None, 2000).hunches == []


def test_a_camera_that_gave_nothing_for_long_does_not_make_a_hunch() -> None:
    desk = Desk().sit(80, 20)
    desk.t += 3600
    assert desk.sit(80, 20).hunches == []


def test_an_episode_ends_after_ten_calm_seconds() -> None:
    desk = Desk().sit(80, 50).sit(35, 30)  # 35 is not below 60 % of 50
    assert desk.memory.episode
    desk.sit(20, 9)
    assert desk.memory.episode
    desk.sit(20, 1)
    assert not desk.memory.episode
    assert desk.said[-1][1] is NoticeKind.RECOVERED


def test_the_next_alert_waits_for_the_cooldown() -> None:
    desk = Desk().sit(80, 60).sit(0, 30).sit(80, 1200)
    assert desk.hunches == [42, 642]


def test_at_most_four_an_hour() -> None:
    desk = Desk(replace(QUIET, cooldown=0))
    for _ in range(40):
        desk.sit(80, 60).sit(0, 40)
    times = desk.hunches
    assert len(times) > 4
    for t in times:
        assert sum(t - 3600 < other <= t for other in times) <= 4


def test_snooze_holds_alerts_back_until_it_is_over() -> None:
    desk = Desk()
    desk.memory = snooze(desk.memory, 900)
    assert desk.sit(80, 1000).hunches == [900]


def test_a_new_baseline_forgets_the_posture() -> None:
    desk = Desk().sit(80, 41)
    desk.memory = forget_posture(desk.memory)
    assert desk.sit(0, 30).hunches == []


def test_leaving_ends_the_episode_without_praise() -> None:
    desk = Desk().sit(80, 60).away(30)
    assert not desk.memory.episode
    assert [k for _, k in desk.said] == [NoticeKind.HUNCH]


def test_what_may_be_a_lower_chair_is_asked() -> None:
    assert Desk().sit(80, 60, chair=True).said == [(42, NoticeKind.ASK)]
    desk = Desk().sit(80, 10, chair=True).sit(80, 50)
    assert desk.said == [(42, NoticeKind.HUNCH)]


def test_breaks_are_proposed_whatever_the_posture() -> None:
    desk = Desk(Policy())
    desk.sit(0, 1800)
    assert desk.said == [(1800, NoticeKind.BREAK)]
    desk.sit(None, 1799)
    assert len(desk.said) == 1
    desk.sit(0, 1)
    assert desk.said[1:] == [(3600, NoticeKind.BREAK)]


def test_a_break_taken_counts_and_a_short_absence_does_not() -> None:
    taken = Desk(Policy()).sit(0, 1700).away(70).sit(0, 1700)
    assert taken.said == []
    short = Desk(Policy()).sit(0, 1700).away(40).sit(0, 200)
    assert [k for _, k in short.said] == [NoticeKind.BREAK]


def test_one_thing_at_a_time() -> None:
    desk = Desk(Policy(break_every=42)).sit(80, 43)
    assert desk.said == [(42, NoticeKind.HUNCH), (43, NoticeKind.BREAK)]


def test_samples_must_come_in_order() -> None:
    desk = Desk().sit(0, 5)
    with pytest.raises(ValueError, match="in order"):
        step(desk.memory, QUIET, PostureSample(2.0, True, 0.0))


@pytest.mark.parametrize(
    ("reading", "state"),
    [
        (PostureSample(0, False), DeskState.AWAY),
        (PostureSample(0, True), DeskState.UNKNOWN),
        (PostureSample(0, True, 32.9), DeskState.GOOD),
        (PostureSample(0, True, 33.0), DeskState.MILD),
        (PostureSample(0, True, 67.0), DeskState.MARKED),
    ],
)
def test_the_state_of_a_moment(reading: PostureSample, state: DeskState) -> None:
    assert reading.state is state


SCORES = st.one_of(st.none(), st.floats(0, 150))


@given(st.lists(st.tuples(SCORES, st.booleans(), st.floats(0.1, 8)), max_size=300))
@settings(max_examples=60)
def test_whatever_happens_limits_hold(day: list[tuple[float | None, bool, float]]) -> None:
    memory, t, times = Memory(), 0.0, []
    policy = Policy(cooldown=60)
    for score, present, passed in day:
        t += passed
        reading = PostureSample(t, present, score if present else None)
        memory, events = step(memory, policy, reading)
        times += [t for e in events if e.kind is NoticeKind.HUNCH]
        assert memory.hunched <= policy.window + 6
        assert len(memory.hunched_parts) <= 1 + policy.window / 0.1
    assert all(b - a >= policy.cooldown for a, b in itertools.pairwise(times))


@given(st.lists(st.floats(0, 49), min_size=1, max_size=300))
def test_below_the_threshold_nothing_is_ever_said(scores: list[float]) -> None:
    desk = Desk()
    for score in scores:
        desk.sit(score, 3)
    assert desk.said == []


# When to look


def look_for(scores: list[float | None], *, present: bool = True) -> Pace:
    pace, t = Pace(), 0.0
    for score in scores:
        pace = next_look(pace, PostureSample(t, present, score))
        t += pace.wait
    return pace


def test_looks_grow_rare_while_nothing_changes() -> None:
    assert look_for([5.0] * 5).wait == USUAL
    assert look_for([5.0, 8.0] * 15).wait == STEADY_WAIT


def test_a_movement_is_followed_closely() -> None:
    assert look_for([5.0] * 30 + [60.0]).wait == CHANGING


def test_somebody_hunched_is_not_looked_at_rarely() -> None:
    assert look_for([80.0] * 60).wait == USUAL


def test_with_nobody_there_looks_are_rarest() -> None:
    assert look_for([None] * 5, present=False).wait == EMPTY[0]
    assert look_for([None] * 60, present=False).wait == EMPTY[1]


def test_a_person_who_comes_back_is_seen_at_once() -> None:
    pace = look_for([None] * 60, present=False)
    assert next_look(pace, PostureSample(1e4, True, 5.0)).wait == CHANGING


# What is said


def test_words_name_what_has_changed_most_and_what_to_do() -> None:
    text = notice_text(NoticeKind.HUNCH, {"closer": 0.25, "lower": 0.2, "neck": 0.05}, 45)
    assert "25 % nearer" in text
    assert "sit back" in text
    assert strongest({"lower": 0.3, "forward": 0.3}) == "forward"


def test_there_are_words_when_nothing_stands_out() -> None:
    assert strongest({"lower": 0.05, "closer": -0.4}) is None
    assert "hunched" in notice_text(NoticeKind.HUNCH, {}, 45)
    assert "30 minutes" in notice_text(NoticeKind.BREAK, {}, 1800)
    assert "chair" in notice_text(NoticeKind.ASK, {}, 45)
