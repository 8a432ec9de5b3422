"""Draws textured bodies; all else - room, props, light, noise - is `phantom.render`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from phantom import raster
from phantom.back import kernels
from phantom.back.blades import matrices
from phantom.back.charts import skinned
from phantom.back.paint import Painted, paint
from phantom.render import Actor, Renderer
from phantom.scene import backdrop, key_direction

if TYPE_CHECKING:
    from phantom.back.cloth import Cloth
    from phantom.body import Body
    from phantom.camera import Camera
    from phantom.outfit import Look
    from phantom.skeleton import Posed
    from scapcoach.arrays import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class BackActor(Actor):
    """A body with textured skin and cloth and with blades.

    Attributes:
        painted: its mesh and texture.
    """

    painted: Painted

    @classmethod
    def wearing(cls, body: Body, look: Look, cloth: Cloth) -> BackActor:
        """`body` in `cloth`, and in `look` for the rest."""
        painted = paint(body, look, cloth)
        return cls(body, look, painted.dressed, painted)

    def vertices(self, posed: Posed, rhythm: float = 0.0) -> FloatArray:
        """(N, 3) float32 posed vertices; `rhythm` as in `blades.blade_matrix`."""
        d = self.dressed
        bones = matrices(self.body, posed, rhythm)
        return skinned(d.vertices, d.bone_index, d.bone_weight, bones)


@dataclass(eq=False)
class BackRenderer(Renderer):
    """A renderer of a `BackActor`; other people in the room are drawn as always.

    Attributes:
        rhythm: as in `blades.blade_matrix`.
    """

    rhythm: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        c = self.camera
        # One level for the whole clip: a switch would look like a change of focus.
        self._spacing = c.distance / (c.focal * c.samples)
        self._azimuth = self.scene.key - c.yaw

    def move(self, camera: Camera) -> None:
        """Go on from another place, of the same picture size; the lamp stays where it is."""
        self.camera = camera
        self.scene = replace(self.scene, key=self._azimuth + camera.yaw)
        self._room, self._floor = backdrop(self.scene, camera)

    def where(self, places: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Pixels of room points (..., 3) in the frame drawn last, and whether they are seen there.

        A shake of the camera that was given with the frame is not taken into account.
        """
        c = self.camera
        xy = c.project(places)
        depth = ((places - c.eye) @ c.rotation().T)[..., 2]
        fine = np.floor(xy * c.samples).astype(int)
        rows, columns = self._depth.shape
        inside = (fine >= 0).all(-1) & (fine[..., 0] < columns) & (fine[..., 1] < rows)
        x, y = (np.clip(fine[..., k], 0, n - 1) for k, n in ((0, columns), (1, rows)))
        # A surface seen at a slant is a little nearer in the middle of a pixel than at the point.
        return xy, np.asarray(inside & (self._depth[y, x] <= (1 + 0.01 / depth) / depth))

    def _draw_body(self, actor: Actor, posed: Posed, shake: tuple[float, float]) -> None:
        if not isinstance(actor, BackActor):
            super()._draw_body(actor, posed, shake)
            return
        vertices = actor.vertices(posed, self.rhythm)
        normal = np.empty_like(vertices)
        raster.normals(vertices, actor.dressed.faces, normal)
        points, lit = self._seen(vertices, normal, shake)
        image, uv = actor.painted.level(self._spacing)
        chart = actor.painted.charts.chart
        faces = actor.dressed.faces
        kernels.draw(points, faces, chart, uv, image, lit, self._depth, self._fine)

    def _seen(
        self, vertices: FloatArray, normal: FloatArray, shake: tuple[float, float]
    ) -> tuple[FloatArray, FloatArray]:
        """Picture coordinates and light of vertices, as `Renderer` has them."""
        c, s = self.camera, self.scene
        lit = np.empty((len(vertices), 2), np.float32)
        levels = np.array([0.95 * (1 - s.contrast), 1.05 * s.contrast, 0.18, 0.05]) * s.brightness
        eye = c.eye.astype(np.float32)
        key = key_direction(s, c).astype(np.float32)
        raster.light(vertices, normal, eye, key, levels.astype(np.float32), lit)
        points = np.empty((len(vertices), 3), np.float32)
        width, height = np.array(c.size, np.float32) * c.samples / 2
        focal = np.float32(c.focal * c.samples)
        turn = c.rotation(shake).astype(np.float32)
        raster.project(vertices, turn, eye, focal, width, height, points)
        return points, lit
