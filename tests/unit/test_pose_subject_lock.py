"""The logic of the subject lock, without pictures or models."""

from __future__ import annotations

import numpy as np
import pytest

from scapcoach.errors import InputError
from scapcoach.pose.detection import Detection
from scapcoach.pose.people import Person, colour_distance, person, trunk_colours
from scapcoach.pose.subject import ALIKE, UNLIKE, SubjectLock, choose, subject_point

SIZE = (1280, 720)
RED, BLUE = np.eye(8)[0], np.eye(8)[5]


def body(x: float, y: float = 350, scale: float = 100, colours: np.ndarray | None = RED) -> Person:
    detection = Detection(
        np.zeros((33, 2)), np.zeros((33, 3)), np.ones(33), np.ones(33)
    )  # not looked at by the lock
    box = (x - scale / 2, y - scale, x + scale / 2, y + 2 * scale)
    return Person(np.array([x, y]), scale, box, 1.0, colours, detection)


def followed(seconds: float = 2.0, x: float = 640, lock: SubjectLock | None = None) -> SubjectLock:
    """A lock that has followed somebody in red at x."""
    lock = lock or SubjectLock(SIZE)
    choice = lock.decide(body(x), [], 0.0)
    assert choice is not None
    for i in range(int(seconds * 30)):
        lock.accept(body(x), i / 30, choice.subject)
    return lock


def test_larger_one_is_chosen_unless_far_from_the_middle() -> None:
    near, far = body(640, scale=100), body(1240, scale=150)
    assert choose([far, near], SIZE) is near
    large = body(900, scale=220)
    assert choose([near, large], SIZE) is large


def test_point_chooses_the_one_it_lies_on() -> None:
    near, far = body(640, scale=200), body(1240, scale=50)
    assert choose([near, far], SIZE, (1235.0, 340.0)) is far


def test_one_person_who_moves_smoothly_is_never_doubted() -> None:
    lock = followed()
    for i in range(1, 60):
        who = body(640 + 8 * i)
        assert not lock.doubts(who, 2 + i / 30)
        lock.accept(who, 2 + i / 30, 0)


@pytest.mark.parametrize("who", [body(800), body(640, scale=150), body(640, y=490)])
def test_jump_of_place_or_size_is_doubted(who: Person) -> None:
    unlike = Person(who.centre, who.scale, who.box, 1.0, BLUE, who.detection)
    assert followed().doubts(unlike, 2.0)


def test_other_colours_are_doubted_when_seen_twice() -> None:
    lock = followed()
    assert not lock.doubts(body(640, colours=BLUE), 2.0)
    assert lock.doubts(body(641, colours=BLUE), 2.25 - 0.1)


def test_tracker_that_jumped_is_steered_back_to_the_subject() -> None:
    lock = followed()
    subject = body(650)
    choice = lock.decide(body(300, colours=BLUE), [subject], 2.0)
    assert choice is not None
    assert choice.target is subject
    assert choice.subject == 0


def test_someone_else_alone_gets_a_number_and_keeps_it() -> None:
    lock = followed()
    choice = lock.decide(body(300, colours=BLUE), [], 2.0)
    assert choice is not None
    assert choice.subject == 1
    lock.accept(choice.target, 2.0, 1)
    again = lock.decide(body(310, colours=BLUE), [], 3.0)
    assert again is not None
    assert again.subject == 1


def test_subject_who_comes_back_is_zero_again() -> None:
    lock = followed()
    lock.accept(body(300, colours=BLUE), 2.0, 1)
    back = body(900)
    choice = lock.decide(body(310, colours=BLUE), [back], 5.0)
    assert choice is not None
    assert choice.target is back
    assert choice.subject == 0


def test_only_person_ever_returns_as_zero_even_when_somewhat_changed() -> None:
    changed = 0.5 * RED + 0.5 * BLUE
    choice = followed().decide(body(200, colours=changed), [], 10.0)
    assert choice is not None
    assert choice.subject == 0


def test_rough_fit_that_the_search_does_not_confirm_decides_nothing() -> None:
    lock = followed()
    assert lock.decide(body(300, colours=BLUE), [], 5.0, confirmed=False) is None


def test_wrong_start_is_forgotten() -> None:
    lock = followed(seconds=0.5)
    choice = lock.decide(body(300, colours=BLUE), [], 3.0)
    assert choice is not None
    assert choice.subject == 0


@pytest.mark.parametrize(
    ("given", "pixels"),
    [((0.5, 0.25), (640, 180)), ((640, 180), (640, 180)), ((1, 1), (1280, 720)), (None, None)],
)
def test_subject_point_takes_pixels_and_shares(given, pixels) -> None:
    assert subject_point(given, SIZE) == pixels


@pytest.mark.parametrize("given", [(2000, 5), (-1, 5), (float("nan"), 0.5)])
def test_subject_point_outside_is_refused(given) -> None:
    with pytest.raises(InputError, match="outside the picture"):
        subject_point(given, SIZE)


def test_colours_tell_shirts_apart_and_ignore_what_is_outside() -> None:
    shoulders, hips = np.array([[60.0, 40], [100, 40]]), np.array([[65.0, 120], [95, 120]])

    def shirt(colour: tuple[int, int, int]) -> np.ndarray | None:
        image = np.zeros((200, 160, 3), np.uint8)
        image[30:130, 50:110] = colour
        return trunk_colours(image, shoulders, hips)

    red, darker, green = shirt((180, 60, 50)), shirt((160, 52, 44)), shirt((60, 130, 70))
    assert red is not None
    assert darker is not None
    assert green is not None
    assert red.sum() == pytest.approx(1)
    assert colour_distance(red, red) == pytest.approx(0, abs=1e-7)
    assert colour_distance(red, darker) < ALIKE
    assert colour_distance(red, green) > UNLIKE
    assert trunk_colours(np.zeros((20, 20, 3), np.uint8), shoulders, hips) is None


def test_person_measures_trunk_and_box() -> None:
    xy = np.full((33, 2), 50.0, np.float32)
    xy[[11, 12, 23, 24]] = [[60, 40], [40, 40], [58, 140], [42, 140]]
    who = person(Detection(xy, np.zeros((33, 3)), np.full(33, 0.7), np.ones(33)), None)
    assert who.scale == pytest.approx(100)
    assert who.centre == pytest.approx([50, 90])
    assert who.box == (40, 40, 60, 140)
    assert who.clear == pytest.approx(0.7)
    assert who.colours is None
