"""`scapcoach analyze` with more than one clip: a pool of workers, one display, an index."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scapcoach.errors import ScapcoachError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import Console

    from scapcoach.analysis import Options
    from scapcoach.batch.dataset import Dataset, Found
    from scapcoach.batch.listing import Entry
    from scapcoach.batch.types import Executor
    from scapcoach.calibration import Calibration, Segment
    from scapcoach.sinks.dataset_table import Row

INDEX: Final = "index.parquet"
PAGE: Final = "summary.html"

_OPTIONS: Final = (
    click.option(
        "--list",
        "listing",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="CSV of clips with the columns clip, exercise, subject, calibration (a clip or the "
        "name of a profile) and lifter; only clip is needed.",
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


def find_entries(inputs: Sequence[Path], chosen: Mapping[str, Any]) -> list[Entry]:
    """The clips that a command line names, in files, folders and a list.

    Raises:
        click.UsageError: there are none, or the list has faults.
    """
    from scapcoach.batch.listing import Entry, read_list
    from scapcoach.batch.plan import clips_in
    from scapcoach.calibration.profiles import list_profiles

    if not inputs and chosen["listing"] is None:
        raise click.UsageError("Missing argument 'CLIP...': name clips or folders, or a --list.")
    if chosen["address"] and chosen["engine"] == "local":
        raise click.UsageError("--address is that of a cluster: add --engine dask.")
    try:
        entries = [Entry(clip) for clip in clips_in(inputs, chosen["patterns"])]
        if chosen["listing"] is not None:
            profiles = frozenset(list_profiles())
            entries += read_list(
                chosen["listing"], profiles=profiles, check_exercise=check_exercise
            )
    except ScapcoachError as error:
        raise click.UsageError(str(error)) from error
    return entries


def is_batch(entries: Sequence[Entry], chosen: Mapping[str, Any]) -> bool:
    """Whether this is more than what is done with a single clip."""
    return len(entries) > 1 or chosen["listing"] is not None or chosen["engine"] != "local"


def run_batch(
    entries: Sequence[Entry], options: Options, chosen: Mapping[str, Any], console: Console
) -> int:
    """Analyse many clips; the exit code.

    Raises:
        ScapcoachError: the calibration for all cannot be had, or no workers can.
    """
    from scapcoach.batch.dataset import CalibrationClip, Dataset
    from scapcoach.calibration.profiles import load_profile

    calibration: Calibration | CalibrationClip | None = None
    try:
        if chosen["profile"]:
            calibration = load_profile(chosen["profile"])
        elif chosen["calibration"]:
            calibration = CalibrationClip(chosen["calibration"], segments_of(chosen))
        executor = make_executor(
            chosen["engine"], chosen["address"], chosen["workers"], len(entries)
        )
        dataset = Dataset(entries, chosen["out"], options, calibration)
        return BatchRun(dataset, executor, console, chosen["quiet"], chosen["as_json"]).run()
    except ScapcoachError as error:
        if chosen["as_json"]:
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
        ScapcoachError: with what is wrong.
    """
    from scapcoach.analysis.options import AUTO
    from scapcoach.coaching.library import find_exercise

    if name != AUTO:
        find_exercise(name)


def make_executor(engine: str, address: str | None, workers: int | None, jobs: int) -> Executor:
    """The executor of that name, imported only when it is wanted.

    Args:
        engine: local or dask.
        address: of the Dask scheduler, or None.
        workers: how many; None for as many as cores and memory allow.
        jobs: how many jobs there will be.
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
        executor: who does the work.
        console: on stderr.
        quiet: whether to tell of failures only.
        as_json: whether to print results on stdout.
    """

    dataset: Dataset
    executor: Executor
    console: Console
    quiet: bool
    as_json: bool
    _rows: dict[int, Row] = field(default_factory=dict)

    def run(self) -> int:
        """Analyse the clips, write the index and the page; the exit code."""
        from scapcoach.batch.plan import size_of
        from scapcoach.batch.signals import stop_on_ctrl_c
        from scapcoach.cli.board import Board

        sizes = [size_of(entry.clip) for entry in self.dataset.entries]
        with ExitStack() as stack:
            stop = stack.enter_context(stop_on_ctrl_c())
            stack.callback(self._finish)
            stack.enter_context(self.executor)
            board = stack.enter_context(
                Board(
                    self.console,
                    sizes,
                    enabled=not self.quiet,
                    video=self.dataset.options.video,
                    stopping=stop,
                )
            )
            for found in self.dataset.analyze(self.executor, watch=board.watch, stop=stop):
                self._rows[found.number] = found.row
                board.end(found.number, found.row.status)
                self._tell(found)
        if self.as_json:
            self._print_json()
        if stop():
            return 130
        return 1 if any(row.status == "failed" for row in self._rows.values()) else 0

    def _tell(self, found: Found) -> None:
        row = found.row
        if self.quiet or row.status not in {"done", "skipped"}:
            return
        word = "[dim]skipped[/] " if row.status == "skipped" else "[green]done[/]    "
        self.console.print(f"{word} {_plain(row.clip)}", soft_wrap=True)
        for line in found.notes:
            self.console.print(f"         Note: {line}", markup=False, style="yellow")

    def _finish(self) -> None:
        """Tell what failed and why, and write what is about all clips."""
        from scapcoach.batch.types import NOT_BEGUN
        from scapcoach.sinks.dataset_page import write_page
        from scapcoach.sinks.dataset_table import read_index, with_earlier, write_index

        rows = [self._rows[number] for number in sorted(self._rows)]
        if not rows:
            return
        for row in rows:
            if row.status == "failed" or (row.status == "stopped" and row.reason != NOT_BEGUN):
                style = "bold red" if row.status == "failed" else "yellow"
                about = row.reason if row.clip in row.reason else f"{row.clip}: {row.reason}"
                self.console.print(f"[{style}]{row.status:8}[/] {_plain(about)}", soft_wrap=True)
        out = self.dataset.out
        everything = with_earlier(rows, read_index(out / INDEX), out)
        write_index(out / INDEX, everything)
        write_page(out / PAGE, everything)
        if not self.quiet:
            self._count(rows, out / PAGE)

    def _count(self, rows: list[Row], page: Path) -> None:
        counts = {
            status: sum(row.status == status for row in rows)
            for status in ("done", "skipped", "failed", "stopped")
        }
        missing = len(self.dataset.entries) - len(rows) + counts.pop("stopped")
        told = ", ".join(f"{n} {status}" for status, n in counts.items() if n) or "none done"
        self.console.print(f"{len(self.dataset.entries)} clips: {told}.", highlight=False)
        if missing:
            self.console.print(
                f"Interrupted, {missing} not finished. The same command goes on from here."
            )
        self.console.print(str(page), markup=False, style="cyan", soft_wrap=True)

    def _print_json(self) -> None:
        """One clip after the other: the summaries of ten thousand clips need not fit in memory."""
        rows = [self._rows[number] for number in sorted(self._rows)]
        click.echo('{"clips": [')
        for i, row in enumerate(rows):
            comma = "," if i < len(rows) - 1 else ""
            click.echo(json.dumps(self._as_json(row), indent=1, ensure_ascii=False) + comma)
        out = self.dataset.out
        places = {"index": str(out / INDEX), "page": str(out / PAGE)}
        click.echo(f"], {json.dumps(places, ensure_ascii=False)[1:]}")

    def _as_json(self, row: Row) -> dict[str, Any]:
        from scapcoach.analysis.places import read_summary

        if not row.folder:
            return {"clip": row.clip, "status": row.status, "error": row.reason}
        folder = self.dataset.out / row.folder
        return {
            "clip": row.clip,
            "status": row.status,
            "folder": str(folder),
            "summary": read_summary(folder),
        }


def _plain(text: object) -> str:
    from rich.markup import escape

    return escape(str(text))
