"""Run all jobs to their end, on any executor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scapcoach.batch.execution import NOT_BEGUN, Failed, Lost, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scapcoach.batch.execution import Executor, Job, Outcome, Watch


def run_all(
    executor: Executor, jobs: Sequence[Job], *, watch: Watch, stop: Callable[[], bool]
) -> Iterator[tuple[int, Outcome]]:
    """Yield (number, outcome) as the jobs end: exactly one each, and none of them `Lost`.

    A job whose worker was killed is run once more when all others are done: alone, so that the
    memory that other jobs use cannot be the reason, and no other job is affected.
    """
    lost: list[int] = []
    for number, outcome in executor.run(jobs, watch=watch, stop=stop):
        if isinstance(outcome, Lost):
            lost.append(number)
        else:
            yield number, outcome
    for number in sorted(lost):
        if stop():
            yield number, Stopped(NOT_BEGUN)
            continue
        alone = executor.run([jobs[number]], watch=_renumbered(number, watch), stop=stop)
        for _, outcome in alone:
            if isinstance(outcome, Lost):
                yield number, Failed(f"{outcome.reason}, also when it was tried again alone.")
            else:
                yield number, outcome


def _renumbered(number: int, watch: Watch) -> Watch:
    return lambda _, stage, done, total: watch(number, stage, done, total)
