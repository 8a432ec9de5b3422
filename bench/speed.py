"""How fast is the product against the bare model? Ratios from one interleaved run.

``python -m bench.speed`` makes a 1080p clip from a sample video, then runs, turn by turn and each
as a process of its own: the bare loop (decode with OpenCV, ``detect_for_video`` with the stock
full model, nothing else) and ``scapcoach analyze`` with and without the annotated video. Every
turn is whole: start-up, models, report. The machine's moods hit all of them alike.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_videos"

BARE = """
import sys, cv2, mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision
options = vision.PoseLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=sys.argv[2]),
    running_mode=vision.RunningMode.VIDEO)
video = cv2.VideoCapture(sys.argv[1])
with vision.PoseLandmarker.create_from_options(options) as landmarker:
    n = 0
    while True:
        good, bgr = video.read()
        if not good:
            break
        rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
        landmarker.detect_for_video(image, round(n * 1000 / 30))
        n += 1
print(n)
"""


def make_clip(source: Path, target: Path, seconds: float) -> int:
    """Scale a sample to 1080 lines on its short side and run it to and fro; the frame count."""
    import av
    import cv2

    from scapcoach.sources.video import VideoFile

    with VideoFile(source) as video:
        frames = [frame.image for frame in video]
        fps = round(video.info.fps) or 30
    factor = 1080 / min(frames[0].shape[:2])
    size = tuple(2 * round(factor * side / 2) for side in frames[0].shape[1::-1])
    large = [cv2.resize(image, size, interpolation=cv2.INTER_CUBIC) for image in frames]
    there_and_back = [*large, *large[-2:0:-1]]
    count = round(seconds * fps)
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for n in range(count):
            image = there_and_back[n % len(there_and_back)]
            out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(stream.encode())
    return count


def once(command: list[str]) -> float:
    """Wall seconds of a command."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ)
    return time.perf_counter() - begun


def compare(clip: Path, folder: Path, rounds: int) -> dict[str, list[float]]:
    """Wall seconds by contestant, one entry a round."""
    model = ROOT / "models" / "pose_landmarker_full.task"
    product = [sys.executable, "-m", "scapcoach", "analyze", str(clip), "-q", "--force", "--out"]
    contestants = {
        "bare loop, stock full": [sys.executable, "-c", BARE, str(clip), str(model)],
        "scapcoach --no-video": [*product, str(folder / "without"), "--no-video"],
        "scapcoach": [*product, str(folder / "with")],
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds):
        # Another one begins each round, so that none always follows the same neighbour.
        names = list(contestants)
        for name in names[turn % 3 :] + names[: turn % 3]:
            times[name].append(once(contestants[name]))
            print(f"  round {turn + 1}, {name}: {times[name][-1]:.1f} s", file=sys.stderr)
    return times


def table(title: str, frames: int, times: dict[str, list[float]]) -> str:
    """Markdown: medians, and the median of the ratios within each round."""
    bare = next(iter(times.values()))
    lines = [f"### {title}", "", "| | s (median) | ms a frame | x bare loop |", "|---|---|---|---|"]
    for name, values in times.items():
        ratio = statistics.median(v / b for v, b in zip(values, bare, strict=True))
        middle = statistics.median(values)
        lines.append(f"| {name} | {middle:.1f} | {1000 * middle / frames:.1f} | {ratio:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20, help="length of the clip")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--front", type=Path, default=SAMPLES / "phantom_shrug_front.mp4")
    parser.add_argument("--side", type=Path, default=SAMPLES / "phantom_desk_side.mp4")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="scapcoach-speed-"))
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores; medians of "
          f"{chosen.rounds} interleaved rounds, whole processes, 1080 lines.\n")  # fmt: skip
    try:
        for view, source in (("front", chosen.front), ("side", chosen.side)):
            clip = folder / f"{view}.mp4"
            frames = make_clip(source, clip, chosen.seconds)
            times = compare(clip, folder / view, chosen.rounds)
            print(table(f"{view} view, {frames} frames ({source.name})", frames, times), "\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
