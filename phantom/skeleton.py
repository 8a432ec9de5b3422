"""Pose -> where every bone is: rotations and joint positions, by forward kinematics.

Rotation matrices act on column vectors, in the axes of `phantom.body` (x subject's left,
y up, z forward). A bone's rotation is relative to the rest pose, so that at rest every matrix
is the identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial.transform import Rotation

from phantom.body import BONES, PARENTS
from phantom.vectors import cross

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phantom.body import Body
    from phantom.pose import Arm, Pose
    from scapcoach.arrays import FloatArray


_UNTURNED: Final = np.eye(3)
_INDEX: Final = {bone: i for i, bone in enumerate(BONES)}
_SIGN: Final = {"L": 1.0, "R": -1.0}
_NAME: Final = {"L": "left", "R": "right"}

#: Shares of a motion taken by each bone of a chain; they add up to 1.
_LUMBAR: Final = {"spine04": 0.5, "spine03": 0.5}
_THORACIC: Final = {"spine02": 0.5, "spine01": 0.5}
_TWIST: Final = {"spine04": 0.25, "spine03": 0.25, "spine02": 0.25, "spine01": 0.25}
_LOWER_NECK: Final = {"neck01": 0.6, "neck02": 0.4}
_HEAD: Final = {"neck03": 0.35, "head": 0.65}

#: Share of the arm's swing and twist that the skin over the shoulder follows, so that it folds
#: instead of tearing; the joint itself stays with the clavicle.
_DELTOID_FOLLOWS: Final = 0.25
#: Shares of the forearm's twist along its two bones.
_TWIST_LOWERARM: Final = (0.35, 0.8)


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """Where a body's bones are.

    Attributes:
        rotation: (B, 3, 3) of each bone in `BONES`, from rest, in the room.
        skin: (B, 3, 3) the same for the skin (softened at the shoulders).
        head: (B, 3) joint positions in the room, metres.
        points: named points of `Body.joints`, carried along.
    """

    rotation: FloatArray
    skin: FloatArray
    head: FloatArray
    points: Mapping[str, FloatArray]

    def joint(self, bone: str) -> FloatArray:
        """(3,) position of the joint at which `bone` turns."""
        return np.asarray(self.head[_INDEX[bone]])


def about(axis: int | FloatArray, degrees: float) -> FloatArray:
    """(3, 3) rotation about a coordinate axis (0, 1, 2) or about a unit vector.

    By Rodrigues' formula: `Rotation` takes ten times as long for a single one.
    """
    x, y, z = _UNTURNED[axis] if isinstance(axis, int) else axis
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    a = np.radians(degrees)
    return np.asarray(_UNTURNED + np.sin(a) * k + (1 - np.cos(a)) * (k @ k))


def frame(first: FloatArray, second: FloatArray) -> FloatArray:
    """(3, 3) with columns: `first`, the part of `second` square to it, and their cross product."""
    x = first / np.linalg.norm(first)
    y = second - (second @ x) * x
    y = y / np.linalg.norm(y)
    return np.column_stack([x, y, cross(x, y)])


def _part(rotation: FloatArray, share: float) -> FloatArray:
    """`share` of a rotation, about the same axis."""
    turn = Rotation.from_matrix(rotation).as_rotvec()
    return np.asarray(Rotation.from_rotvec(share * turn).as_matrix())


def clavicle_rotation(rest: FloatArray, retraction: float, elevation: float) -> FloatArray:
    """(3, 3) that turns the clavicle line `rest` (SC to GH, left side) by exactly these angles.

    Retraction is the change of its angle behind the coronal plane, elevation that of its angle
    over the transverse plane, both in the thorax's frame.
    """
    azimuth = float(np.degrees(np.arctan2(-rest[2], rest[0])))
    return np.asarray(about(1, azimuth + retraction) @ about(2, elevation) @ about(1, -azimuth))


def mirror(rotation: FloatArray) -> FloatArray:
    """The same rotation for the other side of the body."""
    flip = np.diag([-1.0, 1.0, 1.0])
    return np.asarray(flip @ rotation @ flip)


@lru_cache(maxsize=4)
def pose_body(body: Body, pose: Pose) -> Posed:
    """Where the bones of `body` are in `pose`; cached, because a picture and its truth both ask."""
    stance = about(1, pose.turn) @ about(0, -pose.recline)
    world = _axial(pose, stance)
    skin: dict[str, FloatArray] = {}
    for side in ("L", "R"):
        _shoulder_and_arm(body, pose, side, stance, world, skin)
        _leg(body, pose, side, stance, world)
    rotation = np.array([world[b] for b in BONES])
    skin_rotation = np.array([skin.get(b, world[b]) for b in BONES])
    head = _positions(body, world)
    head += _anchor(body, pose, head)
    points = {}
    for name, rest in body.joints.items():
        bone = _carrier(name)
        i = _INDEX[bone]
        points[name] = head[i] + rotation[i] @ (rest - body.heads[i])
    return Posed(rotation, skin_rotation, head, points)


def _carrier(point: str) -> str:
    """The bone that carries a named point of the body."""
    name, _, side = point.partition(".")
    if name in {"eye", "ear", "crown"}:
        return "head"
    if name == "neck":
        return "spine01"
    if name == "ankle":
        return f"foot.{side}"
    finger = {"thumb_tip": "finger1-3", "index_tip": "finger2-3", "pinky_tip": "finger5-3"}
    return f"{finger.get(name, 'wrist')}.{side}"


def _axial(pose: Pose, stance: FloatArray) -> dict[str, FloatArray]:
    """Rotations of pelvis, spine, neck and head."""
    # Side lean to the left tips y towards +x, a negative turn about z.
    root = stance @ about(2, -pose.side_lean) @ about(0, pose.trunk_lean)
    world = {"root": root, "spine05": root}
    local: dict[str, FloatArray] = {}
    for bone in ("spine04", "spine03", "spine02", "spine01"):
        bend = _LUMBAR.get(bone, 0.0) * pose.lumbar_flexion
        bend += _THORACIC.get(bone, 0.0) * pose.thoracic_flexion
        local[bone] = about(1, _TWIST[bone] * pose.twist) @ about(0, bend)
    for bone, share in _LOWER_NECK.items():
        local[bone] = about(0, share * pose.neck_flexion)
    for bone, share in _HEAD.items():
        local[bone] = (
            about(1, share * pose.head_yaw)
            @ about(2, -share * pose.head_tilt)
            @ about(0, share * pose.head_pitch)
        )
    for bone, turn in local.items():
        world[bone] = world[PARENTS[bone]] @ turn
    return world


def arm_rotations(
    body: Body, side: str, arm: Arm, stance: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Rotations of upper arm and untwisted forearm in the room; its rest axis and twist, deg."""
    sign = _SIGN[side]
    shoulder, elbow = body.head(f"upperarm01.{side}"), body.head(f"lowerarm01.{side}")
    wrist = body.head(f"wrist.{side}")
    u0 = elbow - shoulder
    f0 = wrist - elbow
    u0, f0 = u0 / np.linalg.norm(u0), f0 / np.linalg.norm(f0)
    down, forward = np.array([0.0, -1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    # Rest pose -> arm hanging, elbow crease facing forwards.
    hang = frame(down, forward) @ frame(u0, f0).T
    phi = np.radians(arm.plane)
    outward = np.array([sign * np.cos(phi), 0.0, np.sin(phi)])
    swing = about(cross(down, outward), arm.elevation)
    upper = stance @ swing @ about(1, -sign * arm.rotation) @ hang
    # Flexing turns the forearm about the elbow's own rest axis.
    hinge = cross(u0, f0)
    hinge /= np.linalg.norm(hinge)
    rest_bend = float(np.degrees(np.arccos(np.clip(u0 @ f0, -1.0, 1.0))))
    fore = upper @ about(hinge, arm.elbow - rest_bend)
    # Twist that brings the thumb to the neutral (hammer) grip: towards the upper arm when bent.
    thumb = body.joints[f"index_knuckle.{side}"] - body.joints[f"pinky_knuckle.{side}"]
    have = frame(f0, thumb)[:, 1]
    want = frame(f0, -u0)[:, 1]
    neutral = float(np.degrees(np.arctan2(cross(have, want) @ f0, have @ want)))
    twist = neutral + sign * arm.forearm
    return upper, fore, f0, twist


def _shoulder_and_arm(
    body: Body,
    pose: Pose,
    side: str,
    stance: FloatArray,
    world: dict[str, FloatArray],
    skin: dict[str, FloatArray],
) -> None:
    name, sign = _NAME[side], _SIGN[side]
    arm: Arm = getattr(pose, f"arm_{name}")
    thorax = world["spine01"]
    rest = (body.head(f"upperarm01.{side}") - body.head(f"clavicle.{side}")) * [sign, 1, 1]
    turn = clavicle_rotation(
        rest, getattr(pose, f"retraction_{name}"), getattr(pose, f"elevation_{name}")
    )
    turn = turn if side == "L" else mirror(turn)
    clavicle = thorax @ turn
    upper, fore, f0, twist = arm_rotations(body, side, arm, stance)
    world[f"clavicle.{side}"] = world[f"shoulder01.{side}"] = clavicle
    world[f"upperarm01.{side}"] = world[f"upperarm02.{side}"] = upper
    follow = _part(clavicle.T @ upper, _DELTOID_FOLLOWS)
    skin[f"shoulder01.{side}"] = clavicle @ follow
    world[f"forearm.{side}"] = fore
    for bone, share in zip(("lowerarm01", "lowerarm02"), _TWIST_LOWERARM, strict=True):
        world[f"{bone}.{side}"] = fore @ about(f0, share * twist)
    bend = _finger_axis(body, side)
    wrist = fore @ about(f0, twist) @ about(bend, arm.wrist)
    world[f"wrist.{side}"] = wrist
    for finger in range(1, 6):
        _finger(body, f"{finger}", side, arm.grip, bend, world)


def _finger_axis(body: Body, side: str) -> FloatArray:
    """Unit axis across the palm about which fingers close."""
    across = body.joints[f"index_knuckle.{side}"] - body.joints[f"pinky_knuckle.{side}"]
    across = across / np.linalg.norm(across)
    tip, knuckle = body.joints[f"index_tip.{side}"], body.joints[f"index_knuckle.{side}"]
    first = body.head(f"finger2-2.{side}") - knuckle
    # Fingers are a little curled at rest; they close further the same way.
    return across if cross(first, tip - knuckle) @ across > 0 else -across


_CLOSED: Final = {"1": (10.0, 25.0, 35.0), "other": (70.0, 85.0, 45.0)}


def _finger(
    body: Body,
    finger: str,
    side: str,
    grip: float,
    bend: FloatArray,
    world: dict[str, FloatArray],
) -> None:
    axis = bend
    if finger == "1":
        a, b = (body.head(f"finger1-{k}.{side}") for k in (1, 2))
        axis = cross(b - a, body.joints[f"thumb_tip.{side}"] - b)
        axis = axis / max(float(np.linalg.norm(axis)), 1e-9)
    closed = _CLOSED.get(finger, _CLOSED["other"])
    turn = world[f"wrist.{side}"]
    for k, degrees in enumerate(closed, start=1):
        turn = turn @ about(axis, grip * degrees)
        world[f"finger{finger}-{k}.{side}"] = turn


def _leg(
    body: Body, pose: Pose, side: str, stance: FloatArray, world: dict[str, FloatArray]
) -> None:
    name, sign = _NAME[side], _SIGN[side]
    hip, knee = body.head(f"upperleg01.{side}"), body.head(f"lowerleg01.{side}")
    lateral = np.array([1.0, 0.0, 0.0])
    spread = about(2, sign * pose.hip_abduction)
    thigh = stance @ spread @ about(0, -getattr(pose, f"hip_flexion_{name}"))
    bend = getattr(pose, f"knee_flexion_{name}")
    # The knee turns about the lateral axis squared to the thigh.
    axis = frame(knee - hip, lateral)[:, 1]
    shin = thigh @ about(axis, bend)
    world[f"pelvis.{side}"] = world["root"]
    world[f"upperleg01.{side}"] = world[f"upperleg02.{side}"] = thigh
    world[f"lowerleg01.{side}"] = world[f"lowerleg02.{side}"] = shin
    # Feet stay flat on the floor and point the way the person faces.
    toes = about(1, pose.turn + sign * 0.6 * pose.hip_abduction)
    world[f"foot.{side}"] = toes


def _positions(body: Body, world: Mapping[str, FloatArray]) -> FloatArray:
    head = np.empty_like(body.heads)
    for i, bone in enumerate(BONES):
        if bone == "root":
            head[i] = 0.0
            continue
        parent = turned = PARENTS[bone]
        if bone.startswith("wrist"):
            # Twist turns the forearm's two bones about its axis, on which the wrist stays.
            side = bone[-1]
            parent, turned = f"lowerarm01.{side}", f"forearm.{side}"
        j = _INDEX[parent]
        head[i] = head[j] + world[turned] @ (body.heads[i] - body.heads[j])
    return head


def _anchor(body: Body, pose: Pose, head: FloatArray) -> FloatArray:
    """(3,) shift that puts the feet, or the carried hips, where they belong."""
    ankles = head[[_INDEX["foot.L"], _INDEX["foot.R"]]]
    hips = head[[_INDEX["upperleg01.L"], _INDEX["upperleg01.R"]]].mean(axis=0)
    x, z = pose.position
    lift = body.head("foot.L")[1] - ankles[:, 1].min()
    if pose.root_height is not None:
        lift = pose.root_height - hips[1]
    place = hips if pose.seated or pose.root_height is not None else ankles.mean(axis=0)
    return np.array([x - place[0], lift, z - place[2]])
