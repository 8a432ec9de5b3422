"""Clips to measure with, made from the sample videos."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from bench.report import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

SAMPLES = ROOT / "sample_videos"
VIEWS = {"front": SAMPLES / "phantom_shrug_front.mp4", "side": SAMPLES / "phantom_desk_side.mp4"}


def make_clip(
    source: Path, target: Path, seconds: float, lines: int = 1080, rate: int | None = None
) -> int:
    """Scale a sample to so many lines, and play it forwards and backwards; the frame count.

    Args:
        source: the sample.
        target: where the clip goes; one that is there stays.
        seconds: length.
        lines: of the short side.
        rate: frames a second; None that of the sample.
    """
    import cv2

    from scapcoach.pyav import av
    from scapcoach.sources.video import VideoFile

    if target.exists():
        with av.open(str(target)) as made:
            return made.streams.video[0].frames
    with VideoFile(source) as video:
        images = [frame.image for frame in video][:300]
        fps = rate or round(video.info.fps) or 30
    factor = lines / min(images[0].shape[:2])
    size = tuple(2 * round(factor * side / 2) for side in images[0].shape[1::-1])
    count = round(seconds * fps)
    to_and_fro = islice(cycle([*images, *images[-2:0:-1]]), count)
    large = (cv2.resize(image, size, interpolation=cv2.INTER_CUBIC) for image in to_and_fro)
    _encode(target, size, large, fps, crf="20")
    return count


def _encode(
    target: Path, size: Sequence[int], images: Iterable[Any], fps: int, **options: str
) -> None:
    from scapcoach.pyav import av

    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={**options, "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for image in images:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(stream.encode())


#: Frames of a tiny clip, and how many differ in what they show.
TINY_FRAMES, TINY_KINDS = 12, 20
#: One tiny clip in so many is none.
BAD_EVERY = 20


def make_tiny_clips(folder: Path, count: int) -> int:
    """So many clips of twelve frames at 320 x 240, some of them none; how many are bad."""
    kinds = _tiny_kinds(folder.parent / "tiny.mp4")
    folder.mkdir(exist_ok=True)
    for n in range(count):
        # What follows the last box of the file is ignored by players, but changes its hash.
        content = kinds[n % len(kinds)] + f"{n}".encode()
        text = f"no video {n}".encode() if n % BAD_EVERY == 0 else content
        (folder / f"clip {n:05d}.mp4").write_bytes(text)
    return len(range(0, count, BAD_EVERY))


def _tiny_kinds(base: Path) -> list[bytes]:
    """Consecutive pieces of the front view."""
    from scapcoach.sources.video import VideoFile

    make_clip(VIEWS["front"], base, TINY_FRAMES * TINY_KINDS / 25, 240)
    with VideoFile(base) as video:
        images = [frame.image for frame in video]
    kinds = []
    for start in range(0, len(images) - TINY_FRAMES + 1, TINY_FRAMES):
        path = base.with_name("kind.mp4")
        _encode(path, images[0].shape[1::-1], images[start : start + TINY_FRAMES], 25)
        kinds.append(path.read_bytes())
    return kinds


def repeat_clip(source: Path, target: Path, seconds: float) -> int:
    """A clip over and over, without encoding it again, until it is that long; the frame count."""
    from scapcoach.pyav import av

    count = 0
    with av.open(str(target), "w") as out:
        stream = None
        shift = 0
        while True:
            with av.open(str(source)) as one:
                video = one.streams.video[0]
                stream = stream or out.add_stream_from_template(video)
                length = video.duration
                for packet in one.demux(video):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    out.mux(packet)
                    count += 1
                shift += length
                if shift * video.time_base >= seconds:
                    return count
