"""`scapcoach history` in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scapcoach.history import (
    Alert,
    History,
    HistoryWriter,
    LiftingSession,
    LiftingSet,
    Stamp,
    TracePoint,
)
from tests.support.cli import scapcoach

SUMMARY = Path(__file__).parents[1] / "data" / "v0.1.0" / "clip" / "summary.json"
NOW = Stamp.now()
_TODAY = NOW.local
NOON = Stamp(NOW.utc - 3600 * (_TODAY.hour - 12) - 60 * _TODAY.minute, NOW.offset)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A user data folder with an hour of the two days before today in it."""
    trace = tuple(TracePoint(float(dt), 50.0 - dt, "mild") for dt in range(-30, 10))
    with History(tmp_path / "history.sqlite3") as history:
        journal = HistoryWriter(history)
        for days in (1, 2):
            then = Stamp(NOON.utc - 86400 * days, NOON.offset)
            journal.count(then, "marked", 600)
            journal.count(then, "good", 1200)
        journal.alert(Alert(Stamp(NOON.utc - 86400, NOON.offset), "hunch", "Sit <b>back</b>.",
                            {"nearer, %": 18.0}, trace))  # fmt: skip
        journal.flush()
        sets = (LiftingSet("row", "pull", 10), LiftingSet("bench press", "push", 8))
        history.add_session(LiftingSession(NOW, 60, "row.mp4", sets))
    return tmp_path


def run(data: Path, *arguments: object) -> str:
    found = scapcoach("history", *arguments, SCAPCOACH_DATA_DIR=str(data))
    assert found.returncode == 0, found.stderr
    assert "Traceback" not in found.stderr
    return found.stdout


def test_the_table_and_json_agree(data: Path) -> None:
    assert "33 %" in run(data)
    assert "1.2 pulls for each push" in run(data)
    days = json.loads(run(data, "--json"))["days"]
    assert len(days) == 28
    assert sum(d["minutes"]["marked"] for d in days) == pytest.approx(20)
    assert run(data, "--csv", "--days", "3").count("\n") == 4


def test_why_shows_the_trace(data: Path) -> None:
    text = run(data, "why")
    assert "Sit <b>back</b>." in text
    assert "nearer, %: +18" in text
    assert "66 ####" in text
    assert scapcoach("history", "why", 99, SCAPCOACH_DATA_DIR=str(data)).returncode == 2


def test_the_page_asks_no_network_and_escapes(data: Path, tmp_path: Path) -> None:
    run(data, "--html", tmp_path / "h.html")
    page = (tmp_path / "h.html").read_text()
    assert "Sit &lt;b&gt;back&lt;/b&gt;." in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page


def test_export_and_delete(data: Path, tmp_path: Path) -> None:
    run(data, "export", tmp_path / "out")
    whole = json.loads((tmp_path / "out" / "history.json").read_text())
    assert len(whole["alerts"]) == 1
    assert len((tmp_path / "out" / "lifting.csv").read_text().splitlines()) == 3
    assert "Deleted" in run(data, "delete", "--before", "2000-01-01", "--yes")
    run(data, "delete", "--yes")
    assert "Nothing yet" in run(data)


def test_a_damaged_file_is_reported_on_stderr(data: Path) -> None:
    (data / "history.sqlite3").write_bytes(b"rubbish" * 1000)
    found = scapcoach("history", SCAPCOACH_DATA_DIR=str(data))
    assert found.returncode == 0
    assert "It was kept as" in found.stderr
    assert "Nothing yet" in found.stdout


def summary(folder: Path, exercise: str | None, **more: object) -> Path:
    """A folder of results with these values in its summary.json."""
    data = json.loads(SUMMARY.read_text("utf-8"))
    mean, rep = data["set"]["means"]["retraction_peak"], data["set"]["repetitions"][0]
    data["source"] |= {"name": f"{folder.name}.mp4", "seconds": 31.5}
    data["set"] |= {
        "exercise": exercise, "reps": 8, "load_kg": None, "partial": 1, "score": 71.0,
        "means": {
            "retraction": {**mean, "value": 66.66, "status": "ok"},
            "elevation": {**mean, "value": None, "status": "not_observable"},
        },
        "repetitions": [
            {**rep, "grip": "neutral", "pull_angle": "low"},
            {**rep, "grip": None, "pull_angle": None},
        ],
        **more,
    }  # fmt: skip
    folder.mkdir()
    (folder / "summary.json").write_text(json.dumps(data))
    return folder


def test_analysed_sets_are_logged_as_one_session(tmp_path: Path) -> None:
    row = summary(tmp_path / "row1", "row", load_kg=60)
    bench = summary(tmp_path / "bench", "bench_press", repetitions=[])
    data = tmp_path / "data"
    assert "row (pull), 8 repetitions at 60 kg" in run(data, "log", row, bench)
    with History(data / "history.sqlite3") as history:
        (session,) = history.sessions()
    assert session.source == "row1.mp4, bench.mp4"
    assert session.seconds == 63
    assert session.sets[0] == LiftingSet("row", "pull", 8, 60.0, "neutral", "low",
        {"retraction": 66.66, "score": 71.0, "partial": 1.0})  # fmt: skip
    assert session.sets[1].grip == ""
    assert "1.0 pulls for each push" in run(data)


@pytest.mark.parametrize("broken", ["no summary", "no exercise"])
def test_what_is_no_set_is_not_logged(tmp_path: Path, broken: str) -> None:
    good = summary(tmp_path / "row1", "row")
    bad = summary(tmp_path / "bad", None)
    if broken == "no summary":
        (bad / "summary.json").unlink()
    found = scapcoach("history", "log", good, bad, SCAPCOACH_DATA_DIR=str(tmp_path / "data"))
    assert found.returncode == 1
    assert "bad" in found.stderr
    with History(tmp_path / "data" / "history.sqlite3") as history:
        assert history.sessions() == []
