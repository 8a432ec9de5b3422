"""The library of movements: calibration, still-arm girdle work, nuisances.

Lifts are in `phantom.lifts`, desk sessions in `phantom.desk`; `SCRIPTS` in
`phantom.library` names them all. Every maker is a pure function of the person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from phantom.pose import Arm, Pose
from phantom.timeline import Key, Script

if TYPE_CHECKING:
    from phantom.person import Person

STAND = Pose(hip_abduction=-3.0)


def slump(person: Person, pose: Pose, share: float = 1.0) -> Pose:
    """`pose` hunched by a share of the person's slump: rounded, head forward, gaze level."""
    thoracic, lumbar = share * person.slump_thoracic, share * person.slump_lumbar
    neck = share * person.slump_neck
    hunched = replace(
        pose,
        thoracic_flexion=pose.thoracic_flexion + thoracic,
        lumbar_flexion=pose.lumbar_flexion + lumbar,
        neck_flexion=pose.neck_flexion + neck,
        # The gaze stays nearly level.
        head_pitch=pose.head_pitch - 0.85 * (thoracic + lumbar + neck),
    )
    forward = -0.6 * share * person.protraction
    return replace(
        hunched,
        retraction_left=hunched.retraction_left + forward,
        retraction_right=hunched.retraction_right + forward,
    )


def calibration(person: Person, *, hold: float = 3.0, base: Pose = STAND) -> Script:
    """The posture calibration: neutral, four extremes, neutral, own slump; arms down."""
    g = person.girdled
    steps = (
        ("neutral", base),
        ("retraction", g(base, retract=1)),
        ("protraction", g(base, retract=-1)),
        ("shrug", g(base, elevate=1)),
        ("depression", g(base, elevate=-1)),
        ("neutral", base),
        ("slump", slump(person, base)),
    )
    keys = [Key(pose, 0.9, hold, name) for name, pose in steps]
    return Script("calibration", keys, person, couple_arms=False)


def still(person: Person, *, hold: float = 1.6, base: Pose = STAND) -> Script:
    """Arms hang; the girdle goes to graded and combined poses, each held, with rests between."""
    g = person.girdled
    steps = [
        ("retraction_50", g(base, 0.5)), ("retraction_100", g(base, 1.0)),
        ("protraction_50", g(base, -0.5)), ("protraction_100", g(base, -1.0)),
        ("shrug_50", g(base, 0, 0.5)), ("shrug_100", g(base, 0, 1.0)),
        ("depression", g(base, 0, -1.0)), ("retraction_shrug", g(base, 0.8, 0.6)),
        ("protraction_shrug", g(base, -0.8, 0.6)), ("retraction_depression", g(base, 0.9, -0.8)),
        ("left_shrug", replace(base, elevation_left=0.7 * person.elevation)),
        ("right_retraction", replace(base, retraction_right=0.8 * person.retraction)),
    ]  # fmt: skip
    keys = [Key(base, 0, hold, "neutral")]
    for rep, (name, pose) in enumerate(steps, start=1):
        keys += [Key(pose, 0.8, hold, name, rep=rep), Key(base, 0.8, 0.6, "neutral", rep=rep)]
    return Script("still", keys, person, couple_arms=False)


def retraction_holds(person: Person, *, base: Pose = STAND) -> Script:
    """Four holds: good (back and down), shrugged into, hyper-retracted, good again."""
    g = person.girdled
    steps = (("good", 1.0, -0.3), ("shrugged", 0.9, 0.6), ("hyper", 1.25, 0.0), ("good", 1.0, -0.3))
    keys = [Key(base, 0, 2.0, "neutral")]
    for rep, (name, r, e) in enumerate(steps, start=1):
        keys += [Key(g(base, r, e), 1.0, 4.0, name, rep=rep)]
        keys += [Key(base, 1.0, 1.5, "neutral", rep=rep)]
    return Script("retraction_hold", keys, person, couple_arms=False)


def hyper_retraction(person: Person) -> Script:
    """One long hold beyond the person's full retraction."""
    keys = [
        Key(STAND, 0, 2.0, "neutral"),
        Key(person.girdled(STAND, 1.0), 1.0, 3.0, "full"),
        Key(person.girdled(STAND, 1.3), 0.8, 14.0, "hyper"),
        Key(STAND, 1.0, 2.0, "neutral"),
    ]
    return Script("hyper_retraction", keys, person, couple_arms=False)


def wander(person: Person, *, seconds: float = 30.0) -> Script:
    """Random poses of girdle, trunk, head and arms at once: to train on, not to look at."""
    rng = np.random.default_rng(person.seed + 31)
    keys = [Key(STAND, 0, 0.5, "neutral")]
    total = 0.5
    while total < seconds:
        move, hold = rng.uniform(0.4, 1.2), rng.uniform(0.0, 0.6)
        keys.append(Key(_random_pose(person, rng), move, hold, "wander"))
        total += (move + hold) / person.pace
    return Script("wander", keys, person)


def _random_pose(person: Person, rng: np.random.Generator) -> Pose:
    def arm() -> Arm:
        raised = rng.random() < 0.6
        return Arm(
            elevation=rng.uniform(0, 150) ** 1.0 if raised else rng.uniform(0, 15),
            plane=rng.uniform(-10, 95),
            rotation=rng.uniform(-40, 50),
            elbow=rng.uniform(0, 130),
            forearm=rng.uniform(-70, 80),
            grip=float(rng.random()),
        )

    left = arm()
    right = left if rng.random() < 0.6 else arm()
    share = rng.uniform(0, 1) * (rng.random() < 0.5)
    pose = slump(person, STAND, float(share))
    pose = replace(
        pose,
        arm_left=left,
        arm_right=right,
        trunk_lean=rng.normal(4, 10),
        side_lean=rng.normal(0, 4),
        turn=rng.normal(0, 12),
        twist=rng.normal(0, 6),
        head_pitch=pose.head_pitch + rng.normal(0, 12),
        head_yaw=rng.normal(0, 15),
        head_tilt=rng.normal(0, 5),
    )
    girdle = {}
    both = rng.uniform(-1, 1.1, 2)
    for side in ("left", "right"):
        r, e = both + rng.normal(0, 0.15, 2)
        girdle[f"retraction_{side}"] = r * (person.retraction if r > 0 else person.protraction)
        girdle[f"elevation_{side}"] = e * (person.elevation if e > 0 else person.depression)
    return replace(pose, **girdle)


def squeezes_and_shrugs(person: Person, *, base: Pose = STAND) -> Script:
    """Arms still: three held retractions, three held shrugs, from neutral each."""
    g = person.girdled
    keys = [Key(base, 0, 2.0, "neutral")]
    for rep, (name, r, e) in enumerate(
        [("retraction", 1.0, 0.0)] * 2 + [("shrug", 0.0, 1.0)] * 2
        + [("retraction", 0.6, 0.0), ("shrug", 0.0, 0.6)], start=1
    ):  # fmt: skip
        keys += [
            Key(g(base, r, e), 0.7, 1.3, name, rep=rep),
            Key(base, 0.7, 0.8, "neutral", rep=rep),
        ]
    return Script("squeezes_and_shrugs", keys, person, couple_arms=False)
