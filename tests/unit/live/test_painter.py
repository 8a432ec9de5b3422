"""What the window shows: mirrored pictures, letters that are not, indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scapcoach.live.painter import Painter, WindowState, mirror
from scapcoach.measures import Reason
from scapcoach.overlay import gauges
from scapcoach.overlay.prompt import Prompt
from scapcoach.overlay.text import fit
from scapcoach.session.engine import Engine, run
from tests.support.person import person

if TYPE_CHECKING:
    import pytest

POSES = person(40)


def test_a_mirrored_picture_keeps_the_persons_own_left() -> None:
    reading = run(Engine(), POSES[:1])[0]
    image = np.full((480, 640, 3), 60, np.uint8)
    image[:, :20] = (255, 0, 0)  # the left edge of what the camera sees
    state = WindowState((("Q", "finish"),))
    seen = Painter((640, 480)).paint(image, None, Prompt(), state)
    assert tuple(seen[240, 635]) == (255, 0, 0)
    straight = Painter((640, 480), mirrored=False).paint(image, None, Prompt(), state)
    assert tuple(straight[240, 5]) == (255, 0, 0)
    flipped = mirror(reading.poses)
    # The person's left shoulder, right in the camera's picture, is left in the mirror.
    assert reading.poses.xy[0, 11, 0] > reading.poses.xy[0, 12, 0]
    assert flipped.xy[0, 11, 0] < flipped.xy[0, 12, 0]
    np.testing.assert_allclose(flipped.xy[0, 11, 0], 640 - reading.poses.xy[0, 11, 0])
    drawn = Painter((640, 480)).paint(image, reading, Prompt(), state)
    x, y = flipped.xy[0, 11].round().astype(int)
    left = drawn[y, x].astype(int)
    x, y = flipped.xy[0, 12].round().astype(int)
    right = drawn[y, x].astype(int)
    assert left[2] > left[0]  # the left side is blue, the right one orange
    assert right[0] > right[2]


def test_letters_are_not_mirrored_and_the_picture_is_left_alone() -> None:
    image = np.full((480, 640, 3), 60, np.uint8)
    before = image.copy()
    state = WindowState((("Q", "finish"),), notice="The camera is off.")
    a = Painter((640, 480), mirrored=True).paint(image, None, Prompt(), state)
    b = Painter((640, 480), mirrored=False).paint(image, None, Prompt(), state)
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(image, before)
    assert (a[:480].max(axis=(0, 1)) > 200).all()


def test_large_pictures_are_shown_smaller() -> None:
    painter = Painter((3840, 2160))
    assert painter.picture == (1280, 720)


def test_the_indicators_say_what_is_kept_and_heard() -> None:
    def words(**more: Any) -> list[str]:
        return [word for word, _ in WindowState((), **more).indicators]

    assert words() == []
    assert words(recording=True, sound="TONES") == ["REC", "TONES"]
    assert words(recording=True, filming=True, muted=True, sound="VOICE") == [
        "REC + VIDEO", "MUTED",
    ]  # fmt: skip
    keys = (("P", "pause"), ("Q", "finish"))
    image = np.full((480, 640, 3), 60, np.uint8)
    painter = Painter((640, 480))
    shown = [
        painter.paint(image, None, Prompt(), state)[480:].copy()
        for state in (
            WindowState(keys),
            WindowState(keys, sound="VOICE"),
            WindowState(keys, sound="VOICE", muted=True),
        )
    ]
    assert not np.array_equal(shown[0], shown[1])
    assert not np.array_equal(shown[1], shown[2])
    # What differs stands at the right, clear of the keys.
    assert np.where((shown[0] != shown[2]).any(axis=(0, 2)))[0].min() > 400


def test_a_hint_gives_way_to_a_cue() -> None:
    image = np.full((480, 640, 3), 60, np.uint8)
    reading, painter = run(Engine(), POSES[:1])[0], Painter((640, 480))
    cue = Prompt(cue="Elbows to the wall behind you.")
    alone = painter.paint(image, reading, cue, WindowState(())).copy()
    hinted = painter.paint(image, reading, cue, WindowState((), hint="Calibrate again.")).copy()
    np.testing.assert_array_equal(alone, hinted)
    quiet = painter.paint(image, reading, Prompt(), WindowState((), hint="Calibrate again.")).copy()
    assert (
        quiet[200:300] != painter.paint(image, reading, Prompt(), WindowState(()))[200:300]
    ).any()


def test_what_is_missing_names_the_key_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def noted(choices: tuple[str, ...], *a: Any) -> tuple[list[str], int]:
        said.extend(choices)
        return fit(choices, *a)

    monkeypatch.setattr(gauges, "fit", noted)
    reading = run(Engine(), POSES[:1])[0]
    assert reading.measures["retraction"].reason[0] == Reason.NOT_CALIBRATED
    image = np.full((480, 640, 3), 60, np.uint8)
    Painter((640, 480)).paint(image, reading, Prompt(), WindowState(()))
    assert "Not calibrated: press C." in said
    assert Reason.NOT_CALIBRATED.advice not in said
