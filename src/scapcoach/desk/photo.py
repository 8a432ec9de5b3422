"""Pictures for the posture check from a webcam, each taken once somebody sits still in view."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.desk.check import check_picture, find_largest_person
from scapcoach.errors import CameraError
from scapcoach.geometry.view import classify_view, estimate_yaw
from scapcoach.landmarks import EARS, SHOULDERS
from scapcoach.measures.series import View
from scapcoach.sources.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.desk.posture import Baseline
    from scapcoach.landmarks import Poses
    from scapcoach.pose.landmarker import Landmarker
    from scapcoach.report.check_page import PhotoCheck
    from scapcoach.sources.frames import Frame

#: Seconds to wait for each of the two pictures.
STILL_TIMEOUT_S: Final = 25.0
#: Seconds between looks, and number of consecutive looks that must agree.
LOOK_S: Final = 0.7
STILL_LOOKS: Final = 3
#: Share of the picture's height by which head and shoulders may move between two looks.
MAX_MOVEMENT: Final = 0.02


def take_two_pictures(
    source: str, landmarker: Landmarker, reference: Baseline | None, say: Callable[[str], None]
) -> list[PhotoCheck]:
    """One picture as the person sits, one from the side.

    Args:
        source: camera, or a file played in real time.
        landmarker: set up for single pictures.
        reference: for the hunch score, or None.
        say: receives instructions for the person.

    Raises:
        CameraError: there is no camera, or nobody sat still in view.
    """
    checks = []
    with Camera(source) as camera:
        for name, words, side in (
            ("as you sit", "Sit as you do when you work, and look at the screen.", False),
            ("from the side", "Now turn your chair to the side, and look straight ahead.", True),
        ):
            say(words)
            taken = _wait(camera, landmarker, side)
            if taken is None:
                say("No still moment in this view: left out.")
                continue
            frame, poses, others = taken
            checks.append(
                check_picture(name, frame.image, poses, others, None if side else reference)
            )
    if not checks:
        raise CameraError(
            camera.trouble
            or "Nobody sat still with head and shoulders in the picture: try again in better "
            "light, or give pictures instead."
        )
    return checks


def _wait(camera: Camera, landmarker: Landmarker, side: bool) -> tuple[Frame, Poses, int] | None:
    """The first picture in which somebody has been still for some looks."""
    deadline = time.monotonic() + STILL_TIMEOUT_S
    last, still = None, 0
    while time.monotonic() < deadline and not camera.ended:
        frame = camera.newest(LOOK_S)
        if frame is None:
            continue
        poses, others = find_largest_person(frame.image, landmarker)
        if not poses.present[0]:
            last, still = None, 0
            continue
        yaw = estimate_yaw(poses)[0]
        if side and View(int(classify_view(yaw)[0])) is not View.SIDE:
            last, still = None, 0
            time.sleep(LOOK_S)
            continue
        now = np.concatenate([poses.point(*EARS)[0], poses.point(*SHOULDERS)[0]]) / poses.size[1]
        calm = last is not None and float(np.abs(now - last).max()) < MAX_MOVEMENT
        last, still = now, still + 1 if calm else 1
        if still >= STILL_LOOKS:
            return frame, poses, others
        time.sleep(LOOK_S)
    return None
