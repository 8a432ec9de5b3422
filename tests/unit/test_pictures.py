from __future__ import annotations

import numpy as np
import pytest

from scapcoach.pictures import shrunk


@pytest.mark.parametrize("size", [(1280, 720), (640, 360), (426, 240), (333, 187)])
def test_a_ramp_stays_a_ramp_in_any_size(size: tuple[int, int]) -> None:
    ramp = np.linspace(0, 255, 1920).astype(np.uint8)
    image = np.repeat(np.tile(ramp, (1080, 1))[..., None], 3, axis=2)
    small = shrunk(image, size)
    assert small.shape == (size[1], size[0], 3)
    assert small.flags.c_contiguous
    expected = np.linspace(0, 255, size[0])
    assert np.abs(small[size[1] // 2, :, 0] - expected).max() < 3


def test_fine_stripes_become_grey_and_do_not_alias() -> None:
    stripes = np.zeros((1080, 1920, 3), np.uint8)
    stripes[:, ::2] = 255
    small = shrunk(stripes, (480, 270))
    assert small.min() > 110
    assert small.max() < 145


def test_odd_sizes_and_no_change() -> None:
    image = np.random.default_rng(0).integers(0, 255, (301, 203, 3)).astype(np.uint8)
    assert shrunk(image, (203, 301)) is image
    assert shrunk(image, (50, 74)).shape == (74, 50, 3)
