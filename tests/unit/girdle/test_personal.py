"""Shares of the person's own full poses: what affects them, and what is withheld."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.calibration import calibrate, guided_segments
from scapcoach.calibration.profiles import load_profile, save_profile
from scapcoach.girdle.neutral import neutral_from
from scapcoach.girdle.personal import FULL_POSES, PROTRACTION, Shares, read_shares, shifts_of
from scapcoach.landmarks import Landmark, Poses
from scapcoach.measures import Reason, Status, measure
from tests.support.clips import PROTOCOL_DEGREES, jittered, protocol_clip
from tests.support.person import mirrored, person

if TYPE_CHECKING:
    from collections.abc import Callable

few = settings(max_examples=12, deadline=None)


def shown(retraction: float = 0.0, elevation: float = 0.0, *, yaw: float = 20.0, n: int = 9,
          **more: float) -> Poses:  # fmt: skip
    return person(n, yaw=yaw, retraction_left=retraction, retraction_right=retraction,
                  elevation_left=elevation, elevation_right=elevation, **more)  # fmt: skip


def held(yaw: float, *poses: str) -> dict[str, Poses]:
    return {p: jittered(shown(*PROTOCOL_DEGREES[p], yaw=yaw), 0.1) for p in poses}


ALL = ("retract", "protract", "shrug", "depress")


def shares(poses: Poses, yaw: float = 20.0, names: tuple[str, ...] = ALL) -> Shares:
    neutral = neutral_from(jittered(shown(yaw=yaw), 0.1))
    own = shifts_of(held(yaw, *names), neutral)
    assert own is not None
    return read_shares(poses, neutral, own)


@pytest.mark.parametrize("yaw", [0.0, 35.0, 90.0, 150.0, 180.0])
def test_calibrated_poses_are_read_as_one(yaw: float) -> None:
    full = shares(shown(*PROTOCOL_DEGREES["retract"], yaw=yaw), yaw)
    apart = shares(shown(*PROTOCOL_DEGREES["protract"], yaw=yaw), yaw)
    raised = shares(shown(*PROTOCOL_DEGREES["shrug"], yaw=yaw), yaw)
    assert full.retraction[0, 0] == pytest.approx(1, abs=0.2)
    assert full.elevation[0, 0] == pytest.approx(0, abs=0.12)
    straight = abs(np.sin(np.radians(yaw))) < 0.1
    # Straight from the front protraction moves a shoulder by little: it is not blown up.
    assert apart.retraction[0, 0] == pytest.approx(-PROTRACTION, abs=0.5 if straight else 0.2)
    assert apart.retraction[0, 0] < -0.3
    assert raised.elevation[0, 0] == pytest.approx(1, abs=0.1)
    assert abs(raised.retraction[0, 0]) < 0.3


@few
@given(st.floats(-60, 60), st.floats(0.2, 0.9))
def test_half_a_squeeze_lies_between(yaw: float, part: float) -> None:
    found = shares(shown(part * 20.0, yaw=yaw), yaw)
    assert found.retraction[0, 0] == pytest.approx(part, abs=0.25)


def test_one_side_alone_shows_on_that_side() -> None:
    poses = person(5, yaw=0, retraction_left=20.0, retraction_right=0.0)
    found = shares(poses, 0.0)
    mean, left, right = found.retraction[0]
    assert left > mean > right
    np.testing.assert_allclose(mean, (left + right) / 2)


def read_as(
    change: Callable[[Poses], Poses], poses: Poses, rest: Poses, holds: dict[str, Poses]
) -> Shares:
    """Shares in `poses`, where everything is filmed as `change` shows it."""
    neutral = neutral_from(change(rest))
    own = shifts_of({k: change(v) for k, v in holds.items()}, neutral)
    assert own is not None
    return read_shares(change(poses), neutral, own)


@few
@given(st.floats(-70, 70), st.floats(0.7, 1.4), st.integers(-40, 40))
def test_place_and_resolution_do_not_matter(yaw: float, size: float, x: int) -> None:
    poses, rest = shown(12, 5, yaw=yaw), shown(yaw=yaw)
    holds = {p: shown(*PROTOCOL_DEGREES[p], yaw=yaw) for p in ALL}

    def moved(p: Poses) -> Poses:
        big = (round(640 * size * 2), round(480 * size * 2))
        return replace(p, xy=p.xy * size + [x + 60.0, 50.0], size=big)

    a, b = (read_as(change, poses, rest, holds) for change in (lambda p: p, moved))
    np.testing.assert_allclose(a.retraction, b.retraction, atol=1e-3)
    np.testing.assert_allclose(a.elevation, b.elevation, atol=1e-3)


@few
@given(st.integers(0, 10_000), st.floats(-80, 80))
def test_a_mirrored_person_has_the_sides_swapped(seed: int, yaw: float) -> None:
    poses, rest = jittered(shown(12, 5, yaw=yaw), 0.3, seed), shown(yaw=yaw)
    holds = held(yaw, *ALL)

    plain, turned = (read_as(change, poses, rest, holds) for change in (lambda p: p, mirrored))
    np.testing.assert_allclose(plain.retraction[:, [0, 2, 1]], turned.retraction, atol=1e-6)
    np.testing.assert_allclose(plain.elevation_sigma[:, [0, 2, 1]], turned.elevation_sigma,
                               atol=1e-6)  # fmt: skip


def test_live_frames_equal_the_recording_and_empty_frames_are_nan() -> None:
    rng = np.random.default_rng(4)
    poses = jittered(shown(rng.uniform(-10, 18, 8), 6.0, n=8), 0.5)
    visibility = poses.visibility.copy()
    visibility[3, Landmark.LEFT_ELBOW] = 0.1
    subject = poses.subject.copy()
    subject[5] = -1
    xy = poses.xy.copy()
    xy[5] = np.nan
    poses = replace(poses, visibility=visibility, subject=subject, xy=xy)
    whole = shares(poses)
    assert np.isnan(whole.retraction[5]).all()
    for i in range(len(poses)):
        one = shares(poses[i : i + 1])
        for name in ("retraction", "retraction_sigma", "elevation", "misfit"):
            np.testing.assert_allclose(
                getattr(one, name)[0], getattr(whole, name)[i], atol=1e-9, err_msg=name
            )


def test_hidden_points_have_no_influence_and_widen_sigma() -> None:
    poses = shown(20.0)
    visibility, xy = poses.visibility.copy(), poses.xy.copy()
    visibility[:, Landmark.RIGHT_SHOULDER] = 0.1
    xy[:, Landmark.RIGHT_SHOULDER] += 40
    found = shares(replace(poses, visibility=visibility, xy=xy))
    assert found.retraction[0, 0] == pytest.approx(1, abs=0.3)
    assert found.retraction_sigma[0, 0] > shares(poses).retraction_sigma[0, 0]


def test_a_change_that_no_pose_explains_is_misfit() -> None:
    usual = shares(shown(10.0)).misfit.max()
    bent = shares(shown(0.0, lean=30.0, side_lean=14.0)).misfit.min()
    assert bent > 3 * usual


def test_without_a_squeeze_or_a_shrug_there_are_no_shifts() -> None:
    neutral = neutral_from(shown())
    assert shifts_of(held(20.0, "shrug", "protract"), neutral) is None
    assert shifts_of(held(20.0, "retract"), neutral) is None
    found = shares(shown(-14.0), names=("retract", "shrug"))
    assert found.retraction[0, 0] < -0.3  # without protraction, it is retraction turned round


def test_from_the_side_a_calibrated_squeeze_is_judged() -> None:
    clip = protocol_clip(yaw=85.0)
    own = calibrate(clip, guided_segments(clip))
    assert own.shifts is not None
    found = measure(shown(10.0, yaw=85.0), own)["retraction"]
    assert found.status[0] == Status.OK
    assert found.value[0] == pytest.approx(50, abs=25)
    alone = measure(shown(10.0, yaw=85.0), replace(own, shifts=None))["retraction"]
    assert alone.reason[0] == Reason.TURN_TOWARDS_CAMERA


def test_another_movement_of_the_body_is_withheld() -> None:
    clip = protocol_clip()
    own = calibrate(clip, guided_segments(clip))
    swayed = measure(shown(0.0, lean=18.0, side_lean=12.0), own)["retraction"]
    assert swayed.reason[0] == Reason.TRUNK_MOVED


def test_the_shifts_are_restored_with_the_profile(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path))
    clip = protocol_clip()
    own = calibrate(clip, guided_segments(clip), estimator="observer")
    save_profile(own, "anna")
    again = load_profile("anna")
    assert again.shifts is not None
    assert again.estimator == own.estimator
    np.testing.assert_allclose(again.shifts.shifts, own.shifts.shifts)
    poses = shown(8.0, 4.0)
    for name in ("retraction", "elevation"):
        one, other = measure(poses, own)[name], measure(poses, again)[name]
        np.testing.assert_allclose(one.value, other.value)


def test_the_reason_for_an_uncertain_calibrated_squeeze_is_given() -> None:
    clip = protocol_clip()
    own = calibrate(clip, guided_segments(clip))
    assert own.shifts is not None

    def reason(share: float, poses: Poses) -> Reason:
        """For a person whose squeeze moves the landmarks by this share of the usual."""
        smaller = (
            own.shifts.shifts * np.where(np.arange(len(FULL_POSES)) < 2, share, 1)[:, None, None]
        )
        small = replace(own, shifts=replace(own.shifts, shifts=smaller))
        return Reason(int(measure(poses, small)["retraction"].reason[0]))

    def hipless(poses: Poses) -> Poses:
        seen = poses.visibility.copy()
        seen[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = 0.0
        return replace(poses, visibility=seen, presence=seen)

    assert reason(0.3, shown(3.0)) is Reason.RANGE_TOO_SMALL
    assert reason(0.5, shown(5.0)) is Reason.NONE
    assert reason(0.5, hipless(shown(5.0))) is Reason.HIPS_HIDDEN
    assert reason(0.55, shown(5.0, 24.0, lean=6.0)) is Reason.SHOULDERS_RAISED
