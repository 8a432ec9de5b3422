"""Cameras that move during a clip, as pure functions of time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from phantom.timeline import minimum_jerk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from phantom.camera import Camera

    #: The camera at rest, seconds, the clip's seconds, a seed -> the camera at that time.
    Motion = Callable[[Camera, float, float, int], Camera]


def still(camera: Camera, _t: float, _duration: float, _seed: int) -> Camera:
    """On a tripod."""
    return camera


def approach(camera: Camera, t: float, duration: float, _seed: int) -> Camera:
    """Walked towards the subject to 3/4 of the distance, and back again."""
    share = 2 * t / duration
    near = minimum_jerk(share if share < 1 else 2 - share)
    return replace(camera, distance=camera.distance * (1 - 0.25 * near))


#: Amplitudes of an unsteady hand: degrees and, for height, aim and distance, metres.
_HAND: Final = {
    "yaw": 1.5, "roll": 1.2, "pan": 0.9, "height": 0.02, "aim": 0.02, "distance": 0.04,
}  # fmt: skip


def hand(camera: Camera, t: float, _duration: float, seed: int) -> Camera:
    """Held in a hand: drifts and trembles, turning and shifting."""
    rng = np.random.default_rng(seed + 211)
    changes = {}
    for name, size in _HAND.items():
        rates, phases = rng.uniform(0.15, 1.6, 4), rng.uniform(0, 2 * np.pi, 4)
        wave = float((np.sin(2 * np.pi * rates * t + phases) / (1 + rates)).mean())
        changes[name] = getattr(camera, name) + 1.6 * size * wave
    return replace(camera, **changes)


def nudge(camera: Camera, t: float, duration: float, seed: int) -> Camera:
    """On a tripod that somebody knocks against half-way: it stays tilted and turned."""
    rng = np.random.default_rng(seed + 223)
    side = float(rng.choice((-1.0, 1.0)))
    share = minimum_jerk((t - 0.45 * duration) / 0.35)
    return replace(
        camera,
        pan=camera.pan + 2.0 * side * share,
        roll=camera.roll + 2.5 * side * share,
        aim=camera.aim - 0.05 * share,
    )


MOTIONS: Final[Mapping[str, Motion]] = {
    "still": still, "approach": approach, "hand": hand, "nudge": nudge,
}  # fmt: skip
