"""A simulated night through the real engine into a real database; `bench.desk` runs whole days."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.desk.engine import DeskEngine
from scapcoach.desk.policy import NoticeKind
from scapcoach.desk.posture import take_baseline
from scapcoach.history import History, HistoryWriter, Stamp
from scapcoach.history.summary import summarise
from scapcoach.landmarks import Poses
from tests.support.seated import seated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: 2026-10-24, 20:00 UTC: the night in which Berlin's clocks go back.
EVENING = 1792872000.0
POSES = {
    "upright": seated(8, noise=1.0),
    "hunched": seated(8, lower=0.4, shoulders=0.2, noise=1.0),
}


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def nobody(t: float) -> Poses:
    gone = np.full((1, 33), np.nan)
    return Poses(
        np.array([t]), np.full((1, 33, 2), np.nan), np.full((1, 33, 3), np.nan), gone, gone,
        np.array([-1]), (640, 480),
    )  # fmt: skip


def doing(t: float) -> str:
    """Every hour: two minutes hunched, and away from the 25th minute on."""
    within = t % 3600
    if within > 1500:
        return "away"
    return "hunched" if 1200 < within < 1320 else "upright"


HOURS = 8


def test_a_night_with_midnight_and_a_change_of_clocks(tmp_path: Path, berlin: None) -> None:
    with History(tmp_path / "history.sqlite3") as history:
        journal = HistoryWriter(history)
        engine = DeskEngine((take_baseline(seated(noise=1.0)),), journal=journal)
        t, held, said, looks = 0.0, 0, [], 0
        while t < HOURS * 3600:
            what = doing(t)
            if what == "away":
                poses = nobody(t)
            else:
                frame = POSES[what][looks % 8 : looks % 8 + 1]
                poses = Poses(np.array([t]), frame.xy, frame.world, frame.visibility,
                              frame.presence, frame.subject, frame.size)  # fmt: skip
            moment = engine.step(poses, Stamp.at(EVENING + t))
            said += [(t, s.kind) for s in moment.notices]
            held = max(held, engine.held + journal.waiting)
            t += moment.wait
            looks += 1
        journal.flush()
        assert journal.trouble == ""
        days = {d.day.isoformat(): d for d in summarise(history, Stamp.at(EVENING + t), 4).days}
        alerts, breaks, rows = history.alerts(), history.breaks(), history.minutes()

    assert held < 700  # three minutes of looks and a half minute of rows, whatever the day's length
    hunches = [t for t, k in said if k is NoticeKind.HUNCH]
    assert len(hunches) == HOURS
    assert all(1240 <= t % 3600 <= 1260 for t in hunches)
    reported = [a for a in alerts if a.kind == "hunch"]
    assert len(reported) == HOURS
    for alert in reported:
        assert alert.trace[0].dt <= -118
        assert alert.trace[-1].dt >= 55
    assert len(breaks) == HOURS - 1
    assert all(b.seconds == pytest.approx(2100, abs=8) for b in breaks)

    # 20:00 UTC is 22:00 in Berlin; midnight comes at 22:00 UTC, the clocks go back at 01:00 UTC.
    seconds = {day: sum(d.seconds.values()) for day, d in days.items()}
    assert seconds["2026-10-24"] == pytest.approx(2 * 3600, abs=10)
    assert seconds["2026-10-25"] == pytest.approx(6 * 3600, abs=10)
    assert {offset for (_, offset, _), _ in rows} == {60, 120}
    assert days["2026-10-25"].alerts["hunch"] == 6
    assert all(counted <= 60 + 1e-6 for _, counted in rows)


def test_moving_to_another_time_zone_keeps_the_days_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, berlin: None
) -> None:
    with History(tmp_path / "history.sqlite3") as history:
        engine = DeskEngine((take_baseline(seated()),), journal=HistoryWriter(history, every=0))
        frame = seated(1)
        for i in range(600):
            if i == 300:
                monkeypatch.setenv("TZ", "America/New_York")
                time.tzset()
            poses = Poses(np.array([float(i)]), frame.xy, frame.world, frame.visibility,
                          frame.presence, frame.subject, frame.size)  # fmt: skip
            engine.step(poses, Stamp.at(EVENING + 7200 + i))
        offsets = {offset for (_, offset, _), _ in history.minutes()}
        assert offsets == {120, -240}
        days = summarise(history, Stamp.at(EVENING + 7900), 3).days
        # Midnight had just passed in Berlin; in New York it is still the day before.
        assert days[-1].seconds["good"] == pytest.approx(300, abs=5)
    assert os.environ["TZ"] == "America/New_York"
