"""Cut the sample clips of real people from the public packages they come from.

    python -m pip download --no-deps --dest wheels sports2d==0.8.34 pose2sim==0.10.49
    python tools/make_sample_videos.py --from wheels --out sample_videos

Origin, licence and what was cut: sample_videos/README.md. The wheels are checked against their
SHA-256. The same build of PyAV (libx264) gives the same bytes: one encoder thread, no dates.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
import zipfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.audio.frame
from av.video.reformatter import VideoReformatter

MAX_BYTES = 1_000_000
# Numbers of ITU-T H.273, as libav has them: BT.709 with limited range, which the sources state or,
# being high definition, leave to be understood.
BT709 = 1
LIMITED = 1


@dataclass(frozen=True)
class Cut:
    """One clip: where it comes from and what is kept of it."""

    name: str
    wheel: str
    sha256: str
    member: str
    start: float
    end: float
    size: tuple[int, int]
    every: int = 1
    crf: int = 22


SPORTS2D = (
    "sports2d-0.8.34-py3-none-any.whl",
    "733b6db70742636ae9c35d870c22bd416582f579abd5881bee93a14bb0e2655d",
)
POSE2SIM = (
    "pose2sim-0.10.49-py3-none-any.whl",
    "403e0dc4065898ba6a595e72a8970950310979253d60e24c2e00b16b36bf21e1",
)

CUTS = (
    Cut(
        "two_people_outdoors.mp4",
        *SPORTS2D,
        "Sports2D/Demo/demo.mp4",
        start=0.0,
        end=6.0,
        size=(1280, 720),
        crf=26,
    ),
    Cut(
        "walking_front_portrait.mp4",
        *POSE2SIM,
        "Pose2Sim/Demo_SinglePerson/videos/cam02.mp4",
        start=0.0,
        end=2.0,
        size=(720, 1280),
        every=2,
    ),
    Cut(
        "walking_back_portrait.mp4",
        *POSE2SIM,
        "Pose2Sim/Demo_SinglePerson/videos/cam04.mp4",
        start=0.0,
        end=2.0,
        size=(720, 1280),
        every=2,
    ),
)


def read_member(folder: Path, cut: Cut) -> bytes:
    """The source video, from a wheel whose hash is the expected one."""
    path = folder / cut.wheel
    if not path.is_file():
        sys.exit(f"{path} is missing; see the pip command at the top of this tool.")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != cut.sha256:
        sys.exit(f"{path} has SHA-256 {found}, expected {cut.sha256}; download it again.")
    with zipfile.ZipFile(path) as wheel:
        return wheel.read(cut.member)


def make(cut: Cut, data: bytes, out: Path) -> None:
    """Cut, thin, scale and encode one clip (H.264, yuv420p; AAC when the source has sound)."""
    width, height = cut.size
    source = av.open(io.BytesIO(data))
    target = av.open(str(out), "w", options={"movflags": "+faststart", "fflags": "+bitexact"})
    with source, target:
        taken_from = source.streams.video[0]
        rate = Fraction(taken_from.average_rate or 30) / cut.every
        video = target.add_stream(
            "libx264",
            rate=rate,
            options={"preset": "slow", "crf": str(cut.crf), "flags": "+bitexact"},
        )
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.thread_count = 1
        context = video.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED
        sound = source.streams.audio[0] if source.streams.audio else None
        audio = target.add_stream("aac", rate=sound.rate, layout="mono") if sound else None
        if audio is not None:
            audio.bit_rate = 32_000
        scale = VideoReformatter()
        kept = 0
        for frame in source.decode(*(s for s in (taken_from, sound) if s is not None)):
            time = frame.time or 0.0
            if not cut.start <= time < cut.end:
                continue
            if isinstance(frame, av.audio.frame.AudioFrame):
                frame.pts = None
                target.mux(audio.encode(frame))
                continue
            if round(time * float(taken_from.average_rate)) % cut.every:
                continue
            small = scale.reformat(frame, width, height, format="yuv420p", interpolation="LANCZOS")
            small.pts, small.time_base = kept, 1 / rate
            small.pict_type = av.video.frame.PictureType.NONE
            target.mux(video.encode(small))
            kept += 1
        target.mux(video.encode(None))
        if audio is not None:
            target.mux(audio.encode(None))
    size = out.stat().st_size
    print(f"{out}: {kept} frames, {width} x {height}, {float(rate):g} fps, {size} bytes")
    if size > MAX_BYTES:
        sys.exit(f"{out} is larger than {MAX_BYTES} bytes; raise its crf.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="wheels", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=Path("sample_videos"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for cut in CUTS:
        make(cut, read_member(arguments.wheels, cut), arguments.out / cut.name)


if __name__ == "__main__":
    main()
