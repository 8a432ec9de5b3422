"""Truth by geometry: the angles of a posed body, read back from its joint positions alone.

Nothing here looks at the `Pose` that was asked for; a test checks that both agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from phantom.skeleton import about, frame
from phantom.vectors import cross

if TYPE_CHECKING:
    from phantom.body import Body
    from phantom.skeleton import Posed
    from scapcoach.arrays import FloatArray


#: Columns of `truth`, in the order of the files; degrees, except the last four: metres.
COLUMNS: Final = (
    "retraction", "retraction_left", "retraction_right",
    "elevation", "elevation_left", "elevation_right",
    "thoracic_flexion", "lumbar_flexion", "neck_flexion", "head_pitch", "head_yaw", "head_tilt",
    "trunk_lean", "side_lean", "twist", "head_forward", "shoulder_tilt",
    "turn", "yaw",
    "arm_elevation_left", "arm_elevation_right", "arm_plane_left", "arm_plane_right",
    "elbow_left", "elbow_right", "forearm_left", "forearm_right",
    "knee_left", "knee_right",
    "ear_shoulder_height_m", "shoulder_width_m", "trunk_length_m", "distance_m",
)  # fmt: skip


def _unit(v: FloatArray) -> FloatArray:
    return np.asarray(v / np.linalg.norm(v))


def _axes(x: FloatArray, up: FloatArray) -> FloatArray:
    """(3, 3) columns left, up, forward from a leftward and an upward direction."""
    left = _unit(x)
    y = _unit(up - (up @ left) * left)
    return np.column_stack([left, y, cross(left, y)])


def _turned(now: FloatArray, rest: FloatArray) -> FloatArray:
    """(3, 3) rotation that brought the frame `rest` to `now`."""
    return np.asarray(now @ rest.T)


def _pitch(up: FloatArray) -> float:
    """Forward tilt of an upward direction (its sideways part aside), degrees."""
    return float(np.degrees(np.arctan2(up[2], up[1])))


def _heading(rotation: FloatArray) -> float:
    """How far a rotation turns the body's left axis about the vertical, degrees."""
    left = rotation[:, 0]
    return float(np.degrees(np.arctan2(-left[2], left[0])))


def _frames(joint: Any, point: Any) -> dict[str, FloatArray]:
    """Frames of pelvis, thorax and head and directions of lower back and neck, from points."""
    hips = joint("upperleg01.L") - joint("upperleg01.R")
    collar = joint("clavicle.L") - joint("clavicle.R")
    eyes = point("eye.L") - point("eye.R")
    return {
        "pelvis": _axes(hips, joint("spine04") - joint("root")),
        "lumbar": joint("spine02") - joint("spine03"),
        "thorax": _axes(collar, joint("neck01") - joint("spine01")),
        "neck": joint("neck03") - joint("neck02"),
        "head": _axes(eyes, point("crown") - joint("head")),
    }


def truth(body: Body, posed: Posed, camera: FloatArray | None = None) -> dict[str, float]:
    """All of `COLUMNS` for a posed body.

    Args:
        body: gives the rest pose, which is zero for girdle, spine, neck and head.
        posed: joint positions.
        camera: (3,) where the camera stands; NaN yaw and distance without.

    `yaw` is how far the pelvis is turned from the line of sight: 0 facing the camera, + turned
    to the subject's left. `trunk_lean` is that of the line from hip to shoulder midpoint and
    `head_forward` that of the line from shoulder to ear midpoint, both to the vertical, as a
    side view sees them. Arm angles are relative to the thorax: 0 along it, plane 0 sideways, 90
    forwards. `forearm` is the pronation; NaN with an arm within 15 deg of straight, whose twist
    cannot be distinguished from the shoulder's.
    """
    now = _frames(posed.joint, posed.points.__getitem__)
    rest = _frames(body.head, body.joints.__getitem__)
    turned = {name: now[name] @ rest[name].T for name in ("pelvis", "thorax", "head")}
    out: dict[str, float] = {}
    out |= _girdle(body, posed, turned["thorax"])
    out |= _spine(turned, now, rest)
    out |= _lines(posed, turned["pelvis"])
    out |= _limbs(body, posed, turned["thorax"])
    out |= _camera(posed, turned["pelvis"], camera)
    return {name: out[name] for name in COLUMNS}


def _girdle(body: Body, posed: Posed, thorax: FloatArray) -> dict[str, float]:
    out = {}
    for side, name, sign in (("L", "left", 1.0), ("R", "right", -1.0)):
        rest = body.head(f"upperarm01.{side}") - body.head(f"clavicle.{side}")
        line = thorax.T @ (posed.joint(f"upperarm01.{side}") - posed.joint(f"clavicle.{side}"))
        back, up = (
            [
                float(np.degrees(np.arctan2(-v[2], sign * v[0]))),
                float(np.degrees(np.arcsin(v[1] / np.linalg.norm(v)))),
            ]
            for v in (line, rest)
        )
        out[f"retraction_{name}"] = back[0] - up[0]
        out[f"elevation_{name}"] = back[1] - up[1]
    for measure in ("retraction", "elevation"):
        out[measure] = (out[f"{measure}_left"] + out[f"{measure}_right"]) / 2
    return out


def _spine(
    turned: dict[str, FloatArray], now: dict[str, FloatArray], rest: dict[str, FloatArray]
) -> dict[str, float]:
    pelvis, thorax, head = turned["pelvis"], turned["thorax"], turned["head"]
    chest = pelvis.T @ thorax
    lumbar = _pitch(pelvis.T @ now["lumbar"]) - _pitch(rest["lumbar"])
    twist = _heading(chest)
    untwisted = about(1, twist).T @ chest
    neck = _pitch(thorax.T @ now["neck"]) - _pitch(rest["neck"])
    nod = about(0, neck).T @ thorax.T @ head
    head_yaw = _heading(nod)
    level = about(1, head_yaw).T @ nod
    tilt = float(np.degrees(np.arcsin(np.clip(-level[1, 0], -1.0, 1.0))))
    return {
        "thoracic_flexion": _pitch(untwisted[:, 1]) - lumbar,
        "lumbar_flexion": lumbar,
        "twist": twist,
        "neck_flexion": neck,
        "head_pitch": _pitch((about(2, -tilt).T @ level)[:, 1]),
        "head_yaw": head_yaw,
        "head_tilt": tilt,
    }


def _lines(posed: Posed, pelvis: FloatArray) -> dict[str, float]:
    """Angles and lengths of the lines between hips, shoulders and ears."""
    unturn = about(1, _heading(pelvis)).T
    left, right = (unturn @ posed.joint(f"upperarm01.{s}") for s in "LR")
    hips = unturn @ (posed.joint("upperleg01.L") + posed.joint("upperleg01.R")) / 2
    ears = unturn @ (posed.points["ear.L"] + posed.points["ear.R"]) / 2
    middle = (left + right) / 2
    trunk, neck, across = middle - hips, ears - middle, left - right
    return {
        "trunk_lean": _pitch(trunk),
        "side_lean": float(np.degrees(np.arctan2(trunk[0], trunk[1]))),
        "head_forward": _pitch(neck),
        "shoulder_tilt": float(np.degrees(np.arctan2(-across[1], np.hypot(across[0], across[2])))),
        "ear_shoulder_height_m": float(neck @ trunk / np.linalg.norm(trunk)),
        "shoulder_width_m": float(np.linalg.norm(across)),
        "trunk_length_m": float(np.linalg.norm(trunk)),
    }


def _limbs(body: Body, posed: Posed, thorax: FloatArray) -> dict[str, float]:
    out = {}
    for side, name, sign in (("L", "left", 1.0), ("R", "right", -1.0)):
        shoulder, elbow, wrist = (
            posed.joint(f"{b}.{side}") for b in ("upperarm01", "lowerarm01", "wrist")
        )
        upper, fore = _unit(elbow - shoulder), _unit(wrist - elbow)
        arm = thorax.T @ upper
        out[f"arm_elevation_{name}"] = float(np.degrees(np.arccos(np.clip(-arm[1], -1, 1))))
        out[f"arm_plane_{name}"] = float(np.degrees(np.arctan2(arm[2], sign * arm[0])))
        bend = float(np.degrees(np.arccos(np.clip(upper @ fore, -1, 1))))
        out[f"elbow_{name}"] = bend
        thumb = posed.points[f"index_knuckle.{side}"] - posed.points[f"pinky_knuckle.{side}"]
        have, want = frame(fore, thumb)[:, 1], frame(fore, -upper)[:, 1]
        turn = float(np.degrees(np.arctan2(cross(want, have) @ fore, want @ have)))
        out[f"forearm_{name}"] = sign * turn if bend > 15 else float("nan")
        thigh = posed.joint(f"lowerleg01.{side}") - posed.joint(f"upperleg01.{side}")
        shin = posed.joint(f"foot.{side}") - posed.joint(f"lowerleg01.{side}")
        out[f"knee_{name}"] = _between(thigh, shin) - _between(
            body.head(f"lowerleg01.{side}") - body.head(f"upperleg01.{side}"),
            body.head(f"foot.{side}") - body.head(f"lowerleg01.{side}"),
        )
    return out


def _between(a: FloatArray, b: FloatArray) -> float:
    return float(np.degrees(np.arccos(np.clip(_unit(a) @ _unit(b), -1, 1))))


def _camera(posed: Posed, pelvis: FloatArray, camera: FloatArray | None) -> dict[str, float]:
    turn = _heading(pelvis)
    if camera is None:
        return {"turn": turn, "yaw": float("nan"), "distance_m": float("nan")}
    middle = (posed.joint("upperarm01.L") + posed.joint("upperarm01.R")) / 2
    sight = camera - middle
    bearing = float(np.degrees(np.arctan2(sight[0], sight[2])))
    yaw = (turn - bearing + 180.0) % 360.0 - 180.0
    return {"turn": turn, "yaw": yaw, "distance_m": float(np.linalg.norm(sight))}
