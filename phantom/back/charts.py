"""Flat charts of the body's surface, to paint on: one from behind, one from the front.

A chart is the body in its rest pose as seen along z, so a texel is a place on the skin whatever
the pose. Colours are computed from where a texel lies in space, so the two charts match at their
border.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from phantom import raster
from phantom.back import kernels

if TYPE_CHECKING:
    import numpy.typing as npt

    from phantom.body import Body
    from scapcoach.arrays import BoolArray, FloatArray, IntArray

#: Texels a metre: 1 mm a texel, so that a camera sees two or more of them in a pixel.
TEXELS_PER_M: Final = 1000.0
#: Texels left free around a chart: two, where the texture is halved three times.
_MARGIN: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class Charts:
    """Where each vertex lies in the texture, and which place of the skin each texel is.

    Attributes:
        uv: (2, N, 2) float32 texels of each vertex (x right, y down) in the chart from behind
            and in the one from the front.
        chart: (M,) int8 0 for faces in the chart from behind, 1 in the one from the front.
        face: (H, W) int32 the face at each texel, -1 none.
        weights: (H, W, 2) float32 shares of the face's second and third corner.
    """

    uv: FloatArray
    chart: IntArray
    face: IntArray
    weights: FloatArray

    @property
    def covered(self) -> BoolArray:
        """(H, W) whether a texel lies on the body."""
        return np.asarray(self.face >= 0)

    def spread(self, values: FloatArray, faces: IntArray) -> FloatArray:
        """Values of vertices (N, ...) at the covered texels (K, ...), in the order of `covered`."""
        return self.mixed(values[faces[self.face[self.covered]]])

    def mixed(self, corners: FloatArray) -> FloatArray:
        """Values at the corners of the covered texels' faces (K, 3, ...) -> (K, ...)."""
        shares = self.weights[self.covered]
        shares = np.column_stack([1 - shares.sum(axis=1), shares])
        return np.asarray(np.einsum("kc,kc...->k...", shares, corners))

    def texel(self, point: tuple[float, float], body: Body) -> tuple[float, float]:
        """(x, y) texel of a point x, y of the rest pose in the chart from behind."""
        across, down = (body.vertices[0, :2] - point) * TEXELS_PER_M
        return float(self.uv[0, 0, 0] + across), float(self.uv[0, 0, 1] + down)

    def places(self, points: FloatArray, body: Body) -> Places:
        """The places on the back at points (K, 2): x, y of the rest pose.

        Raises:
            ValueError: there is no back at one of them.
        """
        u, v = np.array([self.texel((float(x), float(y)), body) for x, y in points]).astype(int).T
        face = self.face[v, u]
        if (face < 0).any():
            x, y = points[int(np.argmin(face))]
            raise ValueError(f"the body has no back at x {x:g}, y {y:g}")
        shares = self.weights[v, u].astype(np.float64)
        return Places(body.faces[face], np.column_stack([1 - shares.sum(axis=1), shares]))


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places on the skin: the corners of their faces (K, 3) and the corners' shares (K, 3)."""

    corners: IntArray
    shares: FloatArray

    def on(self, vertices: FloatArray) -> FloatArray:
        """(K, 3) where they are on posed `vertices` (N, 3)."""
        return np.asarray(np.einsum("kc,kcx->kx", self.shares, vertices[self.corners]))


@lru_cache(maxsize=4)
def charts_of(body: Body) -> Charts:
    """The charts of `body`; made once and cached."""
    rest = body.vertices.astype(np.float32)
    across = rest[:, 0].max() - rest[:, 0].min()
    width = int(across * TEXELS_PER_M) + 2 * _MARGIN
    height = int(np.ptp(rest[:, 1]) * TEXELS_PER_M) + 2 * _MARGIN
    down = (rest[:, 1].max() - rest[:, 1]) * TEXELS_PER_M + _MARGIN
    behind = (rest[:, 0].max() - rest[:, 0]) * TEXELS_PER_M + _MARGIN
    front = (rest[:, 0] - rest[:, 0].min()) * TEXELS_PER_M + _MARGIN + width
    uv = np.stack([np.stack([behind, down], 1), np.stack([front, down], 1)]).astype(np.float32)
    a, b, c = (rest[body.faces[:, k]] for k in range(3))
    chart = (np.cross(b - a, c - a)[:, 2] > 0).astype(np.int8)
    face = np.full((height, 2 * width), -1, np.int32)
    weights = np.zeros((height, 2 * width, 2), np.float32)
    out = np.zeros((height, 2 * width), np.float32)
    for n, sign in ((0, -1.0), (1, 1.0)):
        mine = np.where((chart == n)[:, None], body.faces, -1).astype(np.int32)
        kernels.unwrap(uv[n], (sign * rest[:, 2]).astype(np.float32), mine, face, weights, out)
    return Charts(uv, chart, face, weights)


def skinned(
    vertices: FloatArray, index: IntArray, weight: FloatArray, matrices: FloatArray
) -> npt.NDArray[Any]:
    """(N, 3) float32 posed vertices."""
    out = np.empty_like(vertices)
    raster.skin(vertices, index, weight, matrices, out)
    return out
