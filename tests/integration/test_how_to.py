"""What the how-to pages say works: their examples are put in place, and seen to take effect."""

from __future__ import annotations

import csv
import json
import re
import sys
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from PIL import Image

from scapcoach.errors import CameraError, ModelError
from scapcoach.export import formats
from scapcoach.export.tables import frames_table, read_landmarks
from scapcoach.measures import Status, measure, registry
from scapcoach.pose import engines
from scapcoach.report.plots import plot_groups
from scapcoach.sources import cameras
from scapcoach.sources.camera import Camera
from tests.support.cli import ROOT, SAMPLES, scapcoach
from tests.support.how_to import page
from tests.support.synthetic import synthetic_poses
from tests.support.tiny import TINY_FRAMES, write_tiny

if TYPE_CHECKING:
    from pathlib import Path


def test_an_output_format_is_one_file_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = page("add-an-output-format.md")
    example.add_files(monkeypatch)
    entry = example.entry("FORMATS", formats)
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, entry))
    monkeypatch.delitem(sys.modules, "scapcoach.cli.analyze", raising=False)
    from scapcoach.cli.analyze import command

    clip = write_tiny(tmp_path / "clip.mp4")
    arguments = [clip, "--jsonl", "--no-video", "--model", "lite", "-o", tmp_path / "out"]
    done = CliRunner().invoke(command, list(map(str, arguments)), standalone_mode=False)
    assert done.exception is None, done.output
    lines = (tmp_path / "out" / "clip" / "frames.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == TINY_FRAMES
    table = pq.read_table(tmp_path / "out" / "clip" / "frames.parquet")
    assert [json.loads(line) for line in lines] == table.to_pylist()
    summary = json.loads((tmp_path / "out" / "clip" / "summary.json").read_text("utf-8"))
    assert summary["settings"]["jsonl"] is True
    assert summary["settings"]["csv"] is False


def test_a_measure_is_one_file_and_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    example = page("add-a-measure.md")
    example.add_files(monkeypatch)
    spec = example.entry("MEASURES", registry)
    monkeypatch.setitem(registry._BY_NAME, spec.name, spec)
    poses = synthetic_poses(60)
    measures = measure(poses, None)
    assert measures["hip_tilt"].judged.any()
    assert (measures["hip_tilt"].status[poses.subject < 0] == Status.NO_PERSON).all()
    assert {"hip_tilt", "hip_tilt_sigma", "hip_tilt_status"} <= set(
        frames_table(measures).column_names
    )
    assert "Hip tilt" in {group["title"] for group in plot_groups(measures)}


def test_a_pose_engine_is_one_file_and_one_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = page("add-a-pose-engine.md")
    example.add_files(monkeypatch)
    entry = example.entry("ENGINES", engines)
    monkeypatch.setattr(engines, "ENGINES", (*engines.ENGINES, entry))
    assert engines.model_names() == ("lite", "full", "heavy", "recorded")
    with pytest.raises(ModelError, match="SCAPCOACH_LANDMARKS names no file"):
        engines.open_engine("recorded")
    clip = write_tiny(tmp_path / "clip.mp4")
    poses = synthetic_poses(TINY_FRAMES, (320, 240), fps=30.0)
    arrays = ("t", "xy", "world", "visibility", "presence")
    np.savez(tmp_path / "landmarks.npz", **{name: getattr(poses, name) for name in arrays})
    monkeypatch.setenv("SCAPCOACH_LANDMARKS", str(tmp_path / "landmarks.npz"))
    for name in ("options", "analyze"):  # they take the names of the models when imported
        monkeypatch.delitem(sys.modules, f"scapcoach.cli.{name}", raising=False)
    monkeypatch.delattr(sys.modules["scapcoach.cli"], "options", raising=False)
    from scapcoach.cli.analyze import command

    arguments = [clip, "--model", "recorded", "--no-video", "-o", tmp_path / "out"]
    done = CliRunner().invoke(command, list(map(str, arguments)), standalone_mode=False)
    assert done.exception is None, done.output
    found = read_landmarks(tmp_path / "out" / "clip" / "landmarks.parquet")
    assert found.present.any()
    nearest = [int(np.argmin(np.abs(poses.t - t))) for t in found.t]
    np.testing.assert_allclose(found.xy, poses.xy[nearest], atol=1e-3)
    summary = json.loads((tmp_path / "out" / "clip" / "summary.json").read_text("utf-8"))
    assert summary["model"]["name"] == "recorded"


def test_a_kind_of_camera_is_one_file_and_one_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = page("add-a-camera.md")
    example.add_files(monkeypatch)
    named = f"folder://{tmp_path}"
    with pytest.raises(CameraError, match="folder:// is not a camera address"):
        Camera(named)
    entry = example.entry("CAMERAS", cameras)
    monkeypatch.setattr(cameras, "CAMERAS", (entry, *cameras.CAMERAS))
    with pytest.raises(CameraError, match=r"holds no \.jpg picture"), Camera(named):
        pass
    for level in (60, 200):
        Image.new("RGB", (64, 48), (level, 0, 0)).save(tmp_path / f"{level}.jpg", quality=95)
    with Camera(named) as camera:
        assert camera.live
        assert camera.info.name == tmp_path.name
        frames = [camera.newest(timeout=2.0) for _ in range(3)]
    reds = [int(frame.image[0, 0, 0]) for frame in frames if frame is not None]
    assert len(reds) == 3
    assert {round(red / 20) * 20 for red in reds} == {60, 200}


def test_an_exercise_is_one_file(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "how-to" / "add-an-exercise.md").read_text("utf-8")
    found = re.search(r"<!-- exercise: (\S+) -->\n```toml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    path = tmp_path / found[1]
    path.write_text(found[2], "utf-8")
    shown = scapcoach("exercises", path)
    assert shown.returncode == 0, shown.stderr
    assert "Towel row (towel_row)" in shown.stdout
    assert "Shoulders hiked at the finish" in shown.stdout
    clip, out = SAMPLES / "phantom_row_shrugged_oblique.mp4", tmp_path / "out"
    done = scapcoach(
        "analyze", clip, "--exercise", path, "--model", "lite", "--no-video", "-o", out
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / clip.stem / "summary.json").read_text("utf-8"))
    with clip.with_suffix(".truth.csv").open(encoding="utf-8") as file:
        truth = {row["rep"] for row in csv.DictReader(file)} - {"0"}
    assert summary["set"]["exercise"] == "towel_row"
    assert summary["set"]["reps"] == len(truth)
