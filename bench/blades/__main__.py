"""Command line of the blades bench."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bench.report import versions, write

CACHE: Final = Path(__file__).with_name(".cache")


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(
        prog="python -m bench.blades",
        description="Read the gap between the shoulder blades on rendered backs with known truth, "
        "and on real clips; print the page, and write docs/reference/blades_accuracy.md.",
    )
    p.add_argument("--cache", type=Path, default=CACHE, help="where clips and landmarks are kept")
    p.add_argument("--no-render", action="store_true", help="only what is rendered already")
    p.add_argument("--real", type=Path, help="list of real sets, tab-separated")
    p.add_argument("--clips", type=Path, help="folder of the real clips, by repository and path")
    p.add_argument("--page", type=Path, help="where the page goes")
    options = p.parse_args(arguments)
    if (options.real is None) != (options.clips is None):
        p.error("--real and --clips belong together")
    from bench.blades.examine import examine
    from bench.blades.real import read_list
    from bench.blades.record import record
    from bench.blades.report import PAGE, markdown, summary
    from bench.blades.testset import locked, rows
    from phantom.assets import AssetError

    def found(jobs: list) -> list:  # type: ignore[type-arg]
        here = [j for j in jobs if not options.no_render
                or (options.cache / f"{j.name}.truth.npz").exists()]  # fmt: skip
        return [examine(record(job, options.cache)) for job in here]

    try:
        of_rows, of_locked = found(rows()), found(locked())
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    real = list(read_list(options.real, options.clips)) if options.real else []
    text = markdown(of_rows, of_locked, real, versions())
    kept = {"rows": [asdict(f) for f in of_rows], "locked": [asdict(f) for f in of_locked],
            "real": [asdict(s) for s in real], "summary": summary(of_rows)}  # fmt: skip
    write(options.cache / "blades.json", json.dumps(kept, indent=1) + "\n")
    write(options.page or PAGE, text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
