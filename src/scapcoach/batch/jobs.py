"""The analysis of a clip or calibration clip as a small job that can be sent to another process."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from scapcoach.batch.remote import RemoteFile, fetch
from scapcoach.errors import ScapcoachError
from scapcoach.export.dataset_table import facts_of
from scapcoach.media.thumbnail import THUMBNAIL, best_time, write_thumbnail
from scapcoach.recording import analyze_into, calibrate_clip, finished
from scapcoach.recording.options import landmarks_key
from scapcoach.recording.pieces import follow, keep_piece, kept_piece
from scapcoach.recording.places import content_hash, result_folder
from scapcoach.sources.glimpse import glimpse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scapcoach.calibration import Calibration, Segment
    from scapcoach.progress import Progress
    from scapcoach.recording import Options
    from scapcoach.recording.pieces import Piece


@dataclass(frozen=True, slots=True)
class ClipJob:
    """Analyse a clip; calling it returns a `ClipDone`.

    Attributes:
        clip: the video, as a path where the job runs.
        out: folder of all results.
        options: how to analyse it.
        calibration: of the same person, camera and view, or None.
        avoid: names of folders of results that belong to other clips.
        content: identifies its content; "" uses its SHA-256.
        pieces: pieces whose landmarks were found by `PieceJob`s.
    """

    clip: Path
    out: Path
    options: Options
    calibration: Calibration | None = None
    avoid: frozenset[str] = frozenset()
    content: str = ""
    pieces: tuple[Piece, ...] = ()

    def __call__(self, progress: Progress) -> ClipDone:
        """Run the job, unless it is already done.

        Raises:
            ScapcoachError: as `scapcoach.analyze`.
        """
        content = self.content or content_hash(self.clip)
        folder = self.folder(content)
        done = self.done_before(folder, content)
        if done is not None:
            return done
        found = analyze_into(
            self.clip, folder, content, self.options, self.calibration, progress, self.pieces
        )
        picture = glimpse(self.clip, best_time(found.poses))
        if picture is not None:
            write_thumbnail(folder / THUMBNAIL, picture.image, found.poses, picture.t)
        return ClipDone(
            folder.name, facts_of(found.summary), skipped=found.skipped, notes=found.warnings
        )

    def folder(self, content: str) -> Path:
        """The folder of the results of this clip."""
        taken = {self.out / name for name in self.avoid}
        return result_folder(self.clip, content, self.out, taken)

    def done_before(self, folder: Path, content: str) -> ClipDone | None:
        """The result if the clip is already analysed, else None."""
        summary = finished(content, folder, self.options, self.calibration)
        return None if summary is None else ClipDone(folder.name, facts_of(summary), skipped=True)


@dataclass(frozen=True, slots=True)
class PieceJob:
    """Find the landmarks of a piece of a clip, and store them where its `ClipJob` looks for them.

    Attributes:
        job: job of the whole clip.
        piece: the piece.
    """

    job: ClipJob
    piece: Piece

    def __call__(self, progress: Progress) -> None:
        """Run the job, unless it is already done.

        Raises:
            ScapcoachError: as `scapcoach.analyze`.
        """
        job, options = self.job, self.job.options
        content = job.content or content_hash(job.clip)
        folder, key = job.folder(content), landmarks_key(content, options)
        if options.force or kept_piece(folder, self.piece, key) is None:
            found = follow(job.clip, self.piece, options, progress)
            if found is not None:
                keep_piece(folder, self.piece, key, found)


@dataclass(frozen=True, slots=True)
class ClipDone:
    """The result that is returned for an analysed clip; the files are in its folder.

    Attributes:
        folder: name of the folder of results.
        facts: row of the index, from `scapcoach.export.dataset_table.facts_of`.
        skipped: whether it was finished before.
        notes: problems of the clip that did not stop its analysis.
    """

    folder: str
    facts: Mapping[str, Any]
    skipped: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationJob:
    """Calibrate from a clip of held poses; calling it returns the `Calibration`.

    Attributes:
        clip: the calibration clip.
        segments: when each pose is held; None finds them by the order of the guided protocol.
        model: lite, full or heavy.
        estimator: one of `Estimator`.
        keep: folder in which the landmarks are stored for the next run; None stores nothing.
    """

    clip: Path | RemoteFile
    segments: tuple[Segment, ...] | None
    model: str
    estimator: str
    keep: Path | None = None

    def __call__(self, progress: Progress) -> Calibration:
        """Run the job.

        Raises:
            ScapcoachError: as `scapcoach.calibrate_clip`.
        """
        with local_copy(self.clip, progress) as clip:
            return calibrate_clip(
                clip,
                self.segments,
                model=self.model,
                estimator=self.estimator,
                progress=progress,
                keep=self.keep,
            )


@contextmanager
def local_copy(clip: Path | RemoteFile, progress: Progress) -> Iterator[Path]:
    """A clip as a local file for the length of the block, under its own name.

    Pictures of an annotated clip are read twice, and not in order, so a remote clip is copied as a
    whole.

    Raises:
        InputError: it cannot be read.
    """
    if isinstance(clip, Path):
        yield clip
        return
    with TemporaryDirectory(prefix="scapcoach-") as place:
        here = Path(place, clip.name)
        fetch(clip, here, progress)
        with rename_in_errors({str(here): str(clip)}):
            yield here


@contextmanager
def rename_in_errors(names: Mapping[str, str]) -> Iterator[None]:
    """Make errors and interruptions name what the user named, not its copy."""
    try:
        yield
    except (ScapcoachError, KeyboardInterrupt) as error:
        words = str(error)
        for here, there in names.items():
            words = words.replace(here, there)
        if words == str(error):
            raise
        raise type(error)(words) from error
