"""The estimator on real clips: right landmarks, quiet, closed, masks of the same person."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from scapcoach.errors import InputError, ModelError
from scapcoach.landmarks import Landmark
from scapcoach.model_files import model_file
from scapcoach.pose.landmarker import Landmarker
from scapcoach.pose.mediapipe import MediaPipePose
from tests.support.composites import FPS, canvas, clip, paste

if TYPE_CHECKING:
    from scapcoach.pose.detection import Detection

FRONT = "walking_front_portrait.mp4"


def same(a: Detection | None, b: Detection | None) -> bool:
    """Whether two detections are equal to the last bit."""
    if a is None or b is None:
        return a is b
    fields = ("xy", "world", "visibility", "presence")
    return all(np.array_equal(getattr(a, f), getattr(b, f)) for f in fields)


@pytest.mark.parametrize("name", ["lite", "full"])
@pytest.mark.parametrize("sample", [FRONT, "two_people_outdoors.mp4"])
def test_pruned_model_gives_the_very_same_landmarks_in_video(name: str, sample: str) -> None:
    stock = Landmarker(model_file(name, mask=True))
    pruned = Landmarker(model_file(name, mask=False))
    seen = 0
    for i, image in enumerate(clip(sample)[:60]):
        a, b = stock.follow(image, i / FPS), pruned.follow(image, i / FPS)
        assert same(a, b), f"frame {i}"
        seen += a is not None
    stock.close()
    pruned.close()
    assert seen > 40


@pytest.mark.parametrize("name", ["lite", "full"])
def test_pruned_model_gives_the_very_same_landmarks_in_single_pictures(name: str) -> None:
    stock = Landmarker(model_file(name, mask=True), people=4)
    pruned = Landmarker(model_file(name, mask=False), people=4)
    room = canvas()
    paste(room, clip(FRONT)[0], 720, 700)
    paste(room, clip("walking_back_portrait.mp4")[0], 720, 100)
    pictures = [*clip(FRONT)[::8], *clip("two_people_outdoors.mp4")[4::12], room]
    seen = 0
    for image in pictures:
        a, b = stock.look(image), pruned.look(image)
        assert len(a) == len(b)
        assert all(same(p, q) for p, q in zip(a, b, strict=True))
        seen += len(a)
    stock.close()
    pruned.close()
    assert seen > len(pictures) // 2


def test_estimator_gives_what_mediapipe_gives_in_pixels_when_there_is_one_person() -> None:
    bare = Landmarker(model_file("lite", mask=False))
    with MediaPipePose("lite") as pose:
        for i, image in enumerate(clip("walking_back_portrait.mp4")[:20]):
            found, expected = pose.detect(image, i / FPS), bare.follow(image, i / FPS)
            assert found is not None
            assert expected is not None
            if i == 0:
                continue  # the first may have been steered
            assert found.subject == 0
            np.testing.assert_allclose(found.xy, expected.xy, atol=3)
            assert found.xy.shape == (33, 2)
            assert found.world.shape == (33, 3)
            assert 0 < found.xy[Landmark.NOSE, 0] < 720
            assert 0 < found.xy[Landmark.NOSE, 1] < 1280
    bare.close()


def test_mask_covers_the_trunk_and_leaves_the_landmarks_alone() -> None:
    frames = clip(FRONT)[:20]
    with MediaPipePose("lite") as a, MediaPipePose("lite") as b:
        plain = [a.detect(image, i / FPS) for i, image in enumerate(frames)]
        masked = [b.detect(image, i / FPS, want_mask=i % 3 == 0) for i, image in enumerate(frames)]
    assert all(same(p, q) for p, q in zip(plain, masked, strict=True))
    for i, found in enumerate(masked):
        assert found is not None
        if i % 3:
            assert found.mask is None
            continue
        assert found.mask is not None
        assert found.mask.shape == frames[0].shape[:2]
        assert found.mask.dtype == np.float32
        hips = found.xy[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)
        shoulders = found.xy[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0)
        x, y = ((hips + shoulders) / 2).astype(int)
        assert found.mask[y, x] > 0.9
        assert found.mask[5, 5] < 0.1


@pytest.mark.parametrize("width", [357, 358, 359, 360])
def test_mask_of_a_picture_of_any_width(width: int) -> None:
    """MediaPipe ends the process when a mask is read whose width is no multiple of 4."""
    image = cv2.resize(clip(FRONT)[0], (width, 641))
    with MediaPipePose("lite") as pose:
        found = pose.detect(image, 0.0, want_mask=True)
    assert found is not None
    assert found.mask is not None
    assert found.mask.shape == (641, width)
    x, y = found.xy[[11, 12, 23, 24]].mean(axis=0).astype(int)
    assert found.mask[y, x] > 0.9
    assert found.mask[:, -1].max() < 0.1
    # Landmarks that come with a mask are in pixels of the picture as it was given.
    wider = cv2.copyMakeBorder(image, 0, 0, 0, -width % 4, cv2.BORDER_REPLICATE)
    stock = Landmarker(model_file("lite", mask=True), masks=True)
    pruned = Landmarker(model_file("lite", mask=False))
    assert same(stock.follow(image, 0.0), pruned.follow(wider, 0.0))
    stock.close()
    pruned.close()


def test_mask_is_of_the_subject_and_not_of_the_other_person() -> None:
    room = canvas()
    paste(room, clip("walking_back_portrait.mp4")[0], 720, 100)
    paste(room, clip(FRONT)[0], 720, 700)
    for at in ((300, 330), (910, 250)):
        with MediaPipePose("lite", subject_at=at) as pose:
            found = [pose.detect(room, i / FPS, want_mask=True) for i in range(8)][-1]
        assert found is not None
        assert abs(found.xy[[11, 12, 23, 24], 0].mean() - at[0]) < 150
        if found.mask is not None:
            column = (found.mask.sum(axis=0) * np.arange(1280)).sum() / found.mask.sum()
            assert abs(column - at[0]) < 150


def test_mask_of_a_pruned_model_is_refused() -> None:
    with pytest.raises(ModelError, match="cannot make masks"):
        Landmarker(model_file("lite", mask=False), masks=True)


def test_times_within_one_millisecond_do_not_stop_it() -> None:
    with MediaPipePose("lite") as pose:
        for t in (0.0, 0.0001, 0.0002, 0.0002, 0.05):
            pose.detect(clip(FRONT)[0], t)
        with pytest.raises(InputError, match="timestamp"):
            pose.detect(clip(FRONT)[0], float("nan"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda x: x[..., ::-1],
        lambda x: x[:, ::-1],
        lambda x: x[:, 3:-3],
        lambda x: x.astype(np.float32),
        lambda x: x[..., 0],
        lambda x: x[:0],
    ],
)
def test_pictures_that_mediapipe_would_misread_are_refused(spoil: object) -> None:
    with MediaPipePose("lite") as pose, pytest.raises(InputError, match="picture must"):
        pose.detect(spoil(clip(FRONT)[0]), 0.0)  # type: ignore[operator]


def test_pictures_of_another_size_are_refused() -> None:
    with MediaPipePose("lite") as pose:
        pose.detect(clip(FRONT)[0], 0.0)
        with pytest.raises(InputError, match="640 x 360"):
            pose.detect(cv2.resize(clip(FRONT)[0], (640, 360)), 0.1)


def test_tiny_picture_and_no_person_give_none() -> None:
    with MediaPipePose("lite") as pose:
        assert pose.detect(np.zeros((2, 2, 3), np.uint8), 0.0) is None
    with MediaPipePose("lite") as pose:
        assert pose.detect(canvas(), 0.0) is None


def test_closed_twice_and_used_after_says_so() -> None:
    pose = MediaPipePose("lite")
    pose.close()
    pose.close()
    with pytest.raises(ModelError, match="closed"):
        pose.detect(clip(FRONT)[0], 0.0)


_FORGETFUL = """
import sys
from scapcoach.pose.mediapipe import MediaPipePose
from tests.support.composites import clip
pose = MediaPipePose("lite")
frames = clip("walking_front_portrait.mp4")
found = [pose.detect(frames[i], i / 30, want_mask=True) for i in range(3)]
assert found[-1] is not None and found[-1].mask is not None
print("mine", file=sys.stderr)
if sys.argv[1] == "raise":
    raise SystemExit(3)
"""


@pytest.mark.parametrize(("how", "code"), [("end", 0), ("raise", 3)])
def test_never_closed_it_is_quiet_also_at_interpreter_exit(how: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _FORGETFUL, how],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr.splitlines() == ["mine"]
    assert done.returncode == code
