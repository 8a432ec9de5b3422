"""Installed packages compared with those that scapcoach declares: versions and OpenCV packages.

The bounds are read from the metadata of the installed scapcoach, so that pyproject.toml is the only
place that has them.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

#: The OpenCV package that scapcoach declares, and all packages that install the folder `cv2`.
OPENCV: Final = "opencv-python"
OPENCV_PACKAGES: Final = (
    OPENCV,
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)

#: MediaPipe from here on sends a report on its use to Google whenever a task is made or closed; no
#: setting stops it. 0.10.30 to 0.10.33 open no connection [M].
MEDIAPIPE_REPORTS_FROM: Final = (0, 10, 35)


@dataclass(frozen=True, slots=True)
class Needed:
    """A package, and the versions of it that scapcoach declares.

    Attributes:
        name: as pip knows it.
        lowest: the oldest version; "" for any.
        below: the first version that is too new; "" for none.
    """

    name: str
    lowest: str = ""
    below: str = ""

    @property
    def requirement(self) -> str:
        """As pip reads it, for example ``av>=18,<20``."""
        bounds = (self.lowest and f">={self.lowest}", self.below and f"<{self.below}")
        return self.name + ",".join(bound for bound in bounds if bound)

    def too_old(self, version: str) -> bool:
        """Whether a version is older than declared."""
        return bool(self.lowest) and numbers(version) < numbers(self.lowest)

    def too_new(self, version: str) -> bool:
        """Whether a version is newer than declared, and so untested."""
        return bool(self.below) and numbers(version) >= numbers(self.below)


def declared() -> dict[str, Needed] | None:
    """What the installed scapcoach needs, by name; extras are left out. None if it is not known.

    It is not known where scapcoach runs from a source tree that was never installed.
    """
    try:
        lines = metadata.requires("scapcoach")
    except metadata.PackageNotFoundError:
        return None
    needed = (parsed(line) for line in lines or () if ";" not in line)
    return {package.name: package for package in needed}


def parsed(requirement: str) -> Needed:
    """A requirement without conditions, as pip writes it: ``av<20,>=18``."""
    name = re.split(r"[\s<>=!~(]", requirement, maxsplit=1)[0]
    lowest = re.search(r">=\s*([\w.]+)", requirement)
    below = re.search(r"<\s*([\w.]+)", requirement)
    return Needed(name, lowest[1] if lowest else "", below[1] if below else "")


def lowest_python() -> str:
    """The oldest Python that the installed scapcoach declares; "" if that is not known."""
    try:
        wanted = metadata.metadata("scapcoach")["Requires-Python"]
    except metadata.PackageNotFoundError:
        return ""
    match = re.search(r">=\s*([\d.]+)", wanted or "")
    return match[1] if match else ""


def version_of(package: str) -> str | None:
    """The installed version of a package, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def numbers(version: str) -> tuple[int, ...]:
    """The release numbers at the head of a version: "1.2.0rc1" and "1.2" both give (1, 2)."""
    match = re.match(r"\d+(\.\d+)*", version)
    found = [int(part) for part in match[0].split(".")] if match else []
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def opencv_packages() -> dict[str, str]:
    """The OpenCV packages that are installed, with their versions."""
    found = {name: version_of(name) for name in OPENCV_PACKAGES}
    return {name: version for name, version in found.items() if version is not None}


def install(*requirements: str, again: bool = False) -> str:
    """The command that installs packages into the environment that scapcoach runs in.

    Args:
        requirements: as pip reads them.
        again: whether to replace the files of a version that is installed already.
    """
    wanted = " ".join(f'"{text}"' if set(text) & set("<>=[") else text for text in requirements)
    return f"{_pip('install')}{' --force-reinstall' if again else ''} {wanted}"


def install_extra(extra: str) -> str:
    """The command that adds an extra of scapcoach to the environment that it runs in."""
    return install(f"scapcoach[{extra}]")


def uninstall(*packages: str) -> str:
    """The command that removes packages from there without asking."""
    command = _pip("uninstall")
    return f"{command}{'' if command.startswith('uv') else ' -y'} {' '.join(packages)}"


def _pip(word: str) -> str:
    """The environments of pipx and of `uv tool` have no pip that "python -m pip" would find."""
    here = Path(sys.prefix)
    if (here / "uv-receipt.toml").exists():
        return f'uv pip {word} --python "{sys.executable}"'
    if (here / "pipx_metadata.json").exists():
        return f"pipx runpip {here.name} {word}"
    return f"python -m pip {word}"
