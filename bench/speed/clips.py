"""Clips to measure with, made from the sample videos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_videos"
VIEWS = {"front": SAMPLES / "phantom_shrug_front.mp4", "side": SAMPLES / "phantom_desk_side.mp4"}


def make_clip(source: Path, target: Path, seconds: float, lines: int = 1080) -> int:
    """Scale a sample to so many lines on its short side, run it to and fro; the frame count."""
    import av
    import cv2

    from scapcoach.sources.video import VideoFile

    if target.exists():
        with av.open(str(target)) as made:
            return made.streams.video[0].frames
    with VideoFile(source) as video:
        images = [frame.image for frame in video][:300]
        fps = round(video.info.fps) or 30
    factor = lines / min(images[0].shape[:2])
    size = tuple(2 * round(factor * side / 2) for side in images[0].shape[1::-1])
    count = round(seconds * fps)
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for image, _ in zip(_to_and_fro(images), range(count), strict=False):
            large = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(large, format="rgb24")))
        out.mux(stream.encode())
    return count


def _to_and_fro(images: list[Any]) -> Iterator[Any]:
    while True:
        yield from images
        yield from images[-2:0:-1]


def make_tiny_clips(folder: Path, count: int, bad_share: float = 0.05) -> int:
    """So many clips of eight frames at 320 x 240, some of them none; how many are bad."""
    base = folder.parent / "tiny.mp4"
    make_clip(VIEWS["front"], base, 8 / 25, 240)
    content = base.read_bytes()
    folder.mkdir(exist_ok=True)
    every = round(1 / bad_share)
    for n in range(count):
        # What follows the last box of the file is ignored by players, but changes its hash.
        text = f"no video {n}".encode() if n % every == 0 else content + f"{n}".encode()
        (folder / f"clip {n:05d}.mp4").write_bytes(text)
    return len(range(0, count, every))
