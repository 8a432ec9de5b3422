"""Lifts, well done and with the faults that the coach looks for.

A lift is a list of repetitions between a start and a finish pose; `kinds` says how each one is
done. Arm angles are those of the standing frame (see `pose.Arm`), so a hanging arm is 0 however far
the trunk leans. Negative elevation is behind the body.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phantom.movements import STAND, slump
from phantom.timeline import Key, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phantom.person import Person
    from phantom.pose import Pose


@dataclass(frozen=True, slots=True)
class Girdle:
    """Shares of the person's range at the start and the finish of a repetition.

    Attributes:
        start, finish: (retraction, elevation), -1..+1 and beyond.
        lean: degrees of trunk lean added at the start and at the finish.
    """

    start: tuple[float, float] = (0.0, 0.0)
    finish: tuple[float, float] = (0.0, 0.0)
    lean: tuple[float, float] = (0.0, 0.0)


def _reps(
    name: str,
    person: Person,
    poses: tuple[Pose, Pose],
    reps: Sequence[tuple[str, Girdle]],
    props: tuple[str, ...],
    tempo: tuple[float, float, float, float] = (0.9, 0.5, 1.1, 0.4),
) -> Script:
    """Start, finish, start, ...: seconds up, held, back, rested."""
    start, finish = poses
    up, held, back, rest = tempo

    def at(pose: Pose, girdle: tuple[float, float], lean: float) -> Pose:
        p = person.girdled(pose, *girdle)
        return replace(p, trunk_lean=p.trunk_lean + lean)

    first = reps[0][1]
    keys = [Key(at(start, first.start, first.lean[0]), 0, 1.5, "ready")]
    for rep, (kind, g) in enumerate(reps, start=1):
        keys.append(
            Key(at(finish, g.finish, g.lean[1]), up, held, f"{kind}:finish", f"{kind}:up", rep)
        )
        keys.append(
            Key(at(start, g.start, g.lean[0]), back, rest, f"{kind}:start", f"{kind}:down", rep)
        )
    keys.append(Key(at(start, first.start, first.lean[0]), 0.3, 0.7, "ready"))
    return Script(name, keys, person, props)


# ---------------------------------------------------------------- poses

_SEATED = replace(
    STAND, seated=True, hip_flexion_left=78, hip_flexion_right=78,
    knee_flexion_left=55, knee_flexion_right=55, hip_abduction=4,
)  # fmt: skip
ROW_START = replace(_SEATED, trunk_lean=8).arms(
    elevation=62, plane=86, rotation=0, elbow=6, forearm=0, grip=1
)
ROW_FINISH = replace(_SEATED, trunk_lean=-3).arms(
    elevation=-32, plane=72, rotation=0, elbow=112, forearm=0, grip=1
)
_BENT = replace(
    STAND, trunk_lean=52, hip_flexion_left=12, hip_flexion_right=12,
    knee_flexion_left=28, knee_flexion_right=28, neck_flexion=-6, head_pitch=-28,
)  # fmt: skip
BENT_START = _BENT.arms(elevation=3, plane=85, rotation=0, elbow=6, forearm=75, grip=1)
BENT_FINISH = _BENT.arms(elevation=-58, plane=62, rotation=0, elbow=66, forearm=75, grip=1)
PULL_START = replace(_SEATED, trunk_lean=-4, knee_flexion_left=85, knee_flexion_right=85).arms(
    elevation=152, plane=35, rotation=-75, elbow=8, forearm=80, grip=1
)
PULL_FINISH = replace(PULL_START, trunk_lean=-12).arms(
    elevation=34, plane=12, rotation=-38, elbow=138, forearm=80, grip=1
)
_SUPINE = replace(
    STAND, recline=90, root_height=0.56, seated=True, hip_flexion_left=2, hip_flexion_right=2,
    knee_flexion_left=78, knee_flexion_right=78, hip_abduction=12,
)  # fmt: skip
BENCH_TOP = _SUPINE.arms(elevation=88, plane=82, rotation=0, elbow=6, forearm=85, grip=1)
BENCH_BOTTOM = _SUPINE.arms(elevation=58, plane=-14, rotation=0, elbow=96, forearm=85, grip=1)
PRESS_START = STAND.arms(elevation=38, plane=40, rotation=-22, elbow=142, forearm=70, grip=1)
PRESS_TOP = STAND.arms(elevation=166, plane=40, rotation=-80, elbow=8, forearm=70, grip=1)
FACE_START = STAND.arms(elevation=86, plane=85, rotation=0, elbow=6, forearm=80, grip=1)
FACE_FINISH = STAND.arms(elevation=84, plane=-8, rotation=-55, elbow=120, forearm=80, grip=1)
SHRUG_LOAD = STAND.arms(elevation=6, plane=40, rotation=5, elbow=6, forearm=0, grip=1)
SQUAT_TOP = STAND.arms(elevation=44, plane=-35, rotation=-25, elbow=138, forearm=60, grip=1)
SQUAT_BOTTOM = replace(
    SQUAT_TOP, trunk_lean=38, hip_flexion_left=92, hip_flexion_right=92, knee_flexion_left=108,
    knee_flexion_right=108, hip_abduction=14, head_pitch=-22, neck_flexion=-6,
)  # fmt: skip


def _lift(
    name: str,
    doc: str,
    poses: tuple[Pose, Pose],
    kinds: Sequence[tuple[str, Girdle]],
    props: tuple[str, ...],
    tempo: tuple[float, float, float, float] = (0.9, 0.5, 1.1, 0.4),
) -> Callable[[Person], Script]:
    def make(person: Person) -> Script:
        return _reps(name, person, poses, kinds, props, tempo)

    make.__doc__ = doc
    return make


GOOD_ROW = Girdle((-0.6, 0.0), (1.0, 0.0))
LAZY_ROW = Girdle((-0.6, 0.0), (0.1, 0.0))
SHRUG_ROW = Girdle((-0.6, 0.1), (0.6, 0.7))
SWING_ROW = Girdle((-0.6, 0.0), (0.8, 0.0), (16.0, -16.0))
ARMS_ONLY = Girdle((0.0, 0.0), (0.0, 0.0))
SQUEEZE = Girdle((0.0, 0.0), (1.0, 0.0))
SHRUGGED = Girdle((0.0, 0.0), (0.0, 0.9))

_ROW = (ROW_START, ROW_FINISH)
_BENT_ROW = (BENT_START, BENT_FINISH)
_CABLE = ("bench", "cable")

row_calibration = _lift(
    "row_calibration",
    "Exercise calibration, row: two arms-only, two full squeezes, one shrug.",
    _ROW,
    [("arms_only", ARMS_ONLY)] * 2 + [("squeeze", SQUEEZE)] * 2 + [("shrug", SHRUGGED)],
    _CABLE,
)
row = _lift(
    "row", "Seated cable row, six good repetitions.", _ROW, [("good", GOOD_ROW)] * 6, _CABLE
)
row_lazy = _lift(
    "row_lazy",
    "Seated row in which the elbows come back and the blades do not.",
    _ROW,
    [("lazy", LAZY_ROW)] * 6,
    _CABLE,
)
row_shrug = _lift(
    "row_shrug", "Seated row with shrugged shoulders.", _ROW, [("shrug", SHRUG_ROW)] * 6, _CABLE
)
row_swing = _lift(
    "row_swing", "Seated row with the trunk swinging.", _ROW, [("swing", SWING_ROW)] * 6, _CABLE
)
row_mixed = _lift(
    "row_mixed",
    "Seated row: good, lazy, shrugged, swung, good, half, hyper-retracted.",
    _ROW,
    [
        ("good", GOOD_ROW),
        ("lazy", LAZY_ROW),
        ("shrug", SHRUG_ROW),
        ("swing", SWING_ROW),
        ("good", GOOD_ROW),
        ("half", Girdle((-0.6, 0.0), (0.5, 0.0))),
        ("hyper", Girdle((-0.4, 0.0), (1.2, 0.1))),
    ],
    _CABLE,
)
bent_row = _lift(
    "bent_row",
    "Bent-over barbell row: good, good, lazy, shrugged.",
    _BENT_ROW,
    [("good", GOOD_ROW)] * 2 + [("lazy", LAZY_ROW), ("shrug", SHRUG_ROW)],
    ("bar",),
)
pulldown = _lift(
    "pulldown",
    "Lat pulldown: good, good, shrugged at the bottom, leaning far back.",
    (PULL_START, PULL_FINISH),
    [("good", Girdle((0.0, 0.9), (0.5, -0.6)))] * 2
    + [
        ("shrug", Girdle((0.0, 0.9), (0.3, 0.6))),
        ("lean", Girdle((0.0, 0.9), (0.5, -0.4), (0.0, -24.0))),
    ],
    ("bench", "high_cable"),
)
bench_press = _lift(
    "bench_press",
    "Bench press lying down: blades set, set, lost mid-way, shrugged.",
    (BENCH_TOP, BENCH_BOTTOM),
    [("set", Girdle((0.8, -0.5), (1.0, -0.5)))] * 2
    + [("lost", Girdle((-0.7, 0.0), (0.2, 0.0))), ("shrug", Girdle((0.6, 0.2), (0.7, 0.8)))],
    ("bench", "bar"),
    (1.2, 0.2, 1.0, 0.4),
)
overhead_press = _lift(
    "overhead_press",
    "Overhead press: two good (shoulders rise at the top), two shrugged at the start.",
    (PRESS_START, PRESS_TOP),
    [("good", Girdle((0.2, 0.0), (0.0, 0.6)))] * 2
    + [("shrug", Girdle((0.2, 0.7), (0.0, 0.8)))] * 2,
    ("bar",),
)
face_pull = _lift(
    "face_pull",
    "Face pull: good, good, lazy, shrugged.",
    (FACE_START, FACE_FINISH),
    [("good", Girdle((-0.5, 0.0), (0.9, 0.0)))] * 2
    + [("lazy", Girdle((-0.5, 0.0), (0.0, 0.0))), ("shrug", Girdle((-0.5, 0.0), (0.5, 0.8)))],
    ("face_cable",),
)
shrug = _lift(
    "shrug",
    "Dumbbell shrug: four full, one half, one not let down.",
    (SHRUG_LOAD, SHRUG_LOAD),
    [("full", Girdle((0.0, -0.6), (0.1, 1.0)))] * 4
    + [("half", Girdle((0.0, -0.6), (0.0, 0.45))), ("not_lowered", Girdle((0.0, 0.4), (0.1, 1.0)))],
    ("dumbbells",),
    (0.9, 0.8, 1.0, 0.7),
)


def shrug_backward(person: Person) -> Script:
    """Backward shrug: up, then back, then down, four times."""
    base, g = SHRUG_LOAD, person.girdled
    keys = [Key(g(base, 0, -0.5), 0, 1.5, "ready")]
    for rep in range(1, 5):
        keys += [
            Key(g(base, 0.0, 1.0), 0.8, 0.4, "up", "up", rep),
            Key(g(base, 1.0, 0.7), 0.7, 0.5, "back", "back", rep),
            Key(g(base, 0.0, -0.5), 1.0, 0.6, "down", "down", rep),
        ]
    return Script("shrug_backward", keys, person, ("dumbbells",))


def _squat(name: str, bottom_share: float, up_share: float, person: Person) -> Script:
    """Squats; the shares of the person's slump at the bottom and half-way up."""
    top = person.girdled(SQUAT_TOP, 0.7, -0.3)
    low = person.girdled(SQUAT_BOTTOM, 0.7, -0.3)
    keys = [Key(top, 0, 1.5, "ready")]
    for rep in range(1, 5):
        half = replace(
            low, hip_flexion_left=60, hip_flexion_right=60, knee_flexion_left=68,
            knee_flexion_right=68, hip_abduction=8,
        )  # fmt: skip
        keys += [
            Key(_bent_back(person, low, bottom_share), 1.2, 0.2, "bottom", "down", rep),
            Key(_bent_back(person, half, up_share), 0.6, 0.0, "ascent", "ascent", rep),
            Key(top, 0.8, 0.6, "top", "ascent", rep),
        ]
    return Script(name, keys, person, ("back_bar",))


def _bent_back(person: Person, pose: Pose, share: float) -> Pose:
    return slump(person, pose, share) if share else pose


def squat_stable(person: Person) -> Script:
    """Squats with a back and shoulder girdle that stay as they are."""
    return _squat("squat_stable", 0.0, 0.0, person)


def squat_rounding(person: Person) -> Script:
    """Squats in which the upper back rounds and the blades let go on the way up."""
    return _squat("squat_rounding", 0.3, 0.9, person)


LIFTS = {
    "row_calibration": row_calibration, "row": row, "row_lazy": row_lazy, "row_shrug": row_shrug,
    "row_swing": row_swing, "row_mixed": row_mixed, "bent_row": bent_row, "pulldown": pulldown,
    "bench_press": bench_press, "overhead_press": overhead_press, "face_pull": face_pull,
    "shrug": shrug, "shrug_backward": shrug_backward, "squat_stable": squat_stable,
    "squat_rounding": squat_rounding,
}  # fmt: skip
