"""Small jobs for every executor; importable by worker processes."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  pickled jobs hold paths
from typing import Any

from scapcoach.errors import InputError


@dataclass(frozen=True)
class Square:
    number: int

    def __call__(self, progress: Any) -> int:
        progress("squaring", 1, 1)
        return self.number**2


@dataclass(frozen=True)
class Raise:
    """A foreseen error, an unforeseen one, or no memory."""

    how: str

    def __call__(self, progress: Any) -> None:
        if self.how == "foreseen":
            raise InputError("This is no clip.")
        if self.how == "memory":
            raise MemoryError
        raise ZeroDivisionError("oops")


@dataclass(frozen=True)
class Die:
    """Ends its own process, at once and without a word, as often as `times` says.

    Every attempt leaves a file in `folder` that says which other jobs were alive beside it.
    """

    folder: Path
    how: signal.Signals
    times: int = 99

    def __call__(self, progress: Any) -> str:
        attempt = len(list(self.folder.glob("attempt-*")))
        (self.folder / f"attempt-{attempt}").touch()
        if attempt < self.times:
            os.kill(os.getpid(), self.how)
            time.sleep(30)
        return "alive"


@dataclass(frozen=True)
class Exit:
    code: int

    def __call__(self, progress: Any) -> None:
        os._exit(self.code)


@dataclass(frozen=True)
class Long:
    """Goes on until asked to stop, then tells how far it came; `folder` shows that it runs."""

    folder: Path
    name: str = "long"
    heeds: bool = True

    def __call__(self, progress: Any) -> None:
        (self.folder / self.name).touch()
        for step in range(10_000):
            time.sleep(0.02)
            if self.heeds:
                try:
                    progress("waiting", step, None)
                except KeyboardInterrupt:
                    raise KeyboardInterrupt(f"kept {self.name}") from None


@dataclass(frozen=True)
class Alone:
    """Dies unless it is the only one that runs, as a clip does that needs all of the memory."""

    folder: Path

    def __call__(self, progress: Any) -> str:
        if any(self.folder.glob("busy-*")):
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(30)
        return "alone"


@dataclass(frozen=True)
class Busy:
    folder: Path
    name: str
    seconds: float

    def __call__(self, progress: Any) -> str:
        mark = self.folder / f"busy-{self.name}"
        mark.touch()
        time.sleep(self.seconds)
        mark.unlink()
        return self.name


@dataclass(frozen=True)
class Unpicklable:
    def __call__(self, progress: Any) -> Any:
        return threading.Lock()
