"""Files written whole or not at all: write next to the target, then rename to it."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from typing import TYPE_CHECKING, Final

from scapcoach.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OUT: Final = "choose another folder with --out"
_DATA: Final = "choose another folder with SCAPCOACH_DATA_DIR"

_NO_SPACE: Final = "No space left to write {path}: free some space, or {elsewhere}."
_NO_PERMISSION: Final = "No permission to write {path}: {elsewhere}."
_FOLDER_IN_THE_WAY: Final = "There is a folder where {path} should go: move it out of the way."
_FILE_IN_THE_WAY: Final = (
    "There is a file where a folder of {path} should go: move it out of the way."
)
_SENTENCES: Final = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EROFS: "{path} is on a read-only disk: {elsewhere}.",
    errno.EFBIG: "{path} grew beyond the file size allowed here: {elsewhere}.",
    errno.EISDIR: _FOLDER_IN_THE_WAY,
    errno.ENOTEMPTY: _FOLDER_IN_THE_WAY,
    errno.ENOTDIR: _FILE_IN_THE_WAY,
    errno.EEXIST: _FILE_IN_THE_WAY,
    errno.ENAMETOOLONG: "The name {name} is too long for this disk: shorten it.",
}


def output_error(error: OSError, path: Path, *, private: bool = False) -> OutputError:
    """The error that says in one sentence why `path` could not be written.

    Args:
        error: the error of the system.
        path: the file.
        private: whether it belongs in the user data folder, not below ``--out``.
    """
    template = _SENTENCES.get(error.errno or 0, "Could not write {path}: {why}.")
    why = error.strerror or str(error) or type(error).__name__
    elsewhere = _DATA if private else _OUT
    return OutputError(
        template.format(path=path, name=repr(path.name), why=why, elsewhere=elsewhere)
    )


def make_private_folder(path: Path) -> None:
    """Make a folder and its missing parents, accessible only to their owner (0700).

    A folder that exists keeps its mode: it may be shared on purpose, and the files in it are
    private themselves. Windows has no such modes; there the user data folder is private.

    Raises:
        OSError: it cannot be made.
    """
    if path.is_dir():
        return
    make_private_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file that only its owner can access (0600), with any umask; keep an old one.

    Raises:
        OSError: it cannot be made.
    """
    make_private_folder(path.parent)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def write_private(path: Path, text: str) -> None:
    """Write a file of the user data folder: whole or not at all, accessible only to its owner.

    Raises:
        OutputError: it could not be written.
    """
    with atomic_path(path, private=True) as temporary:
        temporary.write_text(text, "utf-8")


@contextlib.contextmanager
def atomic_path(final: Path, *, private: bool = False) -> Iterator[Path]:
    """Give a path to write to; on success it becomes `final`, on any error it is removed.

    The temporary file is in the same folder (made if missing) and has the same suffix, since
    writers choose their format by it. Its data reach the disk before the rename, so that a power
    cut leaves either the old file or the new one, never half of one.

    Args:
        final: the file.
        private: whether only its owner can access it, and new folders (`make_private_folder`).

    Raises:
        OutputError: the folder, the file or the rename failed, or the block raised an `OSError`
            as disks give (it is kept as the cause).
    """
    temporary = final.with_name(f".{secrets.token_hex(6)}.part{final.suffix}")
    try:
        if private:
            make_private_file(temporary)
        else:
            final.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _sync(temporary)
        temporary.replace(final)
        _sync_folder(final.parent)
    except OSError as error:
        raise output_error(error, final, private=private) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(final: Path) -> Iterator[Path]:
    """Give an empty folder to fill; on success it becomes `final`, on any error it is removed.

    An older folder of that name is replaced as a whole, and put back if the rename fails.

    Raises:
        OutputError: as for `atomic_path`.
    """
    token = secrets.token_hex(6)
    temporary = final.with_name(f".{token}.part")
    old = final.with_name(f".{token}.old")
    try:
        temporary.mkdir(parents=True)
        yield temporary
        for file in temporary.rglob("*"):
            if file.is_file():
                _sync(file)
        _swap(temporary, final, old)
    except OSError as error:
        raise output_error(error, final) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _swap(temporary: Path, final: Path, old: Path) -> None:
    had_one = final.exists()
    if had_one:
        final.rename(old)
    try:
        temporary.rename(final)
    except OSError:
        if had_one:
            old.rename(final)
        raise
    _sync_folder(final.parent)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Make a rename durable, where the system can open folders (Windows cannot)."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
