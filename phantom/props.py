"""Things held and sat on, placed by the posed body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from phantom.scene import box, joined, rod

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from phantom.scene import Mesh
    from phantom.skeleton import Posed
    from scapcoach.arrays import FloatArray


_STEEL: Final = (150, 152, 158)
_IRON: Final = (42, 43, 46)
_WOOD: Final = (150, 116, 82)
_FABRIC: Final = (62, 66, 74)


def _palm(posed: Posed, side: str) -> tuple[FloatArray, FloatArray]:
    """Middle of the closed hand, and the direction of what it grips (towards the thumb)."""
    index, pinky = posed.points[f"index_knuckle.{side}"], posed.points[f"pinky_knuckle.{side}"]
    tips = (posed.points[f"index_tip.{side}"] + posed.points[f"pinky_tip.{side}"]) / 2
    along = index - pinky
    middle = 0.5 * (index + pinky) * 0.6 + 0.4 * tips
    return middle, along / np.linalg.norm(along)


def dumbbells(posed: Posed, radius: float = 0.055) -> Mesh:
    """One in each hand."""
    parts = []
    for side in ("L", "R"):
        middle, along = _palm(posed, side)
        parts.append(rod(middle - 0.07 * along, middle + 0.07 * along, 0.014, _STEEL))
        for sign in (-1, 1):
            a, b = middle + sign * 0.065 * along, middle + sign * 0.125 * along
            parts.append(rod(*((a, b) if sign > 0 else (b, a)), radius, _IRON))
    return joined(parts)


def bar(posed: Posed, plates: float = 0.15, overhang: float = 0.45) -> Mesh:
    """A bar through both hands, with plates of that radius (0 for none)."""
    left, right = _palm(posed, "L")[0], _palm(posed, "R")[0]
    along = (left - right) / np.linalg.norm(left - right)
    a, b = right - overhang * along, left + overhang * along
    parts = [rod(a, b, 0.014, _STEEL)]
    if plates > 0:
        parts += [rod(a + 0.06 * along, a + 0.10 * along, plates, _IRON, 24)]
        parts += [rod(b - 0.10 * along, b - 0.06 * along, plates, _IRON, 24)]
    return joined(parts)


def back_bar(posed: Posed) -> Mesh:
    """A bar across the upper back, as in a squat."""
    neck = posed.points["neck"]
    up = posed.rotation[0] @ np.array([0.0, 1.0, 0.0])
    back = posed.rotation[0] @ np.array([0.0, 0.0, -1.0])
    across = posed.rotation[0] @ np.array([1.0, 0.0, 0.0])
    middle = neck - 0.03 * up + 0.105 * back
    a, b = middle - 0.85 * across, middle + 0.85 * across
    parts = [rod(a, b, 0.014, _STEEL)]
    parts += [rod(a + 0.05 * across, a + 0.10 * across, 0.2, _IRON, 24)]
    parts += [rod(b - 0.10 * across, b - 0.05 * across, 0.2, _IRON, 24)]
    return joined(parts)


def _ahead(posed: Posed) -> tuple[FloatArray, FloatArray]:
    """Middle of the hips, and the level direction in which they face."""
    hips = (posed.joint("upperleg01.L") + posed.joint("upperleg01.R")) / 2
    lateral = posed.joint("upperleg01.L") - posed.joint("upperleg01.R")
    lateral[1] = 0
    return hips, np.cross(lateral / np.linalg.norm(lateral), [0.0, 1.0, 0.0])


def cable(posed: Posed, first: Posed, height: float, reach: float) -> Mesh:
    """A handle in both hands on a cable from a pulley at `height`, `reach` before the hips."""
    left, right = _palm(posed, "L")[0], _palm(posed, "R")[0]
    hips, ahead = _ahead(first)
    start = np.array([hips[0], height, hips[2]]) + reach * ahead
    along = (left - right) / np.linalg.norm(left - right)
    middle = (left + right) / 2
    toward = 0.05 * (start - middle) / np.linalg.norm(start - middle)
    grip = rod(right - 0.05 * along, left + 0.05 * along, 0.013, _STEEL)
    return joined([grip, rod(middle + toward, start, 0.005, _IRON, 8)])


def _seat_frame(posed: Posed) -> tuple[FloatArray, float]:
    hips = (posed.joint("upperleg01.L") + posed.joint("upperleg01.R")) / 2
    return hips, hips[1] - 0.10


def bench(posed: Posed) -> Mesh:
    """A flat bench: under the hips when sitting, under the whole back when lying."""
    hips, top = _seat_frame(posed)
    lying = posed.rotation[0][1, 1] < 0.5
    centre = np.array([hips[0], top - 0.04, hips[2] - (0.38 if lying else 0.0)])
    size = np.array([0.30, 0.07, 1.25 if lying else 0.5])
    if lying:
        centre[1] -= 0.035
    legs = [
        box(np.array([hips[0], (centre[1] - 0.03) / 2, centre[2] + dz]),
            np.array([0.24, max(centre[1] - 0.03, 0.02), 0.06]), _IRON)
        for dz in (-0.4 * size[2], 0.4 * size[2])
    ]  # fmt: skip
    return joined([box(centre, size, _FABRIC), *legs])


def chair(posed: Posed) -> Mesh:
    """An office chair that does not turn with the body."""
    hips, top = _seat_frame(posed)
    seat = box(
        np.array([hips[0], top - 0.03, hips[2] + 0.06]), np.array([0.46, 0.06, 0.46]), _FABRIC
    )
    back = box(
        np.array([hips[0], top + 0.30, hips[2] - 0.23]), np.array([0.40, 0.38, 0.04]), _FABRIC
    )
    post = rod(np.array([hips[0], 0.05, hips[2]]), np.array([hips[0], top, hips[2]]), 0.03, _IRON)
    foot = box(np.array([hips[0], 0.03, hips[2]]), np.array([0.5, 0.05, 0.5]), _IRON)
    return joined([seat, back, post, foot])


def desk(posed: Posed) -> Mesh:
    """A desk in front of the sitting body, with a screen at one side of the camera."""
    hips, top = _seat_frame(posed)
    z, height = hips[2] + 0.72, top + 0.27
    plate = box(np.array([hips[0], height, z]), np.array([1.3, 0.03, 0.62]), _WOOD)
    legs = [
        box(np.array([hips[0] + dx, height / 2, z]), np.array([0.05, height, 0.5]), _IRON)
        for dx in (-0.6, 0.6)
    ]
    return joined([plate, *legs])


#: Props that hands or back carry.
_CARRIED: Final[Mapping[str, Callable[[Posed], Mesh]]] = {
    "dumbbells": dumbbells,
    "bar": bar,
    "back_bar": back_bar,
}
#: Cables: height and distance of their pulley.
_CABLES: Final[Mapping[str, tuple[float, float]]] = {
    "cable": (0.9, 1.6),
    "high_cable": (2.2, 0.35),
    "face_cable": (1.5, 1.6),
}
#: Props that stay where they stood when the clip began.
_FIXED: Final[Mapping[str, Callable[[Posed], Mesh]]] = {
    "bench": bench,
    "chair": chair,
    "desk": desk,
}


class Placer:
    """Places the named props for one posed body after another.

    Args:
        names: of the props.
        first: the body as the clip begins; furniture and pulleys are placed by it.
    """

    def __init__(self, names: Sequence[str], first: Posed) -> None:
        self._first = first
        self._fixed = [_FIXED[n](first) for n in names if n in _FIXED]
        self._carried = [_CARRIED[n] for n in names if n in _CARRIED]
        self._cables = [_CABLES[n] for n in names if n in _CABLES]

    def __call__(self, posed: Posed) -> list[Mesh]:
        """The props' meshes in the room."""
        cables = [cable(posed, self._first, *place) for place in self._cables]
        return [*self._fixed, *(make(posed) for make in self._carried), *cables]
