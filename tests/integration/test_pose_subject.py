"""The subject lock on real pictures: real people, the real models."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.errors import InputError
from scapcoach.landmarks import Landmark
from scapcoach.pose.mediapipe import MediaPipePose
from scapcoach.pose.search import look_around
from tests.support.composites import FPS, canvas, clip, paste, there_and_back

if TYPE_CHECKING:
    from scapcoach.pose.detection import Detection

FRONT, BACK = "walking_front_portrait.mp4", "walking_back_portrait.mp4"
OUTDOORS = "two_people_outdoors.mp4"
TRUNK = [
    Landmark.LEFT_SHOULDER,
    Landmark.RIGHT_SHOULDER,
    Landmark.LEFT_HIP,
    Landmark.RIGHT_HIP,
]


def follow(
    frames: list[np.ndarray] | tuple[np.ndarray, ...],
    subject_at: tuple[float, float] | None = None,
) -> list[Detection | None]:
    with MediaPipePose("lite", subject_at=subject_at) as pose:
        return [pose.detect(image, i / FPS) for i, image in enumerate(frames)]


def column(found: Detection) -> float:
    return float(found.xy[TRUNK, 0].mean())


def test_bystander_who_walks_past_is_never_taken_for_the_subject() -> None:
    found = follow(clip(OUTDOORS))
    own = [(i, f) for i, f in enumerate(found) if f is not None and f.subject == 0]
    # The man stays left of 640 until he jumps off at 5.5 s; she is right of him, then below.
    assert len([i for i, _ in own if i < 160]) > 150
    assert all(f.xy[TRUNK, 1].mean() < 330 for _, f in own)


def test_tracker_that_goes_over_to_the_bystander_gives_another_number() -> None:
    found = follow(clip(OUTDOORS))
    late = [f for f in found[165:] if f is not None and f.xy[TRUNK, 1].mean() > 400]
    assert late, "the tracker no longer goes over to her: choose another clip"
    assert all(f.subject == 1 for f in late)


def two_people(lifter: int, spotter: int, count: int = 60) -> list[np.ndarray]:
    """A lifter in the middle and a spotter at the left, of these heights in pixels."""
    frames = []
    people = zip(there_and_back(clip(FRONT), count), there_and_back(clip(BACK), count), strict=True)
    for a, b in people:
        room = canvas()
        paste(room, b, spotter, 40)
        paste(room, a, lifter, 640 - lifter * 9 // 32)
        frames.append(room)
    return frames


@pytest.mark.parametrize("spotter", [360, 500, 660])
def test_lifter_in_the_middle_is_chosen_over_a_spotter_at_the_side(spotter: int) -> None:
    found = follow(two_people(720, spotter))
    seen = [f for f in found if f is not None]
    assert len(seen) > 50
    assert all(f.subject == 0 and 500 < column(f) < 780 for f in seen)


@pytest.mark.parametrize("at", [(0.15, 0.65), (190.0, 470.0)])
def test_subject_at_chooses_the_one_at_the_side(at: tuple[float, float]) -> None:
    found = follow(two_people(720, 560), subject_at=at)
    seen = [f for f in found if f is not None]
    assert len(seen) > 50
    assert all(f.subject == 0 and column(f) < 400 for f in seen)


def test_someone_who_crosses_in_front_does_not_become_the_subject() -> None:
    frames = []
    lifters, others = there_and_back(clip(FRONT), 150), there_and_back(clip(OUTDOORS), 150)
    for i, (a, b) in enumerate(zip(lifters, others, strict=True)):
        room = canvas()
        paste(room, a, 720, 438)
        crosser = b[0:360, 380:560]  # the man of the other clip, standing
        paste(room, crosser, 720, -360 + i * 12)
        frames.append(room)
    found = follow(frames)
    # Where the crosser's picture is: its left side at -360 + 12 i, 360 wide.
    for i, f in enumerate(found):
        if f is None or f.subject != 0:
            continue
        assert abs(column(f) - 640) < 150, f"frame {i}: the subject is said to be at {column(f)}"
    after = [f for f in found[125:] if f is not None and f.subject == 0]
    assert len(after) > 15, "the subject was not found again"


def test_subject_who_leaves_and_returns_is_still_the_subject() -> None:
    people = there_and_back(clip(FRONT), 50)
    found = follow([*people[:25], *([np.full_like(people[0], 150)] * 60), *people[25:]])
    assert all(f is None for f in found[30:85])
    back = [f for f in found[85:] if f is not None]
    assert len(back) > 20
    assert {f.subject for f in back} == {0}


def test_someone_else_in_the_place_of_the_subject_gets_another_number() -> None:
    room = canvas(720, 1280)
    man = there_and_back(clip(FRONT), 60)
    other = []
    for image in clip(OUTDOORS)[20:60]:
        frame = room.copy()
        paste(frame, image[0:360, 370:570], 1280, 4)
        other.append(frame)
    found = follow([*man, *([room] * 60), *other])
    late = [f for f in found[125:] if f is not None]
    assert len(late) > 20
    assert {f.subject for f in late} == {1}


def test_subject_at_outside_the_picture_is_an_error_that_says_so() -> None:
    with (
        MediaPipePose("lite", subject_at=(5000, 20)) as pose,
        pytest.raises(InputError, match=r"5000,20 is outside the picture of 720 x 1280"),
    ):
        pose.detect(clip(FRONT)[0], 0.0)


def test_threads_look_around_with_one_landmarker_and_see_the_same() -> None:
    # One picture after the other leaves no state behind, so that one does for all clips.
    images = [clip(OUTDOORS)[0], two_people(720, 560)[0]]
    alone = [[p.centre.tolist() for p in look_around(image)] for image in images]
    assert all(alone)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(look_around, images * 4))
    assert [[p.centre.tolist() for p in people] for people in found] == alone * 4
