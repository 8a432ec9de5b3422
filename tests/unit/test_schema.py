"""What does not fit its type is refused in one sentence: what, where, why, and what to do."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from msgspec import Meta

from scapcoach import schema
from scapcoach.calibration.profiles import decode_profile, read_profile
from scapcoach.desk.setups import load_setups, setups_file
from scapcoach.errors import CalibrationError, HistoryError, InputError, ScapcoachError
from scapcoach.history import History
from scapcoach.session.coach import make_coach
from scapcoach.session.journal import Journal, read_journal
from scapcoach.system.instance import control_file, take_command
from scapcoach.web.past import past_sessions

DATA = Path(__file__).parents[1] / "data" / "v0.1.0"
FORM = schema.Format("Do it again", InputError, "test/1", limit=100_000)
#: Deeper than any document; of two brackets each, as a whole one is.
DEEP = 100_000


@dataclass(frozen=True, slots=True)
class Inner:
    share: Annotated[float, Meta(ge=0, le=1)]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner
    flags: tuple[bool, ...] = ()


WRONG = {
    '{"schema": "test/1"}': "there is no field 'inner'",
    '{"schema": "test/1", "inner": {}}': "inner: there is no field 'share'",
    '{"schema": "test/1", "inner": {"share": "1"}}': "inner.share: expected a number, got text",
    '{"schema": "test/1", "inner": {"share": null}}': "inner.share: expected a number, got null",
    '{"schema": "test/1", "inner": {"share": true}}':
        "inner.share: expected a number, got true or false",
    '{"schema": "test/1", "inner": {"share": 2}}': "inner.share: expected a number <= 1",
    '{"schema": "test/1", "inner": {"share": 1e999}}': "inner.share: number out of range",
    '{"schema": "test/1", "inner": {"share": NaN}}': "it is not JSON in UTF-8",
    '{"schema": "test/1", "inner": {"share": -Infinity}}': "it is not JSON in UTF-8",
    '{"schema": "test/1", "inner": {"share": ' + "9" * 5000 + "}}": "number out of range",
    '{"schema": "test/1", "inner": {"share": 1}, "flags": [true, 1]}':
        "flags[1]: expected true or false, got a whole number",
    '{"schema": "test/2"}': "it has version 'test/2', and this program reads 'test/1'",
    '{"schema": 1}': "schema: expected text or null, got a whole number",
    "{}": "it has no version",
    "[]": "expected an object, got a list",
    "": "it is not JSON",
    '{"schema"': "it is not JSON",
    "[" * DEEP: "expected an object, got a list",
    '{"x": ' + "[" * 50_000: "it is nested too deeply",
    " " * 100_001: "it is larger than 100,000 bytes",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said(text: str, tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        schema.read(path, Outer, FORM)
    message = str(caught.value)
    assert message.startswith(f"{path} cannot be used: ")
    assert WRONG[text] in message
    assert message.endswith(". Do it again.")
    assert len(message.replace(str(path), "")) < 200


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_another_encoding_is_refused(encoding: str) -> None:
    text = '{"schema": "test/1", "inner": {"share": 1, "kind": "é"}}'
    assert schema.decode(text.encode(), Outer, FORM, "It").inner.kind == "é"
    with pytest.raises(InputError, match="not JSON in UTF-8"):
        schema.decode(text.encode(encoding), Outer, FORM, "It")


def test_a_byte_order_mark_is_skipped() -> None:
    data = b'\xef\xbb\xbf{"schema": "test/1", "inner": {"share": 1, "kind": "a"}}'
    assert schema.decode(data, Outer, FORM, "It").inner.kind == "a"


def test_what_is_not_a_file_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: it is not a regular file"):
        schema.read(tmp_path, Outer, FORM)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(InputError, match="not a regular file"):
            schema.read(tmp_path / "pipe", Outer, FORM)
    with pytest.raises(FileNotFoundError):
        schema.read(tmp_path / "nowhere", Outer, FORM)


def test_plain_values_are_checked_too() -> None:
    deep: list[Any] = []
    for _ in range(DEEP):
        deep = [deep]
    with pytest.raises(InputError, match="inner: expected an object, got a list"):
        schema.convert({"schema": "test/1", "inner": deep}, Outer, FORM, "It")
    with pytest.raises(InputError, match="it has version 'x'"):
        schema.convert({"schema": "x"}, Outer, FORM, "It")
    with pytest.raises(InputError, match="expected an object, got null"):
        schema.convert(None, Outer, FORM, "It")


def changed(data: Any, place: str, value: Any) -> Any:
    """A copy with one value changed; None at the end of a place takes it out."""
    copy = json.loads(json.dumps(data))
    inner = copy
    *way, last = place.split(".")
    for step in way:
        inner = inner[int(step) if step.isdigit() else step]
    if value is KeyError:
        del inner[last]
    else:
        inner[int(last) if last.isdigit() else last] = value
    return copy


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        ("neutral.hips_seen", None, "neutral.hips_seen: expected true or false, got null"),
        ("neutral.unit", 0, "neutral.unit: expected a number > 0"),
        ("neutral.unit", KeyError, "neutral: there is no field 'unit'"),
        ("neutral.yaw", 1e9, "neutral.yaw: expected a number <= 360"),
        ("neutral.points", [[0, 0]], "neutral.points: expected a list of length 33"),
        ("neutral.points.3", [0], "neutral.points[3]: expected a list of length 2"),
        ("neutral.points.3.1", "7", "neutral.points[3][1]: expected a number or null, got text"),
        ("neutral.trunk", [1, 2], "neutral.trunk: expected a list of length 3"),
        ("retraction.1.high", "x", "retraction[1].high: expected a number or null, got text"),
        ("elevation", [], "elevation: expected a list of length 3"),
        ("estimator", "oracle", "estimator: unknown name 'oracle'"),
        ("exercise.start", [1.0], "exercise.start: expected a list of length 12"),
        ("exercise.rest.0", [1.0], "exercise.rest[0]: expected a list of length 55"),
        ("shifts.shifts", KeyError, "shifts: there is no field 'shifts'"),
        ("kind", "x", "kind: unknown name 'x'"),
        ("shifts.ends", [1.0], "shifts.ends: expected a list of length 4"),
        ("exercise.rest.0.0", None, "exercise.rest[0][0]: expected a number, got null"),
        ("exercise.spread", 0, "exercise.spread: expected a number > 0"),
        ("observed.elevation.2", {}, "observed.elevation[2]: there is no field 'high'"),
        ("slump", KeyError, "there is no field 'slump'"),
        ("model_sha256", KeyError, "there is no field 'model_sha256'"),
        ("name", 5, "name: expected text, got a whole number"),
        ("schema", "scapcoach.profile/9", "it has version 'scapcoach.profile/9'"),
    ],
)
def test_a_profile_that_is_none_is_refused_by_its_field(place: str, value: Any, why: str) -> None:
    data = json.loads((DATA / "profiles" / "merged.json").read_text("utf-8"))
    with pytest.raises(CalibrationError) as caught:
        decode_profile(json.dumps(changed(data, place, value)).encode(), "The profile")
    assert str(caught.value).startswith("The profile cannot be used: ")
    assert why in str(caught.value)
    assert str(caught.value).endswith("Calibrate again.")


def test_a_profile_as_files_may_hold_it_is_read(tmp_path: Path) -> None:
    """Fields that came later may be missing, and there may be others."""
    data = json.loads((DATA / "profiles" / "posture.json").read_text("utf-8"))
    for name in ("exercise", "estimator", "shifts", "camera", "observed"):
        del data[name]
    path = tmp_path / "old.json"
    path.write_text(json.dumps({**data, "later": 1}))
    assert read_profile(path).camera == ""


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        ("setups.0.face", 0, r"setups\[0\].face: expected a number > 0"),
        ("setups.0.ears", [1], r"setups\[0\].ears: expected a list of length 2"),
        ("setups.0.ears.0", None, r"setups\[0\].ears\[0\]: expected a number, got null"),
        ("setups", {}, "setups: expected a list, got an object"),
        ("setups.0.slump", KeyError, r"setups\[0\]: there is no field 'slump'"),
    ],
)
def test_a_set_up_that_is_none_is_refused(
    data_folder: Path, place: str, value: Any, why: str
) -> None:
    data = json.loads((DATA / "desk.json").read_text("utf-8"))
    setups_file().write_text(json.dumps(changed(data, place, value)))
    with pytest.raises(CalibrationError, match=f"desk baselines .*desk.json cannot be used: {why}"):
        load_setups()


def test_a_word_that_is_none_is_thrown_away(data_folder: Path) -> None:
    for text in ("", "[]", '{"command": 1, "value": 2}', '{"command": "stop"}', "[" * DEEP,
                 '{"command": "snooze", "value": NaN}'):  # fmt: skip
        control_file().write_text(text)
        assert take_command() is None
        assert not control_file().exists()
    control_file().write_text('{"command": "snooze", "value": 60, "at": 1.5}')
    assert take_command() == ("snooze", 60.0)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ({"size": [640]}, "size: expected a list of length 2"),
        ({"size": [640, "480"]}, r"size\[1\]: expected a whole number, got text"),
        ({}, "there is no field 'size'"),
        ({"size": [640, 480], "estimator": "oracle"}, "estimator: unknown name 'oracle'"),
        ({"size": [640, 480], "exercise": []}, "exercise: expected an object or null, got a list"),
        ({"size": [640, 480], "schema": "x"}, "it has version 'x'"),
    ],
)
def test_a_session_whose_head_is_none_is_refused(tmp_path: Path, head: Any, why: str) -> None:
    with Journal(tmp_path / "s", head):
        pass
    with pytest.raises(InputError, match=f"^The session .* cannot be used: {why}"):
        read_journal(tmp_path / "s")


def test_a_command_of_a_session_that_is_none_is_refused(tmp_path: Path) -> None:
    with Journal(tmp_path / "s", {"size": [640, 480]}) as journal:
        journal.command(5, True)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="name: expected text, got a whole number"):
        read_journal(tmp_path / "s")
    for settings in ([], {"name": 5}, {"name": "row", "focus": "sideways"}, "row"):
        with pytest.raises(ScapcoachError, match="exercise of the session cannot be used"):
            make_coach(settings)  # type: ignore[arg-type]
    assert make_coach({}) is None


def test_frames_of_a_session_that_are_none_are_refused(tmp_path: Path) -> None:
    with Journal(tmp_path / "s", {"size": [640, 480]}) as journal:
        journal._write(b"FRMS", b"no archive")
    with pytest.raises(InputError, match=r"^The session .* cannot be used"):
        read_journal(tmp_path / "s")


def test_a_damaged_entry_of_the_history_is_said(data_folder: Path) -> None:
    with History() as history:
        history._execute(
            "INSERT INTO alerts (utc, offset, kind, text, cause, trace) "
            "VALUES (1, 0, 'hunch', '', '{}', '[[1]]')"
        )
        with pytest.raises(HistoryError, match=r"history .*sqlite3 cannot be used: \[0\]"):
            history.alerts()


def test_a_damaged_summary_does_not_stop_the_list_of_sessions(tmp_path: Path) -> None:
    session = tmp_path / "2026-05-04_18-30-05"
    session.mkdir()
    (session / "report.html").write_text("")
    for text in ("", "[]", '{"settings": []}', '{"source": 5}', "[" * DEEP, '{"headline": [1]}'):
        (session / "summary.json").write_text(text)
        ((report,),) = [one["reports"] for one in past_sessions(tmp_path)]
        assert (report["exercise"], report["headline"]) == ("", [])
    (session / "summary.json").write_bytes((DATA / "clip" / "summary.json").read_bytes())
    ((report,),) = [one["reports"] for one in past_sessions(tmp_path)]
    assert (report["exercise"], report["seconds"]) == ("row", 3.6)
