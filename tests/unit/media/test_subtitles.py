"""Subtitles, read back by parsers written after the two formats."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.errors import OutputError
from scapcoach.media.subtitles import GAP, SHORTEST, Subtitle, write_srt, write_vtt
from tests.support.subtitles import read_srt, read_vtt

if TYPE_CHECKING:
    from pathlib import Path

CUES = (
    Subtitle(3725.5, 2.0, "Later, by more than an hour"),
    Subtitle(1.0, 3.0, "Squeeze & hold <1 s\n--> then let go"),
)


def test_both_formats_say_the_same_in_order(tmp_path: Path) -> None:
    write_srt(tmp_path / "cues.srt", CUES)
    write_vtt(tmp_path / "cues.vtt", CUES)
    expected = [
        (1.0, 4.0, "Squeeze & hold <1 s \u2192 then let go"),
        (3725.5, 3727.5, "Later, by more than an hour"),
    ]
    assert read_srt(tmp_path / "cues.srt") == expected
    assert read_vtt(tmp_path / "cues.vtt") == expected
    assert "01:02:05,500 --> 01:02:07,500" in (tmp_path / "cues.srt").read_text("utf-8")
    assert html.escape("& hold <1", quote=False) in (tmp_path / "cues.vtt").read_text("utf-8")


def test_no_cues_are_valid_files(tmp_path: Path) -> None:
    write_srt(tmp_path / "cues.srt", ())
    write_vtt(tmp_path / "cues.vtt", ())
    assert read_srt(tmp_path / "cues.srt") == read_vtt(tmp_path / "cues.vtt") == []
    assert (tmp_path / "cues.vtt").read_text("utf-8").startswith("WEBVTT")


def test_the_next_one_cuts_the_last_one_short(tmp_path: Path) -> None:
    write_srt(tmp_path / "cues.srt", [Subtitle(0, 5, "one"), Subtitle(2, 5, "two")])
    assert read_srt(tmp_path / "cues.srt") == [(0, 2 - GAP, "one"), (2, 7, "two")]


subtitles = st.builds(
    Subtitle,
    st.floats(0, 20_000),
    st.floats(0, 10),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40),
)


@settings(deadline=None)  # each writes and reads files
@given(st.lists(subtitles, max_size=8))
def test_any_cues_make_files_that_parse_and_never_two_at_once(
    tmp_path_factory: pytest.TempPathFactory, some: list[Subtitle]
) -> None:
    folder = tmp_path_factory.mktemp("cues")
    write_srt(folder / "cues.srt", some)
    write_vtt(folder / "cues.vtt", some)
    found = read_srt(folder / "cues.srt")
    assert found == read_vtt(folder / "cues.vtt")
    for (_, end, _), (begin, _, _) in pairwise(found):
        assert begin - end >= GAP - 2e-3
    known = {" ".join(s.text.split()).replace("-->", "\u2192") for s in some}
    assert {text for _, _, text in found} <= known
    assert not [text for _, _, text in found if re.search(r"-->|\n", text)]


def test_one_that_would_only_flash_is_left_out(tmp_path: Path) -> None:
    near = [Subtitle(0, 5, "one"), Subtitle(0.9 * SHORTEST, 5, "two")]
    write_srt(tmp_path / "cues.srt", near)
    assert [text for _, _, text in read_srt(tmp_path / "cues.srt")] == ["two"]


def test_a_folder_in_the_way_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "cues.srt").mkdir()
    with pytest.raises(OutputError, match=r"cues\.srt"):
        write_srt(tmp_path / "cues.srt", CUES)
