"""Real encoded clips of every awkward kind through the video source."""

from __future__ import annotations

import threading
from fractions import Fraction

import numpy as np
import pytest

from scapcoach.errors import ModelError
from scapcoach.sources.video import VideoFile, probe
from tests.support.videos import Clip, is_upright, picture, read_number, write_clip


def read(path, **kwargs):
    with VideoFile(path, **kwargs) as video:
        frames = list(video)
        return video.info, frames, video.warnings


def numbers(frames):
    return [read_number(frame.image) for frame in frames]


def times(frames):
    return np.array([frame.t for frame in frames])


def check(path, size, n=30):
    """Every frame there, right, upright, of the stated size; no warnings. Returns info, frames."""
    info, frames, warnings = read(path)
    assert warnings == ()
    assert info.size == size
    assert numbers(frames) == list(range(n))
    assert [frame.index for frame in frames] == list(range(n))
    for frame in frames:
        assert frame.image.shape == (size[1], size[0], 3)
        assert frame.image.dtype == np.uint8
        assert frame.image.flags.c_contiguous
        assert frame.image.flags.writeable
        assert is_upright(frame.image)
    return info, frames


def test_plain_clip(tmp_path):
    info, frames = check(write_clip(tmp_path / "plain.mp4"), (320, 240))
    assert times(frames) == pytest.approx(np.arange(30) / 30)
    assert (info.fps, info.n_frames, info.codec, info.has_audio) == (30, 30, "h264", False)
    assert info.duration == pytest.approx(1)
    assert info.name == "plain.mp4"
    # Beyond the marks: the whole picture, to within what the encoder loses at sharp edges.
    error = np.abs(frames[7].image.astype(int) - picture(7)).mean()
    assert error < 4


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_variable_frame_rate_keeps_its_times(tmp_path, suffix):
    stated = [0.5, 0.6, 0.65, 1.4, 1.5]
    path = write_clip(tmp_path / f"vfr{suffix}", Clip(n=5, times=stated))
    _, frames = check(path, (320, 240), n=5)
    assert times(frames) == pytest.approx(np.array(stated) - 0.5, abs=0.0011)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_rotation_and_mirroring(tmp_path, rotation, mirrored):
    path = write_clip(tmp_path / "turned.mp4", Clip(n=3, rotation=rotation, mirrored=mirrored))
    info, _ = check(path, (240, 320) if rotation in (90, 270) else (320, 240), n=3)
    assert info.rotation == rotation


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_opencv_turns_the_picture_the_same_way(tmp_path, rotation):
    import cv2

    path = write_clip(tmp_path / "turned.mp4", Clip(n=2, rotation=rotation))
    _, frames, _ = read(path)
    capture = cv2.VideoCapture(str(path))
    ok, other = capture.read()
    capture.release()
    assert ok
    assert np.abs(frames[0].image.astype(int) - other[..., ::-1]).mean() < 1


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_pixels_of_three_to_eight_are_made_square(tmp_path, suffix):
    clip = Clip(size=(960, 270), pixel_aspect=Fraction(3, 8))
    info, _ = check(write_clip(tmp_path / f"sar{suffix}", clip), (360, 270))
    assert info.pixel_aspect == pytest.approx(3 / 8)


def test_pixel_aspect_belongs_to_the_stored_picture_not_the_turned_one(tmp_path):
    clip = Clip(size=(960, 270), pixel_aspect=Fraction(3, 8), rotation=90)
    check(write_clip(tmp_path / "sar.mp4", clip), (270, 360))


def test_absurd_pixel_aspect_is_ignored_and_reported(tmp_path):
    path = write_clip(tmp_path / "sar.mp4", Clip(n=2, pixel_aspect=Fraction(100, 1)))
    info, frames, warnings = read(path)
    assert info.size == (320, 240)
    assert is_upright(frames[0].image)
    assert len(warnings) == 1
    assert "100 times as wide as high" in warnings[0]


@pytest.mark.parametrize(
    ("name", "clip", "codec"),
    [
        ("odd.mp4", Clip(size=(321, 243), pix_fmt="yuv444p"), "h264"),
        ("ten bit.mp4", Clip(pix_fmt="yuv420p10le"), "h264"),
        (
            "ten bit hevc.mp4",
            Clip(
                codec="libx265",
                pix_fmt="yuv420p10le",
                options={"preset": "ultrafast", "x265-params": "log-level=none"},
            ),
            "hevc",
        ),
        (
            "web.webm",
            Clip(codec="libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8"}),
            "vp9",
        ),
        ("full range.avi", Clip(codec="mjpeg", pix_fmt="yuvj420p", options={}), "mjpeg"),
        ("rgb.mov", Clip(codec="qtrle", pix_fmt="rgb24", options={}), "qtrle"),
        ("bgr.mkv", Clip(codec="ffv1", pix_fmt="bgr0", options={}), "ffv1"),
        ("422.mkv", Clip(codec="ffv1", pix_fmt="yuv422p", options={}), "ffv1"),
        (
            "interlaced.mkv",
            Clip(options={"preset": "ultrafast", "flags": "+ildct+ilme"}),
            "h264",
        ),
        ("sound.mp4", Clip(sound=3.0), "h264"),
        ("longer sound.flv", Clip(sound=3.0), "h264"),
        ("longer sound.mkv", Clip(sound=3.0), "h264"),
        ("größe 100 % 練習.mp4", Clip(), "h264"),
        ("a:b [1] %03d.mkv", Clip(), "h264"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_formats_and_names(tmp_path, name, clip, codec):
    info, _ = check(write_clip(tmp_path / name, clip), clip.size)
    assert info.codec == codec
    assert info.has_audio == bool(clip.sound)


def test_long_group_of_pictures_with_b_frames(tmp_path):
    clip = Clip(n=200, gop=250, b_frames=3, options={"preset": "veryfast"})
    _, frames = check(write_clip(tmp_path / "gop.mp4", clip), (320, 240), n=200)
    assert times(frames) == pytest.approx(np.arange(200) / 30)


@pytest.mark.parametrize("size", [(16, 16), (2, 2), (3840, 2160)])
def test_tiny_and_huge(tmp_path, size):
    path = write_clip(tmp_path / "size.mp4", Clip(size=size, n=4))
    info, frames, warnings = read(path)
    assert info.size == size
    assert warnings == ()
    assert [frame.image.shape for frame in frames] == [(size[1], size[0], 3)] * 4


def test_size_change_midway_is_scaled_and_reported(tmp_path):
    first = write_clip(tmp_path / "a.ts", Clip(n=10))
    second = write_clip(tmp_path / "b.ts", Clip(n=10, size=(640, 480)))
    path = tmp_path / "joined.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    info, frames, warnings = read(path)
    assert info.size == (320, 240)
    assert {frame.image.shape for frame in frames} == {(240, 320, 3)}
    assert numbers(frames) == [*range(10), *range(10)]
    assert (np.diff(times(frames)) > 0).all()
    assert any("another size" in warning for warning in warnings)


def test_restarted_clock_goes_on(tmp_path):
    one = write_clip(tmp_path / "a.ts", Clip(n=60)).read_bytes()
    path = tmp_path / "joined.ts"
    path.write_bytes(one + one)
    _, frames, warnings = read(path)
    assert len(frames) == 120
    assert np.diff(times(frames)) == pytest.approx(np.full(119, 1 / 30), abs=1e-4)
    assert any("time stamp" in warning for warning in warnings)


def test_stream_without_any_times_is_read_at_its_nominal_rate(tmp_path):
    _, frames, warnings = read(write_clip(tmp_path / "raw.h264"))
    assert numbers(frames) == list(range(30))
    assert (np.diff(times(frames)) > 0).all()
    assert "30 pictures without a usable time stamp" in warnings[0]


@pytest.mark.parametrize("start", [0, 1, 17, 29, 30, 99])
def test_start_keeps_index_and_time_of_the_whole_file(tmp_path, start):
    path = write_clip(tmp_path / "plain.mp4", Clip(gop=12, b_frames=2))
    _, frames, _ = read(path, start=start)
    assert [frame.index for frame in frames] == list(range(start, 30))
    assert numbers(frames) == list(range(start, 30))
    assert times(frames) == pytest.approx(np.arange(start, 30) / 30)


def test_negative_start_is_refused(tmp_path):
    path = write_clip(tmp_path / "plain.mp4", Clip(n=2))
    with pytest.raises(ValueError, match="negative"):
        VideoFile(path, start=-1)


def test_probe_equals_info(tmp_path):
    path = write_clip(tmp_path / "p.mp4", Clip(rotation=90, sound=1))
    assert probe(path) == VideoFile(path).info
    assert probe(str(path)).has_audio


@pytest.mark.parametrize(
    ("name", "size", "n", "sound"),
    [
        ("two_people_outdoors.mp4", (1280, 720), 180, True),
        ("walking_front_portrait.mp4", (720, 1280), 50, True),
        ("walking_back_portrait.mp4", (720, 1280), 50, False),
    ],
)
def test_sample_videos_read_whole_and_like_opencv(name, size, n, sound):
    from pathlib import Path

    import cv2

    path = Path(__file__).parents[2] / "sample_videos" / name
    assert path.stat().st_size <= 1_000_000
    capture = cv2.VideoCapture(str(path))
    info, frames, warnings = read(path)
    assert (info.size, len(frames), info.n_frames, info.has_audio) == (size, n, n, sound)
    assert warnings == ()
    for frame in frames[:5]:
        other = capture.read()[1][..., ::-1]
        assert np.abs(frame.image.astype(int) - other).mean() < 1
    capture.release()


def test_pictures_are_prepared_ahead_by_the_decoding_thread(tmp_path):
    path = write_clip(tmp_path / "plain.mp4")
    threads = set()

    def prepare(image):
        threads.add(threading.current_thread())
        return int(image.sum())

    with VideoFile(path) as video:
        frames = list(video.frames(prepare=prepare))
        assert [frame.picture for frame in frames] == [int(frame.image.sum()) for frame in frames]
        assert threading.current_thread() not in threads
        assert all(frame.picture is None for frame in video)


def test_what_goes_wrong_with_a_prepared_picture_reaches_the_reader(tmp_path):
    path = write_clip(tmp_path / "plain.mp4")

    def prepare(_image):
        raise ModelError("no memory for pictures")

    with VideoFile(path) as video, pytest.raises(ModelError, match="no memory"):
        next(video.frames(prepare=prepare))
