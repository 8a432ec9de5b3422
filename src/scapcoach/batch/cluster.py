"""Jobs on a Dask cluster: one that exists, or processes of this computer."""

from __future__ import annotations

import logging
import pickle
import secrets
import time
from contextlib import ExitStack, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self

from scapcoach.batch.signals import signals_held
from scapcoach.batch.types import NOT_BEGUN, Failed, Lost, Stopped, packed, perform
from scapcoach.batch.worker import warm_up
from scapcoach.errors import EngineError, MissingExtraError, unforeseen
from scapcoach.installed import install_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scapcoach.batch.types import Job, Outcome, Watch

#: Settings of our own cluster. Without the first two every freed picture goes back to the system
#: and is asked for anew: a third of the throughput [M]. A job whose worker died is not begun again
#: by Dask, which would do so beside others and up to three times; `run_all` does, alone. A worker
#: that takes its time to come back, on a busy computer, is not struck off (after 15 s, else).
#: Nobody reads the profile that Dask makes by looking at every thread a hundred times a second.
SETTINGS: Final = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 30,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 1 << 30,
    "distributed.scheduler.allowed-failures": 0,
    "distributed.deploy.lost-worker-timeout": "1 hour",
    "distributed.worker.profile.enabled": False,
}

_TICK: Final = 0.2
_GRACE: Final = 30.0
#: Seconds without any worker after which nobody is waited for any more.
_NO_WORKER_LIMIT_S: Final = 300.0
#: Seconds to wait for a cluster to answer, and for its first worker.
_CONNECT: Final = 20.0
#: Seconds between two words about the progress of a job: each is a message to the scheduler.
_EVERY: Final = 1.0
#: Where our own cluster listens. Whoever reaches a scheduler or a worker runs code as its user, and
#: there is no password: so nothing but this computer may reach them.
_LOOPBACK: Final = "127.0.0.1"


class DaskExecutor:
    """An `Executor` over a Dask cluster.

    Args:
        address: of its scheduler, for example ``tcp://10.0.0.1:8786``; None starts processes on
            this computer.
        workers: how many to start; of no meaning with an address.
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
                # No more than can run: what only waits on a worker that dies would be lost, too.
                batch.submit(self.workers)
                yield from batch.ended()
                for word in batch.words():
                    watch(*word)
                if asked_at is not None and time.monotonic() - asked_at > _GRACE:
                    yield from batch.cut_off()
                self._check()

    def _check(self) -> None:
        """Make sure that there is somebody to wait for."""
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
        told = str(error).strip().split("\n", maxsplit=1)[0]
        return (
            f"No Dask cluster with workers {where} ({told}). Check --address and that workers "
            "run there, or leave it out."
        )


class _Batch:
    """The jobs of one call of `run`, and how far each is."""

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
        """What jobs said about their progress since the last time."""
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
            distributed.wait(list(self.running), timeout=_TICK, return_when="FIRST_COMPLETED")
        for future in [f for f in self.running if f.done()]:
            number = self.running.pop(future)
            yield number, _outcome(future)
            future.release()

    def stop(self) -> Iterator[tuple[int, Outcome]]:
        """Ask running jobs to stop, and give up those that wait."""
        yield from ((number, Stopped(NOT_BEGUN)) for number in reversed(self.waiting))
        self.waiting.clear()
        with suppress(OSError, TimeoutError):
            self._client.run(_request_stop, self._name, on_error="ignore")

    def cut_off(self) -> Iterator[tuple[int, Outcome]]:
        self._client.cancel(list(self.running), force=True)
        for number in self.running.values():
            yield number, Stopped("It did not stop when asked; what it does yet is not noted.")
        self.running.clear()


def _own_cluster(workers: int) -> Any:
    import distributed

    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host=_LOOPBACK,
        # Dask starts an HTTP server whatever is asked for: on every address of this computer for
        # ":0", on port 8787 for None. So it gets its place, but no dashboard.
        dashboard_address=f"{_LOOPBACK}:0",
        scheduler_kwargs={"dashboard": False},
        # MediaPipe's memory is not Dask's to manage: it would pause workers for it.
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    )


def _outcome(future: Any) -> Outcome:
    from distributed import KilledWorker

    if future.cancelled():
        return Lost("The cluster gave the job up")
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
    """Do a job, in a worker; the outcome, pickled."""
    from distributed import get_worker

    try:
        if warm:
            _warm_up_once()
    except Exception as problem:  # noqa: BLE001 - a broken library may raise anything at all
        return packed(Failed(str(unforeseen(problem))))
    worker = get_worker()
    last = -_EVERY

    def progress(stage: str, done: int, total: int | None) -> None:
        nonlocal last
        if name in _stopping:
            raise KeyboardInterrupt
        if time.monotonic() - last >= _EVERY:
            last = time.monotonic()
            worker.log_event(name, (number, stage, done, total))

    return packed(perform(job, progress))
