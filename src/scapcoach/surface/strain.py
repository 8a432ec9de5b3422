"""How zones of the back were stretched between two patches: robust affine fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.surface.flow import RETURN, UV
from scapcoach.surface.patch import TRUNK, ZONES

if TYPE_CHECKING:
    from scapcoach.arrays import BoolArray, FloatArray

#: Share of the points of a zone that must be usable for a fit.
LEAST_SHARE: Final = 0.2
#: Rounds of reweighting, and residual in spreads at which a point has no weight (Tukey's biweight).
_ROUNDS: Final = 3
_CUT: Final = 4.7
#: Flow of neighbouring points is alike within a search patch of 8 x 8 pixels: so many points make
#: one independent one.
_DEPENDENT: Final = 4.0


def _inside(zone: tuple[float, float, float, float]) -> BoolArray:
    left, right, top, bottom = zone
    u, v = UV.T
    return np.asarray((u >= left) & (u <= right) & (v >= top) & (v <= bottom))


#: (Z, N) which points lie in which zone.
INSIDE: Final = np.stack([_inside(zone) for zone in ZONES.values()])
_USED: Final = INSIDE.any(axis=0)
_DESIGN: Final = np.column_stack([np.ones(int(_USED.sum())), UV[_USED]])
_PRODUCTS: Final = (_DESIGN[:, :, None] * _DESIGN[:, None, :]).reshape(len(_DESIGN), 9)


@dataclass(frozen=True, slots=True, eq=False)
class Strain:
    """How each of the Z zones was stretched; NaN where too few of its points are usable.

    Attributes:
        across, along: (Z,) logarithm of the ratio of widths, and of heights.
        error: (Z,) standard error of `across` less `along`.
        share: (Z,) of the points, those that are usable.
    """

    across: FloatArray
    along: FloatArray
    error: FloatArray
    share: FloatArray


def strain(moved: FloatArray, missed: FloatArray, textured: BoolArray) -> Strain:
    """Robust affine fits over all zones at once.

    Args:
        moved: (N, 2) patch pixels by which each point moved.
        missed: (N,) patch pixels by which it misses its start when followed back.
        textured: (N,) whether there is something to follow.
    """
    good = (INSIDE & (missed <= RETURN) & textured)[:, _USED]
    share = good.sum(axis=1) / INSIDE.sum(axis=1)
    moves = moved[_USED] / TRUNK
    weights = good.astype(np.float64)
    right = (_DESIGN[:, :, None] * moves[:, None, :]).reshape(len(_DESIGN), 6)
    for _ in range(_ROUNDS):
        normal = (weights @ _PRODUCTS).reshape(-1, 3, 3) + 1e-9 * np.eye(3)
        solution = np.linalg.solve(normal, (weights @ right).reshape(-1, 3, 2))
        residual = moves - _DESIGN @ solution
        squared = (residual**2).sum(axis=2)
        spread = (weights * squared).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
        limit = _CUT**2 * np.maximum(spread / 2, 1e-8)
        weights = good * np.clip(1 - squared / limit[:, None], 0, None) ** 2
    across, along = solution[:, 1, 0], solution[:, 2, 1]
    free = np.maximum(weights.sum(axis=1) / _DEPENDENT - 3, 1)
    variance = (weights * squared).sum(axis=1) / _DEPENDENT / free / 2
    inverse = np.linalg.inv(normal)
    error = np.sqrt(variance * _DEPENDENT * (inverse[:, 1, 1] + inverse[:, 2, 2]))
    nothing = np.where(share >= LEAST_SHARE, 0.0, np.nan)
    return Strain(
        across=_log(across) + nothing,
        along=_log(along) + nothing,
        error=error + nothing,
        share=share,
    )


def _log(rate: FloatArray) -> FloatArray:
    return np.asarray(np.log(np.maximum(1 + rate, 0.2)))
