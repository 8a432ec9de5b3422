"""Sessions at a desk: typing, hunching, glances, leaving and coming back (shortened in time)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from phantom.movements import STAND, slump
from phantom.timeline import Key, Script

if TYPE_CHECKING:
    from phantom.person import Person

SIT = replace(
    STAND, seated=True, hip_flexion_left=86, hip_flexion_right=86, knee_flexion_left=86,
    knee_flexion_right=86, hip_abduction=4,
)  # fmt: skip
TYPE = SIT.arms(elevation=26, plane=72, rotation=22, elbow=82, forearm=75, grip=0.3)
_PROPS = ("chair", "desk")


def calibration(person: Person, *, hold: float = 3.0) -> Script:
    """The posture calibration sitting at the desk, arms in the position of typing."""
    g = person.girdled
    steps = (
        ("neutral", TYPE), ("retraction", g(TYPE, 1)), ("protraction", g(TYPE, -1)),
        ("shrug", g(TYPE, 0, 1)), ("depression", g(TYPE, 0, -1)), ("neutral", TYPE),
        ("slump", slump(person, TYPE)),
    )  # fmt: skip
    keys = [Key(pose, 0.9, hold, name) for name, pose in steps]
    return Script("desk_calibration", keys, person, _PROPS, couple_arms=False)


def hunching(person: Person) -> Script:
    """Typing upright, sinking slowly into the person's slump, staying, sitting up again, twice."""
    keys = [Key(TYPE, 0, 3.0, "upright")]
    for rep in (1, 2):
        keys += [
            Key(slump(person, TYPE, 0.5), 2.0, 1.5, "half_slump", "sinking", rep),
            Key(slump(person, TYPE), 2.0, 4.0, "slump", "sinking", rep),
            Key(TYPE, 1.0, 3.0, "upright", "rising", rep),
        ]
    return Script("desk_hunching", keys, person, _PROPS, couple_arms=False)


def baseline(person: Person) -> Script:
    """What `scapcoach desk calibrate` asks for: upright for seven seconds, then slumped."""
    keys = [
        Key(TYPE, 0, 7.0, "upright"),
        Key(slump(person, TYPE), 1.0, 6.0, "slump", "sinking"),
        Key(TYPE, 1.0, 1.0, "upright", "rising"),
    ]
    return Script("desk_baseline", keys, person, _PROPS, couple_arms=False)


def long_hunch(person: Person) -> Script:
    """Work upright, a hunch of more than a minute, upright again; with small changes throughout."""
    rng = np.random.default_rng(person.seed + 83)
    keys = [Key(TYPE, 0, 3.0, "upright")]
    for name, share, stays in (("upright", 0.0, 5), ("slump", 0.95, 19), ("upright", 0.0, 6)):
        for stay in range(stays):
            pose = slump(person, TYPE, share + float(rng.uniform(-0.05, 0.05)))
            pose = replace(
                pose,
                head_yaw=float(rng.normal(0, 5)),
                head_pitch=pose.head_pitch + float(rng.normal(0, 2)),
            )
            move = 0.8 if stay else 2.0
            keys.append(Key(pose, move, 3.2, name, "small change" if stay else f"to_{name}"))
    return Script("desk_long_hunch", keys, person, _PROPS, couple_arms=False)


def picture(person: Person, share: float) -> Script:
    """One moment at the desk, hunched by a share of the person's slump."""
    keys = [Key(slump(person, TYPE, share), 0, 1.0, "slump" if share else "upright")]
    return Script("desk_picture", keys, person, _PROPS, couple_arms=False)


def forward_head(person: Person) -> Script:
    """The head goes forward to the screen while the back stays upright."""
    poked = replace(TYPE, neck_flexion=24, head_pitch=-20)
    keys = [Key(TYPE, 0, 2.5, "upright")]
    for rep in (1, 2):
        keys += [
            Key(poked, 1.2, 4.0, "forward_head", "forward", rep),
            Key(TYPE, 0.9, 2.5, "upright", "back", rep),
        ]
    return Script("desk_forward_head", keys, person, _PROPS, couple_arms=False)


def shrugging(person: Person) -> Script:
    """Typing with shoulders that creep up, and let go."""
    g = person.girdled
    keys = [Key(TYPE, 0, 2.5, "upright")]
    for rep in (1, 2):
        keys += [
            Key(g(TYPE, 0, 0.6), 3.0, 3.0, "shrugged", "creeping", rep),
            Key(TYPE, 0.8, 2.5, "upright", "letting_go", rep),
        ]
    return Script("desk_shrugging", keys, person, _PROPS, couple_arms=False)


def glances(person: Person) -> Script:
    """What is no hunching: a phone glance, a look at a side screen, a reach, a drink."""
    phone = replace(TYPE, head_pitch=32, neck_flexion=10).arms(elbow=105, elevation=34, forearm=-30)
    side = replace(TYPE, head_yaw=48, twist=10)
    reach = replace(
        TYPE, trunk_lean=14,
        arm_right=replace(TYPE.arm_right, elevation=68, plane=60, elbow=15),
    )  # fmt: skip
    drink = replace(
        TYPE, head_pitch=-14, arm_right=replace(TYPE.arm_right, elevation=58, elbow=138)
    )
    keys = [Key(TYPE, 0, 2.0, "upright")]
    for rep, (name, pose) in enumerate(
        (("phone", phone), ("side_screen", side), ("reach", reach), ("drink", drink)), start=1
    ):
        keys += [Key(pose, 0.9, 2.0, name, name, rep), Key(TYPE, 0.9, 1.5, "upright", name, rep)]
    return Script("desk_glances", keys, person, _PROPS, couple_arms=False)


def leaving(person: Person) -> Script:
    """Getting up, leaving the picture, coming back a little nearer and turned."""
    up = replace(STAND, seated=True, position=(0.0, 0.15))
    away = replace(up, turn=90, position=(2.6, 0.15))
    back = replace(TYPE, turn=-8, position=(0.03, 0.08))
    keys = [
        Key(TYPE, 0, 3.0, "upright"),
        Key(up, 1.5, 0.2, "", "getting_up"),
        Key(away, 2.0, 2.5, "away", "leaving"),
        Key(up, 2.0, 0.2, "", "returning"),
        Key(back, 1.5, 4.0, "returned", "sitting_down"),
    ]
    return Script("desk_leaving", keys, person, ("desk",), couple_arms=False)


DESK = {
    "desk_calibration": calibration, "desk_hunching": hunching,
    "desk_forward_head": forward_head, "desk_shrugging": shrugging, "desk_glances": glances,
    "desk_leaving": leaving,
}  # fmt: skip
