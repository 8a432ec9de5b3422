"""A rendered row with truth through the whole path: every output knows its repetitions."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import scapcoach
from scapcoach.coaching import find_exercise
from scapcoach.pyav import av
from scapcoach.recording import Options
from tests.support.cli import SAMPLES, no_traceback
from tests.support.cli import scapcoach as run
from tests.support.pages import chromium, contrast, errors, screen, visit, wait_for
from tests.support.subtitles import read_srt, read_vtt

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIP = SAMPLES / "phantom_row_oblique.mp4"
CALIBRATION = SAMPLES / "phantom_row_calibration_oblique.mp4"
OUTPUTS = {
    "annotated.mp4", "cues.srt", "cues.vtt", "frames.csv", "frames.parquet", "landmarks.parquet",
    "landmarks.trc", "recording.rrd", "report.html", "reps.csv", "reps.parquet", "summary.json",
}  # fmt: skip


def truth() -> dict[int, tuple[float, float]]:
    """Repetition to (start, end) in seconds, as the body was posed."""
    with CLIP.with_suffix(".truth.csv").open(encoding="utf-8") as file:
        rows = [(int(r["rep"]), float(r["t"])) for r in csv.DictReader(file) if int(r["rep"])]
    numbers = sorted({n for n, _ in rows})
    return {
        n: (min(t for k, t in rows if k == n), max(t for k, t in rows if k == n)) for n in numbers
    }


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("rerun")
    out = tmp_path_factory.mktemp("sets")
    done = run("analyze", CLIP, "--calibration", CALIBRATION, "--exercise", "row", "--load",
               "132lb", "--csv", "--trc", "--rrd", "--out", out)  # fmt: skip
    assert done.returncode == 0, done.stderr
    no_traceback(done)
    assert "Row, low: 7 repetitions, score" in done.stdout
    return out / CLIP.stem


@pytest.fixture(scope="module")
def summary(results: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((results / "summary.json").read_text("utf-8"))
    return found


def test_every_output_is_there_and_nothing_else(results: Path) -> None:
    assert {p.name for p in results.iterdir()} == OUTPUTS
    assert [p.name for p in results.parent.iterdir()] == [CLIP.stem]


def test_the_repetitions_are_those_of_the_truth_in_every_output(
    results: Path, summary: dict[str, Any]
) -> None:
    posed = truth()
    assert len(posed) == 7
    table = pq.read_table(results / "reps.parquet").to_pylist()
    with (results / "reps.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    listed = summary["set"]["repetitions"]
    assert summary["set"]["reps"] == len(table) == len(lines) == len(listed) == len(posed)
    for row, line, one, (number, (start, end)) in zip(
        table, lines, listed, posed.items(), strict=True
    ):
        assert row["rep"] == int(line["rep"]) == one["rep"] == number
        assert start - 0.2 <= row["start"] < row["peak_start"] <= row["peak_end"] < row["end"]
        assert row["end"] <= end + 0.2
        assert float(line["start"]) == pytest.approx(row["start"], abs=1e-3)
        assert one["start"] == pytest.approx(row["start"], abs=1e-5)
        assert row["load_kg"] == pytest.approx(59.87, abs=0.01)


def test_what_the_body_did_is_what_the_coach_saw(summary: dict[str, Any]) -> None:
    """Posed: good, lazy, shrugged, with trunk swing, good, half, hyper-retracted."""
    found = summary["set"]
    seen = {r["rep"]: r["faults"] for r in found["repetitions"]}
    assert seen[1] == seen[7] == []
    assert seen[2] == ["lazy_blades"]
    assert seen[3] == ["shrugged"]
    assert "swing" in seen[4]
    assert found["worst"] == 2
    assert found["best"] in {1, 5, 7}
    peak = {r["rep"]: r["values"]["retraction_peak"]["value"] for r in found["repetitions"]}
    assert peak[2] < peak[6] < peak[1]
    assert peak[4] is None


def test_a_value_that_is_withheld_is_empty_with_its_reason(results: Path) -> None:
    rows = pq.read_table(results / "reps.parquet").to_pylist()
    names = [
        k.removesuffix("_status")
        for k in rows[0]
        if f"{k.removesuffix('_status')}_sigma" in rows[0]
    ]
    withheld = 0
    for row in rows:
        for name in names:
            if row[f"{name}_status"] not in ("ok", "relative"):
                withheld += 1
                assert row[name] is None
                assert row[f"{name}_reason"]
    assert withheld  # the trunk swings in the fourth: nothing about its blades can be said


def test_cues_are_the_same_in_subtitles_and_summary(results: Path, summary: dict[str, Any]) -> None:
    listed = [(c["t"], c["until"], c["text"]) for c in summary["set"]["cues"]]
    shown = read_srt(results / "cues.srt")
    assert shown == read_vtt(results / "cues.vtt")
    assert [text for _, _, text in shown] == [text for _, _, text in listed]
    for (a, b, _), (begin, end, _) in zip(shown, listed, strict=True):
        assert a == pytest.approx(begin, abs=2e-3)
        assert b <= end + 2e-3


def test_the_video_shows_the_counter(results: Path) -> None:
    """Digits differ between repetitions, in the corner where the counter stands."""
    posed = truth()
    wanted = [posed[n][1] + 0.25 for n in (1, 2, 3)]
    corners = []
    with av.open(str(results / "annotated.mp4")) as made, av.open(str(CLIP)) as source:
        for drawn, plain in zip(made.decode(video=0), source.decode(video=0), strict=True):
            if wanted and drawn.time >= wanted[0]:
                wanted.pop(0)
                corner = (slice(0, 90), slice(-90, None))
                picture = drawn.to_ndarray(format="rgb24")[corner].astype(int)
                raw = plain.to_ndarray(format="rgb24")[corner].astype(int)
                assert np.abs(picture - raw).mean() > 20
                corners.append(picture)
    assert len(corners) == 3
    assert all(np.abs(a - b).max() > 100 for a, b in pairwise(corners))


def test_the_markers_are_the_landmarks_of_the_frames(results: Path) -> None:
    lines = (results / "landmarks.trc").read_text("utf-8").splitlines()
    frames = pq.read_metadata(results / "frames.parquet").num_rows
    assert lines[2].split("\t")[2:5] == [str(frames), "33", "m"]
    assert len(lines) == 6 + frames


def test_another_exercise_keeps_the_landmarks_and_asks_no_network(
    results: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only coaching and outputs are done again: the pose model is not even opened."""
    from scapcoach.pose import mediapipe

    def not_again(*_a: object, **_k: object) -> None:
        pytest.fail("poses were sought again")

    out = tmp_path / "out"
    shutil.copytree(results.parent, out)
    monkeypatch.setattr(mediapipe, "MediaPipePose", not_again)
    options = Options(exercise="high_row", focus="internal", video=False)
    found = scapcoach.analyze(CLIP, out=out, options=options)
    assert not found.skipped
    assert found.summary["set"]["exercise"] == "high_row"
    assert found.summary["set"]["focus"] == "internal"
    assert not (out / CLIP.stem / "annotated.mp4").exists()
    assert scapcoach.analyze(CLIP, out=out, options=options).skipped
    plain = scapcoach.analyze(CLIP, out=out, options=replace(options, exercise=None))
    assert not plain.skipped
    assert plain.coached is None
    assert "set" not in plain.summary
    assert not (out / CLIP.stem / "reps.parquet").exists()
    auto = scapcoach.analyze(CLIP, out=out, options=replace(options, exercise="auto"))
    assert auto.coached is not None
    assert auto.coached.exercise.name == "row"
    # A file is known by what is in it, wherever it lies.
    own = tmp_path / "own.toml"
    own.write_text(_toml_of("row").replace('name = "row"', 'name = "my_row"'), "utf-8")
    mine = replace(options, exercise=str(own))
    assert scapcoach.analyze(CLIP, out=out, options=mine).summary["set"]["exercise"] == "my_row"
    moved = own.rename(tmp_path / "elsewhere.toml")
    assert scapcoach.analyze(CLIP, out=out, options=replace(mine, exercise=str(moved))).skipped
    moved.write_text(moved.read_text("utf-8").replace("Trunk swings", "Swaying"), "utf-8")
    changed = scapcoach.analyze(CLIP, out=out, options=replace(mine, exercise=str(moved)))
    assert not changed.skipped


def _toml_of(name: str) -> str:
    from importlib.resources import files

    path = find_exercise(name).path
    return files("scapcoach.coaching").joinpath("exercises", path).read_text("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from chromium()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_report_shows_the_set_on_a_desk_and_on_a_phone(
    results: Path, browser: Any, width: int, dark: bool
) -> None:
    screen(browser, width, dark=dark)
    visit(browser, results / "report.html")
    wait_for(browser, "document.querySelector('video').readyState >= 1")
    assert errors(browser) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    rows = browser.find_elements("css selector", ".reps tbody tr")
    assert len(rows) == 7
    lines = "return document.querySelectorAll('.small:first-child .rep').length"
    assert browser.execute_script(lines) == 7
    assert browser.find_element("css selector", ".nexttime").text.count("\n") <= 4
    pair = browser.find_elements("css selector", ".pair img")
    assert [image.get_property("naturalWidth") for image in pair] == [640, 640]
    tops = [image.location["y"] for image in pair]
    assert (tops[0] == tops[1]) == (width > 500)  # side by side, or one below the other
    faint = browser.execute_script(
        "const paper = getComputedStyle(document.querySelector('.set')).backgroundColor;"
        "return ['.nexttime', '.nexttime b', '.set .note', '.set h3', '.faults span', '.reps td',"
        " '.cues li', '.cues small', '.graph .tick', '.phases', '.small figcaption span', '.go',"
        " '.pair i', '.legend.reps span'].map(q => [q, "
        "getComputedStyle(document.querySelector(q)).color, paper]);"
    )
    assert [q for q, ink, paper in faint if contrast(ink, paper) < 4.5] == []
    # A repetition's number is a way into the video.
    button = rows[2].find_element("css selector", ".go")
    browser.execute_script("arguments[0].click()", button)
    start = float(button.get_attribute("data-t"))
    wait_for(browser, f"Math.abs(document.querySelector('video').currentTime - {start}) < 0.1")


def test_where_nothing_is_recognised_or_repeated_it_is_said_and_nothing_is_made_up(
    tmp_path: Path,
) -> None:
    clip = SAMPLES / "walking_front_portrait.mp4"
    options = Options(exercise="auto", video=False, formats=("csv",))
    found = scapcoach.analyze(clip, out=tmp_path, options=options)
    assert found.coached is None
    assert found.summary["set"]["exercise"] is None
    assert found.summary["set"]["reason"] == found.warnings[-1]
    folder = tmp_path / clip.stem
    assert found.warnings[-1] in (folder / "report.html").read_text("utf-8")
    assert not (folder / "reps.parquet").exists()
    walked = scapcoach.analyze(clip, out=tmp_path, options=replace(options, exercise="row"))
    assert walked.summary["set"]["reps"] == 0
    assert pq.read_metadata(folder / "reps.parquet").num_rows == 0
    assert read_srt(folder / "cues.srt") == read_vtt(folder / "cues.vtt") == []
    assert walked.summary["set"]["next_time"].startswith("No repetitions")


def test_a_comparison_of_the_results_with_themselves_finds_nothing(
    results: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    done = run("compare", results, results, "--html", page)
    assert done.returncode == 0, done.stderr
    no_traceback(done)
    assert "No clear difference" in done.stdout
    assert page.is_file()
    as_json = run("compare", results, results.parent, "--json")
    found = json.loads(as_json.stdout)
    assert found["a"]["exercises"] == {"row": 7}
    assert {d["verdict"] for d in found["differences"]} <= {
        "no clear difference", "not comparable",
    }  # fmt: skip


BAD_FILES = {
    "no toml": ("name = ", r"not valid TOML"),
    "a fault without key": (
        '[[fault]]\ntitle = "x"\n', r"line \d+",
    ),
    "empty": ("", r"name"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FILES)
def test_an_exercise_file_with_errors_is_reported_before_any_work(
    tmp_path: Path, kind: str
) -> None:
    text, expected = BAD_FILES[kind]
    bad = tmp_path / "bad.toml"
    bad.write_text(text, "utf-8")
    done = run("analyze", CLIP, "--exercise", bad, "--out", tmp_path / "out")
    assert done.returncode == 2, done.stderr
    no_traceback(done)
    assert re.search(expected, done.stderr), done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--exercise", "rwo"], "Did you mean 'row'"),
        (["--exercise", "missing.toml"], "missing.toml"),
        (["--load", "heavy"], "'heavy' is not a load"),
        (["--focus", "inner"], "'inner' is not one of"),
    ],
)
def test_wrong_usage_is_reported_with_the_right_one(
    tmp_path: Path, arguments: list[str], expected: str
) -> None:
    done = run("analyze", CLIP, *arguments, "--out", tmp_path / "out")
    assert done.returncode == 2
    no_traceback(done)
    assert expected in " ".join(done.stderr.split()).replace("│ ", "")
    assert not (tmp_path / "out").exists()


def test_without_the_rerun_sdk_the_extra_is_named_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "rerun.py").write_text("raise ImportError", "utf-8")
    done = run("analyze", CLIP, "--rrd", "--out", tmp_path / "out", PYTHONPATH=_path(tmp_path))
    assert done.returncode == 2
    no_traceback(done)
    assert 'pip install "scapcoach[rerun]"' in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("limit", [60_000, 600_000])
def test_a_full_disk_keeps_the_old_results_and_says_so(
    results: Path, tmp_path: Path, limit: int
) -> None:
    """No file may grow past the limit: tables, or the recording."""
    out = tmp_path / "out"
    shutil.copytree(results.parent, out)
    before = {p.name: p.read_bytes() for p in (out / CLIP.stem).iterdir()}

    def tiny_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-m", "scapcoach", "analyze", str(CLIP), "--exercise", "high_row", "--trc",
         "--rrd", "--no-video", "--out", str(out)],
        capture_output=True, text=True, preexec_fn=tiny_files, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    no_traceback(done)
    assert "file size" in done.stderr
    assert {p.name: p.read_bytes() for p in (out / CLIP.stem).iterdir()} == before


def test_no_permission_for_a_page_is_reported(results: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    done = run("compare", results, results, "--html", tmp_path / "page.html" / "x" / "y.html")
    assert done.returncode == 0, done.stderr  # folders are made
    done = run("compare", results, results, "--html", results / "summary.json" / "page.html")
    assert done.returncode == 1
    assert "There is a file where a folder" in done.stderr
    no_traceback(done)


def _path(first: Path) -> str:
    root = Path(__file__).resolve().parents[2]
    return os.pathsep.join([str(first), str(root / "src"), str(root)])


def test_comparing_what_is_no_result_is_reported(tmp_path: Path) -> None:
    done = run("compare", tmp_path, tmp_path)
    assert done.returncode == 1
    assert "holds no results" in done.stderr
    no_traceback(done)
