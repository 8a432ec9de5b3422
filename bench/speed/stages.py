"""Where the time of one clip goes, stage by stage, in one process."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.speed.parts import Setting


class Clock:
    """Adds up the wall time within functions, less that of clocked ones inside them.

    Attributes:
        spent: seconds of the thread that made the clock.
        beside: seconds of other threads.
    """

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self.beside: Counter[str] = Counter()
        self._own = threading.get_ident()
        self._inner = threading.local()

    def around(self, owner: Any, name: str, label: str) -> None:
        """From now on `owner.name` is clocked."""
        function = getattr(owner, name)

        def clocked(*arguments: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            mine = threading.get_ident() == self._own
            outer = getattr(self._inner, "seconds", 0.0)
            self._inner.seconds = 0.0
            try:
                return function(*arguments, **named)
            finally:
                took = time.perf_counter() - begun
                (self.spent if mine else self.beside)[label] += took - self._inner.seconds
                self._inner.seconds = outer + took

        setattr(owner, name, clocked)


def stages(s: Setting) -> dict[str, Any]:
    """Milliseconds a frame of each stage, front and side view."""
    import subprocess
    import sys

    from bench.speed.run import environment

    found = {}
    for view in ("front", "side"):
        command = [sys.executable, "-m", "bench.speed.stages", str(s.clip(view))]
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, check=True
        )
        lines = (line.split("\t") for line in done.stdout.splitlines())
        found[view] = {name: float(value) for name, value in lines}
    return found


def _clocked(clip: str) -> dict[str, float]:
    """The stages of one clip, clocked in this process."""
    import tempfile
    from pathlib import Path

    from mediapipe.tasks.python import vision

    from scapcoach.pose import landmarker, mediapipe
    from scapcoach.recording import Options, run
    from scapcoach.session import Follower, Tracker
    from scapcoach.sources import ahead, picture

    clock = Clock()
    for owner, name, label in (
        (vision.PoseLandmarker, "detect_for_video", "network"),
        (vision.PoseLandmarker, "detect", "network"),
        (landmarker.Landmarker, "_run", "to and from MediaPipe"),
        (mediapipe._MaskMaker, "mask", "mask for the back contour"),  # noqa: SLF001
        (mediapipe.MediaPipePose, "detect", "subject lock"),
        (mediapipe.MediaPipePose, "picture", "picture for MediaPipe"),
        (picture.PictureMaker, "make", "conversion to RGB"),
        (Tracker, "follow", "tracker"),
        (Follower, "step", "tracker"),
        (Follower, "_contour", "back contour"),
        (ahead.ReadAhead, "__next__", "waiting for a decoded picture"),
        (run, "smooth_poses", "smoothing"),
        (run, "calibrate_automatically", "neutral"),
        (run, "measure", "measures"),
        (run, "write_outputs", "tables, summary, report"),
    ):
        clock.around(owner, name, label)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        found = run.analyze(clip, out=Path(folder), options=Options(video=False))
        whole = time.perf_counter() - begun
    rest = whole - sum(clock.spent.values())
    spent = {**clock.spent, "everything else (models, hash, imports)": rest, "whole": whole}
    spent |= {f"in another thread: {name}": seconds for name, seconds in clock.beside.items()}
    return {name: 1000 * seconds / len(found.poses) for name, seconds in spent.items()}


if __name__ == "__main__":
    import sys

    for stage, milliseconds in _clocked(sys.argv[1]).items():
        print(f"{stage}\t{milliseconds:.4f}")
