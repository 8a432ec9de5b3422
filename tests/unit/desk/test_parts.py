"""Parts around the desk check: set-ups, notifiers, reasons to pause, one instance."""

from __future__ import annotations

import multiprocessing
import plistlib
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scapcoach.desk.engine import Notice
from scapcoach.desk.notifiers import (
    CommandNotifier,
    NotifierChain,
    PopupNotifier,
    SoundNotifier,
    TerminalNotifier,
)
from scapcoach.desk.policy import NoticeKind
from scapcoach.desk.posture import take_baseline
from scapcoach.desk.setups import (
    SetupChooser,
    delete_setup,
    load_setups,
    save_setup,
    setups_file,
)
from scapcoach.errors import CalibrationError, InputError, MissingExtraError
from scapcoach.history import Stamp
from scapcoach.system.autostart import login_entry
from scapcoach.system.instance import (
    SingleInstance,
    is_running,
    lock_file,
    send_command,
    take_command,
)
from scapcoach.system.power import Pauses, Schedule, on_battery
from scapcoach.system.sound import Tone, open_announcer
from scapcoach.system.sound.tones import write_tone
from tests.support.seated import seated

if TYPE_CHECKING:
    from collections.abc import Callable

NOTICE = Notice(NoticeKind.HUNCH, "Sit back.", {}, Stamp(1773144000.0, 60))


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


# Set-ups


def test_set_ups_are_kept_and_forgotten() -> None:
    assert load_setups() == ()
    front = take_baseline(seated(), seated(8, lower=0.4), name="desk", model_sha256="abc")
    side = take_baseline(seated(yaw=90), name="second screen")
    save_setup(front)
    save_setup(side)
    found = load_setups()
    assert found[0] == front
    assert found[1].slump != found[1].slump  # not taken: NaN, through the file
    save_setup(side)
    assert [b.name for b in load_setups()] == ["desk", "second screen"]
    delete_setup("desk")
    assert [b.name for b in load_setups()] == ["second screen"]
    with pytest.raises(CalibrationError, match="there are: second screen"):
        delete_setup("desk")


@pytest.mark.parametrize("text", ["{", "{}", '{"schema": "scapcoach.desk/9", "setups": []}'])
def test_a_damaged_file_of_set_ups_is_reported_and_kept(data: Path, text: str) -> None:
    data.mkdir()
    setups_file().write_text(text)
    with pytest.raises(CalibrationError, match="Delete the file and run"):
        load_setups()
    with pytest.raises(CalibrationError):
        save_setup(take_baseline(seated()))
    assert setups_file().read_text() == text


def test_the_set_up_is_recognised_by_yaw_and_scale() -> None:
    front = take_baseline(seated(), name="front")
    side = take_baseline(seated(yaw=90), name="side")
    far = take_baseline(seated(closer=-0.35), name="standing")
    chooser = SetupChooser((front, side, far))
    assert chooser.choose(seated(1, yaw=85), 0) == side
    for t in range(1, 30):
        chosen = chooser.choose(seated(1, closer=-0.33), float(t))
        assert chosen == (side if t < 9 else far), t


def test_a_glance_aside_changes_no_set_up() -> None:
    front, side = take_baseline(seated(), name="f"), take_baseline(seated(yaw=70), name="s")
    chooser = SetupChooser((front, side))
    for t in range(60):
        poses = seated(1, yaw=70 if t % 10 < 6 else 0)
        assert chooser.choose(poses, float(t)) == (side if t == 0 or chooser.current == side
                                                   else front)  # fmt: skip
    assert chooser.current == side


def test_a_slump_is_still_the_same_set_up() -> None:
    front, far = take_baseline(seated(), name="f"), take_baseline(seated(closer=-0.4), name="far")
    chooser = SetupChooser((front, far), front)
    for t in range(60):
        assert chooser.choose(seated(1, lower=0.5, shoulders=0.3, closer=0.15), t) == front


def test_without_set_ups_there_is_none() -> None:
    assert SetupChooser(()).choose(seated(1), 0.0) is None


# Notifiers


def test_a_notifier_that_fails_is_dropped_and_the_others_go_on() -> None:
    class Broken:
        name = "broken"

        def notify(self, notice: Notice) -> None:
            raise InputError("It broke.")

    lines: list[str] = []
    reports: list[str] = []
    notifiers = NotifierChain([Broken(), TerminalNotifier(lines.append)], reports.append)
    notifiers(NOTICE)
    notifiers(NOTICE)
    assert lines == ["13:00  Sit back.", "13:00  Sit back."]
    assert reports == ["It broke. No more alerts by broken."]


def eventually(check: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.02)
    return False


def test_a_command_of_the_person_s_own_gets_the_text(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = f"import os; open({str(out)!r}, 'w').write(os.environ['SCAPCOACH_TEXT'])"
    CommandNotifier(f'{sys.executable} -c "{script}"').notify(NOTICE)
    assert eventually(lambda: out.exists() and out.read_text() == "Sit back.")


@pytest.mark.parametrize("line", ["", "no-such-program-anywhere --x", "'unclosed"])
def test_a_command_that_cannot_be_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="alert command"):
        CommandNotifier(line)


def test_sound_and_voice_follow_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = tmp_path / "heard"
    # A voice that writes the words down as its sound file, and a player that plays for a while.
    for name, does in (
        ("espeak-ng", f'printf "words: " >> {heard}; cat >> {heard}; cp {tmp_path}/a.wav "$5"'),
        ("aplay", f'echo " begin $(basename "$1")" >> {heard}; sleep 0.2; echo " end" >> {heard}'),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    write_tone(tmp_path / "a.wav", Tone.REP)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr("scapcoach.system.sound.players._PROGRAMS", ("aplay",))
    with open_announcer(voice=True, tones=True) as announcer:
        SoundNotifier(announcer).notify(NOTICE)
        assert eventually(lambda: heard.exists() and heard.read_text().count(" end") == 2)
    assert heard.read_text().split("\n") == [
        " begin alert.wav", " end", "words: Sit back. begin said.wav", " end", "",
    ]  # fmt: skip


def test_without_the_library_notifications_name_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scapcoach.desk.notifiers.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"scapcoach\[desk\]"):
        PopupNotifier()


def test_a_desktop_without_notifications_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(InputError, match="The desktop shows no notifications"):
        PopupNotifier().notify(NOTICE)


# Reasons to pause


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


MONDAY, SATURDAY = "2026-03-09", "2026-03-14"


@pytest.mark.parametrize(
    ("hours", "days", "moment", "wanted"),
    [
        (None, None, f"{SATURDAY}T03:00", True),
        ("9-17", None, f"{MONDAY}T08:59", False),
        ("9-17", None, f"{MONDAY}T09:00", True),
        ("9:30-17:15", None, f"{MONDAY}T17:15", False),
        ("9-17", "mon-fri", f"{SATURDAY}T10:00", False),
        ("22-6", "mon", "2026-03-10T05:00", True),
        ("22-6", "mon", "2026-03-09T05:00", False),
        (None, "sat-mon", f"{SATURDAY}T10:00", True),
        (None, "sat-mon", "2026-03-11T10:00", False),
        (None, "tue,sat", f"{SATURDAY}T10:00", True),
    ],
)
def test_the_schedule(hours: str | None, days: str | None, moment: str, wanted: bool) -> None:
    assert Schedule.parse(hours, days).includes(when(moment)) is wanted


@pytest.mark.parametrize(
    ("hours", "days"),
    [("9", None), ("9-25", None), ("9-9", None), ("9:75-17", None), (None, "monday"), (None, "")],
)
def test_a_schedule_that_is_none_is_refused(hours: str | None, days: str | None) -> None:
    with pytest.raises(InputError, match="write them like"):
        Schedule.parse(hours, days)


def supply(folder: Path, name: str, **content: str) -> None:
    (folder / name).mkdir(parents=True)
    for key, value in content.items():
        (folder / name / key).write_text(f"{value}\n")


def test_the_battery_on_linux(tmp_path: Path) -> None:
    tmp_path.joinpath("none").mkdir()
    assert on_battery(tmp_path / "none") is None
    supply(tmp_path / "a", "AC", type="Mains", online="0")
    supply(tmp_path / "a", "BAT0", type="Battery", status="Discharging")
    assert on_battery(tmp_path / "a") is True
    supply(tmp_path / "b", "AC", type="Mains", online="1")
    supply(tmp_path / "b", "BAT0", type="Battery", status="Discharging")
    assert on_battery(tmp_path / "b") is False
    supply(tmp_path / "c", "mouse", type="Battery", status="Discharging", scope="Device")
    assert on_battery(tmp_path / "c") is None


def test_a_locked_screen_pauses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = tmp_path / "loginctl"
    ask.write_text("#!/bin/sh\necho yes\n")
    ask.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("XDG_SESSION_ID", "2")
    assert Pauses().reason(when(f"{MONDAY}T10:00")) == "the screen is locked"
    ask.write_text("#!/bin/sh\necho no\n")
    assert Pauses().reason(when(f"{MONDAY}T10:00")) == ""
    assert "hours" in Pauses(schedule=Schedule.parse("9-17", None)).reason(when(f"{MONDAY}T20:00"))


# One at a time


def hold(ready: object, release: object) -> None:
    with SingleInstance():
        ready.set()  # type: ignore[attr-defined]
        release.wait(30)  # type: ignore[attr-defined]


def test_there_is_only_one_and_it_receives_commands() -> None:
    context = multiprocessing.get_context("spawn")
    ready, release = context.Event(), context.Event()
    other = context.Process(target=hold, args=(ready, release))
    other.start()
    try:
        assert ready.wait(60)
        assert is_running()
        with pytest.raises(InputError, match=f"process {other.pid}.*desk stop"), SingleInstance():
            pass
        send_command("snooze", 600)
        assert take_command() == ("snooze", 600.0)
        assert take_command() is None
    finally:
        release.set()
        other.join()
    assert not is_running()
    with pytest.raises(InputError, match="No desk check is running"):
        send_command("stop")


def test_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import os, signal\nfrom scapcoach.system.instance import SingleInstance\n"
        "with SingleInstance():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -9
    assert lock_file().exists()
    with SingleInstance():
        assert is_running()


def test_old_commands_are_ignored() -> None:
    with SingleInstance():
        send_command("stop")
    with SingleInstance():
        assert take_command() is None


# At login

WORDS = ["/opt/my py/bin/python", "-m", "scapcoach", "desk", "--alert-command", "say 'a & b' 5%"]


def test_the_systemd_unit() -> None:
    found = login_entry(WORDS, "linux", Path("/home/anna"))
    assert found.path == Path("/home/anna/.config/systemd/user/scapcoach-desk.service")
    line = next(x for x in found.text.splitlines() if x.startswith("ExecStart="))
    assert line.startswith("ExecStart='/opt/my py/bin/python' -m scapcoach desk")
    assert "5%%" in line


def test_the_launchd_agent_is_a_property_list() -> None:
    found = login_entry(WORDS, "darwin", Path("/Users/anna"))
    data = plistlib.loads(found.text.encode())
    assert data["ProgramArguments"] == WORDS
    assert data["Label"] == found.path.stem


def test_the_task_is_xml_and_is_written_as_it_says(tmp_path: Path) -> None:
    found = login_entry(WORDS, "win32", tmp_path)
    found.install()
    root = ET.fromstring(found.path.read_bytes())  # the file says UTF-16, and is
    names = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert root.findtext(".//t:Command", namespaces=names) == WORDS[0]
    assert "a & b" in (root.findtext(".//t:Arguments", namespaces=names) or "")
