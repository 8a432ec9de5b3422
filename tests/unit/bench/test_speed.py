"""The page about speed is what was measured, part by part."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from bench.speed import report
from bench.speed.run import once, speed_ratio
from bench.speed.stages import Clock

if TYPE_CHECKING:
    from pathlib import Path


def took(*walls: float) -> list[dict[str, float]]:
    return [{"wall": wall, "cpu": 2 * wall, "peak": 100.0} for wall in walls]


def store(folder: Path, **parts: Any) -> Path:
    folder.mkdir()
    for name, found in parts.items():
        how = {"seconds": 15.0, "rounds": 2}
        part = {"date": "2026-01-01", "machine": "2 cores", "busy": "", "how": how, "found": found}
        (folder / f"{name}.json").write_text(json.dumps(part), "utf-8")
    return folder


def test_the_page_holds_goals_and_parts_and_nothing_that_was_not_measured(tmp_path: Path) -> None:
    clip = {"bare": took(10, 20), "pruned": took(8, 16), "no video": took(8, 20)}
    found = store(
        tmp_path / "store",
        minute={"front": {"frames": 100, "took": clip}},
        start={"import": took(1.0, 1.2), "bare": took(1.5, 1.5), "scapcoach": took(1.2, 1.4)},
        hour={"minutes": 60, "frames": 1, "seconds": 1, "bytes": 1, "peak": 900, "largest": 800},
    )
    page = tmp_path / "page.md"
    report.write(found, page)
    text = page.read_text("utf-8")
    assert "x bare stock loop | at least 1.25 | **1.12** (1.00 to 1.25)" in text
    assert "in a thread | at least 0.95 | **0.90** (0.80 to 1.00)" in text
    assert "at most 0.3 s | 0.20 s" in text
    assert "under 1500 MB | 800 MB" in text
    assert "clips of 60 s, 2 rounds" in text
    assert "Dask: x local" not in text
    assert "## Peers" not in text
    assert (tmp_path / "images" / "performance.png").is_file()


def test_an_empty_store_gives_a_page_without_figures(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    report.write(store(tmp_path / "store"), page)
    assert "What was to be reached" not in page.read_text("utf-8")


def test_a_ratio_is_taken_within_rounds() -> None:
    assert speed_ratio(took(1, 10, 1), took(2, 20, 2)) == 2
    assert speed_ratio(took(10, 1, 1), took(1, 10, 2)) == 2


def test_a_contestant_that_fails_is_reported_with_its_output() -> None:
    assert once(["true"]).wall < 5
    with pytest.raises(RuntimeError, match="no such thing"):
        once(["sh", "-c", "echo no such thing >&2; exit 3"])


def test_the_clock_counts_what_lies_within_once_and_other_threads_apart() -> None:
    class Work:
        def outer(self) -> None:
            self.inner()

        def inner(self) -> None:
            time.sleep(0.05)

    clock, work = Clock(), Work()
    clock.around(Work, "outer", "outer")
    clock.around(Work, "inner", "inner")
    work.outer()
    other = threading.Thread(target=work.inner)
    other.start()
    other.join()
    assert clock.spent["inner"] == pytest.approx(0.05, abs=0.03)
    assert clock.spent["outer"] < 0.03
    assert clock.beside["inner"] == pytest.approx(0.05, abs=0.03)
    assert set(clock.beside) == {"inner"}
