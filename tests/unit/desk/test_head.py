"""The size of the head does not depend on where it looks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapcoach.desk.head import NOSE_AHEAD, head_size
from scapcoach.landmarks import Landmark, Poses
from tests.support.seated import seated


def turned(yaw: float, pitch: float, roll: float, size: float) -> Poses:
    """Nose and ears of a rigid head seen from afar, `size` pixels from ear to ear."""
    head = np.array([[0, 0, NOSE_AHEAD], [0.5, 0, 0], [-0.5, 0, 0]])
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_x = [[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]
    about_z = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    seen = head @ (np.array(about_z) @ about_x @ about_y).T
    poses = seated(1)
    xy = poses.xy.astype(float)
    xy[0, [Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR]] = size * seen[:, :2] + 200
    return replace(poses, xy=xy)


@given(
    st.floats(-180, 180), st.floats(-80, 80), st.floats(-180, 180), st.floats(10, 400)
)  # fmt: skip
def test_a_rigid_head_keeps_its_size(yaw: float, pitch: float, roll: float, size: float) -> None:
    # From exactly the side both ears fall together, and only half of the digits remain.
    assert head_size(turned(yaw, pitch, roll, size))[0] == pytest.approx(size, rel=1e-4)


def test_a_person_who_is_not_seen_has_no_size() -> None:
    poses = seated(1)
    gone = replace(poses, xy=np.full_like(poses.xy, np.nan), subject=np.array([-1]))
    assert np.isnan(head_size(gone)[0])
