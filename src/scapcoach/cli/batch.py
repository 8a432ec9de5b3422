"""`scapcoach analyze` with more than one clip: a pool of workers, one display, an index."""

from __future__ import annotations

import json
import math
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scapcoach.cli.exit_codes import FAILED, FINE, INTERRUPTED
from scapcoach.cli.place import Place
from scapcoach.errors import ScapcoachError
from scapcoach.export.clip_status import ClipStatus
from scapcoach.folders import SUMMARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

    from scapcoach.batch.dataset import ClipOutcome, Dataset
    from scapcoach.batch.execution import Executor
    from scapcoach.batch.listing import ListedClip
    from scapcoach.batch.remote_results import RemoteFolder
    from scapcoach.calibration import Calibration, Segment
    from scapcoach.cli.consoles import Results
    from scapcoach.export.dataset_table import Row
    from scapcoach.recording import Options

INDEX: Final = "index.parquet"
PAGE: Final = "summary.html"

#: More jobs than there are cores.
_MANY: Final = 10_000

_OPTIONS: Final = (
    click.option(
        "--list",
        "listing",
        type=Place(exists=True),
        metavar="CSV",
        help="CSV, a file or an address, of clips with the columns clip, exercise, subject, "
        "calibration (a clip or the name of a profile) and lifter; only clip is needed.",
    ),
    click.option(
        "--match",
        "patterns",
        multiple=True,
        metavar="PATTERN",
        help="In folders take only clips that fit, such as 'row*' or 'anna/*/*.mp4'. May be given "
        "several times.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        help="How many clips at a time (default: as many as cores and memory allow).",
    ),
    click.option(
        "--split-minutes",
        type=click.FloatRange(min=0.05),
        metavar="MINUTES",
        help="Cut recordings that are much longer into pieces of about so many minutes, which "
        "several workers share (default: whole clips).",
    ),
    click.option(
        "--engine",
        type=click.Choice(["local", "dask"]),
        default="local",
        show_default=True,
        help="Where the work is done: processes of this computer, or Dask (extra: dask).",
    ),
    click.option(
        "--address",
        help="Scheduler of a Dask cluster, such as tcp://10.0.0.1:8786; without it, --engine dask "
        "starts one on this computer.",
    ),
)


def many(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that takes many clips."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def find_entries(inputs: Sequence[Path | str], chosen: Mapping[str, Any]) -> list[ListedClip]:
    """The clips that a command line names, in files, folders, addresses and a list.

    Raises:
        click.UsageError: none are named.
        ScapcoachError: there are none, the list has faults, or a store cannot be reached.
    """
    from scapcoach.batch.listing import ListedClip, read_list
    from scapcoach.batch.plan import clips_in, remote_clips
    from scapcoach.calibration.profiles import list_profiles

    if not inputs and chosen["listing"] is None:
        raise click.UsageError("Missing argument 'CLIP...': name clips or folders, or a --list.")
    if chosen["address"] and chosen["engine"] == "local":
        raise click.UsageError("--address is that of a cluster: add --engine dask.")
    patterns = chosen["patterns"]
    paths = clips_in([place for place in inputs if isinstance(place, Path)], patterns)
    urls = remote_clips([place for place in inputs if isinstance(place, str)], patterns)
    entries = [*map(ListedClip, paths), *map(ListedClip, urls)]
    if chosen["listing"] is not None:
        profiles = frozenset(list_profiles())
        entries += read_list(chosen["listing"], profiles=profiles, check_exercise=check_exercise)
    return _with_versions(entries)


def _with_versions(entries: list[ListedClip]) -> list[ListedClip]:
    """Entries with the sizes and versions of remote clips."""
    from dataclasses import replace

    from scapcoach.batch.remote import RemoteFile, with_versions

    places = [(n, e.clip) for n, e in enumerate(entries) if isinstance(e.clip, RemoteFile)]
    for (number, _), file in zip(places, with_versions([f for _, f in places]), strict=True):
        entries[number] = replace(entries[number], clip=file)
    return entries


def is_batch(entries: Sequence[ListedClip], chosen: Mapping[str, Any]) -> bool:
    """Whether this needs more than the analysis of a single local clip."""
    places = (chosen["out"], chosen["calibration"] or Path(), *(e.clip for e in entries))
    remote = not all(isinstance(place, Path) for place in places)
    many = len(entries) > 1 or chosen["listing"] is not None or chosen["engine"] != "local"
    return many or remote or chosen["split_minutes"] is not None


def run_batch(
    entries: Sequence[ListedClip], options: Options, chosen: Mapping[str, Any], console: Console
) -> int:
    """Analyse many clips; returns the exit code.

    Raises:
        ScapcoachError: the calibration for all clips cannot be made, or no workers can be started.
    """
    from scapcoach.batch.dataset import CalibrationClip, Dataset
    from scapcoach.batch.remote import RemoteFile
    from scapcoach.batch.remote_results import RemoteFolder
    from scapcoach.calibration.profiles import load_profile

    calibration: Calibration | CalibrationClip | None = None
    with errors_as_json(wanted=chosen["as_json"]):
        if chosen["profile"]:
            calibration = load_profile(chosen["profile"])
        elif chosen["calibration"]:
            clip = chosen["calibration"]
            clip = RemoteFile(clip) if isinstance(clip, str) else clip
            calibration = CalibrationClip(clip, segments_of(chosen))
        split = chosen["split_minutes"] or math.inf
        # The number of pieces is not known yet; idle workers are not started.
        jobs = len(entries) if math.isinf(split) else _MANY
        executor = make_executor(chosen["engine"], chosen["address"], chosen["workers"], jobs)
        out = RemoteFolder(chosen["out"]) if isinstance(chosen["out"], str) else chosen["out"]
        if isinstance(out, RemoteFolder):
            out.check()
        dataset = Dataset(entries, out, options, calibration, split)
        return BatchRun(dataset, executor, console, chosen["quiet"], chosen["as_json"]).run()


@contextmanager
def errors_as_json(*, wanted: bool) -> Iterator[None]:
    """Print an error that ends the command as JSON, too, where JSON is wanted."""
    try:
        yield
    except ScapcoachError as error:
        if wanted:
            click.echo(json.dumps({"clips": [], "error": str(error)}, ensure_ascii=False))
        raise


def segments_of(chosen: Mapping[str, Any]) -> tuple[Segment, ...] | None:
    """The segments that a command line names.

    Raises:
        CalibrationError: the file cannot be read, or has faults.
    """
    from scapcoach.calibration import read_segments

    path = chosen["calibration_segments"]
    return None if path is None else read_segments(path)


def check_exercise(name: str) -> None:
    """Make sure that an exercise is known, and its file without faults.

    Raises:
        ScapcoachError: it is not; the message says what is wrong.
    """
    from scapcoach.coaching.library import find_exercise
    from scapcoach.recording.options import AUTO

    if name != AUTO:
        find_exercise(name)


def make_executor(engine: str, address: str | None, workers: int | None, jobs: int) -> Executor:
    """The executor for an engine, imported only when needed.

    Args:
        engine: local or dask.
        address: address of the Dask scheduler, or None.
        workers: number of workers; None for as many as cores and memory allow.
        jobs: number of jobs.
    """
    from scapcoach.batch.resources import worker_count

    count = worker_count(jobs) if workers is None else min(workers, jobs)
    if engine == "dask":
        from scapcoach.batch.cluster import DaskExecutor

        return DaskExecutor(address, count)
    from scapcoach.batch.local import LocalExecutor

    return LocalExecutor(count)


@dataclass(slots=True)
class BatchRun:
    """One run over many clips.

    Attributes:
        dataset: the clips.
        executor: runs the jobs.
        console: on stderr.
        quiet: whether to report only failures.
        as_json: whether to print results on stdout.
    """

    dataset: Dataset
    executor: Executor
    console: Console
    quiet: bool
    as_json: bool
    _rows: dict[int, Row] = field(default_factory=dict)
    _results: Results = field(init=False)

    def run(self) -> int:
        """Analyse the clips, write the index and the page; returns the exit code."""
        from scapcoach.batch.plan import size_of
        from scapcoach.batch.signals import stop_on_ctrl_c
        from scapcoach.cli.board import Board
        from scapcoach.cli.consoles import Results

        sizes = [size_of(entry.clip) for entry in self.dataset.entries]
        self._results = Results(self.console, shown=not (self.quiet or self.as_json))
        with ExitStack() as stack:
            stop = stack.enter_context(stop_on_ctrl_c())
            stack.callback(self._finish)
            stack.enter_context(self.executor)
            board = Board(
                self.console, sizes, stop,
                enabled=not self.quiet, video=self.dataset.options.video,
            )  # fmt: skip
            stack.enter_context(board)
            for found in self.dataset.analyze(self.executor, watch=board.watch, stop=stop):
                self._rows[found.number] = found.row
                board.end(found.number, found.row.status)
                self._report(found)
        if self.as_json:
            self._print_json()
        if stop():
            return INTERRUPTED
        failed = any(row.status == ClipStatus.FAILED for row in self._rows.values())
        return FAILED if failed else FINE

    def _report(self, found: ClipOutcome) -> None:
        row = found.row
        if row.status not in {ClipStatus.DONE, ClipStatus.SKIPPED}:
            return
        self._results.clip(row.status, row.clip)
        for line in found.notes:
            self._results.detail(f"Note: {line}", "yellow")

    def _finish(self) -> None:
        """Report what failed and why, and write the files about all clips."""
        from scapcoach.batch.execution import NOT_BEGUN
        from scapcoach.cli.consoles import print_status

        rows = [self._rows[number] for number in sorted(self._rows)]
        if not rows:
            return
        for row in rows:
            stopped = row.status == ClipStatus.STOPPED and row.reason != NOT_BEGUN
            if stopped or row.status == ClipStatus.FAILED:
                about = row.reason if row.clip in row.reason else f"{row.clip}: {row.reason}"
                print_status(self.console, row.status, about)
        out = self.dataset.out
        if isinstance(out, Path):
            _write_index(rows, out, out, lambda name: (out / name / SUMMARY).is_file())
        else:
            with out.files(INDEX, PAGE) as place:
                _write_index(rows, out, place, out.finished().__contains__)
        self._count(rows, _within(out, PAGE))

    def _count(self, rows: list[Row], page: str) -> None:
        counts = {status: sum(row.status == status for row in rows) for status in ClipStatus}
        missing = len(self.dataset.entries) - len(rows) + counts.pop(ClipStatus.STOPPED)
        counted = ", ".join(f"{n} {status}" for status, n in counts.items() if n) or "none done"
        total = len(self.dataset.entries)
        self._results.line(f"{total} clip{'s' * (total != 1)}: {counted}.")
        if missing:
            self.console.print(
                f"Interrupted, {missing} not finished. The same command goes on from here."
            )
        self._results.line(page, "cyan")

    def _print_json(self) -> None:
        """Print one clip after another, so that ten thousand summaries need not fit in memory."""
        rows = [self._rows[number] for number in sorted(self._rows)]
        click.echo('{"clips": [')
        for i, row in enumerate(rows):
            comma = "," if i < len(rows) - 1 else ""
            click.echo(json.dumps(self._as_json(row), indent=1, ensure_ascii=False) + comma)
        out = self.dataset.out
        places = {"index": _within(out, INDEX), "page": _within(out, PAGE)}
        click.echo(f"], {json.dumps(places, ensure_ascii=False)[1:]}")

    def _as_json(self, row: Row) -> dict[str, Any]:
        from scapcoach.recording.places import read_summary

        if not row.folder:
            return {"clip": row.clip, "status": row.status, "error": row.reason}
        out = self.dataset.out
        summary = (
            read_summary(out / row.folder) if isinstance(out, Path) else out.summary(row.folder)
        )
        folder = _within(out, row.folder)
        return {"clip": row.clip, "status": row.status, "folder": folder, "summary": summary}


def _write_index(
    rows: Sequence[Row], out: object, place: Path, still_exists: Callable[[str], bool]
) -> None:
    """Write index and page about these and earlier clips into `place`, a local copy of `out`.

    Raises:
        OutputError: they could not be written.
    """
    from scapcoach.export.dataset_table import read_index, with_earlier, write_index
    from scapcoach.report.dataset_page import write_page

    everything = with_earlier(rows, read_index(place / INDEX), still_exists)
    write_index(place / INDEX, everything)
    title = out.absolute().name if isinstance(out, Path) else str(out).rstrip("/").rsplit("/")[-1]
    write_page(place / PAGE, everything, title)


def _within(out: Path | RemoteFolder, name: str) -> str:
    return str(out / name) if isinstance(out, Path) else f"{str(out).rstrip('/')}/{name}"
