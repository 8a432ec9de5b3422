"""What is printed moves no cursor, whatever files are called."""

from __future__ import annotations

import pytest

from scapcoach.cli.streams import printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Rücken 60\u00a0kg 🙂.mp4", "Rücken 60\u00a0kg 🙂.mp4"),
        ("a\x1b[31mred.mp4", "a\\x1b[31mred.mp4"),
        ("new\nline.mp4", "new\\nline.mp4"),
        ("bad\udcff.mp4", "bad\\udcff.mp4"),
        ("c1\x9b2J.mp4", "c1\\x9b2J.mp4"),
    ],
)
def test_control_characters_and_bytes_that_are_no_text_are_spelled_out(
    name: str, shown: str
) -> None:
    assert printable(name) == shown
