from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scapcoach.geometry.posture import (
    face_size,
    head_forward,
    head_height,
    is_supine,
    tilt,
    trunk_lean,
)
from scapcoach.geometry.silhouette import arc_degrees, back_contour, rounding_index
from scapcoach.geometry.vectors import unit, wrap_degrees, y_up
from scapcoach.geometry.view import classify_view, estimate_yaw
from scapcoach.landmarks import N_CONTOUR, Landmark
from tests.support.person import person


@pytest.mark.parametrize("yaw", [-170, -90, -45, -10, 0, 30, 90, 135, 179])
def test_yaw_of_a_person_who_has_turned(yaw: float) -> None:
    estimate, sigma = estimate_yaw(person(3, yaw=yaw))
    np.testing.assert_allclose(wrap_degrees(estimate - yaw), 0, atol=1e-3)
    assert (sigma > 0).all()


def test_lines_that_disagree_widen_the_sigma_of_yaw() -> None:
    poses = person(1)
    world = poses.world.copy()
    world[:, Landmark.LEFT_SHOULDER, 2] += 0.2
    straight, twisted = estimate_yaw(poses)[1], estimate_yaw(replace(poses, world=world))[1]
    assert twisted[0] > straight[0] + 2


def test_views_are_named_by_yaw_on_both_sides() -> None:
    yaw = np.array([0.0, -15, 40, -40, 90, -100, 140, -170, np.nan])
    np.testing.assert_array_equal(classify_view(yaw), [0, 0, 1, 1, 2, 2, 3, 4, -1])


@pytest.mark.parametrize("yaw", [90.0, -90.0, 45.0, -60.0, 120.0])
@pytest.mark.parametrize("lean", [-20.0, 0.0, 35.0])
def test_trunk_lean_is_positive_forward_from_either_side(yaw: float, lean: float) -> None:
    poses = person(2, yaw=yaw, lean=lean)
    facing = np.full(2, yaw)
    rest = trunk_lean(person(2, yaw=yaw), facing)
    np.testing.assert_allclose(trunk_lean(poses, facing) - rest, lean, atol=0.5)


def test_head_forward_is_positive_forward_from_either_side() -> None:
    for yaw in (80.0, -80.0):
        facing = np.full(1, yaw)
        moved = head_forward(person(1, yaw=yaw, head_pitch=20), facing)
        assert moved[0] - head_forward(person(1, yaw=yaw), facing)[0] > 12


def test_forward_and_back_are_nan_from_the_front() -> None:
    assert np.isnan(trunk_lean(person(1), np.zeros(1))).all()


def test_heights_and_sizes_are_pixels() -> None:
    poses = person(1, unit=100.0)
    np.testing.assert_allclose(head_height(poses), 38.0, atol=0.1)
    np.testing.assert_allclose(face_size(person(1, unit=200.0)), 2 * face_size(poses), rtol=1e-5)


def test_tilt_is_positive_with_the_right_side_higher_from_front_and_back() -> None:
    for yaw in (0.0, 180.0):
        poses = person(1, yaw=yaw, elevation_right=15)
        assert tilt(poses, Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)[0] > 3


def test_lying_on_the_back_is_supine_and_bending_over_is_not() -> None:
    standing = person(1)
    lying = standing.world.copy()  # head away from the camera, chest up
    lying[..., 1], lying[..., 2] = standing.world[..., 2], -standing.world[..., 1]
    assert is_supine(replace(standing, world=lying)).all()
    assert not is_supine(standing).any()
    assert not is_supine(person(1, lean=85, yaw=90)).any()


def disc_back(radius: float, *, facing_right: bool) -> tuple[np.ndarray, np.ndarray]:
    """Mask of a torso whose back is an arc of this radius, and landmarks that fit it."""
    height, width = 400, 400
    y, x = np.mgrid[:height, :width].astype(float)
    # The arc bulges to the left about a chord from (150, 350) up to (150, 50).
    half = 150.0
    centre = 150 + np.sqrt(radius**2 - half**2)
    mask = (np.hypot(x - centre, y - 200) <= radius) & (x < 250)
    xy = np.full((33, 2), np.nan)
    xy[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = [190, 350]
    xy[[Landmark.LEFT_EAR, Landmark.RIGHT_EAR]] = [190, 50]
    if not facing_right:
        mask, xy[:, 0] = mask[:, ::-1], width - 1 - xy[:, 0]
    return mask.astype(np.float32), xy


@pytest.mark.parametrize("facing_right", [True, False])
@pytest.mark.parametrize("radius", [220.0, 400.0, 1500.0])
def test_rounding_of_a_circular_back_is_the_circles_own(radius: float, facing_right: bool) -> None:
    mask, xy = disc_back(radius, facing_right=facing_right)
    yaw = 90.0 if facing_right else -90.0
    contour = back_contour(mask, xy, yaw)
    assert contour.shape == (N_CONTOUR, 2)
    edge = contour[np.isfinite(contour[:, 0])].astype(float)
    if not facing_right:
        edge[:, 0] = 399 - edge[:, 0]
    centre = 150 + np.sqrt(radius**2 - 150.0**2)
    np.testing.assert_allclose(np.hypot(edge[:, 0] - centre, edge[:, 1] - 200), radius, atol=1.2)
    span = edge[:, 1].max() - edge[:, 1].min()
    arc = 2 * np.degrees(np.arcsin(span / 2 / radius))
    found = arc_degrees(rounding_index(contour[None], yaw))[0]
    assert found == pytest.approx(arc, rel=0.12, abs=2.0)


def test_no_contour_without_landmarks_or_at_the_border() -> None:
    mask, xy = disc_back(300.0, facing_right=True)
    assert np.isnan(back_contour(mask, np.full((33, 2), np.nan), 90.0)).all()
    assert np.isnan(back_contour(np.ones_like(mask), xy, 90.0)).all()
    assert np.isnan(rounding_index(np.full((2, N_CONTOUR, 2), np.nan), 90.0)).all()


def test_vectors() -> None:
    np.testing.assert_allclose(wrap_degrees(np.array([190.0, -190, 180, 0])), [-170, 170, -180, 0])
    np.testing.assert_allclose(unit(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [np.nan] * 2])
    np.testing.assert_array_equal(y_up(np.array([1.0, 2.0, 3.0])), [1, -2, 3])


def test_a_contour_with_background_in_it_is_no_back() -> None:
    mask, xy = disc_back(300.0, facing_right=True)
    clean = back_contour(mask, xy, 90.0)
    assert np.isfinite(rounding_index(clean[None], 90.0)).all()
    shelf = clean.copy()
    shelf[9:13, 0] -= 30
    assert np.isnan(rounding_index(shelf[None], 90.0)).all()
    hole = clean.copy()
    hole[9:12] = np.nan
    np.testing.assert_allclose(
        rounding_index(hole[None], 90.0), rounding_index(clean[None], 90.0), rtol=0.1
    )
