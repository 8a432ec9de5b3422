"""The patch of the back: the same skin at the same place, wherever and however large it is."""

from __future__ import annotations

import numpy as np
import pytest

from scapcoach.landmarks import N_LANDMARKS, Landmark
from scapcoach.surface.patch import SIZE, BodyAxes, body_axes, cut, likeness
from tests.support.back import Look, landmarks, picture


def axes_of(look: Look) -> BodyAxes:
    found = body_axes(landmarks(np.zeros(1), [look], np.zeros(1)).xy[0].astype(float))
    assert found is not None
    return found


def test_the_axes_go_from_shoulders_to_hips() -> None:
    axes = axes_of(Look(at=(210, 90), length=150))
    assert axes.origin == pytest.approx((210, 90), abs=1e-3)
    assert axes.down == pytest.approx((0, 150), abs=1e-3)
    assert axes.length == pytest.approx(150, abs=1e-3)


def test_a_missing_hip_or_no_length_gives_no_axes() -> None:
    xy = landmarks(np.zeros(1), [Look()], np.zeros(1)).xy[0].astype(float)
    xy[Landmark.LEFT_HIP] = np.nan
    assert body_axes(xy) is None
    assert body_axes(np.zeros((N_LANDMARKS, 2))) is None


@pytest.mark.parametrize(
    "look",
    [
        Look(at=(180, 130)),
        Look(length=150),
        Look(length=130, angle=25),
        Look(length=170, angle=-40),
    ],
)
def test_the_same_skin_is_at_the_same_place_of_the_patch(look: Look) -> None:
    first = cut(picture(Look()), axes_of(Look()))
    other = cut(picture(look), axes_of(look))
    assert first is not None
    assert other is not None
    assert first.shape == other.shape == SIZE[::-1]
    inside = np.s_[20:-20, 20:-20]
    a, b = (p[inside].astype(float) for p in (first, other))
    assert np.abs(a - b).mean() < 3  # of a contrast of 40 grey levels
    assert likeness(first, other) > 0.99


def test_a_picture_four_times_as_large_gives_the_same_patch() -> None:
    small = picture(Look())
    large = np.kron(small, np.ones((4, 4, 1), np.uint8))
    axes = axes_of(Look())
    one = cut(small, axes)
    four = cut(large, BodyAxes(4 * axes.origin + 1.5, 4 * axes.down))
    assert one is not None
    assert four is not None
    assert np.abs(one.astype(float) - four).mean() < 2


def test_a_trunk_outside_of_the_picture_has_no_patch_and_one_at_its_edge_has() -> None:
    image, down = picture(Look()), np.array([0.0, 190.0])
    assert cut(image, BodyAxes(np.array([-400.0, 100.0]), down)) is None
    assert cut(image, BodyAxes(np.array([200.0, 900.0]), down)) is None
    edge = cut(image, BodyAxes(np.array([10.0, 300.0]), down))
    assert edge is not None
    assert edge.shape == SIZE[::-1]


def test_likeness_of_other_skin_is_low_and_of_flat_patches_nothing() -> None:
    one, other = (cut(picture(look), axes_of(look)) for look in (Look(), Look(seed=1)))
    assert one is not None
    assert other is not None
    assert likeness(one, one) == pytest.approx(1)
    assert abs(likeness(one, other)) < 0.5
    assert likeness(one, np.full_like(one, 7)) == 0
