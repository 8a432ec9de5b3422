"""Repetitions and their phases, from scripted movements of the arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.coaching import CoachState, CueConfig, Phase, find_exercise, finish, step
from scapcoach.coaching.phases import phase_codes
from tests.support.coaching import row, sets

if TYPE_CHECKING:
    from scapcoach.coaching import Readings

ROW = find_exercise("row")


def coached(readings: Readings) -> CoachState:
    state = CoachState.begin()
    for i in range(len(readings)):
        state, _ = step(state, ROW, readings[i : i + 1], CueConfig())
    return finish(state, ROW)[0]


def times(state: CoachState) -> list[tuple[float, float, float, float]]:
    return [(r.rep.start, r.rep.peak_start, r.rep.peak_end, r.rep.end) for r in state.reps]


@pytest.mark.parametrize("fps", [10.0, 24.0, 30.0, 60.0])
def test_every_repetition_is_found_where_it_is(fps: float) -> None:
    t, share, true = sets(5, fps=fps)
    state = coached(row(t, share))
    assert state.count == 5
    assert np.abs(np.subtract(times(state), true)).max() < 0.15


@pytest.mark.parametrize(
    ("up", "held", "back", "rest"),
    [(0.5, 0.0, 0.5, 0.0), (0.6, 0.1, 0.6, 0.1), (2.5, 1.0, 3.0, 1.0), (0.8, 4.0, 0.8, 3.0)],
)
def test_slow_and_quick_repetitions(up: float, held: float, back: float, rest: float) -> None:
    t, share, _ = sets(4, up=up, held=held, back=back, rest=rest)
    state = coached(row(t, share))
    assert state.count == 4
    holds = [b - a for _, a, b, _ in times(state)]
    assert np.abs(np.array(holds) - held).max() < 0.1 + 0.15 * up


def test_uneven_frames_and_tremor_make_no_difference() -> None:
    rng = np.random.default_rng(1)
    t, share, true = sets(6)
    keep = np.sort(rng.choice(len(t), int(0.7 * len(t)), replace=False))
    noisy = share[keep] + rng.normal(0, 0.015, len(keep))
    state = coached(row(t[keep], noisy))
    assert state.count == 6
    assert np.abs(np.subtract(times(state), true)).max() < 0.3


def test_a_half_repetition_is_marked() -> None:
    t, share, _ = sets(6, size=[1, 1, 1, 0.55, 1, 1])
    state = coached(row(t, share))
    assert [r.rep.partial for r in state.reps] == [False, False, False, True, False, False]
    assert state.reps[3]["range_share"].value == pytest.approx(55, abs=3)


def test_a_twitch_is_not_a_repetition() -> None:
    t, share, _ = sets(6, size=[1, 1, 0.2, 1, 0.3, 1])
    assert coached(row(t, share)).count == 4


def test_a_short_dropout_is_bridged_and_an_absence_is_not() -> None:
    t, share, _ = sets(3)
    blink = row(t, share)
    blink.table[(t > 2.0) & (t < 2.4)] = np.nan
    assert coached(blink).count == 3
    away = row(t, share)
    away.table[(t > 1.6) & (t < 4.5)] = np.nan
    assert coached(away).count == 2


def test_walking_away_is_not_a_repetition() -> None:
    t, share, _ = sets(1)
    readings = row(t, share)
    readings.quantity("hips_x")[:] += 100 * np.clip(t - 1.5, 0, 2)  # a trunk length a second
    assert coached(readings).count == 0


def test_a_movement_from_another_position_is_not_a_repetition() -> None:
    t, share, _ = sets(2)
    readings = row(t, share)
    readings.quantity("wrist_height")[:] = 0.9  # overhead: no row
    assert coached(readings).count == 0


def test_a_film_that_begins_within_a_repetition() -> None:
    t, share, _ = sets(3, lead=0.0)
    cut = t > 0.35
    assert coached(row(t[cut], share[cut])).count == 2


def test_an_idle_minute_has_none() -> None:
    rng = np.random.default_rng(0)
    t = np.arange(0, 60, 1 / 15)
    sway = 0.1 * np.sin(t / 3) + rng.normal(0, 0.02, len(t))
    assert coached(row(t, sway)).count == 0


def test_getting_into_position_is_not_a_repetition_and_affects_none() -> None:
    t, share, true = sets(3, lead=4.0)
    share -= 1.2 * np.clip(1 - t / 2.0, 0, 1)  # reaches for the handle from far in front
    state = coached(row(t, share))
    assert state.count == 3
    assert np.abs(np.subtract(times(state), true)).max() < 0.15


def test_a_jump_of_the_tracker_costs_one_at_the_most() -> None:
    t, share, _ = sets(5)
    readings = row(t, share)
    hit = (t > 1.0) & (t < 1.2)
    readings.quantity("arm_forward")[hit] = 900.0
    assert coached(readings).count >= 4


def test_the_last_repetition_counts_although_the_film_ends_with_it() -> None:
    t, share, true = sets(3)
    cut = t <= true[-1][3] - 0.2
    assert coached(row(t[cut], share[cut])).count == 3


def test_live_phase_follows_the_movement() -> None:
    t, share, true = sets(3)
    readings, state, seen = row(t, share), CoachState.begin(), []
    for i in range(len(readings)):
        state, _ = step(state, ROW, readings[i : i + 1])
        seen.append(state.phase)
    start, peak_start, peak_end, end = true[1]
    at = {seconds: seen[int(np.searchsorted(t, seconds))] for seconds in
          (start + 0.55, (peak_start + peak_end) / 2, peak_end + 0.7, end + 0.4)}  # fmt: skip
    assert list(at.values()) == [Phase.PULL, Phase.PEAK, Phase.RETURN, Phase.STRETCH]
    assert seen[0] is Phase.NONE


def test_phases_of_a_recording_cover_every_frame_once() -> None:
    t, share, _ = sets(3)
    state = coached(row(t, share))
    phase, number, count = phase_codes(t, tuple(r.rep for r in state.reps))
    assert set(phase.tolist()) == {0, 1, 2, 3, 4}
    assert number.max() == count[-1] == 3
    assert np.all(np.diff(count) >= 0)
    for r in state.reps:
        rep = r.rep
        assert phase[rep.peak_start_frame + 1] == Phase.PEAK
        assert number[rep.start_frame + 1] == rep.number
        assert t[rep.end_frame] == pytest.approx(rep.end, abs=0.02)
