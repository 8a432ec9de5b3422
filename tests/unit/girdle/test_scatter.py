"""The noise of landmarks at the same arm pose: variation of other people, by view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.calibration import calibrate, guided_segments
from scapcoach.errors import ModelError
from scapcoach.filters import smooth_poses
from scapcoach.girdle.conditioned import read
from scapcoach.girdle.scatter import (
    N_TEMPLATE_FEATURES,
    Scatter,
    TemplateNoise,
    load_scatter,
    mirrored_covariance,
    point_variances,
    save_scatter,
    shared_covariance,
    shipped_scatter,
    world_factor,
)
from scapcoach.girdle.template import arm_features, arms_of, template_features
from tests.support.exercise import exercise_clip, finishes

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.girdle.template import Template


def template(yaw: float) -> Template:
    clip = smooth_poses(exercise_clip(yaw=yaw))
    found = calibrate(clip, guided_segments(clip)).exercise
    assert found is not None
    return found


def made_up(seed: int = 0) -> Scatter:
    rng = np.random.default_rng(seed)
    roots = rng.normal(0, 0.01, (3, N_TEMPLATE_FEATURES, N_TEMPLATE_FEATURES))
    return Scatter(np.array([5.0, 90.0, 175.0]), roots @ roots.transpose(0, 2, 1), np.full(3, 4))


def test_the_shipped_covariances_are_symmetric_positive_and_cover_all_views() -> None:
    shipped = shipped_scatter()
    assert shipped.yaws[0] < 15
    assert shipped.yaws[-1] > 165
    assert (np.diff(shipped.yaws) > 0).all()
    assert (shipped.people >= 5).all()
    for one in shipped.covariances:
        np.testing.assert_array_equal(one, one.T)
        assert np.linalg.eigvalsh(one).min() > -1e-6 * np.linalg.eigvalsh(one).max()


def test_covariances_are_interpolated_and_constant_beyond_the_ends() -> None:
    some = made_up()
    np.testing.assert_allclose(some.at(90.0), some.covariances[1])
    half = (some.covariances[0] + some.covariances[1]) / 2
    np.testing.assert_allclose(some.at(47.5), half)
    np.testing.assert_array_equal(some.at(0.0), some.covariances[0])
    np.testing.assert_array_equal(some.at(180.0), some.covariances[2])


def test_negative_yaw_is_mirrored_and_mirroring_twice_changes_nothing() -> None:
    some = made_up()
    np.testing.assert_array_equal(
        mirrored_covariance(mirrored_covariance(some.at(30.0))), some.at(30.0)
    )
    np.testing.assert_array_equal(some.at(-30.0), mirrored_covariance(some.at(30.0)))
    assert not np.allclose(some.at(-30.0), some.at(30.0))


def test_a_saved_file_reads_back_equal_and_has_the_same_bytes(tmp_path: Path) -> None:
    some = made_up()
    for name in ("a.npz", "b.npz"):
        save_scatter(some, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = load_scatter(tmp_path / "a.npz")
    np.testing.assert_allclose(again.covariances, some.covariances, rtol=1e-6)
    np.testing.assert_array_equal(again.people, some.people)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scatter.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="Install scapcoach again"):
        load_scatter(path)
    np.savez(path, schema=np.array("other"), covariances=np.zeros((2, 3)))
    with pytest.raises(ModelError, match="does not fit"):
        load_scatter(path)


@pytest.mark.parametrize("yaw", [0.0, 35.0, -90.0, 150.0])
def test_a_template_knows_how_the_person_was_turned(yaw: float) -> None:
    assert template(yaw).yaw == pytest.approx(yaw, abs=8)


def test_arm_features_agree_with_the_arms_in_the_template_features() -> None:
    clip = smooth_poses(exercise_clip(("squeeze",)))
    own_template = template(0.0)
    seen = template_features(clip, own_template.unit, own_template.world_unit)
    # Depth differs by how much the trunk of the moment differs from the calibration's.
    arms = arm_features(clip, own_template.unit)
    np.testing.assert_allclose(arms_of(seen), arms, atol=0.02)
    assert arms_of(seen[:0]).shape == (0, 12)


def test_from_behind_depth_has_little_weight_and_visibility_none() -> None:
    assert world_factor(180.0).max() > 3 * world_factor(90.0).max()
    assert world_factor(-30.0).tolist() == world_factor(30.0).tolist()
    noise = TemplateNoise()
    hidden, seen = np.zeros((1, 11)), np.ones((1, 11))
    front, back = template(0.0), template(178.0)
    assert (point_variances(front, noise, hidden) > point_variances(front, noise, seen)).all()
    np.testing.assert_array_equal(
        point_variances(back, noise, hidden), point_variances(back, noise, seen)
    )


def test_the_covariance_of_a_reading_is_positive() -> None:
    there = template(35.0)
    shared = shared_covariance(there, TemplateNoise(), shipped_scatter())
    whole = shared + np.diag(point_variances(there, TemplateNoise(), np.ones((1, 11)))[0])
    assert np.linalg.eigvalsh(whole).min() > 0


def test_a_direction_of_usual_variation_makes_the_reading_less_certain() -> None:
    """A shift of all points is not a squeeze where it is a usual variation of people."""
    there = template(0.0)
    clip = smooth_poses(exercise_clip(("half",)))
    top = finishes(clip, 1)[0]
    steady = Scatter(
        np.array([0.0, 180.0]), np.tile(1e-6 * np.eye(N_TEMPLATE_FEATURES), (2, 1, 1)), np.ones(2)
    )
    along = there.squeeze[0]
    loose = Scatter(steady.yaws, steady.covariances + np.outer(along, along), steady.people)
    first, second = (read(clip, there, scatter=s) for s in (steady, loose))
    assert (second.retraction_sigma[top, 0] > 3 * first.retraction_sigma[top, 0]).all()
