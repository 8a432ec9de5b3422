"""The body in its rest pose: shape, skin weights, joint positions.

Coordinates, everywhere in the phantom: metres, x to the *subject's left*, y up, z forward
(out of the chest); right-handed. The data comes in decimetres in the same axes.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from phantom import assets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy.typing as npt

    from scapcoach.arrays import FloatArray, IntArray


_SIDES: Final = ("L", "R")
_ARM: Final = ("clavicle", "shoulder01", "upperarm01", "upperarm02", "lowerarm01", "lowerarm02")
_HAND: Final = ("wrist", *(f"finger{f}-{k}" for f in range(1, 6) for k in range(1, 4)))
_LEG: Final = ("pelvis", "upperleg01", "upperleg02", "lowerleg01", "lowerleg02", "foot")
_AXIAL: Final = (
    "root", "spine05", "spine04", "spine03", "spine02", "spine01",
    "neck01", "neck02", "neck03", "head",
)  # fmt: skip

#: Bones that move; the rig's other bones (face, tongue, toes) follow the nearest of these.
BONES: Final = (*_AXIAL, *(f"{b}.{s}" for s in _SIDES for b in (*_ARM, *_HAND, *_LEG)))

#: Mesh groups that are drawn. The rest are helpers for clothes and joint markers.
_GROUPS: Final = ("body", "helper-l-eye", "helper-r-eye")

#: Strongest bones kept for each vertex.
_INFLUENCES: Final = 5

#: Rest angle of the line from sternoclavicular to glenohumeral joint behind the coronal plane.
#: About 20 deg in vivo (Ludewig et al. 2009, J Bone Joint Surg 91:378: 19 deg at rest); the rig as
#: shipped has 1 deg, which makes retraction and protraction look alike from the front.
CLAVICLE_REST_DEG: Final = 19.0


@dataclass(frozen=True, slots=True)
class BodyShape:
    """What a body looks like.

    Attributes:
        sex: 0 female, 1 male.
        muscle, weight: 0 least, 0.5 average, 1 most.
        height: -1 shortest, 0 average, 1 tallest of the data set's range.
        ethnicity: weights of the African, Asian and Caucasian face and build targets.
        details: further shape targets by path without ending, e.g.
            ``{"torso/measure-shoulder-dist-incr": 0.5}``.
    """

    sex: float = 1.0
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.0
    ethnicity: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3)
    details: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A shaped body in its rest pose (arms half raised), standing on y = 0.

    Attributes:
        shape: what it was made from.
        vertices: (N, 3) metres.
        faces: (M, 3) triangles.
        bone_index, bone_weight: (N, K) skin weights; indices into `BONES`; rows sum to 1.
        heads: (B, 3) rest position of each bone's joint.
        joints: named points that are no bone's head: hand and finger ends, eyes, ears, ankles.
        features: (N,) boolean masks of parts of the skin: eyes, lips, brows, ears.
    """

    shape: BodyShape
    vertices: FloatArray
    faces: IntArray
    bone_index: IntArray
    bone_weight: FloatArray
    heads: FloatArray
    joints: Mapping[str, FloatArray]
    features: Mapping[str, npt.NDArray[np.bool_]]

    def head(self, bone: str) -> FloatArray:
        """(3,) rest position of the joint at which `bone` turns."""
        return np.asarray(self.heads[BONES.index(bone)])


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    """The data files, parsed: the unshaped mesh, its groups, the rig, the weights.

    `used` are the vertices that are drawn; `skin` and `features` (as in `Body`) are theirs, and
    the same for every shape.
    """

    vertices: FloatArray
    faces: IntArray
    groups: Mapping[str, IntArray]
    rig: Mapping[str, Any]
    used: IntArray
    skin: tuple[IntArray, FloatArray]
    features: Mapping[str, npt.NDArray[np.bool_]]


PARENTS: Final[Mapping[str, str]] = {
    "spine05": "root", "spine04": "spine05", "spine03": "spine04", "spine02": "spine03",
    "spine01": "spine02", "neck01": "spine01", "neck02": "neck01", "neck03": "neck02",
    "head": "neck03",
    **{f"{child}.{s}": parent if parent == "spine01" else f"{parent}.{s}" for s in _SIDES
       for parent, child in zip(("spine01", *_ARM), (*_ARM, "wrist"), strict=True)},
    **{f"finger{f}-{k}.{s}": f"finger{f}-{k - 1}.{s}" if k > 1 else f"wrist.{s}"
       for s in _SIDES for f in range(1, 6) for k in range(1, 4)},
    **{f"{child}.{s}": f"{parent}.{s}" if parent != "root" else "root" for s in _SIDES
       for parent, child in zip(("root", *_LEG[:-1]), _LEG, strict=True)},
}  # fmt: skip


@cache
def _target(folder: Path, name: str) -> tuple[IntArray, FloatArray]:
    """Vertex indices and displacements (dm) of a shape target."""
    path = folder / "targets" / f"{name}.target.gz"
    if not path.is_file():
        raise assets.AssetError(f"There is no shape target {name!r} in {folder / 'targets'}.")
    rows = [
        line.split()
        for line in gzip.decompress(path.read_bytes()).decode("ascii").splitlines()
        if line and line[0] != "#"
    ]
    table = np.array([[float(x) for x in row] for row in rows]).reshape(-1, 4)
    return table[:, 0].astype(np.int64), table[:, 1:]


@lru_cache(maxsize=1)
def _base(folder: Path) -> _Base:
    vertices: list[list[float]] = []
    quads: list[list[int]] = []
    groups: dict[str, set[int]] = {}
    group = ""
    for line in (folder / "3dobjs" / "base.obj").read_text().splitlines():
        key, _, rest = line.partition(" ")
        if key == "v":
            vertices.append([float(x) for x in rest.split()[:3]])
        elif key == "g":
            group = rest.strip()
            groups.setdefault(group, set())
        elif key == "f":
            corner = [int(c.split("/")[0]) - 1 for c in rest.split()]
            groups[group].update(corner)
            if group in _GROUPS:
                quads.append(corner)
    triangles = [t for q in quads for t in _fan(q)]
    rig = json.loads((folder / "rigs/standard/rig.default.json").read_text())
    bones = rig.get("bones", rig)
    found = json.loads((folder / "rigs/standard/weights.default.json").read_text())["weights"]
    weights = {bone: np.array(pairs).reshape(-1, 2) for bone, pairs in found.items()}
    members = {name: np.array(sorted(ids)) for name, ids in groups.items()}
    used = np.concatenate([members[g] for g in _GROUPS])
    return _Base(
        np.array(vertices), np.array(triangles, np.int32), members, bones, used,
        tuple(v[used] for v in _skin(len(vertices), members, bones, weights)),
        {k: v[used] for k, v in _features(len(vertices), folder, members, weights).items()},
    )  # fmt: skip


def _fan(corner: list[int]) -> list[list[int]]:
    return [[corner[0], corner[i], corner[i + 1]] for i in range(1, len(corner) - 1)]


def _mix(shape: BodyShape) -> Iterator[tuple[str, float]]:
    """Names and shares of the targets that make up `shape` (linear in each property)."""

    def levels(value: float, low: str, middle: str, high: str) -> list[tuple[str, float]]:
        v = float(np.clip(value, 0.0, 1.0))
        if v < 0.5:
            return [(low, 1 - 2 * v), (middle, 2 * v)]
        return [(middle, 2 - 2 * v), (high, 2 * v - 1)]

    total = sum(shape.ethnicity)
    stature = "maxheight" if shape.height > 0 else "minheight"
    for sex, s in (("female", 1 - shape.sex), ("male", shape.sex)):
        for name, e in zip(("african", "asian", "caucasian"), shape.ethnicity, strict=True):
            yield f"macrodetails/{name}-{sex}-young", s * e / total
        for m_name, m in levels(shape.muscle, "minmuscle", "averagemuscle", "maxmuscle"):
            for w_name, w in levels(shape.weight, "minweight", "averageweight", "maxweight"):
                build = f"{sex}-young-{m_name}-{w_name}"
                yield f"macrodetails/universal-{build}", s * m * w
                yield f"macrodetails/height/{build}-{stature}", s * m * w * abs(shape.height)
    yield from shape.details.items()


@lru_cache(maxsize=16)
def _cached(folder: Path, key: tuple[Any, ...]) -> Body:
    sex, muscle, weight, height, ethnicity, details = key
    return _build(folder, BodyShape(sex, muscle, weight, height, ethnicity, dict(details)))


def make_body(shape: BodyShape | None = None) -> Body:
    """The body of `shape`; made once and cached.

    Raises:
        AssetError: the body data cannot be had.
    """
    s = BodyShape() if shape is None else shape
    key = (s.sex, s.muscle, s.weight, s.height, s.ethnicity, tuple(sorted(s.details.items())))
    return _cached(assets.ensure(), key)


def _build(folder: Path, shape: BodyShape) -> Body:
    base = _base(folder)
    all_vertices = base.vertices.copy()
    for name, share in _mix(shape):
        if abs(share) > 1e-6:
            index, shift = _target(folder, name)
            all_vertices[index] += share * shift
    all_vertices *= 0.1
    all_vertices[:, 1] -= all_vertices[base.groups["body"], 1].min()
    renumber = np.full(len(all_vertices), -1, np.int32)
    renumber[base.used] = np.arange(len(base.used), dtype=np.int32)
    heads = np.array([_place(base, all_vertices, base.rig[b]["head"]) for b in BONES])
    _set_clavicles(heads)
    return Body(
        shape=shape,
        vertices=all_vertices[base.used],
        faces=renumber[base.faces],
        bone_index=base.skin[0],
        bone_weight=base.skin[1],
        heads=heads,
        joints=_named_points(base, all_vertices),
        features=base.features,
    )


def _place(base: _Base, vertices: FloatArray, spec: Mapping[str, Any]) -> FloatArray:
    """Where a bone's end lies on the shaped mesh, by the rig's own rule."""
    strategy = spec["strategy"]
    if strategy == "CUBE":
        return np.asarray(vertices[base.groups[spec["cube_name"]]].mean(axis=0))
    if strategy == "VERTEX":
        return np.asarray(vertices[spec["vertex_index"]])
    return np.asarray(vertices[spec["vertex_indices"]].mean(axis=0))


def _set_clavicles(heads: FloatArray) -> None:
    """Move both sternoclavicular pivots forward until the clavicles rest at `CLAVICLE_REST_DEG`."""
    for side in _SIDES:
        pivot = heads[BONES.index(f"clavicle.{side}")]
        shoulder = heads[BONES.index(f"upperarm01.{side}")]
        reach = abs(shoulder[0] - pivot[0])
        pivot[2] = shoulder[2] + reach * np.tan(np.radians(CLAVICLE_REST_DEG))


def _named_points(base: _Base, vertices: FloatArray) -> dict[str, FloatArray]:
    points = {}
    for side, letter in (("L", "l"), ("R", "r")):
        for name, cube in (
            ("hand", "hand-3"), ("eye", "eye"), ("thumb_tip", "finger-1-4"),
            ("index_tip", "finger-2-4"), ("index_knuckle", "finger-2-1"),
            ("pinky_knuckle", "finger-5-1"), ("pinky_tip", "finger-5-4"), ("ankle", "ankle"),
        ):  # fmt: skip
            points[f"{name}.{side}"] = vertices[base.groups[f"joint-{letter}-{cube}"]].mean(axis=0)
    points["crown"] = vertices[base.groups["joint-head-2"]].mean(axis=0)
    points["neck"] = vertices[base.groups["joint-neck"]].mean(axis=0)
    # Ears: the outermost skin of the head in the band between mouth and eyes.
    body = vertices[base.groups["body"]]
    eye = points["eye.L"]
    band = body[(body[:, 1] > eye[1] - 0.05) & (body[:, 1] < eye[1] + 0.02)]
    band = band[np.abs(band[:, 0]) < 0.11]
    for side, sign in (("L", 1.0), ("R", -1.0)):
        rank = np.argsort(-sign * band[:, 0])[:12]
        points[f"ear.{side}"] = band[rank].mean(axis=0)
    return points


def _features(
    count: int, folder: Path, groups: Mapping[str, IntArray], weights: Mapping[str, FloatArray]
) -> dict[str, npt.NDArray[np.bool_]]:
    """Which vertices are eyes, lips, brows and ears, by the rig and the targets."""

    def ruled_by(*bones: str) -> npt.NDArray[np.bool_]:
        mask = np.zeros(count, np.bool_)
        for bone in bones:
            table = weights[bone]
            mask[table[table[:, 1] > 0.45, 0].astype(np.int64)] = True
        return mask

    eyes = np.ones(count, np.bool_)
    eyes[groups["body"]] = False
    ears = np.zeros(count, np.bool_)
    for side in ("l", "r"):
        index, shift = _target(folder, f"ears/{side}-ear-scale-incr")
        ears[index[np.linalg.norm(shift, axis=1) > 0.02]] = True
    sides = [f".{s}" for s in _SIDES]
    return {
        "eyes": eyes,
        "lips": ruled_by("oris01", "oris05", *(f"oris0{k}{s}" for k in (3, 7) for s in sides)),
        "brows": ruled_by(*(f"oculi01{s}" for s in sides)),
        "ears": ears,
    }


def _skin(
    count: int,
    groups: Mapping[str, IntArray],
    rig: Mapping[str, Any],
    weights: Mapping[str, FloatArray],
) -> tuple[IntArray, FloatArray]:
    """(N, K) bone indices and weights of the vertices, strongest first."""
    dense = np.zeros((count, len(BONES)), np.float32)
    for name, table in weights.items():
        keeper = name
        while keeper not in BONES:
            keeper = rig[keeper]["parent"]
        dense[table[:, 0].astype(np.int64), BONES.index(keeper)] += table[:, 1]
    # Eyeballs follow the head, not their own bones.
    for group in _GROUPS[1:]:
        dense[groups[group]] = 0
        dense[groups[group], BONES.index("head")] = 1
    order = np.argsort(-dense, axis=1)[:, :_INFLUENCES]
    weight = np.take_along_axis(dense, order, axis=1)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    return order.astype(np.int32), weight
