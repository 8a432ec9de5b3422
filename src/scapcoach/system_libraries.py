"""Shared libraries of the system that OpenCV's wheel expects, and which of them are missing.

Desktops have them, slim containers do not. The system's loader lists all libraries that a wheel's
files need, while a failed import names only the first missing one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: `sys.platform` under a plain name, so that type checkers read what is for other systems, too.
SYSTEM: str = sys.platform

#: Debian's and Ubuntu's packages. Where newer releases have another name (libglib2.0-0t64), the
#: old one still installs it. The list is what `ldd` names outside the wheels of opencv-python 4.10
#: and 5.0, av 18, mediapipe 0.10.30 and 0.10.31, numpy, pillow and pyarrow [M].
DEBIAN_PACKAGES: Final = {
    "libGL.so.1": "libgl1",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libxcb.so.1": "libxcb1",
    "libz.so.1": "zlib1g",
}

#: Loaders of glibc, the only C library that the wheels are built for.
LOADERS: Final = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")

#: Packages with native code, and their files that need system libraries.
_NATIVE: Final = {
    "cv2": "*.so",
    "mediapipe": "tasks/c/*.so",
    "av": "_core*.so",
    "numpy": "_core/_multiarray_umath*.so",
    "pyarrow": "lib.*.so",
    "PIL": "_imaging.*.so",
}
#: What Qt, in OpenCV's wheel, loads when a window is opened.
_WINDOW: Final = {"cv2": "qt/plugins/platforms/*.so"}

#: A library in an error of the loader; a path in its place is a file of a package.
_SONAME: Final = re.compile(r"(?<![/\w.+-])([\w.+-]+\.so[.\d]*): cannot open shared object file")
_LOADER_TIMEOUT_S: Final = 20.0


def missing_libraries(*, window: bool = False) -> list[str]:
    """Names of the shared libraries that are missing, like ``libGL.so.1``; sorted.

    Args:
        window: check the libraries of the live window instead of all others.

    Returns:
        Empty where none is missing, and where there is no such loader: on macOS and Windows.
    """
    return _missing_in(_files(_WINDOW if window else _NATIVE))


def install_command(libraries: Iterable[str]) -> str:
    """The command that installs these libraries; for both kinds of system where it is unknown."""
    libraries = tuple(libraries)
    root = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    # Fedora's packages can be asked for by the libraries in them.
    wanted = " ".join(f"'{name}()(64bit)'" for name in libraries)
    dnf = f"{root}dnf install {wanted}"
    packages = sorted({DEBIAN_PACKAGES[name] for name in libraries if name in DEBIAN_PACKAGES})
    apt = f"{root}apt-get update && {root}apt-get install -y {' '.join(packages)}"
    if others := [name for name in libraries if name not in DEBIAN_PACKAGES]:
        by_hand = f"the packages that hold {listed(others)}"
        apt = f"{apt}, and {by_hand}" if packages else by_hand
    return {"debian": apt, "rpm": dnf}.get(_family(), f"{apt} (Debian, Ubuntu) or {dnf} (Fedora)")


def missing_according_to(error: ImportError | OSError) -> list[str]:
    """All missing libraries, if the error is about a missing library; else empty.

    The error itself names the first at most. A second import of cv2 may not even name one, but
    report that "recursion is detected".
    """
    named = _SONAME.findall(str(error))
    if named or (isinstance(error, ImportError) and "cv2" in str(error)):
        return sorted({*missing_libraries(), *named})
    return []


def explained(error: ImportError | OSError) -> str | None:
    """Why a package could not be loaded and what to do; None if the error is of another kind."""
    if missing := missing_according_to(error):
        return (
            f"This system lacks {listed(missing)}, which OpenCV or another library needs. "
            f"Install {'it' if len(missing) == 1 else 'them'}: {install_command(missing)}"
        )
    if not isinstance(error, ImportError):
        return None
    text = " ".join(str(error).split())
    if "DLL load failed" in text:
        return (
            f"Windows could not load a library ({text}). Install the Microsoft Visual C++ "
            "Redistributable and, on an N edition of Windows, the Media Feature Pack."
        )
    if isinstance(error, ModuleNotFoundError) and error.name:
        text = f"The package {error.name.partition('.')[0]} is missing or damaged"
    else:
        text = f"A package could not be loaded ({text})"
    return f"{text}. Run 'scapcoach doctor': it looks at every package and says what to do."


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _family() -> str:
    """The kind of the system's packages: debian, rpm, or "" where unknown."""
    import platform

    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ""
    names = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    if names & {"debian", "ubuntu"}:
        return "debian"
    return "rpm" if names & {"fedora", "rhel", "centos"} else ""


def _files(patterns: dict[str, str]) -> list[Path]:
    """Native files of installed packages; none of the packages is imported.

    `find_spec` is not used: after a failed import of cv2 it finds another file, because cv2 puts
    its own folder first in the path and leaves it there.
    """
    found: list[Path] = []
    for package, pattern in patterns.items():
        folders = (Path(entry, package) for entry in sys.path)
        folder = next((folder for folder in folders if (folder / "__init__.py").is_file()), None)
        if folder is not None:
            found.extend(sorted(folder.glob(pattern)))
    return found


def _missing_in(files: Iterable[Path]) -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    loader = next((path for path in LOADERS if Path(path).exists()), None)
    if loader is None:
        return []
    missing: set[str] = set()
    for file in files:
        try:
            listing = subprocess.run(
                [loader, str(file)],
                env={**os.environ, "LD_TRACE_LOADED_OBJECTS": "1"},  # list only, run nothing
                capture_output=True,
                text=True,
                timeout=_LOADER_TIMEOUT_S,
                check=False,
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            continue
        missing.update(re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE))
    return sorted(missing)
