"""What a job is, how it may end, and what an executor of jobs must be able to do."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from scapcoach.errors import ScapcoachError, unforeseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from scapcoach.progress import Progress

    #: Called within a job: (stage, done, total). It raises KeyboardInterrupt when the job is to
    #: stop and keep what it has.
    #: Called beside the jobs, where they are run from: (job number, stage, done, total).
    Watch = Callable[[int, str, int, int | None], None]


class Job(Protocol):
    """A piece of work that can be pickled, sent elsewhere and called there."""

    def __call__(self, progress: Progress) -> Any:
        """Do it; what it returns can be pickled."""


@dataclass(frozen=True, slots=True)
class Done:
    """The job returned a value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The job raised an error, or ended its worker twice; the reason is for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The process that did the job was killed or crashed; whose fault that is, is not known."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """It was asked to stop, or never begun; the reason says what was kept."""

    reason: str


Outcome = Done | Failed | Lost | Stopped

NOT_BEGUN: Final = "Not begun."


class Executor(Protocol):
    """Runs jobs somewhere, several at a time. Used in a `with` block, by one thread."""

    @property
    def workers(self) -> int:
        """How many jobs run at a time."""

    def run(
        self, jobs: Sequence[Job], *, watch: Watch, stop: Callable[[], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        """Begin every job once, in their order, and yield (number, outcome) as they end.

        Each job has exactly one outcome, whatever becomes of its worker: a worker that is killed
        makes its own job `Lost` and touches no other.

        Args:
            jobs: to be done; a number is a place in this list.
            watch: told how far the running jobs are, now and then.
            stop: asked now and then; once it says True nothing more is begun, and the running
                jobs are asked to stop.

        Raises:
            EngineError: no workers can be had.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def perform(job: Job, progress: Progress) -> Outcome:
    """Do a job, in the process it was sent to; nothing that it raises gets out."""
    try:
        return Done(job(progress))
    except KeyboardInterrupt as stop:
        return Stopped(str(stop))
    except MemoryError:
        # As if the process had been killed for it: alone, the job may have enough.
        return Lost("There was not enough memory")
    except ScapcoachError as error:
        return Failed(str(error))
    except Exception as problem:  # noqa: BLE001 - one job's mishap must not cost the others
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
