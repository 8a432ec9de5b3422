"""One kind of mistake has one exit code, whichever command it is made with."""

from __future__ import annotations

import inspect
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from scapcoach import errors
from scapcoach.cli import COMMANDS
from tests.support.cli import ROOT, SAMPLES, no_traceback, scapcoach
from tools.cli_docs import PAGE

if TYPE_CHECKING:
    from pathlib import Path

CLIP = SAMPLES / "walking_front_portrait.mp4"

FAULTY = 'name = "mine"\ntitle = 3\n'

#: What was typed, in the folder of `place`, and the exit code.
TABLE = {
    # The command line itself.
    "no such command": ("analyse clip.mp4", 2),
    "no such subcommand": ("profiles lst", 2),
    "no such option": ("live --recrod", 2),
    "no such choice": ("check clip.mp4 --model huge", 2),
    "no clip": ("analyze", 2),
    "not a number": ("history --days soon", 2),
    "options that exclude each other": ("history --json --csv", 2),
    "options that need each other": ("desk --dry-run", 2),
    "no consent": ("serve --host 0.0.0.0", 2),
    "no hours": ("desk --hours late", 2),
    "no days": ("desk --days someday", 2),
    "no program": ("desk --alert-command no-such-program-anywhere", 2),
    "a camera is never fast": ("desk calibrate --source 0 --fast", 2),
    # Names of nothing.
    "no exercise, analyze": ("analyze clip.mp4 --exercise rwo", 2),
    "no exercise, exercises": ("exercises rwo", 2),
    "no exercise, batch": ("analyze clip.mp4 clip.mp4 --exercise rwo", 2),
    "no profile, analyze": ("analyze clip.mp4 --profile nobody", 2),
    "no profile, batch": ("analyze clip.mp4 other.mp4 --profile nobody", 2),
    "no profile, show": ("profiles show nobody", 2),
    "no profile, export": ("profiles export nobody x.json", 2),
    "no profile, delete": ("profiles delete nobody --yes", 2),
    "no name of a profile": ("calibrate clip.mp4 --profile ../up", 2),
    "no set-up": ("desk setups --delete nobody", 2),
    "no reminder": ("history why 99", 2),
    "no model": ("analyze clip.mp4 --model heavy", 2),
    # Paths to nothing.
    "no file, analyze": ("analyze gone.mp4", 2),
    "no file, calibrate": ("calibrate gone.mp4 --profile me", 2),
    "no file, calibration": ("analyze clip.mp4 --calibration gone.mp4", 2),
    "no file, segments": ("analyze clip.mp4 --calibration-segments gone.csv", 2),
    "no file, list": ("analyze --list gone.csv", 2),
    "no file, exercise": ("exercises gone.toml", 2),
    "no file, check": ("check gone.jpg", 2),
    "no file, desk": ("desk calibrate --source gone.mp4", 2),
    "no file, serve": ("serve --source gone.mp4", 2),
    "no folder, compare": ("compare gone gone", 2),
    "no folder, log": ("history log gone", 2),
    "no session": ("replay gone", 2),
    "no clip in the folder": ("analyze empty", 2),
    "no picture in the folder": ("check empty", 2),
    # What the user wrote has faults.
    "faulty exercise, analyze": ("analyze clip.mp4 --exercise faulty.toml", 2),
    "faulty exercise, exercises": ("exercises faulty.toml", 2),
    "faulty list": ("analyze --list faulty.csv", 2),
    "faulty segments": ("calibrate clip.mp4 --profile me --calibration-segments faulty.csv", 2),
    # Tried, and failed.
    "no video, analyze": ("analyze words.mp4", 1),
    "no video, calibrate": ("calibrate words.mp4 --profile me", 1),
    "no video, desk": ("desk calibrate --source words.mp4", 1),
    "no picture": ("check words.mp4", 1),
    "one of several": ("analyze gone.mp4 words.mp4 --no-video", 1),
    "no calibration in it": ("analyze clip.mp4 --calibration clip.mp4", 1),
    "no results in it": ("compare empty empty", 1),
    "no session in it": ("replay words.mp4", 1),
    "no reminder yet": ("history why", 1),
    "no camera, check": ("check --source 97", 1),
    "no camera, desk": ("desk calibrate --source 97", 1),
    "no screen, live": ("live --source clip.mp4", 1),
    "no screen, calibrate": ("calibrate --profile me", 1),
    "nothing runs": ("desk stop", 1),
    "in the way": ("analyze clip.mp4 --out words.mp4/deep --no-video", 1),
    # Fine.
    "a list of exercises": ("exercises", 0),
    "no profiles yet": ("profiles", 0),
    "no set-ups yet": ("desk setups", 0),
    "no history yet": ("history", 0),
}

#: An extra that is not installed: the module to hide, what asks for it, its name.
EXTRAS = {
    "web": ("uvicorn", "serve --port 0"),
    "dask": ("distributed", "analyze clip.mp4 --engine dask"),
    "s3": ("s3fs", "analyze s3://bucket/row.mp4"),
    "gcs": ("gcsfs", "analyze clip.mp4 --out gs://bucket/results"),
    "rerun": ("rerun", "analyze clip.mp4 --rrd"),
    "rerun, several": ("rerun", "analyze clip.mp4 other.mp4 --rrd"),
    "desk": ("desktop_notifier", "desk --alert notification"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    shutil.copy(CLIP, folder / "clip.mp4")
    shutil.copy(CLIP, folder / "other.mp4")
    (folder / "empty").mkdir()
    (folder / "words.mp4").write_text("no video")
    (folder / "faulty.toml").write_text(FAULTY)
    (folder / "faulty.csv").write_text("clip\ngone.mp4\n")
    return folder


@pytest.mark.parametrize("case", TABLE)
def test_the_code_is_that_of_the_kind_of_mistake(place: Path, tmp_path: Path, case: str) -> None:
    line, code = TABLE[case]
    done = scapcoach(*line.split(), cwd=place, SCAPCOACH_DATA_DIR=str(tmp_path), DISPLAY="")
    assert done.returncode == code, done.stdout + done.stderr
    no_traceback(done)
    if code:
        assert done.stdout == "" or case == "one of several"
        assert len(done.stderr.splitlines()) <= 4 or case.startswith("faulty")
    else:
        assert done.stderr == ""


@pytest.mark.parametrize("case", EXTRAS)
def test_a_missing_extra_is_wrong_usage_and_names_what_to_install(
    place: Path, tmp_path: Path, case: str
) -> None:
    module, line = EXTRAS[case]
    hide = f"import sys; sys.modules[{module!r}] = None"
    (tmp_path / "sitecustomize.py").write_text(hide, "utf-8")
    path = os.pathsep.join([str(tmp_path), str(ROOT / "src"), str(ROOT)])
    data = {"SCAPCOACH_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": path}
    done = scapcoach(*line.split(), cwd=place, **data)
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"scapcoach[{case.partition(',')[0]}]" in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    no_traceback(done)


def test_every_command_is_in_the_table() -> None:
    """The doctor fails by its checks alone, see its own tests."""
    used = {line.split()[0] for line, code in TABLE.values() if code}
    assert used >= COMMANDS.keys() - {"doctor"}


def test_every_error_knows_its_code() -> None:
    found = {e for _, e in inspect.getmembers(errors, inspect.isclass) if issubclass(e, Exception)}
    for error in found:
        assert error.exit_code == (2 if issubclass(error, errors.UsageError) else 1), error


def test_the_page_explains_the_codes() -> None:
    text = PAGE.read_text("utf-8")
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert [row for row in rows if row.isdigit()] == ["0", "1", "2", "130"]
