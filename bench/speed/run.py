"""Whole processes, turn by turn: wall time, processor time, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bench.report import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Took:
    """What one process took, its children included.

    Attributes:
        wall: seconds.
        cpu: seconds of processor time.
        peak: megabytes, of the process itself.
    """

    wall: float
    cpu: float
    peak: float


def environment() -> dict[str, str]:
    """For contestants: this source, with its bytecode kept, as it is where it is installed."""
    paths = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**found, "PYTHONPYCACHEPREFIX": str(ROOT / ".cache" / "speed" / "bytecode")}


def once(command: Sequence[str], *, allowed: tuple[int, ...] = (0,)) -> Took:
    """Run a command.

    Raises:
        RuntimeError: it failed; with its output.
    """
    with tempfile.TemporaryFile("w+") as said:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.DEVNULL, stderr=said, text=True
        )
        peak = 0.0
        while True:
            # The system's own sum at the end includes the memory of the process that started it.
            peak = max(peak, _peak(process.pid))
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            time.sleep(0.02)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)}: {said.read()[-2000:]}")
    return Took(wall, usage.ru_utime + usage.ru_stime, peak)


def _peak(pid: int) -> float:
    """Megabytes that a process has had at most so far."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:  # noqa: PTH123 - in a hot loop
            return max((int(x.split()[1]) / 1024 for x in file if x.startswith("VmHWM")), default=0)
    except OSError:
        return 0.0


def interleaved(contestants: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Any]]:
    """What each contestant took, one entry a round; another one begins each round."""
    names = list(contestants)
    took: dict[str, list[Any]] = {name: [] for name in names}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            one = once(contestants[name])
            took[name].append(asdict(one))
            print(f"  round {turn + 1}, {name}: {one.wall:.1f} s, {one.cpu:.1f} s of processor, "
                  f"{one.peak:.0f} MB", file=sys.stderr)  # fmt: skip
    return took


def median(took: list[dict[str, float]], what: str) -> float:
    """The middle of what a contestant took."""
    return statistics.median(one[what] for one in took)


def speed_ratio(
    took: list[dict[str, float]], base: list[dict[str, float]], what: str = "wall"
) -> float:
    """How many times as fast as `base`: the median of the ratios within the rounds."""
    return statistics.median(b[what] / a[what] for a, b in zip(took, base, strict=True))


def product(clips: Sequence[Path], out: Path, *more: str) -> list[str]:
    """The command that analyses clips."""
    return [sys.executable, "-m", "scapcoach", "analyze", *map(str, clips), "-q", "--force",
            "--out", str(out), *more]  # fmt: skip


def bare(clip: Path, model: str, *more: str) -> list[str]:
    """The command of a bare loop."""
    return [sys.executable, "-m", "bench.speed.loops", str(clip), str(ROOT / "models" / model),
            *more]  # fmt: skip
