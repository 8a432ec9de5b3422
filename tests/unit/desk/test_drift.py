"""A baseline that no longer fits is asked about, never adapted; a slow slump stays a slump."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from scapcoach.desk import drift
from scapcoach.desk.drift import Drift, DriftWatch
from scapcoach.desk.engine import DeskEngine
from scapcoach.desk.policy import NoticeKind
from scapcoach.desk.posture import take_baseline
from scapcoach.desk.words import recheck_text
from scapcoach.history import Stamp
from scapcoach.measures.series import Reason
from tests.support.seated import seated

if TYPE_CHECKING:
    from collections.abc import Callable

REST = seated(noise=1.0)
NOTHING = {"lower": 0.0, "shoulders": 0.0, "neck": 0.0, "closer": 0.0}


def hours(
    n: float, changes: Callable[[Any], dict[str, Any]], frames: int = 400
) -> list[tuple[float, NoticeKind, str]]:
    """What is said in so many hours; `changes` of the posture by share of that time, (T,)."""
    engine = DeskEngine((take_baseline(REST),))
    more = changes(np.linspace(0, 1, frames))
    # Somebody who works moves a little.
    more["lower"] = more.get("lower", 0.0) + np.random.default_rng(5).normal(0, 0.03, frames)
    day = seated(frames, noise=0.5, **more)
    said, t = [], 0.0
    while t < 3600 * n:
        i = int(t / (3600 * n) * frames)
        moment = engine.step(replace(day[i : i + 1], t=np.array([t])), Stamp(1.7e9 + t))
        said += [(t, s.kind, s.text) for s in moment.notices if s.kind is not NoticeKind.BREAK]
        t += moment.wait
    return said


@pytest.mark.parametrize(("most", "word"), [(-0.45, "higher"), (0.25, "lower")])
def test_a_seat_or_camera_that_drifts_is_asked_about_and_not_alerted(
    most: float, word: str
) -> None:
    said = hours(1.5, lambda share: {"lower": most * share, "shoulders": most * share})
    texts = [text for _, kind, text in said if kind is NoticeKind.RECHECK]
    assert len(texts) == 1
    assert word in texts[0]
    # A drop in which all sinks alike may have been asked about already, as a lowered chair.
    assert {kind for _, kind, _ in said} <= {NoticeKind.RECHECK, NoticeKind.ASK}


def test_a_slump_that_creeps_in_over_the_day_never_becomes_normal() -> None:
    said = hours(1.5, lambda share: {"lower": 0.5 * share, "shoulders": 0.2 * share})
    kinds = [kind for _, kind, _ in said]
    assert NoticeKind.RECHECK not in kinds
    assert NoticeKind.HUNCH in kinds


def test_a_day_as_calibrated_asks_for_nothing() -> None:
    assert hours(0.6, lambda _: {}) == []


def test_a_new_place_is_asked_about_once_in_a_long_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "ASK_AGAIN_S", 2400.0)
    said = hours(1.2, lambda _: {"shift": (0.0, -0.8)}, frames=50)
    assert [kind for _, kind, _ in said] == [NoticeKind.RECHECK, NoticeKind.RECHECK]
    assert 600 < said[0][0] < 1800
    assert said[1][0] - said[0][0] >= 2400
    assert "--name" in said[0][2]


def fill(watch: DriftWatch, minutes: int, start: float = 0.0, **more: Any) -> float:
    t = start
    while t < start + 60 * minutes:
        seen = {"present": True, "reason": Reason.NONE, "parts": NOTHING, **more}
        watch.step(t, seen["present"], seen["reason"], seen["parts"])
        t += 1.0
    return t


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"shoulders": 0.25, "lower": 0.25}, Drift.LOWER),
        ({"shoulders": -0.25, "lower": -0.25}, Drift.HIGHER),
        ({"closer": 0.3}, Drift.NEARER),
        ({"closer": -0.3}, Drift.FARTHER),
        ({"shoulders": 0.25, "lower": 0.25, "neck": 0.2}, None),
        ({"shoulders": 0.1, "lower": 0.4}, None),
        ({"closer": 0.3, "neck": 0.15}, None),
        ({"shoulders": 0.1, "lower": 0.1, "closer": 0.1}, None),
    ],
)
def test_what_is_a_shift_and_what_is_a_posture(
    parts: dict[str, float], expected: Drift | None
) -> None:
    watch = DriftWatch()
    fill(watch, 25, parts={**NOTHING, **parts})
    assert watch.due(1500.0) is expected


def test_a_stretch_of_minutes_is_no_drift_and_absence_leaves_no_trace() -> None:
    watch = DriftWatch()
    t = fill(watch, 15)
    t = fill(watch, 8, t, reason=Reason.CALIBRATION_STALE, parts={})
    assert watch.due(t) is None
    t = fill(watch, 100, t, present=False, reason=Reason.NONE, parts={})
    assert watch.due(t) is None
    t = fill(watch, 15, t)
    assert watch.due(t) is None
    assert watch.held <= 200


def test_words_for_every_drift() -> None:
    texts = {recheck_text(kind) for kind in Drift}
    assert len(texts) == len(Drift)
    assert all("scapcoach desk calibrate" in text for text in texts)
