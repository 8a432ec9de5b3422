"""Body, look and cloth -> a mesh with a texture that is fixed to its surface."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from phantom import raster
from phantom.back import detail
from phantom.back.blades import slipping
from phantom.back.charts import TEXELS_PER_M, Charts, charts_of
from phantom.back.cloth import Surface, Tailored, arm_share, inside, tailor, waist
from phantom.outfit import Dressed, _along_arm, _regions, dress

if TYPE_CHECKING:
    from phantom.back.cloth import Cloth
    from phantom.body import Body
    from phantom.outfit import Look
    from scapcoach.arrays import BoolArray, FloatArray, Image

#: How often the texture is halved: 1 mm a texel down to 8 mm.
_HALVINGS: Final = 3
#: Width of the soft edge of a cloth, and of the shade that it throws on the skin, metres.
_EDGE: Final = 0.0015
_SHADE: Final = 0.006
#: Where the stitches of a hem run, metres from its edge.
_STITCH: Final = 0.014
#: A print on the back: its size in metres and its resolution.
_PRINT: Final = (0.24, 0.16)
_PRINT_DOTS: Final = (720, 480)


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A textured body.

    Attributes:
        dressed: the mesh; its skin weights have the two blades as further bones.
        charts: where its faces lie in the texture.
        levels: (H, W, 3) uint8 textures, each half as fine as the one before.
    """

    dressed: Dressed
    charts: Charts
    levels: tuple[Image, ...]

    def level(self, metres: float) -> tuple[Image, FloatArray]:
        """The texture for samples `metres` apart, and the charts' (2, N, 2) texels in it."""
        n = int(np.clip(np.rint(np.log2(metres * TEXELS_PER_M)), 0, len(self.levels) - 1))
        return self.levels[n], self.charts.uv * np.float32(0.5**n)


def paint(body: Body, look: Look, cloth: Cloth) -> Painted:
    """`body` in `cloth`, and in `look` for all but its top.

    Args:
        body: any.
        look: its skin, hair, trousers and shoes; of its top only the looseness counts.
        cloth: what is worn over the back.
    """
    worn = tailor(cloth, body.shape.sex)
    # As if the top were of skin: the cloth is painted over it.
    base = dress(body, replace(look, top=look.skin, stripe=None, sleeve="short"))
    normal = np.zeros_like(base.vertices)
    raster.normals(body.vertices.astype(np.float32), body.faces, normal)
    rest = body.vertices.astype(np.float32)
    at = Surface(rest, normal[:, 2] < 0, _along_arm(body, rest), arm_share(body))
    cover = np.clip(inside(worn.cut, body, at) / 0.02 + 0.5, 0, 1)
    shaped = _shape(body, base, look, normal, cover, at.arm)
    index, weight = slipping(body, cover > 0.5, look.looseness)
    dressed = Dressed(shaped, base.faces, base.albedo, index, weight)
    charts = charts_of(body)
    image = _texture(body, base, look, worn, charts)
    return Painted(dressed, charts, _halved(image))


def _shape(
    body: Body, base: Dressed, look: Look, normal: FloatArray, cover: FloatArray, arm: FloatArray
) -> FloatArray:
    """Rest positions with the cloth off the skin where there is cloth, and no gap elsewhere."""
    rest = body.vertices.astype(np.float32)
    ruler = np.take_along_axis(body.bone_index, body.bone_weight.argmax(1)[:, None], 1)[:, 0]
    top = _regions(body, replace(look, sleeve="short"), rest, ruler)["top"]
    belt = np.clip((_belt(body) - rest[:, 1]) / 0.01 + 0.5, 0, 1) * (arm < 0.5)
    out = base.vertices.copy()
    stand = rest + 0.010 * belt[:, None] * normal
    out[top] = (stand + cover[:, None] * (base.vertices - stand))[top]
    return np.ascontiguousarray(out, np.float32)


def _belt(body: Body) -> float:
    return waist(body) - 0.02


def _texture(body: Body, base: Dressed, look: Look, worn: Tailored, charts: Charts) -> Image:
    at = _surface(body, charts)
    colour = charts.mixed(base.albedo[charts.face[charts.covered]])
    trousers = (at.arm < 0.5) & (at.position[:, 1] < _belt(body))
    trousers &= at.position[:, 1] > _belt(body) - 0.15
    colour[trousers] = look.bottom
    factor = detail.skin(body, at, worn.seed)
    shape = charts.face.shape
    middle = charts.texel((0.0, float(body.head("upperarm01.L")[1])), body)
    spots = detail.spots(worn.seed, (shape[0], shape[1]), middle, TEXELS_PER_M / 1000)
    factor *= spots[charts.covered][:, None]
    # Trousers have no spine; what is left of the grain is their weave.
    factor[trousers] = 1 + 0.5 * (factor[trousers] - 1).mean(axis=1, keepdims=True)
    colour *= factor
    if worn.cut != "bare":
        colour = _cover(colour, body, at, worn)
    image = np.zeros((*shape, 3), np.uint8)
    image[charts.covered] = np.clip(colour + 0.5, 0, 255).astype(np.uint8)
    return _filled(image, charts.covered)


def _surface(body: Body, charts: Charts) -> Surface:
    rest = body.vertices
    position = charts.spread(rest, body.faces)
    behind = charts.chart[charts.face[charts.covered]] == 0
    along = charts.spread(_along_arm(body, rest), body.faces)
    return Surface(position, behind, along, charts.spread(arm_share(body), body.faces))


def _cover(colour: FloatArray, body: Body, at: Surface, worn: Tailored) -> FloatArray:
    """Cloth over the skin, with a hem, and with the shade that its edge throws."""
    depth = inside(worn.cut, body, at)
    share = np.clip(depth / _EDGE + 0.5, 0, 1)[:, None]
    cloth = np.empty_like(colour)
    cloth[:] = worn.colour
    if worn.ink is not None:
        ink = _print(body, at, worn.seed)[:, None]
        cloth += ink * (np.array(worn.ink) - cloth)
    hem = 1 - 0.05 * (depth < _STITCH) - 0.10 * np.exp(-(((depth - _STITCH) / 0.0012) ** 2))
    on = depth > -_EDGE
    part = Surface(at.position[on], at.behind[on], at.along[on], at.arm[on])
    cloth[on] *= (detail.weave(body, part, worn) * hem[on])[:, None]
    shade = 1 - 0.25 * np.exp(np.minimum(depth, 0) / _SHADE)
    return np.asarray(colour * shade[:, None] * (1 - share) + cloth * share)


def _print(body: Body, at: Surface, seed: int) -> FloatArray:
    """(K,) how much ink is on each place of the back, 0..1."""
    import cv2

    rng = np.random.default_rng(seed + 23)
    width, height = _PRINT_DOTS
    dots = np.zeros((height, width), np.uint8)
    word = ("COACH", "TEAM", "GYM", "ROWING", "CREW")[rng.integers(5)]
    number = str(rng.integers(2, 99))
    for text, size, line, y in ((word, 4.2, 22, 130), (number, 10.0, 50, 440)):
        (w, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, size, line)
        cv2.putText(dots, text, ((width - w) // 2, y), cv2.FONT_HERSHEY_DUPLEX, size, 255, line)
    x = (0.5 - at.position[:, 0] / _PRINT[0]) * width
    top = body.head("upperarm01.L")[1] - 0.04
    y = (top - at.position[:, 1]) / _PRINT[1] * height
    on = at.behind & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    out = np.zeros(len(x))
    soft = cv2.GaussianBlur(dots, (0, 0), 1.5)
    out[on] = soft[y[on].astype(int), x[on].astype(int)] / 255 * 0.9
    return out


def _filled(image: Image, covered: BoolArray) -> Image:
    """Texels beside the body take the colour of the nearest one on it: no seams at the border."""
    import cv2

    bare = np.where(covered, 0, 1).astype(np.uint8)
    _, label = cv2.distanceTransformWithLabels(bare, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    colours = np.zeros((int(label.max()) + 1, 3), np.uint8)
    colours[label[covered]] = image[covered]
    return np.ascontiguousarray(colours[label])


def _halved(image: Image) -> tuple[Image, ...]:
    import cv2

    levels = [image]
    for _ in range(_HALVINGS):
        # An odd last row or column is dropped, so that every level keeps the scale exactly.
        rows, columns = (n // 2 for n in levels[-1].shape[:2])
        whole, size = levels[-1][: 2 * rows, : 2 * columns], (columns, rows)
        levels.append(np.ascontiguousarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA)))
    return tuple(levels)
