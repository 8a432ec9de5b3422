"""Writes summary.schema.json from the types in `scapcoach.export.summary_types`.

python -m tools.summary_schema
"""

from __future__ import annotations

import json
from pathlib import Path

from scapcoach.export import summary_types

SCHEMA = Path(summary_types.__file__).with_name("summary.schema.json")


def text() -> str:
    """What the file holds."""
    return json.dumps(summary_types.json_schema(), indent=1) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(text(), "utf-8")
