"""The webcam's part of the posture check: waits until somebody sits still in view, twice."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.desk.check import judge, see
from scapcoach.errors import CameraError
from scapcoach.geometry.posture import EARS, SHOULDERS
from scapcoach.geometry.view import classify_view, estimate_yaw
from scapcoach.measures.series import View
from scapcoach.sources.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.desk.check import PhotoCheck
    from scapcoach.desk.posture import Baseline
    from scapcoach.landmarks import Poses
    from scapcoach.pose.landmarker import Landmarker
    from scapcoach.sources.frames import Frame

#: Seconds that each of the two pictures is waited for.
PATIENCE_S: Final = 25.0
#: Seconds between looks, and looks in a row that have to agree.
LOOK_S: Final = 0.7
STILL_LOOKS: Final = 3
#: Share of the picture's height by which head and shoulders may move between two looks.
STILL: Final = 0.02


def take_two(
    source: str, eyes: Landmarker, rest: Baseline | None, say: Callable[[str], None]
) -> list[PhotoCheck]:
    """One picture as the person sits, one from the side.

    Args:
        source: camera, or a file played in real time.
        eyes: for single pictures.
        rest: the reference for the hunch score, or None.
        say: takes what the person is to do.

    Raises:
        CameraError: no camera, or nobody sat still in view.
    """
    checks = []
    with Camera(source) as camera:
        for name, words, side in (
            ("as you sit", "Sit as you do when you work, and look at the screen.", False),
            ("from the side", "Now turn your chair to the side, and look straight ahead.", True),
        ):
            say(words)
            taken = _wait(camera, eyes, side)
            if taken is None:
                say("No still moment in this view: left out.")
                continue
            frame, poses, others = taken
            checks.append(judge(name, frame.image, poses, others, None if side else rest))
    if not checks:
        raise CameraError(
            camera.trouble
            or "Nobody sat still with head and shoulders in the picture: try again in better "
            "light, or give pictures instead."
        )
    return checks


def _wait(camera: Camera, eyes: Landmarker, side: bool) -> tuple[Frame, Poses, int] | None:
    """The first picture in which somebody has been still for some looks."""
    deadline = time.monotonic() + PATIENCE_S
    last, still = None, 0
    while time.monotonic() < deadline and not camera.ended:
        frame = camera.newest(LOOK_S)
        if frame is None:
            continue
        poses, others = see(frame.image, eyes)
        if not poses.present[0]:
            last, still = None, 0
            continue
        yaw = estimate_yaw(poses)[0]
        if side and View(int(classify_view(yaw)[0])) is not View.SIDE:
            last, still = None, 0
            time.sleep(LOOK_S)
            continue
        now = np.concatenate([poses.point(*EARS)[0], poses.point(*SHOULDERS)[0]]) / poses.size[1]
        calm = last is not None and float(np.abs(now - last).max()) < STILL
        last, still = now, still + 1 if calm else 1
        if still >= STILL_LOOKS:
            return frame, poses, others
        time.sleep(LOOK_S)
    return None
