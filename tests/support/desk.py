"""A film of somebody at a desk: rendered once, a few pictures held for as long as wanted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from bench.desk.snippets import CLIPS, jobs
from phantom.clip import render

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.arrays import Image


#: Frames a second of the films.
FPS = 4


def pictures(seed: int = 5) -> dict[str, list[Image]]:
    """Some pictures of sitting upright and of the own slump; seed 3 from the front, 5 the side."""
    found: dict[str, list[Image]] = {"upright": [], "hunched": []}
    wanted = {"work": ("calibrate", "upright"), "hunch": ("hunch", "hunched")}
    for job in jobs([seed]):
        if job.script in wanted:
            segment, name = wanted[job.script]
            small = replace(job, fps=1.0)
            script = CLIPS[job.script](job.movement().person)
            for frame in render(script, small.setup()):
                if frame.segment == segment and len(found[name]) < 4:
                    found[name].append(frame.image)
                elif len(found[name]) >= 4:
                    break
    return found


def film(path: Path, plan: list[tuple[list[Image], float]]) -> Path:
    """Write a film: each group of pictures in turn for so many seconds."""
    from scapcoach.pyav import av

    size = plan[0][0][0].shape
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=Fraction(FPS))
        stream.width, stream.height = size[1], size[0]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "20", "preset": "ultrafast"}
        for images, seconds in plan:
            for n in range(round(seconds * FPS)):
                # Each picture stays for a while: nobody changes their pose four times a second.
                image = images[n // 6 % len(images)]
                for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                    out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path
