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
        info: facts about the video.
        poses: smoothed landmarks, short gaps filled.
        measures: measures of the same frames.
        calibration: the calibration used; None when no neutral could be found.
        summary: the content of summary.json.
        folder: folder of the written results; None when nothing was to be written.
        warnings: problems of the clip that did not stop the analysis.
        skipped: whether finished results were there before.
        coached: the set, where an exercise was asked for and recognised.
        film: the pictures of a live session; None where `clip` has them.
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
