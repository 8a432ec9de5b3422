"""Is the person well in the picture? Seven checks before a calibration, and where to move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scapcoach.geometry.posture import tilt, trunk_length
from scapcoach.geometry.view import VIEW_EDGES, estimate_yaw
from scapcoach.girdle.neutral import usable_landmarks
from scapcoach.landmarks import EARS, HIPS, SHOULDERS, Poses
from scapcoach.measures.gates import MIN_TRUNK_PIXELS

#: Share of frames in which something must be seen.
MIN_SEEN: Final = 0.8
#: Trunk length, as a share of the picture's shorter side, beyond which arms or head leave it [E].
_NEAR: Final = 0.6
#: Shares of the width within which the middle of the body stands [E].
_MIDDLE: Final = (0.25, 0.75)
#: Degrees of tilt of shoulders and hips from which the camera is taken to be tilted [E].
_LEVEL: Final = 4.0
#: Mean brightness of the picture, 0-255, that is too dark or too bright [E].
_LIGHT: Final = (45.0, 225.0)
#: Least pictures a second to judge holds: thirty in a pose of three seconds [E].
_RATE: Final = 10.0
#: Seconds of frames by which the framing is judged.
_WINDOW_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class FramingCheck:
    """One thing that was checked in the picture.

    Attributes:
        name: person, distance, place, view, level, light, rate.
        title: in one or two words.
        good: whether it is as it should be.
        advice: what to change, one sentence; empty when good.
        arrow: where the person should move: nearer, back, left, right (their own), turn; up or
            down for the camera; empty for none.
    """

    name: str
    title: str
    good: bool
    advice: str = ""
    arrow: str = ""


def check_window(
    window: tuple[Poses, ...], raw: Poses, light: float, *, sideways: bool = False
) -> tuple[tuple[Poses, ...], tuple[FramingCheck, ...]]:
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
    return kept, check_framing(poses, light, rate, sideways=sideways)


def check_framing(
    poses: Poses, light: float, rate: float, *, sideways: bool = False
) -> tuple[FramingCheck, ...]:
    """The checks on the last second or so of frames.

    Without a person those that need one are not good, and only the first says why.

    Args:
        poses: T >= 1 frames.
        light: mean brightness of the pictures, 0-255; NaN unknown.
        rate: pictures a second that are looked at; NaN unknown.
        sideways: whether the person may be filmed from the side.
    """
    seen = poses[poses.subject == 0]
    found = {"light": _light(light), "rate": _rate(rate)}
    if len(seen) < max(1.0, MIN_SEEN * len(poses)):
        found["person"] = ("Nobody is in the picture: step in front of the camera.", "")
    else:
        found |= {
            "person": _GOOD,
            "distance": _distance(seen),
            "place": _place(seen),
            "view": _view(seen, sideways=sideways),
            "level": _level(seen),
        }
    return tuple(
        FramingCheck(name, title, found.get(name) == _GOOD, *found.get(name, _GOOD))
        for name, title in _TITLES.items()
    )


#: Titles of the checks, in the order in which they are shown.
_TITLES: Final = {
    "person": "Person", "distance": "Distance", "place": "Place", "view": "View",
    "level": "Level", "light": "Light", "rate": "Frame rate",
}  # fmt: skip

#: Advice and arrow of a good check.
_GOOD: Final = ("", "")


def _distance(poses: Poses) -> tuple[str, str]:
    usable = usable_landmarks(poses)
    shoulders, hips, head = (
        usable[:, list(points)].any(axis=1).mean() >= MIN_SEEN for points in (SHOULDERS, HIPS, EARS)
    )
    if not (shoulders and head):
        what = "Your head" if shoulders else "A shoulder"
        return f"{what} is out of the picture: step back.", "back"
    if not hips:
        return "Your hips are out of the picture: step back, or tilt the camera down.", "back"
    length = np.median(trunk_length(poses))
    if length < 1.2 * MIN_TRUNK_PIXELS:
        return "Too far away: step closer.", "nearer"
    return ("Too near: step back.", "back") if length > _NEAR * min(poses.size) else _GOOD


def _place(poses: Poses) -> tuple[str, str]:
    share = float(np.median(poses.point(*SHOULDERS, *HIPS)[:, 0])) / poses.size[0]
    if _MIDDLE[0] <= share <= _MIDDLE[1]:
        return _GOOD
    # For a person who faces the camera, the right of the picture is at their own left.
    facing = abs(mean_yaw(poses)) < 90
    side = "left" if (share < 0.5) == facing else "right"
    return f"Move to your {side}, into the middle.", side


def _view(poses: Poses, *, sideways: bool) -> tuple[str, str]:
    if sideways or not VIEW_EDGES[1] < abs(mean_yaw(poses)) < VIEW_EDGES[2]:
        return _GOOD
    return (
        "Shoulder blades cannot be judged from the side: turn about 30 degrees off the camera.",
        "turn",
    )


def _level(poses: Poses) -> tuple[str, str]:
    # Where the camera is tilted, shoulders and hips of a straight person tilt to the same side.
    both = [float(np.median(tilt(poses, *pair))) for pair in (SHOULDERS, HIPS)]
    if abs(mean_yaw(poses)) > 62 or min(abs(t) for t in both) < _LEVEL or both[0] * both[1] < 0:
        return _GOOD
    return "The picture is tilted: set the camera level, or stand evenly on both feet.", ""


def _light(light: float) -> tuple[str, str]:
    if light < _LIGHT[0]:
        return "Too dark: turn on more light.", ""
    bright = "Too bright: keep window and lamp out of the picture."
    return (bright, "") if light > _LIGHT[1] else _GOOD


def _rate(rate: float) -> tuple[str, str]:
    few = f"Only {rate:.0f} pictures a second: turn on more light, close other programs, or choose "
    return (f"{few}the lite model.", "") if rate < _RATE else _GOOD


def mean_yaw(poses: Poses) -> float:
    """Degrees, the mean of the angles; NaN where nobody is seen."""
    yaw = np.radians(estimate_yaw(poses[poses.present])[0])
    if not len(yaw):
        return float("nan")
    return float(np.degrees(np.arctan2(np.sin(yaw).mean(), np.cos(yaw).mean())))
