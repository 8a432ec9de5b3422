"""One progress bar on stderr: stage, frames per second, time left."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

from scapcoach.cli.streams import share_a_terminal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID


class ProgressBar:
    """A progress bar for one clip after another; shown only when stderr is a terminal.

    Args:
        console: on stderr.
        enabled: False shows nothing.
    """

    def __init__(self, console: Console, *, enabled: bool) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("{task.fields[clip]}", style="bold", markup=False),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            redirect_stdout=share_a_terminal(),
            disable=not (enabled and console.is_terminal),
        )
        self._clip = ""
        self._task: TaskID | None = None
        self._stage = ""
        self._begun = 0.0
        self._first = 0

    def clip(self, name: str) -> None:
        """Begin the next clip."""
        self._clip, self._stage = name, ""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Update: `done` of `total` frames of a stage are done."""
        now = time.monotonic()
        if stage != self._stage or self._task is None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(stage, clip=self._clip, rate="", total=total)
            self._stage, self._begun, self._first = stage, now, done
        rate = (done - self._first) / max(now - self._begun, 1e-3)
        shown: dict[str, Any] = {"rate": f"{rate:.0f} fps" if done > self._first else ""}
        known = None if total is None else max(total, done)
        self._progress.update(self._task, completed=done, total=known, **shown)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
