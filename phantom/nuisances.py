"""Movements in which the girdle does not move at all: any reading of it is cross-talk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phantom.movements import STAND
from phantom.timeline import Key, Script

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phantom.person import Person
    from phantom.pose import Pose


def _there_and_back(
    name: str,
    person: Person,
    poses: Iterable[tuple[str, Pose]],
    move: float = 0.9,
    hold: float = 0.8,
    shake: float = 0.0,
) -> Script:
    keys = [Key(STAND, 0, 1.5, "neutral")]
    for rep, (label, pose) in enumerate(poses, start=1):
        keys += [Key(pose, move, hold, label, label, rep)]
        keys += [Key(STAND, move, 0.6, "neutral", label, rep)]
    return Script(name, keys, person, couple_arms=False, shake=shake)


def turning(person: Person) -> Script:
    """Turning on the spot, to both sides, by 10 to 35 degrees."""
    degrees = (10, -10, 20, -20, 35, -35)
    return _there_and_back(
        "turning",
        person,
        [(f"turn_{'left' if d > 0 else 'right'}", replace(STAND, turn=d)) for d in degrees],
    )


def leaning(person: Person) -> Script:
    """Leaning forward, back and to the sides from the hips."""
    return _there_and_back(
        "leaning",
        person,
        [
            ("lean_forward", replace(STAND, trunk_lean=15)),
            ("lean_back", replace(STAND, trunk_lean=-10)),
            ("lean_forward", replace(STAND, trunk_lean=30)),
            ("lean_left", replace(STAND, side_lean=12)),
            ("lean_right", replace(STAND, side_lean=-12)),
        ],
    )


def arm_raises(person: Person) -> Script:
    """Raising the arms forwards and sideways with a girdle that does not follow."""
    lift = STAND.arms
    return _there_and_back(
        "arm_raises",
        person,
        [
            ("raise_front", lift(elevation=90, plane=85, elbow=8)),
            ("raise_side", lift(elevation=85, plane=10, elbow=8)),
            ("raise_overhead", lift(elevation=150, plane=50, elbow=10)),
            ("bend_elbows", lift(elevation=10, plane=60, elbow=120)),
            ("cross_arms", lift(elevation=30, plane=70, elbow=100, rotation=75)),
        ],
    )


def arm_swings(person: Person) -> Script:
    """Arms swinging as in walking."""
    keys = [Key(STAND, 0, 1.0, "neutral")]
    for rep in range(1, 9):
        sign = 1 if rep % 2 else -1
        swung = replace(
            STAND,
            arm_left=replace(STAND.arm_left, elevation=28.0 * sign, plane=85, elbow=25),
            arm_right=replace(STAND.arm_right, elevation=-28.0 * sign, plane=85, elbow=25),
        )
        keys.append(Key(swung, 0.6, 0.05, "swing", "swing", rep))
    keys.append(Key(STAND, 0.5, 1.0, "neutral"))
    return Script("arm_swings", keys, person, couple_arms=False)


def nodding(person: Person) -> Script:
    """Nodding, looking around, tilting the head, poking it forward."""
    return _there_and_back(
        "nodding",
        person,
        [
            ("nod_down", replace(STAND, head_pitch=25)),
            ("look_up", replace(STAND, head_pitch=-20)),
            ("look_left", replace(STAND, head_yaw=45)),
            ("look_right", replace(STAND, head_yaw=-45)),
            ("tilt_left", replace(STAND, head_tilt=18)),
            ("tilt_right", replace(STAND, head_tilt=-18)),
            ("poke", replace(STAND, neck_flexion=20, head_pitch=-18)),
        ],
        move=0.7,
        hold=0.7,
    )


def stepping(person: Person) -> Script:
    """Stepping forwards, backwards and aside: from the front, nearer and farther."""
    return _there_and_back(
        "stepping",
        person,
        [
            ("nearer", replace(STAND, position=(0.0, 0.5))),
            ("farther", replace(STAND, position=(0.0, -0.5))),
            ("left", replace(STAND, position=(0.3, 0.0))),
            ("right", replace(STAND, position=(-0.3, 0.0))),
        ],
        move=1.2,
    )


def camera_shake(person: Person) -> Script:
    """Standing still before a hand-held camera."""
    keys = [Key(STAND, 0, 8.0, "neutral")]
    return Script("camera_shake", keys, person, couple_arms=False, shake=1.2)


def rounding_only(person: Person) -> Script:
    """The upper back rounds while the blades stay where they are on the ribs."""
    pose = replace(STAND, thoracic_flexion=person.slump_thoracic, head_pitch=-person.slump_thoracic)
    return _there_and_back("rounding_only", person, [("rounded", pose)] * 3, hold=1.5)
