"""A peak in two steps: shoulders go up, then back, while the hands sink."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.coaching import CoachState, find_exercise, finish, step
from scapcoach.coaching.exercise import MAX_SAG
from tests.support.coaching import minimum_jerk, row

if TYPE_CHECKING:
    from scapcoach.coaching import Readings

SHRUG = find_exercise("backward_shrug")
#: Seconds of going up, staying there, going back, staying there, going down, resting.
UP, AT_TOP, BACK, AT_BACK, DOWN, REST = 0.8, 0.4, 0.7, 0.5, 1.0, 0.6


def shrugs(count: int, at_back: float, fps: float = 15.0) -> tuple[Readings, list[float], float]:
    """Shrugs whose hands are at a share of the way while back; starts, and seconds of a peak."""
    cycle = UP + AT_TOP + BACK + AT_BACK + DOWN + REST
    t = np.arange(round((1.5 + count * cycle + 1) * fps)) / fps
    starts = [1.5 + k * cycle for k in range(count)]
    way = np.zeros(len(t))
    for start in starts:
        for begin, seconds, by in (
            (0.0, UP, 1.0),
            (UP + AT_TOP, BACK, at_back - 1),
            (UP + AT_TOP + BACK + AT_BACK, DOWN, -at_back),
        ):
            way += by * minimum_jerk((t - start - begin) / seconds)
    readings = row(t, np.zeros(len(t)))
    hanging = {"wrist_rise": -0.1 + 0.17 * way, "wrist_height": -1.05 + 0.15 * way, "elbow": 5.0,
               "upper_arm": 5.0, "arm_forward": 0.0}  # fmt: skip
    for name, values in hanging.items():
        readings.quantity(name)[:] = values
    return readings, starts, AT_TOP + BACK + AT_BACK


def coached(readings: Readings) -> CoachState:
    state = CoachState.begin()
    for i in range(len(readings)):
        state, _ = step(state, SHRUG, readings[i : i + 1])
    return finish(state, SHRUG)[0]


@pytest.mark.parametrize("at_back", [0.9, 0.75, 0.6])
@pytest.mark.parametrize("fps", [15.0, 30.0])
def test_the_peak_lasts_until_the_last_stay_is_left(at_back: float, fps: float) -> None:
    readings, starts, peak = shrugs(4, at_back, fps)
    reps = coached(readings).reps
    assert len(reps) == len(starts)
    for rep, start in zip(reps, starts, strict=True):
        assert rep.rep.peak_start == pytest.approx(start + UP, abs=0.25)
        assert rep.rep.peak_end == pytest.approx(start + UP + peak, abs=0.25)
        assert rep.rep.end == pytest.approx(start + UP + peak + DOWN, abs=0.25)


def test_a_shrug_without_a_second_step_is_timed_as_before() -> None:
    readings, starts, peak = shrugs(3, 1.0)
    reps = coached(readings).reps
    assert [r.rep.peak_end for r in reps] == pytest.approx([s + UP + peak for s in starts], abs=0.2)


def test_hands_that_sink_further_have_returned() -> None:
    readings, starts, _ = shrugs(3, 0.9 * (1 - MAX_SAG) - 0.1)
    reps = coached(readings).reps
    assert len(reps) == len(starts)
    assert all(r.rep.peak_end < s + UP + AT_TOP + BACK for r, s in zip(reps, starts, strict=True))
