"""Turning points of the arms: found from past frames, and not made of noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.landmarks import Landmark, Poses
from scapcoach.surface.reach import _MEMORY, N_ARMS, Turn, TurnFinder, bearing
from tests.support.back import Look, landmarks, pulls


def film(pull: np.ndarray, fps: float = 30.0) -> Poses:
    return landmarks(np.arange(len(pull)) / fps, [Look()] * len(pull), pull)


def turns(poses: Poses) -> list[tuple[float, Turn]]:
    """Every turning point, with the time at which it was found."""
    finder, held = TurnFinder(), bearing(poses)
    found = []
    for t, arms, reach in zip(poses.t, held.arms, held.reach, strict=True):
        turn = finder.step(float(t), arms, float(reach))
        if turn is not None:
            found.append((float(t), turn))
    return found


@pytest.mark.parametrize("fps", [10, 30, 60])
def test_repetitions_turn_at_their_stretches_and_squeezes(fps: int) -> None:
    t = np.arange(9 * fps) / fps  # stretched at 0, 2, 4 ..., pulled in at 1, 3, 5 ...
    found = turns(film(pulls(t), fps))
    stretches = [turn for _, turn in found if turn.stretch]
    squeezes = [turn for _, turn in found if not turn.stretch]
    assert [(s.start + s.end) / 2 for s in stretches[1:]] == pytest.approx([2, 4, 6, 8], abs=0.25)
    assert [(s.start + s.end) / 2 for s in squeezes] == pytest.approx([1, 3, 5, 7], abs=0.25)
    assert stretches[0].start == 0
    assert [turn.stretch for _, turn in found] == [True, False] * 4 + [True]


def test_a_turning_point_is_known_only_after_it_and_never_taken_back() -> None:
    poses = film(pulls(np.arange(270) / 30))
    whole = turns(poses)
    assert all(turn.start <= turn.end < at for at, turn in whole)
    for count in (60, 133, 200):
        end = float(poses.t[count])
        assert turns(poses[:count]) == [(at, turn) for at, turn in whole if at < end]


def test_arms_at_rest_and_noise_have_no_turning_points() -> None:
    rng = np.random.default_rng(0)
    assert turns(film(np.zeros(400))) == []
    assert turns(film(np.clip(rng.normal(0.3, 0.04, 400), 0, 1))) == []


def test_one_wrong_frame_makes_no_turn() -> None:
    pull = np.zeros(200)
    pull[25::50] = 1.0
    assert turns(film(pull)) == []


def test_a_small_sway_within_a_set_makes_no_turn() -> None:
    t = np.arange(300) / 30
    sway = pulls(t) * 0.85 + 0.08 * np.sin(2 * np.pi * 3 * t)
    assert len(turns(film(np.clip(sway, 0, 1)))) == len(turns(film(pulls(t))))


def test_rest_is_seen_after_some_seconds_and_ends_with_movement() -> None:
    pull = np.concatenate([pulls(np.arange(120) / 30), np.zeros(240), pulls(np.arange(60) / 30)])
    poses, finder = film(pull), TurnFinder()
    held, rest = bearing(poses), []
    for t, arms, reach in zip(poses.t, held.arms, held.reach, strict=True):
        finder.step(float(t), arms, float(reach))
        rest.append(finder.at_rest)
    assert not any(rest[:200])
    assert all(rest[270:355])
    assert not rest[400]


def test_missing_landmarks_are_passed_over() -> None:
    finder = TurnFinder()
    assert finder.step(0.0, np.full(N_ARMS, np.nan), 1.0) is None
    assert finder.step(0.1, np.zeros(N_ARMS), np.nan) is None
    assert not finder.at_rest
    poses = film(pulls(np.arange(270) / 30))
    xy = poses.xy.copy()
    xy[40:44] = np.nan
    times = [round(turn.end, 1) for _, turn in turns(replace(poses, xy=xy))]
    assert len(times) == len(turns(poses))


@given(
    st.lists(st.tuples(st.floats(0.01, 4), st.floats(0, 1)), min_size=1, max_size=120),
    st.integers(0, 9),
)
@settings(max_examples=60)
def test_any_movement_gives_turns_in_order(steps: list[tuple[float, float]], axis: int) -> None:
    finder, t, before = TurnFinder(), 0.0, -np.inf
    for seconds, place in steps:
        t += seconds
        arms = np.zeros(N_ARMS)
        arms[axis] = 2 * place
        turn = finder.step(t, arms, place)
        if turn is not None:
            assert before <= turn.start <= turn.end <= t
            before = turn.end


def test_an_hour_is_remembered_no_longer_than_some_seconds() -> None:
    finder, arms = TurnFinder(), np.zeros(N_ARMS)
    for k in range(20_000):
        arms[0] = np.sin(k / 10)
        finder.step(k / 30, arms, float(arms[0]))
    assert len(finder._past.since(-np.inf)[0]) <= _MEMORY * 30 + 1
    assert len(finder._past._t) <= 1024


def test_the_reach_falls_in_every_pull() -> None:
    stretched, pulled = bearing(film(np.array([0.0, 1.0]))).reach
    assert stretched - pulled > 0.5
    row = film(np.zeros(2))
    xy = row.xy.copy()
    xy[0, [Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW], 1] -= 190 * 0.9  # overhead
    overhead, hanging = bearing(replace(row, xy=xy)).reach
    assert overhead > hanging


def test_moving_and_turning_in_the_picture_changes_no_coordinate_of_the_arms() -> None:
    pull = np.full(3, 0.4)
    looks = [Look(), Look(at=(150, 140), length=120), Look(angle=30)]
    held = bearing(landmarks(np.arange(3.0), looks, pull))
    np.testing.assert_allclose(held.arms[1:], held.arms[[0, 0]], atol=1e-4)
    np.testing.assert_allclose(held.reach, held.reach[0], atol=1e-4)


def test_left_and_right_swapped_turn_the_yaw_by_nothing() -> None:
    poses = film(np.zeros(1))
    world = poses.world.copy()
    pair = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
    world[:, pair] = world[:, pair[::-1]]
    assert bearing(replace(poses, world=world)).yaw == pytest.approx(bearing(poses).yaw, abs=1e-3)


def test_hands_overhead_and_hidden_ankles_are_known() -> None:
    poses = film(np.zeros(2))
    xy, visibility = poses.xy.copy(), poses.visibility.copy()
    xy[0, [Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST], 1] = 10.0
    visibility[1, Landmark.LEFT_ANKLE] = 0.1
    held = bearing(replace(poses, xy=xy, visibility=visibility))
    assert held.overhead.tolist() == [1, 0]
    assert held.legs[0] == pytest.approx(1.6, abs=1e-3)
    assert np.isnan(held.legs[1])
