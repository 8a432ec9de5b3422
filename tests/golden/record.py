"""Writes the golden landmarks again: ``python -m tests.golden.record``.

Only after a change that is meant to move landmarks (another model, another way to decode), and
with the reason in the commit message.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from scapcoach.landmarks import Landmark, Poses
from scapcoach.pose.mediapipe import MediaPipePose
from scapcoach.session import PoseRecorder, Tracker
from scapcoach.sources.video import VideoFile
from tests.support.cli import SAMPLES

FOLDER = Path(__file__).parent
CLIPS = ("walking_front_portrait", "walking_back_portrait")
EVERY = 5
POINTS = (
    "NOSE", "LEFT_EAR", "RIGHT_EAR", "LEFT_SHOULDER", "RIGHT_SHOULDER", "LEFT_ELBOW",
    "RIGHT_ELBOW", "LEFT_HIP", "RIGHT_HIP",
)  # fmt: skip


def landmarks_of(clip: str, model: str = "full") -> Poses:
    """Raw landmarks of a sample clip, without the back contour."""
    with (
        VideoFile(SAMPLES / f"{clip}.mp4") as source,
        MediaPipePose(model) as estimator,
    ):
        recorder = PoseRecorder(source.info.size)
        tracker = Tracker(estimator, masks=False)
        for frame in source:
            recorder.add(tracker.step(frame))
    return recorder.poses()


def main() -> None:
    for clip in CLIPS:
        poses = landmarks_of(clip)[::EVERY]
        data = {
            "t": poses.t.round(4).tolist(),
            "subject": poses.subject.tolist(),
            "xy": {
                name: [
                    None if np.isnan(p).any() else p.tolist()
                    for p in poses.xy[:, Landmark[name]].round(1).astype(float)
                ]
                for name in POINTS
            },
        }
        (FOLDER / f"{clip}.json").write_text(json.dumps(data) + "\n", "utf-8")


if __name__ == "__main__":
    main()
