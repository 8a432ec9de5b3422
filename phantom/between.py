"""What happens before, between and after sets: a repetition counted here is a false one."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from phantom.lifts import ROW_START, SQUAT_TOP
from phantom.movements import STAND
from phantom.timeline import Key, Script

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phantom.person import Person
    from phantom.pose import Pose
    from phantom.timeline import Maker

_BESIDE: Final = (0.45, 0.0)
_BACK: Final = (0.0, -0.25)


def _walk(start: tuple[float, float], end: tuple[float, float], steps: int) -> list[Key]:
    """Steps from one place to another, with swinging arms."""
    keys = []
    for n in range(1, steps + 1):
        share = n / steps
        place = tuple((1 - share) * a + share * b for a, b in zip(start, end, strict=True))
        sign = 1 if n % 2 else -1
        swung = replace(
            STAND,
            position=(place[0], place[1]),
            arm_left=replace(STAND.arm_left, elevation=20.0 * sign, plane=85, elbow=25),
            arm_right=replace(STAND.arm_right, elevation=-20.0 * sign, plane=85, elbow=25),
        )
        keys.append(Key(swung, 0.55, 0.05, "walking"))
    return keys


def setting_up(person: Person) -> Script:
    """Walking in, picking up weights, rolling the shoulders, settling, sitting down to a cable."""
    picked = replace(
        STAND, trunk_lean=62, hip_flexion_left=40, hip_flexion_right=40, knee_flexion_left=55,
        knee_flexion_right=55, head_pitch=-15,
    ).arms(elevation=4, plane=85, elbow=6, grip=1)  # fmt: skip
    held = STAND.arms(elevation=6, plane=40, rotation=5, elbow=6, forearm=0, grip=1)
    up = held.arms(elevation=20, plane=60, elbow=95)
    keys = [Key(replace(STAND, position=_BESIDE), 0, 0.8, "waiting")]
    keys += _walk(_BESIDE, (0.0, 0.0), 3)
    keys += [
        Key(STAND, 0.5, 0.4, "standing"),
        Key(picked, 1.3, 0.4, "picking up"),
        Key(held, 1.2, 0.5, "standing up"),
        Key(person.girdled(held, 0.3, 0.5), 0.5, 0.1, "rolling"),
        Key(person.girdled(held, 0.7, 0.0), 0.5, 0.1, "rolling"),
        Key(held, 0.5, 0.6, "settling"),
        Key(up, 0.8, 0.3, "looking at the grip"),
        Key(held, 0.8, 1.0, "ready"),
    ]
    return Script("setting_up", keys, person)


def sitting_down(person: Person) -> Script:
    """On the bench already: reaching for the handle, sliding back, a tug at it, and waiting."""
    rest = ROW_START.arms(elevation=15, plane=60, rotation=10, elbow=70, grip=0)
    reach = replace(ROW_START, trunk_lean=32)
    tug = replace(ROW_START, trunk_lean=4).arms(elevation=50, plane=86, elbow=22)
    keys = [
        Key(rest, 0, 1.5, "sitting"),
        Key(reach, 1.0, 0.4, "reaching"),
        Key(ROW_START, 1.1, 0.8, "sliding back"),
        Key(tug, 0.4, 0.1, "tug"),
        Key(ROW_START, 0.4, 2.0, "waiting"),
        Key(reach, 1.0, 0.3, "letting go"),
        Key(rest, 1.0, 1.0, "sitting"),
    ]
    return Script("sitting_down", keys, person, ("bench",))


def racking(person: Person) -> Script:
    """A bar on the back: unracked, stepped back with, racked again, and off to the side."""
    dip = replace(
        SQUAT_TOP, hip_flexion_left=16, hip_flexion_right=16, knee_flexion_left=24,
        knee_flexion_right=24, trunk_lean=6,
    )  # fmt: skip

    def moved(pose: Pose, place: tuple[float, float]) -> Pose:
        return replace(pose, position=place)

    keys = [
        Key(dip, 0, 1.0, "under the bar"),
        Key(SQUAT_TOP, 0.7, 0.5, "unracking"),
        Key(moved(SQUAT_TOP, (0.0, -0.12)), 0.6, 0.2, "stepping back"),
        Key(moved(SQUAT_TOP, _BACK), 0.6, 1.5, "stepping back"),
        Key(moved(SQUAT_TOP, (0.0, -0.12)), 0.6, 0.2, "stepping in"),
        Key(SQUAT_TOP, 0.6, 0.4, "stepping in"),
        Key(dip, 0.7, 0.5, "racking"),
        Key(STAND, 0.9, 0.4, "letting go"),
    ]
    keys += _walk((0.0, 0.0), _BESIDE, 3)
    return Script("racking", keys, person)


def idle(person: Person) -> Script:
    """A minute between sets: shifting weight, a sip, the brow, the belt, hands on the hips."""
    arm = STAND.arm_right
    sip = replace(STAND, arm_right=replace(arm, elevation=45, plane=70, rotation=40, elbow=125))
    brow = replace(STAND, arm_left=replace(arm, elevation=75, plane=60, rotation=60, elbow=130))
    belt = STAND.arms(elevation=12, plane=40, rotation=60, elbow=85)
    akimbo = STAND.arms(elevation=38, plane=5, rotation=50, elbow=95)
    steps: tuple[tuple[Pose, float, float], ...] = (
        (replace(STAND, side_lean=3, twist=4), 1.2, 3.5),
        (replace(STAND, side_lean=-3), 1.4, 3.0),
        (sip, 1.0, 1.2), (STAND, 1.0, 3.0), (sip, 1.0, 0.8), (STAND, 1.0, 2.5),
        (replace(STAND, head_yaw=40, twist=8), 0.8, 1.5), (STAND, 0.8, 2.5),
        (brow, 0.8, 1.0), (STAND, 0.8, 2.0),
        (belt, 0.9, 2.5), (STAND, 0.9, 2.0),
        (akimbo, 1.0, 5.0), (replace(STAND, trunk_lean=5, head_pitch=15), 1.2, 3.0),
        (replace(STAND, side_lean=2, head_yaw=-30), 1.2, 5.0), (STAND, 1.0, 20.0),
    )  # fmt: skip
    keys = [
        Key(STAND, 0, 2.0, "idle"),
        *(Key(pose, move, hold, "idle") for pose, move, hold in steps),
    ]
    return Script("idle", keys, person)


BETWEEN: Final[Mapping[str, Maker]] = MappingProxyType(
    {"setting_up": setting_up, "sitting_down": sitting_down, "racking": racking, "idle": idle}
)
"""Scripts by name."""
