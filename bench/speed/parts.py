"""The parts of the bench; each returns plain data for its JSON file."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.report import ROOT
from bench.speed.clips import VIEWS, make_clip
from bench.speed.cluster import cluster
from bench.speed.run import bare, interleaved, once, product

if TYPE_CHECKING:
    from pathlib import Path

STOCK, PRUNED = "pose_landmarker_full.task", "pose_landmarker_full_pruned.task"

_FIRST_FRAME = """
import os, sys
import scapcoach.cli.progress as progress
progress.ProgressBar.__call__ = lambda *_: os._exit(0)
clip, out = sys.argv[1:]
sys.argv = ["scapcoach", "analyze", clip, "--no-video", "--force", "-q", "--out", out]
from scapcoach.cli import main
main()
"""
_BARE_FIRST = """
import sys
from bench.speed.loops import frames
import mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision
options = vision.PoseLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=sys.argv[2]),
    running_mode=vision.RunningMode.VIDEO)
with vision.PoseLandmarker.create_from_options(options) as landmarker:
    rgb = next(frames(sys.argv[1]))
    landmarker.detect_for_video(mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb), 0)
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """How much to measure.

    Attributes:
        folder: for clips and results; kept between parts of one call.
        seconds: length of the clips.
        rounds: turns of each contestant.
        minutes: lengths for the part about memory.
        tiny: number of clips for the part about very many.
        hour_minutes: length of the clip for the part about a very long one.
    """

    folder: Path
    seconds: float = 20.0
    rounds: int = 5
    minutes: tuple[float, ...] = (1, 5, 60)
    tiny: int = 1000
    hour_minutes: float = 60.0

    def clip(self, view: str, lines: int = 1080, seconds: float | None = None) -> Path:
        """A clip of that view and size; made when it is first asked for."""
        seconds = seconds or self.seconds
        path = self.folder / f"{view}-{lines}-{seconds:g}.mp4"
        make_clip(VIEWS[view], path, seconds, lines)
        return path

    def frames(self, view: str) -> int:
        """How many frames such a clip has, whatever its size."""
        return make_clip(VIEWS[view], self.clip(view), self.seconds)


def single(s: Setting) -> dict[str, Any]:
    """One clip of 1080 lines, against the bare loops."""
    return {view: _against_bare(s, view, video=True) for view in VIEWS}


def minute(s: Setting) -> dict[str, Any]:
    """The same with a clip of a minute from the front, as a set is filmed; without the video."""
    return {"front": _against_bare(replace(s, seconds=60.0), "front", video=False)}


def beside_bare(s: Setting, clip: Path) -> dict[str, list[str]]:
    """The product without a video, and the bare loops that it is compared with."""
    return {
        "bare loop, stock model": bare(clip, STOCK),
        "bare loop, pruned model, decoding in a thread": bare(clip, PRUNED, "ahead"),
        "scapcoach --no-video": product([clip], s.folder / "out", "--no-video"),
    }


def _against_bare(s: Setting, view: str, *, video: bool) -> dict[str, Any]:
    clip = s.clip(view)
    contestants = beside_bare(s, clip)
    if video:
        contestants["scapcoach"] = product([clip], s.folder / "out")
    return {"frames": s.frames(view), "took": interleaved(contestants, s.rounds)}


def start(s: Setting) -> dict[str, Any]:
    """From the start of the process to the first frame."""
    clip, python, model = str(s.clip("front")), sys.executable, str(ROOT / "models" / STOCK)
    return interleaved(
        {
            "bare import (cv2, mediapipe)": [python, "-c", "import cv2, mediapipe"],
            "bare loop, first frame": [python, "-c", _BARE_FIRST, clip, model],
            "scapcoach, first frame": [python, "-c", _FIRST_FRAME, clip, str(s.folder / "first")],
        },
        max(3, s.rounds),
    )


def models(s: Setting) -> dict[str, Any]:
    """The three models."""
    from scapcoach.errors import ModelError
    from scapcoach.model_files import MODEL_NAMES, model_file

    clip, contestants = s.clip("front"), {}
    for name in MODEL_NAMES:
        try:
            model_file(name, mask=False)
        except ModelError as error:
            print(f"  {name} is left out: {error}", file=sys.stderr)
            continue
        contestants[name] = product([clip], s.folder / "out", "--no-video", "--model", name)
    return {"frames": s.frames("front"), "took": interleaved(contestants, s.rounds)}


def sizes(s: Setting) -> dict[str, Any]:
    """From 480 lines to 4K."""
    found = {}
    for lines in (480, 720, 1080, 2160):
        clip = s.clip("front", lines)
        took = interleaved(
            {
                "bare": bare(clip, PRUNED, "ahead"),
                "scapcoach": product([clip], s.folder / "out", "--no-video"),
            },
            s.rounds,
        )
        found[str(lines)] = {"frames": s.frames("front"), "took": took}
    return found


def length(s: Setting) -> dict[str, Any]:
    """Cost and memory over the length of the clip, at 480 lines."""
    found = {}
    for minutes in s.minutes:
        clip = s.clip("front", 480, 60 * minutes)
        took = once(product([clip], s.folder / "out", "--no-video"))
        print(f"  {minutes:g} min: {took.wall:.0f} s, {took.peak:.0f} MB", file=sys.stderr)
        found[f"{minutes:g}"] = asdict(took)
        clip.unlink()
    return found


def workers(s: Setting) -> dict[str, Any]:
    """Eight clips over one worker and over all cores, each engine, and a bare pool."""
    cores = len(os.sched_getaffinity(0))
    clips = _copies(s)
    one_core = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    contestants = {"local, one worker, one core": [*one_core, *_local(s, clips, 1)]}
    ends = _engines(s, clips, cores)
    pool = f"bare pool of {cores}"
    contestants[pool] = ends[pool]
    contestants |= {
        f"local, {n} worker{'s' * (n > 1)}": _local(s, clips, n) for n in range(1, cores)
    }
    return {
        "cores": cores,
        "frames": len(clips) * s.frames("front"),
        "took": interleaved(contestants | ends, s.rounds),
    }


def engines(s: Setting) -> dict[str, Any]:
    """The same over all cores only: the engines, and the bare pool."""
    cores = len(os.sched_getaffinity(0))
    clips = _copies(s)
    with cluster(s.folder, cores) as address:
        there = [*_local(s, clips, cores), "--engine", "dask", "--address", address]
        contestants = {**_engines(s, clips, cores), "Dask, a cluster that is there": there}
        took = interleaved(contestants, s.rounds)
    return {"cores": cores, "frames": len(clips) * s.frames("front"), "took": took}


def _copies(s: Setting) -> list[Path]:
    """Eight clips that show the same and are not the same."""
    content, clips = s.clip("front").read_bytes(), []
    for n in range(8):
        clips.append(s.folder / f"copy-{n}.mp4")
        clips[-1].write_bytes(content + bytes([n]))
    return clips


def _local(s: Setting, clips: list[Path], workers: int) -> list[str]:
    return product(clips, s.folder / "out-workers", "--no-video", "--workers", str(workers))


def _engines(s: Setting, clips: list[Path], cores: int) -> dict[str, list[str]]:
    pool = [sys.executable, "-m", "bench.speed.loops", "pool", str(ROOT / "models" / PRUNED)]
    return {
        f"bare pool of {cores}": [*pool, str(cores), *map(str, clips)],
        f"local, {cores} worker{'s' * (cores > 1)}": _local(s, clips, cores),
        f"Dask, {cores} workers": [*_local(s, clips, cores), "--engine", "dask"],
    }
