from __future__ import annotations

import numpy as np
import pytest

from scapcoach.errors import LandmarksError, ScapcoachError
from scapcoach.landmarks import N_CONTOUR, Landmark, Poses
from tests.support.person import person


def test_a_slice_of_poses_is_poses_with_the_same_frames() -> None:
    poses = person(10)
    part = poses[3:6]
    assert len(part) == 3
    assert part.size == poses.size
    np.testing.assert_array_equal(part.t, poses.t[3:6])
    np.testing.assert_array_equal(part.xy, poses.xy[3:6])


def test_concatenating_slices_gives_the_whole_back() -> None:
    poses = person(10)
    joined = Poses.concatenate([poses[:4], poses[4:]])
    np.testing.assert_array_equal(joined.world, poses.world)
    assert joined.contour is None


def test_concatenating_fills_a_missing_contour_with_nan() -> None:
    poses = person(4)
    contour = np.ones((2, N_CONTOUR, 2), np.float32)
    late = Poses(**{**_arrays(poses[2:]), "contour": contour}, size=poses.size)
    joined = Poses.concatenate([poses[:2], late])
    assert joined.contour is not None
    assert np.isnan(joined.contour[:2]).all()
    assert (joined.contour[2:] == 1).all()


def test_every_fault_is_listed() -> None:
    poses = person(3)
    with pytest.raises(LandmarksError) as caught:
        Poses(np.array([0, 0.1, 0.1]), poses.xy[:2], poses.world, poses.visibility,
              poses.presence[:, :5], poses.subject, (0, 480))  # fmt: skip
    message = str(caught.value)
    for part in ("xy must have shape (3, 33, 2), not (2, 33, 2)", "presence", "t must increase",
                 "size must be positive"):  # fmt: skip
        assert part in message
    assert isinstance(caught.value, ScapcoachError)
    assert isinstance(caught.value, ValueError)


def test_indexing_by_a_number_is_refused_and_the_message_says_how_to_do_it() -> None:
    with pytest.raises(TypeError, match=r"poses\[i:i\+1\]"):
        person(3)[1]  # type: ignore[index]


def test_midpoint_of_landmarks() -> None:
    poses = person(2)
    middle = poses.point(Landmark.LEFT_HIP, Landmark.RIGHT_HIP)
    np.testing.assert_allclose(middle, [[320, 330]] * 2, atol=1e-3)


def test_empty_poses_have_no_frames() -> None:
    assert len(Poses.empty((64, 48))) == 0


def _arrays(poses: Poses) -> dict[str, np.ndarray]:
    names = ("t", "xy", "world", "visibility", "presence", "subject")
    return {name: getattr(poses, name) for name in names}
