"""Input of the observer: one frame compared with the person's own neutral, as plain numbers.

Everything is measured from the shoulder midpoint and in lengths of the neutral's trunk, so that
neither the place in the picture nor its resolution matters. A mirrored picture gives the same
numbers in another order and with some signs reversed (`mirrored`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.geometry.posture import face_size, trunk_line
from scapcoach.geometry.vectors import wrap_degrees, y_up
from scapcoach.geometry.view import estimate_yaw
from scapcoach.girdle.geometric import solve
from scapcoach.landmarks import EARS, HIPS, SHOULDERS, Landmark

if TYPE_CHECKING:
    from scapcoach.arrays import FloatArray, IntArray
    from scapcoach.girdle.neutral import Neutral
    from scapcoach.girdle.state import GirdleState
    from scapcoach.landmarks import Poses


#: Left and right landmarks that the observer uses; the nose comes before them.
_OBSERVER_PAIRS: Final = (
    (Landmark.LEFT_EYE_OUTER, Landmark.RIGHT_EYE_OUTER),
    EARS,
    (Landmark.MOUTH_LEFT, Landmark.MOUTH_RIGHT),
    SHOULDERS,
    (Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW),
    (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST),
    HIPS,
    (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE),
)
OBSERVER_POINTS: Final = (Landmark.NOSE, *(p for pair in _OBSERVER_PAIRS for p in pair))
_MIRRORED_POINTS: Final = (Landmark.NOSE, *(p for pair in _OBSERVER_PAIRS for p in reversed(pair)))
_MIRROR_PLACES: Final = tuple(OBSERVER_POINTS.index(p) for p in _MIRRORED_POINTS)

#: Larger values are clipped: a point that far away is wrong, and was never in the training set.
_LIMIT: Final = 4.0


#: Order of the closed form's values in the mirror: left and right of four quantities and of the
#: arms change places, the others stay.
_MIRROR_SOLVED: Final = (1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 10, 11, 12, 13, 14, 15)


def _blocks() -> tuple[tuple[str, tuple[int, ...], tuple[float, ...]], ...]:
    """Name, order and signs in the mirror of every block of features."""
    n = len(OBSERVER_POINTS)

    def points(signs: tuple[float, ...]) -> tuple[tuple[int, ...], tuple[float, ...]]:
        k = len(signs)
        return tuple(k * i + c for i in _MIRROR_PLACES for c in range(k)), signs * n

    arms = tuple(12 - 6 * (i // 6 + 1) + i % 6 for i in range(12))
    scalars = (1.0, -1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    return (
        ("seen", *points((-1.0, 1.0))),
        ("change", *points((-1.0, 1.0))),
        ("neutral", *points((-1.0, 1.0))),
        ("world", *points((-1.0, 1.0, 1.0))),
        ("body", *points((1.0, 1.0, -1.0))),
        ("visible", *points((1.0,))),
        ("known", *points((1.0,))),
        ("trunk", (0, 1, 2, 3, 4, 5), (-1.0, 1.0, 1.0, -1.0, 1.0, 1.0)),
        ("arms", arms, (-1.0, 1.0, 1.0) * 4),
        ("scalars", tuple(range(len(scalars))), scalars),
        ("solved", _MIRROR_SOLVED, (1.0,) * len(_MIRROR_SOLVED)),
    )


def _layout() -> tuple[dict[str, slice], IntArray, FloatArray]:
    places: dict[str, slice] = {}
    order: list[int] = []
    signs: list[float] = []
    for name, block, sign in _blocks():
        start = len(order)
        places[name] = slice(start, start + len(block))
        order += [start + i for i in block]
        signs += sign
    return places, np.array(order), np.array(signs)


#: Where each block of features lies, and the order and signs of all of them in the mirror.
PLACES, _ORDER, _SIGNS = _layout()
N_FEATURES: Final = len(_ORDER)


def mirrored(features: FloatArray) -> FloatArray:
    """(..., F) features of the mirrored picture of the mirrored person."""
    return np.asarray(features[..., _ORDER] * _SIGNS.astype(features.dtype))


def features(poses: Poses, neutral: Neutral) -> FloatArray:
    """(T, F) float32 features of every frame; zeros without a person.

    Args:
        poses: T frames, smoothed or not.
        neutral: of the same person and camera.
    """
    t = len(poses)
    chosen = list(OBSERVER_POINTS)
    seen = y_up(poses.xy[:, chosen].astype(np.float64)) / neutral.unit
    middle = [OBSERVER_POINTS.index(s) for s in SHOULDERS]
    seen = seen - seen[:, middle].mean(axis=1, keepdims=True)
    rest = neutral.points[chosen] - _middle(neutral.points[list(SHOULDERS)])
    known = np.isfinite(rest[:, 0])
    yaw = estimate_yaw(poses)[0]
    world = poses.world.astype(np.float64)
    centre = world[:, list(SHOULDERS)].mean(axis=1, keepdims=True)
    spread = y_up(world[:, chosen] - centre) / 0.5
    line = y_up(trunk_line(poses)) / 0.5
    parts = (
        seen,
        np.where(known[:, None], seen - rest, 0.0),
        np.broadcast_to(np.nan_to_num(rest), (t, *rest.shape)),
        spread,
        _turned(spread, yaw),
        poses.visibility[:, chosen],
        np.broadcast_to(known, (t, len(known))),
        np.concatenate([line, np.broadcast_to(y_up(neutral.trunk), (t, 3))], axis=1),
        np.broadcast_to(neutral.arms, (t, 2, 2, 3)),
        _scalars(poses, neutral, yaw),
        # Always one iteration, as in training, however many the closed form uses by itself.
        _solved(solve(poses, neutral, iterations=1)),
    )
    flat = np.concatenate(
        [p.reshape(t, int(np.prod(p.shape[1:]))) for p in parts], axis=1, dtype=np.float32
    )
    return np.clip(np.nan_to_num(flat), -_LIMIT, _LIMIT)


def _middle(pair: FloatArray) -> FloatArray:
    """(2,) midpoint of two points, or the only known one; NaN when none is known."""
    one = np.where(np.isfinite(pair[0]), pair[0], pair[1])
    other = np.where(np.isfinite(pair[1]), pair[1], pair[0])
    return np.asarray((one + other) / 2)


def _solved(state: GirdleState) -> FloatArray:
    """(T, 16) values and sigmas of the closed form."""
    sided = [
        state.retraction[:, 1:] / 15, state.elevation[:, 1:] / 15,
        state.retraction_sigma[:, 1:] / 15, state.elevation_sigma[:, 1:] / 15,
        state.arm_distance[:, 1:],
    ]  # fmt: skip
    rest = [
        state.flexion / 4, state.flexion_sigma / 4, state.lean / 15, 10 * (state.scale - 1),
        10 * state.rise, state.trunk_change / 15,
    ]  # fmt: skip
    return np.column_stack([*sided, *rest])


def _turned(points: FloatArray, yaw: FloatArray) -> FloatArray:
    """(T, P, 3) the same in the axes of the body: forward, up, to its own right."""
    rad = np.radians(yaw)[:, None]
    x, depth = points[..., 0], points[..., 2]
    # Facing the camera, forward is towards it, and the subject's right is on the left of the
    # picture.
    forward = np.sin(rad) * x - np.cos(rad) * depth
    right = -np.cos(rad) * x - np.sin(rad) * depth
    return np.stack([forward, points[..., 1], right], axis=-1)


def _scalars(poses: Poses, neutral: Neutral, yaw: FloatArray) -> FloatArray:
    """(T, S) view in the frame and in the neutral, and how much trunk, head and face have grown."""
    now, then = np.radians(yaw), np.radians(neutral.yaw)
    shoulders, hips, ears = (poses.point(*p) for p in (SHOULDERS, HIPS, EARS))
    trunk = np.linalg.norm(shoulders - hips, axis=1) / neutral.unit
    head = np.linalg.norm(ears - shoulders, axis=1) / neutral.unit
    face = face_size(poses) / neutral.unit
    constant = [
        neutral.face / neutral.unit, neutral.head_height / neutral.unit,
        float(neutral.hips_seen), neutral.lean / 30, neutral.head_forward / 30,
    ]  # fmt: skip
    changing = [
        np.cos(now), np.sin(now), np.cos(2 * now), np.sin(2 * now),
        np.full_like(now, np.cos(then)), np.full_like(now, np.sin(then)),
        wrap_degrees(yaw - neutral.yaw) / 30, trunk - 1,
        head - neutral.head_height / neutral.unit, 10 * (face - neutral.face / neutral.unit),
    ]  # fmt: skip
    fixed = np.broadcast_to(np.array(constant), (len(poses), len(constant)))
    return np.column_stack([np.column_stack(changing), fixed])
