"""The journal: nothing is lost in order, little is lost out of order, and a replay is the same."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scapcoach.calibration import calibrate, guided_segments
from scapcoach.errors import InputError, OutputError
from scapcoach.filters import smooth_poses
from scapcoach.session import journal as module
from scapcoach.session.journal import JOURNAL_FILE, Journal, read_journal, session_folder
from scapcoach.session.replay import Session, begin, plain_calibration, replay
from tests.support.clips import protocol_clip
from tests.support.person import person
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

HEAD = {"size": [640, 480], "model": "full", "model_sha256": "", "calibration": None}


def write(folder: Path, n: int = 40) -> None:
    poses = person(n)
    with Journal(folder, HEAD) as journal:
        for i in range(n):
            if i == 10:
                journal.command("mute", True)
            journal.add(poses[i : i + 1])


def test_what_was_added_is_read_back(tmp_path: Path) -> None:
    write(tmp_path / "s")
    back = read_journal(tmp_path / "s")
    assert back.complete
    assert back.head["model"] == "full"
    assert [(c.frame, c.name, c.data) for c in back.commands] == [(10, "mute", True)]
    for name in ("t", "xy", "world", "visibility", "presence", "subject"):
        np.testing.assert_array_equal(getattr(back.poses, name), getattr(person(40), name))
    with pytest.raises(OutputError):
        Journal(tmp_path / "s", HEAD)  # a session is never written over
    with pytest.raises(InputError, match="no recorded session"):
        read_journal(tmp_path)
    (tmp_path / JOURNAL_FILE).write_bytes(b"something else")
    with pytest.raises(InputError, match="not a recorded session of scapcoach"):
        read_journal(tmp_path)


@given(keep=st.floats(0.05, 0.999), flip=st.booleans())
@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_a_torn_tail_costs_the_tail_only(tmp_path: Path, keep: float, flip: bool) -> None:
    whole = tmp_path / "whole"
    if not whole.exists():
        poses = person(40)
        with Journal(whole, HEAD) as journal:
            for i in range(0, 40, 10):  # four records, without waiting four seconds
                journal._write(b"FRMS", module._pack(poses[i : i + 10]))
    data = bytearray((whole / JOURNAL_FILE).read_bytes())
    cut = int(keep * len(data))
    if flip:
        data[cut] ^= 0xFF  # a damaged byte instead of a missing tail
    else:
        data = data[:cut]
    torn = tmp_path / "torn"
    torn.mkdir(exist_ok=True)
    (torn / JOURNAL_FILE).write_bytes(data)
    try:
        back = read_journal(torn)
    except InputError:
        return  # torn within the head
    assert not back.complete or flip
    assert len(back.poses) % 10 == 0
    np.testing.assert_array_equal(back.poses.xy, person(40).xy[: len(back.poses)])


_CHILD = """
import sys, time
from pathlib import Path
from scapcoach.session.journal import Journal
from tests.support.person import person
poses = person(2000, fps=100)
journal = Journal(Path(sys.argv[1]), {"size": [640, 480]})
begun = time.monotonic()
for i in range(2000):
    journal.add(poses[i : i + 1])
    print(i, flush=True)
    time.sleep(max(0, begun + i / 100 - time.monotonic()))
"""


def test_killed_by_power_loss_a_session_loses_two_seconds_at_most(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tmp_path / "s")], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    last = 0
    begun = None
    for line in child.stdout:
        last = int(line)
        begun = begun or time.monotonic()
        if time.monotonic() - begun > 4:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    back = read_journal(tmp_path / "s")
    assert not back.complete
    assert last > 150
    assert person(2000, fps=100).t[last] - back.poses.t[-1] <= 2.0


def test_a_full_disk_is_reported_and_the_session_goes_on(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.05)
    poses = person(10)

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Journal(tmp_path / "s", HEAD) as journal:
        journal.add(poses[:5])
        assert until(lambda: len(read_journal(tmp_path / "s").poses) >= 5)
        monkeypatch.setattr(module.os, "fsync", full)
        journal.add(poses[5:])
        assert until(lambda: bool(journal.trouble))
    assert journal.trouble.startswith("Recording stopped: No space left")
    assert len(read_journal(tmp_path / "s").poses) >= 5


def test_a_replay_gives_the_readings_of_the_session(tmp_path: Path) -> None:
    raw = protocol_clip()[:240]
    smooth = smooth_poses(protocol_clip())
    own = calibrate(smooth, guided_segments(smooth), name="me")
    with Journal(tmp_path / "s", HEAD) as journal:
        session = Session(begin(HEAD), journal)
        readings = []
        for i in range(len(raw)):
            if i == 120:
                session.calibrate(own)
            if i == 200:
                session.mute(True)
            readings.append(session.step(raw[i : i + 1]))
    again = list(replay(read_journal(tmp_path / "s")))
    assert len(again) == 240
    for one, two in zip(readings, again, strict=True):
        assert (one.t, one.calibration, one.notice) == (two.t, two.calibration, two.notice)
        for name, series in one.measures.series.items():
            np.testing.assert_array_equal(series.value, two.measures[name].value)
            np.testing.assert_array_equal(series.status, two.measures[name].status)
    assert readings[119].calibration != readings[120].calibration
    assert plain_calibration(None) is None


def test_every_session_has_a_folder_of_its_own(tmp_path: Path) -> None:
    now = time.struct_time((2026, 5, 4, 18, 30, 5, 0, 124, 0))
    first = session_folder(tmp_path, now)
    assert first.name == "2026-05-04_18-30-05"
    first.mkdir()
    assert session_folder(tmp_path, now).name == "2026-05-04_18-30-05-2"
