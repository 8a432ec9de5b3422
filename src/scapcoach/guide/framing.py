"""Is the person well in the picture? Seven checks before a calibration, and which way to move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scapcoach.geometry.posture import EARS, HIPS, SHOULDERS, tilt, trunk_length
from scapcoach.geometry.view import VIEW_EDGES, estimate_yaw
from scapcoach.girdle.neutral import usable_landmarks
from scapcoach.landmarks import Poses
from scapcoach.measures.gates import MIN_TRUNK_PIXELS

#: Share of frames in which something must be seen.
_MOSTLY: Final = 0.8
#: Trunk length in shares of the picture's shorter side beyond which arms or head leave it [E].
_NEAR: Final = 0.6
#: Shares of the width within which the middle of the body stands [E].
_MIDDLE: Final = (0.25, 0.75)
#: Degrees by which shoulders and hips both tilt when it is the camera that does [E].
_LEVEL: Final = 4.0
#: Mean brightness of the picture, 0-255, that is too dark or too bright [E].
_LIGHT: Final = (45.0, 225.0)
#: Pictures a second for holds to be judged; a pose of three seconds has thirty then [E].
_RATE: Final = 10.0
#: Seconds of frames that the framing is judged by.
_WINDOW_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: person, distance, place, view, level, light, rate.
        title: in one or two words.
        good: whether it is as it should be.
        advice: what to change, one sentence; empty when good.
        arrow: which way the person should move: nearer, back, left, right (their own), turn; up
            or down for the camera; empty for none.
    """

    name: str
    title: str
    good: bool
    advice: str = ""
    arrow: str = ""


def watched(
    window: tuple[Poses, ...], raw: Poses, light: float, *, sideways: bool = False
) -> tuple[tuple[Poses, ...], tuple[Check, ...]]:
    """The last second of frames with one more, and the checks on it.

    Args:
        window: frames so far, T = 1 each.
        raw: the next one.
        light: mean brightness of its picture, 0-255; NaN unknown.
        sideways: whether the person may be filmed from the side.
    """
    kept = tuple(p for p in (*window, raw) if p.t[0] > raw.t[0] - _WINDOW_S)
    poses = Poses.concatenate(list(kept))
    span = float(poses.t[-1] - poses.t[0])
    rate = (len(poses) - 1) / span if span > _WINDOW_S / 2 else float("nan")
    return kept, framing(poses, light, rate, sideways=sideways)


def framing(
    poses: Poses, light: float, rate: float, *, sideways: bool = False
) -> tuple[Check, ...]:
    """The checks on the last second or so of frames.

    Without a person those that need one are not good, and only the first says why.

    Args:
        poses: T >= 1 frames.
        light: mean brightness of the pictures, 0-255; NaN unknown.
        rate: pictures a second that are looked at; NaN unknown.
        sideways: whether the person may be filmed from the side.
    """
    seen = poses[poses.subject == 0]
    if len(seen) < max(1.0, _MOSTLY * len(poses)):
        nobody = "Nobody is in the picture: step in front of the camera."
        blank = (("distance", "Distance"), ("place", "Place"), ("view", "View"), ("level", "Level"))
        return (
            Check("person", "Person", good=False, advice=nobody),
            *(Check(name, title, good=False) for name, title in blank),
            _light(light),
            _rate(rate),
        )
    return (
        Check("person", "Person", good=True),
        _distance(seen),
        _place(seen),
        _view(seen, sideways=sideways),
        _level(seen),
        _light(light),
        _rate(rate),
    )


def _distance(poses: Poses) -> Check:
    name = ("distance", "Distance")
    usable = usable_landmarks(poses)
    shoulders, hips, head = (
        usable[:, list(points)].any(axis=1).mean() >= _MOSTLY for points in (SHOULDERS, HIPS, EARS)
    )
    if not (shoulders and head):
        what = "Your head" if shoulders else "A shoulder"
        return Check(*name, good=False, advice=f"{what} is out of the picture: step back.",
                     arrow="back")  # fmt: skip
    if not hips:
        advice = "Your hips are out of the picture: step back, or tilt the camera down."
        return Check(*name, good=False, advice=advice, arrow="back")
    length = np.median(trunk_length(poses))
    if length < 1.2 * MIN_TRUNK_PIXELS:
        return Check(*name, good=False, advice="Too far away: step closer.", arrow="nearer")
    if length > _NEAR * min(poses.size):
        return Check(*name, good=False, advice="Too near: step back.", arrow="back")
    return Check(*name, good=True)


def _place(poses: Poses) -> Check:
    name = ("place", "Place")
    share = float(np.median(poses.point(*SHOULDERS, *HIPS)[:, 0])) / poses.size[0]
    if _MIDDLE[0] <= share <= _MIDDLE[1]:
        return Check(*name, good=True)
    # Who faces the camera has the picture's right at their own left.
    facing = abs(mean_yaw(poses)) < 90
    way = "left" if (share < 0.5) == facing else "right"
    return Check(*name, good=False, advice=f"Move to your {way}, into the middle.", arrow=way)


def _view(poses: Poses, *, sideways: bool) -> Check:
    name, yaw = ("view", "View"), abs(mean_yaw(poses))
    if VIEW_EDGES[1] < yaw < VIEW_EDGES[2] and not sideways:
        advice = "From the side the blades do not show: turn about 30 degrees off the camera."
        return Check(*name, good=False, advice=advice, arrow="turn")
    return Check(*name, good=True)


def _level(poses: Poses) -> Check:
    name = ("level", "Level")
    # What leans in the picture though the person stands straight: shoulders and hips alike.
    both = [float(np.median(tilt(poses, *pair))) for pair in (SHOULDERS, HIPS)]
    if abs(mean_yaw(poses)) > 62 or min(abs(t) for t in both) < _LEVEL or both[0] * both[1] < 0:
        return Check(*name, good=True)
    advice = "The picture is tilted: set the camera level, or stand on both feet alike."
    return Check(*name, good=False, advice=advice)


def _light(light: float) -> Check:
    name = ("light", "Light")
    if light < _LIGHT[0]:
        return Check(*name, good=False, advice="Too dark: turn on more light.")
    if light > _LIGHT[1]:
        advice = "Too bright: keep window and lamp out of the picture."
        return Check(*name, good=False, advice=advice)
    return Check(*name, good=True)


def _rate(rate: float) -> Check:
    name = ("rate", "Frame rate")
    if rate < _RATE:
        advice = (
            f"Only {rate:.0f} pictures a second: more light, close other programs, or choose "
            "the lite model."
        )
        return Check(*name, good=False, advice=advice)
    return Check(*name, good=True)


def mean_yaw(poses: Poses) -> float:
    """Degrees, the mean of the angles; NaN where nobody is seen."""
    yaw = np.radians(estimate_yaw(poses[poses.present])[0])
    if not len(yaw):
        return float("nan")
    return float(np.degrees(np.arctan2(np.sin(yaw).mean(), np.cos(yaw).mean())))
