"""One desk check at a time, and words to the one that runs: stop, snooze."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from scapcoach import schema
from scapcoach.errors import InputError, OutputError
from scapcoach.files import make_private_file, write_private
from scapcoach.folders import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Seconds for which the camera is lent at most; within which the desk check hears of it, even
#: paused; and in which a driver lets go.
LEND_S: Final = 120.0
HEARD_S: Final = 15.0
RELEASE_S: Final = 1.0


_FORM: Final = schema.Format("Give the command again", InputError, limit=1_000)


@dataclass(frozen=True, slots=True)
class _Word:
    """What stands in the file in which words are left."""

    command: str
    value: float


def lock_file() -> Path:
    """Held by the desk check that runs; in it is the number of its process."""
    return data_folder() / "desk.lock"


def control_file() -> Path:
    """Where words for the desk check that runs are left."""
    return data_folder() / "desk.control"


class OnlyOne:
    """Held while the desk check runs; the system lets go of it however the process ends.

    Raises:
        InputError: (on entering) another one runs.
        OutputError: (on entering) the user data folder cannot be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or lock_file()
        self._handle: int | None = None

    def __enter__(self) -> Self:
        try:
            make_private_file(self._path)
            handle = os.open(self._path, os.O_RDWR)
        except OSError as error:
            raise _closed(self._path, error) from error
        if not _lock(handle):
            other = os.read(handle, 32).decode("ascii", "replace").strip()
            os.close(handle)
            raise InputError(
                f"A desk check is running already (process {other or 'unknown'}): end it with "
                "'scapcoach desk stop'."
            )
        self._handle = handle
        # The lock is what counts; on a full disk only the number is missing.
        with suppress(OSError):
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode("ascii"))
        control_file().unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            with suppress(OSError):
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def is_running(path: Path | None = None) -> bool:
    """Whether a desk check runs."""
    path = path or lock_file()
    if not path.exists():
        return False
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError as error:
        raise _closed(path, error) from error
    try:
        return not _lock(handle)
    finally:
        os.close(handle)


def tell_running(command: str, value: float = 0.0) -> None:
    """Leave a word for the desk check that runs.

    Args:
        command: stop, snooze, lend or reload.
        value: seconds to snooze, or to lend the camera, for.

    Raises:
        InputError: none runs.
        OutputError: the word cannot be written.
    """
    if not is_running():
        raise InputError("No desk check is running: start one with 'scapcoach desk'.")
    said = {"command": command, "value": value, "at": time.time()}
    write_private(control_file(), json.dumps(said))


@contextmanager
def borrowed_camera() -> Iterator[None]:
    """Have the desk check that runs let go of the camera; then it reads the baselines again.

    Does nothing when none runs.
    """
    if not is_running():
        yield
        return
    tell_running("lend", LEND_S)
    deadline = time.monotonic() + HEARD_S
    while control_file().exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(RELEASE_S)
    try:
        yield
    finally:
        if is_running():
            tell_running("reload")


def take_word() -> tuple[str, float] | None:
    """The word that was left, once; None when there is none."""
    path = control_file()
    try:
        word = schema.read(path, _Word, _FORM)
    except FileNotFoundError:
        return None
    except InputError:
        word = None
    path.unlink(missing_ok=True)
    return None if word is None else (word.command, word.value)


def _closed(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path} could not be opened ({error.strerror}): check the folder's permissions and space, "
        "or set SCAPCOACH_DATA_DIR."
    )


def _lock(handle: int) -> bool:
    """Take the lock without waiting; False when somebody holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            # Far behind the text, so that others may still read it.
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
