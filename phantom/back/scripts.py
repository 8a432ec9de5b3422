"""Movements in which the blades stay where they are on the ribs, whatever else moves.

Beside these, `phantom.nuisances` has leaning, turning and arm raises, `phantom.lifts` the pulls.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from phantom.lifts import (
    ARMS_ONLY,
    FACE_FINISH,
    FACE_START,
    PULL_FINISH,
    PULL_START,
    ROW_FINISH,
    ROW_START,
    SHRUG_LOAD,
    _reps,
)
from phantom.movements import STAND
from phantom.nuisances import _there_and_back
from phantom.timeline import Key, Script

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phantom.person import Person
    from phantom.pose import Pose
    from phantom.timeline import Maker


def _arms_only(
    name: str, person: Person, poses: tuple[Pose, Pose], props: tuple[str, ...]
) -> Script:
    script = _reps(name, person, poses, [("arms_only", ARMS_ONLY)] * 4, props)
    return replace(script, couple_arms=False)


def row_arms_only(person: Person) -> Script:
    """Seated row by the arms alone: the blades do not move at all."""
    return _arms_only("row_arms_only", person, (ROW_START, ROW_FINISH), ("bench", "cable"))


def face_pull_arms_only(person: Person) -> Script:
    """Face pull by the arms alone: the blades do not move at all."""
    return _arms_only("face_pull_arms_only", person, (FACE_START, FACE_FINISH), ("face_cable",))


def pulldown_arms_only(person: Person) -> Script:
    """Lat pulldown by the arms alone: the blades do not move at all."""
    poses = (PULL_START, PULL_FINISH)
    return _arms_only("pulldown_arms_only", person, poses, ("bench", "high_cable"))


def pure_shrug(person: Person) -> Script:
    """Shrugs that go straight up: elevation without retraction."""
    g = person.girdled
    keys = [Key(SHRUG_LOAD, 0, 1.5, "ready")]
    for rep in range(1, 5):
        keys += [
            Key(g(SHRUG_LOAD, 0.0, 0.5 if rep == 3 else 1.0), 0.9, 0.8, "shrug", "shrug", rep),
            Key(SHRUG_LOAD, 1.0, 0.6, "ready", "shrug", rep),
        ]
    return Script("pure_shrug", keys, person, ("dumbbells",), couple_arms=False)


def twisting(person: Person) -> Script:
    """Twisting the trunk over still hips, by 10 degrees to both sides."""
    sides = (("twist_left", 10.0), ("twist_right", -10.0)) * 2
    poses = [(name, replace(STAND, twist=degrees)) for name, degrees in sides]
    return _there_and_back("twisting", person, poses)


def standing(person: Person) -> Script:
    """Standing still: for cameras that move."""
    return Script("standing", [Key(STAND, 0, 12.0, "neutral")], person, couple_arms=False)


LOCKED: Final[Mapping[str, Maker]] = {
    "row_arms_only": row_arms_only,
    "face_pull_arms_only": face_pull_arms_only,
    "pulldown_arms_only": pulldown_arms_only,
    "pure_shrug": pure_shrug,
    "twisting": twisting,
    "standing": standing,
}
