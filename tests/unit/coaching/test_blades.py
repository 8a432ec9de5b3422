"""What the coach makes of the gap between the blades: squeeze, share, hold, sides, faults."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.calibration import calibrate_automatically
from scapcoach.coaching import (
    CoachState,
    CueKind,
    Readings,
    Verdict,
    coach,
    find_exercise,
    finish,
    step,
)
from scapcoach.coaching.blades import clear_from
from scapcoach.coaching.coach import read_again
from scapcoach.coaching.compared import compared
from scapcoach.coaching.summary import summarise
from scapcoach.filters import smooth_poses
from scapcoach.measures import Reason, Status, measure
from tests.support.coaching import minimum_jerk, row, sets
from tests.support.person import person
from tests.support.squeezes import best_so_far, gaps, show_gaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.arrays import FloatArray
    from scapcoach.coaching.results import Cue, RepValues, SetSummary
    from scapcoach.landmarks import Poses

ROW = find_exercise("row")
KEY = "less_than_best"


def readings(deepest: Sequence[float], sigma: float = 3.0) -> Readings:
    t, share, true = sets(len(deepest))
    found = row(t, share)
    best = best_so_far(t, true, deepest)
    show_gaps(found, gaps(t, share, true, deepest), sigma, best)
    return found


def live(found: Readings) -> tuple[CoachState, list[Cue]]:
    state, given = CoachState.begin(), []
    for i in range(len(found)):
        state, cues = step(state, ROW, found[i : i + 1])
        given += cues
    state, cues = finish(state, ROW)
    return state, [*given, *cues]


def whole(found: Readings) -> tuple[tuple[RepValues, ...], SetSummary]:
    reps = compared(live(found)[0].reps, ROW)
    return reps, summarise(ROW, reps, found)


def test_the_squeeze_is_read_at_the_finish_and_says_what_it_is_compared_with() -> None:
    reps, shown = whole(readings([-20.0, -30.0, -26.0]))
    for one, deepest in zip(reps, (-20, -30, -26), strict=True):
        squeeze = one["blade_squeeze"]
        assert squeeze.value == pytest.approx(deepest, abs=0.3)
        assert (squeeze.sigma, squeeze.status) == (pytest.approx(3), Status.RELATIVE)
        assert squeeze.reason is Reason.SINCE_STRETCH
        assert one["blade_hold"].value == pytest.approx(0.9, abs=0.3)
        sides = one["blade_sides"]
        assert sides.value == pytest.approx(-0.2 * deepest, abs=0.3)
        assert sides.sigma == pytest.approx(3 * np.sqrt(2))
    assert [round(r["blade_share"].value) for r in reps] == [63, 100, 84]
    assert all(r["blade_share"].reason is Reason.BEST_SO_FAR for r in reps)
    (sentence,) = shown.blades
    assert sentence == (
        "Blades: 3 of 3 repetitions judged; best squeeze \N{MINUS SIGN}30 \N{PLUS-MINUS SIGN} 3 % "
        "of the gap at its stretch (repetition 2)."
    )


def test_a_clearly_smaller_squeeze_is_a_fault_against_the_best_of_the_set() -> None:
    reps, shown = whole(readings([-30.0, -31.0, -30.0, -29.0, -14.0, -30.0]))
    assert [r.verdicts[KEY] for r in reps][4] is Verdict.FAULTY
    assert [r.rep.number for r in reps if r.faults] == [5]
    assert "Repetition 5 drew the blades together about half as far as your best." in shown.blades
    assert (shown.best, shown.worst, shown.ranked_by) == (2, 5, "blade_squeeze")
    assert shown.next_time == (
        "Next time: draw the blades together in every repetition as far as in your best one."
    )
    count = next(c for c in shown.faults if c.rule.key == KEY)
    assert (count.faulty, count.judged) == (1, 5), "the best one is not judged against itself"
    assert not any("film" in sentence for sentence in shown.advice)


def test_the_same_difference_with_more_uncertainty_is_no_fault() -> None:
    reps, shown = whole(readings([-30.0, -31.0, -30.0, -29.0, -14.0, -30.0], sigma=6.0))
    assert not any(r.faults for r in reps)
    assert (shown.best, shown.worst) == (0, 0)
    assert shown.next_time.startswith("Next time: the same again.")


def test_lazy_repetitions_alone_have_no_hundred_per_cent() -> None:
    reps, shown = whole(readings([-5.0, -4.0, -5.0]))
    for one in reps:
        assert one["blade_squeeze"].judged
        assert one["blade_share"].reason is Reason.NO_SQUEEZE
        assert one["blade_hold"].reason is Reason.NO_SQUEEZE
        assert one.verdicts[KEY] is Verdict.UNJUDGED
    assert shown.blades == (
        "Blades: 3 of 3 repetitions judged; no squeeze stood out from the uncertainty.",
    )
    assert "no squeeze stood out" in shown.next_time


def test_a_back_that_is_not_seen_gives_the_measures_own_reason_and_how_to_film() -> None:
    t, share, true = sets(3)
    found = row(t, share)
    nothing = np.full(len(t), np.nan)
    show_gaps(found, nothing, 3.0, nothing)
    reps, shown = whole(found)
    for one in reps:
        for name in ("squeeze", "share", "hold", "sides"):
            assert one[f"blade_{name}"].reason is Reason.BACK_NOT_SEEN
    assert shown.blades == (f"Blades: not judged from the back. {Reason.BACK_NOT_SEEN.advice}",)
    assert shown.next_time.startswith("Next time: for the blades film your back, from behind or")
    assert len(true) == len(reps)


def test_a_cue_comes_after_two_lazy_ones_and_compares_with_the_best_so_far() -> None:
    found = readings([-35.0, -34.0, -8.0, -8.0, -35.0, -35.0])
    state, cues = live(found)
    first = next(c for c in cues if c.kind is CueKind.CORRECT)
    assert (first.fault, first.rep, first.text) == (KEY, 4, ROW.fault(KEY).external)
    assert [c.rep for c in cues if c.kind is CueKind.PRAISE] == [6]
    assert state.reps[0]["blade_share"].reason is Reason.NO_SQUEEZE
    assert state.reps[0].verdicts[KEY] is Verdict.UNJUDGED


def test_more_than_the_best_so_far_is_neither_blamed_nor_cued() -> None:
    state, cues = live(readings([-15.0, -20.0, -30.0, -45.0]))
    assert state.reps[3]["blade_share"].value > 120
    assert cues == []
    assert not any(r.faults for r in state.reps)


def test_a_squeeze_that_fades_is_named_and_steady_ones_are_not() -> None:
    _, shown = whole(readings(np.linspace(-35, -22, 8).tolist()))
    (trend,) = [x for x in shown.trends if x.measure == "blade_squeeze"]
    assert trend.clear
    assert trend.change.value == pytest.approx(13, abs=0.5)
    assert trend.change.reason is Reason.SINCE_STRETCH
    assert "squeeze faded" in shown.next_time
    noise = np.random.default_rng(3).normal(0, 1, 8)
    _, steady = whole(readings((-30 + noise).tolist()))
    assert not any(x.clear for x in steady.trends if x.measure == "blade_squeeze")


def test_exercises_without_a_squeeze_have_no_blade_values() -> None:
    assert {name for name in ("row", "high_row", "bent_over_row", "face_pull", "pulldown")
            if find_exercise(name).squeezes} == {
        "row", "high_row", "bent_over_row", "face_pull", "pulldown"
    }  # fmt: skip
    for name in ("squat", "shrug", "backward_shrug", "bench_press", "overhead_press",
                 "retraction_hold"):  # fmt: skip
        assert not find_exercise(name).squeezes


@pytest.mark.parametrize("squeezes", [3, 6, 10])
def test_equal_squeezes_give_a_fault_in_at_most_one_of_twenty_sets(squeezes: int) -> None:
    rng, sigma, many = np.random.default_rng(squeezes), 0.07, 20_000
    own = -rng.normal(-np.log(0.75), sigma, (many, squeezes))
    best = own.min(axis=1, keepdims=True)
    share, spread = own / best, np.sqrt(2) * sigma / np.abs(best)
    faulty = (share < 0.6) & (1 - share >= clear_from(squeezes) * spread)
    assert faulty.any(axis=1).mean() <= 0.05
    assert clear_from(2) == 2.0


def test_a_recording_is_compared_as_a_whole_and_again_when_it_is_read_again() -> None:
    poses, times, deepest = rowing(4)
    found = measure(poses, calibrate_automatically(poses))
    series = dict(found.series)
    table = Readings.of(poses, found)
    show_gaps(table, gaps_at(table.t, times, deepest), 3.0, np.full(len(table), np.nan))
    for name in ("blade_gap", "blade_gap_left", "blade_gap_right"):
        series[name] = replace(
            series[name], value=table.measure(name), sigma=table.measure(name, "sigma"),
            status=table.status(name), reason=table.reason(name),
        )  # fmt: skip
    measures = replace(found, series=MappingProxyType(series))
    recorded = coach(poses, measures, ROW)
    shares = [r["blade_share"].value for r in recorded.reps]
    assert shares == pytest.approx([100, 65, 80, 40], abs=5)
    assert recorded.reps[3].verdicts[KEY] is Verdict.FAULTY
    again = read_again(recorded, poses, measures)
    assert [r["blade_share"].value for r in again.reps] == pytest.approx(shares, abs=1e-9)
    assert again.summary.blades == recorded.summary.blades
    state = CoachState.begin()
    for i in range(len(poses)):
        state, _ = step(state, ROW, Readings.of(poses[i : i + 1], measures.frames(slice(i, i + 1))))
    now = compared(finish(state, ROW)[0].reps, ROW)
    for one, kept in zip(now, recorded.reps, strict=True):
        for name in ("squeeze", "share", "hold", "sides"):
            assert one[f"blade_{name}"].value == pytest.approx(kept[f"blade_{name}"].value)


def rowing(reps: int) -> tuple[Poses, list[float], list[float]]:
    """A rowing person, the starts of the repetitions, and the deepest gap of each."""
    t = np.arange(round((2 + reps * 3) * 30)) / 30
    starts = [1.5 + 3.0 * k for k in range(reps)]
    share = sum(minimum_jerk((t - a) / 0.9) - minimum_jerk((t - a - 1.4) / 1.0) for a in starts)
    poses = person(len(t), yaw=35.0, arm_swing=60 - 60 * np.asarray(share), unit=200.0)
    return smooth_poses(poses), starts, [-35.0, -24.0, -29.0, -16.0]


def gaps_at(t: FloatArray, starts: Sequence[float], deepest: Sequence[float]) -> FloatArray:
    out = np.zeros(len(t))
    for a, most in zip(starts, deepest, strict=True):
        out += most * (minimum_jerk((t - a) / 0.9) - minimum_jerk((t - a - 1.4) / 1.0))
    return out
