"""A model slower than the camera: pictures are dropped, and what is shown does not get older."""

from __future__ import annotations

from bench.live import lag
from tests.support.cli import SAMPLES


def test_lag_does_not_grow_over_a_minute() -> None:
    found = lag(SAMPLES / "phantom_shrug_front.mp4", 1.0, 2.5)
    assert found["done"] > 300
    assert found["dropped"] > 300  # it was too slow, indeed
    # A frame is as old as the work on it, and one frame's wait.
    assert found["age_last_s"] < 0.3
    assert found["age_last_s"] - found["age_first_s"] < 0.05
