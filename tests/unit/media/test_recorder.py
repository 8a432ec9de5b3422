"""The camera's pictures on disk: times, kills, a full disk, an encoder that does not keep up."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.errors import OutputError
from scapcoach.media import recorder
from scapcoach.media.recorder import CameraVideo
from scapcoach.sources.video import VideoFile
from tests.support.waiting import returns

if TYPE_CHECKING:
    from pathlib import Path

SIZE = (160, 120)

#: Times of a camera that slows down in the dark, pauses for three seconds, and is not at 0.
TIMES = 7.25 + np.concatenate(
    [np.arange(20) / 30, 0.7 + np.arange(10) / 12, 4.6 + np.arange(9) / 30]
)


def pictures(count: int, size: tuple[int, int] = SIZE) -> list[np.ndarray]:
    """Pictures of one grey each, no two alike."""
    return [np.full((size[1], size[0], 3), 30 + 5 * k, np.uint8) for k in range(count)]


def test_times_are_those_of_the_camera_and_nothing_is_lost(tmp_path: Path) -> None:
    images = pictures(len(TIMES))
    with CameraVideo(tmp_path / "new" / "camera.mp4", SIZE) as video:
        assert video.start is None
        for image, t in zip(images, TIMES, strict=True):
            while not video.add(image, float(t)):
                time.sleep(0.005)
    assert video.start == TIMES[0]
    assert video.written == len(TIMES)
    assert video.trouble == ""
    with VideoFile(video.path) as source:
        frames = list(source)
        assert not [w for w in source.warnings if "No picture" not in w]  # the pause is reported
    np.testing.assert_allclose([f.t for f in frames], TIMES - TIMES[0], atol=2e-5)
    for frame, image in zip(frames, images, strict=True):
        assert abs(frame.image.mean() - image.mean()) < 3


def test_what_was_written_can_be_played_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "camera.mp4"
    code = (
        "import sys, time, numpy as np\n"
        "from pathlib import Path\n"
        "from scapcoach.media.recorder import CameraVideo\n"
        "rng, begun = np.random.default_rng(1), time.monotonic()\n"
        "video = CameraVideo(Path(sys.argv[1]), (160, 120))\n"
        "while True:\n"
        "    t = time.monotonic() - begun\n"
        "    video.add(rng.integers(0, 255, (120, 160, 3), np.uint8), t)\n"
        "    print(t, flush=True)\n"
        "    time.sleep(1 / 30)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE,
                             text=True)  # fmt: skip
    assert child.stdout is not None
    t = 0.0
    while t < 3.5:
        t = float(child.stdout.readline())
    child.kill()
    child.communicate()
    with VideoFile(path) as source:
        last = [frame.t for frame in source][-1]
    assert t - 2.0 < last <= t + 0.1


def test_an_encoder_that_is_too_slow_costs_pictures_and_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, free = recorder.coded, threading.Event()

    def slow(image, pts):
        free.wait()
        return original(image, pts)

    monkeypatch.setattr(recorder, "coded", slow)
    images = pictures(30)
    with CameraVideo(tmp_path / "camera.mp4", SIZE) as video:
        # Nothing is encoded until all have been handed over: waiting for it would never end.
        kept = returns(lambda: [video.add(image, k / 30) for k, image in enumerate(images)])
        free.set()
    assert video.written == sum(kept) < 30
    assert video.dropped == 30 - sum(kept)
    with VideoFile(video.path) as source:
        np.testing.assert_allclose(
            [f.t for f in source], [k / 30 for k in range(30) if kept[k]], atol=2e-5
        )


def test_a_disk_that_is_nearly_full_ends_the_video_and_not_the_session(tmp_path: Path) -> None:
    with CameraVideo(tmp_path / "camera.mp4", SIZE, reserve=1 << 60) as video:
        end = time.monotonic() + 10
        k = 0
        while not video.trouble and time.monotonic() < end:
            video.add(pictures(1)[0], k / 30)
            time.sleep(1 / 30)
            k += 1
        assert "Filming stopped: the disk is nearly full" in video.trouble
        assert video.add(pictures(1)[0], k / 30) is False
    with VideoFile(video.path) as source:
        assert len(list(source)) > 15


def test_a_full_disk_is_reported_and_what_fitted_can_be_played(tmp_path: Path) -> None:
    path = tmp_path / "camera.mp4"
    code = (
        "import resource, sys, time, numpy as np\n"
        "from pathlib import Path\n"
        "from scapcoach.media.recorder import CameraVideo\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "rng = np.random.default_rng(1)\n"
        "with CameraVideo(Path(sys.argv[1]), (160, 120)) as video:\n"
        "    for k in range(600):\n"
        "        video.add(rng.integers(0, 255, (120, 160, 3), np.uint8), k / 30)\n"
        "        time.sleep(0.005)\n"
        "        if video.trouble: break\n"
        "print(video.trouble)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True,
                          check=False, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Filming stopped" in done.stdout, done.stderr
    assert "beyond the file size allowed" in done.stdout
    with VideoFile(path) as source:
        assert len(list(source)) > 10


def test_without_a_picture_nothing_is_left(tmp_path: Path) -> None:
    with CameraVideo(tmp_path / "camera.mp4", SIZE) as video:
        pass
    assert list(tmp_path.iterdir()) == []
    assert video.trouble == ""
    video.close()


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "camera.mp4").write_bytes(b"precious")
    with pytest.raises(OutputError, match=r"camera\.mp4"):
        CameraVideo(tmp_path / "camera.mp4", SIZE)
    assert (tmp_path / "camera.mp4").read_bytes() == b"precious"


def test_large_and_odd_pictures_are_made_to_fit(tmp_path: Path) -> None:
    with CameraVideo(tmp_path / "a.mp4", (2561, 1441)) as video:
        assert video.size == (1280, 720)
        video.add(np.zeros((1441, 2561, 3), np.uint8), 0.0)
        with pytest.raises(ValueError, match="2561"):
            video.add(np.zeros((1440, 2560, 3), np.uint8), 0.1)
    with VideoFile(video.path) as source:
        assert source.info.size == (1280, 720)
