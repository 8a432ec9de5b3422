"""A recording is followed with its masks made beside the tracker, and nothing of it is lost."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scapcoach.errors import ModelError
from scapcoach.landmarks import N_LANDMARKS, Landmark
from scapcoach.pose.detection import Detection
from scapcoach.session import Follower, PoseRecorder, Tracker
from scapcoach.sources.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = (64, 48)


class Sideways:
    """Sees somebody from the side in every picture, and makes masks slowly."""

    model, model_sha256 = "full", "0" * 64

    def __init__(self, slow: float = 0.0) -> None:
        self.slow = slow
        self.masked: list[float] = []
        self.threads: set[str] = set()
        self.fail_at = np.inf

    def picture(self, image: Any) -> object:
        return image

    def detect(
        self, image: Any, t: float, *, want_mask: bool = False, picture: object = None
    ) -> Detection:
        xy = np.tile(np.float32([32, 40]), (N_LANDMARKS, 1))
        xy[[Landmark.LEFT_EAR, Landmark.RIGHT_EAR]] = (32 + 2 * t, 8)
        world = np.zeros((N_LANDMARKS, 3), np.float32)
        # Left points lie farther from the camera than right ones: a quarter turn.
        world[[Landmark.LEFT_HIP, Landmark.LEFT_SHOULDER], 2] = 0.3
        found = Detection(xy, world, *np.ones((2, N_LANDMARKS), np.float32))
        return replace(found, mask=self.mask(image, t, found)) if want_mask else found

    def mask(self, _image: Any, t: float, _found: Detection) -> Any:
        time.sleep(self.slow)
        self.masked.append(t)
        self.threads.add(threading.current_thread().name)
        if t >= self.fail_at:
            raise ModelError("no more masks")
        mask = np.zeros(SIZE[::-1], np.float32)
        mask[:, 20:44] = 1
        return mask

    def __enter__(self) -> Sideways:
        return self

    def __exit__(self, *_: object) -> None:
        return


def frames(count: int = 40) -> Iterator[Frame]:
    image = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    for i in range(count):
        yield Frame(i, i / 25, image)


def test_the_same_is_found_as_step_by_step() -> None:
    slowly, expected = Sideways(), PoseRecorder(SIZE)
    tracker = Tracker(slowly)
    for frame in frames():
        expected.add(tracker.step(frame))
    quick, recorder = Sideways(slow=0.01), PoseRecorder(SIZE)
    with Follower(quick, recorder) as follower:
        for frame in frames():
            follower.step(frame)
    assert quick.masked == slowly.masked
    assert len(quick.masked) >= 8
    assert quick.threads.isdisjoint(slowly.threads)
    a, b = expected.poses(), recorder.poses()
    assert np.isfinite(a.contour).any(axis=(1, 2)).sum() == len(quick.masked)
    for name in ("t", "xy", "world", "visibility", "presence", "subject", "contour"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


def test_frames_that_are_only_looked_at_leave_no_trace_and_still_train_the_masks() -> None:
    estimator, recorder = Sideways(), PoseRecorder(SIZE)
    with Follower(estimator, recorder) as follower:
        for frame in frames():
            follower.step(frame, keep=frame.index >= 20)
    poses = recorder.poses()
    assert poses.t[0] == pytest.approx(20 / 25)
    assert min(estimator.masked) < 0.2
    shown = np.flatnonzero(np.isfinite(poses.contour).any(axis=(1, 2)))
    assert poses.t[shown] == pytest.approx([t for t in estimator.masked if t >= 20 / 25])


def follow(estimator: Sideways, recorder: PoseRecorder, *, count: int, stop: bool) -> None:
    """Follow so many frames, and interrupt it then."""
    with Follower(estimator, recorder) as follower:
        for frame in frames(count):
            follower.step(frame)
        if stop:
            raise KeyboardInterrupt


def test_an_interruption_keeps_the_contours_under_way() -> None:
    estimator, recorder = Sideways(slow=0.05), PoseRecorder(SIZE)
    with pytest.raises(KeyboardInterrupt):
        follow(estimator, recorder, count=40, stop=True)
    contour = recorder.poses().contour
    assert np.isfinite(contour).any(axis=(1, 2)).sum() == len(estimator.masked) >= 8


def test_what_goes_wrong_with_a_mask_is_reported_and_does_not_hide_another_error() -> None:
    estimator = Sideways()
    estimator.fail_at = 0.5
    with pytest.raises(ModelError, match="no more masks"):
        follow(estimator, PoseRecorder(SIZE), count=40, stop=False)
    late = Sideways(slow=0.05)
    late.fail_at = 0.0
    with pytest.raises(KeyboardInterrupt):
        follow(late, PoseRecorder(SIZE), count=3, stop=True)
