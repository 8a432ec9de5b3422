"""How many workers fit this computer."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Final

#: Bytes that a worker uses at its peak, with masks and an annotated video: 0.57 GB for pictures of
#: 1080 lines, 0.95 GB for 4K [M].
WORKER_BYTES: Final = 1_000_000_000

_CGROUP: Final = Path("/sys/fs/cgroup")
_MEMINFO: Final = Path("/proc/meminfo")


def worker_count(jobs: int) -> int:
    """Number of workers for `jobs` jobs: one per core, limited by memory; at least one."""
    room = available_memory()
    fit = jobs if room is None else int(room // WORKER_BYTES)
    return max(1, min(jobs, available_cores(), fit))


def available_cores() -> int:
    """Number of cores that this process may use, by its affinity and its container."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    words = _read(_CGROUP / "cpu.max").split()
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit():
        cores = min(cores, max(1, math.ceil(int(words[0]) / int(words[1]))))
    return cores


def available_memory() -> int | None:
    """Bytes that can still be used in the system and the container; None where unknown."""
    known = [room for room in (_of_system(), _of_container()) if room is not None]
    return min(known, default=None)


def _of_system() -> int | None:
    for line in _read(_MEMINFO).splitlines():
        if line.startswith("MemAvailable:"):
            return 1024 * int(line.split()[1])
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return None


def _of_container() -> int | None:
    most, used = _read(_CGROUP / "memory.max").strip(), _read(_CGROUP / "memory.current").strip()
    if not (most.isdigit() and used.isdigit()):
        return None
    # Cached files are included in the used memory, but are freed when needed.
    cached = sum(
        int(line.split()[1])
        for line in _read(_CGROUP / "memory.stat").splitlines()
        if line.startswith(("inactive_file ", "active_file "))
    )
    return max(0, int(most) - int(used) + cached)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, ValueError):
        return ""
