"""Clips and results by address (s3://, gs://, https:// ...), through fsspec.

Nothing here is imported, and nothing leaves the computer, unless such an address is given.
"""

from __future__ import annotations

import errno
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from scapcoach.errors import (
    InputError,
    MissingExtraError,
    MissingInputError,
    OutputError,
    ScapcoachError,
    SettingError,
)
from scapcoach.installed import install_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scapcoach.progress import Progress

_ADDRESS: Final = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
#: Schemes where a question mark is not a wildcard and folders cannot be searched.
_WEB: Final = frozenset({"http", "https"})
#: The extra with the library for a store; other stores report what they lack themselves.
_EXTRAS: Final = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "http": "s3", "https": "s3"}
#: Names of check sums in stores, the most specific first.
_CHECK_SUMS: Final = ("md5Hash", "content_md5", "ETag", "etag", "crc32c")
_CHUNK: Final = 8 << 20
#: Requests at a time: a store answers in tens of milliseconds, and there may be ten thousand
#: requests.
_AT_A_TIME: Final = 16


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A clip at an address.

    Attributes:
        url: its address.
        size: bytes; 0 unknown.
        version: identifies its content by what the store reports, or "".
    """

    url: str
    size: int = 0
    version: str = ""

    @property
    def name(self) -> str:
        """Its last part, as a valid file name."""
        name = PurePosixPath(urlsplit(self.url).path if _web(self.url) else self.url).name
        return re.sub(r'[<>:"|?*\\\x00-\x1f]', "_", unquote(name) if _web(self.url) else name)

    @property
    def stem(self) -> str:
        """Its name without the suffix."""
        return Path(self.name).stem

    def __str__(self) -> str:
        return shown(self.url)


def is_address(text: str) -> bool:
    """Whether this is a remote address; ``file://`` is not."""
    found = _ADDRESS.match(text)
    return found is not None and found[1].lower() not in {"file", "local"}


def local_path(text: str) -> Path:
    """The path in a text or in a ``file://`` address."""
    found = _ADDRESS.match(text)
    return Path(text) if found is None else Path(unquote(urlsplit(text).path))


def shown(url: str) -> str:
    """An address without its passwords, keys and signatures."""
    parts = urlsplit(url)
    plain = re.sub(r"//[^/@]*@", "//", url, count=1) if parts.password else url
    return plain.partition("?")[0] if _web(url) else plain


def _web(url: str) -> bool:
    return urlsplit(url).scheme.lower() in _WEB


def open_store(url: str) -> tuple[Any, str]:
    """The file system behind an address, and the path on it.

    Raises:
        MissingExtraError: the library for that store is not installed.
        SettingError: there is no such kind of address.
    """
    scheme = urlsplit(url).scheme.lower()
    extra = _EXTRAS.get(scheme)
    try:
        from fsspec.core import url_to_fs

        # Whether results exist must be checked again each time.
        store, path = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        reason = str(error).rstrip(".")
        how = install_extra(extra) if extra else f"install what it needs ({reason})"
        raise MissingExtraError(f"Addresses {scheme}:// need an extra: {how}.") from error
    except ValueError as error:
        raise SettingError(f"{shown(url)}: {str(error).rstrip('.')}.") from error
    return store, path


@contextmanager
def store_errors(
    url: str, what: str = "read", kind: type[ScapcoachError] = InputError
) -> Iterator[None]:
    """Turn every error of a store into one sentence about an address."""
    name = shown(url)
    try:
        yield
    except (ScapcoachError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise kind(f"{name}: there is nothing at this address. Check bucket and name.") from error
    except PermissionError as error:
        raise kind(
            f"{name} may not be {what}: check your credentials, and what they allow."
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise OutputError(
                f"No space left for a copy of {name} in {tempfile.gettempdir()}: free some, or let "
                "TMPDIR name another folder."
            ) from error
        raise kind(_sentence(url, what, error)) from error
    except Exception as error:  # each store's library raises errors of its own
        raise kind(_sentence(url, what, error)) from error


def _sentence(url: str, what: str, error: Exception) -> str:
    name = shown(url)
    why = " ".join(str(error).split()).replace(url, name).rstrip(".") or type(error).__name__
    return (
        f"{name} cannot be {what} ({why[:300]}). Check the address, your credentials and the "
        "network, and run the same command again."
    )


def find_remote(url: str, wanted: Callable[[PurePosixPath], bool]) -> list[RemoteFile]:
    """The clip at an address, or all videos in a folder or that fit wildcards; sorted.

    Args:
        url: an address; ``*``, ``**`` and ``?`` are wildcards, except in web addresses.
        wanted: which files to take, by their path from the folder.

    Raises:
        InputError: the store cannot be reached, or nothing fits.
        MissingExtraError: the library for that store is not installed.
    """
    if _web(url):
        return [RemoteFile(url)]
    store, path = open_store(url)
    with store_errors(url):
        # Some names contain wildcard characters themselves.
        wild = any(sign in path for sign in "*?[") and not store.exists(path)
        found: Mapping[str, Any] = (
            store.glob(path, detail=True) if wild else store.find(path, detail=True)
        )
    found = {name: about for name, about in found.items() if about.get("type") == "file"}
    if path in found or (not found and not wild and PurePosixPath(path).suffix):
        # A clip; if it is missing, that is reported when its turn comes.
        return [_file(found.get(path, {}), url)]
    base = path.rstrip("/")
    names = [n for n in sorted(found) if wanted(PurePosixPath(n if wild else n[len(base) + 1 :]))]
    if not names:
        raise MissingInputError(
            f"{shown(url)}: there is no video that fits. Check bucket and name."
        )
    return [_file(found[name], store.unstrip_protocol(name)) for name in names]


def with_versions(files: Sequence[RemoteFile]) -> list[RemoteFile]:
    """Files with their sizes and versions; files that cannot be read are unchanged.

    Missing files are reported when their turn comes. A store that does not answer is not asked
    again for every file.
    """
    silent: set[str] = set()

    def ask(file: RemoteFile) -> RemoteFile:
        if file.version or urlsplit(file.url).netloc in silent:
            return file
        try:
            return looked_up(file)
        except ScapcoachError as error:
            if not isinstance(error.__cause__, FileNotFoundError | PermissionError):
                silent.add(urlsplit(file.url).netloc)
            return file

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(ask, files))


def looked_up(file: RemoteFile) -> RemoteFile:
    """A file with its current size and version.

    Raises:
        InputError: it does not exist, or the store cannot be reached.
        MissingExtraError: the library for that store is not installed.
    """
    store, path = open_store(file.url)
    with store_errors(file.url):
        about = store.info(path)
    if about.get("type") == "directory":
        raise InputError(f"{file} is a folder, not a video.")
    return _file(about, file.url)


def _file(about: Mapping[str, Any], url: str) -> RemoteFile:
    size = int(about.get("size") or 0)
    for name in _CHECK_SUMS:
        if about.get(name):
            sum_ = str(about[name]).strip('"')
            # The tag of a web server is meaningful only for its own address.
            where = f" {shown(url)}" if _web(url) else ""
            return RemoteFile(url, size, f"{name.lower()}:{sum_}-{size}{where}")
    return RemoteFile(url, size)


def fetch(file: RemoteFile, target: Path, progress: Progress | None = None) -> None:
    """Copy a file to this computer.

    Raises:
        InputError: it cannot be read to its end.
        MissingExtraError: the library for that store is not installed.
    """
    store, path = open_store(file.url)
    done = 0
    # Read from beginning to end, so caching would not help.
    with (
        store_errors(file.url),
        store.open(path, "rb", cache_type="none", block_size=_CHUNK) as source,
        target.open("wb") as here,
    ):
        while chunk := source.read(_CHUNK):
            here.write(chunk)
            done += len(chunk)
            if progress is not None:
                progress("fetching", done, file.size or None)
    if file.size and done != file.size:
        raise InputError(
            f"{file} ended after {done} of {file.size} bytes: run the same command again."
        )
