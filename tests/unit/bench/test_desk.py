"""The desk bench itself: its days are what they say, and it can tell good from bad."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

import bench.desk.__main__ as main
from bench.desk.day import HUNCH_FOR, Library, make_day
from bench.desk.labelled import auc
from bench.desk.snippets import CLIPS, FPS, MEANING
from phantom.person import Person
from phantom.record import Record
from scapcoach.desk.policy import Policy
from tests.support.seated import seated

if TYPE_CHECKING:
    from pathlib import Path

#: How far head and shoulders sink in each hold; what is not named stays as it is.
SUNK = {"hunch": (0.5, 0.25), "sunk": (0.4, 0.25), "keyboard": (0.13, 0.0), "phone": (0.2, 0.0)}


def record(name: str, blind: bool) -> Record:
    """A clip without rendering: what is held decides the landmarks."""
    script = CLIPS[name](Person())
    labels = [script.label(k / FPS)[0] for k in range(int(script.duration * FPS))]
    lower = [SUNK.get(x.removeprefix("to_"), (0, 0))[0] * (not blind) for x in labels]
    shoulders = [SUNK.get(x.removeprefix("to_"), (0, 0))[1] * (not blind) for x in labels]
    poses = seated(len(labels), lower=np.array(lower), shoulders=np.array(shoulders))
    gone = np.array([x == "away" for x in labels])
    poses = replace(poses, subject=np.where(gone, -1, 0))
    nothing = np.zeros((len(labels), 1))
    return Record(poses, nothing, np.array(labels), np.zeros(len(labels), int), {})


class FakeLibrary(Library):
    """The clips of `record` instead of rendered ones."""

    blind = False

    def __init__(self, _folder: Path, _seed: int) -> None:
        self.clips = {name: record(name, self.blind) for name in CLIPS}


def test_every_hold_of_the_clips_has_a_meaning_and_is_found() -> None:
    library = FakeLibrary(None, 0)  # type: ignore[arg-type]
    held = set(MEANING) - {"calibrate", "standing"}
    for name in held:
        number, there, stay, back = library.spans(name)
        segment = list(library.clips.values())[number].segment
        assert set(segment[stay]) >= {name}
        assert name in {"work", "passer"} or (len(there) and len(back)), name


def test_a_day_has_hunches_past_the_cooldown_and_everything_else() -> None:
    day = make_day(FakeLibrary(None, 0), 2.0, seed=1)  # type: ignore[arg-type]
    assert 2.0 * 3600 <= day.seconds < 2.2 * 3600
    assert len(day.episodes) >= 5
    for e in day.episodes:
        assert e.end - e.start >= HUNCH_FOR[0]
        assert set(day.doing[int(e.start * FPS) + 1 : int(e.end * FPS) - 1]) == {e.kind}
    for a, b in pairwise(day.episodes):
        assert b.start - a.start > Policy().cooldown
    assert set(day.doing) >= {"work", "keyboard", "phone", "side_screen", "talk", "away"}
    assert len(day.seats) >= 2


@pytest.mark.parametrize("blind", [False, True])
def test_figures_separate_a_check_that_sees_from_one_that_does_not(
    monkeypatch: pytest.MonkeyPatch, blind: bool
) -> None:
    monkeypatch.setattr(main, "Library", type("L", (FakeLibrary,), {"blind": blind}))
    found = main.run_day(None, 4001, hours=0.7, own=False)  # type: ignore[arg-type]
    assert len(found.delays) >= 1
    assert np.isfinite(found.delays).all() != blind
    assert found.false == []
    rows = main.figures([found]).splitlines()
    assert f"({0 if blind else 100}.0 %)" in rows[2]


def test_a_trigger_happy_check_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "Library", FakeLibrary)
    real = main.DeskEngine
    hasty = Policy(threshold=-1, cooldown=0, share=0.05)
    monkeypatch.setattr(main, "DeskEngine", lambda setups: real(setups, hasty))
    found = main.run_day(None, 4001, hours=0.4, own=False)  # type: ignore[arg-type]
    assert len(found.false) >= 1


def test_the_area_under_the_curve() -> None:
    a = np.array([3.0, 4.0, np.nan])
    assert auc(a, np.array([1.0, 2.0])) == 1.0
    assert auc(a, np.array([5.0])) == 0.0
    assert auc(a, np.array([3.0, 3.0])) == 0.75
    assert np.isnan(auc(a, np.array([np.nan])))
