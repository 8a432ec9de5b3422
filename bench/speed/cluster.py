"""A Dask cluster of this computer that outlives its clients, as docs/how-to/batch.md says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SETTINGS: Final = {
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}
_START_S: Final = 60.0


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """The address of a scheduler with workers of one thread each, until the block ends.

    Raises:
        TimeoutError: the scheduler did not start.
    """
    place = folder / "scheduler.json"
    place.unlink(missing_ok=True)
    env = {**os.environ, **_SETTINGS}
    dask = [sys.executable, "-m", "dask"]
    known = ["--scheduler-file", str(place)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    local = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    crew = ["--nthreads", "1", "--nworkers", str(workers), "--memory-limit", "0", "--no-dashboard"]
    started = [subprocess.Popen([*dask, "scheduler", *local, *known], env=env, **quiet)]
    try:
        until = time.monotonic() + _START_S
        while not place.is_file():
            if time.monotonic() > until:
                raise TimeoutError("The Dask scheduler did not start.")
            time.sleep(0.2)
        started.append(subprocess.Popen([*dask, "worker", *known, *crew], env=env, **quiet))
        time.sleep(1.0)  # written completely
        yield json.loads(place.read_text("utf-8"))["address"]
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(_START_S)
