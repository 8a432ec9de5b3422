"""Command line of the accuracy bench."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.accuracy.report import PAGE, markdown, write_pages
from bench.report import versions, write
from phantom.assets import AssetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from bench.accuracy.tables import Clip
    from bench.accuracy.testset import TestSet
    from phantom.batch import Job

CACHE: Final = Path(__file__).with_name(".cache")


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="python -m bench.accuracy",
        description="Run the product over the frozen test set of rendered bodies with known joint "
        "angles; print the errors, and write docs/reference/accuracy.md.",
    )
    p.add_argument("--quick", action="store_true", help="a short subset; writes no documentation")
    p.add_argument("--workers", type=int, default=2, help="processes that render (default 2)")
    p.add_argument("--cache", type=Path, default=CACHE, help="where landmarks and results are kept")
    p.add_argument("--page", type=Path, default=PAGE, help=f"where the page goes (default {PAGE})")
    p.add_argument(
        "--keep", action="store_true",
        help="use kept landmarks even if the code that rendered or looked has changed since",
    )  # fmt: skip
    p.add_argument("--no-render", action="store_true", help="report on what is there already")
    p.add_argument("--rewrite", action="store_true", help="the page again, from kept results")
    return p


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    from rich.console import Console

    from bench.accuracy.testset import TestSetError, load

    if options.rewrite:
        write_pages(json.loads((options.cache / "results.json").read_text("utf-8")), options.page)
        return 0
    console = Console(stderr=True)
    try:
        testset = load()
        if options.quick:
            testset = testset.shortened()
        results, clips = examine(
            testset, options.cache, workers=options.workers, keep=options.keep,
            render=not options.no_render, console=console,
        )  # fmt: skip
    except (AssetError, TestSetError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Finished clips are kept; the same command continues from there.",
              file=sys.stderr)  # fmt: skip
        return 130
    if not clips:
        print("No clip of the test set has been rendered yet.", file=sys.stderr)
        return 1
    name = "results-quick.json" if options.quick else "results.json"
    write(options.cache / name, json.dumps(results, indent=1, allow_nan=False) + "\n")
    print(markdown(results))
    console.print(f"All figures: {options.cache / name}")
    if not options.quick:
        from bench.accuracy.plots import write_plots

        write_plots(clips, results, options.page.parent / "images")
        write_pages(results, options.page)
        console.print(f"Report: {options.page}")
    return 0


def examine(
    testset: TestSet,
    cache: Path,
    *,
    workers: int = 2,
    keep: bool = False,
    render: bool = True,
    console: Console | None = None,
) -> tuple[dict[str, Any], list[Clip]]:
    """Render what is missing, measure everything, and make the tables.

    Args:
        testset: all or a part.
        cache: folder of the kept records.
        workers: processes.
        keep: whether records made by other code count.
        render: False reports on what is there.
        console: shows the progress; None is silent.

    Raises:
        AssetError: the body data cannot be had.
        TestSetError: the phantom draws other people than when the set was frozen.
    """
    from bench.accuracy import crosstalk, tables

    folder = cache / "records"
    if render:
        render_testset(testset, folder, workers, console, keep=keep)
    clips = list(tables.read_clips(testset.setups, folder))
    views = ("all", *tables.VIEWS)
    results = {
        "about": _about(testset, clips),
        "agreement": tables.agreement_rows(clips),
        "scripts": tables.script_rows(clips),
        "crosstalk": {view: crosstalk.matrix(clips, view) for view in views},
        "rounded_or_poked": crosstalk.rounded_or_poked(clips),
        "reasons": tables.reason_rows(clips),
        "faults": {c.setup.name: c.own.fault for c in clips if c.own.fault},
    }
    return results, clips


def render_testset(
    testset: TestSet, folder: Path, workers: int, console: Console | None, *, keep: bool
) -> None:
    """Render the clips of a test set that have no record yet; raises what `examine` does."""
    from bench.accuracy.record import missing_jobs
    from phantom import assets

    assets.ensure()
    for setup in testset.setups:
        setup.check()
    jobs = [s.job(script) for s in testset.setups for script in (s.calibration, *s.clips)]
    render_all(missing_jobs(jobs, folder, keep=keep), folder, workers, console)


def render_all(jobs: Sequence[Job], folder: Path, workers: int, console: Console | None) -> None:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from bench.accuracy.record import run
    from phantom.clip import times

    total = sum(len(times(job.movement(), job.fps)) for job in jobs)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console or Console(quiet=True)) as progress:
        task = progress.add_task("frames", total=total)
        for job, frames in run(jobs, folder, workers):
            progress.update(task, advance=frames, description=f"{job.script} {job.view}")


def _about(testset: TestSet, clips: Sequence[Clip]) -> dict[str, Any]:
    from bench.accuracy.record import sources_digest

    wanted = sum(len(s.clips) for s in testset.setups)
    first = clips[0] if clips else None
    return {
        **versions(),
        "model": first.setup.model if first else "",
        "model_sha256": first.record.info["model_sha256"] if first else "",
        "testset": testset.digest,
        "testset_version": testset.version,
        "setups": len({c.setup.name for c in clips}),
        "clips": len(clips),
        "missing": wanted - len(clips),
        "frames": sum(len(c.record.poses) for c in clips),
        "fps": first.setup.fps if first else 0.0,
        "sources": sources_digest(),
        "older": sum(c.record.info["sources"] != sources_digest() for c in clips),
    }


if __name__ == "__main__":
    sys.exit(main())
