from __future__ import annotations

import pytest

from scapcoach.cli import run
from scapcoach.cli.unexpected import unexpected


def test_an_unforeseen_error_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("scapcoach.system.doctor.run_checks", broken)
    monkeypatch.setattr("sys.argv", ["scapcoach", "doctor"])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.delenv("SCAPCOACH_DEBUG", raising=False)
    assert run() == 1
    reported = capsys.readouterr().err
    assert "ZeroDivisionError: by zero" in reported
    assert "SCAPCOACH_DEBUG" in reported
    assert "Traceback" not in reported


def test_a_developer_gets_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAPCOACH_DEBUG", "1")
    with pytest.raises(KeyError):
        unexpected(KeyError("x"))
