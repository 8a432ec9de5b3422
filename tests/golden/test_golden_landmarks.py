"""Landmarks of real clips stay where they were, within a tolerance that other CPUs need."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scapcoach.landmarks import Landmark
from tests.golden.record import CLIPS, EVERY, FOLDER, landmarks_of

#: Pixels, on pictures of 720 x 1280 with a trunk of about 150: other CPUs round otherwise, and
#: the tracker carries that on from frame to frame.
MEDIAN_TOLERANCE, TOLERANCE = 1.0, 8.0


@pytest.mark.parametrize("clip", CLIPS)
def test_landmarks_are_where_they_were(clip: str) -> None:
    golden = json.loads((FOLDER / f"{clip}.json").read_text("utf-8"))
    poses = landmarks_of(clip)[::EVERY]
    np.testing.assert_allclose(poses.t, golden["t"], atol=1e-3)
    assert (poses.subject == np.array(golden["subject"])).mean() >= 0.9
    errors = []
    for name, places in golden["xy"].items():
        expected = np.array([p or [np.nan, np.nan] for p in places])
        errors.append(np.linalg.norm(poses.xy[:, Landmark[name]] - expected, axis=1))
    error = np.concatenate(errors)
    assert np.isfinite(error).mean() > 0.85
    assert np.nanmedian(error) < MEDIAN_TOLERANCE
    assert np.nanquantile(error, 0.95) < TOLERANCE
