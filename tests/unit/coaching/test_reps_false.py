"""Movements that look like repetitions but are not, and the reverse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scapcoach.calibration import calibrate, guided_segments
from scapcoach.coaching import CoachState, Exercise, Readings, Verdict, find_exercise, finish, step
from scapcoach.coaching.squeeze import SQUEEZE, squeeze
from scapcoach.measures import Reason, Status, measure
from tests.support.clips import protocol_clip
from tests.support.coaching import row, sets
from tests.support.person import person

HOLD, ROW = find_exercise("retraction_hold"), find_exercise("row")


def squeezes(count: int = 2, share_of: float = 100.0) -> tuple[Readings, np.ndarray]:
    """Squeezes held for three seconds, arms hanging."""
    t, share, _ = sets(count, held=3.0, rest=1.5)
    readings = row(t, share, {"retraction": (share_of * share, 5.0), "elevation": (0.0, 3.0)})
    for name, value in (("upper_arm", 10.0), ("yaw", 0.0), ("trunk_side", 0.0)):
        readings.quantity(name)[:] = value
    return readings, share


def counted(
    readings: Readings, exercise: Exercise = HOLD, state: CoachState | None = None
) -> CoachState:
    state = state or CoachState.begin()
    for i in range(len(readings)):
        state, _ = step(state, exercise, readings[i : i + 1])
    return finish(state, exercise)[0]


def test_squeezes_are_holds() -> None:
    assert counted(squeezes()[0]).count == 2


@pytest.mark.parametrize(("name", "base", "still", "moved"), [
    ("yaw", 0.0, 6.0, 14.0), ("yaw", 177.0, 6.0, 14.0), ("trunk_side", 0.0, 2.5, 9.0),
])  # fmt: skip
def test_turning_or_leaning_over_is_not_a_hold(
    name: str, base: float, still: float, moved: float
) -> None:
    readings, share = squeezes()
    for change, expected in ((still, 2), (moved, 0)):
        readings.quantity(name)[:] = (base + change * share + 180) % 360 - 180
        assert counted(readings).count == expected


def test_a_short_squeeze_is_not_a_hold() -> None:
    t, share, _ = sets(3, up=0.5, held=0.1, back=0.5, rest=1.0)
    readings = row(t, share, {"retraction": (100 * share, 5.0)})
    readings.quantity("upper_arm")[:] = 10.0
    assert counted(readings).count == 0


def test_a_rolled_shoulder_is_not_a_hold() -> None:
    for held, count in ((0.0, 0), (1.0, 2)):
        t, share, _ = sets(2, up=1.1, held=held, back=1.1, rest=1.5)
        readings = row(t, share, {"retraction": (100 * share, 5.0)})
        for name, value in (("upper_arm", 10.0), ("yaw", 0.0), ("trunk_side", 0.0)):
            readings.quantity(name)[:] = value
        assert counted(readings).count == count


def test_a_squeeze_too_small_to_be_judged_is_counted() -> None:
    readings, share = squeezes()
    readings.measure("retraction")[:] = np.nan
    readings.measure("retraction", "status")[:] = Status.NOT_OBSERVABLE
    readings.measure("retraction", "reason")[:] = Reason.RANGE_TOO_SMALL
    assert counted(readings).count == 0
    readings.quantity(SQUEEZE)[:] = 100 * share + np.random.default_rng(2).normal(0, 8, len(share))
    reps = counted(readings).reps
    assert len(reps) == 2
    assert all(rep["retraction_peak"].reason is Reason.RANGE_TOO_SMALL for rep in reps)


def test_the_share_of_the_squeeze_is_only_read_where_uncertainty_withholds_it() -> None:
    clip = protocol_clip()
    own = calibrate(clip, guided_segments(clip))
    poses = person(6, yaw=20.0, retraction_left=10.0, retraction_right=10.0)
    measures = measure(poses, own)
    series = measures["retraction"]
    reason = np.where(np.arange(6) < 3, int(Reason.RANGE_TOO_SMALL), series.reason)
    small = replace(
        measures, series={**measures.series, "retraction": replace(series, reason=reason)}
    )
    found = squeeze(poses, small, own)
    assert found[:3] == pytest.approx(50, abs=25)
    assert np.isnan(found[3:]).all()
    assert np.isnan(squeeze(poses, small, replace(own, shifts=None))).all()
    assert np.isnan(squeeze(poses, None, own)).all()


def test_a_shrug_that_hides_the_blades_is_a_faulty_hold() -> None:
    readings, share = squeezes()
    hidden = share > 0.5
    readings.measure("retraction")[hidden] = np.nan
    readings.measure("retraction", "status")[hidden] = Status.NOT_OBSERVABLE
    readings.measure("retraction", "reason")[hidden] = Reason.SHOULDERS_RAISED
    readings.measure("elevation")[:] = 60 * share
    state = counted(readings)
    assert state.count == 2
    for rep in state.reps:
        assert rep.verdicts["shrugged"] is Verdict.FAULTY
        assert rep["retraction_peak"].reason is Reason.SHOULDERS_RAISED


@pytest.mark.parametrize(("reason", "count"), [
    (Reason.RANGE_TOO_SMALL, 2), (Reason.TRUNK_MOVED, 2), (Reason.ARMS_AWAY_FROM_CALIBRATION, 0),
])  # fmt: skip
def test_more_than_the_calibrated_squeeze_is_a_hold_although_it_is_withheld(
    reason: Reason, count: int
) -> None:
    readings, share = squeezes()
    hidden = share > 0.7
    readings.measure("retraction")[hidden] = np.nan
    readings.measure("retraction", "status")[hidden] = Status.NOT_OBSERVABLE
    readings.measure("retraction", "reason")[hidden] = reason
    own = replace(CoachState.begin(), floors={"retraction": 5.0})
    assert counted(readings, state=own).count == count
    assert counted(readings).count == 0


@pytest.mark.parametrize("hips", ["hips_x", "hips_y"])
def test_walking_or_bending_down_is_not_a_hold(hips: str) -> None:
    readings, share = squeezes()
    rest = readings.quantity(hips).copy()
    for trunk_lengths, expected in ((0.06, 2), (0.3, 0)):
        readings.quantity(hips)[:] = rest + trunk_lengths * readings.quantity("trunk") * share
        assert counted(readings).count == expected


def test_a_squeeze_that_sags_by_a_third_is_one_hold() -> None:
    readings, share = squeezes()
    wave = 1 - 0.35 * (np.sin(2 * np.pi * readings.t / 1.5) > 0)
    readings.measure("retraction")[:] = 100 * share * wave
    assert counted(readings).count == 2


@pytest.mark.parametrize(("name", "start", "finish"), [("wrist_height", -0.03, -0.86),
                                                       ("wrist_reach", 0.9, 1.02)])  # fmt: skip
def test_lowering_straight_arms_is_not_a_row(name: str, start: float, finish: float) -> None:
    t, share, _ = sets(4)
    readings = row(t, share)
    assert counted(readings, ROW).count == 4
    for quantity, (a, b) in (("arm_forward", (85.0, 2.0)), (name, (start, finish))):
        readings.quantity(quantity)[:] = a + (b - a) * share
    assert counted(readings, ROW).count == 0
