"""A long recording in pieces: landmarks of each are found separately, then joined.

Only finding landmarks is cut, which is nearly all of the work; smoothing, neutral, measures and
report are made once, from the whole. A piece begins a little before its part, so that the tracker
has settled on the person when the part begins.

Two trackers that began at different moments never agree to the last digit: each frame's crop
comes from the landmarks of the one before, so that a difference, once there, stays. It is as large
after five frames as after two hundred: docs/how-to/batch.md gives it.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach import schema
from scapcoach.errors import ScapcoachError
from scapcoach.export.tables import landmarks_table, read_landmarks, write_parquet
from scapcoach.geometry.posture import trunk_length
from scapcoach.landmarks import HIPS, SHOULDERS, Poses
from scapcoach.recording.places import SUMMARY_FORM, keep_key, partial_folder
from scapcoach.session import Follower, PoseRecorder
from scapcoach.sources.video import VideoFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from scapcoach.progress import Progress
    from scapcoach.recording.options import Options
    from scapcoach.recording.places import Key
    from scapcoach.sources.frames import SourceInfo


#: Seconds by which a piece begins early. The difference to an uncut run is steady after 0.2 s [M],
#: and the choice of whom to follow is final after one.
WARM_UP: Final = 2.0
#: Largest distance between two middles of the trunk, in trunk lengths, for the same body.
_SAME_BODY: Final = 0.35
#: Frames at the end of the warm-up by which that is judged.
_JUDGED: Final = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a recording: frames from `start` up to, not with, `stop`, in seconds."""

    start: float
    stop: float


def pieces_of(info: SourceInfo, minutes: float) -> tuple[Piece, ...]:
    """Pieces of about so many minutes, all of one length; none where there would be only one.

    Args:
        info: facts about the recording; one of unknown length is not cut.
        minutes: the wanted length.
    """
    length = 60 * minutes
    if not info.duration > 1.5 * length:
        return ()
    count = round(info.duration / length)
    edges = [info.duration * i / count for i in range(count)]
    # The stated length may be a little off.
    return tuple(Piece(a, b) for a, b in zip(edges, [*edges[1:], math.inf], strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Landmarks of a piece and of the warm-up before it, and problems of the file."""

    poses: Poses
    warnings: tuple[str, ...] = ()


def follow(
    clip: Path,
    piece: Piece,
    options: Options,
    progress: Progress,
    *,
    since: float | None = None,
    subject_at: tuple[float, float] | None = None,
) -> Stretch | None:
    """Landmarks of a piece, or None where the file's time stamps do not allow cutting it.

    Args:
        clip: the video.
        piece: the part of it.
        options: how to analyse it.
        progress: called as ``progress("landmarks", done, total)``.
        since: seconds at which to begin, if that is earlier than the warm-up before the piece;
            after a warm-up from there, frames up to the one before the piece are skipped.
        subject_at: where the subject is at the beginning, pixels; None for what `options` say, at
            the beginning of the file only.
    """
    from scapcoach.pose.engines import open_engine

    near = max(0.0, piece.start - WARM_UP)
    begin = near if since is None else min(since, near)
    at = subject_at or (options.subject if begin == 0 else None)
    with (
        VideoFile(clip, since=begin) as source,
        open_engine(options.model, subject_at=at, delegate=options.delegate) as estimator,
    ):
        recorder = PoseRecorder(source.info.size)
        stop = min(piece.stop, source.info.duration)
        rate = source.info.fps if source.info.fps > 0 else 30.0
        with Follower(estimator, recorder) as follower:
            for frame in source.frames(prepare=estimator.picture):
                if frame.t >= piece.stop:
                    break
                if begin + WARM_UP < frame.t < near:
                    continue
                follower.step(frame)
                done = round((frame.t - begin) * rate)
                progress("landmarks", done, max(done, round((stop - begin) * rate)))
        if source.mended_times:
            return None
        return Stretch(recorder.poses(), source.warnings)


def keep_piece(folder: Path, piece: Piece, key: Key, stretch: Stretch) -> None:
    """Store a piece next to a folder of results.

    Raises:
        OutputError: it cannot be written.
    """
    keep_key(folder, key)
    table = landmarks_table(stretch.poses)
    about = {**(table.schema.metadata or {}), b"warnings": json.dumps(stretch.warnings).encode()}
    write_parquet(_file(folder, piece, key), table.replace_schema_metadata(about))


def kept_piece(folder: Path, piece: Piece, key: Key) -> Stretch | None:
    """A piece that was stored, or None."""
    import pyarrow.parquet as pq

    path = _file(folder, piece, key)
    try:
        poses = read_landmarks(path)
        kept = (pq.read_schema(path).metadata or {}).get(b"warnings", b"[]")
        warnings = schema.decode(kept, tuple[str, ...], SUMMARY_FORM, str(path))
    except ScapcoachError:
        return None
    return Stretch(poses, warnings)


def _file(folder: Path, piece: Piece, key: Key) -> Path:
    what = hashlib.sha256(json.dumps(asdict(key), sort_keys=True).encode()).hexdigest()[:12]
    stop = "end" if math.isinf(piece.stop) else f"{1000 * piece.stop:.0f}"
    return partial_folder(folder) / f"piece-{what}-{1000 * piece.start:.0f}-{stop}.parquet"


def joined(
    folder: Path,
    pieces: Sequence[Piece],
    key: Key,
    again: Callable[[Piece, float, tuple[float, float]], Stretch | None],
) -> Stretch | None:
    """All of the landmarks from stored pieces, or None if one is missing.

    Where a piece does not follow the same person as the one before, or nobody is visible to
    compare, it is done again from where that person was last seen.

    Args:
        folder: of the results.
        pieces: in order of time, without gaps.
        key: of the landmarks.
        again: does a piece again, from a time, with the subject at a place at that time.
    """
    parts: list[Poses] = []
    warnings: dict[str, None] = {}
    for piece in pieces:
        stretch = kept_piece(folder, piece, key)
        if stretch is not None and parts and not _agree(parts[-1], stretch.poses):
            seen = last_seen(Poses.concatenate(parts))
            if seen is not None:
                stretch = again(piece, *seen)
        if stretch is None:
            return None
        warnings.update(dict.fromkeys(stretch.warnings))
        part = stretch.poses[(stretch.poses.t >= piece.start) & (stretch.poses.t < piece.stop)]
        if len(part):
            parts.append(part)
    return Stretch(Poses.concatenate(parts), tuple(warnings)) if parts else None


def _agree(before: Poses, after: Poses) -> bool:
    """Whether both follow the same body at the end of the warm-up of the second."""
    times, mine, theirs = np.intersect1d(before.t, after.t, return_indices=True)
    both = (before.subject[mine] == 0) & (after.subject[theirs] == 0)
    mine, theirs = mine[both][-_JUDGED:], theirs[both][-_JUDGED:]
    if len(mine) < _JUDGED or times[-1] - before.t[mine[-1]] > WARM_UP / 4:
        return False
    a, b = before[mine], after[theirs]
    gap = np.linalg.norm(a.point(*SHOULDERS, *HIPS) - b.point(*SHOULDERS, *HIPS), axis=1)
    return bool(np.median(gap / np.maximum(trunk_length(a), 1.0)) < _SAME_BODY)


@dataclass(frozen=True, slots=True)
class LeadIn:
    """How to continue a recording whose first frames are done already.

    Attributes:
        first: number of the frame to begin with.
        seen: frames up to this time are processed so that the tracker settles on the subject.
        end: frames up to this time are done.
        subject_at: where the subject is in the first frame, pixels; None unknown.
    """

    first: int
    seen: float
    end: float
    subject_at: tuple[float, float] | None = None


def lead_in(poses: Poses) -> LeadIn:
    """How to continue after `poses`: from where the subject was last seen."""
    if not len(poses):
        return LeadIn(0, -math.inf, -math.inf)
    seen, end = last_seen(poses), float(poses.t[-1])
    if seen is None:
        return LeadIn(len(poses), -math.inf, end)
    return LeadIn(int(np.searchsorted(poses.t, seen[0])), seen[0] + WARM_UP, end, seen[1])


def last_seen(poses: Poses) -> tuple[float, tuple[float, float]] | None:
    """When the subject was last seen, less a warm-up, and where it was at that moment.

    None where nobody was ever seen: the next person to appear is the subject, as in an uncut run.
    """
    seen = np.flatnonzero(poses.subject == 0)
    if not len(seen):
        return None
    early = seen[poses.t[seen] >= poses.t[seen[-1]] - WARM_UP]
    x, y = poses.point(*SHOULDERS, *HIPS)[early[0]]
    width, height = poses.size
    # Whole pixels beyond 1: two numbers up to 1 would be shares of the picture.
    where = (float(np.clip(x, 2, width - 1)), float(np.clip(y, 2, height - 1)))
    return float(poses.t[early[0]]), where
