"""Exercise calibrations of lifts, as `phantom.lifts.row_calibration` is for the row.

Two repetitions with the arms only, two with a full squeeze, one with a shrug.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from phantom.lifts import (
    BENCH_BOTTOM,
    BENCH_TOP,
    BENT_FINISH,
    BENT_START,
    FACE_FINISH,
    FACE_START,
    PRESS_START,
    PRESS_TOP,
    PULL_FINISH,
    PULL_START,
)
from phantom.timeline import Key, Script

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phantom.person import Person
    from phantom.pose import Pose
    from phantom.timeline import Maker

#: Kind of repetition, and the shares of the person's full retraction and elevation at its finish.
_REPS: Final = (
    ("arms_only", (0.0, 0.0)), ("arms_only", (0.0, 0.0)),
    ("squeeze", (1.0, 0.0)), ("squeeze", (1.0, 0.0)),
    ("shrug", (0.0, 0.9)),
)  # fmt: skip
#: Seconds up, held, back, rested, as in the lifts.
_UP, _HELD, _BACK, _REST = 0.9, 0.5, 1.1, 0.4


def _calibration(
    name: str, start: Pose, finish: Pose, props: tuple[str, ...], *, throughout: bool = False
) -> Maker:
    """A calibration; `throughout` shrugs and squeezes at the start as well as at the finish."""

    def make(person: Person) -> Script:
        keys = [Key(start, 0, 1.5, "ready")]
        for rep, (kind, shares) in enumerate(_REPS, start=1):
            far = person.girdled(finish, *shares)
            near = person.girdled(start, *shares) if throughout else start
            if throughout:
                keys.append(Key(near, 0.6, 0.6, f"{kind}:ready"))
            keys.append(Key(far, _UP, _HELD, f"{kind}:finish", f"{kind}:up", rep))
            keys.append(Key(near, _BACK, _REST, f"{kind}:start", f"{kind}:down", rep))
        keys.append(Key(start, 0.3, 0.7, "ready"))
        return Script(name, keys, person, props)

    make.__doc__ = f"Exercise calibration, {name.removesuffix('_calibration')}."
    return make


CALIBRATIONS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "bent_row_calibration": _calibration(
            "bent_row_calibration", BENT_START, BENT_FINISH, ("bar",)
        ),
        "pulldown_calibration": _calibration(
            "pulldown_calibration", PULL_START, PULL_FINISH, ("bench", "high_cable")
        ),
        "bench_press_calibration": _calibration(
            "bench_press_calibration", BENCH_TOP, BENCH_BOTTOM, ("bench", "bar"), throughout=True
        ),
        "overhead_press_calibration": _calibration(
            "overhead_press_calibration", PRESS_START, PRESS_TOP, ("bar",), throughout=True
        ),
        "face_pull_calibration": _calibration(
            "face_pull_calibration", FACE_START, FACE_FINISH, ("face_cable",)
        ),
    }
)
