"""What happens to errors and output where nobody looks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from scapcoach.cli import streams
from scapcoach.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (InputError("The disk is gone."), "Error: The disk is gone.\n"),
        (KeyError("x"), "not foreseen (KeyError: 'x')"),
        (SystemExit(1), ""),
    ],
)
def test_an_error_in_a_thread_is_one_sentence(
    capsys: pytest.CaptureFixture[str], error: BaseException, says: str
) -> None:
    streams._thread_failed(SimpleNamespace(exc_value=error))
    shown = capsys.readouterr().err
    assert says in shown
    assert len(shown.splitlines()) == bool(says)


def test_files_are_no_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "x").open("w") as file:
        monkeypatch.setattr("sys.stdout", file)
        monkeypatch.setattr("sys.stderr", file)
        assert not streams.share_a_terminal()
    monkeypatch.setattr("sys.stdout", None)
    assert not streams.share_a_terminal()
