"""Jobs in processes of this computer, each watched separately.

`concurrent.futures.ProcessPoolExecutor` fails as a whole when one of its processes is killed, and a
shared queue blocks for ever when a process dies with its lock. So every worker here has its own
pipe and one job at a time: when it ends, the pipe closes, and only that job is affected.
"""

from __future__ import annotations

import pickle
import signal
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Self

from scapcoach.batch.execution import GRACE_S, NOT_BEGUN, TICK_S, Failed, Lost, Stopped
from scapcoach.batch.signals import signals_held
from scapcoach.batch.worker import READY, STOP, serve
from scapcoach.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from scapcoach.batch.execution import Job, Outcome, Watch

#: Number of consecutive workers that end before they are ready after which no more are started.
_START_FAILURES: Final = 3


@dataclass(slots=True, eq=False)
class _Worker:
    process: SpawnProcess
    connection: Connection
    ready: bool = False
    job: int | None = None


class LocalExecutor:
    """An `Executor` over a pool of processes.

    Args:
        workers: how many; each is started when there is a job for it.
        warm: whether workers import MediaPipe before their first job.
    """

    def __init__(self, workers: int, *, warm: bool = True) -> None:
        self._size = max(1, workers)
        self._warm = warm
        self._pool: list[_Worker] = []
        self._failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for worker in list(self._pool):
            if worker.job is None and kind is None:
                _try_to_send(worker, None)
            else:
                worker.process.kill()
        for worker in list(self._pool):
            self._dismiss(worker)

    def run(
        self, jobs: Sequence[Job], *, watch: Watch, stop: Callable[[], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        """As `Executor.run`."""
        waiting = deque(range(len(jobs)))
        asked_at: float | None = None
        while waiting or self._busy():
            if asked_at is None and stop():
                asked_at = time.monotonic()
                yield from ((number, Stopped(NOT_BEGUN)) for number in waiting)
                waiting.clear()
                for worker in self._busy():
                    _try_to_send(worker, STOP)
            yield from self._hand_out(jobs, waiting)
            for worker in self._with_message():
                yield from self._listen(worker, watch)
            if asked_at is not None and time.monotonic() - asked_at > GRACE_S:
                yield from self._cut_off()

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._pool if worker.job is not None]

    def _hand_out(self, jobs: Sequence[Job], waiting: deque[int]) -> Iterator[tuple[int, Outcome]]:
        """Start workers while there are jobs for them, and give a job to every ready one."""
        idle = len(self._pool) - len(self._busy())
        for _ in range(min(len(waiting) - idle, self._size - len(self._pool))):
            self._pool.append(_start(warm=self._warm))
        for worker in self._pool:
            if not waiting:
                return
            if not worker.ready or worker.job is not None:
                continue
            number = waiting.popleft()
            try:
                worker.connection.send(jobs[number])
            except OSError:
                waiting.appendleft(number)  # it ended while idle, which is detected next
            except (pickle.PicklingError, TypeError, AttributeError) as error:
                yield number, Failed(f"The job cannot be sent to a worker: {error}.")
            else:
                worker.job = number

    def _with_message(self) -> list[_Worker]:
        """Workers that sent a message or have ended."""
        of = {worker.connection: worker for worker in self._pool}
        return [of[connection] for connection in wait(list(of), TICK_S)]  # type: ignore[index]

    def _listen(self, worker: _Worker, watch: Watch) -> Iterator[tuple[int, Outcome]]:
        try:
            message: Any = worker.connection.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            yield from self._remove_lost(worker)
            return
        if message == READY:
            worker.ready = True
            self._failed_starts = 0
        elif isinstance(message, tuple):
            if worker.job is not None:
                watch(worker.job, *message)
        elif not worker.ready:
            raise EngineError(message.reason)
        else:
            number, worker.job = worker.job, None
            if number is not None:
                yield number, message

    def _remove_lost(self, worker: _Worker) -> Iterator[tuple[int, Outcome]]:
        """Remove a worker that ended by itself; its job is lost."""
        code = self._dismiss(worker)
        if worker.job is not None:
            yield worker.job, Lost(_exit_description(code))
        elif not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _START_FAILURES:
                raise EngineError(
                    f"Worker processes end before they are ready ({_exit_description(code)}). Run "
                    "'scapcoach doctor', and try --workers 1."
                )

    def _cut_off(self) -> Iterator[tuple[int, Outcome]]:
        for worker in self._busy():
            worker.process.kill()
            self._dismiss(worker)
            assert worker.job is not None
            yield worker.job, Stopped("It did not stop when asked, and nothing of it was kept.")

    def _dismiss(self, worker: _Worker) -> int:
        """Wait until a worker has ended, and kill it if it does not; returns its exit code."""
        self._pool.remove(worker)
        worker.connection.close()
        worker.process.join(GRACE_S if worker.process.exitcode is None else 0)
        if worker.process.exitcode is None:
            worker.process.kill()
            worker.process.join()
        code = worker.process.exitcode
        worker.process.close()
        return 0 if code is None else code


def _start(*, warm: bool) -> _Worker:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=serve, args=(theirs,), kwargs={"warm": warm}, name="scapcoach worker", daemon=True
    )
    with signals_held():
        process.start()
    # With our copy closed, only the worker holds that end: when it dies, the pipe closes.
    theirs.close()
    return _Worker(process, ours)


def _try_to_send(worker: _Worker, message: object) -> None:
    with suppress(OSError):  # it has ended, which is detected when its messages are read
        worker.connection.send(message)


_KILLED: Final = {
    "SIGKILL": "most often because memory ran out",
    "SIGSEGV": "a fault in a codec or another library",
    "SIGBUS": "a fault in a codec or another library, or a full disk",
    "SIGABRT": "a library gave up",
}


def _exit_description(code: int) -> str:
    """Why a process ended, from its exit code; without a full stop."""
    if code >= 0:
        return f"The worker process ended by itself with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    why = f", {_KILLED[name]}" if name in _KILLED else ""
    return f"The worker process was ended by {name}{why}"
