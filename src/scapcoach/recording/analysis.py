"""What analysing one clip gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scapcoach.calibration import Calibration
    from scapcoach.coaching.results import SetResult
    from scapcoach.landmarks import Poses
    from scapcoach.measures import Measures
    from scapcoach.recording.render import Film
    from scapcoach.sources.frames import SourceInfo


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What was found in one clip.

    Attributes:
        clip: the video.
        info: of the video.
        poses: smoothed landmarks, short holes filled.
        measures: of the same frames.
        calibration: that was used; None when no neutral could be found.
        summary: as in summary.json.
        folder: of the written results; None when nothing was to be written.
        warnings: what was wrong with the clip without stopping the work.
        skipped: whether it had been finished before.
        coached: the set, where an exercise was asked for and recognised.
        film: pictures of a live session; None: they are those of `clip`.
    """

    clip: Path
    info: SourceInfo
    poses: Poses
    measures: Measures
    calibration: Calibration | None
    summary: Mapping[str, Any]
    folder: Path | None
    warnings: tuple[str, ...] = ()
    skipped: bool = False
    coached: SetResult | None = None
    film: Film | None = None
