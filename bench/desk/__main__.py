"""The desk bench: how often sustained hunches raise an alert, and everyday movements a false one.

    python -m bench.desk --seeds 4000-4008 --hours 3          # while developing
    python -m bench.desk --test --write docs/reference/desk_accuracy.md  # as published

Each set-up (body, clothes, room, camera, view) is rendered as short clips, seen by the same model
as at the desk, and put together to hours of work (`bench.desk.day`) that go through the real
engine on a simulated clock. Test seeds (4,000,000 and up) are never tuned on.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.desk.day import RESTLESS, WORK, Library, make_day
from bench.desk.snippets import FPS, VIEWS, jobs
from bench.report import show, table
from phantom.batch import do
from scapcoach.desk.engine import DeskEngine
from scapcoach.desk.policy import NoticeKind
from scapcoach.desk.posture import take_baseline
from scapcoach.history import Stamp

TEST_SEEDS = range(4_000_000, 4_000_012)
CACHE = Path(__file__).parent / ".cache" / "snippets"

#: Seconds within which a sustained hunch should raise an alert.
IN_TIME = 90.0


@dataclass(slots=True)
class Outcome:
    """What happened in one set-up's hours.

    Attributes:
        seed, view: of the set-up.
        own: whether the person's slump was part of the baseline.
        hours: simulated.
        delays: seconds from each sustained hunch to its alert; NaN where there was none in time.
        asked: how many of these were questions (sunk, or a lower chair?).
        false: what the person did when an alert was false.
        rechecks: how often a new baseline was asked for.
        looks: how often the engine looked.
        held: most items that the engine kept in memory at once.
        judged: share of the looks with somebody there that could be judged.
    """

    seed: int
    view: str
    own: bool
    hours: float
    delays: list[float] = field(default_factory=list)
    asked: int = 0
    false: list[str] = field(default_factory=list)
    rechecks: int = 0
    looks: int = 0
    held: int = 0
    judged: float = 0.0


def run_day(folder: Path, seed: int, hours: float, own: bool, restless: bool = False) -> Outcome:
    """One set-up's hours through the engine."""
    library = Library(folder, seed)
    day = make_day(library, hours, seed + 17, RESTLESS if restless else WORK)
    rest = take_baseline(library.baseline, library.own_slump if own else None)
    neck = rest.neck * library.baseline.size[1]
    engine = DeskEngine((rest,))
    out = Outcome(seed, VIEWS[seed % 3], own, day.seconds / 3600)
    alerts: list[tuple[float, NoticeKind]] = []
    t, present, judged = 0.0, 0, 0
    while t < day.seconds:
        moment = engine.step(day.at(t, neck), Stamp(1.7e9 + t))
        out.looks += 1
        out.held = max(out.held, engine.held)
        present += moment.sample.present
        judged += moment.sample.score is not None
        out.rechecks += sum(s.kind is NoticeKind.RECHECK for s in moment.notices)
        alerts += [
            (t, s.kind) for s in moment.notices if s.kind in (NoticeKind.HUNCH, NoticeKind.ASK)
        ]
        t += moment.wait
    out.judged = judged / max(present, 1)
    used = set()
    for e in day.episodes:
        hit = next(((a, k) for a, k in alerts if e.start - 3 <= a <= e.end), None)
        if hit is not None:
            used.add(hit[0])
            out.asked += hit[1] is NoticeKind.ASK
        out.delays.append(hit[0] - e.start if hit and hit[0] - e.start <= IN_TIME else np.nan)
    out.false = [day.doing[int(a * FPS)] for a, _ in alerts if a not in used]
    return out


def figures(outcomes: list[Outcome]) -> str:
    """Markdown: by view and baseline."""
    heads = ("baseline", "view", "hours", "sustained hunches", "alerted within 90 s",
             "median delay", "false alerts", "per 8 h", "looks judged")  # fmt: skip
    rows = []
    for own in (False, True):
        for view in (*VIEWS, "all"):
            some = [o for o in outcomes if o.own == own and view in (o.view, "all")]
            delays = np.array([d for o in some for d in o.delays])
            if not len(delays):
                continue
            hours = sum(o.hours for o in some)
            false = sum(len(o.false) for o in some)
            hits = int(np.isfinite(delays).sum())
            rows.append((
                "10 s upright, own slump" if own else "10 s upright", view, f"{hours:.0f}",
                len(delays), f"{hits} ({100 * hits / len(delays):.1f} %)",
                f"{np.nanmedian(delays) if hits else np.nan:.0f} s", false,
                f"{8 * false / hours:.2f}",
                f"{100 * np.mean([o.judged for o in some]):.0f} %",
            ))  # fmt: skip
    return table(heads, rows)


def main(arguments: list[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    p.add_argument("--seeds", default="4000-4008", help="first-last")
    p.add_argument("--test", action="store_true", help="the test seeds")
    p.add_argument("--hours", type=float, default=2.5, help="for each set-up and baseline")
    p.add_argument("--cache", type=Path, default=CACHE, help="where rendered clips are kept")
    p.add_argument("--workers", type=int, default=1)
    p.add_argument("--restless", action="store_true", help="hardly a moment between movements")
    p.add_argument("--write", type=Path, metavar="PAGE", help="put the figures into this page")
    o = p.parse_args(arguments)
    first, last = (int(x) for x in o.seeds.split("-"))
    seeds = TEST_SEEDS if o.test else range(first, last + 1)
    o.cache.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with ProcessPoolExecutor(o.workers) as pool:
        for n, future in enumerate([pool.submit(do, j, o.cache) for j in jobs(seeds)]):
            future.result()
            if n % 10 == 9:
                print(f"{n + 1} clips, {time.monotonic() - start:.0f} s", file=sys.stderr)
        runs = [
            pool.submit(run_day, o.cache, s, o.hours, bool(own), o.restless)
            for own in (0, 1)
            for s in seeds
        ]
        outcomes = [run.result() for run in runs]
    for x in outcomes:
        delays = " ".join("miss" if d != d else f"{d:.0f}" for d in x.delays)  # noqa: PLR0124 - NaN
        print(
            f"{x.seed} {x.view} own={x.own:d} {x.hours:.1f} h, judged {x.judged:.2f}, "
            f"{x.looks} looks, at most {x.held} held, asked {x.asked}, "
            f"rechecks {x.rechecks}: {delays}; false {x.false}"
        )
    show(figures(outcomes), o.write, "restless figures" if o.restless else "day figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
