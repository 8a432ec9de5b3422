"""Real networks: what is prepared ahead and made beside the tracker changes no landmark."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from scapcoach.pose.mediapipe import MediaPipePose
from scapcoach.session import Follower, PoseRecorder, Tracker
from scapcoach.sources.video import VideoFile

SIDE = Path(__file__).parents[2] / "sample_videos" / "phantom_desk_side.mp4"
FRAMES = 40


def test_a_side_view_followed_in_threads_is_the_same_to_the_bit() -> None:
    with VideoFile(SIDE) as source, MediaPipePose("lite") as estimator:
        plain, tracker = PoseRecorder(source.info.size), Tracker(estimator)
        for frame in islice(source.frames(), FRAMES):
            plain.add(tracker.step(frame))
    with VideoFile(SIDE) as source, MediaPipePose("lite") as estimator:
        threads = PoseRecorder(source.info.size)
        with Follower(estimator, threads) as follower:
            for frame in islice(source.frames(prepare=estimator.picture), FRAMES):
                follower.step(frame)
    a, b = plain.poses(), threads.poses()
    assert len(a) == FRAMES
    assert np.isfinite(a.contour).any(axis=(1, 2)).sum() >= 5
    for name in ("t", "xy", "world", "visibility", "presence", "subject", "contour"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
