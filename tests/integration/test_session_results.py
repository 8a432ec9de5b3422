"""Sessions as files: one exercise or several, whole or broken off, twice the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from scapcoach.analysis.sessions import close_session
from scapcoach.errors import InputError
from scapcoach.session.coach import make_coach
from scapcoach.session.journal import FILE, Journal
from scapcoach.session.replay import Session, begin
from scapcoach.web.past import past_sessions
from tests.support.clips import protocol_clip

if TYPE_CHECKING:
    from pathlib import Path

HEAD = {
    "size": [640, 480], "source": "test cam", "model": "full", "model_sha256": "",
    "calibration": None, "exercise": {"name": "shrug", "focus": "external"},
    "started": "2026-05-04 18:30:05",
}  # fmt: skip


def record(folder: Path, switches: dict[int, str], frames: int = 420) -> None:
    raw = protocol_clip()[:frames]
    with Journal(folder, HEAD) as journal:
        session = Session(begin(HEAD, make_coach), make_coach, journal)
        for i in range(len(raw)):
            if i in switches:
                session.exercise({"name": switches[i], "focus": "internal"})
            session.step(raw[i : i + 1])


def test_one_exercise_gets_the_files_of_a_clip(tmp_path: Path) -> None:
    folder = tmp_path / "2026-05-04_18-30-05"
    record(folder, {})
    assert close_session(folder) == (folder / "report.html",)
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["set"]["exercise"] == "shrug"
    assert summary["source"]["name"] == "test cam"
    assert summary["settings"]["live"] is True
    assert summary["calibration"] == "auto"
    assert pq.read_table(folder / "frames.parquet").num_rows == 420
    first = {f.name: f.read_bytes() for f in folder.iterdir()}
    close_session(folder)
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == first


def test_each_exercise_has_a_folder_and_passing_through_has_none(tmp_path: Path) -> None:
    folder = tmp_path / "2026-05-04_18-30-05"
    record(folder, {200: "row", 215: "squat", 230: ""})
    reports = close_session(folder)
    assert [r.parent.name for r in reports] == ["1-shrug", "2-free"]
    rows = [pq.read_table(r.with_name("frames.parquet")).num_rows for r in reports]
    assert rows == [200, 190]
    (listed,) = past_sessions(tmp_path)
    assert [r["exercise"] for r in listed["reports"]] == ["shrug", ""]
    assert listed["reports"][0]["address"] == "/sessions/2026-05-04_18-30-05/1-shrug/report.html"


def test_a_session_that_broke_off_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "2026-05-04_18-30-05"
    record(folder, {}, frames=120)
    path = folder / FILE
    path.write_bytes(path.read_bytes()[:-5])  # the mark of its end is torn
    (report,) = close_session(folder)
    summary = json.loads(report.with_name("summary.json").read_text())
    assert "broke off" in " ".join(summary["source"]["warnings"])


def test_a_session_without_frames_has_no_report(tmp_path: Path) -> None:
    with Journal(tmp_path / "s", HEAD):
        pass
    with pytest.raises(InputError, match="no frames"):
        close_session(tmp_path / "s")
