"""Which clips to analyse, in which order, and where their results go."""

from __future__ import annotations

import fnmatch
import re
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from scapcoach.batch.jobs import local_copy
from scapcoach.batch.remote import RemoteFile, find_remote
from scapcoach.errors import InputError, MissingInputError
from scapcoach.progress import silent
from scapcoach.recording.places import VIDEO_SUFFIXES, content_hash, result_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.batch.remote_results import RemoteFolder

_NUMBERED: Final = re.compile(r"(.+)-\d+")


def clips_in(inputs: Sequence[Path], patterns: Sequence[str] = ()) -> list[Path]:
    """The given files, and the videos in folders, recursively and sorted; no clip twice.

    Args:
        inputs: files and folders.
        patterns: take only videos in folders that match one of these, such as ``row*`` for a name
            or ``anna/*/*.mp4`` for the path from the folder.

    Raises:
        MissingInputError: a folder contains no video, or none that matches.
    """
    clips: dict[Path, None] = {}
    for path in inputs:
        inside = [path]
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.is_file()]
            inside = [p for p in inside if _is_wanted(p.relative_to(path), patterns)]
            if not inside:
                lacking = f"that fits {' or '.join(patterns)}" if patterns else "file"
                raise MissingInputError(f"The folder {path} holds no video {lacking}.")
        clips.update(dict.fromkeys(inside))
    return list(clips)


def remote_clips(urls: Sequence[str], patterns: Sequence[str] = ()) -> list[RemoteFile]:
    """The same for addresses: the given clips, and the videos in folders and behind wildcards.

    Raises:
        InputError: a store cannot be reached, or has no matching video there.
        MissingExtraError: the library for that store is not installed.
    """
    wanted = partial(_is_wanted, patterns=patterns)
    found = [file for url in urls for file in find_remote(url, wanted)]
    return list({file.url: file for file in found}.values())


def _is_wanted(path: PurePath, patterns: Sequence[str]) -> bool:
    """Whether a file, by its path from the folder, is a video that is not hidden, and fits."""
    if path.suffix.lower() not in VIDEO_SUFFIXES or any(p.startswith(".") for p in path.parts):
        return False
    return not patterns or any(
        fnmatch.fnmatch(path.as_posix() if "/" in p else path.name, p) for p in patterns
    )


def longest_first(clips: Sequence[Path | RemoteFile]) -> list[int]:
    """Numbers of the clips in order of analysis: longest first, so that none is left for the end.

    Size is used for length: it is known without opening ten thousand files, and where the size
    differs for another reason (more detailed pictures), the larger clip also takes longer.
    """
    return sorted(range(len(clips)), key=lambda n: (-size_of(clips[n]), n))


def size_of(clip: Path | RemoteFile) -> int:
    """Bytes; 0 for a missing clip, which is reported when its turn comes."""
    if isinstance(clip, RemoteFile):
        return clip.size
    try:
        return clip.stat().st_size
    except OSError:
        return 0


def folders_to_avoid(
    clips: Sequence[Path | RemoteFile], out: Path | RemoteFolder
) -> list[frozenset[str]]:
    """For each clip the names of folders that belong to others, so workers need no coordination.

    Clips with the same name form a family: their results are in ``name``, ``name-2`` and so on, the
    same for any order of work. The content of those clips is read here; that of the others, usually
    nearly all, only when their turn comes.

    Args:
        clips: in a fixed order.
        out: the folder of all results.
    """
    stems = {clip.stem.casefold() for clip in clips}
    families: dict[str, list[int]] = {}
    for number, clip in enumerate(clips):
        families.setdefault(_root(clip.stem.casefold(), stems), []).append(number)
    avoid: list[frozenset[str]] = [frozenset()] * len(clips)
    for members in families.values():
        if len(members) > 1:
            folders = _folders({number: clips[number] for number in members}, out)
            for number in folders:
                avoid[number] = frozenset(f for n, f in folders.items() if n != number)
    return avoid


def _folders(members: Mapping[int, Path | RemoteFile], out: Path | RemoteFolder) -> dict[int, str]:
    """Names of the folders of a family; clips that cannot be read get none."""
    with TemporaryDirectory(prefix="scapcoach-") as temporary:
        place = out if isinstance(out, Path) else Path(temporary)
        found: dict[int, str] = {}
        for number, clip in members.items():
            with suppress(InputError):
                content = _content(clip)
                taken = frozenset(found.values())
                if not isinstance(out, Path):
                    out.look(clip.stem, place, taken)
                path = Path(clip.name)
                found[number] = result_folder(path, content, place, {place / f for f in taken}).name
        return found


def _content(clip: Path | RemoteFile) -> str:
    """A text that identifies the content of a clip, which is read if necessary."""
    if isinstance(clip, Path):
        return content_hash(clip)
    if clip.version:
        return clip.version
    with local_copy(clip, silent) as here:
        return content_hash(here)


def _root(stem: str, stems: set[str]) -> str:
    """The name that `stem` may conflict with: "row-2" is the second folder of "row"."""
    while (found := _NUMBERED.fullmatch(stem)) and found[1] in stems:
        stem = found[1]
    return stem
