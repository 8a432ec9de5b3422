"""`python -m bench.coach`: render the sets, coach them, write the results.

Records are kept in ``bench/coach/.cache`` and made once.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench.accuracy.record import missing_jobs, run
from bench.coach.examine import examine
from bench.coach.report import PAGE, report
from bench.coach.sets import DEVELOPMENT_SEED, PEOPLE, TEST_SEED, jobs, takes
from bench.report import write

_CACHE = Path(__file__).parent / ".cache"


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m bench.coach", description=__doc__)
    p.add_argument("--development", action="store_true", help="seeds that may be tuned on")
    p.add_argument("--people", type=int, default=PEOPLE, help="fewer make a quicker bench")
    p.add_argument("--keep", action="store_true", help="use records of older code, too")
    p.add_argument("--workers", type=int, default=1)
    p.add_argument("--render-only", action="store_true")
    p.add_argument("--no-render", action="store_true", help="report on what is there already")
    p.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    o = p.parse_args(arguments)
    seed = DEVELOPMENT_SEED if o.development else TEST_SEED
    chosen = takes(seed, o.people)
    start = time.monotonic()
    todo = [] if o.no_render else missing_jobs(jobs(chosen), _CACHE, keep=o.keep)
    for job, frames in run(todo, _CACHE, o.workers):
        seconds = time.monotonic() - start
        print(f"{job.script} {job.view} {job.seed}: {frames} frames, {seconds:.0f} s", flush=True)
    if o.render_only:
        return 0
    there = [take for take in chosen if not missing_jobs(jobs((take,)), _CACHE, keep=True)]
    page = report([examine(take, _CACHE) for take in there], seed, of=len(chosen))
    if o.write and not o.development:
        write(PAGE, page)
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
