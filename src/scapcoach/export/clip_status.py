"""What became of a clip among several."""

from __future__ import annotations

from enum import StrEnum


class ClipStatus(StrEnum):
    """The outcome of one clip, as in index.parquet, in JSON and on the terminal."""

    DONE = "done"
    SKIPPED = "skipped"  # its results were finished before
    FAILED = "failed"
    STOPPED = "stopped"
