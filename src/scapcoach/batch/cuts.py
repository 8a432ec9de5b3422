"""Jobs over clips, of which long ones are cut so that several workers share one clip."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scapcoach.batch.execution import NOT_BEGUN, Stopped
from scapcoach.batch.jobs import ClipJob, PieceJob
from scapcoach.batch.run import run_all
from scapcoach.errors import InputError
from scapcoach.recording.pieces import Piece, pieces_of
from scapcoach.recording.places import content_hash
from scapcoach.sources.video import probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scapcoach.batch.execution import Executor, Job, Outcome, Watch


def run_cut(
    executor: Executor,
    jobs: Sequence[Job],
    minutes: float,
    *,
    watch: Watch,
    stop: Callable[[], bool],
) -> Iterator[tuple[int, Outcome]]:
    """Like `run_all`, but the landmarks of long clips are found in pieces first.

    Pieces come first, because they take longest, together with the other clips; then each clip that
    was cut is joined and finished. Failures of pieces are not reported: a clip that lacks a piece
    is analysed as a whole, and reports the problem itself.

    Args:
        executor: does the work.
        jobs: only clips on this computer are cut.
        minutes: desired length of a piece.
        watch: as for `run_all`.
        stop: as for `run_all`.
    """
    cuts = {number: cut for number, job in enumerate(jobs) if (cut := _cut(job, minutes))}
    first: list[tuple[int, Job]] = [
        (number, PieceJob(cut.job, piece)) for number, cut in cuts.items() for piece in cut.pieces
    ]
    first += [(number, job) for number, job in enumerate(jobs) if number not in cuts]

    def watch_first(at: int, stage: str, done: int, total: int | None) -> None:
        number = first[at][0]
        if number in cuts:
            done, total = cuts[number].add(at, done)
        watch(number, stage, done, total)

    for at, outcome in run_all(executor, [j for _, j in first], watch=watch_first, stop=stop):
        number = first[at][0]
        if number not in cuts:
            yield number, outcome
        elif isinstance(outcome, Stopped):
            cuts[number].stopped = outcome
    last = [n for n, cut in cuts.items() if not stop()]
    yield from ((n, cut.stopped or Stopped(NOT_BEGUN)) for n, cut in cuts.items() if n not in last)
    whole = [replace(cuts[n].job, pieces=cuts[n].pieces) for n in last]
    for at, outcome in run_all(
        executor, whole, stop=stop,
        watch=lambda at, stage, done, total: watch(last[at], stage, done, total),
    ):  # fmt: skip
        yield last[at], outcome


@dataclass(slots=True)
class _Cut:
    """A clip that is cut.

    Attributes:
        job: job of the whole clip.
        pieces: its pieces.
        frames: approximate number of frames.
        done: finished frames by number of the piece's job.
        stopped: how its pieces ended, if they were stopped.
    """

    job: ClipJob
    pieces: tuple[Piece, ...]
    frames: int
    done: dict[int, int] = field(default_factory=dict)
    stopped: Stopped | None = None

    def add(self, at: int, done: int) -> tuple[int, int]:
        """Number of finished frames in all pieces, and number of all frames."""
        self.done[at] = done
        return min(self.frames, sum(self.done.values())), self.frames


def _cut(job: Job, minutes: float) -> _Cut | None:
    """How to cut a clip; None for a clip that is short, finished or unreadable."""
    if not isinstance(job, ClipJob) or math.isinf(minutes):
        return None
    try:
        info = probe(job.clip)
        pieces = pieces_of(info, minutes)
        if not pieces:
            return None
        # Read once, here; otherwise every piece of a large file would read all of it.
        content = job.content or content_hash(job.clip)
    except InputError:
        return None
    if job.done_before(job.folder(content), content) is not None:
        return None
    return _Cut(replace(job, content=content), pieces, info.n_frames or 1)
