"""The camera's reader thread, with captures that do what cameras do on bad days."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.errors import CameraError, InputError
from scapcoach.sources import camera as module
from scapcoach.sources import devices
from scapcoach.sources.camera import Camera, fitted, looks_black
from scapcoach.sources.cameras import find_camera
from scapcoach.sources.file_camera import FileCapture
from scapcoach.sources.frames import CameraTarget
from tests.support.videos import picture, read_number, write_clip
from tests.support.waiting import returns, until

if TYPE_CHECKING:
    from pathlib import Path

TARGET = CameraTarget("device", "0", "Test cam")


class Fake:
    """A camera that gives a numbered picture every `interval` seconds until it is changed."""

    finite = False
    name = "Test cam"

    def __init__(self, interval: float = 0.01, size: tuple[int, int] = (320, 240)) -> None:
        self.interval, self.size = interval, size
        self.number = 0
        self.gone = threading.Event()
        self.hangs = threading.Event()
        self.released = 0
        self.skipped = 0
        self.decoded = 0

    def read(self):
        if not self._comes():
            return None
        self.decoded += 1
        return time.monotonic(), picture(self.number % 200, self.size)

    def skip(self) -> bool:
        self.skipped += 1
        return self._comes()

    def _comes(self) -> bool:
        self.gone.wait(self.interval)
        while self.hangs.is_set() and not self.gone.is_set():
            self.gone.wait(0.005)
        if self.gone.is_set() or self.released:
            return False
        self.number += 1
        return True

    def release(self) -> None:
        self.released += 1


def opened(fakes: list[Fake], **more) -> Camera:
    """A camera whose openings give these captures one after the other, then fail."""
    rest = iter(fakes)

    def opener(_target: CameraTarget) -> Fake:
        try:
            return next(rest)
        except StopIteration:
            raise CameraError("There is no Test cam.") from None

    return Camera(TARGET, opener=opener, **more)


def test_only_the_newest_picture_is_handed_out_and_never_twice() -> None:
    fake = Fake(0.005)
    with opened([fake]) as camera:
        first = camera.newest(1)
        assert first is not None
        assert until(lambda: fake.number >= first.index + 20)
        before = fake.number
        second = camera.newest(1)
        assert second is not None
        # Some twenty pictures came meanwhile; the last one is given, not the next one.
        assert second.index - first.index > 10
        assert second.index >= before - 2
        assert second.t > first.t >= 0
        assert read_number(second.image) == (second.index + 1) % 200
        assert camera.info.size == (320, 240)
    assert fake.released


def test_on_demand_only_pictures_that_are_waited_for_are_decoded() -> None:
    fake = Fake(0.005)
    with opened([fake], on_demand=True) as camera:
        first = camera.newest(1)
        assert first is not None
        assert until(lambda: fake.number >= first.index + 20)
        before = fake.number
        second = camera.newest(5)
        assert second is not None
        assert second.index >= before - 1  # of now, not of before the question
        assert read_number(second.image) == (second.index + 1) % 200
        assert second.t > first.t
        assert fake.decoded <= 4
        assert camera.newest(5).index > second.index


def test_on_demand_what_is_expected_is_there_at_once() -> None:
    fake = Fake(0.2)
    with opened([fake], on_demand=True) as camera:
        assert camera.newest(1) is not None
        camera.expect()
        # It is decoded before anybody asks, so it can be had from a camera that gives no more.
        assert until(lambda: fake.decoded >= 2)
        fake.hangs.set()
        assert camera.newest(1) is not None
        fake.gone.set()


def test_on_demand_trouble_is_noticed_though_nobody_waits(monkeypatch) -> None:
    monkeypatch.setattr(module, "BACK_OFF", (0.02,))
    fake = Fake(0.005)
    with opened([fake], on_demand=True, stale_after=0.5) as camera:
        assert camera.newest(1) is not None
        assert until(lambda: fake.skipped >= 20)
        assert camera.trouble == ""  # pictures come, if undecoded
        fake.hangs.set()
        assert until(lambda: "gives no pictures" in camera.trouble)
        fake.gone.set()
        assert until(lambda: "no Test cam" in camera.trouble)
        assert camera.trouble == "There is no Test cam. Trying again."
        assert camera.newest(0.05) is None


def test_waiting_is_bounded_and_an_old_picture_is_withheld() -> None:
    fake = Fake()
    with opened([fake], stale_after=0.5) as camera:
        assert camera.newest(1) is not None
        fake.hangs.set()
        assert until(lambda: "gives no pictures" in camera.trouble)
        assert returns(lambda: camera.newest(0.1)) is None
        fake.hangs.clear()
        assert camera.newest(5) is not None
        assert camera.trouble == ""


def test_an_unplugged_camera_is_tried_again_and_its_clock_goes_on(monkeypatch) -> None:
    monkeypatch.setattr(module, "BACK_OFF", (0.02,))
    first, second = Fake(), Fake(size=(640, 400))
    ready = threading.Event()

    def opener(_target: CameraTarget) -> Fake:
        if first.number == 0:
            return first
        if not ready.is_set():
            raise CameraError("There is no Test cam.")
        return second

    with Camera(TARGET, opener=opener) as camera:
        before = camera.newest(1)
        assert before is not None
        first.gone.set()
        assert until(lambda: "no Test cam" in camera.trouble)
        assert camera.trouble == "There is no Test cam. Trying again."
        camera.newest(0.05)
        assert camera.newest(0.05) is None
        ready.set()
        after = camera.newest(10)
        assert after is not None
        assert after.t > before.t
        assert after.image.shape == (240, 320, 3)  # as before, whatever the camera gives now
        assert camera.trouble == ""
        assert camera.warnings == ("The camera was lost and found again once.",)
    assert first.released
    assert second.released


def test_pausing_lets_go_of_the_device_before_it_returns() -> None:
    first, second = Fake(), Fake()
    with opened([first, second]) as camera:
        assert camera.newest(1) is not None
        camera.pause()
        assert first.released
        assert camera.newest(0.2) is None
        assert camera.trouble == ""
        assert not camera.ended
        camera.resume()
        assert camera.newest(1) is not None
        assert second.number


def test_a_driver_that_hangs_hangs_neither_pause_nor_close(monkeypatch) -> None:
    monkeypatch.setattr(module, "_READER_END_S", 0.1)
    fake = Fake()
    with opened([fake]) as camera:
        assert camera.newest(1) is not None
        fake.hangs.set()
        returns(camera.pause)
        returns(camera.close)
    fake.gone.set()


def test_a_camera_that_gives_nothing_is_reported_on_opening(monkeypatch) -> None:
    monkeypatch.setattr(module, "FIRST_S", 0.1)
    fake = Fake()
    fake.hangs.set()
    with pytest.raises(CameraError, match="opened but gives no picture"), opened([fake]):
        pass
    fake.gone.set()
    with pytest.raises(CameraError, match="no Test cam"), opened([]):
        pass


def test_an_error_in_the_thread_reaches_who_asks() -> None:
    class Broken(Fake):
        def read(self):
            if self.number:
                raise InputError("The card was pulled out.")
            return super().read()

    with opened([Broken()]) as camera:
        camera.newest(1)
        with pytest.raises(InputError, match="card was pulled"):
            camera.newest(10)


def test_a_covered_lens_is_reported() -> None:
    class Dark(Fake):
        def read(self):
            got = super().read()
            noise = np.random.default_rng(self.number).integers(0, 6, (240, 320, 3), np.uint8)
            return None if got is None else (got[0], noise)

    with opened([Dark()]) as camera:
        assert camera.newest(1) is not None
        assert "uncover the lens" in camera.trouble
    night = np.full((240, 320, 3), 8, np.uint8)
    night[100:140, 100:140] = 220  # a lamp
    assert not looks_black(night)


def test_a_file_comes_in_real_time_with_its_own_times(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4")
    with Camera(str(path)) as camera:
        begun = time.monotonic()
        frames = list(camera)
        took = time.monotonic() - begun
        assert camera.ended
        assert not camera.live
    times = [frame.t for frame in frames]
    assert len(frames) > 5
    assert times == sorted(set(times))
    assert [round(f.t * 30) for f in frames] == [f.index for f in frames]
    assert took > times[-1] - 0.1


def test_a_file_goes_on_after_a_pause_without_a_rush(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4")
    capture = FileCapture(str(path), loop=True)
    with Camera(str(path), opener=lambda _: capture) as camera:
        first = camera.newest(1)
        returns(camera.pause)
        time.sleep(0.8)  # a pause is real time, and so is playing
        camera.resume()
        camera.newest(1)
        time.sleep(0.3)
        later = camera.newest(1)
        assert first is not None
        assert later is not None
        assert later.t - first.t < 0.8


def test_a_looped_file_goes_on_growing(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4")
    capture = FileCapture(str(path), loop=True, speed=50)
    times = [got[0] for _ in range(80) if (got := capture.read())]
    capture.release()
    assert len(times) == 80
    assert np.all(np.diff(times) > 0)
    assert capture.read() is None


def test_what_a_name_means(tmp_path: Path, monkeypatch) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x")
    monkeypatch.setattr(devices, "_V4L", tmp_path / "v4l")
    for number, name, index in (
        (0, "Desk Cam HD", "0"),
        (1, "Desk Cam HD", "1"),
        (2, "Stage", "0"),
    ):
        folder = tmp_path / "v4l" / f"video{number}"
        folder.mkdir(parents=True)
        (folder / "name").write_text(f"{name}\n")
        (folder / "index").write_text(f"{index}\n")
    assert find_camera(0) == CameraTarget("device", "0", "Desk Cam HD")
    assert find_camera("desk") == CameraTarget("device", "0", "Desk Cam HD")
    assert find_camera("/dev/video2") == CameraTarget("device", "2", "Stage")
    assert find_camera(str(clip)).kind == "file"
    stream = find_camera("rtsp://anna:secret@host:554/live?key=1")
    assert stream.kind == "stream"
    assert "secret" in stream.where
    assert stream.name == "rtsp://host:554/live"
    with pytest.raises(CameraError, match=r"no camera and no video file 'nope'.*0 \(Desk Cam HD\)"):
        find_camera("nope")
    with pytest.raises(CameraError, match="not a camera address"):
        find_camera("ftp://host/x")
    with pytest.raises(CameraError, match="fits more than one"):
        find_camera("a")
    with pytest.raises(CameraError):
        find_camera("")


def test_a_missing_camera_is_reported_without_chatter(capfd) -> None:
    with pytest.raises(CameraError, match="camera 97"), Camera("97"):
        pass
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("system", "exists", "allowed", "words"),
    [
        ("linux", False, True, "There is no camera 0"),
        ("linux", True, False, "group 'video'"),
        ("linux", True, True, "another program is probably using it"),
        ("win32", False, False, "another program is probably using it"),
        ("darwin", False, False, "allow the terminal to use the camera"),
    ],
)
def test_a_camera_that_cannot_be_opened_is_reported_why(
    monkeypatch, tmp_path: Path, system: str, exists: bool, allowed: bool, words: str
) -> None:
    class Shut:
        def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
            return False

        def release(self) -> None:
            pass

    monkeypatch.setattr("cv2.VideoCapture", lambda *_: Shut())
    monkeypatch.setattr(devices, "SYSTEM", system)
    node = tmp_path if exists else tmp_path / "none"
    monkeypatch.setattr(devices, "Path", lambda _: node)
    monkeypatch.setattr(devices.os, "access", lambda *_: allowed)
    monkeypatch.setattr(devices, "known_cameras", lambda: "")
    with pytest.raises(CameraError, match=words), Camera(CameraTarget("device", "0", "camera 0")):
        pytest.fail("it was opened")


def test_a_stream_that_does_not_answer_is_reported_without_its_password(capfd) -> None:
    camera = Camera("http://anna:secret@127.0.0.1:9/live")
    with pytest.raises(CameraError, match="cannot be opened") as reported, camera:
        pass
    assert "secret" not in str(reported.value)


def test_pictures_are_fitted_with_their_shape() -> None:
    image = np.full((100, 300, 3), 200, np.uint8)
    out = fitted(image, (200, 200))
    assert out.shape == (200, 200, 3)
    rows = np.flatnonzero(out[:, 100, 0] > 100)
    assert abs(len(rows) - 67) <= 1
    assert abs(rows.mean() - 99.5) <= 1
