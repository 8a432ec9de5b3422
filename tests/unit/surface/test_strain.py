"""Stretch of the zones from where their points went."""

from __future__ import annotations

import numpy as np
import pytest

from scapcoach.surface.flow import UV
from scapcoach.surface.patch import TRUNK
from scapcoach.surface.strain import INSIDE, LEAST_SHARE, strain

N = len(UV)
GOOD = (np.zeros(N), np.ones(N, bool))


def field(across: float, along: float, shift: tuple[float, float] = (0, 0)) -> np.ndarray:
    """(N, 2) pixels: widths and heights times exp of these, and a shift in trunk lengths."""
    return (UV * (np.exp([across, along]) - 1) + shift) * TRUNK


def test_stretch_is_found_exactly_whatever_the_shift() -> None:
    found = strain(field(-0.1, 0.04, (0.02, -0.03)), *GOOD)
    assert found.across == pytest.approx([-0.1] * 4, abs=1e-6)
    assert found.along == pytest.approx([0.04] * 4, abs=1e-6)
    assert found.error == pytest.approx([0] * 4, abs=1e-4)
    assert found.share == pytest.approx([1] * 4)


def test_turning_and_shearing_in_the_picture_stretch_nothing() -> None:
    sheared = UV[:, ::-1] * (0.05, -0.05) * TRUNK
    found = strain(sheared, *GOOD)
    assert found.across == pytest.approx([0] * 4, abs=1e-6)
    assert found.along == pytest.approx([0] * 4, abs=1e-6)


def test_points_that_go_elsewhere_change_little() -> None:
    rng = np.random.default_rng(0)
    moved = field(-0.1, 0) + rng.normal(0, 0.2, (N, 2))
    wild = rng.random(N) < 0.15
    moved[wild] += rng.normal(0, 8, (int(wild.sum()), 2))
    found = strain(moved, *GOOD)
    assert found.across == pytest.approx([-0.1] * 4, abs=0.02)
    assert (found.error > strain(field(-0.1, 0), *GOOD).error).all()


def test_the_error_says_how_far_off_noise_puts_it() -> None:
    rng = np.random.default_rng(1)
    off, said = [], []
    for _ in range(60):
        coarse = rng.normal(0, 1, (24, 15, 2))  # neighbours move alike, as in real flow
        found = strain(np.repeat(np.repeat(coarse, 2, 0), 2, 1)[:37, :29].reshape(-1, 2)[:N], *GOOD)
        off.append(found.across[0] - found.along[0])
        said.append(found.error[0])
    assert np.std(off) == pytest.approx(np.mean(said), rel=0.5)


def test_a_zone_with_too_few_points_is_not_known_and_the_others_are() -> None:
    hidden = GOOD[1].copy()
    hidden[INSIDE[1]] = False
    hidden[np.flatnonzero(INSIDE[1])[:: int(1.5 / LEAST_SHARE)]] = True
    found = strain(field(-0.1, 0), GOOD[0], hidden)
    assert 0 < found.share[1] < LEAST_SHARE
    for values in (found.across, found.along, found.error):
        assert np.isnan(values[1])
        assert np.isfinite(values[[0, 2, 3]]).all()
    assert np.isnan(strain(field(0, 0), np.full(N, 99.0), GOOD[1]).across).all()
