"""The main job on real video: everything is written, and read back as documented."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import scapcoach
from scapcoach.export.tables import read_landmarks
from scapcoach.measures import SPECS, Status
from scapcoach.pyav import av
from tests.support.cli import SAMPLES, no_traceback
from tests.support.cli import scapcoach as run

CLIP = SAMPLES / "walking_front_portrait.mp4"
OUTPUTS = {"frames.parquet", "frames.csv", "landmarks.parquet", "summary.json", "annotated.mp4",
           "report.html"}  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out put ä")
    done = run("analyze", CLIP, "--out", out, "--csv")
    assert done.returncode == 0, done.stderr
    no_traceback(done)
    return out / CLIP.stem


def test_every_output_is_there_and_nothing_else(results: Path) -> None:
    assert {p.name for p in results.iterdir()} == OUTPUTS
    assert [p.name for p in results.parent.iterdir()] == [CLIP.stem]


def test_frames_have_one_row_per_frame_and_four_columns_per_measure(results: Path) -> None:
    table = pq.read_table(results / "frames.parquet")
    with av.open(str(CLIP)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert table.num_rows == frames
    expected = ["t", "view", "yaw", "yaw_sigma"]
    for name, spec in SPECS.items():
        expected += [name, f"{name}_sigma", f"{name}_status", f"{name}_reason"]
        if spec.has_degrees:
            expected += [f"{name}_deg", f"{name}_deg_sigma"]
    assert sorted(table.column_names) == sorted(expected)
    t = table["t"].to_numpy()
    assert t[0] == 0
    assert (np.diff(t) > 0).all()


def test_a_withheld_value_is_empty_in_every_format(results: Path) -> None:
    table = pq.read_table(results / "frames.parquet").to_pydict()
    csv = pyarrow.csv.read_csv(results / "frames.csv").to_pydict()
    labels = {s.label for s in Status}
    for name in SPECS:
        for i, status in enumerate(table[f"{name}_status"]):
            assert status in labels
            if status not in ("ok", "relative"):
                assert table[name][i] is None
                assert csv[name][i] is None
            assert (table[f"{name}_reason"][i] in (None, "")) == (
                status in ("ok", "no_person", "subject_changed")
            )


def test_the_summary_says_how_it_was_made(results: Path) -> None:
    summary = json.loads((results / "summary.json").read_text("utf-8"))
    assert summary["schema"].startswith("scapcoach.summary/")
    text = json.dumps(summary)
    for needed in ('"auto"', "sha256", "full", scapcoach.__version__, CLIP.name):
        assert needed in text
    assert 1 <= len(summary["headline"]) <= 3


def test_the_annotated_video_plays_in_a_browser_and_keeps_its_sound(results: Path) -> None:
    with av.open(str(results / "annotated.mp4")) as made, av.open(str(CLIP)) as source:
        stream = made.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert max(stream.width, stream.height) <= 1280
        assert len(made.streams.audio) == len(source.streams.audio) == 1
        times = [f.time for f in made.decode(video=0)]
        original = [f.time for f in source.decode(video=0)]
    np.testing.assert_allclose(np.diff(times), np.diff(original), atol=2e-3)


def test_landmarks_come_back_as_poses(results: Path) -> None:
    poses = read_landmarks(results / "landmarks.parquet")
    assert poses.size == (720, 1280)
    assert poses.present.mean() > 0.8


def test_a_second_run_skips_and_force_does_it_again(results: Path) -> None:
    before = (results / "summary.json").stat().st_mtime_ns
    again = run("analyze", CLIP, "--out", results.parent, "--csv")
    assert again.returncode == 0
    assert again.stdout.startswith("skipped")
    assert (results / "summary.json").stat().st_mtime_ns == before
    forced = run("analyze", CLIP, "--out", results.parent, "--csv", "--force", "--no-video")
    assert forced.stdout.startswith("done")
    assert not (results / "annotated.mp4").exists()
    # Back to what the other tests expect; the landmarks are not sought again for it.
    assert run("analyze", CLIP, "--out", results.parent, "--csv").returncode == 0
    assert (results / "annotated.mp4").exists()


def test_json_is_the_only_thing_on_stdout(tmp_path: Path) -> None:
    bad = tmp_path / "not a video.mp4"
    bad.write_text("hello", "utf-8")
    done = run("analyze", bad, CLIP, "--out", tmp_path / "out", "--no-video", "--json")
    assert done.returncode == 1
    clips = json.loads(done.stdout)["clips"]
    assert [c["status"] for c in clips] == ["failed", "done"]
    assert "not a video.mp4" in clips[0]["error"]
    assert Path(clips[1]["folder"], "report.html").is_file()
    no_traceback(done)


def test_two_clips_of_one_name_get_two_folders(tmp_path: Path) -> None:
    for name, source in (("a", CLIP), ("b", SAMPLES / "walking_back_portrait.mp4")):
        (tmp_path / name).mkdir()
        shutil.copy(source, tmp_path / name / "clip.mp4")
    out = tmp_path / "out"
    done = run("analyze", tmp_path, "--out", out, "--no-video", "-q")
    assert done.returncode == 0, done.stderr
    assert {p.name for p in out.iterdir() if p.is_dir()} == {"clip", "clip-2"}
    # Alone and later, each still finds its own folder.
    again = run("analyze", tmp_path / "b" / "clip.mp4", "--out", out, "--no-video")
    assert "skipped" in again.stdout
    assert "clip-2" in again.stdout


def test_the_library_gives_the_same_without_writing(results: Path) -> None:
    found = scapcoach.analyze(CLIP)
    assert found.folder is None
    table = pq.read_table(results / "frames.parquet")
    elevation = table["elevation_deg"].to_numpy(zero_copy_only=False)
    np.testing.assert_allclose(found.measures["elevation"].deg, elevation, atol=1e-3)


def test_subject_and_segments_and_profile(tmp_path: Path) -> None:
    segments = tmp_path / "segments.csv"
    segments.write_text("start,end,pose\n0.0,0.5,neutral\n", "utf-8")
    environment = {"SCAPCOACH_DATA_DIR": str(tmp_path / "data")}
    made = run("calibrate", CLIP, "--profile", "walker", "--calibration-segments", segments,
               **environment)  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "walker" in run("profiles", **environment).stdout
    done = run("analyze", CLIP, "--profile", "walker", "--subject", "0.5,0.5", "--no-video",
               "--out", tmp_path / "out", **environment)  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / "out" / CLIP.stem / "summary.json").read_text("utf-8"))
    assert '"profile"' in json.dumps(summary)
    other = run("analyze", CLIP, "--profile", "walker", "--model", "lite", "--out",
                tmp_path / "lite", **environment)  # fmt: skip
    assert other.returncode == 1
    assert "another pose model" in other.stderr
    assert run("profiles", "delete", "walker", "--yes", **environment).returncode == 0
    assert "No profiles yet" in run("profiles", "list", **environment).stdout
