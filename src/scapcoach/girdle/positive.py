"""Symmetric positive definite matrices: solved by Cholesky's factors, one matrix at a time.

A landmark that is hidden has a variance 10^10 times that of the others. Cholesky's factors do not
mind such scales (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 10.1): of
covariances such as those of `personal` they give the inverse to 1e-13, `numpy.linalg.inv` to 3e-12
[M, against exact fractions]. And a matrix that is no covariance is an error, not a number. SciPy is
imported when it is first needed.

Where each of many frames has a matrix of its own (`conditioned`, `geometric`) numpy's `solve` and
`inv` stay: they take all frames in one call, and SciPy before 1.16 takes one matrix at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray


def solved(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """(N, ...) x in ``matrix @ x = right`` for a symmetric positive definite (N, N) matrix.

    NaN in `right` gives NaN in its own columns.

    Raises:
        numpy.linalg.LinAlgError: the matrix is not positive definite, or holds NaN.
    """
    from scipy.linalg import cho_factor, cho_solve

    factor = cho_factor(matrix, check_finite=False)
    return np.asarray(cho_solve(factor, right, check_finite=False))


def inverse(matrix: FloatArray) -> FloatArray:
    """(N, N) inverse of a symmetric positive definite matrix, symmetric to the last bit.

    Raises:
        numpy.linalg.LinAlgError: the matrix is not positive definite, or holds NaN.
    """
    found = solved(matrix, np.eye(len(matrix)))
    return np.asarray((found + found.T) / 2)
