"""Shoulder blades that glide over the ribs, and the gap between them.

The rig has no shoulder blades: its skin between them hangs on the spine and hardly narrows when the
collar bones go back (by about 1 % for 18 degrees). Here two bones are added. A blade turns about
the middle of the rib cage with its collar bone, rises with the tip of the shoulder, and turns
upwards with a raised arm; the skin over it follows smoothly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from phantom.back.charts import charts_of
from phantom.body import BONES
from phantom.outfit import _edges as neighbours
from phantom.render import skin_matrices
from phantom.skeleton import about

if TYPE_CHECKING:
    from phantom.back.charts import Places
    from phantom.body import Body
    from phantom.skeleton import Posed
    from scapcoach.arrays import BoolArray, FloatArray, IntArray


#: The medial border at rest: its distance from the spine as a share of that of the shoulder joint
#: (6.7 cm of 18.6), and the height of its levels over the shoulder joint, metres on that body.
BORDER: Final = 0.36
LEVELS: Final = {"upper": 0.0, "middle": -0.06, "lower": -0.12}
#: Half the width of the body whose shoulder joints these measures were taken for, metres.
_HALF: Final = 0.186

#: How far a blade turns about the rib cage for each degree of its collar bone.
_GLIDE: Final = 0.85
#: The vertical axis of that turn, metres in front of the shoulder joints.
_AXIS: Final = 0.0
#: How far a blade rises with the tip of the shoulder.
_RISE: Final = 0.8
#: Degrees of upward rotation that show in the skin for each degree that an arm is raised beyond
#: the setting phase. The blade itself turns by 1/3 of a degree (Inman et al. 1944).
_UPWARD: Final = 0.2
_SETTING: Final = 30.0
#: Skin over the medial border follows the blade by this much.
_SKIN_AT_BORDER: Final = 0.9
#: Points of a path from one medial border to the other.
_STEPS: Final = 25
_INFLUENCES: Final = 6
#: Steps of smoothing, each about as far as an edge of the mesh is long, on the loosest cloth.
_SLIP: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """Paths over the skin between the medial borders, from the right blade to the left one.

    Attributes:
        paths: for each of `LEVELS`, 25 places along it.
        bone: for each of `LEVELS`, (2, 3) rest positions of the right and left border.
    """

    paths: dict[str, Places]
    bone: dict[str, FloatArray]


def size_of(body: Body) -> float:
    """How broad the shoulders are, 1 an average man's."""
    return float(body.head("upperarm01.L")[0] / _HALF)


def girdle(body: Body, posed: Posed, side: str) -> tuple[float, float]:
    """Retraction and elevation of a collar bone from rest, degrees, as in `phantom.truth`."""
    sign = 1.0 if side == "L" else -1.0
    rest = body.head(f"upperarm01.{side}") - body.head(f"clavicle.{side}")
    thorax = posed.rotation[BONES.index("spine01")]
    now = thorax.T @ (posed.joint(f"upperarm01.{side}") - posed.joint(f"clavicle.{side}"))
    back, up = [], []
    for line in (rest, now):
        back.append(np.degrees(np.arctan2(-line[2], sign * line[0])))
        up.append(np.degrees(np.arcsin(line[1] / np.linalg.norm(line))))
    return float(back[1] - back[0]), float(up[1] - up[0])


def _upward(posed: Posed, side: str, rhythm: float) -> float:
    """Upward rotation that shows in the skin, degrees."""
    thorax = posed.rotation[BONES.index("spine01")]
    arm = thorax.T @ (posed.joint(f"lowerarm01.{side}") - posed.joint(f"upperarm01.{side}"))
    raised = np.degrees(np.arccos(np.clip(-arm[1] / np.linalg.norm(arm), -1, 1)))
    return float(rhythm * _UPWARD * max(raised - _SETTING, 0.0))


def blade_matrix(body: Body, posed: Posed, side: str, rhythm: float = 0.0) -> FloatArray:
    """(3, 4) that carries rest positions on a shoulder blade to the room.

    Args:
        body: in its rest pose.
        posed: joint positions.
        side: L or R.
        rhythm: 1 where the blade turns upwards with a raised arm as in healthy people, 0 where it
            stays as it is.
    """
    sign = 1.0 if side == "L" else -1.0
    joint = body.head(f"upperarm01.{side}")
    retraction, elevation = girdle(body, posed, side)
    reach = joint - body.head(f"clavicle.{side}")
    length = float(np.linalg.norm(reach))
    rest = np.arcsin(reach[1] / length)
    rise = _RISE * length * (np.sin(rest + np.radians(elevation)) - np.sin(rest))
    root = joint * [BORDER, 1.0, 0.0]
    up = about(2, sign * _upward(posed, side, rhythm))
    glide = about(1, sign * _GLIDE * retraction)
    axis = np.array([0.0, 0.0, joint[2] + _AXIS])
    # Upwards about the root of its spine, raised, then around the ribs.
    turn = glide @ up
    shift = glide @ (root - up @ root + [0.0, rise, 0.0] - axis) + axis
    k = BONES.index("spine01")
    thorax, place = posed.rotation[k], posed.head[k]
    return np.column_stack([thorax @ turn, place + thorax @ (shift - body.heads[k])])


def matrices(body: Body, posed: Posed, rhythm: float = 0.0) -> FloatArray:
    """(B + 2, 3, 4) float32: those of the rig, then the left and the right blade."""
    blades = [blade_matrix(body, posed, side, rhythm) for side in ("L", "R")]
    return np.concatenate([skin_matrices(body, posed), np.array(blades, np.float32)])


def _step(value: FloatArray, zero: float, one: float) -> FloatArray:
    """Smooth step: 0 at `zero`, 1 at `one`."""
    s = np.clip((value - zero) / (one - zero), 0.0, 1.0)
    return np.asarray(s * s * (3 - 2 * s))


def hold(body: Body) -> FloatArray:
    """(N, 2) how far the skin follows the left and the right blade, 0..1."""
    joint = body.head("upperarm01.L")
    size = size_of(body)
    border = BORDER * joint[0]
    x, z = body.vertices[:, 0], body.vertices[:, 2]
    up = (body.vertices[:, 1] - joint[1]) / size
    window = _step(up, 0.10, 0.03) * _step(up, -0.25, -0.13) * _step(z, -0.005, -0.035)
    out = []
    for sign in (1.0, -1.0):
        lateral = sign * x
        # Between spine and border the skin narrows evenly; over the blade it moves with it.
        inner = np.clip(lateral / border, 0.0, 1.0) * _SKIN_AT_BORDER
        inner += (1 - _SKIN_AT_BORDER) * _step(lateral, border, 1.35 * border)
        out.append(window * inner * _step(lateral, 1.0 * joint[0], 0.75 * joint[0]))
    return np.stack(out, axis=1)


def bones(body: Body, blades: FloatArray) -> tuple[IntArray, FloatArray]:
    """(N, K) bone indices and float32 weights, with the two blades as further bones.

    Args:
        body: gives the weights of the rig, which keep what the blades leave.
        blades: (N, 2) weights of the left and the right blade.
    """
    count = len(BONES)
    dense = np.zeros((len(body.vertices), count + 2), np.float32)
    np.put_along_axis(dense, body.bone_index.astype(np.int64), body.bone_weight, axis=1)
    dense[:, :count] *= (1 - blades.sum(axis=1))[:, None]
    dense[:, count:] = blades
    order = np.argsort(-dense, axis=1, kind="stable")[:, :_INFLUENCES]
    weight = np.take_along_axis(dense, order, axis=1)
    weight /= weight.sum(axis=1, keepdims=True)
    return order.astype(np.int32), np.ascontiguousarray(weight, np.float32)


@lru_cache(maxsize=4)
def blade_skin(body: Body) -> tuple[IntArray, FloatArray]:
    """(N, K) bone indices and weights of the skin."""
    return bones(body, hold(body))


def slipping(body: Body, covered: BoolArray, looseness: float) -> tuple[IntArray, FloatArray]:
    """(N, K) bone indices and weights where `covered` (N,) skin is under cloth.

    A tight cloth goes with the skin. The looser it is, the more it slips over the blades: what
    they do reaches further and is weaker.
    """
    blades = hold(body)
    edges = neighbours(body.faces, len(body.vertices))
    for _ in range(round(_SLIP * looseness)):
        blades[covered] = 0.5 * blades[covered] + 0.5 * (edges @ blades)[covered]
    return bones(body, blades)


@lru_cache(maxsize=4)
def gap_of(body: Body) -> Gap:
    """The paths between the medial borders of `body`."""
    joint = body.head("upperarm01.L")
    border, size = BORDER * joint[0], size_of(body)
    charts = charts_of(body)
    paths, bone = {}, {}
    for name, height in LEVELS.items():
        y = float(joint[1] + height * size)
        x = np.linspace(-border, border, _STEPS)
        paths[name] = charts.places(np.column_stack([x, np.full(_STEPS, y)]), body)
        bone[name] = paths[name].on(body.vertices)[[0, -1]]
    return Gap(paths, bone)


def across(path: Places, vertices: FloatArray, posed: Posed) -> float:
    """Length of a path over the skin of posed `vertices` (N, 3) from side to side, metres.

    Its rise and fall along the spine do not count: blades that both rise by the same amount keep
    their gap, although the skin between them is sheared.
    """
    thorax = posed.rotation[BONES.index("spine01")]
    points = path.on(vertices) @ thorax
    return float(np.linalg.norm(np.diff(points[:, [0, 2]], axis=0), axis=1).sum())
