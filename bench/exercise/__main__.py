"""Command line of the exercise bench."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.accuracy.__main__ import CACHE, render_testset
from bench.exercise.report import PAGE, markdown, results
from bench.report import versions, write
from phantom.assets import AssetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.accuracy.testset import TestSet
    from bench.exercise.examine import Clip

FILE: Final = Path(__file__).with_name("testset.toml")


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(
        prog="python -m bench.exercise",
        description="Calibrate rows and read rows, on rendered bodies with known joint angles; "
        "print the errors, and write docs/reference/exercise_accuracy.md.",
    )
    p.add_argument("--workers", type=int, default=2, help="processes that render (default 2)")
    p.add_argument("--cache", type=Path, default=CACHE, help="where landmarks are kept")
    p.add_argument("--page", type=Path, default=PAGE, help=f"where the page goes (default {PAGE})")
    p.add_argument("--keep", action="store_true", help="use kept landmarks of other code, too")
    p.add_argument("--no-render", action="store_true", help="report on what is there already")
    options = p.parse_args(arguments)
    from rich.console import Console

    from bench.accuracy.testset import TestSetError, load
    from bench.exercise.examine import read_clips

    console, folder = Console(width=110), options.cache / "records"
    try:
        testset = load(FILE)
        if not options.no_render:
            render_testset(testset, folder, options.workers, console, keep=options.keep)
    except (AssetError, TestSetError) as error:
        print(error, file=sys.stderr)
        return 1
    clips = list(read_clips(testset.setups, folder))
    if not clips:
        print("No clip of the test set has been rendered yet.", file=sys.stderr)
        return 1
    found = results(clips)
    page = markdown(found, _about(testset, clips))
    write(options.cache / "exercise.json", json.dumps(found, indent=1) + "\n")
    write(options.page, page)
    print(page)
    return 0


def _about(testset: TestSet, clips: Sequence[Clip]) -> dict[str, Any]:
    return {
        **versions(),
        "testset": f"{testset.version} (`{testset.digest}`)",
        "people": len({c.setup.name for c in clips}),
        "clips": len(clips),
        "wanted": sum(len(s.clips) for s in testset.setups),
        "frames": sum(len(c.frames["retraction"].truth) for c in clips),
    }


if __name__ == "__main__":
    sys.exit(main())
