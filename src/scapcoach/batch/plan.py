"""Which clips there are, in which order they are taken, and where their results go."""

from __future__ import annotations

import fnmatch
import re
from contextlib import suppress
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from scapcoach.batch.jobs import at_hand
from scapcoach.batch.remote import RemoteFile, find_remote
from scapcoach.errors import InputError, MissingInputError
from scapcoach.recording.places import VIDEO_SUFFIXES, content_hash, find_clips, result_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapcoach.batch.remote_results import RemoteFolder

_NUMBERED: Final = re.compile(r"(.+)-\d+")


def clips_in(inputs: Sequence[Path], patterns: Sequence[str] = ()) -> list[Path]:
    """Files as they are, and the videos in folders, recursively and sorted; no clip twice.

    Args:
        inputs: files and folders.
        patterns: of those in folders only the ones that fit one of these, such as ``row*`` for a
            name or ``anna/*/*.mp4`` for the path from the folder.

    Raises:
        MissingInputError: a folder holds no video, or none that fits.
    """
    if not patterns:
        return find_clips(list(inputs))
    clips: dict[Path, None] = {}
    for path in inputs:
        inside = [path]
        if path.is_dir():
            inside = [c for c in find_clips([path]) if _fits(c.relative_to(path), patterns)]
            if not inside:
                raise MissingInputError(
                    f"The folder {path} holds no video that fits {' or '.join(patterns)}."
                )
        clips.update(dict.fromkeys(inside))
    return list(clips)


def remote_clips(urls: Sequence[str], patterns: Sequence[str] = ()) -> list[RemoteFile]:
    """The same of addresses: clips as they are, and the videos in folders and behind wildcards.

    Raises:
        InputError: a store cannot be reached, or holds no video there that fits.
        MissingExtraError: what speaks to that store is not installed.
    """

    def wanted(path: PurePath) -> bool:
        hidden = any(part.startswith(".") for part in path.parts)
        video = path.suffix.lower() in VIDEO_SUFFIXES and not hidden
        return video and (not patterns or _fits(path, patterns))

    found = [file for url in urls for file in find_remote(url, wanted)]
    return list({file.url: file for file in found}.values())


def _fits(path: PurePath, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(path.as_posix() if "/" in p else path.name, p) for p in patterns)


def longest_first(clips: Sequence[Path | RemoteFile]) -> list[int]:
    """Numbers of the clips in the order to take them, so that no long one is left for the end.

    Size stands for length: it is known without opening ten thousand files, and where two clips
    differ in it for another reason (pictures of more detail), the larger one takes longer, too.
    """
    return sorted(range(len(clips)), key=lambda n: (-size_of(clips[n]), n))


def size_of(clip: Path | RemoteFile) -> int:
    """Bytes; 0 of what is not there, which will be told when its turn comes."""
    if isinstance(clip, RemoteFile):
        return clip.size
    try:
        return clip.stat().st_size
    except OSError:
        return 0


def folders_to_avoid(
    clips: Sequence[Path | RemoteFile], out: Path | RemoteFolder
) -> list[frozenset[str]]:
    """For each clip the names of folders that belong to others, so that workers need not agree.

    Clips of one name share a family: their results lie in ``name``, ``name-2`` and so on, the same
    ones whatever the order of work. The content of those is read here; the others, nearly all as
    a rule, only when their turn comes.

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
    """Names of the folders of a family, but of those that cannot be read: they get none."""
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
    """What the content of a clip is known by; read where nothing else tells."""
    if isinstance(clip, Path):
        return content_hash(clip)
    if clip.version:
        return clip.version
    with at_hand(clip, lambda *_: None) as here:
        return content_hash(here)


def _root(stem: str, stems: set[str]) -> str:
    """The name that `stem` may get in the way of: "row-2" is the second folder of a "row"."""
    while (found := _NUMBERED.fullmatch(stem)) and found[1] in stems:
        stem = found[1]
    return stem
