"""The window's loop and pictures, with fake camera, tracker and screen."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scapcoach.calibration import calibrate, guided_segments
from scapcoach.errors import DisplayError
from scapcoach.filters import smooth_poses
from scapcoach.guide.holds import POSTURE
from scapcoach.guide.repetitions import EXERCISE
from scapcoach.guide.steps import Guide, Step
from scapcoach.live import window
from scapcoach.live.app import App
from scapcoach.live.painter import Painter, WindowState
from scapcoach.session.engine import Engine
from scapcoach.session.replay import Session
from scapcoach.sources.frames import Frame
from tests.support.clips import protocol_clip
from tests.support.exercise import exercise_clip
from tests.support.lifter import ASKED, FPS, Lifter
from tests.support.person import person

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.calibration import Calibration
    from scapcoach.landmarks import Poses
    from scapcoach.overlay.prompt import Prompt

POSES = person(40)


class FakeCamera:
    def __init__(self, count: int = 40) -> None:
        self.left = count
        self.trouble = ""
        self.off: list[bool] = []
        self.index = 0

    @property
    def ended(self) -> bool:
        return self.left <= 0

    def newest(self, timeout: float = 0.5) -> Frame | None:
        self.left -= 1
        if self.trouble or (self.off and self.off[-1]):
            return None
        self.index += 1
        image = np.full((480, 640, 3), 90, np.uint8)
        return Frame(self.index - 1, self.index / 30, image)

    def pause(self) -> None:
        self.off.append(True)

    def resume(self) -> None:
        self.off.append(False)


class FakeScreen:
    """Presses keys at given frames and keeps what was shown."""

    def __init__(self, keys: dict[int, str] | None = None) -> None:
        self.keys, self.shown, self.calls, self.full = keys or {}, [], 0, 0

    def show(self, image) -> None:
        self.shown.append(image)

    def key(self) -> str:
        self.calls += 1
        return self.keys.get(self.calls - 1, "")

    def toggle_full(self) -> None:
        self.full += 1


class Spy(Painter):
    """Paints, and keeps what it was asked to paint."""

    def __init__(self) -> None:
        super().__init__((640, 480))
        self.painted: list[tuple[Any, Prompt, WindowState]] = []

    def paint(self, image, reading, prompt, state):
        self.painted.append((reading, prompt, state))
        return super().paint(image, reading, prompt, state)


def app(keys: dict[int, str] | None = None, count: int = 40, **more: Any) -> App:
    def find(frame: Frame):
        return POSES[frame.index : frame.index + 1]

    session = Session(Engine())
    return App(FakeCamera(count), FakeScreen(keys), Spy(), find, session, **more)


def test_it_runs_until_the_file_is_over_and_shows_every_frame() -> None:
    one = app(count=12)
    one.run()
    assert one.frames == 12
    assert len(one.screen.shown) == 12
    assert one.screen.shown[0].shape[:2] == (one.painter.size[1], one.painter.size[0])


def test_a_picture_is_shown_before_it_is_read_and_news_at_once() -> None:
    one = app(count=30)
    read = one.session.read
    order: list[str] = []

    def counted(poses: Poses) -> Any:
        order.append(f"read {poses.t[0]:.2f}")
        reading = read(poses)
        if len(order) and order.count("news") == 0 and reading.index == 9:
            order.append("news")
            reading = replace(reading, coached=replace(reading.coached, count=1))
        return reading

    def paint(_image, reading, prompt, _state):
        order.append(f"shown {reading.poses.t[0]:.2f} with {reading.t:.2f}, {prompt.count}")
        return _image

    one.session.read, one.painter.paint = counted, paint
    one.exercises = one._exercise = "row"
    one.run()
    at = [f"{t:.2f}" for t in POSES.t]
    assert order[:2] == [f"read {at[0]}", f"shown {at[0]} with {at[0]}, 0"]  # nothing to bear yet
    assert order[2:4] == [f"shown {at[1]} with {at[0]}, 0", f"read {at[1]}"]
    k = order.index("news")
    assert order[k - 2 : k] == [f"shown {at[9]} with {at[8]}, 0", f"read {at[9]}"]
    assert order[k + 1] == f"shown {at[9]} with {at[9]}, 1"  # without waiting for another frame
    assert order[k + 2] == f"shown {at[10]} with {at[9]}, 1"


class Listener(Spy):
    """Keeps what it was asked to paint, and paints nothing."""

    def paint(self, image, reading, prompt, state):
        self.painted.append((reading, prompt, state))
        return image


def guided_app(find: Any, count: int, keys: dict[int, str], **more: Any) -> App:
    """A window whose camera shows what `find` says, with the app itself as the first argument."""
    session = Session(Engine())
    one = App(FakeCamera(count), FakeScreen(keys), Listener(), lambda _frame: POSES[:1], session,
              **more)  # fmt: skip
    one.find = lambda frame: find(one, frame)
    return one


def test_an_exercise_is_calibrated_in_the_window_and_joins_what_is_there() -> None:
    lifter = Lifter(lambda guide: ASKED[guide.task.name])
    taken: list[Calibration] = []

    def keep(found: Calibration) -> str:
        taken.append(found)
        return "Kept."

    def find(app: App, frame: Frame) -> Poses:
        return lifter.frame(app._guiding.guide or Guide(EXERCISE), frame.index / FPS)

    one = guided_app(find, 750, {2: "x", 740: "\r"}, on_calibrated=keep)
    clip = protocol_clip(yaw=20.0)
    posture = calibrate(clip, guided_segments(clip), name="anna")
    one.session.calibrate(posture)
    one.run()
    (found,) = taken
    assert found.exercise is not None
    assert found.retraction == posture.retraction
    assert one.session.engine.calibration.exercise is not None
    assert ("X", "calibrate exercise") in one.painter.painted[0][2].keys
    keys = {key for _, _, state in one.painter.painted for key in state.keys}
    assert {("R", "begin these again"), ("Enter", "finish without it")} <= keys


def test_a_calibration_that_a_key_finishes_is_kept_and_only_once() -> None:
    clip = smooth_poses(exercise_clip())
    found = calibrate(clip, guided_segments(clip))
    before_the_proof = Guide(
        EXERCISE, step=Step.READY, number=3, since=0.0, t=0.0, calibration=found
    )
    taken: list[Calibration] = []

    def keep(calibration: Calibration) -> str:
        taken.append(calibration)
        return ""

    one = app({3: "\r"}, count=8, on_calibrated=keep)
    one._guiding.guide = before_the_proof
    one.run()
    assert taken == [found]
    assert one.session.engine.calibration.exercise is not None


def test_after_the_poses_the_exercise_comes_by_a_key_or_of_itself() -> None:
    done = Guide(POSTURE, step=Step.DONE)
    for mode, key in (("", "x"), ("both", "\r")):
        one = app(calibrate_only=mode)
        one._guiding.guide = done
        assert not one.press(key)
        assert one._guiding.guide is not None
        assert one._guiding.guide.script is EXERCISE
    one = app(calibrate_only="posture")
    one._guiding.guide = done
    assert one.press("\r")  # the way out
    one = app(calibrate_only="exercise")
    assert one._guiding.guide is not None
    assert one._guiding.guide.script is EXERCISE
    assert not one.press("x")
    assert not one.press("c")
    assert one.press("escape")


@pytest.mark.parametrize("key", ["q", "escape", "closed"])
def test_three_ways_to_finish(key: str) -> None:
    one = app({5: key})
    one.run()
    assert one.frames == 5


def test_pause_lets_go_of_the_camera_and_says_so() -> None:
    one = app({3: "p", 9: " "}, count=20)
    one.run()
    assert one.camera.off == [True, False]
    states = [state for _, _, state in one.painter.painted]
    assert any("The camera is off" in s.notice and ("P", "go on") in s.keys for s in states)
    assert states[-1].notice == ""
    paused = [reading for reading, _, state in one.painter.painted if state.notice]
    assert paused == [None] * len(paused)  # no gauges of a moment that is past


def test_mute_and_exercise_reach_the_engine_and_the_line_of_keys() -> None:
    asked: list[str] = []

    def choose(name: str) -> dict[str, Any]:
        asked.append(name)
        return {}

    one = app({2: "m", 4: "e", 6: "f"}, count=10, exercises=("", "row"), choose=choose,
              titles={"row": "Row, low"})  # fmt: skip
    one.run()
    assert one.session.engine.muted
    assert asked == ["row"]
    assert one.screen.full == 1
    last = one.painter.painted[-1]
    assert ("E", "exercise: Row, low") in last[2].keys
    assert last[2].muted
    assert last[1].count == 0
    assert one.painter.painted[0][1].count is None  # no counter without an exercise


def test_trouble_of_the_camera_is_shown_over_the_last_picture() -> None:
    one = app(count=20)
    original = one.camera.newest

    def newest(timeout: float = 0.5) -> Frame | None:
        if one.camera.index == 5:
            one.camera.trouble = "Test cam is gone: is it plugged in? Trying again."
        return original(timeout)

    one.camera.newest = newest
    one.run()
    assert one.painter.painted[-1][2].notice.startswith("Test cam is gone")


def test_a_missing_screen_is_reported_with_the_alternative(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(window, "SYSTEM", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(DisplayError, match="scapcoach serve"):
        window.check_display()
    monkeypatch.setenv("DISPLAY", ":4242")
    with pytest.raises(DisplayError, match=":4242"):
        window.check_display()
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1] - 6000
        if number > 0:
            monkeypatch.setenv("DISPLAY", f"127.0.0.1:{number}.0")
            window.check_display()
    monkeypatch.setattr(window, "SYSTEM", "win32")
    monkeypatch.delenv("DISPLAY", raising=False)
    window.check_display()


class Ear:
    """Hears what the app has to say."""

    def __init__(self) -> None:
        self.indicator, self.trouble = "VOICE", ""
        self.heard: list[int] = []
        self.muted: list[bool] = []

    def follow(self, reading, guide=None) -> None:
        self.heard.append(reading.index)

    def mute(self, muted: bool) -> None:
        self.muted.append(muted)


class Tape:
    """A film that keeps indices of pictures; `video` is itself."""

    def __init__(self) -> None:
        self.trouble = ""
        self.kept: list[int] = []

    @property
    def video(self) -> Tape:
        return self

    def add(self, frame: Frame) -> None:
        self.kept.append(frame.index)


def test_the_lock_lets_go_of_the_camera_as_the_pause_key_does() -> None:
    one = app(count=40, locked=lambda: 5 <= one.screen.calls < 12 or one.screen.calls > 20)
    one.run()
    assert one.camera.off == [True, False, True]
    notices = [state.notice for _, _, state in one.painter.painted]
    assert "The screen is locked. The camera is off." in notices
    assert notices[0] == ""
    assert len(one.screen.shown) < 30  # nothing is painted while there is nothing to see


def test_unlocking_does_not_end_the_persons_own_pause() -> None:
    one = app({3: "p", 16: "p"}, count=40, locked=lambda: 6 <= one.screen.calls < 12)
    one.run()
    assert one.camera.off == [True, False]
    between = [state.notice for _, _, state in one.painter.painted]
    assert between.index("Paused. The camera is off.") < between.index(
        "The screen is locked. The camera is off."
    )
    assert one.camera.index > 20


def test_voice_and_film_get_every_frame_and_show_themselves() -> None:
    ear, tape = Ear(), Tape()
    one = app({4: "m", 8: "m"}, count=12, sound=ear, film=tape)
    one.run()
    assert ear.heard == tape.kept == list(range(12))
    assert ear.muted == [True, False]
    first, quiet = one.painter.painted[0][2], one.painter.painted[6][2]
    assert [word for word, _ in first.indicators] == ["VOICE"]
    assert [word for word, _ in quiet.indicators] == ["MUTED"]
    tape.trouble = "Filming stopped: the disk is nearly full."
    one.show()
    assert one.painter.painted[-1][2].hint == tape.trouble
