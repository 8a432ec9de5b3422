"""The database file: created, migrated, and checked for damage."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Final

from scapcoach.errors import HistoryError
from scapcoach.files import make_private_file

if TYPE_CHECKING:
    from pathlib import Path

#: One script per version; `user_version` of the database is the number of scripts that have run. A
#: released script is never changed: a new one is added.
MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE minutes (
        minute INTEGER NOT NULL,            -- whole minutes since 1970 UTC
        offset INTEGER NOT NULL,            -- minutes the local clock was ahead of UTC
        state TEXT NOT NULL,
        seconds REAL NOT NULL,
        PRIMARY KEY (minute, offset, state)
    ) WITHOUT ROWID;
    CREATE TABLE alerts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        utc REAL NOT NULL, offset INTEGER NOT NULL,
        kind TEXT NOT NULL, text TEXT NOT NULL,
        cause TEXT NOT NULL, trace TEXT NOT NULL
    );
    CREATE INDEX alerts_utc ON alerts (utc);
    CREATE TABLE breaks (
        utc REAL NOT NULL, offset INTEGER NOT NULL, seconds REAL NOT NULL,
        PRIMARY KEY (utc)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        utc REAL NOT NULL, offset INTEGER NOT NULL,
        seconds REAL NOT NULL, source TEXT NOT NULL
    );
    CREATE INDEX sessions_utc ON sessions (utc);
    CREATE TABLE sets (
        session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        exercise TEXT NOT NULL, pattern TEXT NOT NULL, reps INTEGER NOT NULL,
        load REAL, grip TEXT NOT NULL, angle TEXT NOT NULL, figures TEXT NOT NULL,
        PRIMARY KEY (session, number)
    ) WITHOUT ROWID;
    """,
)

#: Seconds to wait for a database that another program is writing to.
LOCK_TIMEOUT_S: Final = 5.0

_COMPANIONS: Final = ("-wal", "-shm")


def connect(path: Path, *, lock_timeout: float = LOCK_TIMEOUT_S) -> tuple[sqlite3.Connection, str]:
    """Open the database, and create or migrate it if needed.

    A damaged file is not deleted but renamed, and a new one is created.

    Args:
        path: path of the file; missing folders are made.
        lock_timeout: seconds to wait for another program that writes.

    Returns:
        The connection and a notice for the person, "" when there is none.

    Raises:
        HistoryError: another program uses it, it has a newer version, or it cannot be written.
    """
    notice = ""
    for _ in range(2):
        _make_private(path)
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(path, timeout=lock_timeout, isolation_level=None)
            connection.execute("PRAGMA foreign_keys = ON")
            _check(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            _migrate(connection)
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            if not _is_damage(error):
                raise explained(error, path) from error
            notice = _set_aside(path)
        except HistoryError:
            if connection is not None:
                connection.close()
            raise
        else:
            return connection, notice
    raise HistoryError(f"The history {path} is damaged and could not be set aside: move it away.")


def explained(error: sqlite3.Error, path: Path) -> HistoryError:
    """The error of a database as a sentence for people."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        text = "is in use by another program: close that, or try again in a moment"
    elif name.startswith("SQLITE_FULL"):
        text = "could not be written: the disk is full. Free some space; nothing stored was lost"
    elif name.startswith("SQLITE_READONLY"):
        text = "may not be written: change its permissions or set SCAPCOACH_DATA_DIR"
    elif name.startswith(("SQLITE_CANTOPEN", "SQLITE_PERM")):
        text = "could not be opened: check the folder's permissions or set SCAPCOACH_DATA_DIR"
    elif name.startswith("SQLITE_IOERR"):
        text = f"could not be read or written ({error}): check the disk"
    elif _is_damage(error):
        text = "is damaged: run the command again; the file is then renamed, and a new one created"
    else:
        text = f"failed ({error})"
    return HistoryError(f"The history {path} {text}.")


def _is_damage(error: sqlite3.Error) -> bool:
    name = getattr(error, "sqlite_errorname", "") or ""
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _make_private(path: Path) -> None:
    """Make folder and file so that only their owner can read them."""
    try:
        make_private_file(path)
    except OSError as error:
        raise HistoryError(
            f"The history {path} could not be opened ({error.strerror}): check the folder's "
            "permissions and free space, or set SCAPCOACH_DATA_DIR."
        ) from error


def _check(connection: sqlite3.Connection, path: Path) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise HistoryError(
            f"The history {path} was written by a newer scapcoach (schema {version}; this one "
            f"knows up to {len(MIGRATIONS)}): update scapcoach, or move the file away to begin "
            "a new one. It was not touched."
        )
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        damage = sqlite3.DatabaseError(found)
        damage.sqlite_errorname = "SQLITE_CORRUPT"
        raise damage


def _migrate(connection: sqlite3.Connection) -> None:
    """Run the missing scripts, each in a transaction; safe with other programs running."""
    while True:
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version >= len(MIGRATIONS):
                connection.execute("COMMIT")
                return
            for statement in _statements(MIGRATIONS[version]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _statements(script: str) -> list[str]:
    """The statements of a script: `executescript` would commit between them."""
    found, rest = [], ""
    for line in script.splitlines():
        rest += line + "\n"
        if sqlite3.complete_statement(rest):
            found.append(rest)
            rest = ""
    return found


def _set_aside(path: Path) -> str:
    """Rename the damaged file and its companions; the notice says where they are."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    goal = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while goal.exists():
        number += 1
        goal = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    try:
        path.rename(goal)
        for ending in _COMPANIONS:
            companion = path.with_name(path.name + ending)
            if companion.exists():
                companion.rename(goal.with_name(goal.name + ending))
    except OSError as error:
        raise HistoryError(
            f"The history {path} is damaged and could not be set aside ({error.strerror}): move "
            "it away by hand. It was not changed."
        ) from error
    return f"The history was damaged. It was kept as {goal}, and a new one begun."


def set_aside_files(path: Path) -> list[Path]:
    """Damaged histories that were renamed, in the same folder."""
    return sorted(path.parent.glob(f"{path.name}.damaged-*"))
