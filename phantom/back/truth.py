"""Truth of the gap between the blades, and where its points are in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from phantom.back.blades import LEVELS, across, blade_matrix, blade_skin, gap_of, matrices
from phantom.back.charts import skinned
from phantom.body import BONES
from phantom.truth import COLUMNS, truth

if TYPE_CHECKING:
    from phantom.back.render import BackActor
    from phantom.skeleton import Posed
    from scapcoach.arrays import FloatArray

#: What `phantom.truth` has, and: the gap over the skin between the medial borders at three levels,
#: that of what a camera sees (the middle level, over cloth that slips where there is cloth), that
#: of the blades themselves (the middle level, straight across), metres.
BACK_COLUMNS: Final = (
    *COLUMNS, *(f"gap_{level}_m" for level in LEVELS), "gap_seen_m", "gap_blades_m",
)  # fmt: skip

#: Points of each level that are followed into the picture: right border, right half, spine, left
#: half, left border.
FOLLOWED: Final = (0, 6, 12, 18, 24)


def back_truth(
    actor: BackActor, posed: Posed, camera: FloatArray | None, rhythm: float
) -> dict[str, float]:
    """All of `BACK_COLUMNS` for a posed body; `rhythm` as in `blades.blade_matrix`.

    The gap at the three levels is that of the skin, also under a loose shirt. It is measured
    around the back, without its rise and fall along the spine (`blades.across`).
    """
    body = actor.body
    out = truth(body, posed, camera)
    index, weight = blade_skin(body)
    rest = body.vertices.astype(np.float32)
    vertices = skinned(rest, index, weight, matrices(body, posed, rhythm))
    gap = gap_of(body)
    for level, path in gap.paths.items():
        out[f"gap_{level}_m"] = across(path, vertices, posed)
    seen = actor.vertices(posed, rhythm)
    out["gap_seen_m"] = across(gap.paths["middle"], seen, posed)
    thorax = posed.rotation[BONES.index("spine01")]
    ends = []
    for side, point in zip(("R", "L"), gap.bone["middle"], strict=True):
        m = blade_matrix(body, posed, side, rhythm)
        ends.append((m[:, :3] @ point + m[:, 3]) @ thorax)
    out["gap_blades_m"] = float(np.hypot(*(ends[1] - ends[0])[[0, 2]]))
    return out


def followed(actor: BackActor, vertices: FloatArray) -> FloatArray:
    """(3, 5, 3) room positions of the points of `FOLLOWED` on the visible surface, by level.

    Args:
        actor: whose.
        vertices: its posed vertices, of the skin or, where that is covered, of the cloth.
    """
    paths = gap_of(actor.body).paths.values()
    return np.array([path.on(vertices)[list(FOLLOWED)] for path in paths])


def percent(gap: FloatArray, at: int = 0) -> FloatArray:
    """(T,) change of a gap in % of its value in frame `at`: narrower is negative."""
    return np.asarray(100 * (gap / gap[at] - 1))
