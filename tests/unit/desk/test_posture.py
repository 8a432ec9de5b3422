"""How hunched somebody at a desk is, from head and shoulders alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapcoach.desk.head import NOSE_AHEAD
from scapcoach.desk.posture import SLUMP_LIMITS, score_posture, take_baseline
from scapcoach.errors import CalibrationError
from scapcoach.landmarks import Landmark, Poses
from scapcoach.measures.series import Reason, Status
from tests.support.seated import seated

REST = take_baseline(seated(noise=0.5))


def score(**changes: Any) -> float:
    return float(score_posture(seated(1, **changes), REST).score[0])


def test_sitting_as_calibrated_scores_nothing() -> None:
    seen = score_posture(seated(40, noise=0.5), REST)
    assert np.all(seen.score < 15)
    assert set(seen.status) == {Status.RELATIVE}
    assert set(seen.reason) == {Reason.NOT_CALIBRATED}


def test_sinking_scores_more_the_further_it_goes() -> None:
    scores = [score(lower=x, shoulders=x / 2) for x in (0.05, 0.15, 0.3, 0.5, 0.8)]
    assert scores == sorted(scores)
    assert scores[0] < 33
    assert scores[2] > 67


def test_a_look_at_the_keyboard_lowers_the_head_alone() -> None:
    assert score(lower=0.13) < 50 < score(lower=0.3, shoulders=0.15)


def test_raised_shoulders_are_no_hunch() -> None:
    seen = score_posture(seated(1, shoulders=-0.2), REST)
    assert seen.score[0] < 50
    assert seen.parts["raised"][0] == pytest.approx(0.2, abs=0.02)


def test_shoulders_raised_for_long_are_no_hunch_though_they_shorten_the_neck() -> None:
    assert score(shoulders=-0.35) < 20
    moved = score_posture(seated(1, shoulders=-0.35), REST, camera_fixed=False)
    assert moved.score[0] > 50  # of pictures from a moved camera, nobody can tell


def test_a_hunch_towards_a_second_screen_is_seen() -> None:
    rest = take_baseline(seated())
    straight = score_posture(seated(1, yaw=0, closer=0.1, lower=0.25, shoulders=0.1), rest).score[0]
    turned = seated(1, closer=0.1, lower=0.25, shoulders=0.1)
    xy = turned.xy.astype(float)
    # The head alone turns by 40 degrees: ears move together, the nose goes aside.
    ears = xy[0, [Landmark.LEFT_EAR, Landmark.RIGHT_EAR]]
    middle, line = ears.mean(0), ears[0] - ears[1]
    c, s = np.cos(np.radians(40)), np.sin(np.radians(40))
    xy[0, Landmark.LEFT_EAR], xy[0, Landmark.RIGHT_EAR] = (
        middle + line * c / 2,
        middle - line * c / 2,
    )
    xy[0, Landmark.NOSE, 0] = middle[0] + NOSE_AHEAD * np.linalg.norm(line) * s
    assert score_posture(replace(turned, xy=xy), rest).score[0] == pytest.approx(straight, abs=12)


def test_sitting_taller_or_leaning_back_is_no_hunch() -> None:
    assert score(lower=-0.2, shoulders=-0.2) < 2
    assert score(closer=-0.15) < 20


@pytest.mark.parametrize("yaw", [-90.0, -35.0, 35.0, 90.0])
def test_forward_is_where_the_person_faces(yaw: float) -> None:
    rest = take_baseline(seated(yaw=yaw))
    ahead, behind = (score_posture(seated(1, yaw=yaw, forward=f), rest) for f in (0.3, -0.3))
    assert ahead.score[0] > behind.score[0] + 20
    assert ahead.parts["forward"][0] == pytest.approx(0.3, abs=0.02)


def test_from_the_front_forward_is_not_claimed() -> None:
    assert np.isnan(score_posture(seated(1), REST).parts["forward"][0])


def test_the_own_slump_is_a_hundred() -> None:
    slump = seated(8, lower=0.3, shoulders=0.15)
    rest = take_baseline(seated(), slump)
    seen = score_posture(slump, rest)
    assert np.allclose(seen.score, 100, atol=5)
    assert set(seen.status) == {Status.OK}
    assert set(seen.reason) == {Reason.NONE}


def test_an_exaggerated_slump_does_not_blunt_the_score() -> None:
    rest = take_baseline(seated(), seated(8, lower=0.9, shoulders=0.6, closer=0.3))
    assert rest.full == SLUMP_LIMITS[1] < rest.slump


def test_a_slump_that_is_none_is_refused() -> None:
    with pytest.raises(CalibrationError, match="no different from sitting upright"):
        take_baseline(seated(), seated(8))


def test_a_lower_chair_is_distinguished_from_a_slump() -> None:
    assert score_posture(seated(1, lower=0.4, shoulders=0.4), REST).chair[0]
    assert not score_posture(seated(1, lower=0.4, shoulders=0.15), REST).chair[0]
    assert not score_posture(seated(1, lower=0.4, shoulders=0.4, closer=0.12), REST).chair[0]


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(0.8, 1.25))
def test_a_moved_camera_says_nothing_where_that_is_known(x: float, y: float, scale: float) -> None:
    poses = seated(1, shift=(x * 0.5, y * 0.5), closer=scale - 1)
    seen = score_posture(poses, REST, camera_fixed=False)
    # Nearer still counts; where in the picture does not.
    assert seen.score[0] == pytest.approx(100 * 0.3 * max(scale - 1, 0) / REST.full, abs=3)


def test_the_picture_s_size_does_not_matter() -> None:
    poses = seated(1, lower=0.3, shoulders=0.1)
    large = replace(poses, xy=poses.xy * 3, size=(1920, 1440))
    assert score_posture(large, REST).score[0] == pytest.approx(
        score_posture(poses, REST).score[0], abs=0.1
    )


def hide(poses: Poses, *landmarks: Landmark) -> Poses:
    seen = poses.visibility.copy()
    seen[:, list(landmarks)] = 0.1
    return replace(poses, visibility=seen)


def wrist_up(poses: Poses) -> Poses:
    xy = poses.xy.copy()
    xy[:, Landmark.LEFT_WRIST, 1] = 5
    return replace(poses, xy=xy)


@pytest.mark.parametrize(
    ("poses", "reason"),
    [
        (hide(seated(1), Landmark.NOSE), Reason.HEAD_HIDDEN),
        (hide(seated(1), Landmark.LEFT_EAR, Landmark.RIGHT_EAR), Reason.HEAD_HIDDEN),
        (hide(seated(1), Landmark.LEFT_SHOULDER), Reason.SHOULDER_HIDDEN),
        (seated(1, shift=(2.0, 0)), Reason.CALIBRATION_STALE),
        (seated(1, lower=-0.7, shoulders=-0.7), Reason.CALIBRATION_STALE),
        (seated(1, yaw=80.0), Reason.CALIBRATION_STALE),
        (seated(1, closer=1.3), Reason.TOO_NEAR),
        (seated(1, closer=-0.45), Reason.TOO_FAR),
        (wrist_up(seated(1)), Reason.ARMS_AWAY_FROM_CALIBRATION),
    ],
)
def test_what_cannot_be_judged_says_why(poses: Poses, reason: Reason) -> None:
    seen = score_posture(poses, REST)
    assert Reason(seen.reason[0]) is reason
    assert seen.status[0] == Status.NOT_OBSERVABLE
    assert np.isnan(seen.score[0])
    assert all(np.isnan(part[0]) for part in seen.parts.values())


def test_nobody_and_somebody_else() -> None:
    poses = seated(2)
    nobody = replace(poses, subject=np.array([-1, 1]), xy=poses.xy * np.array([np.nan]))
    assert list(score_posture(nobody, REST).status) == [Status.NO_PERSON, Status.SUBJECT_CHANGED]


def test_without_a_baseline_nothing_is_judged() -> None:
    seen = score_posture(seated(3), None)
    assert np.isnan(seen.score).all()
    assert set(seen.reason) == {Reason.NOT_CALIBRATED}


@pytest.mark.parametrize(
    ("poses", "words"),
    [
        (hide(seated(), Landmark.NOSE), "Head and shoulders were seen in only 0 of 20"),
        (seated(3), "seen in only 3 of 3"),
        (seated(lower=np.linspace(0, 1.2, 20)), "moved too much"),
        (seated(lower=0.9), "too small in the picture, or not above"),
    ],
)
def test_a_baseline_that_cannot_serve_is_refused(poses: Poses, words: str) -> None:
    with pytest.raises(CalibrationError, match=words):
        take_baseline(poses)


def test_one_frame_and_many_give_the_same() -> None:
    poses = seated(12, lower=np.linspace(0, 0.4, 12), noise=1.0)
    whole = score_posture(poses, REST)
    for i in range(12):
        one = score_posture(poses[i : i + 1], REST)
        assert one.score[0] == pytest.approx(whole.score[i])
        assert one.status[0] == whole.status[i]
