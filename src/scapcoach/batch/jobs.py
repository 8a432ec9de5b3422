"""A clip, or a calibration clip, as a small job that can be sent to another process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scapcoach.analysis import analyze, calibrate_clip, finished
from scapcoach.analysis.places import content_hash, result_folder
from scapcoach.sinks.dataset_table import facts_of
from scapcoach.sinks.thumbnail import THUMBNAIL, best_time, write_thumbnail
from scapcoach.sources.glimpse import glimpse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scapcoach.analysis import Options
    from scapcoach.batch.types import Progress
    from scapcoach.calibration import Calibration, Segment


@dataclass(frozen=True, slots=True)
class ClipJob:
    """Analyse a clip; calling it returns a `ClipDone`.

    Attributes:
        clip: the video, as it is found from where the job runs.
        out: folder of all results.
        options: how.
        calibration: of the same person, camera and view, or None.
        avoid: folders of results that belong to other clips.
    """

    clip: Path
    out: Path
    options: Options
    calibration: Calibration | None = None
    avoid: frozenset[Path] = frozenset()

    def __call__(self, progress: Progress) -> ClipDone:
        """Do it, unless it is done already.

        Raises:
            ScapcoachError: as `scapcoach.analyze`.
        """
        folder = result_folder(self.clip, content_hash(self.clip), self.out, set(self.avoid))
        summary = finished(self.clip, folder, options=self.options, calibration=self.calibration)
        if summary is not None:
            return ClipDone(folder, facts_of(summary), skipped=True)
        found = analyze(
            self.clip, out=self.out, options=self.options, calibration=self.calibration,
            progress=progress, taken=set(self.avoid),
        )  # fmt: skip
        assert found.folder is not None
        picture = glimpse(self.clip, best_time(found.poses))
        if picture is not None:
            write_thumbnail(found.folder / THUMBNAIL, picture.image, found.poses, picture.t)
        return ClipDone(
            found.folder, facts_of(found.summary), skipped=found.skipped, notes=found.warnings
        )


@dataclass(frozen=True, slots=True)
class ClipDone:
    """What comes back of an analysed clip; the rest lies in its folder.

    Attributes:
        folder: of the results.
        facts: one row of the index, as `scapcoach.sinks.dataset_table.facts_of` gives it.
        skipped: whether it had been finished before.
        notes: what was wrong with the clip without stopping the work.
    """

    folder: Path
    facts: Mapping[str, Any]
    skipped: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationJob:
    """Calibrate from a clip in which poses are held; calling it returns the `Calibration`.

    Attributes:
        clip: the calibration clip.
        segments: which pose is held when; None finds them by the order of the guided protocol.
        model: lite, full or heavy.
    """

    clip: Path
    segments: tuple[Segment, ...] | None
    model: str

    def __call__(self, progress: Progress) -> Calibration:
        """Do it.

        Raises:
            ScapcoachError: as `scapcoach.calibrate_clip`.
        """
        return calibrate_clip(self.clip, self.segments, model=self.model, progress=progress)
