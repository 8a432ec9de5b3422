"""A virtual screen for windows."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Why a test that needs a screen is skipped.
NO_SCREEN = "needs Xvfb (Debian: xvfb)"


def has_screen() -> bool:
    """Whether a virtual screen can be had."""
    return shutil.which("Xvfb") is not None


@contextmanager
def virtual_screen() -> Iterator[str]:
    """The DISPLAY of a virtual screen."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as ready:
        number = ready.readline().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)
