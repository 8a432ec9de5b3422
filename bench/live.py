"""How quick the live paths are, whether they fall behind, and whether they grow.

    python -m bench.live latency [CLIP]        ratio to the bare pruned-model call, turn by turn
    python -m bench.live lag --minutes 10      a model slower than the camera: does lag grow?
    python -m bench.live soak --minutes 30     memory of a long session

Nothing is drawn on a screen: the window's last step, handing the picture to the toolkit, is not
part of it. Ratios count, milliseconds do not.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.calibration import Calibration, calibrate, guided_segments
from scapcoach.filters import smooth_poses
from scapcoach.live.app import App
from scapcoach.live.painter import Painter
from scapcoach.model_files import model_file
from scapcoach.pose.landmarker import Landmarker
from scapcoach.pose.mediapipe import MediaPipePose
from scapcoach.session import PoseRecorder, Tracker
from scapcoach.session.coach import make_coach
from scapcoach.session.engine import Engine
from scapcoach.session.plain import plain_points, plain_reading
from scapcoach.session.replay import Session
from scapcoach.sources.camera import Camera
from scapcoach.sources.file_camera import FileCapture
from scapcoach.sources.video import VideoFile
from scapcoach.web.protocol import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.arrays import Image
    from scapcoach.sources.frames import Frame

SAMPLES: Final = Path(__file__).resolve().parent.parent / "sample_videos"
CLIP: Final = SAMPLES / "phantom_row_oblique.mp4"
HOLDS: Final = SAMPLES / "phantom_calibration_front.mp4"
_WARM: Final = 30  # frames before anything is counted


def own_calibration() -> Calibration:
    """A personal calibration, so that every measure does all of its work."""
    with VideoFile(HOLDS) as source, MediaPipePose() as estimator:
        tracker, recorder = Tracker(estimator), PoseRecorder(source.info.size)
        for frame in source:
            recorder.add(tracker.step(frame))
    smooth = smooth_poses(recorder.poses())
    return calibrate(smooth, guided_segments(smooth))


class Window:
    """The window's path: a frame in, a picture with overlay out.

    It is its own camera, which gives no frames, and a screen that notes when pictures come.
    """

    ended, trouble = False, ""

    def __init__(self, size: tuple[int, int], calibration: Calibration) -> None:
        self._estimator = MediaPipePose()
        engine = Engine(calibration, coach=make_coach({"name": "row"}))
        self._app = App(
            camera=self, screen=self, painter=Painter(size), find=Tracker(self._estimator).step,
            session=Session(engine), exercises=("row",),
        )  # fmt: skip
        self.shown: list[float] = []

    def step(self, frame: Frame) -> tuple[float, float]:
        """Seconds until the picture is shown, and until its reading is known as well."""
        self.shown.clear()
        begun = time.perf_counter()
        self._app.step(frame)
        done = time.perf_counter()
        return self.shown[0] - begun, done - begun

    def show(self, image: Image) -> None:  # noqa: ARG002  # handing it to the toolkit is not counted
        """Note when a picture is there."""
        self.shown.append(time.perf_counter())

    def key(self) -> str:
        """None is pressed."""
        return ""

    def newest(self, timeout: float = 0.5) -> Frame | None:  # noqa: ARG002  # frames are handed in
        """None comes by itself."""
        return None

    def nothing(self) -> None:
        """Other calls of cameras and screens do nothing."""

    pause = resume = toggle_full = nothing

    def close(self) -> None:
        """Free the model."""
        self._estimator.close()


class Browser:
    """The server's part of the browser's path: JPEG in, JSON out; the page draws."""

    def __init__(self, calibration: Calibration) -> None:
        self._estimator = MediaPipePose()
        self._tracker = Tracker(self._estimator)
        self._engine = Engine(calibration, coach=make_coach({"name": "row"}))

    def step(self, frame: Frame, jpeg: bytes) -> tuple[float, float]:
        """Seconds until the landmarks can be sent, and until the reading can."""
        begun = time.perf_counter()
        image = decode(jpeg)
        assert image is not None
        poses = self._engine.smooth(self._tracker.step(replace(frame, image=image)))
        json.dumps({"type": "sight", "points": plain_points(poses)})
        seen = time.perf_counter()
        json.dumps(plain_reading(self._engine.read(poses)))
        return seen - begun, time.perf_counter() - begun

    def close(self) -> None:
        """Free the model."""
        self._estimator.close()


#: What is timed on every frame; the others are given as multiples of the first.
_TIMED: Final = ("bare", "window", "window_reading", "browser", "browser_reading")


def latency(clip: Path, frames: int) -> dict[str, Any]:
    """Medians and p95 of the paths over those of the bare call on the same frames."""
    calibration = own_calibration()
    bare, browser = Landmarker(model_file("full", mask=False)), Browser(calibration)

    def bare_step(frame: Frame) -> tuple[float, ...]:
        begun = time.perf_counter()
        bare.follow(frame.image, frame.t)
        return (time.perf_counter() - begun,)

    rows: list[list[float]] = []
    with VideoFile(clip) as source:
        window = Window(source.info.size, calibration)
        for frame in source:
            if frame.index >= frames + _WARM:
                break
            jpeg = encode(frame.image, 82)
            parts: list[Callable[[], tuple[float, ...]]] = [
                lambda frame=frame: bare_step(frame),
                lambda frame=frame: window.step(frame),
                lambda frame=frame, jpeg=jpeg: browser.step(frame, jpeg),
            ]
            took: dict[int, tuple[float, ...]] = {}
            for k in np.roll(np.arange(len(parts)), frame.index):  # each one goes first in turn
                took[int(k)] = parts[k]()
            rows.append([seconds for k in range(len(parts)) for seconds in took[k]])
        window.close()
        browser.close()
    times = np.array(rows[_WARM:])
    middle, high = np.median(times, axis=0), np.quantile(times, 0.95, axis=0)
    found: dict[str, Any] = {
        "clip": clip.name, "frames": len(times), "bare_ms": round(1e3 * float(middle[0]), 1),
    }  # fmt: skip
    for k, name in enumerate(_TIMED[1:], 1):
        found[f"{name}_median"] = round(float(middle[k] / middle[0]), 3)
        found[f"{name}_p95"] = round(float(high[k] / high[0]), 3)
    return found


class _Stamped(FileCapture):
    """Plays a file and remembers when each frame came."""

    def __init__(self, path: str, *, loop: bool) -> None:
        super().__init__(path, loop=loop)
        self.came: dict[float, float] = {}

    def read(self) -> tuple[float, Image] | None:
        """The next frame, when it is due."""
        got = super().read()
        if got is not None:
            self.came[round(got[0], 4)] = time.monotonic()
        return got


def lag(clip: Path, minutes: float, slower: float) -> dict[str, Any]:
    """Age of frames when they are done, with an engine that needs `slower` frame times for each.

    Returns:
        Median age in the first and the last fifth, in seconds, and how many frames were dropped.
    """
    capture = _Stamped(str(clip), loop=True)
    ages: list[float] = []
    with Camera(str(clip), opener=lambda _: capture) as camera:
        wait = slower / 30
        until = time.monotonic() + 60 * minutes
        last = -1
        while time.monotonic() < until:
            frame = camera.newest(1.0)
            if frame is None:
                continue
            time.sleep(wait)
            ages.append(time.monotonic() - capture.came.pop(round(frame.t, 4)))
            last = frame.index
    age = np.array(ages)
    fifth = max(1, len(age) // 5)
    return {
        "minutes": minutes,
        "slower": slower,
        "done": len(age),
        "dropped": last + 1 - len(age),
        "age_first_s": round(float(np.median(age[:fifth])), 3),
        "age_last_s": round(float(np.median(age[-fifth:])), 3),
    }


def soak(clip: Path, minutes: float) -> dict[str, Any]:
    """Memory after a tenth of the time (at most three minutes), and at the end."""
    calibration = own_calibration()
    capture = FileCapture(str(clip), loop=True)
    frames, warm, early = 0, min(180.0, 6 * minutes), 0.0
    with Camera(str(clip), opener=lambda _: capture) as camera:
        window = Window(camera.info.size, calibration)
        begun = time.monotonic()
        while time.monotonic() < begun + 60 * minutes:
            frame = camera.newest(1.0)
            if frame is not None:
                window.step(frame)
                frames += 1
            if not early and time.monotonic() - begun > warm:
                early = resident_mb()
        window.close()
    late = resident_mb()
    return {
        "minutes": minutes,
        "frames": frames,
        "warm_mb": round(early),
        "end_mb": round(late),
        "growth": round(late / early - 1, 4),
    }


def resident_mb() -> float:
    """Memory of this process that lies in RAM, in MB (Linux)."""
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Run one of them and print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["latency", "lag", "soak"])
    parser.add_argument("clip", nargs="?", type=Path, default=CLIP)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--slower", type=float, default=2.5)
    chosen = parser.parse_args()
    found = {
        "latency": lambda: latency(chosen.clip, chosen.frames),
        "lag": lambda: lag(chosen.clip, chosen.minutes, chosen.slower),
        "soak": lambda: soak(chosen.clip, chosen.minutes),
    }[chosen.what]()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
