"""Folders of results at an address: reading existing results and storing new ones.

A store writes single objects completely, but cannot rename a folder. So a remote folder of results
is finished when it contains its summary.json, which is sent last and removed first; until then a
folder ``NAME.partial`` next to it identifies the clip that it belongs to.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from scapcoach.batch.remote import open_store, shown, store_errors
from scapcoach.errors import OutputError
from scapcoach.folders import LANDMARKS, SUMMARY
from scapcoach.recording.places import KEY, partial_folder, read_summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """The folder of all results, at an address.

    Attributes:
        url: its address.
    """

    url: str

    def __str__(self) -> str:
        return shown(self.url)

    def check(self) -> None:
        """Make sure that the folder can be written, before hours of work.

        Raises:
            OutputError: it cannot be written.
            MissingExtraError: the library for that store is not installed.
        """
        store, path = self._store()
        with store_errors(self.url, "written", OutputError):
            store.pipe_file(f"{path}/.scapcoach", b"")
            store.rm_file(f"{path}/.scapcoach")

    def finished(self) -> frozenset[str]:
        """Names of its folders with finished results.

        Raises:
            OutputError: the store cannot be reached.
        """
        store, path = self._store()
        with store_errors(self.url, "searched", OutputError):
            found = store.glob(f"{path}/*/{SUMMARY}")
        return frozenset(str(name).rsplit("/", 2)[-2] for name in found)

    def look(self, stem: str, place: Path, avoid: frozenset[str]) -> None:
        """Fetch the summaries of the folders in which the results of a clip may be.

        Args:
            stem: name of the clip without its suffix.
            place: local folder of all results.
            avoid: names of folders that belong to other clips.

        Raises:
            OutputError: the store cannot be reached.
        """
        number, name = 1, stem
        while self._look_at(name, place) or name in avoid:
            number += 1
            name = f"{stem}-{number}"

    def _look_at(self, name: str, place: Path) -> bool:
        """Whether the folder with that name contains anything."""
        inside = set(self._names(name))
        half = set(self._names(f"{name}.partial"))
        if SUMMARY in inside:
            self._get(f"{name}/{SUMMARY}", place / name / SUMMARY)
            if LANDMARKS in inside:
                (place / name / LANDMARKS).touch()  # fetched when they are needed
        elif KEY in half:
            for file in half:
                self._get(f"{name}.partial/{file}", partial_folder(place / name) / file)
        elif inside:
            (place / name).mkdir(parents=True)
            (place / name / "not ours").touch()
        return bool(inside or half)

    def landmarks(self, name: str, place: Path) -> None:
        """Fetch the landmarks of finished results, if `look` found any.

        Raises:
            OutputError: the store cannot be reached.
        """
        target = place / name / LANDMARKS
        if target.is_file():
            self._get(f"{name}/{LANDMARKS}", target)

    def send(self, folder: Path) -> None:
        """Send finished results, which replace older ones of the same clip.

        Args:
            folder: local folder of the results.

        Raises:
            OutputError: they cannot be written.
        """
        name = folder.name
        files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SUMMARY)
        content = (read_summary(folder) or {}).get("settings", {}).get("content", "")
        self._mark(name, str(content))
        store, path = self._store()
        old = set(self._names(name))
        with store_errors(f"{self.url}/{name}", "written", OutputError):
            if SUMMARY in old:
                store.rm_file(f"{path}/{name}/{SUMMARY}")
            for file in files:
                store.put_file(str(file), f"{path}/{name}/{file.relative_to(folder).as_posix()}")
            for gone in old - {p.relative_to(folder).as_posix() for p in files} - {SUMMARY}:
                store.rm_file(f"{path}/{name}/{gone}")
            store.put_file(str(folder / SUMMARY), f"{path}/{name}/{SUMMARY}")
        self._drop_partial(name)

    def keep(self, folder: Path) -> None:
        """Store the landmarks that were found before an interruption.

        Raises:
            OutputError: they cannot be written.
        """
        here = partial_folder(folder)
        if not (here / KEY).is_file():
            return
        # The key is sent last: without it, the other files are ignored.
        for name in (LANDMARKS, KEY):
            self.put(f"{here.name}/{name}", here / name)

    def put(self, name: str, file: Path) -> None:
        """Send one file.

        Raises:
            OutputError: it cannot be written.
        """
        store, path = self._store()
        with store_errors(f"{self.url}/{name}", "written", OutputError):
            store.put_file(str(file), f"{path}/{name}")

    def summary(self, name: str) -> Mapping[str, Any] | None:
        """The summary of finished results.

        Raises:
            OutputError: the store cannot be reached.
        """
        with TemporaryDirectory(prefix="scapcoach-") as place:
            self._get(f"{name}/{SUMMARY}", Path(place, SUMMARY))
            return read_summary(Path(place))

    @contextmanager
    def files(self, *names: str) -> Iterator[Path]:
        """A local folder with those of the files that exist; after the block all of them are sent.

        Raises:
            OutputError: the store cannot be reached.
        """
        with TemporaryDirectory(prefix="scapcoach-") as temporary:
            place = Path(temporary)
            there = set(self._names(""))
            for name in names:
                if name in there:
                    self._get(name, place / name)
            yield place
            for name in names:
                self.put(name, place / name)

    def _mark(self, name: str, content: str) -> None:
        """Store which clip the folder belongs to while it has no summary."""
        import json

        with TemporaryDirectory(prefix="scapcoach-") as place:
            file = Path(place, KEY)
            file.write_text(json.dumps({"content": content}), "utf-8")
            self.put(f"{name}.partial/{KEY}", file)

    def _drop_partial(self, name: str) -> None:
        store, path = self._store()
        with store_errors(f"{self.url}/{name}.partial", "removed", OutputError):
            for file in self._names(f"{name}.partial"):
                store.rm_file(f"{path}/{name}.partial/{file}")

    def _names(self, name: str) -> list[str]:
        """Files in a folder, as paths relative to it; none where there is no such folder."""
        store, path = self._store()
        base = f"{path}/{name}".rstrip("/")
        depth = 1 if not name else None
        with store_errors(f"{self.url}/{name}", "searched", OutputError):
            try:
                found = store.find(base, maxdepth=depth)
            except FileNotFoundError:
                return []
        return [one[len(base) + 1 :] for one in map(str, found) if one.startswith(f"{base}/")]

    def _get(self, name: str, target: Path) -> None:
        store, path = self._store()
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            store_errors(f"{self.url}/{name}", "read", OutputError),
            store.open(f"{path}/{name}", "rb") as there,
            target.open("wb") as here,
        ):
            shutil.copyfileobj(there, here)

    def _store(self) -> tuple[Any, str]:
        store, path = open_store(self.url)
        return store, path.rstrip("/")
