"""Windows and videos in one program, in either order: OpenCV and PyAV bring the same libraries.

Each case is a process of its own with a limit in time, for the failure is one that never ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import SAMPLES, no_traceback, scapcoach
from tests.support.xvfb import Screen, virtual_screen

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux's wheels clash")

CLIP = SAMPLES / "walking_front_portrait.mp4"
#: Seconds for a process that does what it should. A busy computer needs many of them.
LIMIT_S = 120.0
#: Seconds after which a window that has not come never comes: else it takes a tenth of one.
HANG_S = 15.0

_START = """
import pathlib, sys, time

def read():
    from scapcoach.sources.video import VideoFile
    with VideoFile(sys.argv[2]) as video:
        assert sum(1 for _ in video) > 30
    print("read")

def show(window):
    import numpy as np
    window.show(np.full((300, 400, 3), (200, 30, 220), np.uint8))
    until = time.monotonic() + 30
    while time.monotonic() < until:
        window.key()
        if pathlib.Path(sys.argv[1]).read_bytes().count(bytes((220, 30, 200))) > 50_000:
            print("seen")
            return
        time.sleep(0.05)
"""
_WINDOW = "from scapcoach.live.window import Window\nwith Window('w', (400, 300)) as w:"
_WINDOW_FIRST = f"{_START}{_WINDOW} show(w); read(); show(w)"
_VIDEO_FIRST = f"{_START}read()\n{_WINDOW} show(w)"
#: What the user's own program may have done before it opens a window of ours.
_OWN_PROGRAM = f"import av\n{_WINDOW} pass"
_OWN_PROGRAM_WELL = f"import cv2, av\n{_WINDOW} print('opened')"
#: The same, past our guard.
_UNGUARDED = """
import av, cv2, numpy
from scapcoach.live.window import _toolkit_uses_pyav_libraries
print("clash" if _toolkit_uses_pyav_libraries() else "no clash", flush=True)
cv2.namedWindow("w")
cv2.imshow("w", numpy.zeros((300, 400, 3), numpy.uint8))
cv2.pollKey()
print("opened")
"""


@pytest.fixture(scope="module")
def shown() -> Iterator[Screen]:
    with virtual_screen() as found:
        yield found


def _run(code: str, shown: Screen) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, shown.pixels, CLIP], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=LIMIT_S, check=False,
        env={**os.environ, "DISPLAY": shown.display},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "said"),
    [(_WINDOW_FIRST, ["seen", "read", "seen"]), (_VIDEO_FIRST, ["read", "seen"])],
    ids=["window first", "video first"],
)
def test_a_window_shows_pictures_and_a_video_is_read(
    shown: Screen, code: str, said: list[str]
) -> None:
    done = _run(code, shown)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == said


def test_live_from_a_file(shown: Screen) -> None:
    done = scapcoach("live", "--source", CLIP, "--model", "lite", DISPLAY=shown.display)
    no_traceback(done)
    assert done.returncode == 0, done.stderr


def test_a_program_with_pyav_before_opencv_hangs_exactly_where_the_guard_says_so(
    shown: Screen,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _UNGUARDED], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env={**os.environ, "DISPLAY": shown.display},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        clash = process.stdout.readline().strip()
        try:
            said, _ = process.communicate(timeout=HANG_S)
            hangs = False
        except subprocess.TimeoutExpired:
            process.kill()
            said, hangs = "", True
    assert (clash, hangs, said) in {("clash", True, ""), ("no clash", False, "opened\n")}
    guarded = _run(_OWN_PROGRAM, shown)
    if hangs:
        assert guarded.returncode == 1
        assert "DisplayError: A window would never appear" in guarded.stderr
        assert "'import cv2' before the first 'import av'" in guarded.stderr
    else:
        assert guarded.returncode == 0, guarded.stderr


def test_a_program_with_opencv_before_pyav_gets_its_window(shown: Screen) -> None:
    done = _run(_OWN_PROGRAM_WELL, shown)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "opened\n"
