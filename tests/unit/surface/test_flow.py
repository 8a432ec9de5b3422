"""Points of the patch: which can be followed, and where they went."""

from __future__ import annotations

import numpy as np
import pytest

from scapcoach.surface.flow import MIN_SLOPE, POINTS, RETURN, UV, Flow, has_texture
from scapcoach.surface.patch import BOTTOM, HALF_WIDTH, SIZE, TOP
from tests.support.back import texture


def skin(x: int = 0, y: int = 0, seed: int = 0) -> np.ndarray:
    return np.ascontiguousarray(texture(seed)[300 - y :, 300 - x :][: SIZE[1], : SIZE[0]])


def test_the_points_lie_evenly_in_the_patch_and_know_their_place() -> None:
    assert UV.min(axis=0) == pytest.approx((-HALF_WIDTH, TOP), abs=0.05)
    assert UV.max(axis=0) == pytest.approx((HALF_WIDTH, BOTTOM), abs=0.05)
    assert (POINTS.max(axis=0) < SIZE).all()


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_patch_has_no_texture(level: int) -> None:
    assert not has_texture(np.full(SIZE[::-1], level, np.uint8)).any()


def test_stripes_have_no_texture_along_them() -> None:
    across, down = (np.arange(size) % 16 < 8 for size in SIZE)
    for stripes in (across[None, :], down[:, None]):
        lines = np.broadcast_to(stripes * np.uint8(200), SIZE[::-1])
        assert not has_texture(np.ascontiguousarray(lines)).any()
    assert has_texture((across[None, :] ^ down[:, None]) * np.uint8(200)).mean() > 0.9


def test_faint_texture_is_enough_and_fainter_is_not() -> None:
    spots = skin().astype(float) - 128
    slope = 0.5 * np.abs(np.gradient(spots, axis=1)).mean()
    assert has_texture((128 + spots * 3 * MIN_SLOPE / slope).astype(np.uint8)).mean() > 0.9
    assert has_texture((128 + spots * 0.2 * MIN_SLOPE / slope).astype(np.uint8)).mean() < 0.1


def test_a_shift_is_found_and_every_point_comes_back() -> None:
    moved, missed = Flow()(skin(), skin(5, -3))
    inner = ((POINTS > 20) & (np.array(SIZE) - 20 > POINTS)).all(axis=1)
    assert np.median(moved[inner], axis=0) == pytest.approx((5, -3), abs=0.1)
    assert (missed[inner] < RETURN).mean() > 0.98


def test_points_of_other_skin_do_not_come_back() -> None:
    _, missed = Flow()(skin(), skin(seed=1))
    assert (missed < RETURN).mean() < 0.2
