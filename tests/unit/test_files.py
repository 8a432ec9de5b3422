"""Files of the user data folder: whole, durable, and for their owner alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scapcoach.calibration import Segment, calibrate
from scapcoach.calibration.profiles import save_profile
from scapcoach.desk.posture import take_baseline
from scapcoach.desk.setups import save_setup
from scapcoach.errors import OutputError
from scapcoach.files import atomic_path, make_private_folder, write_private
from scapcoach.history import History
from scapcoach.system.instance import SingleInstance, send_command
from tests.support.person import person
from tests.support.seated import seated

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of this kind")


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@posix
def test_everything_in_the_data_folder_is_private(
    umask: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "share" / "scapcoach"
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(data))
    save_profile(calibrate(person(60), (Segment(0, 2, "neutral"),)), "anna")
    save_setup(take_baseline(seated()))
    with SingleInstance():
        send_command("reload")
        with History() as history:
            history.write({(1, 0, "good"): 1.0})
            found = sorted(data.rglob("*"))
            assert {p.name for p in found} >= {
                "profiles", "anna.json", "desk.json", "desk.lock", "desk.control",
                "history.sqlite3",
            }  # fmt: skip
            for path in (data.parent, data, *found):
                assert mode(path) == (0o700 if path.is_dir() else 0o600), path


@posix
def test_a_folder_that_is_there_keeps_its_mode_and_an_old_file_becomes_private(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    old = folder / "anna.json"
    old.write_text("old")
    old.chmod(0o644)
    write_private(old, "new")
    assert (mode(folder), mode(old), old.read_text()) == (0o755, 0o600, "new")


@posix
def test_results_are_no_secret(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with atomic_path(tmp_path / "out" / "table.csv") as path:
            path.write_text("a")
    finally:
        os.umask(before)
    assert (mode(tmp_path / "out"), mode(tmp_path / "out" / "table.csv")) == (0o755, 0o644)


def test_a_write_that_fails_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.json"
    write_private(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"No space left .*desk.json: .*SCAPCOACH_DATA_DIR\."):
        write_private(path, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["desk.json"]
    assert path.read_text() == "old"


def test_a_file_in_the_way_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(OutputError, match="There is a file where a folder of"):
        write_private(tmp_path / "data" / "profiles" / "anna.json", "{}")
    make_private_folder(tmp_path)  # is there


def test_the_data_is_on_the_disk_before_the_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("sync"), sync(handle)))

    def renamed(self: Path, goal: Path) -> Path:
        done.append("rename")
        return rename(self, goal)

    monkeypatch.setattr(Path, "replace", renamed)
    write_private(tmp_path / "a.json", "{}")
    assert done[:2] == ["sync", "rename"]


def test_an_import_of_the_package_loads_no_decoder() -> None:
    program = "import sys, scapcoach, scapcoach.cli; print('msgspec' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
