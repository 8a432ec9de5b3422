"""A set as a table of repetitions and as a part of summary.json."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from scapcoach.coaching.specs import REP_VALUES
from scapcoach.export.csv_tables import write_csv
from scapcoach.export.rep_tables import reps_table, set_summary
from scapcoach.export.tables import write_parquet
from tests.support.sets import sample_set

if TYPE_CHECKING:
    from pathlib import Path


def test_one_row_per_repetition_with_every_value_and_its_status(tmp_path: Path) -> None:
    record = sample_set()
    write_parquet(tmp_path / "reps.parquet", reps_table(record))
    table = pq.read_table(tmp_path / "reps.parquet")
    rows = table.to_pylist()
    assert [row["rep"] for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [row["partial"] for row in rows] == [False] * 6 + [True]
    assert rows[3]["faults"] == "swing;shrug"
    assert rows[5]["unjudged"] == "late=arms_away_from_calibration"
    assert rows[0]["load_kg"] == 60
    assert rows[0]["grip"] == "neutral"
    assert rows[0]["pull_angle_reason"] == "hips_hidden"
    for column in REP_VALUES.values():
        assert table.schema.field(column.name).metadata[b"unit"] == column.unit.encode()
        for row, rep in zip(rows, record.reps, strict=True):
            number = rep.values[column.name]
            assert row[f"{column.name}_status"] == number.status.label
            assert row[column.name] == (number.value if number.judged else None)
    assert rows[0]["points_retraction_peak"] == 80
    assert rows[0]["points_hold"] is None


def test_csv_has_the_same_columns_and_empty_fields_for_what_is_withheld(tmp_path: Path) -> None:
    table = reps_table(sample_set())
    write_csv(tmp_path / "reps.csv", table)
    with (tmp_path / "reps.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == table.column_names
    assert rows[5]["retraction_peak"] == rows[5]["retraction_peak_sigma"] == ""
    assert "nan" not in (tmp_path / "reps.csv").read_text("utf-8").lower()


def test_a_set_without_repetitions_is_an_empty_table_with_all_columns(tmp_path: Path) -> None:
    table = reps_table(sample_set(reps=0))
    assert table.num_rows == 0
    assert set(reps_table(sample_set()).column_names) - set(table.column_names) == {
        "points_retraction_peak",
        "points_hold",
    }
    write_parquet(tmp_path / "reps.parquet", table)
    write_csv(tmp_path / "reps.csv", table)


def test_the_summary_of_a_set_counts_only_what_was_judged_absolutely() -> None:
    found = set_summary(sample_set())
    assert found["reps"] == 7
    assert found["partial"] == 1
    mean = found["means"]["retraction_peak"]
    assert mean["n"] == 5  # the sixth is withheld, the seventh partial
    assert mean["sd"] == pytest.approx(np.std([81, 72, 63, 54, 45], ddof=1))
    assert [r["rep"] for r in found["repetitions"]] == list(range(1, 8))
    assert found["repetitions"][5]["values"]["retraction_peak"]["status"] == "not_observable"
    json.dumps(found)
