"""Repetitions of one set compared with each other, without any calibration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scapcoach.calibration import calibrate_automatically
from scapcoach.filters import smooth_poses
from scapcoach.measures import Measures, Reason, Status, measure
from scapcoach.measures.matched import matched
from tests.support.exercise import exercise_clip, finishes

SET = ("squeeze", "squeeze", "half", "arms_only", "squeeze")


def compared(yaw: float, **rest: float) -> tuple[Measures, Measures, list[slice]]:
    clip = smooth_poses(exercise_clip(SET, yaw=yaw, seed=21, **rest))
    before = measure(clip, calibrate_automatically(clip))
    tops = finishes(clip, len(SET))
    finish = np.zeros(len(clip), bool)
    for top in tops:
        finish[top] = True
    return before, matched(clip, before, finish), tops


@pytest.mark.parametrize("yaw", [0.0, 35.0, 180.0])
def test_the_lazy_repetition_is_the_least_and_the_half_one_lies_between(yaw: float) -> None:
    _, after, tops = compared(yaw)
    found = after["retraction"]
    assert found.deg is not None
    assert all((found.status[top] == Status.RELATIVE).all() for top in tops)
    assert all((found.reason[top] == Reason.MATCHED_REPS).all() for top in tops)
    full, again, half, lazy, last = (found.deg[top].mean() for top in tops)
    assert lazy < half < min(full, again, last)
    assert np.ptp([full, again, last]) < 1.5


def test_results_are_never_absolute_and_other_frames_stay_unchanged() -> None:
    before, after, tops = compared(35.0)
    away = np.ones(len(after), bool)
    for top in tops:
        away[top] = False
    for name in ("retraction", "elevation", "retraction_left"):
        assert not (after[name].status == Status.OK).any()
        assert np.isnan(after[name].value).all()
        np.testing.assert_array_equal(after[name].status[away], before[name].status[away])
    assert after["hunch"] is before["hunch"]


def test_absolute_values_are_kept_and_empty_frames_cause_no_error() -> None:
    before, _, tops = compared(35.0)
    finish = np.zeros(len(before), bool)
    finish[tops[0]] = True
    status = before["retraction"].status.copy()
    status[tops[0]] = Status.OK
    known = replace(before["retraction"], status=status)
    series = {**before.series, "retraction": known}
    clip = smooth_poses(exercise_clip(SET, yaw=35.0, seed=21))
    after = matched(clip, replace(before, series=series), finish)
    assert (after["retraction"].status[tops[0]] == Status.OK).all()
    nobody = replace(clip, subject=np.full(len(clip), -1), xy=clip.xy * np.nan)
    assert matched(nobody, before, finish) is before
