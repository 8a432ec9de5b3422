"""What runs in a process of the local pool: jobs in, outcomes out, over one pipe.

Messages to a worker are a job, `STOP` (end the present job) and `None` (go home). Messages from it
are `READY`, (stage, done, total) and an `Outcome`; one before `READY` is a `Failed` and says why no
worker can begin here.
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

#: Seconds between two looks at the pipe within a job, and two words about its progress.
_EVERY: Final = 0.2


def serve(connection: Connection, *, warm: bool) -> None:
    """Do jobs until told to go home, or until the parent is gone."""
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
            outcome = job if isinstance(job, Failed) else perform(job, _Link(connection))
            connection.send_bytes(packed(outcome))
    except (EOFError, OSError):
        return  # nobody is there any more who could be told


def warm_up() -> None:
    """Import what every clip needs, before the first one comes."""
    from scapcoach.pose.lean import load_mediapipe
    from scapcoach.pose.quiet import quiet_stderr

    with quiet_stderr():
        load_mediapipe()
        import cv2
        import pyarrow.parquet

        from scapcoach import pyav

        del pyav, pyarrow
    # There is a worker for every core; threads of each for every core would only queue up.
    cv2.setNumThreads(1)


def _next_job(connection: Connection) -> Job | Failed | None:
    """The next job, or why it cannot be read; None to go home."""
    while True:
        try:
            message: Any = connection.recv()
        except (EOFError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - unpickling raises whatever importing does
            return Failed(f"The worker could not read the job: {error}.")
        if message != STOP:  # which came just after the job it was meant for had ended
            job: Job | None = message
            return job


class _Link:
    """Progress of one job, told to the parent; raises KeyboardInterrupt when it is to end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last = 0.0
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._last < _EVERY and stage == self._stage:
            return
        self._last, self._stage = now, stage
        try:
            message: Any = self._connection.recv() if self._connection.poll() else None
            self._connection.send((stage, done, total))
        except (EOFError, OSError):
            raise KeyboardInterrupt from None  # the parent is gone: keep what there is
        if message is not None:
            raise KeyboardInterrupt
