"""The annotated video as a file: what a browser or player would find in it."""

from __future__ import annotations

import multiprocessing
import resource
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from scapcoach.errors import OutputError
from scapcoach.media.video import AnnotatedVideoWriter
from scapcoach.overlay.overlay import Overlay
from scapcoach.pyav import av
from tests.support.synthetic import synthetic_measures, synthetic_poses


def picture(size: tuple[int, int], k: int = 0) -> np.ndarray:
    w, h = size
    image = np.zeros((h, w, 3), np.uint8)
    image[: h // 2, : w // 2] = (230, 20, 30)
    image[: h // 2, w // 2 :] = (20, 200, 40)
    image[h // 2 :, : w // 2] = (30, 40, 220)
    image[h // 2 :, w // 2 :] = (128 + k % 100, 128, 128)
    return image


def make_source(path: Path, codec: str, seconds: float = 2.0, offset: float = 0.0) -> Path:
    """A short recording with a tone; its pictures start at `offset` seconds."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        video.codec_context.time_base = Fraction(1, 30)
        audio = out.add_stream(codec, rate=44100, layout="stereo")
        for k in range(round(seconds * 30)):
            frame = av.VideoFrame.from_ndarray(picture((64, 64), k), format="rgb24")
            frame.pts, frame.time_base = k + round(offset * 30), Fraction(1, 30)
            out.mux(video.encode(frame))
        resampler = av.AudioResampler(
            format=audio.codec_context.format, layout="stereo", rate=44100, frame_size=1024
        )
        n = round((seconds + offset) * 44100)
        tone = (0.3 * 32767 * np.sin(np.arange(n) * 2 * np.pi * 440 / 44100)).astype(np.int16)
        tone = np.ascontiguousarray(np.repeat(tone, 2)[None])
        sound = av.AudioFrame.from_ndarray(tone, format="s16", layout="stereo")
        sound.sample_rate, sound.pts = 44100, 0
        for part in [*resampler.resample(sound), *resampler.resample(None)]:
            out.mux(audio.encode(part))
        out.mux(audio.encode(None))
        out.mux(video.encode(None))
    return path


def read(path: Path) -> tuple[list[float], list[np.ndarray]]:
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
        return [f.time for f in frames], [f.to_ndarray(format="rgb24") for f in frames]


def test_variable_timestamps_and_the_format_survive(tmp_path: Path):
    size = (320, 180)
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.uniform(0.005, 0.09, 60))
    times -= times[0]
    path = tmp_path / "ein Ordner" / "übung №1.mp4"
    with AnnotatedVideoWriter(path, size) as writer:
        for k, t in enumerate(times):
            writer.write(picture(size, k), float(t))
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.codec_context.colorspace == stream.codec_context.color_primaries == 1
        assert stream.codec_context.color_trc == stream.codec_context.color_range == 1
    found, _ = read(path)
    np.testing.assert_allclose(found, times, atol=1 / 90_000)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index stands behind the pictures"
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_colours_come_back_as_they_went_in(tmp_path: Path):
    path = tmp_path / "a.mp4"
    with AnnotatedVideoWriter(path, (320, 240)) as writer:
        for k in range(5):
            writer.write(picture((320, 240)), k / 30)
    with av.open(str(path)) as file:
        frame = next(file.decode(video=0))
        image = frame.to_ndarray(format="rgb24", src_colorspace="ITU709").astype(int)
    for y, x in ((60, 80), (60, 240), (180, 80), (180, 240)):
        assert np.abs(image[y, x] - picture((320, 240))[y, x]).max() <= 6


@pytest.mark.parametrize(
    ("size", "written"),
    [((641, 361), (640, 360)), ((1081, 1921), (720, 1280)), ((1920, 1080), (1280, 720)),
     ((3, 5), (2, 4)), ((176, 144), (176, 144))],
)  # fmt: skip
def test_sides_are_even_and_capped(tmp_path: Path, size, written):
    path = tmp_path / "a.mp4"
    with AnnotatedVideoWriter(path, size) as writer:
        assert writer.size == written
        for k in range(3):
            writer.write(writer.scaled(picture(size)), k / 30)
    _, frames = read(path)
    assert frames[0].shape == (written[1], written[0], 3)
    assert len(frames) == 3


@pytest.mark.parametrize(
    ("codec", "ending", "kept"),
    [("aac", "mp4", "aac"), ("libmp3lame", "mp4", "mp3"), ("pcm_s16le", "mov", "aac"),
     ("libopus", "mkv", "aac"), ("aac", "ts", "aac")],
)  # fmt: skip
def test_sound_is_kept(tmp_path: Path, codec: str, ending: str, kept: str):
    source = tmp_path / f"source.{ending}"
    if codec == "libopus":
        _opus_source(source)
    else:
        make_source(source, codec)
    path = tmp_path / "a.mp4"
    with AnnotatedVideoWriter(path, (64, 64), audio_from=source) as writer:
        for k in range(60):
            writer.write(picture((64, 64), k), k / 30)
    assert writer.warnings == []
    with av.open(str(path)) as file:
        sound = file.streams.audio[0]
        assert sound.codec_context.codec.canonical_name == kept
        samples = np.concatenate([f.to_ndarray()[0] for f in file.decode(sound)]).astype(float)
    assert abs(len(samples) / sound.codec_context.sample_rate - 2.0) < 0.15
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    peak = np.argmax(spectrum) * sound.codec_context.sample_rate / len(samples)
    assert abs(peak - 440) < 3


def _opus_source(path: Path) -> Path:
    with av.open(str(path), "w") as out:
        audio = out.add_stream("libopus", rate=48000, layout="stereo")
        n = 96000
        tone = (0.3 * 32767 * np.sin(np.arange(n) * 2 * np.pi * 440 / 48000)).astype(np.int16)
        tone = np.ascontiguousarray(np.repeat(tone, 2)[None])
        sound = av.AudioFrame.from_ndarray(tone, format="s16", layout="stereo")
        sound.sample_rate, sound.pts = 48000, 0
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=48000, frame_size=960)
        for part in resampler.resample(sound):
            out.mux(audio.encode(part))
        out.mux(audio.encode(None))
    return path


def test_sound_stays_in_step_when_pictures_start_late(tmp_path: Path):
    source = make_source(tmp_path / "late.mp4", "aac", seconds=2.0, offset=1.0)
    path = tmp_path / "a.mp4"
    with AnnotatedVideoWriter(path, (64, 64), audio_from=source) as writer:
        for k in range(60):
            writer.write(picture((64, 64), k), k / 30)
    with av.open(str(path)) as file:
        sound = file.streams.audio[0]
        first = next(p for p in file.demux(sound) if p.pts is not None)
        assert float(first.pts * sound.time_base) < 0.05
        seconds = float(sound.duration * sound.time_base)
    assert abs(seconds - 2.0) < 0.1, "three seconds of sound, of which the first has no picture"


def test_sound_stops_with_the_pictures(tmp_path: Path):
    source = make_source(tmp_path / "long.mp4", "aac", seconds=4.0)
    path = tmp_path / "a.mp4"
    with AnnotatedVideoWriter(path, (64, 64), audio_from=source) as writer:
        for k in range(30):
            writer.write(picture((64, 64), k), k / 30)
    with av.open(str(path)) as file:
        sound = file.streams.audio[0]
        assert float(sound.duration * sound.time_base) < 1.6


def test_sound_that_cannot_be_read_is_left_out_with_a_word(tmp_path: Path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all" * 100)
    path = tmp_path / "a.mp4"
    with AnnotatedVideoWriter(path, (64, 64), audio_from=broken) as writer:
        writer.write(picture((64, 64)), 0.0)
    assert len(writer.warnings) == 1
    assert "broken.mp4" in writer.warnings[0]
    assert len(read(path)[0]) == 1


def test_an_error_in_the_block_leaves_nothing(tmp_path: Path):
    with pytest.raises(FileNotFoundError), AnnotatedVideoWriter(tmp_path / "a.mp4", (64, 64)) as w:  # noqa: PT012
        for k in range(40):
            w.write(picture((64, 64)), k / 30)
        raise FileNotFoundError("the caller's own")
    assert list(tmp_path.iterdir()) == []


def test_no_frames_make_no_file(tmp_path: Path):
    with AnnotatedVideoWriter(tmp_path / "a.mp4", (64, 64)) as writer:
        pass
    assert writer.frames_written == 0
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_another_size_is_refused(tmp_path: Path):
    with (
        pytest.raises(ValueError, match="64"),
        AnnotatedVideoWriter(tmp_path / "a.mp4", (64, 64)) as w,
    ):
        w.write(picture((32, 32)), 0.0)


def test_a_file_where_the_folder_should_be_is_said_at_once(tmp_path: Path):
    (tmp_path / "taken").write_text("")
    with (
        pytest.raises(OutputError, match="There is a file where"),
        AnnotatedVideoWriter(tmp_path / "taken" / "a.mp4", (64, 64)),
    ):
        pytest.fail("the block must not be entered")


def _write_with_little_room(folder: str, answer) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
    noise = np.random.default_rng(0)
    try:
        with AnnotatedVideoWriter(Path(folder) / "a.mp4", (320, 240)) as writer:
            for k in range(400):
                writer.write(noise.integers(0, 255, (240, 320, 3), dtype=np.uint8), k / 30)
    except OutputError as error:
        answer.put(str(error))
    else:
        answer.put("no error")


def test_a_disk_without_room_is_an_output_error_and_leaves_nothing(tmp_path: Path):
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=_write_with_little_room, args=(str(tmp_path), answer))
    process.start()
    message = answer.get(timeout=60)
    process.join(30)
    assert process.exitcode == 0
    assert "a.mp4" in message
    assert "file size allowed" in message
    assert list(tmp_path.iterdir()) == []


def test_an_overlay_written_and_read_back_shows_the_gauges(tmp_path: Path):
    size = (640, 360)
    poses = synthetic_poses(30, size)
    measures = synthetic_measures(poses)
    overlay = Overlay(size)
    with AnnotatedVideoWriter(tmp_path / "a.mp4", size) as writer:
        for i in range(len(poses)):
            image = np.full((360, 640, 3), 200, np.uint8)
            overlay.draw(image, poses, measures, i)
            writer.write(image, float(poses.t[i]))
    _, frames = read(tmp_path / "a.mp4")
    assert len(frames) == 30
    assert frames[5][345, 12].mean() < 90, "no panel at the foot of the picture"
