"""Executors of jobs, each over the same tests: real processes that really die."""

from __future__ import annotations

import ipaddress
import pickle
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from scapcoach.batch import cluster, worker
from scapcoach.batch.cluster import DaskExecutor
from scapcoach.batch.execution import NOT_BEGUN, Done, Failed, Lost, Stopped
from scapcoach.batch.local import LocalExecutor
from scapcoach.batch.run import run_all
from scapcoach.errors import EngineError
from tests.support.batch_jobs import (
    Alone,
    Busy,
    Die,
    Exit,
    Long,
    Raise,
    Square,
    Unpicklable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scapcoach.batch.execution import Executor, Job, Outcome


@pytest.fixture(scope="module", params=["local", "dask"])
def engine(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "local":
        with LocalExecutor(2, warm=False) as local:
            yield local
        return
    pytest.importorskip("distributed", reason="needs the extra: pip install -e '.[dask]'")
    with DaskExecutor(None, 2, warm=False) as dask:
        yield dask


@pytest.fixture
def executor(engine: Executor) -> Executor:
    """With all workers there: the one that a test before killed needs a moment to come back."""
    deadline = time.monotonic() + 60
    while isinstance(engine, DaskExecutor) and engine.workers < 2:
        assert time.monotonic() < deadline, "a worker that died does not come back"
        time.sleep(0.05)
    return engine


def everything(executor: Executor, jobs: Sequence[Job], stop: Any = bool) -> list[Outcome]:
    """One outcome a job, in the order of the jobs."""
    found = list(run_all(executor, jobs, watch=lambda *_: None, stop=stop))
    assert sorted(number for number, _ in found) == list(range(len(jobs))), "one outcome each"
    return [outcome for _, outcome in sorted(found, key=lambda pair: pair[0])]


def test_every_job_is_done_once(executor: Executor) -> None:
    assert everything(executor, [Square(n) for n in range(40)]) == [Done(n**2) for n in range(40)]
    assert everything(executor, []) == []


def test_jobs_begin_in_their_order(executor: Executor, tmp_path: Path) -> None:
    jobs = [Busy(tmp_path, "first", 2.0), Busy(tmp_path, "second", 0.2), Busy(tmp_path, "third", 0)]
    found = run_all(executor, jobs, watch=lambda *_: None, stop=bool)
    assert [number for number, _ in found] == [1, 2, 0]


def test_nothing_but_this_computer_reaches_the_workers(
    executor: Executor,
) -> None:
    here = psutil.Process()
    listening = [
        socket.laddr
        for process in (here, *here.children(recursive=True))
        for socket in process.net_connections("inet")
        if socket.status == psutil.CONN_LISTEN
    ]
    reachable = [place for place in listening if not ipaddress.ip_address(place.ip).is_loopback]
    assert reachable == []
    # A scheduler and its two workers listen, and are seen doing so.
    if isinstance(executor, DaskExecutor):
        assert len(listening) >= 3


def test_an_error_costs_its_own_job(executor: Executor) -> None:
    jobs = [Square(1), Raise("foreseen"), Raise("unforeseen"), Square(2)]
    one, foreseen, unforeseen, two = everything(executor, jobs)
    assert (one, two) == (Done(1), Done(4))
    assert foreseen == Failed("This is no clip.")
    assert isinstance(unforeseen, Failed)
    assert "ZeroDivisionError: oops" in unforeseen.reason


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV], ids=["killed", "segfault"])
def test_a_worker_that_dies_costs_its_own_job(
    executor: Executor, tmp_path: Path, how: signal.Signals
) -> None:
    jobs = [Square(1), Die(tmp_path, how), *(Square(n) for n in range(2, 12))]
    _, dead, *others = everything(executor, jobs)
    assert others == [Done(n**2) for n in range(2, 12)]
    assert isinstance(dead, Failed)
    assert "tried again alone" in dead.reason
    assert len(list(tmp_path.glob("attempt-*"))) == 2


def test_a_job_lost_by_chance_is_done_the_second_time(executor: Executor, tmp_path: Path) -> None:
    jobs = [Die(tmp_path, signal.SIGKILL, times=1), *(Square(n) for n in range(6))]
    assert everything(executor, jobs)[0] == Done("alive")


def test_the_second_try_is_alone(executor: Executor, tmp_path: Path) -> None:
    jobs = [Busy(tmp_path, "a", 3.0), Alone(tmp_path), *(Busy(tmp_path, f"{n}", 1) for n in (1, 2))]
    assert everything(executor, jobs) == [Done("a"), Done("alone"), Done("1"), Done("2")]


def test_both_workers_dead_at_once_and_many_deaths(executor: Executor, tmp_path: Path) -> None:
    folders = [tmp_path / str(n) for n in range(3)]
    for folder in folders:
        folder.mkdir()
    jobs = [*(Die(folder, signal.SIGKILL) for folder in folders), Square(3)]
    *dead, alive = everything(executor, jobs)
    assert all(isinstance(outcome, Failed) for outcome in dead)
    assert alive == Done(9)


def test_no_memory_and_a_silent_exit_are_tried_again(executor: Executor) -> None:
    memory, gone = everything(executor, [Raise("memory"), Exit(3)])
    assert isinstance(memory, Failed)
    assert "memory" in memory.reason
    assert isinstance(gone, Failed)


def test_a_result_that_cannot_be_sent_is_a_failure(executor: Executor) -> None:
    bad, good = everything(executor, [Unpicklable(), Square(3)])
    assert isinstance(bad, Failed)
    assert good == Done(9)


def test_stopping_keeps_what_runs_and_begins_nothing(executor: Executor, tmp_path: Path) -> None:
    jobs = [Long(tmp_path, "long-0"), Long(tmp_path, "long-1"), Square(1)]

    def all_run() -> bool:
        return len(list(tmp_path.iterdir())) == 2

    *running, waiting = everything(executor, jobs, stop=all_run)
    assert running == [Stopped("kept long-0"), Stopped("kept long-1")]
    assert waiting == Stopped(NOT_BEGUN)
    # The executor is as good as new.
    assert everything(executor, [Square(5)]) == [Done(25)]


def test_progress_is_seen(executor: Executor, tmp_path: Path) -> None:
    seen: list[tuple[int, str]] = []
    jobs = [Long(tmp_path)]
    list(run_all(executor, jobs, watch=lambda n, stage, *_: seen.append((n, stage)),
                 stop=lambda: bool(seen)))  # fmt: skip
    assert seen[0] == (0, "waiting")


def test_a_local_job_that_does_not_stop_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scapcoach.batch.local.GRACE_S", 0.5)
    with LocalExecutor(1, warm=False) as local:
        (outcome,) = everything(
            local, [Long(tmp_path, heeds=False)], lambda: any(tmp_path.iterdir())
        )
    assert isinstance(outcome, Stopped)
    assert "nothing of it was kept" in outcome.reason


def test_workers_that_cannot_start_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scapcoach.batch.local.serve", _stillborn)
    with LocalExecutor(2, warm=False) as local, pytest.raises(EngineError, match="doctor"):
        everything(local, [Square(1)])


def _stillborn(_connection: Any, *, warm: bool) -> None:
    raise SystemExit(7)


def test_workers_that_lack_a_library_say_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scapcoach.batch.local.serve", _without_a_library)
    with (
        LocalExecutor(2) as local,
        pytest.raises(EngineError, match=r"lacks libodd\.so\.1,"),
    ):
        everything(local, [Square(1), Square(2)])


def _without_a_library(connection: Any, *, warm: bool) -> None:
    def fails() -> None:
        raise ImportError("libodd.so.1: cannot open shared object file: No such file or directory")

    worker.warm_up = fails
    worker.serve(connection, warm=warm)


def test_a_cluster_worker_that_lacks_a_library_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra: pip install -e '.[dask]'")

    def fails() -> None:
        raise ImportError("libodd.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(cluster, "_warm_up_once", fails)
    outcome = pickle.loads(cluster._task(Square(1), "name", 0, warm=True))
    assert isinstance(outcome, Failed)
    assert "lacks libodd.so.1," in outcome.reason


def test_idle_workers_are_gone_after_the_block() -> None:
    with LocalExecutor(2, warm=False) as local:
        everything(local, [Square(1), Square(2)])
        processes = [worker.process for worker in local._pool]
        pids = [process.pid for process in processes]
    assert pids
    assert not local._pool
    with pytest.raises(ValueError, match="closed"):
        processes[0].is_alive()


def test_a_worker_killed_while_idle_is_replaced() -> None:
    with LocalExecutor(1, warm=False) as local:
        assert everything(local, [Square(1)]) == [Done(1)]
        local._pool[0].process.kill()
        local._pool[0].process.join(30)
        assert everything(local, [Square(2)]) == [Done(4)]


def test_it_runs_from_any_thread(executor: Executor) -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(everything(executor, [Square(4)])))
    thread.start()
    thread.join(60)
    assert found == [Done(16)]


def test_lost_is_never_a_last_word() -> None:
    class Unlucky:
        workers = 1

        def run(self, jobs: Any, **_: Any) -> Any:
            return iter([(n, Lost("gone")) for n in range(len(jobs))])

    found = everything(Unlucky(), [Square(1), Square(2)])  # type: ignore[arg-type]
    assert found == [Failed("gone, also when it was tried again alone.")] * 2
