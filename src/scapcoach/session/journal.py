"""A running session on disk: landmarks and commands, appended and safe against power loss.

The file is a sequence of records: kind (4 letters), length and CRC-32 (little-endian), then the
data. A thread writes the frames of the last second as one record and flushes it to the disk, so
that a power cut loses a second or two, and an incomplete record at the end is detected by its CRC.
"""

from __future__ import annotations

import io
import json
import os
import queue
import struct
import threading
import time
import zipfile
import zlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from scapcoach import schema
from scapcoach.errors import InputError, MissingInputError, OutputError
from scapcoach.files import output_error
from scapcoach.girdle.estimators import Estimator
from scapcoach.landmarks import OPTIONAL, Poses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JOURNAL_FILE: Final = "journal.scap"
SCHEMA: Final = "scapcoach.journal/1"
_MAGIC: Final = b"scapjrn1"
_HEADER: Final = struct.Struct("<4sII")
_HEAD, _FRAMES, _COMMAND, _END = b"HEAD", b"FRMS", b"CMND", b"DONE"

#: Seconds between writes. With the time that a busy disk needs for one, less than the two seconds
#: that may be lost.
EVERY_S: Final = 1.0

#: A longer record is damaged: it would be ten minutes of frames in one second.
_LONGEST: Final = 1 << 26

_RECORD: Final = schema.Format("Record it again", InputError, limit=_LONGEST)
_FORM: Final = replace(_RECORD, version=SCHEMA)


@dataclass(frozen=True, slots=True)
class Command:
    """Something that the person did between two frames.

    Attributes:
        frame: index of the first frame that it applies to.
        name: mute, exercise, calibrate, ...
        data: its parameters, as plain JSON types.
    """

    frame: int
    name: str
    data: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A journal that was read.

    Attributes:
        head: settings with which the session began.
        poses: raw landmarks of its frames.
        commands: in order.
        complete: whether it was closed properly; else its end may be missing.
    """

    head: dict[str, Any]
    poses: Poses
    commands: tuple[Command, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class _Head:
    """What a head must hold, and may; `session.replay` reads the calibration and the exercise."""

    size: tuple[int, int]
    source: str = ""
    model: str = ""
    model_sha256: str = ""
    calibration: dict[str, Any] | None = None
    exercise: dict[str, Any] | None = None
    started: str = ""
    estimator: Estimator = Estimator.GEOMETRIC


class Journal:
    """Writes a session's journal; a context manager. Adding never waits for the disk.

    Args:
        folder: folder of the session; made if missing.
        head: settings with which the session begins, as plain JSON types.

    Attributes:
        frames: number of frames added so far.
        trouble: why nothing is recorded any more, one sentence; empty while recording works.

    Raises:
        OutputError: the file cannot be made (later errors are given by `trouble`: a full disk
            must not end a set).
    """

    def __init__(self, folder: Path, head: dict[str, Any]) -> None:
        self.path = folder / JOURNAL_FILE
        self._queue: queue.SimpleQueue[Poses | Command | None] = queue.SimpleQueue()
        self.trouble = ""
        self.frames = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("xb")
            self._file.write(_MAGIC)
            self._write(_HEAD, _json({"schema": SCHEMA, **head}))
            self._flush()
        except OSError as error:
            raise output_error(error, self.path) from error
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def add(self, raw: Poses) -> None:
        """Add frames that follow the previous ones."""
        self.frames += len(raw)
        self._queue.put(raw)

    def command(self, name: str, data: Any = None) -> None:
        """Add a command that applies from the next frame on."""
        self._queue.put(Command(self.frames, name, data))

    def close(self) -> None:
        """Write the rest, and the mark that the session ended properly."""
        self._queue.put(None)
        self._thread.join()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while self._gather():
            pass

    def _gather(self) -> bool:
        """Collect one second and write it to the disk; False at the end."""
        frames: list[Poses] = []
        until = time.monotonic() + EVERY_S
        going = True
        try:
            while going and (left := until - time.monotonic()) > 0:
                try:
                    item = self._queue.get(timeout=left)
                except queue.Empty:
                    break
                if item is None:
                    going = False
                elif isinstance(item, Command):
                    self._write(_COMMAND, _json(asdict(item)))
                else:
                    frames.append(item)
            if frames:
                self._write(_FRAMES, _pack(Poses.concatenate(frames)))
            if not going:
                self._write(_END, _json({"frames": self.frames}))
            if not self.trouble:
                self._flush()
        except OSError as error:
            self.trouble = f"Recording stopped: {output_error(error, self.path)}"
        return going

    def _write(self, kind: bytes, data: bytes) -> None:
        """Write a record, unless an earlier one could not be written."""
        if not self.trouble:
            self._file.write(_HEADER.pack(kind, len(data), zlib.crc32(kind + data)) + data)

    def _flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def read_journal(folder: Path) -> Recording:
    """Read a session's journal, up to the first damaged record.

    Raises:
        MissingInputError: there is no journal.
        InputError: the file is not a journal, or nothing in it can be read.
    """
    path = folder / JOURNAL_FILE if folder.is_dir() else folder
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise InputError(f"{path} is not a recorded session of scapcoach.")
            return _recording(path, list(_records(file)))
    except OSError as error:
        kind = MissingInputError if isinstance(error, FileNotFoundError) else InputError
        raise kind(f"There is no recorded session {folder}: {error.strerror}.") from error


def _records(file: io.BufferedReader) -> Iterator[tuple[bytes, bytes]]:
    while True:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return
        kind, length, crc = _HEADER.unpack(header)
        if length > _LONGEST:
            return
        data = file.read(length)
        if len(data) < length or zlib.crc32(kind + data) != crc:
            return
        yield kind, data


def _recording(path: Path, records: list[tuple[bytes, bytes]]) -> Recording:
    if not records or records[0][0] != _HEAD:
        raise InputError(f"The session {path} broke off before it began; nothing can be replayed.")
    name = f"The session {path}"
    head = schema.decode(records[0][1], _Head, _FORM, name)
    size = head.size
    parts = [_unpack(data, size, name) for kind, data in records if kind == _FRAMES]
    commands = [
        schema.decode(data, Command, _RECORD, name) for kind, data in records if kind == _COMMAND
    ]
    return Recording(
        head=schema.decode(records[0][1], dict[str, Any], _FORM, name),
        poses=Poses.concatenate(parts) if parts else Poses.empty(size),
        commands=tuple(commands),
        complete=records[-1][0] == _END,
    )


_ARRAYS: Final = ("t", "xy", "world", "visibility", "presence", "subject", *OPTIONAL)


def _pack(poses: Poses) -> bytes:
    store = io.BytesIO()
    arrays = {n: v for n in _ARRAYS if (v := getattr(poses, n)) is not None}
    np.savez(store, **arrays)
    return store.getvalue()


def _unpack(data: bytes, size: tuple[int, int], session: str) -> Poses:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return Poses(size=size, **{name: arrays[name] for name in arrays.files})
    except (ValueError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{session} cannot be used: {error}. {_FORM.advice}.") from error


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def session_folder(out: Path, started: time.struct_time) -> Path:
    """A new folder for a session, named after its start.

    Raises:
        OutputError: there is no free name (a thousand sessions in one second).
    """
    name = time.strftime("%Y-%m-%d_%H-%M-%S", started)
    for number in range(1, 1000):
        folder = out / (name if number == 1 else f"{name}-{number}")
        if not folder.exists():
            return folder
    raise OutputError(f"No free name for a session under {out}.")
