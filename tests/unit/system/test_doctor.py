"""The doctor: each failure is found, and says what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from scapcoach import installed, system_libraries
from scapcoach.errors import ModelError
from scapcoach.system import doctor
from scapcoach.system.doctor import SystemCheck, render, run_checks

ROOT = Path(__file__).parents[3]


def only(looks):
    (check,) = looks
    return check


@pytest.fixture
def versions(monkeypatch):
    """Installed packages by version, all as declared; to be changed by the test."""
    needed = {
        name: installed.Needed(name, "2.1", "4")
        for name in ("av", "click", "numpy", "rich", "opencv-python")
    }
    needed["mediapipe"] = installed.Needed("mediapipe", "0.10.30", "0.10.32")
    found = {**dict.fromkeys(needed, "3.0"), "mediapipe": "0.10.31"}
    monkeypatch.setattr(installed, "declared", lambda: needed)
    monkeypatch.setattr(installed, "version_of", found.get)
    monkeypatch.setattr(sys, "prefix", "/nowhere")
    return found


@pytest.fixture
def linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def devices(monkeypatch, linux):
    """What lies in /dev; to be filled by the test."""
    found = []
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(found))
    return found


def test_everything_that_videos_need_works_here():
    checks = run_checks()
    assert [check.name for check in checks] == [
        "python", "packages", "privacy", "opencv", "models", "video", "pose", "data folder",
        "disk", "camera", "display", "voice",
    ]  # fmt: skip
    wrong = [c for c in checks if c.state == "fail"]
    assert wrong == []
    # Everything but "ok" says what to do.
    assert all(check.advice for check in checks if check.state != "ok")
    assert json.loads(json.dumps([asdict(check) for check in checks]))[0]["name"] == "python"
    assert re.search(r"starts in \d+\.\d s, a first look takes \d+ ms", checks[6].message)


def test_a_voice_is_named_and_how_to_get_one(monkeypatch, linux, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    check = only(doctor._voice())
    assert (check.state, check.message) == ("warn", "There is no voice on this computer")
    assert "espeak-ng alsa-utils" in check.advice
    for name in ("espeak-ng", "aplay"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    assert only(doctor._voice()) == SystemCheck("voice", "ok", "espeak-ng")


def test_old_python(monkeypatch):
    monkeypatch.setattr(installed, "lowest_python", lambda: "99.0")
    check = only(doctor._python())
    assert check.state == "fail"
    assert "99.0" in check.advice


def test_missing_and_old_packages(versions):
    versions["av"] = "1.9"
    versions["rich"] = None
    versions["click"] = "2.10.1rc2"
    check = only(doctor._packages())
    assert check.state == "fail"
    assert "rich missing" in check.message
    assert check.advice == 'python -m pip install "av>=2.1,<4" "rich>=2.1,<4"'


def test_packages_that_nobody_has_tried(versions):
    versions["av"] = "4.0.1"
    check = only(doctor._packages())
    assert check.state == "warn"
    assert check.message.endswith("newer than any that was tried: av")
    assert check.advice == 'python -m pip install "av>=2.1,<4"'
    versions["rich"] = "1.0"
    check = only(doctor._packages())
    assert check.state == "fail"
    assert check.advice == 'python -m pip install "rich>=2.1,<4" "av>=2.1,<4"'


def test_a_source_tree_that_was_never_installed(monkeypatch):
    monkeypatch.setattr(installed, "declared", lambda: None)
    check = only(doctor._packages())
    assert check.state == "warn"
    assert "not known" in check.message
    assert check.advice.endswith("install .")


@pytest.mark.parametrize(
    ("version", "state"),
    [("0.10.31", "ok"), ("0.10.32", "warn"), ("0.10.35", "fail"), ("1.2.3", "fail")],
)
def test_a_mediapipe_that_reports_its_use(versions, version, state):
    versions["mediapipe"] = version
    check = only(doctor._privacy())
    assert check.state == state
    assert version in check.message
    if state == "fail":
        assert "to Google (play.googleapis.com)" in check.message
    if state != "ok":
        assert check.advice.endswith('python -m pip install "mediapipe>=0.10.30,<0.10.32"')


def test_privacy_has_nothing_to_say_without_mediapipe(versions):
    versions["mediapipe"] = None
    assert list(doctor._privacy()) == []


RENEW = '&& python -m pip install "opencv-python>=2.1,<4"'


def test_two_owners_of_the_cv2_folder(versions):
    versions["opencv-contrib-python"] = "4.10"
    check = only(doctor._opencv())
    assert check.state == "fail"
    assert "opencv-python and opencv-contrib-python" in check.message
    assert check.advice == (
        f"python -m pip uninstall -y opencv-python opencv-contrib-python {RENEW}"
    )


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("opencv-python-headless", "cannot open the live window"),
        ("opencv-contrib-python-headless", "cannot open the live window"),
        ("opencv-contrib-python", "does as well"),
    ],
)
def test_another_opencv_package(versions, package, message):
    del versions["opencv-python"]
    versions[package] = "3.0"
    check = only(doctor._opencv())
    assert check.state == "warn"
    assert message in check.message
    assert check.advice == f"python -m pip uninstall -y {package} {RENEW}"


@pytest.mark.parametrize(
    ("version", "state"), [("2.0", "fail"), ("2.1", "ok"), ("4.0", "warn"), (None, "ok")]
)
def test_the_version_of_opencv(versions, version, state):
    versions["opencv-python"] = version
    check = only(doctor._opencv())
    assert check.state == state
    if state != "ok":
        assert check.advice == 'python -m pip install "opencv-python>=2.1,<4"'


def test_cv2_that_went_away_with_another_package(versions, monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    monkeypatch.setattr("builtins.__import__", _without("cv2", __import__))
    check = only(doctor._opencv())
    assert check.state == "fail"
    assert check.advice == 'python -m pip install --force-reinstall "opencv-python>=2.1,<4"'


def _without(missing, real):
    def find(name, *args, **kwargs):
        if name == missing:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return real(name, *args, **kwargs)

    return find


def test_damaged_model(monkeypatch):
    def damaged(name, *, mask):
        raise ModelError("The model x.task is damaged.")

    monkeypatch.setattr("scapcoach.model_files.model_file", damaged)
    found = {check.name: check for check in run_checks()}
    assert found["models"].state == "fail"
    assert found["models"].message == "The model x.task is damaged."
    assert "reinstall" in found["models"].advice
    # One failure does not hide the checks after it.
    assert found["video"].state == "ok"


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (ImportError("libGL.so.1: cannot open shared object file"), "libgl1"),
        (OSError("libxcb.so.1: cannot open shared object file"), "libxcb1"),
        (RuntimeError("boom"), "reinstall"),
    ],
)
def test_a_library_that_breaks(monkeypatch, linux, error, advice):
    def broken():
        raise error

    monkeypatch.setattr(doctor, "_CHECKS", (("thing", broken),))
    check = only(run_checks())
    assert check.state == "fail"
    assert str(error).split(":")[0] in check.message
    assert advice in check.advice


def test_what_to_do_about_one_cause_is_said_once(monkeypatch, linux):
    def broken():
        raise ImportError("libGL.so.1: cannot open shared object file")

    def gone():
        raise ModuleNotFoundError("No module named 'av.x'", name="av.x")

    looks = (("one", broken), ("two", broken), ("three", gone))
    monkeypatch.setattr(doctor, "_CHECKS", looks)
    one, two, three = run_checks()
    assert "libgl1" in one.advice
    assert (two.message, two.advice) == (one.message, "First do what one says.")
    assert three.message == "the package av is missing or damaged"


def test_encoder_that_writes_rubbish(monkeypatch):
    from scapcoach.sources.video import VideoFile

    monkeypatch.setattr(VideoFile, "__iter__", lambda self: iter(()))
    check = only(doctor._codecs())
    assert check.state == "fail"
    assert "0 of 2 frames" in check.message


def test_model_that_sees_people_in_noise(monkeypatch):
    import numpy as np

    from scapcoach.pose.detection import Detection
    from scapcoach.pose.mediapipe import MediaPipePose

    person = Detection(np.zeros((33, 2)), np.zeros((33, 3)), np.ones(33), np.ones(33))
    monkeypatch.setattr(MediaPipePose, "detect", lambda *args, **kwargs: person)
    assert only(doctor._pose()).state == "fail"


def test_data_folder_that_cannot_be_written(monkeypatch, tmp_path):
    def refuse(**kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    folder, _ = doctor._disk()
    assert folder.state == "fail"
    assert "Permission denied" in folder.message
    assert "SCAPCOACH_DATA_DIR" in folder.advice


def test_looking_leaves_no_data_folder_behind(monkeypatch, tmp_path):
    monkeypatch.delenv("SCAPCOACH_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder, _ = doctor._disk()
    assert folder.state == "ok"
    assert list(tmp_path.iterdir()) == []


def test_the_data_folder_is_the_one_that_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path / "mine"))
    folder, _ = doctor._disk()
    assert (folder.state, folder.message) == ("ok", str(tmp_path / "mine"))
    (tmp_path / "mine").touch()
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path / "mine" / "deeper"))
    assert str(tmp_path / "mine" / "deeper") in next(iter(doctor._disk())).message


def test_full_disk(monkeypatch):
    usage = shutil.disk_usage(".")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10_000_000))
    _, disk = doctor._disk()
    assert disk.state == "warn"
    assert "0.0 GB free" in disk.message


def test_no_camera(devices):
    check = only(doctor._camera())
    assert check.state == "warn"
    assert "no camera found" in check.message
    assert check.advice


def test_camera_without_permission(devices, monkeypatch):
    devices.append("/dev/video0")
    monkeypatch.setattr(os, "access", lambda *args: False)
    check = only(doctor._camera())
    assert check.state == "warn"
    assert "usermod -aG video" in check.advice


@pytest.mark.parametrize(
    ("script", "state", "message"),
    [
        ("print('picture', 640, 480)", "ok", "640 x 480"),
        ("print('none')", "warn", "gives no picture"),
        ("raise SystemExit(3)", "warn", "gives no picture"),
        ("import time; time.sleep(60)", "warn", "did not answer"),
    ],
)
def test_trying_a_camera(devices, monkeypatch, script, state, message):
    devices.append("/dev/video0")
    monkeypatch.setattr(os, "access", lambda *args: True)
    monkeypatch.setattr(doctor, "_CAMERA_SCRIPT", script)
    monkeypatch.setattr(doctor, "CAMERA_TIMEOUT_S", 1.0)
    check = only(doctor._camera())
    assert check.state == state
    assert message in check.message
    assert bool(check.advice) == (state != "ok")


def test_display(linux, monkeypatch):
    assert only(doctor._display()).state == "warn"
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setattr(system_libraries, "missing_libraries", lambda *, window: ["libSM.so.6"])
    check = only(doctor._display())
    assert check.state == "warn"
    assert "a window needs libSM.so.6" in check.message
    assert "libsm6" in check.advice
    monkeypatch.setattr(system_libraries, "missing_libraries", lambda *, window: [])
    assert only(doctor._display()) == SystemCheck("display", "ok", "WAYLAND_DISPLAY=wayland-0")
    monkeypatch.setattr(sys, "platform", "win32")
    assert only(doctor._display()).state == "ok"


def test_render():
    ok, warn = SystemCheck("a", "ok", "fine"), SystemCheck("long name", "warn", "hm", "do this")
    fail = SystemCheck("c", "fail", "broken", "do that")
    assert render([ok]).splitlines() == ["ok    a  fine", "", "Everything works."]
    text = render([ok, warn])
    assert "warn  long name  hm\n" in text
    assert "-> do this" in text
    assert "Recorded videos can be analysed" in text
    assert render([ok, warn, fail]).endswith(
        "1 of 3 checks failed: follow the advice, then run it again."
    )


def test_importing_the_doctor_loads_nothing_heavy():
    code = (
        "import sys, scapcoach.system.doctor;"
        "print([m for m in ('cv2', 'av', 'mediapipe', 'numpy') if m in sys.modules])"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True
    )
    assert done.stdout.strip() == "[]"
