"""Chromium with a fake camera that plays a clip, and `scapcoach serve` for it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from scapcoach.pyav import av

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


def write_mjpeg(path: Path, images: Iterable[np.ndarray]) -> Path:
    """RGB pictures of one size as raw MJPEG, which Chromium's fake camera plays at 30 a second."""
    with av.open(str(path), "w", format="mjpeg") as container:
        stream = None
        for image in images:
            if stream is None:
                stream = container.add_stream("mjpeg", rate=30)
                stream.width, stream.height = image.shape[1], image.shape[0]
                stream.pix_fmt = "yuvj420p"
                stream.codec_context.qmin = stream.codec_context.qmax = 3
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                container.mux(packet)
        assert stream is not None
        for packet in stream.encode():
            container.mux(packet)
    return path


@contextmanager
def chromium(clip: Path | None = None, size: tuple[int, int] = (1400, 1000)) -> Iterator[Any]:
    """A browser window; with a clip, that is what its camera sees."""
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        pytest.skip("needs selenium")
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--autoplay-policy=no-user-gesture-required",
        f"--window-size={size[0]},{size[1]}",
    ):  # fmt: skip
        options.add_argument(flag)
    if clip is not None:
        options.add_argument("--use-fake-device-for-media-stream")
        options.add_argument("--use-fake-ui-for-media-stream")
        options.add_argument(f"--use-file-for-fake-video-capture={clip}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


class Served:
    """A running `scapcoach serve`.

    Args:
        sessions: folder for them.
        arguments: more of `scapcoach serve`.
        env: its environment.
        under: a program that runs the server, with its arguments; it is sent no Ctrl-C.

    Attributes:
        address: to open, with its key; port and token: out of it.
        process: the server, or the program that it runs under.
    """

    def __init__(
        self, sessions: Path, *arguments: object, env: dict[str, str], under: Sequence[str] = ()
    ) -> None:
        command = [*under, sys.executable, "-m", "scapcoach", "serve", "--port", "0",
                   "--sessions", str(sessions), *map(str, arguments)]  # fmt: skip
        self._under = bool(under)
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"(http://[^:]+:(\d+)/\?token=(\S+))", line)
        if found is None:
            _, error = self.process.communicate(timeout=10)
            raise AssertionError(f"serve said {line!r} {error!r}")
        self.address, self.port, self.token = found[1], int(found[2]), found[3]

    def stop(self) -> tuple[int, str]:
        """Ctrl-C; exit code and what was said on stderr."""
        running = psutil.Process(self.process.pid)
        for server in running.children() if self._under else [running]:
            server.send_signal(signal.SIGINT)
        _, error = self.process.communicate(timeout=60)
        return self.process.returncode, error
