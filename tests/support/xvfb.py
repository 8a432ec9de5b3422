"""A screen that nobody sees, and what is on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Why a test that needs a screen is skipped.
NO_SCREEN = "needs Xvfb (Debian: xvfb)"


@dataclass(frozen=True, slots=True)
class Screen:
    """A virtual screen.

    Attributes:
        display: for the variable DISPLAY.
        pixels: a file that holds what is shown now, 4 bytes a pixel: blue, green, red, any.
    """

    display: str
    pixels: Path


def has_screen() -> bool:
    """Whether a virtual screen can be had."""
    return shutil.which("Xvfb") is not None


@contextmanager
def virtual_screen() -> Iterator[Screen]:
    """A screen while the block lasts; skips the test where there can be none."""
    if not has_screen():
        pytest.skip(NO_SCREEN)
    read, write = os.pipe()
    with tempfile.TemporaryDirectory(prefix="screen-") as folder:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp",
             "-fbdir", folder],
            pass_fds=[write], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        try:
            with os.fdopen(read) as answer:
                number = answer.readline().strip()
            yield Screen(f":{number}", Path(folder) / "Xvfb_screen0")
        finally:
            server.terminate()
            server.wait(10)
