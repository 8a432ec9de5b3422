"""The gap between the blades, from the surface of the back: relative to a repetition's stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.measures.gates import judge
from scapcoach.measures.series import Reason
from scapcoach.surface.blades import Withheld

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapcoach.arrays import FloatArray
    from scapcoach.measures.gates import Objection, Scene
    from scapcoach.measures.series import Series

GAPS: Final = ("blade_gap", "blade_gap_left", "blade_gap_right")

_REASONS: Final = {
    Withheld.NOT_BEHIND: Reason.BACK_NOT_SEEN,
    Withheld.NO_TEXTURE: Reason.NO_TEXTURE,
    Withheld.COVERED: Reason.BACK_COVERED,
    Withheld.TOO_SMALL: Reason.TOO_FAR,
    Withheld.NO_STRETCH: Reason.NO_STRETCH,
    Withheld.TURNED: Reason.TURNED_SINCE_STRETCH,
    Withheld.FOLDED: Reason.TRUNK_FOLDS,
    Withheld.UNCERTAIN: Reason.BACK_UNCLEAR,
}


def blade_series(scene: Scene) -> Iterator[Series]:
    """Mean, left and right gap, and the squeeze as a share of the best one so far.

    The gap is 100 (exp(g) - 1) per cent, g the logarithm of the width of the zone between the
    blades over its height, since the repetition's stretch: negative is drawn together.
    """
    blades = scene.blades
    if blades is None:
        nothing = np.full(len(scene.poses), np.nan)
        unseen: list[Objection] = [(np.isnan(nothing), Reason.BACK_NOT_SEEN)]
        for name in (*GAPS, "squeeze_share"):
            yield judge(scene, name, nothing, nothing, unseen, Reason.SINCE_STRETCH)
        return
    objections = [(blades.withheld == code, reason) for code, reason in _REASONS.items()]
    for name, gap, sigma in zip(GAPS, blades.gap, blades.sigma, strict=True):
        value, spread = _per_cent(gap, sigma)
        hidden = (np.isnan(gap), Reason.BACK_COVERED)  # a side alone
        yield judge(scene, name, value, spread, [*objections, hidden], Reason.SINCE_STRETCH)
    objections.append((np.isnan(blades.best), Reason.NO_SQUEEZE))
    share = 100 * blades.gap[0] / blades.best
    spread = 100 * blades.sigma[0] / np.abs(blades.best)
    yield judge(scene, "squeeze_share", share, spread, objections, Reason.BEST_SO_FAR)


def _per_cent(gap: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    ratio = np.exp(gap)
    return 100 * (ratio - 1), 100 * ratio * sigma
