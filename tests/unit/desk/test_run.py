"""The loop of the desk check, with a sampler that sees what the test wants."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scapcoach.desk.engine import DeskEngine, Notice
from scapcoach.desk.policy import NoticeKind, Policy
from scapcoach.desk.posture import take_baseline
from scapcoach.desk.run import Clock, Watch, calibrate
from scapcoach.errors import CalibrationError, OutputError
from scapcoach.history import History, HistoryWriter
from scapcoach.system.instance import SingleInstance, send_command
from scapcoach.system.power import Pauses
from tests.support.seated import seated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scapcoach.landmarks import Poses

UP, DOWN = seated(1), seated(1, lower=0.4, shoulders=0.2)
NOON = 1773144000.0


class FakeSampler:
    """Sees each of some pictures for so many seconds; "" is a camera that gives nothing."""

    def __init__(self, *plan: tuple[Poses | str, float]) -> None:
        self.plan = deque(plan)
        self.t, self.trouble, self.paused = 0.0, "", 0

    @property
    def ended(self) -> bool:
        return not self.plan

    def look(self, wait: float) -> Poses | None:
        self.rest(wait if wait > 0 else 0.1)
        if not self.plan:
            return None
        what = self.plan[0][0]
        self.trouble = what if isinstance(what, str) else ""
        if isinstance(what, str):
            self.rest(1.5)
            return None
        return replace(what, t=np.array([self.t]))

    def rest(self, seconds: float) -> None:
        self.t += seconds
        while self.plan and seconds >= 0:
            what, left = self.plan.popleft()
            if left > seconds:
                self.plan.appendleft((what, left - seconds))
                return
            seconds -= left

    def pause(self) -> None:
        self.paused += 1

    def now(self) -> float:
        return self.t


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def history(data: Path) -> Iterator[History]:
    with History(data / "history.sqlite3", lock_timeout=0.05) as opened:
        yield opened


@dataclass
class Done:
    """What came of a run."""

    said: list[Notice] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def watch(sampler: FakeSampler, history: History | None = None, **more: Any) -> Done:
    journal = HistoryWriter(history) if history else None
    policy = more.pop("policy", None)
    engine = DeskEngine((take_baseline(seated()),), policy, journal)
    done = Done()
    Watch(sampler, engine, done.said.append, done.notes.append, Clock(NOON), journal=journal,
          **more).run()  # fmt: skip
    return done


def test_a_hunch_is_reported_and_stored(history: History) -> None:
    done = watch(FakeSampler((UP, 60), (DOWN, 90), (UP, 60)), history)
    assert [s.kind for s in done.said] == [NoticeKind.HUNCH, NoticeKind.RECOVERED]
    (alert,) = history.alerts()
    assert alert.text == done.said[0].text
    assert alert.cause["head lower, %"] == pytest.approx(40, abs=2)
    assert sum(s for _, s in history.minutes()) == pytest.approx(210, abs=3)


def test_an_unplugged_camera_is_reported_once_and_found_again(history: History) -> None:
    gone = "The camera was unplugged: plug it in again."
    done = watch(FakeSampler((UP, 20), (gone, 60), (UP, 20)), history)
    assert done.notes == [gone, "It works again."]
    counted = sum(s for _, s in history.minutes())
    assert 35 < counted < 50  # what was not seen is not made up


def test_a_history_in_use_is_reported_and_nothing_is_lost(history: History, data: Path) -> None:
    import sqlite3

    other = sqlite3.connect(data / "history.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    sampler = FakeSampler((UP, 100))

    def let_go(_moment: object) -> None:
        if sampler.t > 60 and other.in_transaction:
            other.execute("ROLLBACK")

    done = watch(sampler, history, on_moment=let_go)
    other.close()
    assert "in use by another program" in done.notes[0]
    assert done.notes[1] == "It works again."
    assert sum(s for _, s in history.minutes()) == pytest.approx(100, abs=3)


def test_a_locked_screen_lets_go_of_the_camera_and_counts_as_a_break(history: History) -> None:
    sampler = FakeSampler((UP, 400))

    class Locked(Pauses):
        def reason(self, local: datetime) -> str:
            assert isinstance(local, datetime)
            return "the screen is locked" if 30 < sampler.t < 200 else ""

    pauses = Locked()
    done = watch(sampler, history, pauses=pauses, policy=Policy(break_every=250))
    assert sampler.paused == 1
    assert done.notes == ["Paused: the screen is locked.", "Going on."]
    assert NoticeKind.BREAK not in [s.kind for s in done.said]
    states: dict[str, float] = {}
    for (_, _, state), seconds in history.minutes():
        states[state] = states.get(state, 0) + seconds
    assert states["paused"] == pytest.approx(170, abs=15)
    assert states["good"] == pytest.approx(230, abs=20)


def test_it_stops_and_snoozes_on_command() -> None:
    sampler = FakeSampler((DOWN, 4000))
    with SingleInstance():
        send_command("snooze", 1000)

        def stop_late(_moment: object) -> None:
            if sampler.t > 1100:
                send_command("stop")

        done = watch(sampler, on_moment=stop_late)
    assert done.notes == ["No alerts for 17 minutes."]
    assert [s.kind for s in done.said] == [NoticeKind.HUNCH]
    assert sampler.t < 1110


# Calibrating


def test_the_camera_is_lent_to_a_calibration_and_the_new_baseline_is_used() -> None:
    sampler = FakeSampler((DOWN, 150.0))
    steps = iter([(20.0, "lend", 120.0), (40.0, "reload", 0.0)])
    step = next(steps)
    rest = sampler.rest

    def resting(seconds: float) -> None:
        nonlocal step
        rest(seconds)
        if step is not None and sampler.t >= step[0]:
            send_command(*step[1:])
            step = next(steps, None)

    sampler.rest = resting  # type: ignore[method-assign]
    looked: list[float] = []
    lower = take_baseline(seated(lower=0.4, shoulders=0.2))
    with SingleInstance():
        done = watch(sampler, accept_commands=True, load_baselines=lambda: (lower,),
                     on_moment=lambda m: looked.append(m.sample.t))  # fmt: skip
    assert done.notes == [
        "Paused: a calibration uses the camera.",
        "Going on, with the new baselines.",
    ]
    assert sampler.paused == 1
    assert not [t for t in looked if 23 < t < 39]
    assert done.said == []  # against the old baseline, this would have been a hunch


def test_a_camera_that_is_not_given_back_is_taken_back() -> None:
    sampler = FakeSampler((UP, 60.0))
    with SingleInstance():
        send_command("lend", 20.0)
        done = watch(sampler, accept_commands=True)
    assert len(done.notes) == 2
    assert "Going on" in done.notes[1]


def test_a_covered_lens_is_reported_while_calibrating() -> None:
    class Covered(FakeSampler):
        def look(self, wait: float) -> Poses | None:
            found = super().look(wait)
            self.trouble = "The picture is black: uncover the lens."
            return found

    with pytest.raises(CalibrationError, match="uncover the lens"):
        calibrate(Covered((UP, 60.0)), lambda _: None)


def test_a_command_that_cannot_be_sent_is_reported(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with SingleInstance():
        monkeypatch.setattr("pathlib.Path.write_text", full)
        with pytest.raises(OutputError, match=r"No space left to write .*desk.control"):
            send_command("stop")
    assert data.is_dir()


def test_calibrating_says_what_to_do() -> None:
    reported: list[str] = []
    found = calibrate(FakeSampler((UP, 6.5), (DOWN, 20)), reported.append, name="desk")
    assert found.slump == pytest.approx(0.35, abs=0.15)
    assert ["upright" in reported[0], "sink" in reported[1], "Thank you" in reported[2]] == [
        True
    ] * 3


def test_calibrating_upright_alone() -> None:
    found = calibrate(FakeSampler((UP, 20)), lambda _: None, with_slump=False)
    assert np.isnan(found.slump)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ([(UP, 4)], "ended before calibrating was done"),
        ([("The picture is black: uncover the lens.", 60)], "uncover the lens"),
        ([(UP, 30)], "no different from sitting upright"),
    ],
)
def test_calibrating_that_cannot_succeed_is_reported(
    plan: list[tuple[Poses | str, float]], words: str
) -> None:
    with pytest.raises(CalibrationError, match=words):
        calibrate(FakeSampler(*plan), lambda _: None)
