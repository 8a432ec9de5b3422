"""The tool that tries the wheel on every Python: what it finds, what it installs, what it runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tools.check_wheel import (
    ROOT,
    WheelError,
    find_pythons,
    lowest_versions,
    main,
    readme_command,
)

if TYPE_CHECKING:
    from pathlib import Path

HERE = sys.version_info[:2]


def fake_python(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / name
    python.write_text(f"#!/bin/sh\n{says}\n", "utf-8")
    python.chmod(0o755)
    return python


def test_pythons_on_path_and_in_pyenv_are_found_once_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bin"
    first = fake_python(path, "python3.12", "echo cpython 3 12")
    fake_python(path, "python3.11", "exit 127")  # a shim without its version
    fake_python(path, "python3.13-config", "echo cpython 3 13")
    fake_python(path, "python3.14", "echo pypy 3 14")
    fake_python(path, "python3.10", "echo cpython 3 10")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    fake_python(tmp_path / "pyenv/versions/3.12.1/bin", "python", "echo cpython 3 12")
    other = fake_python(tmp_path / "pyenv/versions/3.15.0/bin", "python", "echo cpython 3 15")
    fake_python(tmp_path / "pyenv/versions/2.7.18/bin", "python", "echo no such module >&2; exit 1")
    assert find_pythons(str(path)) == {(3, 12): first, (3, 15): other}


def test_the_real_path_has_a_python_that_can_make_environments() -> None:
    assert any(version >= (3, 11) for version in find_pythons())


def test_lowest_versions_are_the_lower_bounds_of_every_dependency(tmp_path: Path) -> None:
    found = dict(line.split("==") for line in lowest_versions())
    assert found["mediapipe"] == "0.10.30"
    assert {"av", "numpy", "opencv-python", "pyarrow"} <= found.keys()
    open_end = tmp_path / "pyproject.toml"
    open_end.write_text('[project]\ndependencies = ["numpy>=2", "rich"]\n', "utf-8")
    with pytest.raises(WheelError, match="rich"):
        list(lowest_versions(open_end))


def test_the_command_is_the_one_of_the_readme_without_the_set_up(tmp_path: Path) -> None:
    words = readme_command()
    assert words[0] == "scapcoach"
    assert words[1] == "analyze"
    assert "--out" in words
    assert all((ROOT / w).is_file() for w in words if w.endswith(".mp4"))
    bare = tmp_path / "README.md"
    bare.write_text("nothing here", "utf-8")
    with pytest.raises(WheelError, match="marked command"):
        readme_command(bare)


def test_what_fails_is_shown_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bin"
    fake_python(
        path, "python3.12", 'case "$1" in -c) echo cpython 3 12;; *) echo broken; exit 3;; esac'
    )
    monkeypatch.setenv("PATH", f"{path}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert main([str(tmp_path / "x.whl"), "--only", "3.12"]) == 1
    said = capsys.readouterr().out
    assert "FAIL  CPython 3.12: " in said
    assert "broken" in said
    assert main([str(tmp_path / "x.whl"), "--only", "3.99"]) == 1
