"""One desk check at a time, and commands sent to the one that runs: stop, snooze."""

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

#: Longest time for which the camera is lent; time within which the desk check reads a command, even
#: while paused; and time that a driver needs to release a camera. Seconds.
LEND_S: Final = 120.0
COMMAND_READ_S: Final = 15.0
RELEASE_S: Final = 1.0


_FORM: Final = schema.Format("Give the command again", InputError, limit=1_000)


@dataclass(frozen=True, slots=True)
class _Word:
    """The content of the file in which commands are left."""

    command: str
    value: float


def lock_file() -> Path:
    """The file that the running desk check locks; it contains the number of its process."""
    return data_folder() / "desk.lock"


def control_file() -> Path:
    """The file through which commands reach the running desk check."""
    return data_folder() / "desk.control"


class SingleInstance:
    """Locks a file while the desk check runs; the system unlocks it however the process ends.

    Raises:
        InputError: (on entering) another desk check runs.
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
            raise _open_error(self._path, error) from error
        if not _lock(handle):
            other = os.read(handle, 32).decode("ascii", "replace").strip()
            os.close(handle)
            raise InputError(
                f"A desk check is running already (process {other or 'unknown'}): end it with "
                "'scapcoach desk stop'."
            )
        self._handle = handle
        # The lock is enough: on a full disk only the number is missing.
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
        raise _open_error(path, error) from error
    try:
        return not _lock(handle)
    finally:
        os.close(handle)


def send_command(command: str, value: float = 0.0) -> None:
    """Send a command to the running desk check.

    Args:
        command: stop, snooze, lend or reload.
        value: seconds to snooze, or to lend the camera.

    Raises:
        InputError: no desk check runs.
        OutputError: the command cannot be written.
    """
    if not is_running():
        raise InputError("No desk check is running: start one with 'scapcoach desk'.")
    order = {"command": command, "value": value, "at": time.time()}
    write_private(control_file(), json.dumps(order))


@contextmanager
def borrowed_camera() -> Iterator[None]:
    """Make a running desk check release the camera, and afterwards load the baselines again.

    Does nothing when none runs.
    """
    if not is_running():
        yield
        return
    send_command("lend", LEND_S)
    deadline = time.monotonic() + COMMAND_READ_S
    while control_file().exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(RELEASE_S)
    try:
        yield
    finally:
        if is_running():
            send_command("reload")


def take_command() -> tuple[str, float] | None:
    """The command that was sent, once; None when there is none."""
    path = control_file()
    try:
        word = schema.read(path, _Word, _FORM)
    except FileNotFoundError:
        return None
    except InputError:
        word = None
    path.unlink(missing_ok=True)
    return None if word is None else (word.command, word.value)


def _open_error(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path} could not be opened ({error.strerror}): check the folder's permissions and space, "
        "or set SCAPCOACH_DATA_DIR."
    )


def _lock(handle: int) -> bool:
    """Take the lock without waiting; False when another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            # Far behind the text, so that other processes can still read it.
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
