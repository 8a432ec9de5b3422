"""Everything in the room that is not the body: light, walls, floor and props."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from phantom.vectors import cross

if TYPE_CHECKING:
    from phantom.camera import Camera
    from scapcoach.arrays import FloatArray, Image, IntArray

    Colour = tuple[int, int, int]

#: How far behind the subject the wall stands, seen from the camera, metres.
_WALL = 2.2


@dataclass(frozen=True, slots=True)
class Scene:
    """The room.

    Attributes:
        background: plain (one colour), gradient, room (furniture-like shapes), gym (dark floor,
            equipment-like shapes).
        wall, floor: colours (RGB).
        brightness: of all light; 1 a well-lit room, 0.35 a dark one.
        key: azimuth of the main light in degrees, from the camera's point of view, + right.
        key_height: elevation of the main light, degrees.
        contrast: share of the light that comes from the key, 0..1.
        seed: of shapes on the wall.
    """

    background: Literal["plain", "gradient", "room", "gym"] = "room"
    wall: Colour = (196, 192, 184)
    floor: Colour = (120, 108, 96)
    brightness: float = 1.0
    key: float = 35.0
    key_height: float = 50.0
    contrast: float = 0.55
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A prop: every face has vertices of its own, so that edges are sharp.

    Attributes:
        vertices: (N, 3) float32 metres, in the room or in a hand's frame.
        normals: (N, 3) float32.
        faces: (M, 3) int32.
        albedo: (M, 3, 3) float32.
    """

    vertices: FloatArray
    normals: FloatArray
    faces: IntArray
    albedo: FloatArray


def _finish(corners: list[FloatArray], normals: list[FloatArray], colour: Colour) -> Mesh:
    """Triangles (each (3, 3)) with a normal for each corner, all in one colour."""
    vertices = np.concatenate(corners).astype(np.float32)
    faces = np.arange(len(vertices), dtype=np.int32).reshape(-1, 3)
    albedo = np.empty((len(faces), 3, 3), np.float32)
    albedo[:] = colour
    return Mesh(vertices, np.concatenate(normals).astype(np.float32), faces, albedo)


def box(centre: FloatArray, size: FloatArray, colour: Colour) -> Mesh:
    """An upright box."""
    corners, normals = [], []
    half = np.asarray(size, float) / 2
    for axis in range(3):
        for sign in (-1.0, 1.0):
            n = np.zeros(3)
            n[axis] = sign
            u, v = np.zeros(3), np.zeros(3)
            u[(axis + 1) % 3], v[(axis + 2) % 3] = 1, 1
            if sign < 0:
                u, v = v, u
            quad = [np.asarray(centre) + half * (n + a * u + b * v)
                    for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]  # fmt: skip
            for ids in ((0, 1, 2), (0, 2, 3)):
                corners.append(np.array([quad[i] for i in ids]))
                normals.append(np.tile(n, (3, 1)))
    return _finish(corners, normals, colour)


def rod(start: FloatArray, end: FloatArray, radius: float, colour: Colour, sides: int = 14) -> Mesh:
    """A closed cylinder."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    axis = (end - start) / np.linalg.norm(end - start)
    helper = np.array([0.0, 1, 0]) if abs(axis[1]) < 0.9 else np.array([1.0, 0, 0])
    u = cross(helper, axis)
    u /= np.linalg.norm(u)
    v = cross(axis, u)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * v
    corners, normals = [], []
    for a, b in itertools.pairwise(ring):
        p, q, r, s = start + radius * a, start + radius * b, end + radius * b, end + radius * a
        corners += [np.array([p, q, r]), np.array([p, r, s])]
        normals += [np.array([a, b, b]), np.array([a, b, a])]
        corners += [np.array([start, q, p]), np.array([end, s, r])]
        normals += [np.tile(-axis, (3, 1)), np.tile(axis, (3, 1))]
    return _finish(corners, normals, colour)


def joined(meshes: list[Mesh]) -> Mesh:
    """Several props as one."""
    shift = np.cumsum([0, *(len(m.vertices) for m in meshes)])
    return Mesh(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.faces + s for m, s in zip(meshes, shift, strict=False)]).astype(np.int32),
        np.concatenate([m.albedo for m in meshes]),
    )


def backdrop(scene: Scene, camera: Camera) -> tuple[Image, FloatArray]:
    """The empty room as the camera sees it, and where each pixel meets the floor.

    Returns:
        (H, W, 3) uint8 picture and (H, W, 2) float32 room x, z; 1e9 where there is no floor.
    """
    width, height = camera.size
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    rays = np.stack(
        [(xs + 0.5 - width / 2) / camera.focal, (ys + 0.5 - height / 2) / camera.focal,
         np.ones_like(xs)], axis=-1,
    )  # fmt: skip
    rays = rays @ camera.rotation().astype(np.float32)
    eye = camera.eye.astype(np.float32)
    ahead = -eye * (1, 0, 1) / max(float(np.hypot(eye[0], eye[2])), 1e-6)
    depth = camera.distance + _WALL
    to_wall = depth / np.maximum(rays @ ahead.astype(np.float32), 1e-6)
    down = rays[..., 1]
    to_floor = np.where(down < -1e-6, -eye[1] / np.minimum(down, -1e-6), np.inf)
    on_floor = to_floor < to_wall
    reach = np.where(on_floor, to_floor, to_wall)[..., None]
    point = eye + rays * reach
    right = cross(ahead, np.array([0.0, 1.0, 0.0]))
    wall = _wall_colours(scene, point @ right, point[..., 1])
    ground = _floor_colours(scene, point[..., 0], point[..., 2])
    picture = np.where(on_floor[..., None], ground, wall) * np.float32(scene.brightness)
    floor = np.where(on_floor[..., None], point[..., [0, 2]], 1e9).astype(np.float32)
    image = np.clip(picture, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(image), np.ascontiguousarray(floor)


def _wall_colours(scene: Scene, across: FloatArray, up: FloatArray) -> FloatArray:
    """(..., 3) colour of the wall at metres across and up."""
    base = np.array(scene.wall, np.float32)
    out = np.broadcast_to(base, (*across.shape, 3)).copy()
    if scene.background == "plain":
        return out
    out *= (0.82 + 0.09 * np.clip(up, 0, 3))[..., None]
    if scene.background == "gradient":
        return out
    rng = np.random.default_rng(scene.seed)
    gym = scene.background == "gym"
    for _ in range(16 if gym else 9):
        x, y = rng.uniform(-3.2, 3.2), rng.uniform(0.0, 2.2)
        w, h = rng.uniform(0.08, 0.9), rng.uniform(0.15, 1.1)
        tone = rng.uniform(0.2, 0.75) if gym else rng.uniform(0.55, 1.15)
        tint = np.clip(base * tone + rng.normal(0, 9, 3), 8, 250)
        out[(np.abs(across - x) < w / 2) & (np.abs(up - y) < h / 2)] = tint
        if rng.random() < 0.4:  # a frame: the inside goes back to the wall
            inner = (np.abs(across - x) < w / 2 - 0.04) & (np.abs(up - y) < h / 2 - 0.04)
            out[inner] = np.clip(base * rng.uniform(0.6, 1.1), 0, 250)
    out[(up < 0.10)] *= 0.75  # skirting board
    return out


def _floor_colours(scene: Scene, x: FloatArray, z: FloatArray) -> FloatArray:
    base = np.array(scene.floor, np.float32)
    out = np.broadcast_to(base, (*x.shape, 3)).copy()
    if scene.background in {"plain", "gradient"}:
        return out
    if scene.background == "gym":  # rubber tiles
        seam = (np.abs(x % 1.0) < 0.012) | (np.abs(z % 1.0) < 0.012)
        out[seam] *= 0.7
    else:  # planks
        plank = np.floor(x / 0.14).astype(int)
        out *= (1 + 0.07 * np.sin(plank * 12.9898))[..., None].astype(np.float32)
        out[(x % 0.14) < 0.006] *= 0.7
    return out


def key_direction(scene: Scene, camera: Camera) -> FloatArray:
    """(3,) unit vector towards the main light."""
    azimuth = np.radians(-camera.yaw + scene.key)
    rise = np.radians(scene.key_height)
    flat = np.cos(rise)
    return np.array([flat * np.sin(azimuth), np.sin(rise), flat * np.cos(azimuth)])
