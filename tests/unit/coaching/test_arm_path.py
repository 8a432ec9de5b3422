"""Repetitions by the calibrated arm path, where the pull goes along the line of sight."""

from __future__ import annotations

from dataclasses import astuple, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.calibration import Segment, calibrate
from scapcoach.calibration.reps import REPS
from scapcoach.coaching import CoachState, Readings, coach, find_exercise
from scapcoach.coaching.arm_path import MAX_OFF_PATH, arm_phase, path_of
from scapcoach.coaching.coach import step
from scapcoach.coaching.phases import follows_path
from scapcoach.landmarks import Landmark, Poses
from scapcoach.measures import measure
from tests.support.exercise import exercise_clip, finishes
from tests.support.person import person

if TYPE_CHECKING:
    from scapcoach.calibration import Calibration

ROW = find_exercise("row")
SET = ("squeeze", "arms_only", "half", "squeeze")
ARMS = [Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW, Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST]


@cache
def calibration(yaw: float) -> Calibration:
    clip = exercise_clip(yaw=yaw)
    each = clip.t[-1] / len(REPS)
    segments = [Segment(i * each, (i + 1) * each, kind) for i, kind in enumerate(REPS)]
    return calibrate(clip, tuple(segments))


def guessed(poses: Poses) -> Poses:
    """The same with hidden arms, without depth."""
    visibility, world = poses.visibility.copy(), poses.world.copy()
    visibility[:, ARMS] = 0.02
    world[:, ARMS, 2] = 0.0
    return replace(poses, visibility=visibility, world=world)


@pytest.mark.parametrize(("yaw", "used"), [(0.0, True), (180.0, True), (150.0, True),
                                           (35.0, False), (90.0, False)])  # fmt: skip
def test_the_path_is_used_along_the_line_of_sight_only(yaw: float, used: bool) -> None:
    neutral = replace(calibration(0.0).neutral, yaw=yaw)
    assert (path_of(replace(calibration(0.0), neutral=neutral)) is not None) is used


def test_without_an_exercise_calibration_there_is_no_path() -> None:
    assert path_of(None) is None
    assert path_of(replace(calibration(0.0), exercise=None)) is None
    blank = arm_phase(exercise_clip(SET, yaw=0.0), None)
    assert all(np.isnan(values).all() for values in blank.values())


def test_phase_is_0_at_the_start_and_1_at_the_finish() -> None:
    clip = exercise_clip(SET, yaw=0.0, seed=8)
    phase = arm_phase(clip, calibration(0.0).exercise)["arm_phase"]
    assert phase[:5] == pytest.approx(0, abs=0.15)
    for at in finishes(clip, len(SET)):
        assert phase[at] == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("yaw", [0.0, 180.0])
def test_hidden_arms_are_counted_by_the_path_and_not_without(yaw: float) -> None:
    clip = guessed(exercise_clip(SET, yaw=yaw, seed=8))
    calibrated = guessed(exercise_clip(yaw=yaw))
    each = calibrated.t[-1] / len(REPS)
    segments = [Segment(i * each, (i + 1) * each, kind) for i, kind in enumerate(REPS)]
    own = calibrate(calibrated, tuple(segments))
    measures = measure(clip, own)
    with_path = coach(clip, measures, ROW, calibration=own)
    assert len(with_path.reps) == len(SET)
    for rep, at in zip(with_path.reps, finishes(clip, len(SET)), strict=True):
        assert rep.rep.peak_start - 0.2 < clip.t[at].mean() < rep.rep.peak_end + 0.2
    assert coach(clip, measures, ROW, calibration=None).reps == ()


def test_live_counts_what_the_recording_counts() -> None:
    clip, own = exercise_clip(SET, yaw=0.0, seed=8), calibration(0.0)
    measures = measure(clip, own)
    state = CoachState.begin(own)
    for i in range(len(clip)):
        reading = Readings.of(clip[i : i + 1], measures.frames(slice(i, i + 1)), own)
        state, _ = step(state, ROW, reading)
    whole = coach(clip, measures, ROW, calibration=own).reps
    assert len(state.reps) >= len(whole) - 1  # the last may end with the recording
    for live, recorded in zip(state.reps, whole, strict=False):
        assert astuple(live.rep) == pytest.approx(astuple(recorded.rep), rel=1e-9)


def test_arms_off_the_path_are_not_a_repetition_of_it() -> None:
    own = calibration(0.0)
    raised = 110 + 30 * (1 - np.cos(np.linspace(0, 6 * np.pi, 300)))
    clip = person(300, yaw=0.0, arm_swing=raised)
    readings = Readings.of(clip, None, own)
    assert np.nanmedian(readings.quantity("arm_off_path")) > MAX_OFF_PATH
    assert not follows_path(readings, 0.0, 10.0)
    assert coach(clip, measure(clip, own), ROW, calibration=own).reps == ()
