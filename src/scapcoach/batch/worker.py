"""A process of the local pool: receives jobs and sends outcomes, over one pipe.

Messages to a worker are a job, `STOP` (end the current job) and `None` (exit). Messages from it are
`READY`, (stage, done, total) and an `Outcome`; an outcome before `READY` is a `Failed` that says
why workers cannot start here.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from scapcoach.batch.execution import Failed, packed, perform
from scapcoach.batch.signals import ignore_signals
from scapcoach.errors import unforeseen

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from scapcoach.batch.execution import Job

READY: Final = "ready"
STOP: Final = "stop"

#: Seconds between two checks of the pipe within a job, and between two progress messages.
_PROGRESS_INTERVAL_S: Final = 0.2


def serve(connection: Connection, *, warm: bool) -> None:
    """Run jobs until the message to exit comes, or until the parent process has ended."""
    ignore_signals()
    try:
        try:
            if warm:
                warm_up()
        except Exception as problem:  # noqa: BLE001 - a broken library may raise anything at all
            connection.send_bytes(packed(Failed(str(unforeseen(problem)))))
            return
        connection.send(READY)
        while (job := _next_job(connection)) is not None:
            outcome = job if isinstance(job, Failed) else perform(job, _ProgressLink(connection))
            connection.send_bytes(packed(outcome))
    except (EOFError, OSError):
        return  # the parent process has ended


def warm_up() -> None:
    """Import what every clip needs, before the first one."""
    from scapcoach.pose.lean import load_mediapipe
    from scapcoach.pose.quiet import quiet_stderr

    with quiet_stderr():
        load_mediapipe()
        import cv2
        import pyarrow.parquet

        from scapcoach import pyav

        del pyav, pyarrow
    # There is one worker per core, so more threads in each worker would only wait.
    cv2.setNumThreads(1)


def _next_job(connection: Connection) -> Job | Failed | None:
    """The next job, or why it cannot be read; None to exit."""
    while True:
        try:
            message: Any = connection.recv()
        except (EOFError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - unpickling raises whatever importing does
            return Failed(f"The worker could not read the job: {error}.")
        if message != STOP:  # a late STOP for a job that has already ended
            job: Job | None = message
            return job


class _ProgressLink:
    """Sends the progress of a job to the parent; raises KeyboardInterrupt when it is to stop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last = 0.0
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._last < _PROGRESS_INTERVAL_S and stage == self._stage:
            return
        self._last, self._stage = now, stage
        try:
            message: Any = self._connection.recv() if self._connection.poll() else None
            self._connection.send((stage, done, total))
        except (EOFError, OSError):
            raise KeyboardInterrupt from None  # the parent has ended: keep the results so far
        if message is not None:
            raise KeyboardInterrupt
