"""What the phantom's joints do: a frozen set of angles in degrees, with the project's signs.

Retraction +, elevation +, forward and flexed +, turning to the subject's own left +; the
subject's own left and right. Zero everywhere (`Pose()`) is standing relaxed, arms hanging.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal

#: Clavicle motion at the end of arm elevation in healthy people, relative to arms hanging:
#: elevation about 6 deg, retraction about 16 deg (Ludewig & Phadke 2009, J Bone Joint Surg 91:378).
_RHYTHM_ELEVATION: Final = 6.0
_RHYTHM_RETRACTION: Final = 16.0
#: Arm elevation at which that begins (arms hanging) and at which it is complete, degrees.
_RHYTHM_START: Final = 10.0
_RHYTHM_FULL: Final = 130.0
#: Degrees of retraction that a degree of shrug brings; a starting value, not from literature.
_SHRUG_RETRACTION: Final = 0.2


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm, in degrees.

    Its directions are those of the standing person (gravity, and the way the pelvis faces), not
    of the trunk: an arm at zero hangs straight down however far the trunk leans.

    Attributes:
        elevation: of the upper arm from hanging: 90 level, 180 straight up.
        plane: in which it rises: 0 sideways, 90 forwards, -90 backwards.
        rotation: about the upper arm, inwards +: 0 has a bent elbow point the forearm forwards
            when the arm hangs.
        elbow: flexion.
        forearm: pronation +, supination -, 0 the neutral (hammer) grip.
        wrist: flexion + (palm towards forearm), extension -.
        grip: 0 open hand, 1 closed.
    """

    elevation: float = 7.0
    plane: float = 10.0
    rotation: float = 10.0
    elbow: float = 12.0
    forearm: float = 10.0
    wrist: float = 0.0
    grip: float = 0.25


@dataclass(frozen=True, slots=True)
class Pose:
    """All joint angles at one instant, in degrees; see the module for signs.

    Attributes:
        retraction_left, retraction_right: clavicle drawn back from rest, in the thorax's frame.
        elevation_left, elevation_right: clavicle raised from rest, in the thorax's frame.
        arm_left, arm_right: the arms.
        trunk_lean: forward pitch of pelvis and trunk about the hips.
        side_lean: of the trunk towards the subject's left.
        twist: of the thorax over the pelvis, to the subject's left.
        lumbar_flexion: of the lower back.
        thoracic_flexion: of the thorax over the lower back: rounding +.
        neck_flexion: of the lower neck over the thorax.
        head_pitch: of the head over the lower neck, chin down +.
        head_yaw: to the subject's left; head_tilt: towards the subject's left shoulder.
        turn: of the whole body about the vertical, to the subject's left.
        recline: of the whole body backwards: 90 lies on the back.
        hip_flexion_left, hip_flexion_right: thigh forwards from the standing line, whatever the
            pelvis does. hip_abduction: both thighs outwards beyond the rest stance.
        knee_flexion_left, knee_flexion_right: knees.
        root_height: height of the hip joints over the floor in metres where they are carried
            (a bench); None where the feet stand on the floor.
        seated: whether `position` is that of the hips; else of the feet. One clip keeps to one.
        position: (x, z) in metres in the room.
    """

    retraction_left: float = 0.0
    retraction_right: float = 0.0
    elevation_left: float = 0.0
    elevation_right: float = 0.0
    arm_left: Arm = Arm()
    arm_right: Arm = Arm()
    trunk_lean: float = 0.0
    side_lean: float = 0.0
    twist: float = 0.0
    lumbar_flexion: float = 0.0
    thoracic_flexion: float = 0.0
    neck_flexion: float = 0.0
    head_pitch: float = 0.0
    head_yaw: float = 0.0
    head_tilt: float = 0.0
    turn: float = 0.0
    recline: float = 0.0
    hip_flexion_left: float = 0.0
    hip_flexion_right: float = 0.0
    hip_abduction: float = 0.0
    knee_flexion_left: float = 0.0
    knee_flexion_right: float = 0.0
    root_height: float | None = None
    seated: bool = False
    position: tuple[float, float] = (0.0, 0.0)

    def arms(self, **changes: Any) -> Pose:
        """The same pose with both arms changed alike."""
        return replace(
            self,
            arm_left=replace(self.arm_left, **changes),
            arm_right=replace(self.arm_right, **changes),
        )

    def girdle(self, retraction: float = 0.0, elevation: float = 0.0) -> Pose:
        """The same pose with this much added to both sides of the girdle."""
        return replace(
            self,
            retraction_left=self.retraction_left + retraction,
            retraction_right=self.retraction_right + retraction,
            elevation_left=self.elevation_left + elevation,
            elevation_right=self.elevation_right + elevation,
        )

    def side(self, name: Literal["left", "right"]) -> Arm:
        """The arm of that side."""
        return self.arm_left if name == "left" else self.arm_right


def couple(pose: Pose, strength: float = 1.0) -> Pose:
    """`pose` with the girdle motion that raised arms and shrugs bring with them in real people.

    Args:
        pose: its girdle angles are what the person does on purpose.
        strength: 1 as in healthy adults, 0 none.
    """
    changes: dict[str, float] = {}
    for name in ("left", "right"):
        arm = pose.side(name)
        raised = (arm.elevation - _RHYTHM_START) / (_RHYTHM_FULL - _RHYTHM_START)
        share = strength * min(max(raised, 0.0), 1.0)
        # An arm pulled backwards does not raise the clavicle; one raised to side or front does.
        if arm.plane < -45.0:
            share = 0.0
        shrug = strength * _SHRUG_RETRACTION * max(getattr(pose, f"elevation_{name}"), 0.0)
        changes[f"retraction_{name}"] = (
            getattr(pose, f"retraction_{name}") + share * _RHYTHM_RETRACTION + shrug
        )
        changes[f"elevation_{name}"] = (
            getattr(pose, f"elevation_{name}") + share * _RHYTHM_ELEVATION
        )
    return replace(pose, **changes)


def blend(a: Pose, b: Pose, share: float) -> Pose:
    """The pose `share` of the way from `a` to `b`, every angle by itself."""
    changes: dict[str, Any] = {}
    for f in fields(Pose):
        x, y = getattr(a, f.name), getattr(b, f.name)
        if isinstance(x, Arm):
            changes[f.name] = Arm(
                **{
                    g.name: (1 - share) * getattr(x, g.name) + share * getattr(y, g.name)
                    for g in fields(Arm)
                }
            )
        elif isinstance(x, tuple):
            changes[f.name] = tuple((1 - share) * p + share * q for p, q in zip(x, y, strict=True))
        elif x is None or y is None or isinstance(x, bool):
            changes[f.name] = x if share < 0.5 else y
        else:
            changes[f.name] = (1 - share) * x + share * y
    return Pose(**changes)
