"""Parquet: landmarks, frames and repetitions, each as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scapcoach.export.tables import landmarks_table, write_parquet
from scapcoach.folders import FRAMES, LANDMARKS

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.export.results import AnalysisResults


def write(place: Path, results: AnalysisResults) -> None:
    """Write landmarks.parquet, frames.parquet and, where an exercise was coached, reps.parquet.

    Raises:
        OutputError: one of them cannot be written.
    """
    write_parquet(place / LANDMARKS, landmarks_table(results.raw))
    write_parquet(place / FRAMES, results.frames)
    if results.repetitions is not None:
        write_parquet(place / "reps.parquet", results.repetitions)
