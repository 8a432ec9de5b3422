"""Bad input: one clear sentence, the right exit code, and nothing lost."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.export.tables import read_landmarks
from scapcoach.measures import Status
from tests.support import videos
from tests.support.cli import SAMPLES, OnTerminal, no_traceback
from tests.support.cli import scapcoach as run

if TYPE_CHECKING:
    from pathlib import Path

CLIP = SAMPLES / "walking_front_portrait.mp4"


def _text(path: Path) -> Path:
    path.write_text("not a video", "utf-8")
    return path


def _empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def _noise(path: Path) -> Path:
    path.write_bytes(np.random.default_rng(0).bytes(20_000))
    return path


def _headless(path: Path) -> Path:
    shutil.copy(CLIP, path)
    return videos.truncate(path, 0.002)


BAD = {
    "words": (_text, "video"),
    "empty": (_empty, "empty"),
    "noise": (_noise, "video"),
    "headless": (_headless, "video"),
    "sound": (videos.write_sound_only, "sound"),
    "zero frames": (videos.write_zero_frames, "no video"),
}


def test_no_video_is_one_sentence_and_the_other_clips_are_finished(tmp_path: Path) -> None:
    bad = [make(tmp_path / f"bäd {name}.mp4") for name, (make, _) in BAD.items()]
    done = run("analyze", *bad, CLIP, "--out", tmp_path / "out", "--no-video")
    assert done.returncode == 1
    no_traceback(done)
    failed = [line for line in done.stderr.splitlines() if line.startswith("failed")]
    assert len(failed) == len(BAD)
    for (name, (_, says)), line in zip(BAD.items(), failed, strict=True):
        assert f"bäd {name}.mp4" in line
        assert says in line.lower(), line
    assert (tmp_path / "out" / CLIP.stem / "report.html").is_file()
    assert [p.name for p in (tmp_path / "out").iterdir() if p.is_dir()] == [CLIP.stem]


def test_a_clip_that_is_not_there_fails_and_the_next_is_finished(tmp_path: Path) -> None:
    done = run("analyze", tmp_path / "gone.mp4", CLIP, "--out", tmp_path / "out", "--no-video")
    assert done.returncode == 1
    assert "gone.mp4" in done.stderr
    assert (tmp_path / "out" / CLIP.stem / "summary.json").is_file()


def test_a_truncated_clip_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    clip = tmp_path / "cut.mkv"
    _remux(CLIP, clip)
    videos.truncate(clip, 0.6)
    done = run("analyze", clip, "--out", tmp_path / "out", "--no-video")
    assert done.returncode == 0, done.stderr
    assert "Note:" in done.stdout
    summary = json.loads((tmp_path / "out" / "cut" / "summary.json").read_text("utf-8"))
    assert summary["source"]["warnings"]
    again = run("analyze", clip, "--out", tmp_path / "out", "--no-video", "--csv")
    assert "Note:" in again.stdout, "problems of the clip are reported with stored landmarks, too"
    assert len(read_landmarks(tmp_path / "out" / "cut" / "landmarks.parquet")) >= 15


def test_damage_in_the_middle_costs_only_the_middle(tmp_path: Path) -> None:
    clip = tmp_path / "damaged.mkv"
    _remux(CLIP, clip)
    videos.damage(clip, 0.4, 0.45)
    done = run("analyze", clip, "--out", tmp_path / "out", "--no-video")
    assert done.returncode == 0, done.stderr
    no_traceback(done)


def test_nobody_in_the_picture_is_a_result_not_an_error(tmp_path: Path) -> None:
    clip = videos.write_clip(tmp_path / "empty room.mp4")
    done = run("analyze", clip, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "No person" in done.stdout
    no_traceback(done)
    assert (tmp_path / "out" / "empty room" / "report.html").is_file()


def test_somebody_who_leaves_and_returns_is_no_person_in_between(tmp_path: Path) -> None:
    from scapcoach.sources.video import VideoFile

    with VideoFile(CLIP) as source:
        frames = [f.image for f in source]
    grey = [np.full_like(frames[0], 120)] * 20
    clip = videos.write_clip(
        tmp_path / "away.mp4",
        videos.Clip(size=(720, 1280), n=60),
        images=[*frames[:20], *grey, *frames[20:40]],
    )
    import scapcoach

    found = scapcoach.analyze(clip)
    status = found.measures["hunch"].status
    assert (status[24:36] == Status.NO_PERSON).all()
    assert (found.poses.subject[:18] == 0).mean() > 0.8
    assert (found.poses.subject[48:] == 0).mean() > 0.6


def test_a_result_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way", "utf-8")
    done = run("analyze", CLIP, "--out", tmp_path / "out" / "deep", "--no-video")
    assert done.returncode == 1
    assert str(tmp_path / "out") in done.stderr
    no_traceback(done)


def test_a_full_disk_keeps_the_old_results_and_says_so(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("analyze", CLIP, "--out", out, "--no-video", "-q").returncode == 0
    before = (out / CLIP.stem / "summary.json").read_bytes()

    def tiny_files() -> None:
        # The closest to a full disk that needs no privileges: no file may grow past 40 kB.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    done = subprocess.run(
        [sys.executable, "-m", "scapcoach", "analyze", str(CLIP), "--out", str(out), "--force"],
        capture_output=True, text=True, preexec_fn=tiny_files, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    no_traceback(done)
    assert (out / CLIP.stem / "summary.json").read_bytes() == before


def test_a_folder_without_video_and_wrong_usage_exit_with_2(tmp_path: Path) -> None:
    for arguments in (
        ("analyze", tmp_path),
        ("analyze",),
        ("analyze", CLIP, "--model", "huge"),
        ("analyze", CLIP, "--subject", "left"),
        ("analyze", CLIP, "--profile", "x", "--calibration", CLIP),
        ("nonsense",),
    ):
        done = run(*arguments)
        assert done.returncode == 2, arguments
        no_traceback(done)


def test_a_calibration_clip_that_is_none_says_what_one_is(tmp_path: Path) -> None:
    done = run("analyze", CLIP, "--calibration", CLIP, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "neutral, retract, protract, shrug, depress, neutral" in done.stderr
    no_traceback(done)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_the_landmarks_and_the_next_run_goes_on(
    tmp_path: Path, sent: signal.Signals
) -> None:
    clip = tmp_path / "long.mp4"
    _repeat(CLIP, clip, 12)
    out = tmp_path / "out"
    with OnTerminal("analyze", clip, "--out", out, "--no-video") as terminal:
        terminal.read_until(r"landmarks .*?\b(?:[6-9]\d|\d{3})/\d+")
        terminal.process.send_signal(sent)
        code, shown = terminal.finish()
    assert code == 130, shown
    assert "Traceback" not in shown
    assert "kept" in shown
    kept = len(read_landmarks(out / "long.partial" / "landmarks.parquet"))
    assert 0 < kept < 600
    again = run("analyze", clip, "--out", out, "--no-video")
    assert again.returncode == 0, again.stderr
    whole = read_landmarks(out / "long" / "landmarks.parquet")
    assert len(whole) == 600
    assert not (out / "long.partial").exists()


def _remux(source: Path, target: Path) -> None:
    """The same streams in another container."""
    _repeat(source, target, 1)


def _repeat(source: Path, target: Path, times: int) -> None:
    """The picture `times` over, without encoding it again."""
    from scapcoach.pyav import av

    with av.open(str(source)) as read, av.open(str(target), "w") as write:
        stream = read.streams.video[0]
        out = write.add_stream_from_template(stream)
        packets = [p for p in read.demux(stream) if p.pts is not None]
        length = packets[-1].pts + (packets[-1].duration or 1) - packets[0].pts
        data = [(bytes(p), p.pts, p.dts, p.is_keyframe) for p in packets]
        for n in range(times):
            for content, pts, dts, key in data:
                packet = av.Packet(content)
                packet.stream = out
                packet.pts, packet.dts = pts + n * length, dts + n * length
                packet.time_base, packet.is_keyframe = stream.time_base, key
                write.mux(packet)
