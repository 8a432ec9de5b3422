"""``python -m bench.speed PART... | short | all | report``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from bench.report import ROOT
from bench.speed import hour, parts, peers, report, stages

PARTS = {
    "single": parts.single, "minute": parts.minute, "start": parts.start, "stages": stages.stages,
    "models": parts.models, "sizes": parts.sizes, "workers": parts.workers,
    "engines": parts.engines, "many": hour.many, "length": parts.length, "hour": hour.hour,
    "peers": peers.peers,
}  # fmt: skip
STORE = ROOT / ".cache" / "speed"


def measure(name: str, setting: parts.Setting, store: Path) -> None:
    """One part into its JSON file."""
    print(f"{name} ...", file=sys.stderr)
    before = os.getloadavg()[1]
    found = PARTS[name](setting)
    cores = len(os.sched_getaffinity(0))
    busy = f"; a busy machine (load {before:.0f} before it began)" if before > 0.5 * cores else ""
    how = {k: v for k, v in asdict(setting).items() if k != "folder"}
    part = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": f"{cores} cores of {platform.machine()}, no graphics card",
        "busy": busy, "how": how, "found": found,
    }  # fmt: skip
    store.mkdir(parents=True, exist_ok=True)
    (store / f"{name}.json").write_text(json.dumps(part, indent=1), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("parts", nargs="+", choices=[*PARTS, "short", "all", "report"])
    parser.add_argument("--seconds", type=float, help="length of the clips")
    parser.add_argument("--rounds", type=int, help="turns of each contestant")
    parser.add_argument("--minutes", type=float, nargs="+", help="lengths for the part `length`")
    parser.add_argument("--tiny", type=int, help="clips for the part `many`")
    parser.add_argument("--hour-minutes", type=float, help="length for the part `hour`")
    parser.add_argument("--store", type=Path, default=STORE, help="folder of what was measured")
    parser.add_argument("--clips", type=Path, help="folder to keep clips in for another time")
    parser.add_argument("--page", type=Path, default=report.PAGE, help="where the page goes")
    chosen = parser.parse_args()
    folder = chosen.clips or Path(tempfile.mkdtemp(prefix="scapcoach-speed-"))
    folder.mkdir(parents=True, exist_ok=True)
    setting = parts.Setting(folder)
    if "short" in chosen.parts:
        setting = replace(setting, seconds=8, rounds=3, minutes=(0.5, 2), tiny=100, hour_minutes=6)
    for name in ("seconds", "rounds", "tiny", "minutes", "hour_minutes"):
        value = getattr(chosen, name)
        if value is not None:
            setting = replace(setting, **{name: tuple(value) if name == "minutes" else value})
    wanted = list(PARTS) if {"short", "all"} & set(chosen.parts) else chosen.parts
    try:
        for name in wanted:
            if name in PARTS:
                measure(name, setting, chosen.store)
        report.write(chosen.store, chosen.page)
    finally:
        if chosen.clips is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
