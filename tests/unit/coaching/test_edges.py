"""Ends of an edge, extrapolated from times within it."""

from __future__ import annotations

import numpy as np
import pytest

from scapcoach.coaching import find_exercise
from scapcoach.coaching.edges import LARGE, SMALL, Edge, Timing
from scapcoach.coaching.phases import timing_paths
from tests.support.coaching import minimum_jerk, row, sets


def test_an_end_lies_beyond_the_crossings_by_their_span_and_seconds() -> None:
    one = Timing((0.1, 0.3), (2.0, -0.1), (1.0, 0.2))
    left = {0.1: 1.0, 0.3: 1.5}.__getitem__  # seconds at which a share is left, going back in time
    assert one.end(left, left, one.leaving) == pytest.approx(1.0 + 2.0 * (1.0 - 1.5) - 0.1)
    both = Timing((0.25,), (1.0, -0.1), (1.0, 0.2))
    here, there = {0.25: 3.0}.__getitem__, {0.25: 2.0}.__getitem__
    assert both.end(here, there, both.arriving) == pytest.approx(2.5 + 1.0 + 0.2)


@pytest.mark.parametrize("timing", [LARGE, SMALL], ids=["large", "small"])
@pytest.mark.parametrize("seconds", [0.7, 1.0, 1.4])
def test_a_human_movement_without_the_landmarkers_lag_is_timed_closely(
    timing: Timing, seconds: float
) -> None:
    t = np.arange(0, 5, 1 / 30)
    share = 1 - minimum_jerk((t - 2) / seconds)  # from the peak at 2 s to rest
    path = 50 * share[:, None]
    edge = Edge.of(t, share, path, path[:20], 0.5)
    assert edge.inner(timing, timing.leaving) == pytest.approx(2, abs=0.2)
    assert edge.outer(timing, timing.arriving) == pytest.approx(2 + seconds, abs=0.2)


def test_changes_of_visibility_are_not_movement() -> None:
    t, share, _ = sets(2)
    readings = row(t, share)
    movement = find_exercise("row").movement
    (before,) = timing_paths(readings, movement)
    readings.quantity("left_weight")[len(t) // 3 :][:20] = 0.9
    (after,) = timing_paths(readings, movement)
    np.testing.assert_array_equal(after.path, before.path)


def test_a_hold_is_timed_by_the_arms_but_from_behind_by_the_squeeze() -> None:
    t, share, _ = sets(2)
    movement = find_exercise("retraction_hold").movement
    readings = row(t, share, {"retraction": (100 * share, 5.0)})
    readings.quantity("yaw")[:] = 5.0
    assert timing_paths(readings, movement)[0].path.shape[1] == 8
    readings.quantity("yaw")[:] = 175.0
    assert timing_paths(readings, movement)[0].path.shape[1] == 1
