"""Solving with covariances: exact where it can be known, and an error where they are none."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from scapcoach.girdle.positive import inverse, solved

RNG = np.random.default_rng(3)


def covariance(hidden: float = 1e3) -> np.ndarray:
    """Five points, the second one hidden, with what moves them together."""
    found = np.diag(np.repeat(np.array([0.012, hidden, 0.01, 0.02, 0.012]) ** 2, 2))
    for size in (0.5, 0.1, 0.05, 0.005):
        moved = RNG.normal(size=10)
        found += size**2 * np.outer(moved, moved)
    return found


def exact_inverse(matrix: np.ndarray) -> np.ndarray:
    """By elimination in fractions."""
    n = len(matrix)
    rows = [[Fraction(float(x)) for x in row] for row in matrix]
    rows = [row + [Fraction(int(i == j)) for j in range(n)] for i, row in enumerate(rows)]
    for c in range(n):
        rows[c] = [x / rows[c][c] for x in rows[c]]
        for r in range(n):
            if r != c:
                factor = rows[r][c]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[c], strict=True)]
    return np.array([[float(x) for x in row[n:]] for row in rows])


def test_the_inverse_is_exact_beside_a_hidden_point() -> None:
    matrix = covariance()
    found, exact = inverse(matrix), exact_inverse(matrix)
    scale = np.sqrt(np.outer(np.diag(exact), np.diag(exact)))
    assert np.abs((found - exact) / scale).max() < 1e-12
    assert np.array_equal(found, found.T)


def test_a_system_is_solved_and_nan_stays_in_its_column() -> None:
    matrix = covariance(0.02)
    right = RNG.normal(size=(10, 3))
    np.testing.assert_allclose(matrix @ solved(matrix, right), right, atol=1e-9)
    right[4, 1] = np.nan
    found = solved(matrix, right)
    assert np.isnan(found[:, 1]).all()
    assert np.isfinite(found[:, [0, 2]]).all()


def test_what_is_no_covariance_is_an_error() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        inverse(np.array([[1.0, 2.0], [2.0, 1.0]]))
