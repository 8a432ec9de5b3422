from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scapcoach.calibration import Calibration, calibrate, calibrate_automatically, guided_segments
from scapcoach.landmarks import Landmark, Poses
from scapcoach.measures import SPECS, Measures, Reason, Status, measure
from tests.support.clips import protocol_clip
from tests.support.person import person


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    clip = protocol_clip(yaw=0.0)
    return calibrate(clip, guided_segments(clip))


def seen(calibration: Calibration | None, *, yaw: float = 0.0, **changes: float) -> Measures:
    return measure(person(1, yaw=yaw, **changes), calibration)


def reason_of(measures: Measures, name: str) -> Reason:
    return Reason(int(measures[name].reason[0]))


def test_all_measures_of_the_registry_are_there_in_its_order(calibration: Calibration) -> None:
    assert list(seen(calibration).series) == list(SPECS)


def test_full_retraction_is_a_hundred_per_cent(calibration: Calibration) -> None:
    measures = seen(calibration, retraction_left=20, retraction_right=20)
    for name in ("retraction", "retraction_left", "retraction_right"):
        assert measures[name].status[0] == Status.OK
        assert measures[name].value[0] == pytest.approx(100, abs=8)
    assert measures["retraction"].deg is not None
    assert measures["retraction"].sigma[0] > 0


def test_full_protraction_is_minus_a_hundred() -> None:
    clip = protocol_clip(yaw=35.0)
    own = calibrate(clip, guided_segments(clip))
    measures = seen(own, yaw=35.0, retraction_left=-14, retraction_right=-14)
    assert measures["retraction"].value[0] == pytest.approx(-100, abs=10)


def test_straight_from_the_front_protraction_hardly_shows(calibration: Calibration) -> None:
    measures = seen(calibration, retraction_left=-14, retraction_right=-14)
    assert reason_of(measures, "retraction") is Reason.RANGE_TOO_SMALL


def test_full_shrug_is_a_hundred_of_elevation_and_little_retraction(
    calibration: Calibration,
) -> None:
    measures = seen(calibration, elevation_left=26, elevation_right=26)
    assert measures["elevation"].value[0] == pytest.approx(100, abs=8)
    retraction = measures["retraction"]
    assert retraction.status[0] == Status.NOT_OBSERVABLE or abs(retraction.value[0]) < 30


def test_without_calibration_measures_from_a_neutral_are_withheld() -> None:
    measures = seen(None)
    for name in ("retraction", "elevation_left", "head_drop", "hunch"):
        assert measures[name].status[0] == Status.NOT_OBSERVABLE
        assert reason_of(measures, name) is Reason.NOT_CALIBRATED
    assert measures["shoulder_tilt"].status[0] == Status.OK


def test_an_automatic_neutral_gives_degrees_and_no_per_cent() -> None:
    clip = person(60)
    measures = measure(clip, calibrate_automatically(clip))
    series = measures["retraction"]
    assert (series.status == Status.RELATIVE).all()
    assert (series.reason == Reason.AUTO_CALIBRATED).all()
    assert np.isnan(series.value).all()
    assert series.deg is not None
    np.testing.assert_allclose(series.deg, 0, atol=0.5)


def test_arms_that_leave_the_calibrated_pose_withhold_retraction(calibration: Calibration) -> None:
    measures = seen(calibration, arm_swing=80, retraction_left=20, retraction_right=20)
    assert reason_of(measures, "retraction") is Reason.ARMS_AWAY_FROM_CALIBRATION
    assert np.isnan(measures["retraction"].value[0])
    assert measures["retraction"].deg is not None
    assert np.isnan(measures["retraction"].deg[0])


def test_turning_away_withholds_with_its_reason(calibration: Calibration) -> None:
    side = seen(calibration, yaw=85)
    assert reason_of(side, "retraction") is Reason.TURN_TOWARDS_CAMERA
    back = seen(calibration, yaw=150)
    assert reason_of(back, "retraction") is Reason.CALIBRATION_STALE


@pytest.mark.parametrize(
    ("log_scale", "reason"), [(0.35, Reason.TOO_NEAR), (-0.35, Reason.TOO_FAR)]
)
def test_distance_from_the_camera(
    calibration: Calibration, log_scale: float, reason: Reason
) -> None:
    assert reason_of(seen(calibration, log_scale=log_scale), "retraction") is reason


def test_a_tiny_person_is_too_far() -> None:
    clip = person(60, unit=30.0)
    measures = measure(clip, calibrate_automatically(clip))
    assert reason_of(measures, "retraction") is Reason.TOO_FAR


def hide(poses: Poses, *points: Landmark) -> Poses:
    visibility = poses.visibility.copy()
    visibility[:, list(points)] = 0.2
    return replace(poses, visibility=visibility)


def test_each_hidden_point_gives_its_reason(calibration: Calibration) -> None:
    poses = person(1)
    shoulder = measure(hide(poses, Landmark.LEFT_SHOULDER), calibration)
    assert reason_of(shoulder, "retraction_left") is Reason.SHOULDER_HIDDEN
    assert reason_of(shoulder, "retraction") is Reason.SHOULDER_HIDDEN
    assert shoulder["elevation_right"].status[0] == Status.OK
    head = measure(hide(poses, Landmark.LEFT_EAR, Landmark.RIGHT_EAR), calibration)
    assert reason_of(head, "head_drop") is Reason.HEAD_HIDDEN
    assert reason_of(head, "hunch") is Reason.HEAD_HIDDEN
    oblique = person(1, yaw=50)
    hips = measure(hide(oblique, Landmark.LEFT_HIP, Landmark.RIGHT_HIP), calibration)
    assert reason_of(hips, "trunk_lean") is Reason.HIPS_HIDDEN


def test_a_shoulder_at_the_border_is_out_of_frame(calibration: Calibration) -> None:
    poses = person(1, yaw=0, hips_at=(20.0, 330.0))
    assert reason_of(measure(poses, calibration), "retraction") is Reason.OUT_OF_FRAME


def test_no_person_and_another_person_have_their_own_status(calibration: Calibration) -> None:
    poses = replace(person(3), subject=np.array([0, -1, 1]))
    for series in measure(poses, calibration).series.values():
        assert series.status[1] == Status.NO_PERSON
        assert series.status[2] == Status.SUBJECT_CHANGED
        assert np.isnan(series.value[1:]).all()
        assert (series.reason[1:] == Reason.NONE).all()


def test_lean_and_head_forward_are_judged_from_the_side_only(calibration: Calibration) -> None:
    front = seen(calibration, yaw=0)
    assert reason_of(front, "trunk_lean") is Reason.TURN_SIDE_ON
    side = measure(person(1, yaw=90, lean=30), calibration)
    assert side["trunk_lean"].status[0] == Status.OK
    assert side["trunk_lean"].value[0] == pytest.approx(30, abs=3)


def test_a_bowed_head_and_a_hunch_are_judged_from_the_side() -> None:
    clip = person(60, yaw=80)
    calibration = calibrate_automatically(clip)
    upright = measure(clip, calibration)
    bowed = measure(person(1, yaw=80, head_pitch=35, flexion=15), calibration)
    assert np.nanmax(np.abs(upright["hunch"].value)) < 10
    assert bowed["head_forward"].value[0] > 20
    assert bowed["hunch"].value[0] > 60


def test_bending_over_is_not_a_hunch() -> None:
    clip = person(60, yaw=80)
    calibration = calibrate_automatically(clip)
    bent = measure(person(1, yaw=80, lean=40), calibration)
    # The head goes with the trunk; only its own change against the trunk may count.
    assert bent["trunk_lean"].value[0] == pytest.approx(40, abs=4)


def test_a_hunch_without_the_head_has_the_head_s_own_reason(calibration: Calibration) -> None:
    squat = seen(calibration, lean=45)
    assert squat["hunch"].status[0] == Status.NOT_OBSERVABLE
    assert reason_of(squat, "hunch") is reason_of(squat, "head_drop") is Reason.TRUNK_MOVED


def test_tilt_and_yaw() -> None:
    measures = seen(None, yaw=0, elevation_right=15)
    assert measures["shoulder_tilt"].value[0] > 3
    assert measures.yaw[0] == pytest.approx(0, abs=1)


def test_frames_of_measures_are_measures(calibration: Calibration) -> None:
    measures = measure(person(5), calibration)
    part = measures.frames(slice(1, 3))
    assert len(part) == 2
    assert len(part["hunch"]) == 2


def test_a_nod_is_not_a_shrug(calibration: Calibration) -> None:
    # The head comes down by as much as a shrug brings ears and shoulders together.
    poses = person(1)
    xy = poses.xy.copy()
    xy[:, :11, 1] += 0.1 * 150
    measures = measure(replace(poses, xy=xy), calibration)
    elevation = measures["elevation"]
    assert elevation.status[0] == Status.NOT_OBSERVABLE or abs(elevation.value[0]) < 30


def test_retraction_is_not_measured_from_a_neutral_with_raised_arms() -> None:
    clip = person(60, arm_swing=100)
    measures = measure(clip, calibrate_automatically(clip))
    assert reason_of(measures, "retraction") is Reason.ARMS_AWAY_FROM_CALIBRATION
    assert measures["elevation"].status[0] == Status.RELATIVE


def test_lying_down_is_withheld_with_its_reason() -> None:
    standing = person(60)
    world = standing.world.copy()
    world[..., 1], world[..., 2] = standing.world[..., 2], -standing.world[..., 1]
    lying = replace(standing, world=world)
    measures = measure(lying, calibrate_automatically(lying))
    for name in ("retraction", "elevation", "hunch", "head_drop"):
        assert reason_of(measures, name) is Reason.SUPINE, name


def test_a_lower_range_that_is_too_small_is_not_used(calibration: Calibration) -> None:
    assert calibration.elevation is not None
    assert calibration.retraction is not None
    narrow = replace(
        calibration,
        shifts=None,
        elevation=(replace(calibration.elevation[0], low=-1.0),) * 3,
        retraction=(replace(calibration.retraction[0], low=-1.0),) * 3,
    )
    forwards = measure(person(1, retraction_left=-12, retraction_right=-12), narrow)
    assert reason_of(forwards, "retraction") is Reason.RANGE_TOO_SMALL
    # Shoulders below rest are no shrug, whatever the own range below it.
    depressed = measure(person(1, elevation_left=-8, elevation_right=-8), narrow)["elevation"]
    assert depressed.status[0] == Status.OK
    assert -60 < depressed.value[0] < -5
    resting = measure(person(1), narrow)["elevation"]
    assert resting.status[0] == Status.OK
    assert resting.sigma[0] < 40


def test_from_the_side_the_shoulders_are_judged_together() -> None:
    clip = person(60, yaw=90)
    measures = measure(clip, calibrate_automatically(clip))
    for name in ("elevation_left", "elevation_right", "retraction"):
        assert reason_of(measures, name) is Reason.TURN_TOWARDS_CAMERA
    assert measures["elevation"].status[0] == Status.RELATIVE
