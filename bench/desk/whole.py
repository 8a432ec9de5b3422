"""The whole path: rendered pictures, pose estimation, calibration, watching, alerts, history.

    python -m bench.desk.whole --write docs/reference/desk_accuracy.md

Twelve people, a bit under three minutes each on a simulated clock: the ten-second calibration as
the command takes it, work, everyday movements, one hunch of a minute and a half, work again. The
pictures are rendered when the engine looks, so they come at its own pace.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.desk.__main__ import TEST_SEEDS
from bench.desk.snippets import CLIPS, VIEWS, jobs
from bench.report import show, table
from phantom.body import make_body
from phantom.desk import TYPE
from phantom.movements import slump
from phantom.props import Placer
from phantom.render import Actor, Renderer
from phantom.skeleton import pose_body
from phantom.timeline import Key, Script
from scapcoach.desk.engine import DeskEngine
from scapcoach.desk.policy import NoticeKind
from scapcoach.desk.run import SINK_S, SLUMP_S, UPRIGHT_S, Clock, Watch, calibrate
from scapcoach.history import History, HistoryWriter
from scapcoach.pose.mediapipe import MediaPipePose
from scapcoach.session import Tracker
from scapcoach.sources.frames import Frame

if TYPE_CHECKING:
    from bench.desk.snippets import SnippetJob
    from phantom.person import Person
    from scapcoach.desk.engine import Notice
    from scapcoach.landmarks import Poses

HUNCH_S = 95.0


def script(person: Person) -> Script:
    """Calibration, work, everyday movements, a hunch, work."""
    low = slump(person, TYPE)
    own = replace(person, pace=1.0)
    begin = [
        Key(TYPE, 0, UPRIGHT_S + 0.3, "calibrate"),
        Key(low, SINK_S - 0.3, SLUMP_S + 0.5, "slump"),
        Key(TYPE, 1.0, 5.0, "work"),
    ]
    # The first key of each clip is where the one before ended.
    middle = [k for name in ("work", "glances", "moves") for k in CLIPS[name](own).keys[1:]]
    end = [Key(low, 3.0, HUNCH_S, "hunch"), Key(TYPE, 1.2, 15.0, "work")]
    props = ("chair", "desk")
    return Script("desk_whole", [*begin, *middle, *end], own, props, couple_arms=False)


class RenderedSampler:
    """Pictures rendered at the moment of each look."""

    trouble = ""

    def __init__(self, job: SnippetJob, estimator: MediaPipePose) -> None:
        setup = job.setup()
        self.script = script(job.movement().person)
        actor = Actor.of(make_body(setup.shape), setup.look)
        props = Placer(self.script.props, pose_body(actor.body, self.script.pose(0.0)))
        self._renderer = Renderer(actor, setup.camera, setup.scene, props, setup.seed)
        self._quality = setup.quality
        self._tracker = Tracker(estimator, masks=False)
        self._t, self.looks = -1e-3, 0

    @property
    def ended(self) -> bool:
        """The script is over."""
        return self._t > self.script.duration

    def look(self, wait: float) -> Poses | None:
        """The picture after the wait."""
        import cv2

        self._t += max(wait, 1e-3)
        self.looks += 1
        image = self._renderer.frame(self.script.pose(self._t), [], (0.0, 0.0))
        # Through JPEG, as a webcam's pictures come.
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self._quality])
        image = np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
        return self._tracker.step(Frame(self.looks, self._t, image))

    def pause(self) -> None:
        """There is nothing to release."""

    def rest(self, seconds: float) -> None:
        """Time passes."""
        self._t += seconds

    def now(self) -> float:
        """The simulated clock."""
        return self._t


@dataclass(frozen=True, slots=True)
class Result:
    """One person's minutes."""

    seed: int
    view: str
    minutes: float
    looks: int
    delay: float
    false: tuple[str, ...]
    stored: int


def run(job: SnippetJob, folder: Path) -> Result:
    """One person, start to end."""
    said: list[tuple[float, Notice]] = []
    with (
        MediaPipePose("lite") as estimator,
        History(folder / f"{job.seed}.sqlite3") as history,
    ):
        sampler = RenderedSampler(job, estimator)
        rest = calibrate(sampler, lambda _: None)
        journal = HistoryWriter(history)
        engine = DeskEngine((rest,), journal=journal)
        Watch(sampler, engine, lambda s: said.append((sampler.now(), s)), print, Clock(1.7e9),
              journal=journal, accept_commands=False).run()  # fmt: skip
        stored = len(history.alerts())
    keys, ends = sampler.script.keys, sampler.script.ends
    start = next(e - HUNCH_S for k, e in zip(keys, ends, strict=True) if k.segment == "hunch")
    alerts = [t for t, s in said if s.kind in (NoticeKind.HUNCH, NoticeKind.ASK)]
    right = [t for t in alerts if 0 <= t - start <= 90]
    false = tuple(sampler.script.label(t)[0] for t in alerts if t not in right)
    delay = right[0] - start if right else float("nan")
    minutes = sampler.script.duration / 60
    return Result(job.seed, VIEWS[job.seed % 3], minutes, sampler.looks, delay, false, stored)


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m bench.desk.whole", description=__doc__)
    p.add_argument("--seeds", help="first-last; without it, the test seeds")
    p.add_argument("--write", type=Path, metavar="PAGE", help="put the figures into this page")
    o = p.parse_args(arguments)
    seeds = TEST_SEEDS
    if o.seeds:
        first, last = (int(x) for x in o.seeds.split("-"))
        seeds = range(first, last + 1)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for job in jobs(seeds):
            if job.script == "work":
                results.append(run(job, Path(folder)))
                print(results[-1], flush=True)
    delays = np.array([r.delay for r in results])
    heads = ("people", "minutes", "looks", "hunches alerted within 90 s", "median delay",
             "false alerts")  # fmt: skip
    row = (
        len(results), f"{sum(r.minutes for r in results):.0f}", sum(r.looks for r in results),
        f"{int(np.isfinite(delays).sum())} of {len(delays)}", f"{np.nanmedian(delays):.0f} s",
        sum(len(r.false) for r in results),
    )  # fmt: skip
    show(table(heads, [row]), o.write, "whole figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
