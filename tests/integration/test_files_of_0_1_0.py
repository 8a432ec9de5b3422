"""Files of version 0.1.0 are read as they were then; tests/data/v0.1.0 says what they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.json import decode

from scapcoach.calibration.calibration import CalibrationKind, Range
from scapcoach.calibration.profiles import (
    load_profile,
    profile_data,
    profile_path,
    read_profile,
    save_profile,
)
from scapcoach.desk.setups import load_setups, save_setup
from scapcoach.export.lifting import read_set
from scapcoach.export.summary_types import Summary
from scapcoach.export.tables import read_landmarks
from scapcoach.girdle.estimators import Estimator
from scapcoach.history import History, Stamp
from scapcoach.history.records import Break, TracePoint
from scapcoach.measures import measure
from scapcoach.recording.places import read_summary
from scapcoach.recording.sessions import close_session
from scapcoach.session.journal import read_journal
from scapcoach.session.replay import read_calibration, replay
from tests.support.cli import no_traceback, scapcoach

if TYPE_CHECKING:
    from scapcoach.calibration import Calibration

DATA = Path(__file__).parents[1] / "data" / "v0.1.0"
LITE = "4738bbee68ffc0ee005e5db96e6f542e2671486de66d9951e6d5adef029e3a38"
NAMES = ("posture", "exercise", "merged")


def profile(name: str) -> Calibration:
    return read_profile(DATA / "profiles" / f"{name}.json")


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_read_and_written_to_the_byte(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path / "data"))
    found = profile(name)
    assert (found.kind, found.estimator) == (CalibrationKind.PROFILE, Estimator.JOINT)
    assert (found.name, found.model_sha256, found.camera) == (name, LITE, "")
    assert found.neutral.hips_seen is True
    written = save_profile(found, name)
    assert written.read_bytes() == (DATA / "profiles" / f"{name}.json").read_bytes()
    shutil.copy(DATA / "profiles" / f"{name}.json", profile_path(name))
    assert profile_data(load_profile(name), name) == profile_data(found, name)


def test_a_profile_of_held_poses() -> None:
    found = profile("posture")
    assert found.retraction is not None
    assert found.elevation is not None
    assert found.slump is not None
    assert found.shifts is not None
    assert found.observed is not None
    assert found.observed.retraction is not None
    assert found.exercise is None
    assert found.retraction[0] == Range(13.768480335863151, -7.212216973337398, 1.662)
    assert found.elevation[2] == Range(24.569946506452265, -6.18547563849868, 1.662)
    assert found.observed.retraction[0].high == 11.581790447235107
    assert np.isnan(found.slump.head_forward)
    assert found.slump.head_drop == 19.753897850963643
    assert found.neutral.unit == 175.82837159917312
    assert np.isnan(found.neutral.points).sum() == 4
    assert np.nansum(found.neutral.points) == pytest.approx(10.560841572884039)
    np.testing.assert_allclose(
        found.shifts.ends, [0.83339147, -0.56950921, 0.97930847, -0.24390051], atol=1e-8
    )


def test_a_profile_of_an_exercise_and_one_of_both() -> None:
    alone, both = profile("exercise"), profile("merged")
    assert alone.retraction is None
    assert alone.slump is None
    assert both.retraction == profile("posture").retraction
    for found in (alone, both):
        assert found.exercise is not None
        assert found.exercise.unit == 135.04889964473614
        assert found.exercise.rest.sum() == pytest.approx(350.2347552275278)
        assert found.exercise.spread == 0.7113793681735399


def test_desk_set_ups_are_read_and_written_to_the_byte(tmp_path: Path) -> None:
    desk, laptop = load_setups(DATA / "desk.json")
    assert (desk.name, laptop.name) == ("desk", "laptop")
    assert desk.ears == (0.7235568841298421, 0.3017486333847046)
    assert desk.slump == 0.646934577497478
    assert np.isnan(laptop.slump)
    assert laptop.yaw == 70.330282860963
    for setup in (desk, laptop):
        save_setup(setup, tmp_path / "desk.json")
    assert (tmp_path / "desk.json").read_bytes() == (DATA / "desk.json").read_bytes()


def test_a_history_is_read_and_added_to(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    shutil.copy(DATA / "history.sqlite3", path)
    with History(path) as history:
        assert dict(history.minutes()) == {
            (29631720, 120, "good"): 42.0,
            (29631720, 120, "mild"): 18.0,
            (29631721, 120, "marked"): 60.0,
        }
        (alert,) = history.alerts()
        assert (alert.kind, alert.text, alert.at.offset) == ("hunch", "Sit up a little.", 120)
        assert alert.cause == {"neck": 12.5, "forward": 3.0}
        assert alert.trace == (TracePoint(-1.0, 62.0, "marked"), TracePoint(0.0, None, "unknown"))
        assert history.breaks() == [Break(Stamp(1777903400.0, 120), 300.0)]
        (session,) = history.sessions()
        (done,) = session.sets
        assert (session.source, session.seconds) == ("row_short.mp4", 3.6)
        assert (done.exercise, done.pattern, done.reps, done.load) == ("row", "pull", 1, 40.0)
        assert done.figures["retraction_peak"] == 112.9
        history.write({(29631721, 120, "marked"): 1.0})
        assert dict(history.minutes())[29631721, 120, "marked"] == 61.0


def test_a_session_is_replayed_and_closed(tmp_path: Path) -> None:
    folder = tmp_path / "2026-05-04_18-30-05"
    shutil.copytree(DATA / "session", folder)
    recording = read_journal(folder)
    assert recording.complete
    assert (len(recording.poses), recording.poses.size) == (24, (640, 480))
    assert np.nansum(recording.poses.xy) == pytest.approx(491419.2, rel=1e-6)
    assert [(c.frame, c.name) for c in recording.commands] == [
        (10, "mute"), (16, "calibrate"), (20, "exercise"),
    ]  # fmt: skip
    assert recording.commands[2].data == {"name": "shrug", "focus": "internal"}
    known = read_calibration(recording.head["calibration"])
    assert known is not None
    assert profile_data(known, "posture") == profile_data(profile("posture"), "posture")
    readings = list(replay(recording))
    assert [r.calibration for r in readings] == [CalibrationKind.PROFILE] * 16 + [None] * 8
    assert close_session(folder)
    summary = read_summary(folder)
    assert summary is not None
    assert summary["settings"]["started"] == "2026-05-04 18:30:05"


def test_the_landmarks_and_the_summary_of_a_clip_are_read() -> None:
    poses = read_landmarks(DATA / "clip" / "landmarks.parquet")
    assert (len(poses), poses.size, poses.contour) == (30, (640, 480), None)
    assert poses.t[-1] == pytest.approx(3.48)
    assert np.nansum(poses.xy) == pytest.approx(618503.8, rel=1e-6)
    found = measure(poses, profile("exercise"))
    assert len(found) == 30
    summary = decode((DATA / "clip" / "summary.json").read_bytes(), type=Summary)
    assert summary.software.version == "0.1.0"
    name, seconds, done = read_set(DATA / "clip")
    assert (name, seconds, done.reps, done.load) == ("row_short.mp4", 3.6, 1, 40.0)
    assert done.figures["score"] == 97.799709
    raw = json.loads((DATA / "clip" / "summary.json").read_text("utf-8"))
    assert read_summary(DATA / "clip") == raw


def test_the_commands_read_them(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA / "profiles", data / "profiles")
    for name in ("desk.json", "history.sqlite3"):
        shutil.copy(DATA / name, data / name)
    shutil.copytree(DATA / "session", tmp_path / "session")
    env = {"SCAPCOACH_DATA_DIR": str(data)}
    for words, expected in (
        (("profiles", "show", "merged"), "while the arms move: recorded"),
        (("history", "--days", "3660", "--csv"), "2026-05-04"),
        (("history", "why", "1"), "Sit up a little."),
        (("history", "log", DATA / "clip"), "row"),
        (("replay", tmp_path / "session"), ""),
    ):
        done = scapcoach(*words, **env)
        no_traceback(done)
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout + done.stderr
