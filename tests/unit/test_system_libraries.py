"""Missing libraries of the system: found all at once, and what installs them."""

from __future__ import annotations

import ctypes
import platform
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scapcoach import system_libraries
from scapcoach.errors import InstallationError, unforeseen
from scapcoach.system_libraries import (
    DEBIAN_PACKAGES,
    explained,
    install_command,
    missing_according_to,
    missing_libraries,
)

if TYPE_CHECKING:
    from pathlib import Path

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the loader of Linux")


def release(monkeypatch: pytest.MonkeyPatch, **names: str) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: names)
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the loader finds missing; to be filled by the test."""
    found: list[str] = []
    monkeypatch.setattr(system_libraries, "missing_libraries", lambda: found)
    return found


def test_nothing_is_missing_where_the_tests_run() -> None:
    assert missing_libraries() == []


@linux
def test_the_files_that_are_looked_at_are_there() -> None:
    files = system_libraries._files(system_libraries._NATIVE)
    assert {file.relative_to(next(p for p in file.parents if p.name == "site-packages")).parts[0]
            for file in files} == set(system_libraries._NATIVE)  # fmt: skip
    (plugin,) = system_libraries._files(system_libraries._WINDOW)
    assert plugin.name == "libqxcb.so"


@linux
def test_the_loader_names_every_library_that_a_file_lacks(tmp_path: Path) -> None:
    (plugin,) = system_libraries._files(system_libraries._WINDOW)
    content = plugin.read_bytes()
    for name in (b"libSM.so.6", b"libICE.so.6"):
        assert content.count(b"\0" + name + b"\0") == 1
        content = content.replace(
            b"\0" + name + b"\0", b"\0" + name.replace(b"lib", b"bil") + b"\0"
        )
    copy = tmp_path / plugin.name
    copy.write_bytes(content)
    found = system_libraries._missing_in([copy])
    assert {"bilSM.so.6", "bilICE.so.6"} <= set(found)
    assert "libX11.so.6" not in found


def test_other_systems_have_no_loader_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_libraries, "LOADERS", ("/nowhere/ld.so",))
    assert missing_libraries() == []
    monkeypatch.setattr(sys, "platform", "darwin")
    assert missing_libraries() == []


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="only Debian and its kin have dpkg")
def test_packages_are_those_that_hold_the_libraries() -> None:
    """As the package manager here says, for every library that is installed here."""
    here = [library for library in DEBIAN_PACKAGES if _loads(library)]
    assert len(here) >= 6
    done = subprocess.run(["dpkg", "-S", *here], capture_output=True, text=True, check=False)
    for library in here:
        owners = {line.split(":")[0] for line in done.stdout.splitlines() if library in line}
        # Newer releases call some of them otherwise, and take the old name for it.
        wanted = re.compile(rf"{re.escape(DEBIAN_PACKAGES[library])}(t64)?")
        assert any(wanted.fullmatch(owner) for owner in owners), (library, owners)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def test_a_command_for_each_kind_of_system(monkeypatch: pytest.MonkeyPatch) -> None:
    libraries = ["libGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0"]
    release(monkeypatch, ID="ubuntu", ID_LIKE="debian")
    apt = "sudo apt-get update && sudo apt-get install -y libgl1 libglib2.0-0"
    assert install_command(libraries) == apt
    assert install_command([*libraries, "libodd.so.1"]) == (
        f"{apt}, and the packages that hold libodd.so.1"
    )
    assert install_command(["libodd.so.1"]) == "the packages that hold libodd.so.1"
    release(monkeypatch, ID="fedora")
    dnf = (
        "sudo dnf install 'libGL.so.1()(64bit)' 'libglib-2.0.so.0()(64bit)' "
        "'libgthread-2.0.so.0()(64bit)'"
    )
    assert install_command(libraries) == dnf
    release(monkeypatch, ID="arch")
    assert install_command(libraries) == f"{apt} (Debian, Ubuntu) or {dnf} (Fedora)"
    release(monkeypatch, ID="debian")
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    assert "sudo" not in install_command(libraries)


def test_one_error_names_all_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    release(monkeypatch, ID="debian")
    missing[:] = ["libGL.so.1", "libxcb.so.1"]
    error = ImportError("libodd.so.2: cannot open shared object file: No such file or directory")
    assert missing_according_to(error) == ["libGL.so.1", "libodd.so.2", "libxcb.so.1"]
    shown = unforeseen(error)
    assert isinstance(shown, InstallationError)
    assert "lacks libGL.so.1, libodd.so.2 and libxcb.so.1" in str(shown)
    assert "apt-get install -y libgl1 libxcb1, and the packages that hold libodd.so.2" in str(shown)
    # MediaPipe loads its library by ctypes, which raises OSError.
    assert missing_according_to(OSError(str(error))) == missing_according_to(error)
    # The second import of cv2 in a process names none.
    again = ImportError('ERROR: recursion is detected during loading of "cv2" binary extensions.')
    assert missing_according_to(again) == ["libGL.so.1", "libxcb.so.1"]


def test_other_errors_of_imports(missing: list[str]) -> None:
    windows = ImportError("DLL load failed while importing cv2: The module could not be found.")
    assert "Visual C++" in str(unforeseen(windows))
    gone = ModuleNotFoundError("No module named 'av.stream'", name="av.stream")
    assert "The package av is missing or damaged" in str(unforeseen(gone))
    assert "scapcoach doctor" in str(unforeseen(gone))
    assert "cannot import name 'x'" in str(unforeseen(ImportError("cannot import name 'x'")))
    for other in (
        OSError(28, "No space left on device"),
        OSError("/a/libmediapipe.so: cannot open shared object file: No such file or directory"),
        ZeroDivisionError("by zero"),
    ):
        assert not isinstance(unforeseen(other), InstallationError)
        assert "Something unexpected" in str(unforeseen(other))
    assert explained(OSError("anything")) is None
