"""Files that are no use, or only in part: one clear sentence, never a traceback or log noise."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest

from scapcoach.errors import InputError
from scapcoach.pyav import av
from scapcoach.sources.video import VideoFile, probe
from tests.support.videos import (
    Clip,
    damage,
    picture,
    read_number,
    replace_bytes,
    truncate,
    write_clip,
    write_sound_only,
    write_zero_frames,
)


def make_text(path):
    path.write_text("Notes about my training.\n" * 50)
    return path


def make_picture(path):
    import cv2

    assert cv2.imwrite(str(path), picture(0))
    return path


def make_index_only(path):
    """A whole index, and nothing of what it points to."""
    write_clip(path)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"mdat") + 4])
    return path


def make_song_with_cover(path):
    with av.open(str(path), "w") as container:
        audio = container.add_stream("aac", rate=48_000, layout="mono")
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(picture(0, (64, 48)), format="rgb24")
        container.mux(cover.encode(frame))
        container.mux(cover.encode(None))
        silence = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        silence.sample_rate = 48_000
        container.mux(audio.encode(silence))
        container.mux(audio.encode(None))
    return path


def make_playlist(path):
    path.write_text("#EXTM3U\n#EXTINF:10,\nhttp://192.0.2.1/clip.ts\n#EXT-X-ENDLIST\n")
    return path


def make_list_of_a_pipe(path):
    """A list that names a pipe nobody writes to: who looks into it waits for ever."""
    os.mkfifo(path.with_name("pipe.ts"))
    path.write_text("ffconcat version 1.0\nfile pipe.ts\n")
    return path


REFUSED = {
    "missing": ("nope.mp4", lambda p: p, "no such file"),
    "folder": ("videos", lambda p: (p.mkdir(), p)[1], "is a folder"),
    "empty": ("empty.mp4", lambda p: (p.touch(), p)[1], "is empty"),
    "text": ("notes.txt", make_text, "not a video"),
    "text called mp4": ("notes.mp4", make_text, "not a video"),
    "noise": ("noise.mp4", lambda p: (p.write_bytes(os.urandom(20_000)), p)[1], "not a video"),
    "jpeg": ("photo.jpg", make_picture, "single picture"),
    "png": ("photo.png", make_picture, "single picture"),
    "sound": ("song.m4a", write_sound_only, "only sound"),
    "song with cover": ("song.mp4", make_song_with_cover, "only sound"),
    "zero-length track": ("zero.mp4", write_zero_frames, "holds no video"),
    "zero-length mkv": ("zero.mkv", write_zero_frames, "not a video"),
    "index only": ("index.mp4", make_index_only, "no picture in it can be decoded"),
    "cut before the index": (
        "cut.mp4",
        lambda p: truncate(write_clip(p, Clip(faststart=False)), 0.8),
        "index is missing or damaged",
    ),
    "unknown codec": (
        "codec.mp4",
        lambda p: replace_bytes(write_clip(p), b"avc1", b"zzz1"),
        "cannot be decoded here",
    ),
    "encrypted": (
        "drm.mp4",
        lambda p: replace_bytes(write_clip(p), b"avc1", b"encv"),
        "copy-protected",
    ),
    "playlist": ("list.m3u8", make_playlist, "is a playlist"),
    "list called mp4": ("list.mp4", make_list_of_a_pipe, "is a playlist"),
}


@pytest.mark.parametrize(("name", "make", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_one_sentence_that_names_the_file(tmp_path, name, make, says, capfd):
    path = make(tmp_path / name)
    for use in (probe, VideoFile):
        with pytest.raises(InputError) as caught:
            use(path)
        message = str(caught.value)
        assert says in message
        assert str(path) in message
        assert "\n" not in message
        assert message.endswith(".")
    assert capfd.readouterr() == ("", "")


def test_unreadable_file(tmp_path, monkeypatch):
    path = write_clip(tmp_path / "private.mp4", Clip(n=2))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="may not be read"):
        probe(path)


def test_name_too_long(tmp_path):
    with pytest.raises(InputError, match="opened"):
        probe(tmp_path / ("x" * 5000))


def test_file_that_vanishes_between_opening_and_reading(tmp_path):
    path = write_clip(tmp_path / "gone.mp4", Clip(n=2))
    with VideoFile(path) as video:
        path.unlink()
        with pytest.raises(InputError, match="no such file"):
            list(video)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_truncated_gives_what_there_is_and_says_how_much(tmp_path, suffix):
    path = truncate(write_clip(tmp_path / f"cut{suffix}", Clip(n=120)), 0.5)
    with VideoFile(path) as video:
        frames = list(video)
        warnings = video.warnings
    assert 45 <= len(frames) <= 70
    assert [read_number(frame.image) for frame in frames] == list(range(len(frames)))
    if suffix != ".ts":  # a transport stream does not state its length
        assert f"Only the first {len(frames) / 30:.1f} of 4.0 seconds" in warnings[-1]


def test_a_hole_is_reported_even_where_the_container_hides_it(tmp_path):
    path = write_clip(tmp_path / "hole.mkv", Clip(n=180, gop=10))
    data = path.read_bytes()
    third = len(data) // 3
    path.write_bytes(data[:third] + data[2 * third :])
    with VideoFile(path) as video:
        shown = [read_number(frame.image) for frame in video]
        warnings = video.warnings
    assert shown[-20:] == list(range(160, 180))
    last = next(i for i, number in enumerate(shown) if number != i) - 1
    text = " ".join(warnings)
    assert f"No picture for {(shown[last + 1] - last) / 30:.1f} s after {last / 30:.1f} s" in text


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_damage_in_the_middle_is_skipped_and_counted(tmp_path, suffix):
    path = damage(write_clip(tmp_path / f"bad{suffix}", Clip(n=120, gop=10)), 0.5, 0.55)
    with VideoFile(path) as video:
        frames = list(video)
        warnings = video.warnings
    shown = [read_number(frame.image) for frame in frames]
    assert 90 <= len(frames) < 120
    assert shown[:45] == list(range(45))
    assert shown[-20:] == list(range(100, 120))
    # Times stay true across the hole.
    assert [round(frame.t * 30) for frame in frames[-20:]] == list(range(100, 120))
    assert "damaged piece" in warnings[0]


def test_wrong_start_costs_only_the_start(tmp_path):
    path = damage(write_clip(tmp_path / "bad.mkv", Clip(n=60, gop=10)), 0.05, 0.2)
    with VideoFile(path) as video:
        shown = [read_number(frame.image) for frame in video]
    assert shown[-30:] == list(range(30, 60))


def decoders():
    return [thread for thread in threading.enumerate() if thread.name.startswith("decode ")]


def fail_on_the_first_frame(video):
    for _ in video:
        raise KeyError


def test_leaving_early_stops_the_thread_and_frees_the_file(tmp_path):
    path = write_clip(tmp_path / "long.mp4", Clip(n=120))
    open_before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc").exists() else 0
    with VideoFile(path) as video:
        for frame in video:
            if frame.index == 3:
                break
        gc.collect()
        assert decoders() == []

        with pytest.raises(KeyError):
            fail_on_the_first_frame(video)
        gc.collect()
        assert decoders() == []

        kept = iter(video)
        next(kept)
        assert len(decoders()) == 1
    assert decoders() == []
    if open_before:
        assert len(list(Path("/proc/self/fd").iterdir())) == open_before
    assert list(kept) == []


def test_two_iterations_at_once_do_not_disturb_each_other(tmp_path):
    path = write_clip(tmp_path / "two.mp4", Clip(n=20))
    with VideoFile(path) as video:
        pairs = list(zip(video, video, strict=True))
    assert [(read_number(a.image), read_number(b.image)) for a, b in pairs] == [
        (i, i) for i in range(20)
    ]


def test_memory_stays_bounded_on_large_pictures(tmp_path):
    path = write_clip(tmp_path / "4k.mp4", Clip(size=(3840, 2160), n=3))
    with VideoFile(path) as video:
        frames = video.frames(prepare=lambda image: image.copy())
        next(frames)
        assert video._readers[0]._depth == 2


SCRIPT = """
import sys
from scapcoach.sources.video import VideoFile
with VideoFile(sys.argv[1]) as video:
    for frame in video:
        print(frame.index, flush=True)
        if len(sys.argv) > 2:
            import time
            time.sleep(0.05)
"""


def run(path, *more, **kwargs):
    source = Path(__file__).parents[2] / "src"
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(path), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(source)},
        **kwargs,
    )


def test_libav_keeps_quiet_about_damage(tmp_path):
    path = damage(write_clip(tmp_path / "bad.mp4", Clip(n=60, gop=10)), 0.4, 0.6)
    process = run(path)
    out, err = process.communicate(timeout=60)
    assert err == b""
    assert out
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child there")
def test_interrupt_ends_it_at_once(tmp_path):
    import signal

    path = write_clip(tmp_path / "long.mp4", Clip(n=250))
    process = run(path, "slow")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert len(out.splitlines()) < 200  # of 250 that would have come
    assert b"KeyboardInterrupt" in err
    assert b"Fatal" not in err


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi"])
def test_any_damage_gives_frames_or_one_sentence(tmp_path, suffix):
    whole = write_clip(tmp_path / f"whole{suffix}", Clip(n=20, gop=5)).read_bytes()
    rng = np.random.default_rng(7)
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(int(rng.integers(1, 6))):
            # Half of the hits lie in the first kilobytes, where headers and indexes are.
            start = int(rng.integers(0, rng.choice([3000, len(data)])))
            noise = rng.bytes(int(rng.integers(1, 40)))
            data[start : start + len(noise)] = noise
        path = tmp_path / f"bad{suffix}"
        path.write_bytes(data[: int(len(data) * rng.choice([1.0, rng.random()]))])
        last = -1.0
        try:
            with VideoFile(path) as video:
                width, height = video.info.size
                for frame in video:
                    assert frame.t > last
                    assert frame.image.shape == (height, width, 3)
                    last = frame.t
        except InputError as error:
            if str(path) not in str(error):
                pytest.fail(f"names no file: {error}")
