"""What is installed against what is declared; pyproject.toml is the only place with versions."""

from __future__ import annotations

import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from scapcoach import installed
from scapcoach.installed import Needed, numbers, parsed

PROJECT = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text("utf-8"))
DEPENDENCIES = PROJECT["project"]["dependencies"]


def test_every_dependency_that_is_declared_is_understood() -> None:
    for line in DEPENDENCIES:
        package = parsed(line)
        # A condition or another kind of bound would be passed over in silence.
        assert package.requirement == line
        assert package.lowest
        assert package.below


def test_what_the_installed_package_needs() -> None:
    needed = installed.declared()
    assert needed is not None
    assert set(needed) == {parsed(line).name for line in DEPENDENCIES}
    for package in needed.values():
        version = installed.version_of(package.name)
        assert version is not None
        assert not package.too_old(version)
        assert not package.too_new(version)
    assert f">={installed.lowest_python()}" == PROJECT["project"]["requires-python"]


def test_metadata_as_pip_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["av<20,>=18", "rich (>=13.7)", "click", "numba>=0.61; extra == 'bench'"]
    monkeypatch.setattr(metadata, "requires", lambda _name: lines)
    assert installed.declared() == {
        "av": Needed("av", "18", "20"),
        "rich": Needed("rich", "13.7"),
        "click": Needed("click"),
    }
    assert Needed("av", "18", "20").requirement == "av>=18,<20"
    assert Needed("click").requirement == "click"


def test_a_source_tree_that_was_never_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", gone)
    monkeypatch.setattr(metadata, "metadata", gone)
    assert installed.declared() is None
    assert installed.lowest_python() == ""


@pytest.mark.parametrize(
    ("version", "old", "new"),
    [
        ("0.10.9", True, False), ("0.10.30", False, False), ("0.10.31.post1", False, False),
        ("0.10.32rc1", False, True), ("0.10.32", False, True), ("1.2.3", False, True),
    ],
)  # fmt: skip
def test_bounds(version: str, old: bool, new: bool) -> None:
    package = Needed("mediapipe", "0.10.30", "0.10.32")
    assert (package.too_old(version), package.too_new(version)) == (old, new)


def test_versions_that_are_written_in_several_ways() -> None:
    assert numbers("2") == numbers("2.0") == numbers("2.0.0rc1") == (2,)
    assert numbers("10.4") < numbers("10.10")
    assert not Needed("numpy", "2.0").too_old("2")
    assert not Needed("av", "", "").too_new("99")


def test_commands_for_each_kind_of_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "/a b/python")
    assert installed.install("av>=18", "rich") == 'python -m pip install "av>=18" rich'
    assert installed.install("av", again=True) == "python -m pip install --force-reinstall av"
    assert installed.uninstall("a", "b") == "python -m pip uninstall -y a b"
    (tmp_path / "pipx_metadata.json").touch()
    assert installed.install("av") == f"pipx runpip {tmp_path.name} install av"
    (tmp_path / "uv-receipt.toml").touch()
    assert installed.install("av") == 'uv pip install --python "/a b/python" av'
    assert installed.uninstall("av") == 'uv pip uninstall --python "/a b/python" av'
