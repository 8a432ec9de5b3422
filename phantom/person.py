"""A person's own ranges and habits: how far, how fast, how steadily they move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from phantom.pose import Pose


@dataclass(frozen=True, slots=True)
class Person:
    """Ranges in degrees from the person's neutral; the defaults are the middle of typical ones.

    Attributes:
        retraction, protraction, elevation, depression: the girdle's full ranges, all positive.
        slump_thoracic, slump_lumbar, slump_neck: the person's slump pose.
        coupling: how strongly arms and shrugs move the girdle along (`pose.couple`), 0..1.
        asymmetry: share by which the left girdle moves further than the right.
        sway: size of the body's slow sway, 1 ordinary, 0 none.
        pace: 1 ordinary, 2 twice as fast.
        seed: of the sway.
    """

    retraction: float = 18.0
    protraction: float = 15.0
    elevation: float = 30.0
    depression: float = 7.0
    slump_thoracic: float = 26.0
    slump_lumbar: float = 8.0
    slump_neck: float = 16.0
    coupling: float = 1.0
    asymmetry: float = 0.0
    sway: float = 1.0
    pace: float = 1.0
    seed: int = 0

    @classmethod
    def random(cls, seed: int) -> Person:
        """Somebody with ranges as typical people have them (docs/explanation/method.md)."""
        rng = np.random.default_rng(seed)
        return cls(
            retraction=rng.uniform(10, 25),
            protraction=rng.uniform(10, 20),
            elevation=rng.uniform(25, 40),
            depression=rng.uniform(5, 10),
            slump_thoracic=rng.uniform(15, 36),
            slump_lumbar=rng.uniform(0, 14),
            slump_neck=rng.uniform(8, 24),
            coupling=rng.uniform(0.4, 1.2),
            asymmetry=rng.normal(0, 0.06),
            sway=rng.uniform(0.5, 1.5),
            pace=rng.uniform(0.8, 1.3),
            seed=seed,
        )

    def girdled(self, pose: Pose, retract: float = 0.0, elevate: float = 0.0) -> Pose:
        """`pose` with the girdle at shares of the person's range.

        From -1, full protraction or depression, over 0, neutral, to +1, full retraction or
        elevation.
        """
        r = retract * (self.retraction if retract > 0 else self.protraction)
        e = elevate * (self.elevation if elevate > 0 else self.depression)
        a = self.asymmetry
        return replace(
            pose,
            retraction_left=r * (1 + a),
            retraction_right=r * (1 - a),
            elevation_left=e * (1 + a),
            elevation_right=e * (1 - a),
        )

    def swayed(self, pose: Pose, t: float) -> Pose:
        """`pose` with the body's slow sway at `t` seconds; the girdle does not take part."""
        if self.sway == 0:
            return pose
        rng = np.random.default_rng(self.seed + 7919)
        rates = rng.uniform(0.07, 0.45, (len(_SWAY), 3))
        phases = rng.uniform(0, 2 * np.pi, (len(_SWAY), 3))
        wave = np.sin(2 * np.pi * rates * t + phases).mean(axis=1) * self.sway
        changes = {
            name: getattr(pose, name) + size * float(w)
            for (name, size), w in zip(_SWAY.items(), wave, strict=True)
        }
        return replace(pose, **changes)


#: Amplitude of the sway, degrees.
_SWAY = {
    "trunk_lean": 0.8, "side_lean": 0.7, "turn": 1.5, "twist": 1.0, "neck_flexion": 0.8,
    "head_pitch": 2.0, "head_yaw": 3.0, "head_tilt": 1.2,
}  # fmt: skip
