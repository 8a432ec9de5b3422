"""One progress display for many clips at once: clips, frames, time left."""

from __future__ import annotations

import time
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from scapcoach.cli.streams import share_a_terminal
from scapcoach.export.clip_status import ClipStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

#: Seconds over which the rate is averaged: long enough to be steady, short enough to be current.
_WINDOW: Final = 15.0
#: Shares of the work on a clip up to the end of each stage [M]: with an annotated video, finding
#: the landmarks takes two thirds.
_STAGE_ENDS: Final = {"landmarks": (0.0, 0.65), "video": (0.65, 1.0)}


class Board:
    """A line with the progress of all clips; shown only when stderr is a terminal.

    Args:
        console: on stderr.
        sizes: sizes of the clips in bytes, which are their weights.
        enabled: False shows nothing.
        video: whether annotated videos are made.
        stopping: whether running clips have been asked to stop.
    """

    def __init__(
        self,
        console: Console,
        sizes: Sequence[int],
        stopping: Callable[[], bool] = bool,
        *,
        enabled: bool,
        video: bool,
    ) -> None:
        from rich.progress import BarColumn, Progress, TextColumn

        self._sizes = [max(1, size) for size in sizes]
        self._video, self._stopping = video, stopping
        self._begun = time.monotonic()
        self._shares: dict[int, float] = {}
        self._frames: dict[int, int] = {}
        self._all_frames = 0
        self._history: deque[tuple[float, int]] = deque([(self._begun, 0)])
        self._ended = self._failed = 0
        self._worked = self._not_worked = 0.0
        self._progress = Progress(
            TextColumn("{task.description}", style="bold"),
            BarColumn(),
            TextColumn("{task.fields[frames]}"),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[left]}", style="cyan"),
            console=console,
            transient=True,
            redirect_stdout=share_a_terminal(),
            disable=not (enabled and console.is_terminal),
        )
        self._task = self._progress.add_task(self._words(), total=1.0, frames="", rate="", left="")

    def watch(self, number: int, stage: str, done: int, total: int | None) -> None:
        """Update: `done` of `total` frames of a stage are done in clip `number`."""
        if stage == "landmarks":
            self._all_frames += max(0, done - self._frames.get(number, 0))
            self._frames[number] = done
        begin, end = _STAGE_ENDS.get(stage, (0.0, 1.0)) if self._video else (0.0, 1.0)
        if total and stage in _STAGE_ENDS:
            self._shares[number] = begin + (end - begin) * min(1.0, done / total)
        self._show()

    def end(self, number: int, status: str) -> None:
        """Update: clip `number` has ended."""
        self._shares.pop(number, None)
        self._frames.pop(number, None)
        self._ended += 1
        self._failed += status == ClipStatus.FAILED
        if status == ClipStatus.DONE:
            self._worked += self._sizes[number]
        else:
            self._not_worked += self._sizes[number]
        self._show()

    def _words(self) -> str:
        failed = f", {self._failed} failed" if self._failed else ""
        stopping = ", stopping" if self._stopping() else ""
        return f"{self._ended}/{len(self._sizes)} clips{failed}{stopping}"

    def _show(self) -> None:
        now = time.monotonic()
        if now - self._history[-1][0] > 0.5:
            self._history.append((now, self._all_frames))
            while now - self._history[1][0] > _WINDOW:
                self._history.popleft()
        since, frames = self._history[0]
        rate = (self._all_frames - frames) / max(now - since, 1e-3)
        running = sum(share * self._sizes[n] for n, share in self._shares.items())
        whole = sum(self._sizes)
        worked = self._worked + running
        share = (worked + self._not_worked) / whole
        left = (now - self._begun) * (whole - worked - self._not_worked) / worked if worked else 0
        self._progress.update(
            self._task,
            completed=share,
            description=self._words(),
            frames=f"{self._all_frames} frames" if self._all_frames else "",
            rate=f"{rate:.0f} fps" if rate else "",
            left=f"{timedelta(seconds=round(left))} left" if worked else "",
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
