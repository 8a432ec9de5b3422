"""What the desk check costs: share of one core, and memory, at its own pace in real time.

    python -m bench.desk.cpu --seconds 60 --write docs/reference/desk_accuracy.md

Measured is the processor time of this process against the clock on the wall, which other load on
the machine disturbs only through its caches. *Rest*: somebody sits still. *Active*: somebody
changes pose every few seconds. *Away*: an empty room. Without capture, pictures come from memory.
With capture, it is the command itself, in a process of its own, whose camera is a film of 640 x 480
(`bench.desk.webcam`).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.desk.snippets import CLIPS, jobs
from bench.report import known, number, show, table
from phantom.clip import render
from scapcoach.desk.engine import DeskEngine
from scapcoach.desk.posture import take_baseline
from scapcoach.desk.run import Watch
from scapcoach.desk.sampler import CAMERA_FPS
from scapcoach.history import History, HistoryWriter
from scapcoach.landmarks import Poses
from scapcoach.pose.mediapipe import MediaPipePose
from scapcoach.session import Tracker
from scapcoach.sources.frames import Frame

if TYPE_CHECKING:
    from scapcoach.arrays import Image


SIZE = (640, 480)

#: Seconds in which models load and the subject is found; left out.
WARM_UP = 12.0

#: Seconds that an active person stays in a pose.
POSE_S = 4.0


@dataclass(frozen=True, slots=True)
class Cost:
    """One measurement."""

    what: str
    capture: str
    share: float
    looks: float
    memory: float = float("nan")


def pictures(seed: int = 4002) -> dict[str, list[Image]]:
    """Somebody upright, hunched, looking about; and the empty room."""
    import cv2

    found: dict[str, list[Image]] = {"work": [], "hunch": [], "glances": [], "leave": []}
    wanted = {"work": "calibrate", "hunch": "hunch", "glances": "", "leave": "away"}
    for job in jobs([seed]):
        if job.script in found:
            for frame in render(CLIPS[job.script](job.movement().person), job.setup()):
                fits = not wanted[job.script] or frame.segment == wanted[job.script]
                if fits and len(found[job.script]) < 12:
                    found[job.script].append(cv2.resize(frame.image, SIZE))
    return found


def noisy(image: Image, rng: np.random.Generator) -> Image:
    """A copy of the picture, as a camera gives a new one each time."""
    return np.clip(image + rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8)


class MemorySampler:
    """Pictures from memory: no camera, no decoding."""

    trouble = ""

    def __init__(self, images: list[Image], estimator: MediaPipePose, seconds: float) -> None:
        rng = np.random.default_rng(1)
        self._images = [noisy(i, rng) for i in images for _ in range(3)]
        self._tracker = Tracker(estimator, masks=False)
        self._begun, self._seconds, self._n = time.monotonic(), seconds, 0

    @property
    def ended(self) -> bool:
        """The time is up."""
        return time.monotonic() - self._begun > self._seconds

    def look(self, wait: float) -> Poses | None:
        """Wait, then the picture of the moment."""
        time.sleep(wait)
        t = time.monotonic() - self._begun
        image = self._images[int(t / POSE_S * 3) % len(self._images)]
        self._n += 1
        return self._tracker.step(Frame(self._n, t, image))

    def pause(self) -> None:
        """There is nothing to release."""

    def rest(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def now(self) -> float:
        """The computer's steady clock."""
        return time.monotonic()


def film(path: Path, images: list[Image], fps: float, seconds: float) -> Path:
    """A film with sensor noise, so that decoding costs what it does in practice."""
    from fractions import Fraction

    from scapcoach.pyav import av

    rng = np.random.default_rng(2)
    with av.open(str(path), "w") as out:
        # MJPEG, as most webcams send it.
        stream = out.add_stream("mjpeg", rate=Fraction(fps))
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuvj422p"
        frames = [noisy(i, rng) for i in images]
        for n in range(round(seconds * fps)):
            image = frames[int(n / fps / POSE_S) % len(frames)]
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


def without_capture(what: str, images: list[Image], rest: Poses, seconds: float) -> Cost:
    """The loop on pictures from memory; the time in which models load is left out."""
    looks = 0

    def count(_moment: object) -> None:
        nonlocal looks
        looks += 1

    with (
        tempfile.TemporaryDirectory() as folder,
        MediaPipePose("lite") as estimator,
        History(Path(folder) / "history.sqlite3") as history,
    ):
        journal = HistoryWriter(history)
        engine = DeskEngine((take_baseline(rest),), journal=journal)
        sampler = MemorySampler(images, estimator, seconds + WARM_UP)
        watch = Watch(sampler, engine, lambda _: None, lambda _: None, journal=journal,
                      on_moment=count, accept_commands=False)  # fmt: skip
        thread = threading.Thread(target=watch.run)
        thread.start()
        time.sleep(WARM_UP)
        looks, begun, used = 0, time.monotonic(), time.process_time()
        thread.join()
        passed, used = time.monotonic() - begun, time.process_time() - used
    return Cost(what, "none", used / passed, looks / passed)


def with_capture(what: str, plan: list[list[Image]], fps: float, seconds: float) -> Cost:
    """The command itself, in a process of its own, on a film played in real time."""
    import psutil

    upright, images = plan
    with tempfile.TemporaryDirectory() as folder:
        begin = film(Path(folder) / "begin.avi", upright, CAMERA_FPS, 14)
        clip = film(Path(folder) / "film.avi", images, fps, seconds + WARM_UP + 15)
        command = [sys.executable, "-m", "scapcoach", "desk"]
        environment = {**os.environ, "SCAPCOACH_DATA_DIR": folder}
        subprocess.run(
            [*command, "calibrate", "--no-slump", "--fast", "--source", str(begin)],
            env=environment, check=True, capture_output=True,
        )  # fmt: skip
        log = Path(folder) / "log"
        with log.open("w") as out:
            running = subprocess.Popen(
                [sys.executable, "-m", "bench.desk.webcam", str(clip), "desk", "--alert",
                 "terminal", "-v"],
                env=environment, stdout=subprocess.DEVNULL, stderr=out,
            )  # fmt: skip
        process = psutil.Process(running.pid)
        while not _looks(log):
            time.sleep(0.1)
        time.sleep(WARM_UP)
        begun, used, looks = time.monotonic(), sum(process.cpu_times()[:2]), _looks(log)
        time.sleep(seconds)
        passed = time.monotonic() - begun
        used, looks = sum(process.cpu_times()[:2]) - used, _looks(log) - looks
        memory = process.memory_info().rss / 1e6
        running.terminate()
        running.wait()
    return Cost(what, f"MJPEG, {fps:.0f} a second", used / passed, looks / passed, memory)


def _looks(log: Path) -> int:
    return log.read_text().count(" s  ")


def see(images: list[Image]) -> Poses:
    """The pictures' landmarks, for a baseline."""
    with MediaPipePose("lite") as estimator:
        tracker = Tracker(estimator, masks=False)
        return Poses.concatenate([tracker.step(Frame(i, i / 4, x)) for i, x in enumerate(images)])


def figures(costs: list[Cost]) -> str:
    """Markdown."""
    heads = ("somebody is", "capture", "share of one core", "looks a second", "memory")
    rows = (
        (c.what, c.capture, f"{100 * c.share:.1f} %", number(c.looks, 2),
         f"{c.memory:.0f} MB" if known(c.memory) else "")
        for c in costs
    )  # fmt: skip
    return table(heads, rows)


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m bench.desk.cpu", description=__doc__)
    p.add_argument("--seconds", type=float, default=60.0, help="of each measurement")
    p.add_argument("--write", type=Path, metavar="PAGE", help="put the figures into this page")
    o = p.parse_args(arguments)
    seen = pictures()
    rest = see(seen["work"] * 2)
    still, restless = seen["work"][:1], seen["work"][:1] + seen["glances"]
    costs = [
        without_capture("at rest", still, rest, o.seconds),
        without_capture("active", restless, rest, o.seconds),
        without_capture("away", seen["leave"][:1], rest, o.seconds),
        *(
            with_capture(what, [seen["work"], images], fps, o.seconds)
            for what, images, fps in (
                ("at rest", still, CAMERA_FPS), ("active", restless, CAMERA_FPS),
                ("away", seen["leave"][:1], CAMERA_FPS), ("at rest", still, 30.0),
                ("active", restless, 30.0),
            )
        ),
    ]  # fmt: skip
    show(figures(costs), o.write, "cost figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
