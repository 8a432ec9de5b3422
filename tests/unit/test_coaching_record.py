"""A set as tables, JSON, curves and a part of the report."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapcoach.coaching.record import Column, Number, RepRow, SetRecord
from scapcoach.coaching.specs import REP_VALUES
from scapcoach.export.rep_tables import reps_table, set_summary
from scapcoach.export.tables import write_csv, write_parquet
from scapcoach.measures.series import Reason, Status
from scapcoach.overlay.prompt import prompt_at
from scapcoach.recording.coached import set_record
from scapcoach.report.rep_curves import POINTS, Curve, curves_block, normalised, phase_shares
from scapcoach.report.set_section import SetPage, Snapshot, set_block, show, table_columns
from tests.support.sets import sample_set

if TYPE_CHECKING:
    from pathlib import Path

T = np.arange(750) / 30


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


def test_a_curve_is_cut_at_the_phases_and_never_drawn_across_a_gap() -> None:
    record = set_record(sample_set())
    shares = phase_shares(record.reps)
    assert shares == pytest.approx((0.9 / 2.4, 1.4 / 2.4))
    rep = record.reps[2]
    ramp = normalised(T, T, rep, shares)
    assert ramp.shape == (POINTS,)
    assert ramp[0] == pytest.approx(rep.start)
    assert ramp[-1] == pytest.approx(rep.end)
    assert np.interp(shares[0], np.linspace(0, 1, POINTS), ramp) == pytest.approx(rep.peak_start)
    holed = np.where((rep.peak_start < T) & (rep.peak_end > T), np.nan, T)
    gap = np.isnan(normalised(T, holed, rep, shares))
    inside = (np.linspace(0, 1, POINTS) > shares[0]) & (np.linspace(0, 1, POINTS) < shares[1])
    assert gap[inside].all()
    assert not gap[~inside][[0, -1]].any()


@given(
    st.lists(st.floats(0, 3), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=2, max_size=40),
)
def test_any_repetition_of_any_signal_gives_a_curve_within_its_values(
    spans: list[float], known: list[bool]
) -> None:
    edges = np.cumsum(spans)
    rep = RepRow(1, *(float(edge) for edge in edges))
    t = np.linspace(0, 10, len(known))
    values = np.where(known, np.sin(t), np.nan)
    first, second = phase_shares([rep])
    assert 0 < first < second < 1
    curve = normalised(t, values, rep, (first, second))
    assert curve.shape == (POINTS,)
    finite = curve[np.isfinite(curve)]
    assert len(finite) == 0 or (
        finite.min() >= np.nanmin(values) - 1e-9 and finite.max() <= np.nanmax(values) + 1e-9
    )


class Tags(HTMLParser):
    """Collects start tags; ends what it opens."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"img", "line", "rect"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += f"{data}\n"


def page_of(record: SetRecord, **how: object) -> Tags:
    image = np.full((48, 64, 3), 90, np.uint8)
    curves = [
        Curve("Retraction", "%", "blades back", 50 * np.sin(T), "retraction"),
        Curve("Rounding", "deg", "rounder", np.full(len(T), np.nan), why="Turn side-on."),
    ]
    shots = [Snapshot(record.best, 2.0, image), Snapshot(record.worst, 11.0, image)]
    return Tags(set_block(SetPage(record, T, curves, shots)))


def test_the_page_shows_every_repetition_the_pair_and_the_next_sentence() -> None:
    found = page_of(set_record(sample_set()))
    times = [float(a["data-t"]) for tag, a in found.seen if tag == "button"]
    assert set(times) >= {r.start for r in set_record(sample_set()).reps} | {2.0, 11.0, 13.0, 19.0}
    assert "Start each pull with the shoulder blades." in found.words
    assert "Best: repetition 1" in found.words
    assert "Weakest: repetition 4" in found.words
    assert "Turn side-on." in found.words
    lines = [
        a for tag, a in found.seen if tag == "path" and (a.get("class") or "").startswith("rep")
    ]
    assert len(lines) == 7
    assert sum("best" in (line["class"] or "") for line in lines) == 1
    assert [tag for tag, a in found.seen if tag == "rect" and a.get("class") == "target"] == [
        "rect"
    ]


def test_where_nothing_can_be_judged_there_is_how_to_film_and_no_score() -> None:
    found = page_of(set_record(sample_set(judged=False)))
    assert "Not judged" in found.words
    assert "Film from 30 degrees off the front." in found.words
    assert "of 100" not in found.words
    assert "not judged" in found.words  # the rule that needs the blades
    assert "0 of 0" not in found.words


def test_no_repetitions_make_a_page_all_the_same() -> None:
    found = page_of(set_record(sample_set(reps=0)))
    assert "none was seen" in found.words
    assert not [a for tag, a in found.seen if tag == "path"]
    assert curves_block(T, [], set_record(sample_set(reps=0))) == ""


def test_hostile_words_stay_text() -> None:
    nasty = "</section><script>alert(1)</script>\"'&"
    record = set_record(sample_set(title=nasty))
    cue = replace(record.cues[0], text=nasty)
    rule = replace(record.rules[1], title=nasty)
    record = replace(record, cues=(cue,), rules=(rule,), next_time=nasty, film=nasty)
    found = page_of(replace(record, score=np.nan))
    assert not [tag for tag, _ in found.seen if tag == "script"]
    assert found.words.count("<script>") >= 4


def test_numbers_in_words() -> None:
    percent, degrees = Column("retraction_peak", "x", "%", ""), Column("lean_peak", "x", "deg", "")
    seconds, swing = Column("hold", "x", "s", ""), Column("trunk_swing", "x", "deg", "")
    assert show(Number(62.4, 3.0), percent) == "+62 %"
    assert show(Number(-0.3), percent) == "0 %"
    assert show(Number(-12.0), degrees) == "\u221212°"
    assert show(Number(1.25), seconds) == "1.2 s"
    assert show(Number(8.0, 1.0, Status.RELATIVE), swing) == "8° rel."
    assert show(Number(8.0, 1.0, Status.NOT_OBSERVABLE, Reason.SUPINE), swing) == "\u2013"


def test_the_table_shows_degrees_only_where_per_cent_is_unknown() -> None:
    record = set_record(sample_set())
    degrees = Column("retraction_peak_deg", "Peak retraction", "deg", "back")
    rows = tuple(
        replace(r, values={**r.values, degrees.name: Number(9.0, 1.0, Status.RELATIVE)})
        for r in record.reps
    )
    record = replace(record, columns=(*record.columns, degrees), reps=rows)
    names = [c.name for c in table_columns(record)]
    assert "retraction_peak" in names
    assert degrees.name not in names
    hidden = Number(np.nan, np.nan, Status.NOT_OBSERVABLE, Reason.NOT_CALIBRATED)
    rows = tuple(replace(r, values={**r.values, "retraction_peak": hidden}) for r in rows)
    names = [c.name for c in table_columns(replace(record, reps=rows))]
    assert "retraction_peak" not in names
    assert degrees.name in names


def test_the_prompt_of_a_frame_is_what_the_set_says_there() -> None:
    record = sample_set()
    at = prompt_at(record, 62, T[62])  # 2.07 s: peak of the first
    assert (at.count, at.phase, at.cue) == (0, "peak", "")
    assert at.targets == {"retraction": (60.0, np.inf), "elevation": (-np.inf, 25.0)}
    said = prompt_at(record, 420, T[420])
    assert (said.count, said.cue, said.praise) == (4, "Elbows to the wall behind you", False)
    assert prompt_at(record, 600, T[600]).praise
