"""Does it hold on real people? Detection, share judged, and agreement with what a clip shows.

``python -m bench.real --clips FOLDER --list LIST.tsv [--segments SEGMENTS.tsv]`` runs the product
over the clips of a list, as far as they lie under ``FOLDER/<repo>/<path>``. Nobody knows a real
person's true angles, so it checks what label and arms alone can show:

* a shrug: elevation goes with the height of the hanging hands, and reads up at the top;
* a row or pulldown: retraction at the finish is withheld or not less than at the stretch; beside
  it what the naive rule "shoulders narrower over hips = retracted" says;
* lying on a bench: withheld for that reason, and no other clip is;
* a segment called upright and one called hunched or slumped: the measures separate them;
* a trunk leaning far forward: how often that is called a marked hunch;
* repetition by repetition (`real_reps`): the peak of a row more retracted than its stretch, the top
  of a shrug higher than its bottom, no retraction in raises, presses and curls.

The clips are other people's: none is part of this project, and nothing of them is written but
numbers. A clip that is not there is skipped with one line.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench import real_reps
from bench.real_checks import NAMES, Span, check_clip, compare_segments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scapcoach import Analysis

#: What a clip is checked for, by words in its action, or in its file name where there is none.
#: The first pattern must be found and the second must not.
_KINDS: Final = {
    "shrug": (r"shrug", r"$^"),
    "pull": (r"\brows?\b|pulldown|pull-?ups?\b", r"upright|arch|let[_ ]pull"),
    "lying": (r"bench|skull|pullover|chest fly|inverted row", r"incline|bench row"),
    # Leaning back so far that either answer is fair.
    "reclined": (r"incline|trx", r"$^"),
    # Arms that move without a pull.
    "arms": (r"raise|press|curl|push-?down|arm circles", r"bench|chest|leg|hip|around"),
}


@dataclass(frozen=True, slots=True)
class Clip:
    """One line of the list: where the clip is and what it is said to show."""

    repo: str
    path: str
    action: str
    view: str
    kind: str

    @property
    def name(self) -> str:
        """Repository and path, as people look it up."""
        return f"{self.repo}: {self.path}"

    def asked(self) -> tuple[str, ...]:
        """Which of `shrug`, `pull`, `lying`, `reclined` and `arms` the clip is said to show."""
        words = (self.action or Path(self.path).stem).lower().replace("_", " ")
        return tuple(
            kind
            for kind, (yes, no) in _KINDS.items()
            if re.search(yes, words) and not re.search(no, words)
        )


def read_list(path: Path) -> list[Clip]:
    """Clips of a tab-separated list with columns repo, path, action, view and kind.

    Raises:
        SystemExit: the file or one of the columns is missing.
    """
    return [
        Clip(row["repo"], row["path"], row["action"] or "", row["view"] or "", row["kind"] or "")
        for row in _rows(path, {"repo", "path", "action", "view", "kind"})
    ]


def read_spans(path: Path) -> dict[tuple[str, str], list[Span]]:
    """Labelled spans by (repo, path); the column of labels may be called anything with "label".

    Raises:
        SystemExit: the file or one of the columns is missing.
    """
    found: dict[tuple[str, str], list[Span]] = {}
    for row in _rows(path, {"repo", "path", "start_s", "end_s"}):
        label = next((v for k, v in row.items() if k and "label" in k), "")
        span = Span(float(row["start_s"]), float(row["end_s"]), label)
        found.setdefault((row["repo"], row["path"]), []).append(span)
    return found


def _rows(path: Path, columns: set[str]) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
    except OSError as error:
        raise SystemExit(f"The list {path} cannot be read: {error.strerror}.") from None
    missing = columns - set(rows[0]) if rows else set()
    if missing:
        raise SystemExit(f"The list {path} lacks the columns {', '.join(sorted(missing))}.")
    return rows


def run_clip(
    clip: Clip, file: Path, cache: Path, spans: list[Span], estimator: str | None = None
) -> dict[str, Any]:
    """All findings about one clip, ready for JSON.

    Raises:
        ScapcoachError: the clip cannot be analysed.
    """
    from scapcoach import Options, analyze

    folder = cache / clip.repo / Path(clip.path).parent
    options = Options(video=False, estimator=estimator)
    found: Analysis = analyze(file, out=folder, options=options)
    answers = check_clip(found.poses, found.measures, clip.asked())
    answers["segments"] = compare_segments(found.measures, spans)
    return {**asdict(clip), "asked": clip.asked(), **answers}


def seconds_of(file: Path) -> float:
    """Length of a clip as its container states it; 0 where it does not.

    Raises:
        InputError: it is no video.
    """
    from scapcoach.sources.video import VideoFile

    with VideoFile(file) as source:
        return float(source.info.duration or 0.0)


def run(args: argparse.Namespace) -> list[dict[str, Any]]:
    """All clips that are there, one line each as they come."""
    from scapcoach.errors import ScapcoachError

    spans = read_spans(args.segments) if args.segments else {}
    results = []
    for clip in read_list(args.list):
        file = args.clips / clip.repo / clip.path
        if args.only and not re.search(args.only, clip.name, re.IGNORECASE):
            continue
        if clip.kind != "video":
            print(f"skipped  {clip.name}: {clip.kind or 'not a video'}, not a clip")
            continue
        if not file.is_file():
            print(f"skipped  {clip.name}: not in {args.clips}")
            continue
        try:
            seconds = seconds_of(file)
            labelled = spans.get((clip.repo, clip.path), [])
            if seconds > args.longest and not labelled:
                print(f"skipped  {clip.name}: {seconds:.0f} s, longer than {args.longest:g} s")
                continue
            results.append(run_clip(clip, file, args.cache, labelled, args.estimator))
            print(f"done     {clip.name}", flush=True)
        except ScapcoachError as error:
            print(f"failed   {clip.name}: {error}")
    return results


def table(results: list[dict[str, Any]]) -> Iterable[str]:
    """Lines of the tables for people."""
    n = len(results)
    yield f"Real clips: {n}, frames: {sum(r['frames'] for r in results)}"
    found = np.array([r["detected"] for r in results])
    good = (found >= 0.98).sum()
    yield f"Person found: median {np.median(found):.1%}, {good} of {n} at 98 % or more"
    yield ""
    yield "Share of frames judged, by view of the list"
    yield f"{'view':<14}{'clips':>6}" + "".join(f"{m:>14}" for m in NAMES)
    for view in sorted({_plain_view(r["view"]) for r in results}):
        part = [r for r in results if _plain_view(r["view"]) == view]
        shares = (np.mean([r["judged"][m] for r in part]) for m in NAMES)
        yield f"{view:<14}{len(part):>6}" + "".join(f"{s:>14.0%}" for s in shares)
    yield from _answers(results)


def _plain_view(view: str) -> str:
    return view.split("(", maxsplit=1)[0].strip().rstrip("?") or "unknown"


def _answers(results: list[dict[str, Any]]) -> Iterable[str]:
    for title, key, line in _SECTIONS:
        rows = [r for r in results if r.get(key)]
        if rows:
            yield ""
            yield title
            for r in rows:
                for text in line(r):
                    yield f"  {Path(r['path']).stem[:34]:<36}{text}"
    yield from real_reps.lines(results)
    alarms = [r["lying"] for r in results if not {"lying", "reclined"} & set(r["asked"])]
    if alarms:
        yield ""
        share, worst = np.mean(alarms), max(alarms)
        yield f"Called lying down although not: {share:.1%} of frames, worst clip {worst:.1%}"


def _shrug_line(r: dict[str, Any]) -> Iterable[str]:
    s = r["shrug"]
    yield (
        f"{s['verdict']:<10} r with hand height {s['r']:+.2f}, "
        f"top {s['top']:+.0f} deg, bottom {s['bottom']:+.0f} deg, judged {s['judged']:.0%}"
    )


def _pull_line(r: dict[str, Any]) -> Iterable[str]:
    p = r["pull"]
    ours = "" if p["change"] is None else f", retraction at the finish {p['change']:+.0f} deg"
    yield (
        f"{p['verdict']:<10} judged at the finish {p['judged']:.0%}{ours}; "
        f"naive width {p['naive_change']:+.0%}: {p['naive_verdict']}"
    )


def _lying_line(r: dict[str, Any]) -> Iterable[str]:
    yield f"{r['lying']:.0%} of frames known as lying, hunch judged in {r['judged']['hunch']:.0%}"


def _segment_line(r: dict[str, Any]) -> Iterable[str]:
    for s in r["segments"]:
        yield (
            f"{s['measure']:<13} upright {s['upright']:+.1f}, {s['label']} {s['bent']:+.1f}, "
            f"right order {s['auc']:.0%}, effect {s['effect']:+.1f}"
        )


def _bent_line(r: dict[str, Any]) -> Iterable[str]:
    b = r["bent_over"]
    yield f"{b['frames']} frames leaning over 40 deg: {b['marked']:.0%} called a marked hunch"


_SECTIONS: Final = (
    ("Shrugs: elevation goes up with the hands, and reads up at the top", "shrug", _shrug_line),
    ("Rows and pulldowns: finish against stretch", "pull", _pull_line),
    ("Lying on a bench", "asked_lying", _lying_line),
    ("Upright against hunched, by eye", "segments", _segment_line),
    ("Bent over is not hunched", "bent_over", _bent_line),
)


def main(argv: list[str] | None = None) -> int:
    """Run over the list; 0 also when no clip is there."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m bench.real", description=summary)
    parser.add_argument("--clips", type=Path, required=True, help="folder of <repo>/<path>")
    parser.add_argument("--list", type=Path, required=True, help="tab-separated list of clips")
    parser.add_argument("--segments", type=Path, help="tab-separated list of labelled spans")
    parser.add_argument("--out", type=Path, default=Path("results/real.json"), help="results")
    parser.add_argument("--cache", type=Path, default=Path(".cache/real"), help="landmarks")
    parser.add_argument(
        "--estimator", help="joint, geometric or observer, as in `scapcoach analyze`"
    )
    parser.add_argument("--only", help="regular expression on 'repo: path'")
    parser.add_argument(
        "--longest", type=float, default=np.inf,
        help="skip clips longer than this many seconds, unless labelled",
    )  # fmt: skip
    args = parser.parse_args(argv)
    results = run(args)
    if not results:
        print("No clip of the list is there: nothing to check.")
        return 0
    print("\n" + "\n".join(table(results)))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"\nWritten to {args.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
