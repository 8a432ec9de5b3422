"""A long recording is measured block by block; results do not depend on where blocks meet."""

from __future__ import annotations

import numpy as np
import pytest

from scapcoach.calibration import calibrate, guided_segments
from scapcoach.measures import compute, measure
from tests.support.clips import protocol_clip


@pytest.mark.parametrize("calibrated", [True, False])
def test_blocks_give_what_the_whole_gives(
    monkeypatch: pytest.MonkeyPatch, calibrated: bool
) -> None:
    poses = protocol_clip(yaw=25)[:400]
    whole_clip = protocol_clip(yaw=25)
    calibration = calibrate(whole_clip, guided_segments(whole_clip)) if calibrated else None
    whole = measure(poses, calibration)
    monkeypatch.setattr(compute, "_MEASURE_BLOCK", 57)
    blocks = measure(poses, calibration)
    assert len(blocks) == len(whole) == 400
    for name in ("t", "yaw", "yaw_sigma", "view"):
        np.testing.assert_array_equal(getattr(blocks, name), getattr(whole, name))
    assert list(blocks.series) == list(whole.series)
    for name, series in whole.series.items():
        for part in ("value", "sigma", "deg", "deg_sigma"):
            one, other = getattr(series, part), getattr(blocks[name], part)
            assert (one is None) == (other is None)
            if one is not None:
                np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-9, err_msg=name)
        np.testing.assert_array_equal(blocks[name].status, series.status)
        np.testing.assert_array_equal(blocks[name].reason, series.reason)
