"""The history: what is stored, and that nothing is lost whatever happens to the file."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapcoach.errors import HistoryError
from scapcoach.export.lifting import PATTERNS
from scapcoach.history import (
    STATES,
    Alert,
    Break,
    History,
    HistoryWriter,
    LiftingSession,
    LiftingSet,
    Stamp,
    TracePoint,
)
from scapcoach.history.export import csv_tables, days_csv, everything
from scapcoach.history.schema import MIGRATIONS, set_aside_files
from scapcoach.history.summary import plain, push_pull, summarise
from scapcoach.history.writer import MOST_WAITING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def at(text: str, offset: int = 0) -> Stamp:
    """The moment that a clock `offset` minutes ahead of UTC shows as `text`."""
    local = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    return Stamp(local - 60 * offset, offset)


NOON = at("2026-03-10 12:00")
ALERT = Alert(NOON, "hunch", "Sit back.", {"closer": 18.0}, (TracePoint(-2, None, "unknown"),))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "history.sqlite3"


@pytest.fixture
def history(file: Path) -> Iterator[History]:
    with History(file, lock_timeout=0.05) as opened:
        yield opened


def test_what_is_written_is_read_back(history: History) -> None:
    number = history.write({(100, 60, "good"): 30.0}, [ALERT], [Break(NOON, 300.0)])[0]
    history.write({(100, 60, "good"): 20.0})
    assert history.minutes() == [((100, 60, "good"), 50.0)]
    assert history.alerts() == [replace(ALERT, id=number)] == [history.alert(number)]
    assert history.breaks() == [Break(NOON, 300.0)]


def test_a_lifting_session_is_read_back(history: History) -> None:
    sets = (
        LiftingSet("row", "pull", 10, 50.0, "neutral", "low", {"retraction": 71.5}),
        LiftingSet("bench press", "push", 8),
    )
    number = history.add_session(LiftingSession(NOON, 1800.0, "row.mp4", sets))
    assert history.sessions() == [LiftingSession(NOON, 1800.0, "row.mp4", sets, number)]


def test_an_unknown_state_is_refused(history: History) -> None:
    with pytest.raises(ValueError, match="slouching"):
        history.write({(0, 0, "slouching"): 1.0})
    assert history.minutes() == []


def test_only_the_owner_may_read_it(file: Path, history: History) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_is_kept_in_wal_mode_with_its_version(file: Path, history: History) -> None:
    plain_connection = sqlite3.connect(file)
    assert plain_connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert plain_connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    plain_connection.close()


# What can happen to the file


def test_an_older_version_is_migrated_with_its_data(file: Path) -> None:
    file.parent.mkdir()
    old = sqlite3.connect(file)
    old.executescript(MIGRATIONS[0])
    old.execute("INSERT INTO minutes VALUES (7, 0, 'mild', 12)")
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    with History(file) as history:
        assert history.minutes() == [((7, 0, "mild"), 12.0)]
        assert history.sessions() == []
        assert history.notice == ""


def test_a_migration_that_fails_changes_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with History(file) as history:
        history.write({(7, 0, "mild"): 12.0})
    broken = (*MIGRATIONS, "CREATE TABLE more (x);\nCREATE TABLE minutes (x);")
    monkeypatch.setattr("scapcoach.history.schema.MIGRATIONS", broken)
    with pytest.raises(HistoryError, match="already exists"):
        History(file)
    monkeypatch.undo()
    with History(file) as history:
        assert history.minutes() == [((7, 0, "mild"), 12.0)]


def test_a_newer_version_is_not_touched(file: Path, history: History) -> None:
    history.write({(7, 0, "mild"): 12.0})
    history._connection.execute("PRAGMA user_version = 99")
    history.close()
    before = file.read_bytes()
    with pytest.raises(HistoryError, match=r"newer scapcoach .*update scapcoach"):
        History(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("where", [0, 4096])
def test_a_damaged_file_is_set_aside_not_deleted(file: Path, where: int) -> None:
    with History(file) as history:
        history.write({(m, 0, s): 10.0 for m in range(2000) for s in STATES})
    damaged = bytearray(file.read_bytes())
    damaged[where : where + 6000] = b"\x5a" * 6000
    file.write_bytes(damaged)
    with History(file) as history:
        assert "damaged" in history.notice
        assert history.minutes() == []
        history.write({(7, 0, "mild"): 12.0})
    (kept,) = set_aside_files(file)
    assert str(kept) in history.notice
    assert kept.read_bytes() == bytes(damaged)


def test_a_database_in_use_says_so_and_the_journal_waits(file: Path, history: History) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    journal = HistoryWriter(history)
    journal.count(NOON, "good", 30.0)
    journal.alert(ALERT)
    journal.flush()
    assert "in use by another program" in journal.trouble
    assert journal.waiting == 2
    other.execute("ROLLBACK")
    other.close()
    journal.flush()
    assert journal.trouble == ""
    assert journal.waiting == 0
    assert [s for _, s in history.minutes()] == [30.0]


def test_a_full_disk_loses_nothing(history: History) -> None:
    history.write({(m, 0, "good"): 1.0 for m in range(500)})
    pages = history._connection.execute("PRAGMA page_count").fetchone()[0]
    history._connection.execute(f"PRAGMA max_page_count = {pages}")
    journal = HistoryWriter(history)
    for m in range(600, 4000):
        journal.count(Stamp(60.0 * m + 60), "good", 60.0)
    waiting = journal.waiting
    journal.flush()
    assert "disk is full" in journal.trouble
    assert journal.waiting == waiting
    assert len(history.minutes()) == 500
    history._connection.execute("PRAGMA max_page_count = 100000")
    journal.flush()
    assert journal.trouble == ""
    assert len(history.minutes()) == 500 + waiting


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HistoryError, match="SCAPCOACH_DATA_DIR"):
        History(tmp_path / "file" / "history.sqlite3")


def test_the_journal_is_bounded_while_it_cannot_write(history: History) -> None:
    journal = HistoryWriter(history)
    for m in range(MOST_WAITING + 500):
        journal.count(Stamp(60.0 * m + 60), "good", 60.0)
    assert journal.waiting == MOST_WAITING


def test_the_journal_writes_when_it_is_time(history: History) -> None:
    journal = HistoryWriter(history, every=30.0)
    journal.count(NOON, "good", 1.0)
    assert not journal.flush_if_due(1000.0)
    assert not journal.flush_if_due(1029.0)
    assert journal.flush_if_due(1030.0)
    assert len(history.minutes()) == 1


@pytest.mark.parametrize("stored_between", [False, True])
def test_a_longer_trace_replaces_the_first(history: History, stored_between: bool) -> None:
    journal = HistoryWriter(history)
    journal.alert(ALERT)
    if stored_between:
        journal.flush()
        journal.alert(replace(ALERT, at=Stamp(NOON.utc + 5), kind="break"))
        journal.flush()
    longer = (*ALERT.trace, TracePoint(30, 12.0, "good"))
    journal.alert(replace(ALERT, trace=longer))
    journal.flush()
    found = [a for a in history.alerts() if a.kind == "hunch"]
    assert [a.trace for a in found] == [longer]


def test_everything_is_deleted_also_from_the_bytes(file: Path, history: History) -> None:
    history.write({(7, 0, "mild"): 12.0}, [replace(ALERT, text="a secret sentence")])
    history.add_session(LiftingSession(NOON, 1.0, "secret.mp4", (LiftingSet("row", "pull", 1),)))
    file.with_name(f"{file.name}.damaged-20260101T000000Z").write_bytes(b"old secret")
    history.delete_everything()
    whole = everything(history)
    assert not any(whole[k] for k in ("minutes", "alerts", "breaks", "sessions"))
    history.close()
    assert not set_aside_files(file)
    assert all(b"secret" not in p.read_bytes() for p in file.parent.iterdir())


def test_pruning_keeps_what_is_younger_and_the_lifting(history: History) -> None:
    old = at("2025-01-01 12:00")
    journal = HistoryWriter(history)
    for moment in (old, NOON):
        journal.count(moment, "good", 10.0)
        journal.alert(replace(ALERT, at=moment))
        journal.end_break(Break(moment, 60.0))
    journal.flush()
    history.add_session(LiftingSession(old, 1.0, "row.mp4", ()))
    assert history.prune(at("2026-01-01 00:00").utc) == 3
    assert [a.at for a in history.alerts()] == [NOON]
    assert len(history.minutes()) == len(history.breaks()) == len(history.sessions()) == 1


# Days, hours and time zones


@given(
    end=st.floats(1.7e9, 1.8e9), seconds=st.floats(0.001, 4000), offset=st.integers(-720, 840)
)  # fmt: skip
def test_counted_seconds_are_shared_out_and_none_is_lost(
    end: float, seconds: float, offset: int
) -> None:
    journal = HistoryWriter(None)  # type: ignore[arg-type] - it is not written to
    journal.count(Stamp(end, offset), "good", seconds)
    rows = journal._minutes
    assert sum(rows.values()) == pytest.approx(seconds, abs=1e-5)
    assert all(0 < s <= 60 for s in rows.values())
    assert max(m for m, _, _ in rows) in {int(end // 60), int(end // 60) - 1}


def test_a_day_ends_at_midnight_on_the_wall(history: History) -> None:
    journal = HistoryWriter(history)
    journal.count(at("2026-03-11 00:00:30", offset=60), "good", 60.0)
    journal.flush()
    found = summarise(history, at("2026-03-11 09:00", offset=60), 2)
    assert [d.seconds["good"] for d in found.days] == [30.0, 30.0]


def test_a_journey_leaves_past_days_as_they_were(history: History) -> None:
    journal = HistoryWriter(history)
    tokyo = at("2026-03-10 23:30", offset=540)
    journal.count(tokyo, "marked", 600.0)
    newyork = at("2026-03-10 12:00", offset=-240)  # the same day again, half a day later
    journal.count(newyork, "good", 600.0)
    journal.flush()
    found = summarise(history, at("2026-03-11 08:00", offset=-240), 2)
    assert found.days[0].day == date(2026, 3, 10)
    assert found.days[0].seconds["marked"] == pytest.approx(600)
    assert found.days[0].seconds["good"] == pytest.approx(600)
    assert sum(found.today.seconds.values()) == 0
    assert found.heat[1, 23] == pytest.approx((600, 600))
    assert found.heat[1, 11] == pytest.approx((600, 0))


def test_an_hour_that_comes_twice_is_counted_twice(history: History) -> None:
    journal = HistoryWriter(history)
    journal.count(at("2026-10-25 02:30", offset=120), "good", 60.0)
    journal.count(at("2026-10-25 02:30", offset=60), "good", 60.0)
    journal.flush()
    found = summarise(history, at("2026-10-25 12:00", offset=60), 1)
    assert found.today.seconds["good"] == 120


def test_a_share_needs_five_minutes(history: History) -> None:
    journal = HistoryWriter(history)
    journal.count(NOON, "mild", 100.0)
    journal.count(NOON, "good", 150.0)
    journal.flush()
    assert summarise(history, NOON, 1).today.hunched is None
    journal.count(NOON, "good", 150.0)
    journal.flush()
    assert summarise(history, NOON, 1).today.hunched == pytest.approx(0.25)


def test_push_and_pull_by_week() -> None:
    def lifted(day: str, *sets: LiftingSet) -> LiftingSession:
        return LiftingSession(at(f"{day} 18:00"), 60.0, "", sets)

    row = LiftingSet("row", "pull", 10, 50.0, "neutral", "low")
    bench = LiftingSet("bench press", "push", 8)
    weeks = push_pull(
        [
            lifted("2026-03-02", row, row, bench),
            lifted("2026-03-08", bench),
            lifted("2026-03-09", row),
        ]
    )
    assert [w.monday for w in weeks] == [date(2026, 3, 2), date(2026, 3, 9)]
    assert weeks[0].reps == {"pull": 20, "push": 16}
    assert weeks[0].volume == {"pull": 1000.0}
    assert weeks[0].ratio == 1.25
    assert weeks[1].ratio is None
    assert weeks[0].variety == ("low", "neutral")


def test_every_exercise_that_pushes_or_pulls_is_one_that_can_be_coached() -> None:
    from importlib.resources import files

    known = {f.name.removesuffix(".toml") for f in files("scapcoach.coaching.exercises").iterdir()}
    assert set(PATTERNS) <= known
    assert set(PATTERNS.values()) == {"push", "pull"}


# What goes out


def test_the_export_holds_everything_and_is_plain_json(history: History) -> None:
    history.write({(7, 0, "mild"): 12.0}, [ALERT], [Break(NOON, 300.0)])
    history.add_session(LiftingSession(NOON, 1.0, "row.mp4", (LiftingSet("row", "pull", 1),)))
    whole = json.loads(json.dumps(everything(history), allow_nan=False))
    assert whole["alerts"][0]["trace"] == [[-2, None, "unknown"]]
    assert whole["breaks"] == [{"start": "2026-03-10T12:00:00+00:00", "seconds": 300.0}]
    assert whole["sessions"][0]["sets"][0]["exercise"] == "row"
    json.dumps(plain(summarise(history, NOON, 7)), allow_nan=False)


def test_csv_tables_parse_and_carry_no_formula(history: History) -> None:
    history.write({(7, 0, "mild"): 12.0}, [replace(ALERT, text="=1+1, and more")])
    tables = {n: list(csv.reader(io.StringIO(t))) for n, t in csv_tables(history).items()}
    assert tables["alerts.csv"][1][3] == "'=1+1, and more"
    assert tables["minutes.csv"][1][2:] == ["mild", "12.000"]
    rows = list(csv.DictReader(io.StringIO(days_csv(summarise(history, NOON, 3)))))
    assert [r["day"] for r in rows] == ["2026-03-08", "2026-03-09", "2026-03-10"]
    assert rows[-1]["hunch_alerts"] == "1"
