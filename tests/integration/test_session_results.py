"""Sessions as files: one exercise or several, whole or broken off, twice the same."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from scapcoach.errors import InputError
from scapcoach.media.recorder import CameraVideo
from scapcoach.recording.sessions import close_session
from scapcoach.session.film import SessionFilm
from scapcoach.session.journal import JOURNAL_FILE, Journal
from scapcoach.session.replay import Session, begin
from scapcoach.sources.frames import Frame
from scapcoach.sources.video import VideoFile
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
        session = Session(begin(HEAD), journal)
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


def test_an_exercise_from_a_file_has_its_results_in_the_session_too(tmp_path: Path) -> None:
    packaged = files("scapcoach.coaching").joinpath("exercises", "row.toml").read_text("utf-8")
    own = tmp_path / "mine" / "my row.toml"
    own.parent.mkdir()
    own.write_text(packaged, "utf-8")
    folder = tmp_path / "2026-05-04_18-30-05"
    record(folder, {200: str(own)})
    reports = close_session(folder)
    assert [r.parent.name for r in reports] == ["1-shrug", "2-my_row"]
    assert all(r.is_relative_to(folder) for r in reports)


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
    path = folder / JOURNAL_FILE
    path.write_bytes(path.read_bytes()[:-5])  # the mark of its end is torn
    (report,) = close_session(folder)
    summary = json.loads(report.with_name("summary.json").read_text())
    assert "broke off" in " ".join(summary["source"]["warnings"])


def test_a_session_without_frames_has_no_report(tmp_path: Path) -> None:
    with Journal(tmp_path / "s", HEAD):
        pass
    with pytest.raises(InputError, match="no frames"):
        close_session(tmp_path / "s")


def film(
    folder: Path, shown: range, switches: dict[int, str] | None = None, frames: int = 150
) -> np.ndarray:
    """A session that is filmed, but for the frames that are not in `shown`; times of its frames."""
    raw = protocol_clip()[60 : 60 + frames]
    with Journal(folder, HEAD) as journal, CameraVideo(folder / "camera.mp4", (640, 480)) as video:
        session, taken = (
            Session(begin(HEAD), journal),
            SessionFilm(video, journal),
        )
        for i in range(len(raw)):
            if i in (switches or {}):
                session.exercise({"name": switches[i], "focus": "internal"})
            if i in shown:
                image = np.full((480, 640, 3), 60 + i % 120, np.uint8)
                while video.written < shown.index(i) + 1:
                    taken.add(Frame(i, float(raw.t[i]), image))
            session.step(raw[i : i + 1])
    return raw.t


def test_a_filmed_session_gets_its_annotated_video_and_a_report_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "2026-05-04_18-30-05"
    shown = range(30, 150, 2)
    t = film(folder, shown)
    reported: list[tuple[str, int]] = []
    (report,) = close_session(
        folder, progress=lambda stage, done, _total: reported.append((stage, done))
    )
    assert "<video" in report.read_text()
    assert reported[-1] == ("video", shown[-1] + 1)
    with VideoFile(folder / "annotated.mp4") as source:
        frames = list(source)
    # The time is the report's: the first picture stands from 0 until the film begins.
    wanted = [0.0, *(t[i] for i in shown)]
    np.testing.assert_allclose([f.t for f in frames], wanted, atol=3e-5)
    # Each picture has the landmarks of its own moment: its grey is that of its frame's number.
    for frame, i in zip(frames[1:], shown, strict=True):
        assert abs(np.median(frame.image) - (60 + i % 120)) < 4
    close_session(folder, video=False)
    assert "<video" not in report.read_text()


def test_each_exercise_of_a_filmed_session_has_its_own_part_of_the_video(tmp_path: Path) -> None:
    folder = tmp_path / "2026-05-04_18-30-05"
    t = film(folder, range(150), {160: "row"}, frames=320)
    first, second = close_session(folder)
    with VideoFile(first.with_name("annotated.mp4")) as source:
        assert [f.t for f in source][-1] == pytest.approx(t[149], abs=1e-4)
    # The film had ended when the second exercise began.
    assert not second.with_name("annotated.mp4").exists()
    assert "<video" not in second.read_text()


def test_a_film_that_broke_off_at_once_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "2026-05-04_18-30-05"
    film(folder, range(10))
    path = folder / "camera.mp4"
    path.write_bytes(path.read_bytes()[:40])
    (report,) = close_session(folder)
    assert "<video" not in report.read_text()
