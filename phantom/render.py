"""Poses -> pictures: one renderer for a body, its clothes, a room and a camera."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from phantom import raster
from phantom.body import BONES
from phantom.camera import Camera
from phantom.outfit import Look, dress
from phantom.scene import Scene, backdrop, key_direction
from phantom.skeleton import Posed, pose_body

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from phantom.body import Body
    from phantom.outfit import Dressed
    from phantom.pose import Pose
    from phantom.scene import Mesh
    from scapcoach.arrays import FloatArray, Image


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A dressed body."""

    body: Body
    look: Look
    dressed: Dressed

    @classmethod
    def of(cls, body: Body, look: Look | None = None) -> Actor:
        """`body` in the clothes of `look`."""
        look = Look() if look is None else look
        return cls(body, look, dress(body, look))


def skin_matrices(body: Body, posed: Posed) -> FloatArray:
    """(B, 3, 4) float32 matrices that carry rest vertices to the room."""
    pivot, place = body.heads.copy(), posed.head.copy()
    # The skin over a shoulder turns about the joint of the arm, not about its own bone's end.
    for side in ("L", "R"):
        i, j = BONES.index(f"shoulder01.{side}"), BONES.index(f"upperarm01.{side}")
        pivot[i], place[i] = body.heads[j], posed.head[j]
    shift = place - np.einsum("bij,bj->bi", posed.skin, pivot)
    return np.concatenate([posed.skin, shift[:, :, None]], axis=2).astype(np.float32)


@dataclass(eq=False)
class Renderer:
    """Draws frames of one set-up; keeps its buffers and the empty room between frames.

    Attributes:
        actor: who is seen.
        camera, scene: from where, and in what room.
        props: meshes for a posed body, drawn with it (called once a frame).
        seed: of sensor noise and camera shake.
    """

    actor: Actor
    camera: Camera = field(default_factory=Camera)
    scene: Scene = field(default_factory=Scene)
    props: Callable[[Posed], Sequence[Mesh]] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        width, height = self.camera.size
        s = self.camera.samples
        self._fine = np.zeros((height * s, width * s, 3), np.uint8)
        self._depth = np.zeros((height * s, width * s), np.float32)
        self._room, self._floor = backdrop(self.scene, self.camera)
        self._vertices: dict[int, FloatArray] = {}
        self._rng = np.random.default_rng(self.seed)
        self._noise = _noise_bank(self._rng, self.camera)

    def frame(
        self,
        pose: Pose,
        others: Sequence[tuple[Actor, Pose]] = (),
        shake: tuple[float, float] = (0.0, 0.0),
    ) -> Image:
        """(H, W, 3) uint8 RGB picture of the actor in `pose`, C-contiguous.

        Args:
            pose: of the main actor.
            others: further people in the room.
            shake: pitch and yaw of the camera away from its place, degrees.
        """
        self._depth[:] = 0
        blobs: list[list[float]] = []
        for actor, p in ((self.actor, pose), *others):
            posed = pose_body(actor.body, p)
            self._draw_body(actor, posed, shake)
            blobs += _shadow_blobs(posed)
            if actor is self.actor and self.props is not None:
                for mesh in self.props(posed):
                    self._draw(mesh.vertices, mesh.normals, mesh.faces, mesh.albedo, shake)
        room = self._room.copy() if shake == (0.0, 0.0) else self._shaken_room(shake)
        if shake == (0.0, 0.0):
            raster.shade_floor(room, self._floor, np.array(blobs, np.float32), np.float32(0.35))
        out = np.empty_like(room)
        raster.resolve(self._fine, self._depth, room, out)
        return self._add_noise(out)

    def _draw_body(self, actor: Actor, posed: Posed, shake: tuple[float, float]) -> None:
        d = actor.dressed
        vertices, normal = np.empty_like(d.vertices), np.empty_like(d.vertices)
        raster.skin(
            d.vertices, d.bone_index, d.bone_weight, skin_matrices(actor.body, posed), vertices
        )
        raster.normals(vertices, d.faces, normal)
        self._draw(vertices, normal, d.faces, d.albedo, shake)

    def _draw(
        self,
        vertices: FloatArray,
        normal: FloatArray,
        faces: npt.NDArray[np.integer[Any]],
        albedo: FloatArray,
        shake: tuple[float, float],
    ) -> None:
        c, s = self.camera, self.scene
        lit = np.empty((len(vertices), 2), np.float32)
        levels = np.array([0.95 * (1 - s.contrast), 1.05 * s.contrast, 0.18, 0.05]) * s.brightness
        eye = c.eye.astype(np.float32)
        key = key_direction(s, c).astype(np.float32)
        raster.light(vertices, normal, eye, key, levels.astype(np.float32), lit)
        points = np.empty((len(vertices), 3), np.float32)
        width, height = np.array(c.size, np.float32) * c.samples / 2
        focal = np.float32(c.focal * c.samples)
        raster.project(
            vertices, c.rotation(shake).astype(np.float32), eye, focal, width, height, points
        )
        raster.draw(points, faces, albedo, lit, self._depth, self._fine)

    def _shaken_room(self, shake: tuple[float, float]) -> Image:
        import cv2

        c = self.camera
        move = np.float32([[1, 0, 0], [0, 1, 0]])
        move[0, 2] = -np.radians(shake[1]) * c.focal
        move[1, 2] = np.radians(shake[0]) * c.focal
        return np.ascontiguousarray(
            cv2.warpAffine(self._room, move, c.size, borderMode=cv2.BORDER_REPLICATE)
        )

    def _add_noise(self, image: Image) -> Image:
        if self._noise is None:
            return image
        height, width = image.shape[:2]
        y, x = self._rng.integers(0, 48, 2)
        out = image.astype(np.int16) + self._noise[y : y + height, x : x + width]
        return np.clip(out, 0, 255).astype(np.uint8)


def _noise_bank(rng: np.random.Generator, camera: Camera) -> npt.NDArray[np.int16] | None:
    """Noise a little larger than the picture; each frame cuts its own piece."""
    if camera.noise <= 0:
        return None
    width, height = camera.size
    noise = rng.normal(0, camera.noise, (height + 48, width + 48, 3))
    return np.asarray(np.rint(noise), np.int16)


def _shadow_blobs(posed: Posed) -> list[list[float]]:
    """Soft spots of shade: (x, z, radius) under feet, hips and hands near the floor."""
    blobs = []
    for bone, radius in (("foot.L", 0.16), ("foot.R", 0.16), ("root", 0.42)):
        x, y, z = posed.joint(bone)
        blobs.append([x, z + (0.05 if bone != "root" else 0.0), radius + 0.15 * max(y - 0.1, 0)])
    return blobs
