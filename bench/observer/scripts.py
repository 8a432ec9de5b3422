"""Movements to train on: everything varies, and only the girdle itself reveals the girdle.

A session starts with the person's own neutral. Then arms, girdle, spine, head and place go from
one random key pose to the next. Girdle angles are drawn without a look at the arms, and in half of
the sessions raised arms do not draw the girdle along either, so that retraction cannot be read
off the arms.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from phantom import lifts
from phantom.desk import SIT, TYPE
from phantom.movements import STAND
from phantom.pose import Arm, Pose
from phantom.timeline import Key, Script

if TYPE_CHECKING:
    from phantom.person import Person

#: What a session is about, with its share of all sessions.
THEMES: Final = {"still": 0.25, "lift": 0.42, "wander": 0.23, "desk": 0.10}

_SEATED: Final = replace(
    STAND, seated=True, hip_flexion_left=78, hip_flexion_right=78,
    knee_flexion_left=55, knee_flexion_right=55, hip_abduction=4,
)  # fmt: skip

#: Start, finish, props, and their share of the lifting sessions.
_LIFTS: Final[tuple[tuple[Pose, Pose, tuple[str, ...], float], ...]] = (
    (lifts.ROW_START, lifts.ROW_FINISH, ("bench", "cable"), 0.30),
    (lifts.BENT_START, lifts.BENT_FINISH, ("bar",), 0.08),
    (lifts.PULL_START, lifts.PULL_FINISH, ("bench", "high_cable"), 0.16),
    (lifts.PRESS_START, lifts.PRESS_TOP, ("bar",), 0.12),
    (lifts.FACE_START, lifts.FACE_FINISH, ("face_cable",), 0.12),
    (lifts.SHRUG_LOAD, lifts.SHRUG_LOAD, ("dumbbells",), 0.12),
    (lifts.SQUAT_TOP, lifts.SQUAT_BOTTOM, ("back_bar",), 0.10),
)


@dataclass(frozen=True, slots=True)
class Session:
    """What one set-up is filmed doing.

    Attributes:
        theme: one of `THEMES`.
        neutral: the person at rest.
        scripts: one, or two where the neutral stands and the work sits; the first begins with the
            neutral, in segment "neutral".
    """

    theme: str
    neutral: Pose
    scripts: tuple[Script, ...]


def session(person: Person, rng: np.random.Generator, rest: float, work: float) -> Session:
    """A random session.

    Args:
        person: whose ranges.
        rng: decides everything else.
        rest: seconds of neutral.
        work: seconds of movement.
    """
    theme = str(rng.choice(list(THEMES), p=list(THEMES.values())))
    couple = bool(rng.random() < 0.5)
    bearing = _bearing(rng)
    base, arms, props = _ground(theme, rng)
    split = base.seated and theme != "desk" and rng.random() < 0.5
    seat = base if theme == "desk" else (STAND if split or not base.seated else _SEATED)
    neutral = _borne(_hanging(seat, theme, rng), bearing)
    place = _place(rng)
    keys, total = [], 0.0
    while total < work * person.pace:
        pose = _borne(_work(theme, base, arms, rng), bearing)
        pose = _alive(_girdled(pose, person, bearing, rng), person, place, rng)
        move, hold = rng.uniform(0.35, 1.0), rng.uniform(0.0, 0.5)
        keys.append(Key(pose, move, hold, "work", "work"))
        total += move + hold
    first = Key(neutral, 0.0, rest * person.pace, "neutral")
    if split:
        sat = Key(_borne(_hanging(_SEATED, theme, rng), bearing), 0.0, 0.2, "work")
        scripts = (
            Script("neutral", [first], person, couple_arms=couple),
            Script(theme, [sat, *keys], person, props, couple_arms=couple),
        )
    else:
        scripts = (Script(theme, [first, *keys], person, props, couple_arms=couple),)
    return Session(theme, neutral, scripts)


def _bearing(rng: np.random.Generator) -> dict[str, float]:
    """This person's habitual posture: degrees added to the rest pose, all the time."""
    thoracic, neck = rng.normal(2, 5), rng.normal(1, 4)
    both = rng.normal(0, 3), rng.normal(0, 2.5)
    return {
        "thoracic_flexion": thoracic, "lumbar_flexion": rng.normal(0, 3), "neck_flexion": neck,
        "head_pitch": -0.7 * (thoracic + neck) + rng.normal(0, 4),
        "trunk_lean": rng.normal(0, 2.5),
        "retraction_left": both[0] + rng.normal(0, 1.5),
        "retraction_right": both[0] + rng.normal(0, 1.5),
        "elevation_left": both[1] + rng.normal(0, 1.5),
        "elevation_right": both[1] + rng.normal(0, 1.5),
    }  # fmt: skip


def _borne(pose: Pose, bearing: dict[str, float]) -> Pose:
    return replace(pose, **{k: getattr(pose, k) + v for k, v in bearing.items()})


def _hanging(seat: Pose, theme: str, rng: np.random.Generator) -> Pose:
    """At rest: arms hang, or lie on the desk's edge."""
    if theme == "desk":
        return _with_arms(seat, _jittered(TYPE.arm_left, rng, 6), rng, even=0.9)
    arm = Arm(
        elevation=rng.uniform(2, 14), plane=rng.uniform(-10, 60), rotation=rng.uniform(-10, 35),
        elbow=rng.uniform(4, 28), forearm=rng.uniform(-20, 45), grip=float(rng.random()),
    )  # fmt: skip
    return _with_arms(seat, arm, rng, even=1.0)


def _ground(
    theme: str, rng: np.random.Generator
) -> tuple[Pose, tuple[Arm, Arm] | None, tuple[str, ...]]:
    """Lower body and trunk of the work; the two ends of the arms' way; props."""
    if theme == "desk":
        return SIT, None, ("chair", "desk") if rng.random() < 0.7 else ("chair",)
    if theme == "lift":
        p = np.array([share for *_, share in _LIFTS])
        start, finish, props, _ = _LIFTS[rng.choice(len(_LIFTS), p=p / p.sum())]
        drift = {f.name: rng.normal(0, 8) for f in fields(Arm) if f.name not in {"grip", "wrist"}}
        ends = tuple(
            replace(a, **{k: getattr(a, k) + v + rng.normal(0, 5) for k, v in drift.items()})
            for a in (start.arm_left, finish.arm_left)
        )
        shown = props if rng.random() < 0.7 else tuple(p for p in props if p == "bench")
        return start, (ends[0], ends[1]), shown
    if rng.random() < 0.3:
        return _SEATED, None, ("bench",)
    return STAND, None, (("dumbbells",) if rng.random() < 0.1 else ())


def _work(theme: str, base: Pose, ends: tuple[Arm, Arm] | None, rng: np.random.Generator) -> Pose:
    """Where the arms are in the next key pose."""
    if ends is not None:
        share = float(rng.choice((0.0, 1.0, rng.uniform(0, 1), rng.uniform(-0.1, 1.1))))
        arm = Arm(
            **{
                f.name: (1 - share) * getattr(ends[0], f.name) + share * getattr(ends[1], f.name)
                for f in fields(Arm)
            }
        )
        return _with_arms(base, _jittered(arm, rng, 3), rng, even=0.85)
    if theme == "desk":
        arm = _anywhere(rng) if rng.random() < 0.15 else _jittered(TYPE.arm_left, rng, 9)
        return _with_arms(base, arm, rng, even=0.5)
    if theme == "still":
        return _with_arms(base, _jittered(Arm(), rng, 5), rng, even=0.9)
    arm = _anywhere(rng)
    pose = _with_arms(base, arm, rng, even=1.0)
    return pose if rng.random() < 0.6 else replace(pose, arm_right=_anywhere(rng))


def _anywhere(rng: np.random.Generator) -> Arm:
    raised = rng.random() < 0.75
    return Arm(
        elevation=rng.uniform(-40, 165) if raised else rng.uniform(0, 15),
        plane=rng.uniform(0, 95) if raised else rng.uniform(-10, 60),
        rotation=rng.uniform(-60, 50),
        elbow=rng.uniform(0, 135),
        forearm=rng.uniform(-70, 80),
        grip=float(rng.random()),
    )


def _jittered(arm: Arm, rng: np.random.Generator, size: float) -> Arm:
    changes = {
        f.name: getattr(arm, f.name) + rng.normal(0, size)
        for f in fields(Arm) if f.name not in {"grip", "wrist"}
    }  # fmt: skip
    return replace(arm, **{**changes, "elbow": max(changes["elbow"], 0.0)})


def _with_arms(pose: Pose, arm: Arm, rng: np.random.Generator, even: float) -> Pose:
    """Both arms in one pose to a few degrees in a share `even` of cases, else further apart."""
    size = 2.0 if rng.random() < even else 12.0
    return replace(pose, arm_left=arm, arm_right=_jittered(arm, rng, size))


def _girdled(
    pose: Pose, person: Person, bearing: dict[str, float], rng: np.random.Generator
) -> Pose:
    """The girdle anywhere in the person's range, independent of the arms."""
    r = 0.0 if rng.random() < 0.2 else rng.uniform(-1.0, 1.2)
    e = 0.0 if rng.random() < 0.4 else rng.uniform(-1.0, 1.1)
    apart = 0.35 if rng.random() < 0.15 else 0.06
    changes: dict[str, Any] = {}
    for side in ("left", "right"):
        back, up = (v + rng.normal(0, apart) for v in (r, e))
        wide = person.retraction if back > 0 else person.protraction
        high = person.elevation if up > 0 else person.depression
        changes[f"retraction_{side}"] = bearing[f"retraction_{side}"] + back * wide
        changes[f"elevation_{side}"] = bearing[f"elevation_{side}"] + up * high
    return replace(pose, **changes)


def _place(rng: np.random.Generator) -> tuple[float, float]:
    """Sizes of turning (degrees) and of stepping about (metres) in this session."""
    turn = float(rng.choice((2.0, 8.0, 20.0), p=(0.4, 0.4, 0.2)))
    return turn, float(rng.choice((0.01, 0.06, 0.22), p=(0.5, 0.35, 0.15)))


def _alive(
    pose: Pose, person: Person, place: tuple[float, float], rng: np.random.Generator
) -> Pose:
    """Spine, head and place vary as well; mostly a little, sometimes a lot."""
    thoracic = neck = lumbar = 0.0
    if rng.random() < 0.45:
        thoracic = rng.uniform(-0.3, 1.1) * person.slump_thoracic
        lumbar = rng.uniform(-0.2, 1.1) * person.slump_lumbar
    if rng.random() < 0.4:
        neck = rng.uniform(-0.4, 1.3) * person.slump_neck
    lean = rng.normal(0, 14) if rng.random() < 0.25 else rng.normal(0, 4)
    # The gaze mostly stays nearly level.
    level = -rng.uniform(0.6, 1.0) * (thoracic + lumbar + neck)
    size = 2.0 if rng.random() < 0.6 else 14.0
    step = rng.normal(0, place[1], 2)
    return replace(
        pose,
        thoracic_flexion=pose.thoracic_flexion + thoracic,
        lumbar_flexion=pose.lumbar_flexion + lumbar,
        neck_flexion=pose.neck_flexion + neck,
        trunk_lean=pose.trunk_lean + lean,
        head_pitch=pose.head_pitch + level + rng.normal(0, size),
        head_yaw=rng.normal(0, size),
        head_tilt=rng.normal(0, size / 3),
        side_lean=rng.normal(0, 6.0 if rng.random() < 0.15 else 1.5),
        twist=rng.normal(0, 6.0 if rng.random() < 0.25 else 1.5),
        turn=rng.normal(0, place[0]),
        position=(float(step[0]), float(step[1])),
    )
