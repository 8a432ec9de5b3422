"""Jobs, their outcomes, and the interface of executors that run them."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from scapcoach.errors import ScapcoachError, unforeseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scapcoach.progress import Progress

    #: Called in the process that runs the executor: (job number, stage, done, total).
    Watch = Callable[[int, str, int, int | None], None]


class Job(Protocol):
    """Work that can be pickled, sent to another process and called there."""

    def __call__(self, progress: Progress) -> Any:
        """Run the job; its result can be pickled. A KeyboardInterrupt of `progress` stops it."""


@dataclass(frozen=True, slots=True)
class Done:
    """The job returned a value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The job raised an error, or its worker ended twice; the reason is a sentence for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The process that ran the job was killed or crashed, for an unknown reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The job was stopped or never begun; the reason says what was kept."""

    reason: str


Outcome = Done | Failed | Lost | Stopped

NOT_BEGUN: Final = "Not begun."

#: Seconds between two checks of an executor whether to stop.
TICK_S: Final = 0.2
#: Seconds that a job has to end when asked: writing a report of an hour takes a few.
GRACE_S: Final = 30.0


class Executor(Protocol):
    """Runs jobs somewhere, several at a time. Used in a `with` block, by one thread."""

    def run(
        self, jobs: Sequence[Job], *, watch: Watch, stop: Callable[[], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        """Begin every job once, in order, and yield (number, outcome) as they end.

        Each job has exactly one outcome, whatever happens to its worker: a worker that is killed
        makes its own job `Lost` and affects no other.

        Args:
            jobs: the jobs; a number is an index of this list.
            watch: called now and then with the progress of the running jobs.
            stop: called now and then; once it returns True no more jobs are begun, and the
                running ones are asked to stop.

        Raises:
            EngineError: no workers can be started.
        """

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: object, *_: object) -> None: ...


def perform(job: Job, progress: Progress) -> Outcome:
    """Run a job in the process it was sent to; every exception becomes an outcome."""
    try:
        return Done(job(progress))
    except KeyboardInterrupt as stop:
        return Stopped(str(stop))
    except MemoryError:
        # As if the process had been killed: run alone, the job may have enough memory.
        return Lost("There was not enough memory")
    except ScapcoachError as error:
        return Failed(str(error))
    except Exception as problem:  # noqa: BLE001 - an error of one job must not affect the others
        return Failed(f"{unforeseen(problem)}{_trace()}")


def packed(outcome: Outcome) -> bytes:
    """An outcome pickled, or the failure to pickle its value."""
    try:
        return pickle.dumps(outcome)
    except Exception as error:  # noqa: BLE001 - pickling raises whatever the value's class does
        return pickle.dumps(Failed(f"The result could not be sent back: {error}."))


def _trace() -> str:
    if not os.environ.get("SCAPCOACH_DEBUG"):
        return ""
    import traceback

    return f"\n{traceback.format_exc()}"
