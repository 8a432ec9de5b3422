"""`scapcoach live` as a user runs it: a real process, a real window on a virtual screen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.export.lifting import read_set
from scapcoach.media.video import AnnotatedVideoWriter
from scapcoach.session.journal import read_journal
from scapcoach.sources.video import VideoFile
from tests.support.cli import SAMPLES, no_traceback, scapcoach

if TYPE_CHECKING:
    from pathlib import Path

CLIP = SAMPLES / "phantom_row_oblique.mp4"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first eight seconds of a row, which play in eight seconds."""
    path = tmp_path_factory.mktemp("clip") / "row.mp4"
    with VideoFile(CLIP) as source, AnnotatedVideoWriter(path, source.info.size) as writer:
        for frame in source:
            if frame.t > 8:
                break
            writer.write(frame.image, frame.t)
    return path


def test_a_recorded_session_in_a_window_and_its_replay(
    screen: str, clip: Path, tmp_path: Path
) -> None:
    sessions = tmp_path / "sessions"
    done = scapcoach(
        "live", "--source", clip, "--exercise", "row", "--record-video", "--tones", "--sessions",
        sessions, "--model", "lite", DISPLAY=screen, **_loudspeaker(tmp_path),
    )  # fmt: skip
    no_traceback(done)
    assert done.returncode == 0, done.stderr
    assert "Session report: " in done.stdout
    assert "rep.wav" in (tmp_path / "played").read_text()  # a repetition was counted aloud
    (folder,) = sessions.iterdir()
    written = {"report.html", "summary.json", "frames.parquet", "landmarks.parquet", "reps.parquet",
               "camera.mp4", "annotated.mp4"}  # fmt: skip
    assert written <= {f.name for f in folder.iterdir()}
    assert "<video" in (folder / "report.html").read_text()
    with VideoFile(folder / "camera.mp4") as film:
        filmed = np.array([frame.t for frame in film])
    t = read_journal(folder).poses.t
    assert len(filmed) > 0.5 * len(t)
    gaps = np.abs(filmed[:, None] + t[0] - t).min(axis=1)
    assert gaps.max() < 1e-3  # true times: every picture is that of a frame
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["set"]["exercise"] == "row"
    exercise, seconds, done_set = read_set(folder)  # what the history can take up
    assert seconds > 5
    assert done_set.exercise == "row"
    assert exercise == clip.name
    first = scapcoach("replay", folder, "--json")
    second = scapcoach("replay", folder, "--json")
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert len(first.stdout.splitlines()) > 50
    before = (folder / "frames.parquet").read_bytes()
    assert scapcoach("replay", folder, "--no-video").returncode == 0
    assert (folder / "frames.parquet").read_bytes() == before
    assert "<video" not in (folder / "report.html").read_text()


def _loudspeaker(folder: Path) -> dict[str, str]:
    """An environment in which what is played is written down."""
    programs = folder / "bin"
    programs.mkdir()
    player = programs / "pw-play"
    player.write_text(f'#!/bin/sh\necho "$1" >> {folder}/played\n')
    player.chmod(0o755)
    return {"PATH": f"{programs}:{os.environ['PATH']}"}


def test_a_session_that_is_killed_can_be_closed(screen: str, tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    command = [sys.executable, "-m", "scapcoach", "live", "--source", str(CLIP), "--record-video",
               "--sessions", str(sessions), "--model", "lite"]  # fmt: skip
    child = subprocess.Popen(command, env={**os.environ, "DISPLAY": screen})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = list(sessions.glob("*/journal.scap"))
        if found and found[0].stat().st_size > 50_000:
            break
        time.sleep(0.1)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    (folder,) = sessions.iterdir()
    recording = read_journal(folder)
    assert not recording.complete
    assert np.all(np.diff(recording.poses.t) > 0)
    with VideoFile(folder / "camera.mp4") as film:
        last = [frame.t for frame in film][-1]
    assert last > float(np.ptp(recording.poses.t)) - 2.5
    done = scapcoach("replay", folder)
    assert done.returncode == 0, done.stderr
    assert "broke off" in done.stdout
    assert "<video" in (folder / "report.html").read_text()


def test_ctrl_c_finishes_a_session_as_q_does(screen: str, tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    command = [sys.executable, "-m", "scapcoach", "live", "--source", str(CLIP), "--record",
               "--sessions", str(sessions), "--model", "lite"]  # fmt: skip
    child = subprocess.Popen(command, env={**os.environ, "DISPLAY": screen},
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = list(sessions.glob("*/journal.scap"))
        if found and found[0].stat().st_size > 20_000:
            break
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    said, error = child.communicate(timeout=60)
    assert child.returncode == 0, error
    assert "Session report" in said
    assert "Traceback" not in error


def test_a_video_without_a_recording_is_a_contradiction(screen: str) -> None:
    done = scapcoach("live", "--source", CLIP, "--record-video", "--no-record", DISPLAY=screen)
    no_traceback(done)
    assert done.returncode == 2
    assert "--no-record" in done.stderr


def test_without_a_screen_it_names_the_browser_way() -> None:
    done = scapcoach("live", "--source", CLIP, DISPLAY="")
    no_traceback(done)
    assert done.returncode == 1
    assert "scapcoach serve" in done.stderr


def test_without_a_camera_it_says_so(screen: str) -> None:
    done = scapcoach("live", "--source", "63", DISPLAY=screen)
    no_traceback(done)
    assert done.returncode == 1
    assert "no camera 63" in done.stderr.lower()


def test_an_unknown_exercise_is_reported(screen: str) -> None:
    done = scapcoach("live", "--source", CLIP, "--exercise", "rwo", DISPLAY=screen)
    no_traceback(done)
    assert done.returncode == 2
    assert "row" in done.stderr
