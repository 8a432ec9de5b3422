"""What the body wears: skin, hair and clothes as offsets and colours of its own mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from phantom import raster
from phantom.body import BONES

if TYPE_CHECKING:
    from phantom.body import Body
    from scapcoach.arrays import BoolArray, FloatArray, IntArray

    Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """Colours (RGB, 0..255) and cut of clothes.

    Attributes:
        skin, hair, top, bottom, shoes, eyes: colours.
        sleeve: of the top: none (a vest), short, long.
        legs: of the trousers: short, long.
        stripe: second colour of the top, in bands; None for plain.
        looseness: how far the top stands off the skin, 0 tight .. 1 loose (about 2.5 cm).
        hair_length: 0 shaven, 0.5 short, 1 full.
        seed: of the small unevenness of cloth and skin.
    """

    skin: Colour = (205, 160, 132)
    hair: Colour = (52, 38, 30)
    top: Colour = (58, 92, 140)
    bottom: Colour = (44, 44, 52)
    shoes: Colour = (225, 225, 228)
    eyes: Colour = (70, 50, 35)
    sleeve: Literal["none", "short", "long"] = "short"
    legs: Literal["short", "long"] = "long"
    stripe: Colour | None = None
    looseness: float = 0.35
    hair_length: float = 0.6
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Dressed:
    """A mesh ready to be posed and drawn.

    Attributes:
        vertices: (N, 3) float32 rest positions, with cloth and hair standing off the skin.
        faces: (M, 3) int32.
        albedo: (M, 3, 3) float32 colour of each corner of each face, 0..255.
        bone_index, bone_weight: (N, K) skin weights, float32.
    """

    vertices: FloatArray
    faces: IntArray
    albedo: FloatArray
    bone_index: IntArray
    bone_weight: FloatArray


#: How far along the upper arm (0 shoulder, 1 elbow, 2 wrist) a sleeve reaches.
_SLEEVE: Final = {"none": 0.0, "short": 0.62, "long": 1.95}


def dress(body: Body, look: Look) -> Dressed:
    """The mesh of `body` in the clothes of `look`."""
    rest = body.vertices.astype(np.float32)
    normal = np.zeros_like(rest)
    raster.normals(rest, body.faces, normal)
    rng = np.random.default_rng(look.seed)
    ruler = np.take_along_axis(body.bone_index, body.bone_weight.argmax(1)[:, None], 1)[:, 0]
    region = _regions(body, look, rest, ruler)
    colour = np.empty((len(rest), 3), np.float32)
    colour[:] = look.skin
    offset = np.zeros(len(rest), np.float32)
    _paint_face(body, look, rest, colour)
    for name, paint, gap in (
        ("hair", look.hair, 0.006 + 0.016 * look.hair_length),
        ("bottom", look.bottom, 0.010),
        ("shoes", look.shoes, 0.010),
        ("top", look.top, 0.005 + 0.022 * look.looseness),
    ):
        mask = region[name]
        colour[mask] = paint
        offset[mask] = gap
    if look.stripe is not None:
        bands = region["top"] & ((rest[:, 1] * 100).astype(int) // 6 % 2 == 0)
        colour[bands] = look.stripe
    colour *= 1 + rng.normal(0, 0.035, len(rest)).astype(np.float32)[:, None]
    offset[body.features["eyes"]] = 0
    edges = _edges(body.faces, len(rest))
    shaped = rest + _relax(offset, edges, region["hair"])[:, None] * normal
    shaped = _drape(shaped, rest, normal, edges, region["top"], look.looseness)
    return Dressed(
        shaped.astype(np.float32),
        body.faces,
        np.ascontiguousarray(_corner_colours(body.faces, colour, region)),
        body.bone_index,
        body.bone_weight.astype(np.float32),
    )


def _regions(body: Body, look: Look, rest: FloatArray, ruler: IntArray) -> dict[str, BoolArray]:
    def ruled(*prefixes: str) -> BoolArray:
        ids = [i for i, b in enumerate(BONES) if b.startswith(prefixes)]
        return np.asarray(np.isin(ruler, ids))

    along = _along_arm(body, rest)
    arm = ruled("upperarm", "lowerarm", "wrist", "finger", "shoulder01")
    foot = ruled("foot")
    leg = ruled("upperleg", "lowerleg")
    waist = body.head("upperleg01.L")[1] + 0.09
    knee, ankle = body.head("lowerleg01.L")[1], body.head("foot.L")[1]
    hem = knee + 0.03 if look.legs == "short" else ankle + 0.01
    collar = np.linalg.norm(rest - body.joints["neck"], axis=1)
    neck = ruled("neck", "head") | (collar < 0.075)
    trunk = ruled("spine", "clavicle", "root", "pelvis")
    top = (trunk | (arm & (along < _SLEEVE[look.sleeve]))) & (rest[:, 1] > waist) & ~neck
    top |= (leg | trunk) & (rest[:, 1] > waist - 0.05 - 0.05 * look.looseness) & ~neck & ~arm
    if look.sleeve == "none":
        # A vest leaves the outer part of the shoulder bare.
        edge = 0.72 * abs(body.head("upperarm01.L")[0])
        top &= (np.abs(rest[:, 0]) < edge) | (rest[:, 1] < body.head("upperarm01.L")[1] - 0.10)
    bottom = (leg | trunk) & (rest[:, 1] > hem) & (rest[:, 1] <= waist + 0.02) & ~top & ~arm
    return {"top": top, "bottom": bottom, "shoes": foot, "hair": _scalp(body, look, rest, ruler)}


def _along_arm(body: Body, rest: FloatArray) -> FloatArray:
    """(N,) 0 at the shoulder, 1 at the elbow, 2 at the wrist, for vertices of either arm."""
    out = np.zeros(len(rest))
    for side, sign in (("L", 1), ("R", -1)):
        a, b, c = (body.head(f"{n}.{side}") for n in ("upperarm01", "lowerarm01", "wrist"))
        first = (rest - a) @ (b - a) / ((b - a) @ (b - a))
        second = (rest - b) @ (c - b) / ((c - b) @ (c - b))
        mine = rest[:, 0] * sign > 0
        out[mine] = np.where(first < 1, first, 1 + np.maximum(second, 0))[mine]
    return out


def _scalp(body: Body, look: Look, rest: FloatArray, ruler: IntArray) -> BoolArray:
    if look.hair_length <= 0:
        return np.zeros(len(rest), np.bool_)
    head = ruler == BONES.index("head")
    head |= ruler == BONES.index("neck03")
    eye, ear = body.joints["eye.L"], body.joints["ear.L"]
    up, front = rest[:, 1] - eye[1], rest[:, 2] - ear[2]
    # The hair line runs from the forehead over the temples down behind the ears to the nape.
    crown = (up > 0.062) & (front < 0.088)
    sides = (up > 0.062 - 0.9 * (0.055 - front)) & (front < 0.055)
    nape = (front < -0.005) & (up > -0.055 - 0.02 * look.hair_length)
    return np.asarray(
        head & (crown | sides & (up > -0.01) | nape)
        & ~body.features["ears"] & ~body.features["eyes"]
    )  # fmt: skip


def _paint_face(body: Body, look: Look, rest: FloatArray, colour: FloatArray) -> None:
    skin = np.array(look.skin, np.float32)
    colour[body.features["lips"]] = skin * (0.82, 0.58, 0.58)
    eyes = body.features["eyes"]
    colour[eyes] = (236, 234, 230)
    for side in ("L", "R"):
        centre = body.joints[f"eye.{side}"]
        offset = rest - centre
        ball = eyes & (np.abs(offset[:, 0]) < 0.03)
        radius = max(float(np.linalg.norm(offset[ball], axis=1).mean()), 1e-6)
        ahead = offset[:, 2] / radius
        colour[ball & (ahead > 0.80)] = look.eyes
        colour[ball & (ahead > 0.95)] = (15, 12, 12)
        # Lids and sockets a little darker, brows in the colour of the hair.
        lids = ~eyes & (np.linalg.norm(offset, axis=1) < 0.0165) & (offset[:, 2] > 0)
        colour[lids] = skin * 0.55
        # Brows: an arch about 2 cm over the eye.
        x = np.abs(offset[:, 0])
        height = offset[:, 1] - (0.0205 - 6.0 * x * x)
        brow = (x < 0.022) & (np.abs(height) < 0.0045) & (offset[:, 2] > 0.005)
        colour[brow & ~eyes] = np.array(look.hair) * 0.6 + skin * 0.25
    nose = _nostrils(body, rest)
    colour[nose] = skin * 0.5


def _nostrils(body: Body, rest: FloatArray) -> BoolArray:
    eye = body.joints["eye.L"]
    lips = rest[body.features["lips"]]
    under = float(lips[:, 1].max()) + 0.016
    return np.asarray(
        (np.abs(rest[:, 1] - under) < 0.006)
        & (np.abs(np.abs(rest[:, 0]) - 0.009) < 0.005)
        & (rest[:, 2] > eye[2] + 0.005)
    )


def _edges(faces: IntArray, count: int) -> Any:
    """(N, N) sparse matrix that averages over the neighbours of each vertex."""
    from scipy.sparse import coo_array, diags_array

    i = faces[:, [0, 1, 2, 1, 2, 0]].ravel()
    j = faces[:, [1, 2, 0, 0, 1, 2]].ravel()
    near = coo_array((np.ones(len(i), np.float32), (i, j)), shape=(count, count)).tocsr()
    near.data[:] = 1
    return diags_array(1 / np.maximum(near.sum(axis=1), 1)) @ near


def _relax(offset: FloatArray, edges: Any, hair: BoolArray) -> FloatArray:
    """Offsets evened out over the hair, so that it begins gently; hems stay sharp."""
    out = offset.copy()
    for _ in range(3):
        out[hair] = 0.5 * out[hair] + 0.5 * (edges @ out)[hair]
    return out


def _drape(
    shaped: FloatArray,
    rest: FloatArray,
    normal: FloatArray,
    edges: Any,
    cloth: BoolArray,
    looseness: float,
) -> FloatArray:
    """Cloth spans hollows the more loosely it sits: smoothed, but kept outside the skin."""
    out = shaped.copy()
    for _ in range(round(30 * looseness)):
        out[cloth] = 0.4 * out[cloth] + 0.6 * (edges @ out)[cloth]
        depth = ((out - rest) * normal).sum(axis=1)
        sunk = cloth & (depth < 0.004)
        out[sunk] += (0.004 - depth[sunk])[:, None] * normal[sunk]
    return out


def _corner_colours(
    faces: IntArray, colour: FloatArray, region: dict[str, BoolArray]
) -> FloatArray:
    """(M, 3, 3): a face that straddles two materials takes one of them, for a crisp hem."""
    code = np.zeros(len(colour), np.int32)
    for k, name in enumerate(("hair", "bottom", "shoes", "top"), start=1):
        code[region[name]] = k
    corners = colour[faces]
    kinds = code[faces]
    mixed = (kinds != kinds[:, :1]).any(axis=1)
    # The corner with the highest code wins: cloth over skin.
    best = kinds[mixed].argmax(axis=1)
    chosen = corners[mixed][np.arange(len(best)), best]
    corners[mixed] = chosen[:, None, :]
    return np.asarray(np.clip(corners, 0, 255), np.float32)
