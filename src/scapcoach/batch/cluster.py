"""Jobs on a Dask cluster: an existing one, or processes of this computer."""

from __future__ import annotations

import logging
import pickle
import secrets
import time
from contextlib import ExitStack, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self

from scapcoach.batch.execution import (
    GRACE_S,
    NOT_BEGUN,
    TICK_S,
    Failed,
    Lost,
    Stopped,
    packed,
    perform,
)
from scapcoach.batch.signals import signals_held
from scapcoach.batch.worker import warm_up
from scapcoach.errors import EngineError, MissingExtraError, unforeseen
from scapcoach.installed import install_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scapcoach.batch.execution import Job, Outcome, Watch

#: Settings of our own cluster. Without the first two, every freed picture is returned to the system
#: and allocated again: a third of the throughput [M]. Dask must not restart a job whose worker
#: died, which it would do next to other jobs and up to three times; `run_all` restarts it alone. A
#: worker that is slow to come back on a busy computer is not removed (by default after 15 s).
#: Dask's profile, which samples every thread a hundred times a second, is not needed.
SETTINGS: Final = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 30,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 1 << 30,
    "distributed.scheduler.allowed-failures": 0,
    "distributed.deploy.lost-worker-timeout": "1 hour",
    "distributed.worker.profile.enabled": False,
}

#: Seconds without any worker after which the run is given up.
_NO_WORKER_LIMIT_S: Final = 300.0
#: Seconds to wait for a cluster to answer, and for its first worker.
_CONNECT: Final = 20.0
#: Seconds between two progress messages of a job: each one passes through the scheduler.
_PROGRESS_INTERVAL_S: Final = 1.0
#: Address on which our own cluster listens. Anybody who can connect to a scheduler or worker can
#: run code as its user, without a password, so only this computer may connect.
_LOOPBACK: Final = "127.0.0.1"


class DaskExecutor:
    """An `Executor` over a Dask cluster.

    Args:
        address: address of its scheduler, for example ``tcp://10.0.0.1:8786``; None starts
            processes on this computer.
        workers: how many to start; not used with an address.
        warm: whether workers import MediaPipe before their first job.

    Raises:
        MissingExtraError: Dask is not installed (on entering the block, as the next).
        EngineError: nobody answers at the address, or the cluster has no workers.
    """

    def __init__(self, address: str | None, workers: int, *, warm: bool = True) -> None:
        self._address = address
        self._size, self._warm = max(1, workers), warm
        self._stack = ExitStack()
        self._client: Any = None
        self._last_worker_at = time.monotonic()

    @property
    def workers(self) -> int:
        """How many jobs run at a time: the threads of all workers that are there now."""
        threads: dict[str, int] = {} if self._client is None else self._client.nthreads()
        return sum(threads.values()) or 1

    def __enter__(self) -> Self:
        try:
            import dask
            import distributed
        except ImportError as error:
            raise MissingExtraError(
                f"The engine dask needs the extra of that name: {install_extra('dask')}"
            ) from error
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        with ExitStack() as stack:
            stack.enter_context(dask.config.set(SETTINGS))
            # Threads that are started here start the workers, now and after a death.
            with signals_held():
                try:
                    cluster = self._address or stack.enter_context(_own_cluster(self._size))
                    client = distributed.Client(cluster, timeout=_CONNECT, set_as_default=False)
                    self._client = stack.enter_context(client)
                    self._client.wait_for_workers(1, timeout=_CONNECT)
                except (OSError, TimeoutError, ValueError) as error:
                    raise EngineError(self._unreachable(error)) from error
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, TimeoutError):
            self._stack.close()

    def run(
        self, jobs: Sequence[Job], *, watch: Watch, stop: Callable[[], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        """As `Executor.run`."""
        self._last_worker_at = time.monotonic()
        with _Batch(self._client, jobs, warm=self._warm) as batch:
            asked_at: float | None = None
            while batch.waiting or batch.running:
                if asked_at is None and stop():
                    asked_at = time.monotonic()
                    yield from batch.stop()
                # Only as many as can run: jobs that wait on a worker that dies would be lost with
                # it.
                batch.submit(self.workers)
                yield from batch.ended()
                for word in batch.words():
                    watch(*word)
                if asked_at is not None and time.monotonic() - asked_at > GRACE_S:
                    yield from batch.cut_off()
                self._check()

    def _check(self) -> None:
        """Make sure that the cluster is connected and has workers."""
        if self._client.status not in {"running", "connecting"}:
            raise EngineError("The connection to the Dask cluster is lost.")
        now = time.monotonic()
        if self._client.nthreads():
            self._last_worker_at = now
        elif now - self._last_worker_at > _NO_WORKER_LIMIT_S:
            raise EngineError(
                f"The Dask cluster has had no worker for {_NO_WORKER_LIMIT_S / 60:.0f} minutes. "
                "Start some, and run the same command again: finished clips are not analysed twice."
            )

    def _unreachable(self, error: Exception) -> str:
        where = f"at {self._address}" if self._address else "on this computer"
        reason = str(error).strip().split("\n", maxsplit=1)[0]
        return (
            f"No Dask cluster with workers {where} ({reason}). Check --address and that workers "
            "run there, or leave it out."
        )


class _Batch:
    """The jobs of one call of `run`, and their progress."""

    def __init__(self, client: Any, jobs: Sequence[Job], *, warm: bool) -> None:
        self._client, self._jobs, self._warm = client, jobs, warm
        self._name = f"scapcoach-{secrets.token_hex(6)}"
        self._words: dict[int, tuple[str, int, int | None]] = {}
        self.waiting = list(range(len(jobs)))[::-1]
        self.running: dict[Any, int] = {}

    def __enter__(self) -> Self:
        self._client.subscribe_topic(self._name, self._hear)
        return self

    def __exit__(self, *_error: object) -> None:
        if self.running:
            self._client.cancel(list(self.running), force=True)
        with suppress(OSError, ValueError):
            self._client.unsubscribe_topic(self._name)

    def _hear(self, event: tuple[float, Any]) -> None:
        number, *word = event[1]
        self._words[number] = tuple(word)

    def words(self) -> Iterator[tuple[int, str, int, int | None]]:
        """Progress messages of jobs since the last call."""
        while self._words:
            number, word = self._words.popitem()
            yield (number, *word)

    def submit(self, most: int) -> None:
        while self.waiting and len(self.running) < most:
            number = self.waiting.pop()
            future = self._client.submit(
                _task, self._jobs[number], self._name, number, self._warm,
                key=f"{self._name}-{number}", pure=False,
            )  # fmt: skip
            self.running[future] = number

    def ended(self) -> Iterator[tuple[int, Outcome]]:
        """Outcomes, after a short wait for the first."""
        import distributed

        if not self.running:
            return
        with suppress(TimeoutError), self._client.as_current():
            distributed.wait(list(self.running), timeout=TICK_S, return_when="FIRST_COMPLETED")
        for future in [f for f in self.running if f.done()]:
            number = self.running.pop(future)
            yield number, _outcome(future)
            future.release()

    def stop(self) -> Iterator[tuple[int, Outcome]]:
        """Ask running jobs to stop, and drop those that wait."""
        yield from ((number, Stopped(NOT_BEGUN)) for number in reversed(self.waiting))
        self.waiting.clear()
        with suppress(OSError, TimeoutError):
            self._client.run(_request_stop, self._name, on_error="ignore")

    def cut_off(self) -> Iterator[tuple[int, Outcome]]:
        self._client.cancel(list(self.running), force=True)
        for number in self.running.values():
            yield number, Stopped("It did not stop when asked; its further results are ignored.")
        self.running.clear()


def _own_cluster(workers: int) -> Any:
    import distributed

    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host=_LOOPBACK,
        # Dask always starts an HTTP server: on every address of this computer with ":0", on port
        # 8787 with None. So it gets an address here, but no dashboard.
        dashboard_address=f"{_LOOPBACK}:0",
        scheduler_kwargs={"dashboard": False},
        # Dask must not manage MediaPipe's memory: it would pause workers because of it.
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    )


def _outcome(future: Any) -> Outcome:
    from distributed import KilledWorker

    if future.cancelled():
        return Lost("The cluster dropped the job")
    try:
        error = future.exception()
        if error is None:
            outcome: Outcome = pickle.loads(future.result())
            return outcome
    except Exception as problem:  # noqa: BLE001 - reading a result raises whatever unpickling does
        error = problem
    if isinstance(error, KilledWorker):
        return Lost(f"The Dask worker {error.last_worker.address} ended")
    return Failed(f"The job or its result could not be sent ({type(error).__name__}: {error}).")


#: Names of batches whose jobs are to stop, in each worker process.
_stopping: Final[set[str]] = set()


def _request_stop(name: str) -> None:
    _stopping.add(name)


@cache
def _warm_up_once() -> None:
    warm_up()


def _task(job: Job, name: str, number: int, warm: bool) -> bytes:
    """Run a job in a worker; returns the pickled outcome."""
    from distributed import get_worker

    try:
        if warm:
            _warm_up_once()
    except Exception as problem:  # noqa: BLE001 - a broken library may raise anything at all
        return packed(Failed(str(unforeseen(problem))))
    worker = get_worker()
    last = -_PROGRESS_INTERVAL_S

    def progress(stage: str, done: int, total: int | None) -> None:
        nonlocal last
        if name in _stopping:
            raise KeyboardInterrupt
        if time.monotonic() - last >= _PROGRESS_INTERVAL_S:
            last = time.monotonic()
            worker.log_event(name, (number, stage, done, total))

    return packed(perform(job, progress))
