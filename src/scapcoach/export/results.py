"""What an analysis has found, as passed to every output format."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from scapcoach.coaching.results import SetResult
    from scapcoach.landmarks import Poses
    from scapcoach.measures.series import Measures


@dataclass(frozen=True, eq=False)  # no slots: they would leave no room for cached properties
class AnalysisResults:
    """One analysed clip or live session.

    Attributes:
        name: of the clip, without its suffix.
        raw: landmarks of every frame, before smoothing.
        poses: the same, smoothed.
        measures: of the same frames.
        coached: the set, if an exercise was coached; else None.
        notes: (seconds, text) of repetitions and cues, in order of time.
        video: the annotated video, if one was written; else None.
    """

    name: str
    raw: Poses
    poses: Poses
    measures: Measures
    coached: SetResult | None = None
    notes: Sequence[tuple[float, str]] = ()
    video: Path | None = None

    @cached_property
    def frames(self) -> pa.Table:
        """One row per frame: `tables.frames_table`."""
        from scapcoach.export.tables import frames_table

        return frames_table(self.measures)

    @cached_property
    def repetitions(self) -> pa.Table | None:
        """One row per repetition: `rep_tables.reps_table`; None where no exercise was coached."""
        if self.coached is None:
            return None
        from scapcoach.export.rep_tables import reps_table

        return reps_table(self.coached)
