"""Which clips there are, in which order they are taken, and where their results go."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Final

from scapcoach.analysis.places import content_hash, find_clips, result_folder
from scapcoach.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NUMBERED: Final = re.compile(r"(.+)-\d+")


def clips_in(inputs: Sequence[Path], patterns: Sequence[str] = ()) -> list[Path]:
    """Files as they are, and the videos in folders, recursively and sorted; no clip twice.

    Args:
        inputs: files and folders.
        patterns: of those in folders only the ones that fit one of these, such as ``row*`` for a
            name or ``anna/*/*.mp4`` for the path from the folder.

    Raises:
        InputError: a folder holds no video, or none that fits.
    """
    if not patterns:
        return find_clips(list(inputs))
    clips: dict[Path, None] = {}
    for path in inputs:
        inside = [path]
        if path.is_dir():
            inside = [c for c in find_clips([path]) if _fits(c.relative_to(path), patterns)]
            if not inside:
                raise InputError(
                    f"The folder {path} holds no video that fits {' or '.join(patterns)}."
                )
        clips.update(dict.fromkeys(inside))
    return list(clips)


def _fits(path: Path, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(path.as_posix() if "/" in p else path.name, p) for p in patterns)


def longest_first(clips: Sequence[Path]) -> list[int]:
    """Numbers of the clips in the order to take them, so that no long one is left for the end.

    Size stands for length: it is known without opening ten thousand files, and where two clips
    differ in it for another reason (pictures of more detail), the larger one takes longer, too.
    """
    return sorted(range(len(clips)), key=lambda n: (-size_of(clips[n]), n))


def size_of(clip: Path) -> int:
    """Bytes; 0 of what is not there, which will be told when its turn comes."""
    try:
        return clip.stat().st_size
    except OSError:
        return 0


def folders_to_avoid(clips: Sequence[Path], out: Path) -> list[frozenset[Path]]:
    """For each clip the folders that belong to others, so that workers need not agree.

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
    avoid: list[frozenset[Path]] = [frozenset()] * len(clips)
    for members in families.values():
        if len(members) == 1:
            continue
        folders: dict[int, Path] = {}
        for number in members:
            try:
                content = content_hash(clips[number])
            except InputError:
                continue  # it fails by itself, and gets no folder
            folders[number] = result_folder(clips[number], content, out, set(folders.values()))
        for number in folders:
            avoid[number] = frozenset(f for n, f in folders.items() if n != number)
    return avoid


def _root(stem: str, stems: set[str]) -> str:
    """The name that `stem` may get in the way of: "row-2" is the second folder of a "row"."""
    while (found := _NUMBERED.fullmatch(stem)) and found[1] in stems:
        stem = found[1]
    return stem
