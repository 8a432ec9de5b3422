"""Where the program stores the user's data, and the names of files in a folder of results."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

#: Files of an analysed clip or session.
SUMMARY: Final = "summary.json"
REPORT: Final = "report.html"
LANDMARKS: Final = "landmarks.parquet"
FRAMES: Final = "frames.parquet"

#: Bytes of a summary at most: some hours of repetitions.
MAX_SUMMARY_BYTES: Final = 50_000_000


def data_folder() -> Path:
    """The platform's user data folder; SCAPCOACH_DATA_DIR overrides it."""
    import platformdirs

    chosen = os.environ.get("SCAPCOACH_DATA_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("scapcoach", False))
