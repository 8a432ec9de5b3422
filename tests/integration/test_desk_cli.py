"""`scapcoach desk` in processes of its own, on films of a rendered person at a desk."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.history import History
from scapcoach.system.instance import SingleInstance
from tests.support.cli import scapcoach
from tests.support.desk import film, pictures

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def sitter() -> dict[str, list[np.ndarray]]:
    """Pictures of sitting upright and hunched, from the front."""
    return pictures(seed=3)


@pytest.fixture(scope="module")
def session(sitter: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calibration, work, a minute and a half of hunching, work again."""
    up, down = sitter["upright"], sitter["hunched"]
    plan = [(up, 6.5), (down, 6), (up, 30), (down, 90), (up, 30)]
    return film(tmp_path_factory.mktemp("film") / "desk.mp4", plan)


@pytest.fixture
def run(tmp_path: Path) -> Iterator:
    def command(*arguments: object) -> subprocess.CompletedProcess[str]:
        found = scapcoach("desk", *arguments, SCAPCOACH_DATA_DIR=str(tmp_path))
        assert "Traceback" not in found.stderr
        return found

    return command


def test_a_film_is_calibrated_on_and_watched(run: object, session: Path, tmp_path: Path) -> None:
    first = run("--source", session, "--fast", "--alert", "terminal")
    assert first.returncode == 0, first.stderr
    assert "No baseline yet" in first.stderr
    assert "Baseline 'desk' taken." in first.stdout
    lines = [x for x in first.stdout.splitlines() if x[2:3] == ":"]
    assert len(lines) == 2, first.stdout
    assert "Upright again" in lines[1]
    with History(tmp_path / "history.sqlite3") as history:
        (alert,) = history.alerts()
        seconds = {}
        for (_, _, state), counted in history.minutes():
            seconds[state] = seconds.get(state, 0.0) + counted
    assert alert.text in lines[0]
    assert alert.trace[0].dt < -60
    assert alert.trace[-1].dt > 50
    assert 80 < seconds["marked"] < 105
    assert 45 < seconds["good"] < 75
    assert "desk: facing" in run("setups").stdout


def test_calibrating_without_a_slump(run: object, session: Path) -> None:
    found = run("calibrate", "--source", session, "--fast", "--no-slump", "--name", "standing")
    # The film slumps after six seconds: the person did not sit still.
    assert found.returncode == 1
    assert "calibrate again" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--source", "97"), 1, "camera 97"),
        (("--source", "no such camera"), 2, "no such camera"),
        (("--hours", "late"), 2, "write them like 9:00-17:30"),
        (("--alert-command", "no-such-program-anywhere"), 2, "can be found"),
        (("--source", "0", "--fast"), 2, "--fast is for video files"),
        (("stop",), 1, "No desk check is running"),
        (("snooze", "5"), 1, "No desk check is running"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    run: object, arguments: tuple[str, ...], code: int, words: str
) -> None:
    found = run(*arguments)
    assert found.returncode == code
    assert words in found.stderr
    assert len(found.stderr.strip().splitlines()) <= 2


def test_without_a_terminal_nobody_is_calibrated_unawares(run: object, session: Path) -> None:
    found = run("--source", session, "--alert", "terminal")
    assert found.returncode == 1
    assert "take one with 'scapcoach desk calibrate'" in found.stderr


class Running:
    """`scapcoach desk` in the background; `said` collects what stderr says."""

    def __init__(self, data: Path, *arguments: object) -> None:
        import os

        self.process = subprocess.Popen(
            [sys.executable, "-m", "scapcoach", "desk", *map(str, arguments)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "SCAPCOACH_DATA_DIR": str(data)},
            # A shell that starts the tests in the background makes its children ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )  # fmt: skip
        self.said = ""

    def wait_for(self, words: str) -> None:
        for line in self.process.stderr:
            self.said += line
            if words in line:
                return
        pytest.fail(f"{words!r} was never said: {self.said}")

    def end(self) -> int:
        self.said += self.process.stderr.read()
        code = self.process.wait(60)
        self.process.stderr.close()
        return code


@pytest.fixture
def watching(run: object, session: Path, tmp_path: Path) -> Iterator[Running]:
    """The desk check at work on a film in real time, calibrated before."""
    calibrated = run("calibrate", "--source", session, "--fast")
    assert calibrated.returncode == 0, calibrated.stderr
    found = Running(tmp_path, "--source", session, "--alert", "terminal", "-v")
    try:
        found.wait_for(" s  ")  # the first look
        yield found
    finally:
        found.process.kill()
        found.process.wait()


def test_there_is_only_one_and_it_stops_on_command(
    watching: Running, run: object, session: Path, tmp_path: Path
) -> None:
    second = run("--source", session, "--fast")
    assert second.returncode == 1
    assert f"process {watching.process.pid}" in second.stderr
    assert run("snooze", "5").returncode == 0
    watching.wait_for("No alerts for 5 minutes")
    time.sleep(1)
    assert run("stop").returncode == 0
    assert watching.end() == 0
    with History(tmp_path / "history.sqlite3") as history:
        assert sum(s for _, s in history.minutes()) > 0.5


def test_it_lends_its_camera_to_a_calibration_and_goes_on_with_what_came_of_it(
    watching: Running, run: object, session: Path
) -> None:
    done = run("calibrate", "--source", session, "--fast", "--name", "second")
    assert done.returncode == 0, done.stderr
    watching.wait_for("Paused: a calibration uses the camera.")
    watching.wait_for("Going on, with the new baselines.")
    watching.wait_for(" s  ")
    assert run("stop").returncode == 0
    assert watching.end() == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_keeps_what_was_counted(
    watching: Running, tmp_path: Path, how: signal.Signals
) -> None:
    watching.wait_for(" s  ")
    watching.wait_for(" s  ")
    watching.process.send_signal(how)
    assert watching.end() == 130
    assert "Traceback" not in watching.said
    with History(tmp_path / "history.sqlite3") as history:
        assert sum(s for _, s in history.minutes()) > 0.5


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_no_reason_not_to_hold_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "desk.lock"
    lock.symlink_to("/dev/full")
    with SingleInstance(lock):
        pass


def test_a_film_that_is_missing_or_none_and_a_camera_that_is_not_there(
    run: object, tmp_path: Path
) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("no film")
    for source, code, words in ((tmp_path / "none.mp4", 2, "no video file"),
                                (text, 1, "notes.mp4"), (77, 1, "no camera 77")):  # fmt: skip
        found = run("calibrate", "--source", source)
        assert found.returncode == code
        assert words in found.stderr


def test_baselines_that_cannot_be_read_are_reported_before_anybody_sits_still(
    run: object, session: Path, tmp_path: Path
) -> None:
    (tmp_path / "desk.json").write_text("{")
    found = run("calibrate", "--source", session, "--fast")
    assert found.returncode == 1
    assert "desk.json" in found.stderr
    assert "upright" not in found.stderr


def test_a_history_of_a_newer_version_is_reported_and_not_touched(
    run: object, session: Path, tmp_path: Path
) -> None:
    assert run("calibrate", "--source", session, "--fast").returncode == 0
    file = tmp_path / "history.sqlite3"
    with closing(sqlite3.connect(file)) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = file.read_bytes()
    found = run("--source", session, "--fast", "--alert", "terminal")
    assert found.returncode == 1
    assert "newer scapcoach" in found.stderr
    assert file.read_bytes() == before


def test_a_covered_camera_is_reported(run: object, session: Path, tmp_path: Path) -> None:
    black = film(tmp_path / "black.mp4", [([np.zeros((300, 400, 3), np.uint8)], 6)])
    assert run("calibrate", "--source", session, "--fast").returncode == 0
    found = run("--source", black, "--alert", "terminal")
    assert found.returncode == 0
    assert found.stderr.count("The picture is black: uncover the lens") == 1


def test_installing_at_login(run: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    dry = run("--install", "--dry-run", "--pause-on-battery")
    assert "ExecStart=" in dry.stdout
    assert "desk --pause-on-battery" in dry.stdout
    assert not (tmp_path / ".config").exists()
    done = run("--install", "--pause-on-battery")
    unit = tmp_path / ".config/systemd/user/scapcoach-desk.service"
    assert str(unit) in done.stdout
    assert "--pause-on-battery" in unit.read_text()
    assert "--install" not in unit.read_text()
    assert run("--dry-run").returncode == 2
