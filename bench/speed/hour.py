"""Parts about much at once: one very long clip, and very many short ones."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from bench.speed.clips import VIEWS, make_clip, make_tiny_clips, repeat_clip
from bench.speed.run import environment, product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.speed.parts import Setting


def hour(s: Setting) -> dict[str, Any]:
    """A recording of an hour, 30 frames a second, cut for two workers; lite model, 480 lines."""
    import pyarrow.parquet as pq

    base, clip = s.folder / "minute.mp4", s.folder / "hour.mp4"
    make_clip(VIEWS["front"], base, 60, 480, rate=30)
    repeat_clip(base, clip, 60 * s.hour_minutes)
    out = s.folder / "out-hour"
    more = ("--no-video", "--model", "lite", "--workers", "2", "--split-minutes",
            str(s.hour_minutes / 6))  # fmt: skip
    begun = time.perf_counter()
    peaks = _watched(product([clip], out, *more))
    rows = pq.ParquetFile(out / "hour" / "frames.parquet").metadata.num_rows
    return {
        "minutes": s.hour_minutes, "frames": rows, "seconds": time.perf_counter() - begun,
        "bytes": clip.stat().st_size, **peaks,
    }  # fmt: skip


def many(s: Setting) -> dict[str, Any]:
    """Very many tiny clips, one in twenty of them bad; killed in the middle, and continued."""
    import pyarrow.parquet as pq

    folder, out = s.folder / "tiny", s.folder / "out-tiny"
    bad = make_tiny_clips(folder, s.tiny)
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "scapcoach", "analyze", str(folder), "--no-video", "-q",
               "--out", str(out)]  # fmt: skip
    begun = time.perf_counter()

    def enough() -> bool:
        return len(list(out.glob("*/summary.json"))) >= 0.4 * s.tiny

    first = _watched(command, until=enough)
    time.sleep(5)  # the workers notice, and stop
    kept = {p: p.stat().st_mtime_ns for p in out.glob("*/summary.json")}
    second = _watched(command, allowed=(1,))
    rows = pq.ParquetFile(out / "index.parquet").read().to_pylist()
    count = {
        status: sum(r["status"] == status for r in rows) for status in ("done", "skipped", "failed")
    }
    return {
        "clips": s.tiny, "bad": bad, "kept": len(kept),
        "done_again": sum(p.stat().st_mtime_ns != t for p, t in kept.items()),
        "peak": max(first["peak"], second["peak"]),
        "largest": max(first["largest"], second["largest"]),
        "seconds": time.perf_counter() - begun, "page": (out / "summary.html").stat().st_size,
        **count,
    }  # fmt: skip


def _watched(
    command: Sequence[str],
    *,
    until: Callable[[], bool] | None = None,
    allowed: tuple[int, ...] = (0,),
) -> dict[str, float]:
    """Run a command, or kill it once `until` says so; megabytes at the peak, all and the largest.

    Raises:
        RuntimeError: it did not end as it should.
    """
    import psutil

    process = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL)
    peak = largest = 0.0
    while process.poll() is None:
        time.sleep(0.25)
        parts = _memory(psutil.Process(process.pid))
        peak, largest = max(peak, sum(parts)), max(largest, *parts)
        if until is not None and until():
            process.send_signal(signal.SIGKILL)
            process.wait()
            return {"peak": peak, "largest": largest}
    if until is not None or process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return {"peak": peak, "largest": largest}


def _memory(process: Any) -> list[float]:
    """Megabytes of a process and its children, pages that they share counted once; [0] of none."""
    import psutil

    found = [0.0]
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return found
    for one in family:
        try:
            found.append(one.memory_full_info().pss / 1e6)
        except (psutil.NoSuchProcess, psutil.AccessDenied, AttributeError):
            continue
    return found
