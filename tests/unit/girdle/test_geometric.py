from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scapcoach.errors import CalibrationError
from scapcoach.girdle.geometric import GeometricNoise, solve
from scapcoach.girdle.neutral import neutral_from
from scapcoach.landmarks import Poses
from tests.support.person import person

YAWS = [0.0, 30.0, -40.0, 150.0, 180.0]


def solved(yaw: float, **changes: float):
    neutral = neutral_from(person(5, yaw=yaw))
    return solve(person(1, yaw=yaw, **changes), neutral)


@pytest.mark.parametrize("yaw", YAWS)
def test_at_rest_everything_is_zero(yaw: float) -> None:
    state = solved(yaw)
    np.testing.assert_allclose(state.retraction, 0, atol=0.2)
    np.testing.assert_allclose(state.elevation, 0, atol=0.2)
    np.testing.assert_allclose(state.scale, 1, atol=0.005)
    np.testing.assert_allclose(state.arm_distance, 0, atol=1e-3)


@pytest.mark.parametrize("yaw", YAWS)
@pytest.mark.parametrize("angle", [-12.0, 18.0])
def test_retraction_has_the_right_sign_and_lies_within_its_sigma(yaw: float, angle: float) -> None:
    state = solved(yaw, retraction_left=angle, retraction_right=angle)
    mean, sigma = state.retraction[0, 0], state.retraction_sigma[0, 0]
    assert np.sign(mean) == np.sign(angle)
    assert abs(mean - angle) < 2 * sigma
    assert abs(state.elevation[0, 0]) < 4


@pytest.mark.parametrize("yaw", YAWS)
def test_a_shrug_is_elevation_and_not_retraction(yaw: float) -> None:
    state = solved(yaw, elevation_left=20, elevation_right=20)
    assert state.elevation[0, 0] > 12
    assert abs(state.retraction[0, 0]) < 6


def test_a_shrug_of_one_side_is_on_that_side() -> None:
    state = solved(0.0, elevation_right=20)
    assert state.elevation[0, 2] > 12
    assert abs(state.elevation[0, 1]) < 5


@pytest.mark.parametrize("turn", [-20.0, 20.0])
def test_turning_is_yaw_and_not_retraction(turn: float) -> None:
    neutral = neutral_from(person(5))
    state = solve(person(1, yaw=turn), neutral)
    assert state.yaw[0] == pytest.approx(turn, abs=4)
    assert abs(state.retraction[0, 0]) < 3


@pytest.mark.parametrize("scale", [-0.1, 0.1])
def test_coming_nearer_is_scale_and_not_a_shrug(scale: float) -> None:
    state = solved(0.0, log_scale=scale)
    assert state.scale[0] == pytest.approx(np.exp(scale), abs=0.04)
    assert abs(state.elevation[0, 0]) < 5


def test_a_quantity_that_the_view_does_not_show_keeps_the_sigma_of_the_prior() -> None:
    prior = GeometricNoise().retraction / np.sqrt(2)
    assert solved(0.0).retraction_sigma[0, 0] < 0.75 * prior
    visibility_gone = person(1)
    hidden = visibility_gone.visibility.copy()
    hidden[:, [11, 12]] = 0.1
    blind = solve(replace(visibility_gone, visibility=hidden), neutral_from(person(5)))
    assert blind.retraction_sigma[0, 0] == pytest.approx(prior, rel=0.02)


def test_arms_that_leave_their_pose_widen_sigma() -> None:
    neutral = neutral_from(person(5))
    still, moved = (solve(person(1, arm_swing=a), neutral) for a in (0, 70))
    assert moved.arm_distance[0, 0] > 0.4
    assert moved.retraction_sigma[0, 0] > 1.3 * still.retraction_sigma[0, 0]


def test_hidden_hips_widen_sigma_and_do_not_break_the_solve() -> None:
    full = person(6)
    visibility = full.visibility.copy()
    visibility[:, 23:] = 0.1
    desk = Poses(full.t, full.xy, full.world, visibility, full.presence, full.subject, full.size)
    neutral = neutral_from(desk[:5])
    assert not neutral.hips_seen
    state = solve(desk[5:], neutral)
    assert np.isfinite(state.elevation).all()
    assert state.elevation_sigma[0, 0] > solved(0.0).elevation_sigma[0, 0]


def test_frames_without_a_person_are_nan() -> None:
    poses = person(6)
    subject = np.array([0, 0, 0, 0, -1, -1])
    gone = Poses(poses.t, np.where((subject < 0)[:, None, None], np.nan, poses.xy), poses.world,
                 poses.visibility, poses.presence, subject, poses.size)  # fmt: skip
    state = solve(gone, neutral_from(gone))
    assert np.isfinite(state.retraction[:4]).all()
    assert np.isnan(state.retraction[4:]).all()
    assert np.isnan(state.retraction_sigma[4:]).all()


def test_a_neutral_needs_a_person() -> None:
    with pytest.raises(CalibrationError, match="shoulders are seen in only 2 frames"):
        neutral_from(person(2))
    with pytest.raises(CalibrationError, match="no frames"):
        neutral_from(person(2)[:0])


def test_slices_of_a_state_are_states() -> None:
    state = solved(0.0)
    assert len(state[:1]) == 1


def test_no_frames_give_no_states() -> None:
    assert len(solve(person(5)[:0], neutral_from(person(5)))) == 0
