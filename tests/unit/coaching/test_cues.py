"""The cue engine: given verdicts go in, exactly these cues come out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from scapcoach.coaching import CueConfig, CueKind, Focus, Severity, Verdict, find_exercise
from scapcoach.coaching.cues import CueInput, CueState, cue_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.coaching import Cue

ROW = find_exercise("row")
G, U, F, X = Verdict.GOOD, Verdict.UNCLEAR, Verdict.FAULTY, Verdict.UNJUDGED
PACE = 4.0


def play(
    reps: Sequence[dict[str, Verdict]], config: CueConfig | None = None, pace: float = PACE
) -> tuple[list[Cue], CueState]:
    """One repetition every `pace` seconds, the first known at `pace`."""
    state, said = CueState(), []
    for number, verdicts in enumerate(reps, start=1):
        t = pace * number
        moment = CueInput(t, verdicts, number, t - 3.0, t - 0.2)
        state, cues = cue_step(state, ROW, config or CueConfig(), moment)
        assert len(cues) <= 1
        said += cues
    return said, state


def lazy(*verdicts: Verdict) -> list[dict[str, Verdict]]:
    return [{"lazy_blades": v} for v in verdicts]


def given(cues: list[Cue]) -> list[tuple[float, str, CueKind]]:
    return [(c.time, c.fault, c.kind) for c in cues]


def test_a_fault_is_cued_after_the_second_of_three() -> None:
    cues, state = play(lazy(F, G, F))
    assert given(cues) == [(12.0, "lazy_blades", CueKind.CORRECT)]
    (cue,) = cues
    assert cue.text == "Elbows to the wall behind you."
    assert cue.until == pytest.approx(15.5)
    assert cue.rep == 3
    (event,) = state.all_episodes()
    assert (event.reps, event.start, event.end) == ((1, 3), 1.0, 11.8)
    assert not event.recovered


@pytest.mark.parametrize(
    "verdicts", [(F, G, G, F, G, G, F), (F,), (U,) * 9, (X,) * 9, (F, U, U, F), (F, G, G, F)]
)
def test_a_single_faulty_repetition_gives_no_cue(verdicts: tuple[Verdict, ...]) -> None:
    cues, state = play(lazy(*verdicts))
    assert cues == []
    assert state.all_episodes() == ()


def test_unjudged_repetitions_change_nothing() -> None:
    cues, _ = play(lazy(F, X, X, X, F))
    assert given(cues) == [(20.0, "lazy_blades", CueKind.CORRECT)]


def test_praise_comes_once_after_two_good_ones() -> None:
    cues, state = play(lazy(F, F, G, U, G, G, G, G))
    assert given(cues) == [
        (8.0, "lazy_blades", CueKind.CORRECT),
        (24.0, "lazy_blades", CueKind.PRAISE),
    ]
    assert cues[-1].text == "That's it: the blades come along."
    assert cues[-1].severity is Severity.NOTE
    (event,) = state.all_episodes()
    assert event.recovered
    assert event.reps == (1, 2)


def test_one_episode_for_each_spell_of_a_fault() -> None:
    _, state = play(lazy(F, F, F, G, F, F, G, G, F, F))
    assert [e.reps for e in state.all_episodes()] == [(1, 2, 3, 5, 6), (9, 10)]
    assert [e.recovered for e in state.all_episodes()] == [True, False]


def test_the_same_cue_waits_longer_each_time() -> None:
    cues, _ = play(lazy(*[F] * 20))
    # Cooldown 12 s, then 24, 48, ... since the last cue.
    assert [c.time for c in cues] == [8.0, 20.0, 44.0]


def test_the_more_severe_fault_is_cued_first_and_the_other_next() -> None:
    both = {"lazy_blades": F, "swing": F}
    cues, _ = play([both] * 4)
    assert given(cues) == [(8.0, "lazy_blades", CueKind.CORRECT), (12.0, "swing", CueKind.CORRECT)]


def test_of_two_equally_severe_faults_the_more_persistent_is_cued() -> None:
    config = CueConfig(needed=2)
    swings = {"swing": F}
    both = {"swing": F, "shrugged": F}
    cues, _ = play([swings, both, both], replace(config, cooldown=3.0))
    assert given(cues)[:2] == [(8.0, "swing", CueKind.CORRECT), (12.0, "swing", CueKind.CORRECT)]
    cues, _ = play([both, both], config)
    assert given(cues) == [(8.0, "shrugged", CueKind.CORRECT)]


def test_a_cue_never_overlaps_another() -> None:
    both = {"lazy_blades": F, "swing": F}
    cues, _ = play([both] * 8, pace=1.5)
    assert given(cues)[:2] == [
        (3.0, "lazy_blades", CueKind.CORRECT),
        (7.5, "swing", CueKind.CORRECT),
    ]
    assert all(b.time >= a.until for a, b in pairwise(cues))


def test_muted_gives_no_cues_but_still_follows_faults() -> None:
    cues, state = play(lazy(F, F, G, G, F, F), CueConfig(muted=True))
    assert cues == []
    assert [e.reps for e in state.all_episodes()] == [(1, 2), (5, 6)]


def test_success_makes_cues_rare() -> None:
    """Above 80 % success a minor fault is no longer cued, a major one still is."""
    good = {"swing": G, "lazy_blades": G}
    bad = {"swing": F, "lazy_blades": G}
    worse = {"swing": G, "lazy_blades": F}
    assert given(play([*[good] * 8, bad, bad])[0]) == []
    assert given(play([*[good] * 8, worse, worse])[0]) == [(40.0, "lazy_blades", CueKind.CORRECT)]
    assert given(play([*[good] * 2, bad, bad])[0]) == [(16.0, "swing", CueKind.CORRECT)]


def test_focus_chooses_the_words() -> None:
    cues, _ = play(lazy(F, F), CueConfig(focus=Focus.INTERNAL))
    assert [c.text for c in cues] == ["Squeeze the shoulder blades together."]


HOLD = find_exercise("retraction_hold")


def hold(
    script: Sequence[tuple[float, Verdict]], config: CueConfig | None = None, fps: float = 10.0
) -> tuple[list[Cue], CueState]:
    """A hold in which `shrugged` has these verdicts for these seconds, one after the other."""
    state, said, t = CueState(), [], 0.0
    for seconds, verdict in script:
        for _ in range(round(seconds * fps)):
            moment = CueInput(round(t, 6), {"shrugged": verdict})
            state, cues = cue_step(state, HOLD, config or CueConfig(), moment)
            said += cues
            t += 1 / fps
    return said, state


def test_in_a_hold_a_fault_has_to_last() -> None:
    cues, state = hold([(2.0, G), (0.9, F), (2.0, G), (3.0, F)])
    assert given(cues) == [(5.9, "shrugged", CueKind.CORRECT)]
    (event,) = state.all_episodes()
    assert event.start == pytest.approx(4.9)


@pytest.mark.parametrize("fps", [8.0, 15.0, 60.0])
def test_dwell_is_in_seconds_not_in_frames(fps: float) -> None:
    cues, _ = hold([(1.0, G), (4.0, F)], fps=fps)
    assert cues[0].time == pytest.approx(2.0, abs=1.01 / fps)


def test_a_hold_that_gets_better_is_praised() -> None:
    cues, _ = hold([(2.0, F), (6.0, G)])
    assert given(cues) == [(1.0, "shrugged", CueKind.CORRECT)], "the cue is still being shown"
    cues, _ = hold([(5.0, F), (6.0, G)])
    assert given(cues) == [
        (1.0, "shrugged", CueKind.CORRECT),
        (6.0, "shrugged", CueKind.PRAISE),
    ]


def test_a_longer_dwell_can_be_set() -> None:
    config = replace(CueConfig(), dwells={"shrugged": 10.0})
    cues, _ = hold([(9.5, F), (1.0, G)], config)
    assert cues == []
    cues, _ = hold([(11.0, F)], config)
    assert given(cues) == [(10.0, "shrugged", CueKind.CORRECT)]
