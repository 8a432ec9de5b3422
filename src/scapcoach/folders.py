"""Where the program stores the user's data."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """The platform's user data folder; SCAPCOACH_DATA_DIR overrides it."""
    import platformdirs

    chosen = os.environ.get("SCAPCOACH_DATA_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("scapcoach", False))
