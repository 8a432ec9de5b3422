"""Running the real command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_videos"


def scapcoach(
    *arguments: object, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``scapcoach ARGUMENTS``; output is captured as text."""
    return subprocess.run(
        [sys.executable, "-m", "scapcoach", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONWARNINGS": "default", **environment},
        timeout=300,
        check=False,
    )


def no_traceback(done: subprocess.CompletedProcess[str]) -> None:
    """A user never sees a traceback, nor the chatter of libraries."""
    for stream in (done.stdout, done.stderr):
        assert "Traceback" not in stream, stream
        assert "Warning" not in stream, stream
        assert not any(line.startswith(("W0000", "I0000", "E0000")) for line in stream.splitlines())
