"""Where the results of a clip go, whether they exist already, and what an interruption left."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from scapcoach import schema
from scapcoach.errors import InputError, MissingInputError, ScapcoachError
from scapcoach.export.tables import landmarks_table, read_landmarks, write_parquet
from scapcoach.files import atomic_path
from scapcoach.folders import LANDMARKS, MAX_SUMMARY_BYTES, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from scapcoach.landmarks import Poses

VIDEO_SUFFIXES: Final = frozenset(
    {".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts"}
    | {".ogv", ".ts", ".webm", ".wmv"}
)

KEY: Final = "key.json"
SUMMARY_FORM: Final = schema.Format("Run the analysis again", InputError, limit=MAX_SUMMARY_BYTES)


@dataclass(frozen=True, slots=True)
class Key:
    """What landmarks depend on: equal keys give equal landmarks.

    Attributes:
        content: SHA-256 of the clip.
        model: SHA-256 of the model that makes the landmarks.
        subject: where the subject was pointed out, or "".
        tracker: version of the method that turns pictures into landmarks; raised when it changes.
        delegate: what the network ran on, cpu or gpu.
    """

    content: str
    model: str
    subject: str
    tracker: int = 2
    delegate: str = "cpu"


def content_hash(path: Path) -> str:
    """SHA-256 of a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        kind = MissingInputError if isinstance(error, FileNotFoundError) else InputError
        raise kind(f"{path} cannot be read: {error.strerror}.") from error


def result_folder(clip: Path, content: str, out: Path, taken: Collection[Path] = ()) -> Path:
    """The folder for the results of a clip: its name, with a number where another clip has it.

    Args:
        clip: the video.
        content: its SHA-256: the same clip gets its old folder again, wherever it is now.
        out: the folder of all results.
        taken: folders of other clips in this run.
    """
    number = 1
    while True:
        folder = out / (clip.stem if number == 1 else f"{clip.stem}-{number}")
        if folder not in taken and _may_use(folder, content):
            return folder
        number += 1


def _may_use(folder: Path, content: str) -> bool:
    if not folder.exists():
        kept = _read_json(partial_folder(folder) / KEY)
        return kept is None or kept.get("content") == content
    summary = read_summary(folder)
    # A folder with other content is never overwritten; an empty one is free.
    if summary is None:
        return folder.is_dir() and not any(folder.iterdir())
    return bool(summary.get("settings", {}).get("content") == content)


def read_summary(folder: Path) -> dict[str, Any] | None:
    """The summary of finished results, or None."""
    return _read_json(folder / SUMMARY)


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        return schema.read(path, dict[str, Any], SUMMARY_FORM)
    except (FileNotFoundError, InputError):
        return None


def partial_folder(folder: Path) -> Path:
    """Where the landmarks found so far of an interrupted clip are stored."""
    return folder.with_name(f"{folder.name}.partial")


def keep_partial(folder: Path, poses: Poses, key: Key) -> None:
    """Store the landmarks found so far.

    Raises:
        OutputError: they cannot be written.
    """
    keep_key(folder, key)
    write_parquet(partial_folder(folder) / LANDMARKS, landmarks_table(poses))


def keep_key(folder: Path, key: Key) -> None:
    """Store what the partial landmarks depend on; those of another key are deleted.

    Raises:
        OutputError: it cannot be written.
    """
    place = partial_folder(folder)
    if _read_json(place / KEY) == asdict(key):
        return
    (place / LANDMARKS).unlink(missing_ok=True)
    with atomic_path(place / KEY) as path:
        path.write_text(json.dumps(asdict(key)), "utf-8")


def kept_landmarks(folder: Path, key: Key) -> Poses | None:
    """Landmarks of an interrupted run that still fit, or None."""
    place = partial_folder(folder)
    if _read_json(place / KEY) != asdict(key):
        return None
    return _read_poses(place / LANDMARKS)


def finished_landmarks(folder: Path, key: Key) -> Poses | None:
    """Landmarks of finished results with the same key, for other settings to build on, or None."""
    summary = read_summary(folder)
    if summary is None or summary.get("settings", {}).get("landmarks_key") != asdict(key):
        return None
    return _read_poses(folder / LANDMARKS)


def _read_poses(path: Path) -> Poses | None:
    try:
        return read_landmarks(path)
    except ScapcoachError:
        return None  # damaged: they are found again
