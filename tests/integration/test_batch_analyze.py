"""`scapcoach analyze` over many clips, on real processes: bad clips, dead workers, resume."""

from __future__ import annotations

import html
import json
import os
import shutil
import signal
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from scapcoach.errors import CalibrationError
from scapcoach.export.tables import read_landmarks
from scapcoach.recording import calibrate_clip
from tests.support.cli import SAMPLES, OnTerminal, no_traceback
from tests.support.cli import scapcoach as run
from tests.support.tiny import TINY_FRAMES, write_tiny


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.mp4")


@pytest.fixture
def monday(tmp_path: Path, tiny: Path) -> Path:
    """Five good clips, two of one name, one that is none and one that is empty."""
    folder = tmp_path / "monday"
    for name in ("anna/row 1", "anna/row 2", "ben/row 1", "ben/press", "warm-up"):
        path = folder / f"{name}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        # A different end makes another content of it.
        path.write_bytes(tiny.read_bytes() + name.encode())
    (folder / "ben" / "words.mp4").write_text("no video", "utf-8")
    (folder / "ben" / "empty.mp4").touch()
    return folder


def index(out: Path) -> dict[str, dict[str, object]]:
    """Rows of the index by the last two parts of the clip's name."""
    rows = pq.read_table(out / "index.parquet").to_pylist()
    return {"/".join(Path(str(row["clip"])).parts[-2:]): row for row in rows}


def test_a_folder_of_good_and_bad_clips(monday: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("analyze", monday, "--out", out, "--no-video", "--workers", 2)
    assert done.returncode == 1, done.stderr
    no_traceback(done)
    assert "7 clips: 5 done, 2 failed." in done.stdout
    failed = [line for line in done.stderr.splitlines() if line.startswith("failed")]
    assert ["words.mp4" in line or "empty.mp4" in line for line in failed] == [True, True]
    rows = index(out)
    assert {name for name, row in rows.items() if row["status"] == "done"} == {
        "anna/row 1.mp4", "anna/row 2.mp4", "ben/row 1.mp4", "ben/press.mp4", "monday/warm-up.mp4",
    }  # fmt: skip
    assert "empty" in str(rows["ben/empty.mp4"]["reason"])
    assert {rows["anna/row 1.mp4"]["folder"], rows["ben/row 1.mp4"]["folder"]} == {
        "row 1", "row 1-2",
    }  # fmt: skip
    for row in rows.values():
        if row["status"] == "done":
            place = out / str(row["folder"])
            assert row["frames"] == TINY_FRAMES == len(read_landmarks(place / "landmarks.parquet"))
            assert (place / "thumbnail.jpg").stat().st_size > 500
            assert (place / "report.html").is_file()
    page = (out / "summary.html").read_text("utf-8")
    assert page.count('<tr class="done"') == 5
    for row in rows.values():
        assert html.escape(str(row["clip"])) in page


def test_what_is_finished_is_not_done_again(monday: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run("analyze", monday, "--out", out, "--no-video", "--match", "row*", "-q")
    assert first.returncode == 0, first.stderr
    assert (first.stdout, first.stderr) == ("", "")
    before = {p: p.stat().st_mtime_ns for p in out.rglob("summary.json")}
    assert len(before) == 3
    again = run("analyze", monday, "--out", out, "--no-video", "--json")
    assert [line[:6] for line in again.stderr.splitlines()] == ["failed", "failed"]
    assert {p: p.stat().st_mtime_ns for p in before} == before
    found = json.loads(again.stdout)
    by_status = [c["status"] for c in found["clips"]]
    assert sorted(by_status) == ["done"] * 2 + ["failed"] * 2 + ["skipped"] * 3
    assert all(c["summary"]["schema"] for c in found["clips"] if c["status"] != "failed")
    assert Path(found["index"]).is_file()
    assert Path(found["page"]).is_file()
    # An index speaks of everything that is there, also after a run over a part of it.
    part = run("analyze", monday / "ben", "--out", out, "--no-video", "--match", "press*", "-q",
               "--workers", 1, "--force", monday / "warm-up.mp4")  # fmt: skip
    assert part.returncode == 0
    assert sum(row["status"] in ("done", "skipped") for row in index(out).values()) == 5


def test_killed_without_warning_it_goes_on_where_it_was(monday: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with OnTerminal("analyze", monday, "--out", out, "--no-video", "--workers", 1) as terminal:
        terminal.read_until(r"done +.*\.mp4[\s\S]*done +.*\.mp4")
        workers = psutil.Process(terminal.process.pid).children(recursive=True)
        terminal.process.kill()
        terminal.process.wait()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive, "workers go home when nobody is there any more"
    finished = {p.parent.name for p in out.rglob("summary.json")}
    assert 2 <= len(finished) < 5
    again = run("analyze", monday, "--out", out, "--no-video", "--workers", 2)
    assert f"{5 - len(finished)} done, {len(finished)} skipped, 2 failed" in again.stdout


def test_ctrl_c_keeps_everything_and_the_same_command_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for name in ("phantom_shrug_front", "phantom_desk_side", "phantom_row_oblique"):
        shutil.copy(SAMPLES / f"{name}.mp4", folder)
    out = tmp_path / "out"
    with OnTerminal("analyze", folder, "--out", out, "--no-video", "--workers", 2) as terminal:
        terminal.read_until(r"[2-9]\d\d frames +\d+ fps +\d+:\d\d:\d\d left")
        # As a terminal does: to every process of the group.
        for process in psutil.Process(terminal.process.pid).children(recursive=True):
            process.send_signal(signal.SIGINT)
        terminal.process.send_signal(signal.SIGINT)
        code, shown = terminal.finish()
    assert code == 130, shown
    assert "Traceback" not in shown
    assert "not finished" in shown
    kept = [len(read_landmarks(p)) for p in out.glob("*.partial/landmarks.parquet")]
    assert kept
    assert all(30 <= frames < 750 for frames in kept)
    assert not list(out.glob(".*part*"))


def test_a_worker_that_is_killed_costs_nothing(monday: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with OnTerminal("analyze", monday, "--out", out, "--no-video", "--workers", 2) as terminal:
        terminal.read_until(r"done +.*\.mp4")
        workers = [
            p
            for p in psutil.Process(terminal.process.pid).children()
            if "spawn_main" in " ".join(p.cmdline())
        ]
        assert len(workers) == 2
        os.kill(workers[0].pid, signal.SIGKILL)
        code, shown = terminal.finish()
    assert code == 1
    assert "5 done, 2 failed" in shown, shown


def test_a_list_names_everything_for_each_clip(monday: Path, tmp_path: Path) -> None:
    listing = monday / "clips.csv"
    listing.write_text(
        "clip,lifter,subject,calibration\n"
        'anna/row 1.mp4,Anna,"0.5,0.5",\n'
        "ben/row 1.mp4,Ben,,ben/press.mp4\n"
        "ben/press.mp4,Ben,,\n",
        "utf-8",
    )
    done = run("analyze", "--list", listing, "--out", tmp_path / "out", "--no-video")
    assert done.returncode == 1, done.stderr
    rows = index(tmp_path / "out")
    assert {row["lifter"] for row in rows.values()} == {"Anna", "Ben"}
    assert rows["anna/row 1.mp4"]["status"] == rows["ben/press.mp4"]["status"] == "done"
    # What should calibrate it holds no poses: that costs this clip alone.
    assert rows["ben/row 1.mp4"]["status"] == "failed"
    assert "neutral, retract" in str(rows["ben/row 1.mp4"]["reason"])
    summary = json.loads((tmp_path / "out" / "row 1" / "summary.json").read_text("utf-8"))
    assert summary["settings"]["subject"] == "0.5,0.5"
    assert len(list((tmp_path / "out" / ".calibrations").glob("*/landmarks.parquet"))) == 1


def test_a_calibration_clip_is_watched_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, keep = write_tiny(tmp_path / "me.mp4"), tmp_path / "kept"
    with pytest.raises(CalibrationError) as first:
        calibrate_clip(clip, keep=keep)

    def watch(*_: object) -> None:
        raise RuntimeError("watched again")

    monkeypatch.setattr("scapcoach.recording.run.watch", watch)
    with pytest.raises(CalibrationError) as second:
        calibrate_clip(clip, keep=keep)
    assert str(second.value) == str(first.value)
    with pytest.raises(RuntimeError, match="watched again"):
        calibrate_clip(clip)
    clip.write_bytes(clip.read_bytes() + b"another clip")
    with pytest.raises(RuntimeError, match="watched again"):
        calibrate_clip(clip, keep=keep)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--list", "{list}"], "line 3: there is no clip"),
        (["--list", "{list}"], "line 4: subject 'left' is not two numbers"),
        (["--address", "tcp://127.0.0.1:1", "{clip}"], "--engine dask"),
        ([], "CLIP"),
        (["{folder}", "--match", "zzz*"], "zzz*"),
        (["{clip}", "--workers", "0"], "--workers"),
    ],
)
def test_wrong_usage_is_reported_before_any_work(
    monday: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    listing = tmp_path / "list.csv"
    clip = monday / "warm-up.mp4"
    listing.write_text(f"clip,subject\n{clip},\ngone.mp4,\n{monday / 'ben/press.mp4'},left\n")
    words = {"list": listing, "clip": clip, "folder": monday}
    done = run("analyze", *(a.format(**words) for a in arguments), "--out", tmp_path / "out")
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split())
    no_traceback(done)
    assert not (tmp_path / "out").exists()


def test_dask_gives_the_same(monday: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra: pip install -e '.[dask]'")
    out = tmp_path / "out"
    done = run("analyze", monday, "--out", out, "--no-video", "--engine", "dask", "--workers", 2)
    assert "5 done, 2 failed" in done.stdout, done.stderr
    no_traceback(done)
    local = tmp_path / "local"
    assert run("analyze", monday, "--out", local, "--no-video", "-q").returncode == 1
    for path in local.rglob("landmarks.parquet"):
        other = read_landmarks(out / path.relative_to(local))
        assert (read_landmarks(path).xy == other.xy).all()


def test_no_cluster_at_the_address_is_one_sentence(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs the extra: pip install -e '.[dask]'")
    from scapcoach.batch import cluster
    from scapcoach.errors import EngineError

    monkeypatch.setattr(cluster, "_CONNECT", 1.0)
    with (
        pytest.raises(EngineError, match=r"No Dask cluster .* tcp://127.0.0.1:9"),
        cluster.DaskExecutor("tcp://127.0.0.1:9", 1),
    ):
        pass
