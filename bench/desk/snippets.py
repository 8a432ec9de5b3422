"""What people do at a desk, as short clips of the phantom that a day is put together from.

Every clip begins and ends sitting upright and typing, so that clips can follow each other. Holds
are named; `MEANING` says how an alert during each one counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from bench.accuracy.testset import DeskJob
from phantom.desk import SIT, TYPE
from phantom.movements import STAND, slump
from phantom.person import Person
from phantom.timeline import Key, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from phantom.pose import Pose

Meaning = Literal["good", "hunched", "mild", "movement", "away"]

#: What each named hold is. `mild` is neither: half a slump may raise an alert or not.
MEANING: Final[Mapping[str, Meaning]] = {
    "calibrate": "good", "work": "good", "passer": "good",
    "hunch": "hunched", "sunk": "hunched", "poke": "hunched",
    "half": "mild", "shrug": "mild",
    "keyboard": "movement", "phone": "movement", "side_screen": "movement", "drink": "movement",
    "reach": "movement", "talk": "movement", "stretch": "movement", "lean_back": "movement",
    "closer": "movement", "standing": "movement",
    "away": "away",
}  # fmt: skip

_PROPS: Final = ("chair", "desk")


def _script(name: str, keys: list[Key], person: Person, *, passer: bool = False) -> Script:
    return Script(f"desk_day_{name}", keys, person, _PROPS, couple_arms=False, passer=passer)


def _held(person: Person, name: str, pose: Pose, move: float, hold: float) -> Script:
    """Typing, into a pose, staying there, back to typing."""
    keys = [
        Key(TYPE, 0, 0.5, "work"),
        Key(pose, move, hold, name, f"to_{name}"),
        Key(TYPE, 1.2, 0.5, "work", f"from_{name}"),
    ]
    return _script(name, keys, person)


def work(person: Person) -> Script:
    """Ten seconds at rest, then half a minute of work with the small changes it brings."""
    rng = np.random.default_rng(person.seed + 61)
    keys = [Key(TYPE, 0, 10.0, "calibrate")]
    for _ in range(8):
        # People at work are never quite in the pose that they were calibrated in.
        pose = slump(person, TYPE, float(rng.uniform(0.0, 0.15)))
        pose = replace(
            pose,
            head_yaw=float(rng.normal(0, 9)),
            head_pitch=pose.head_pitch + float(rng.normal(0, 4)),
            head_tilt=float(rng.normal(0, 2.5)),
            trunk_lean=float(rng.normal(0, 2.5)),
            twist=float(rng.normal(0, 3)),
            arm_right=replace(
                TYPE.arm_right,
                rotation=TYPE.arm_right.rotation - float(rng.uniform(0, 25)),
                elevation=TYPE.arm_right.elevation + float(rng.normal(0, 4)),
            ),
        )
        keys.append(Key(pose, 1.0, 2.5, "work", "work"))
    keys.append(Key(TYPE, 1.0, 0.5, "work", "work"))
    return _script("work", keys, person)


def hunch(person: Person) -> Script:
    """The own slump over the keyboard."""
    return _held(person, "hunch", slump(person, TYPE), 3.0, 12.0)


def sunk(person: Person) -> Script:
    """Sunk into the chair: the hips have slid forward, the back is round, the head is no nearer."""
    low = slump(person, TYPE, 0.9)
    low = replace(low, trunk_lean=-14.0, lumbar_flexion=low.lumbar_flexion + 8.0)
    low = replace(low, head_pitch=low.head_pitch + 4.0, position=(0.0, 0.06))
    return _held(person, "sunk", low, 3.0, 12.0)


def poke(person: Person) -> Script:
    """The head pushed to the screen, the back upright."""
    return _held(person, "poke", replace(TYPE, neck_flexion=24.0, head_pitch=-20.0), 1.5, 10.0)


def half(person: Person) -> Script:
    """Half of the person's slump."""
    return _held(person, "half", slump(person, TYPE, 0.5), 2.0, 10.0)


def shrug(person: Person) -> Script:
    """Shoulders that have risen slowly."""
    return _held(person, "shrug", person.girdled(TYPE, 0.0, 0.6), 2.0, 8.0)


def glances(person: Person) -> Script:
    """What is not hunching: keyboard, phone, second screen, a drink, a reach, a closer look."""
    right = TYPE.arm_right
    phone = replace(TYPE, head_pitch=32, neck_flexion=10).arms(elbow=105, elevation=34, forearm=-30)
    poses = (
        ("keyboard", replace(TYPE, head_pitch=22, neck_flexion=4), 5.0),
        ("phone", phone, 5.0),
        ("side_screen", replace(TYPE, head_yaw=48, twist=10), 5.0),
        ("drink", replace(TYPE, head_pitch=-14, arm_right=replace(right, elevation=58, elbow=138)),
         3.0),
        ("reach", replace(TYPE, trunk_lean=14,
                          arm_right=replace(right, elevation=68, plane=60, elbow=15)), 3.0),
        ("closer", replace(TYPE, trunk_lean=16, head_pitch=-8), 5.0),
    )  # fmt: skip
    keys = [Key(TYPE, 0, 0.5, "work")]
    for name, pose, hold in poses:
        keys += [Key(pose, 0.9, hold, name, f"to_{name}"), Key(TYPE, 0.9, 0.5, "work", "")]
    return _script("glances", keys, person)


def moves(person: Person) -> Script:
    """Talking with the hands, stretching, leaning back."""
    rng = np.random.default_rng(person.seed + 67)
    keys = [Key(TYPE, 0, 0.5, "work")]
    for _ in range(7):
        pose = replace(
            TYPE,
            head_yaw=float(rng.normal(0, 16)),
            head_pitch=float(rng.normal(0, 8)),
            head_tilt=float(rng.normal(0, 5)),
            arm_left=replace(TYPE.arm_left, elbow=float(rng.uniform(60, 120)), elevation=30),
            arm_right=replace(TYPE.arm_right, elbow=float(rng.uniform(60, 120)), elevation=34),
        )
        keys.append(Key(pose, 0.7, 0.4, "talk", "talk"))
    stretch = replace(TYPE.arms(elevation=158, plane=60, elbow=35), trunk_lean=-8, head_pitch=-16)
    back = replace(TYPE.arms(elevation=16, elbow=95), trunk_lean=-16, head_pitch=8)
    for name, pose, hold in (("stretch", stretch, 3.5), ("lean_back", back, 8.0)):
        keys += [
            Key(TYPE, 0.9, 0.5, "work", ""),
            Key(pose, 1.4, hold, name, f"to_{name}"),
            Key(TYPE, 1.2, 0.5, "work", ""),
        ]
    return _script("moves", keys, person)


def leave(person: Person) -> Script:
    """Getting up, away, coming back to nearly the same place."""
    up = replace(STAND, seated=True, position=(0.0, 0.15))
    away = replace(up, turn=90, position=(2.6, 0.15))
    keys = [
        Key(TYPE, 0, 0.5, "work"),
        Key(up, 1.5, 0.5, "standing", "standing"),
        Key(away, 2.0, 4.0, "away", "standing"),
        Key(up, 2.0, 0.5, "standing", "standing"),
        Key(replace(SIT, position=(0.0, 0.1)), 1.0, 0.1, "standing", "standing"),
        Key(TYPE, 0.8, 3.0, "work", ""),
    ]
    return _script("leave", keys, person)


def passer(person: Person) -> Script:
    """Working while somebody walks through behind."""
    return _script("passer", [Key(TYPE, 0, 9.0, "passer")], person, passer=True)


CLIPS: Final[Mapping[str, Callable[[Person], Script]]] = {
    "work": work, "hunch": hunch, "sunk": sunk, "poke": poke, "half": half, "shrug": shrug,
    "glances": glances, "moves": moves, "leave": leave, "passer": passer,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SnippetJob(DeskJob):
    """One clip of one person before one camera; `script` names one of `CLIPS`."""

    def movement(self) -> Script:
        """The movement."""
        return CLIPS[self.script](Person.random(self.seed if self.person is None else self.person))


#: Frames a second of the clips: the engine samples slower than this.
FPS: Final = 4.0
VIEWS: Final = ("front", "oblique", "side")


def _retreat(seed: int) -> float:
    """How far off the camera is: most stand on the desk itself, some across the room."""
    return round(float(np.random.default_rng(seed + 71).uniform(0.85, 1.25)), 3)


def jobs(seeds: Iterable[int]) -> list[SnippetJob]:
    """All clips of these set-ups; views take turns, the model is the one the desk check uses."""
    return [
        SnippetJob(
            clip, seed, view=VIEWS[seed % 3], width=400, height=300, framing="desk", fps=FPS,
            model="lite", retreat=_retreat(seed),
        )
        for seed in seeds
        for clip in CLIPS
    ]  # fmt: skip
