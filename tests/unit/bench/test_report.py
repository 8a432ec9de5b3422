"""The writer of all benches' pages."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from bench import report

if TYPE_CHECKING:
    from pathlib import Path


def test_a_table_has_as_many_cells_in_each_row_as_heads() -> None:
    assert report.table(("", "n"), [("front", 3), ("", 4)]).splitlines() == [
        "| | n |", "|---|---|", "| front | 3 |", "| | 4 |",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="1 cells instead of 2"):
        report.table(("view", "n"), [("front",)])


def test_a_page_says_what_wrote_it_and_leaves_out_empty_blocks() -> None:
    text = report.page("Speed", "python -m x", "One.\n", "", "Two.")
    assert text.split("\n\n") == [
        "# Speed", "[Documentation](../index.md) / Reference",
        "<!-- Written by `python -m x`; not to be edited by hand. -->", "One.", "Two.\n",
    ]  # fmt: skip


def test_a_csv_file_keeps_every_digit_that_matters_and_leaves_unknowns_empty(
    tmp_path: Path,
) -> None:
    rows = [{"view": "front", "n": 3, "r": -18.249999, "s": None, "t": float("nan")}]
    report.write_csv(tmp_path / "folder" / "a.csv", rows)
    (row,) = csv.DictReader((tmp_path / "folder" / "a.csv").read_text("utf-8").splitlines())
    assert row == {"view": "front", "n": "3", "r": "-18.249999", "s": "", "t": ""}
    report.write_csv(tmp_path / "b.csv", [])
    assert (tmp_path / "b.csv").read_text("utf-8").strip() == ""


def test_what_was_measured_is_named_with_its_versions() -> None:
    about = {"date": "2026-01-02", "version": "1", "commit": "commit a", "mediapipe": "0.10.31"}
    line = report.measured(about, "3 clips")
    assert line == (
        "Measured 2026-01-02 with scapcoach 1 (commit a) and mediapipe 0.10.31, 3 clips."
    )
    assert set(about) == set(report.versions())


def test_figures_go_between_their_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->\n")
    report.write_between(page, "x", "new\nlines")
    report.write_between(page, "y", "more")
    assert page.read_text() == (
        "a\n<!-- x -->\nnew\nlines\n<!-- /x -->\nb\n<!-- y -->\nmore\n<!-- /y -->\n"
    )
