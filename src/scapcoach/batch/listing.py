"""A CSV list of clips, each with its own exercise, subject, calibration and lifter."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from scapcoach.batch.jobs import local_copy
from scapcoach.batch.remote import RemoteFile, is_address, local_path, shown
from scapcoach.errors import ScapcoachError, SettingError
from scapcoach.progress import silent
from scapcoach.recording.places import VIDEO_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COLUMNS: Final = ("clip", "exercise", "subject", "calibration", "lifter")


@dataclass(frozen=True, slots=True)
class ListedClip:
    """One clip of a list.

    Attributes:
        clip: the video.
        exercise: its name, or "" for that of the command.
        subject: where the person to follow is at the start, or None for that of the command.
        calibration: a calibration clip, the name of a profile, or None for that of the command.
        lifter: who is filmed, for tables and groups; "" when unknown.
    """

    clip: Path | RemoteFile
    exercise: str = ""
    subject: tuple[float, float] | None = None
    calibration: Path | RemoteFile | str | None = None
    lifter: str = ""


def read_list(
    place: Path | str,
    *,
    check_exercise: Callable[[str], object] | None = None,
    profiles: frozenset[str] = frozenset(),
) -> list[ListedClip]:
    """Read a list; only the column ``clip`` is required, and paths are relative to its folder.

    Clips and calibration clips may be addresses, which are not checked here.

    Args:
        place: a CSV file with a header line, or its address.
        check_exercise: raises a `ScapcoachError` for an unknown name; None accepts any name.
        profiles: names of saved profiles.

    Raises:
        SettingError: it cannot be read, or contains faults; the message gives each with its line.
        MissingExtraError: the library for the store of an address is not installed.
    """
    name = shown(place) if isinstance(place, str) else place
    try:
        file_or_address = RemoteFile(place) if isinstance(place, str) else place
        with (
            local_copy(file_or_address, silent) as path,
            path.open(newline="", encoding="utf-8-sig") as file,
        ):
            reader = csv.DictReader(file, skipinitialspace=True)
            rows = [(reader.line_num, row) for row in reader]
            header = [name.strip().lower() for name in reader.fieldnames or ()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SettingError(f"The list {name} cannot be read: {why}.") from error
    faults = list(_faults_of_header(header))
    folder = place.partition("?")[0].rpartition("/")[0] if isinstance(place, str) else place.parent
    parser = _Parser(folder, check_exercise, profiles)
    if not faults:
        for line, row in rows:
            parser.read(line, row)
        faults = parser.faults
        if not rows:
            faults = [f"it has no lines under the header {','.join(header)}"]
    if faults:
        raise SettingError(f"The list {name} cannot be used: " + "; ".join(faults) + ".")
    return parser.entries


def _faults_of_header(header: list[str]) -> Iterator[str]:
    if "clip" not in header:
        yield f"line 1: the header lacks the column clip; known columns are {','.join(COLUMNS)}"
    for name in header:
        if name not in COLUMNS:
            yield f"line 1: no such column {name!r}; known columns are {','.join(COLUMNS)}"
        elif header.count(name) > 1:
            yield f"line 1: the column {name} is there twice"
            return


class _Parser:
    """Reads one line after another, and collects faults."""

    def __init__(
        self,
        folder: Path | str,
        check_exercise: Callable[[str], object] | None,
        profiles: frozenset[str],
    ) -> None:
        self._folder, self._check, self._profiles = folder, check_exercise, profiles
        self._lines: dict[Path | str, int] = {}
        self.entries: list[ListedClip] = []
        self.faults: list[str] = []

    def read(self, line: int, row: dict[str | Any, Any]) -> None:
        """Read one line; `row` comes from the CSV reader."""
        if None in row:
            self.faults.append(f"line {line}: more fields than columns")
            return
        cells = {str(k).strip().lower(): (v or "").strip() for k, v in row.items()}
        found: dict[str, Any] = {}
        steps: dict[str, Callable[[str], Any]] = {
            "clip": lambda text: self._clip(line, text),
            "exercise": self._exercise,
            "subject": _subject,
            "calibration": self._calibration,
            "lifter": str,
        }
        for name, step in steps.items():
            try:
                found[name] = step(cells.get(name, ""))
            except ValueError as fault:
                self.faults.append(f"line {line}: {fault}")
        if len(found) == len(steps):
            self.entries.append(ListedClip(**found))

    def _clip(self, line: int, text: str) -> Path | RemoteFile:
        if not text:
            raise ValueError("names no clip")
        clip = self._at(text)
        if not isinstance(clip, RemoteFile) and not clip.is_file():
            raise ValueError(f"there is no clip {clip}")
        key = clip.url if isinstance(clip, RemoteFile) else clip.resolve()
        before = self._lines.setdefault(key, line)
        if before != line:
            raise ValueError(f"{text} is already in line {before}")
        return clip

    def _at(self, text: str) -> Path | RemoteFile:
        """The path or address in a cell, relative to the list's folder."""
        if is_address(text):
            return RemoteFile(text)
        path = local_path(text)
        if isinstance(self._folder, Path):
            return self._folder / path
        return path if path.is_absolute() else RemoteFile(f"{self._folder}/{text}")

    def _exercise(self, text: str) -> str:
        if text and self._check is not None:
            try:
                self._check(text)
            except ScapcoachError as error:
                raise ValueError(str(error).rstrip(".")) from error
        return text

    def _calibration(self, text: str) -> Path | RemoteFile | str | None:
        if not text:
            return None
        place = self._at(text)
        if is_address(text) or (isinstance(place, Path) and place.is_file()):
            return place
        if text in self._profiles:
            return text
        if isinstance(place, RemoteFile) and PurePosixPath(text).suffix.lower() in VIDEO_SUFFIXES:
            return place
        raise ValueError(f"{text!r} is neither a calibration clip nor the name of a profile")


def _subject(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    parts = text.replace(";", ",").replace(" ", ",").split(",")
    try:
        x, y = (float(part) for part in parts if part)
    except ValueError:
        raise ValueError(f"subject {text!r} is not two numbers such as 0.3,0.5") from None
    if not (x >= 0 and y >= 0):
        raise ValueError(f"subject {text!r} lies outside the picture")
    return x, y
