"""`scapcoach analyze`: clips in, a folder of results for each out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scapcoach.cli import batch, options
from scapcoach.cli.exit_codes import FINE, INTERRUPTED
from scapcoach.cli.place import Folder, Place
from scapcoach.cli.unexpected import unexpected
from scapcoach.errors import InstallationError, ScapcoachError
from scapcoach.export.clip_status import ClipStatus
from scapcoach.export.formats import check_installed, optional
from scapcoach.folders import REPORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from scapcoach.calibration import Calibration
    from scapcoach.cli.progress import ProgressBar
    from scapcoach.recording import Analysis, Options


@click.command("analyze")
@click.argument("inputs", nargs=-1, metavar="CLIP...", type=Place())
@click.option(
    "-o",
    "--out",
    default="results",
    show_default=True,
    metavar="FOLDER",
    type=Folder(),
    help="Folder for the results: OUT/<clip name>/; an address such as s3://bucket/folder, too.",
)
@options.model
@options.delegate
@options.estimator
@options.subject
@click.option(
    "--calibration",
    metavar="CLIP",
    type=Place(exists=True),
    help="A calibration clip of the same person and camera. Held poses: relaxed, blades back, "
    "blades apart, shrug, shoulders down, relaxed, 3 seconds each, arms hanging. Or five "
    "repetitions of the exercise: two arms only, two full squeezes, one shrugged.",
)
@options.segments
@options.profile
@options.exercise
@options.focus
@options.load
@click.option("--video/--no-video", default=True, help="Write annotated.mp4 (default: yes).")
@options.formats
@batch.many
@click.option("--force", is_flag=True, help="Analyse again what is already there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the results.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar, errors only.")
def command(inputs: tuple[Path | str, ...], **chosen: Any) -> int:
    """Measure retraction, shrug and hunch in recorded videos.

    CLIP is a video file, a folder, searched through with all folders in it, or the address of
    either (s3://bucket/monday/*.mp4; extras: s3, gcs). For each clip,
    OUT/<clip name>/ receives report.html (open it in a browser), annotated.mp4, frames.parquet
    (one row per frame), landmarks.parquet and summary.json; with --exercise also reps.parquet,
    cues.srt and cues.vtt. Finished clips are skipped; interrupted ones go on. Several clips are
    analysed at the same time, and get OUT/summary.html and OUT/index.parquet about all of them.

    \b
    Exit codes: 0 all fine, 1 some clip failed, 2 wrong usage, 130 interrupted.

    \b
    Examples:
      scapcoach analyze row.mp4
      scapcoach analyze monday/ --out results --no-video --csv
      scapcoach analyze monday/ --match 'row*' --workers 4
      scapcoach analyze --list clips.csv --engine dask --address tcp://10.0.0.1:8786
      scapcoach analyze 's3://bucket/monday/*.mp4' --out s3://bucket/results
      scapcoach analyze row.mp4 --calibration me.mp4
      scapcoach analyze row.mp4 --exercise row --load 60kg
      scapcoach analyze two_lifters.mp4 --subject 0.3,0.5
    """  # noqa: D301 - click reads the \\b
    if chosen["calibration"] and chosen["profile"]:
        raise click.UsageError("--calibration and --profile exclude each other.")
    if chosen["profile"] and chosen["calibration_segments"]:
        raise click.UsageError("--calibration-segments and --profile exclude each other.")
    from scapcoach.cli.consoles import terminal

    _check_possible(chosen)
    entries = batch.find_entries(inputs, chosen)
    console = terminal(stderr=True)
    if batch.is_batch(entries, chosen):
        return batch.run_batch(entries, chosen_options(chosen), chosen, console)
    (entry,) = entries
    return _Job(chosen, console).run(Path(str(entry.clip)))


def _check_possible(chosen: Mapping[str, Any]) -> None:
    """Find out before any work what no clip could be analysed without.

    Raises:
        UsageError: the exercise is unknown or its file has faults, the model is not there, or an
            extra is not installed.
    """
    if chosen["exercise"] is not None:
        batch.check_exercise(chosen["exercise"])
    if chosen["address"]:
        return  # the rest is a matter of the computers of that cluster
    from scapcoach.pose.engines import model_sha256

    model_sha256(chosen["model"])  # raises where the model is missing
    check_installed(_formats(chosen))


def chosen_options(c: Mapping[str, Any]) -> Options:
    """What the command line says about how to analyse.

    Raises:
        CalibrationError: the list of segments has faults.
    """
    from scapcoach.recording import Options

    return Options(
        model=c["model"],
        delegate=c["delegate"],
        subject=c["subject"],
        segments=None if c["calibration"] else batch.segments_of(c),
        video=c["video"],
        formats=_formats(c),
        force=c["force"],
        exercise=c["exercise"],
        focus=c["focus"],
        load=c["load"],
        estimator=c["estimator"],
    )


def _formats(chosen: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the output formats that the command line asks for."""
    return tuple(one.name for one in optional() if chosen[one.name])


@dataclass(slots=True)
class _Job:
    """One run over a single clip of this computer."""

    chosen: dict[str, Any]
    console: Console

    def run(self, clip: Path) -> int:
        """Analyse the clip; the exit code."""
        from scapcoach.cli.progress import ProgressBar
        from scapcoach.recording import Interrupted

        results, code, as_json = [], FINE, self.chosen["as_json"]
        with ProgressBar(self.console, enabled=not self.chosen["quiet"]) as bar:
            with batch.errors_as_json(wanted=as_json):
                choice, calibration = chosen_options(self.chosen), self._calibration(bar)
            bar.clip(clip.name)
            try:
                result, code = self._one(clip, choice, calibration, bar)
                results.append(result)
            except Interrupted as stop:
                self.console.print(f"Interrupted. {stop}", soft_wrap=True)
                code = INTERRUPTED
        if as_json:
            click.echo(json.dumps({"clips": results}, indent=1, ensure_ascii=False))
        return code

    def _calibration(self, bar: ProgressBar) -> Calibration | None:
        from scapcoach.calibration.profiles import load_profile
        from scapcoach.recording import calibrate_clip

        c = self.chosen
        if c["profile"]:
            return load_profile(c["profile"])
        if c["calibration"] is None:
            return None
        bar.clip(c["calibration"].name)
        return calibrate_clip(
            c["calibration"], batch.segments_of(c), model=c["model"],
            estimator=c["estimator"] or options.DEFAULT_ESTIMATOR, progress=bar,
        )  # fmt: skip

    def _one(
        self, clip: Path, choice: Options, calibration: Calibration | None, bar: ProgressBar
    ) -> tuple[dict[str, Any], int]:
        """What is printed as JSON, and the exit code."""
        from scapcoach.cli.consoles import print_status
        from scapcoach.recording import analyze

        try:
            found = analyze(
                clip, out=self.chosen["out"], options=choice, calibration=calibration, progress=bar
            )
        except Exception as problem:
            error = problem if isinstance(problem, ScapcoachError) else unexpected(problem)
            if isinstance(error, InstallationError):
                raise error from problem  # no other clip would fare better
            # Most messages name the file themselves.
            about = str(error) if clip.name in str(error) else f"{clip}: {error}"
            print_status(self.console, ClipStatus.FAILED, about)
            failed = {"clip": str(clip), "status": ClipStatus.FAILED, "error": str(error)}
            return failed, error.exit_code
        status = ClipStatus.SKIPPED if found.skipped else ClipStatus.DONE
        self._report(clip, status, found)
        whole = {"clip": str(clip), "status": status, "folder": str(found.folder),
                 "summary": found.summary}  # fmt: skip
        return whole, FINE

    def _report(self, clip: Path, status: ClipStatus, found: Analysis) -> None:
        from scapcoach.cli.consoles import Results

        shown = not (self.chosen["quiet"] or self.chosen["as_json"])
        results = Results(self.console, shown=shown)
        results.clip(status, clip)
        if found.skipped:
            results.detail("finished before; --force analyses it again", "dim")
        for line in said(found.summary):
            results.detail(line)
        for line in found.warnings:
            results.detail(f"Note: {line}", "yellow")
        if found.folder is not None:
            results.detail(str(found.folder / REPORT), "cyan")


def said(summary: Mapping[str, Any]) -> list[str]:
    """All lines about a clip; for a coached set its repetitions say how far they went."""
    about_set, headline = set_lines(summary), list(summary.get("headline", []))
    if about_set and summary["set"]["reps"]:
        del headline[1:2]
    return [*about_set, *headline]


def set_lines(summary: Mapping[str, Any]) -> list[str]:
    """A set in lines: how many repetitions, which faults, which are best and weakest, and why."""
    found = summary.get("set")
    if not found or found.get("exercise") is None:
        return []
    reps = found["reps"]
    words = f"{found['title']}: {reps} repetition{'s' * (reps != 1)}"
    if found["partial"]:
        words += f" ({found['partial']} partial)"
    if found["score"] is not None:
        words += f", score {found['score']:.0f} of 100"
    return [f"{words}.", *_faults(found), *_extremes(found), found["next_time"]]


def _faults(found: Mapping[str, Any]) -> list[str]:
    """How often each fault was seen, of the repetitions in which it could be judged."""
    seen = [
        f"{_lower(fault['title'])} ({fault['faulty']} of {fault['judged']})"
        for fault in found["faults"]
        if fault["faulty"]
    ]
    return [f"Faults: {'; '.join(seen)}."] if seen else []


def _extremes(found: Mapping[str, Any]) -> list[str]:
    """The best and the weakest repetition, where they stand apart by their score."""
    reps = {rep["rep"]: rep for rep in found["repetitions"]}
    best, worst = reps.get(found["best"]), reps.get(found["worst"])
    if best is None or worst is None or best["score"] is None or worst["score"] is None:
        return []
    titles = {fault["key"]: _lower(fault["title"]) for fault in found["faults"]}
    why = "; ".join(titles[key] for key in worst["faults"] if key in titles)
    line = f"Best: repetition {best['rep']}, score {best['score']:.0f}. "
    line += f"Weakest: repetition {worst['rep']}, score {worst['score']:.0f}"
    return [f"{line} ({why})." if why else f"{line}."]


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]
