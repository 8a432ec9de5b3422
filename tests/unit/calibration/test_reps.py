"""Retraction and elevation compared with the same repetition with still blades."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.calibration import Calibration, Segment, calibrate, combine, guided_segments
from scapcoach.calibration.profiles import load_profile, save_profile
from scapcoach.calibration.reps import REPS, find_reps
from scapcoach.errors import CalibrationError
from scapcoach.filters import smooth_poses
from scapcoach.girdle.conditioned import TemplateNoise, read
from scapcoach.girdle.template import KINDS, PHASES
from scapcoach.landmarks import Landmark
from scapcoach.measures import Reason, Status, measure
from tests.support.clips import eased, jittered, protocol_clip
from tests.support.exercise import SHOULDERS, dragged, exercise_clip, finishes, phases
from tests.support.person import mirrored, person

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.landmarks import Poses


def taken(poses: Poses, **rest: str) -> Calibration:
    smooth = smooth_poses(poses)
    return calibrate(smooth, guided_segments(smooth), **rest)


@pytest.fixture(scope="module", params=[0.0, 35.0, -90.0, 150.0])
def view(request: pytest.FixtureRequest) -> tuple[float, Calibration]:
    return request.param, taken(exercise_clip(yaw=request.param))


# ---------------------------------------------------------------- finding repetitions


def test_the_five_repetitions_are_found_and_named_in_order() -> None:
    clip = smooth_poses(exercise_clip())
    segments = guided_segments(clip)
    assert tuple(s.pose for s in segments) == REPS
    each = float(clip.t[-1]) / len(REPS)
    for i, segment in enumerate(segments):
        assert segment.start == pytest.approx(i * each + 0.6, abs=0.5)
        assert segment.end == pytest.approx((i + 1) * each - 0.6, abs=0.5)


def test_half_a_movement_is_not_a_repetition() -> None:
    phase = phases(3)
    third = len(phase) // 3
    phase[third : 2 * third] *= 0.4
    assert len(find_reps(person(len(phase), arm_swing=75 * (1 - phase)))) == 2


def test_still_arms_and_empty_frames_make_no_repetitions() -> None:
    assert find_reps(protocol_clip()) == []
    clip = exercise_clip()
    nobody = replace(clip, xy=clip.xy * np.nan, subject=np.full(len(clip), -1))
    assert find_reps(nobody) == []


def test_an_unsuitable_clip_is_refused_and_both_kinds_are_described() -> None:
    with pytest.raises(CalibrationError, match=r"6 poses.*5 repetitions.*3 were found"):
        guided_segments(smooth_poses(exercise_clip(("arms_only", "squeeze", "squeeze"))))


def test_pauses_at_both_ends_of_repetitions_are_not_held_poses() -> None:
    raised = eased([1.0, 0.0, 1.0, 0.0, 1.0, 0.0], hold=2.0, change=0.8, fps=30.0)
    clip = smooth_poses(
        jittered(dragged(person(len(raised), arm_swing=75 * raised), raised), 0.15, 5)
    )
    with pytest.raises(CalibrationError, match=r"6 still stretches were found, and the arms moved"):
        guided_segments(clip)


# ---------------------------------------------------------------- taking the calibration


def test_a_kind_that_is_missing_is_named() -> None:
    clip = smooth_poses(exercise_clip())
    known = tuple(s for s in guided_segments(clip) if s.pose != "squeeze")
    with pytest.raises(CalibrationError, match="'squeeze' has none"):
        calibrate(clip, known)


def test_segments_in_which_the_arms_rest_are_refused() -> None:
    still = person(300)
    segments = tuple(Segment(2.0 * i, 2.0 * i + 1.5, kind) for i, kind in enumerate(KINDS))
    with pytest.raises(CalibrationError, match="arms hardly move"):
        calibrate(still, segments)


def test_repetitions_of_one_kind_that_differ_widen_sigma() -> None:
    steady = taken(exercise_clip()).exercise
    other = ("arms_only", "squeeze", "squeeze", "arms_only", "shrug_rep")
    unlike = taken(exercise_clip(other)).exercise
    assert steady is not None
    assert unlike is not None
    assert unlike.spread > 1.3 * steady.spread


def test_a_profile_keeps_the_exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path))
    own = taken(exercise_clip())
    save_profile(own, "anna row")
    again = load_profile("anna row")
    clip = exercise_clip(("half",), seed=8)
    before, after = measure(clip, own)["retraction"], measure(clip, again)["retraction"]
    np.testing.assert_allclose(after.value, before.value, atol=1e-6)


def test_a_damaged_exercise_in_a_profile_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path))
    path = save_profile(taken(exercise_clip()), "anna")
    path.write_text(path.read_text("utf-8").replace('"weight": [', '"weight": [1.0, ', 1), "utf-8")
    with pytest.raises(CalibrationError, match=r"anna\.json cannot be used: .*weight"):
        load_profile("anna")


def test_posture_and_exercise_make_one_profile() -> None:
    clip = protocol_clip(yaw=20.0)
    posture = calibrate(clip, guided_segments(clip), name="posture.mp4")
    exercise = taken(exercise_clip(), name="rows.mp4")
    for both in (combine(posture, exercise), combine(exercise, posture)):
        assert both.retraction == posture.retraction
        assert both.exercise is exercise.exercise
        assert both.neutral is posture.neutral
    with pytest.raises(CalibrationError, match="same type"):
        combine(posture, posture)
    with pytest.raises(CalibrationError, match="same type"):
        combine(exercise, exercise)
    with pytest.raises(CalibrationError, match="another pose model"):
        combine(replace(posture, model_sha256="a"), replace(exercise, model_sha256="b"))


# ---------------------------------------------------------------- reading with it

SET = ("squeeze", "arms_only", "half", "squeeze", "shrugged_half", "shrug_rep", "protracted")
SQUEEZES = np.array([1.0, 0.0, 0.5, 1.0, 0.5, 0.0, -0.4])
SHRUGS = np.array([0.0, 0.0, 0.0, 0.0, 0.6, 1.0, 0.0])


def test_every_repetition_is_read_where_the_width_has_the_wrong_sign(
    view: tuple[float, Calibration],
) -> None:
    yaw, own = view
    clip = smooth_poses(exercise_clip(SET, yaw=yaw, seed=9))
    assert own.exercise is not None
    seen = read(clip, own.exercise)
    tops = finishes(clip, len(SET))
    squeeze = np.array([seen.retraction[top, 0].mean() for top in tops])
    shrug = np.array([seen.elevation[top, 0].mean() for top in tops])
    np.testing.assert_allclose(squeeze, SQUEEZES, atol=0.25)
    np.testing.assert_allclose(shrug, SHRUGS, atol=0.15)
    if yaw == 0.0:
        width = clip.xy[:, SHOULDERS[0], 0] - clip.xy[:, SHOULDERS[1], 0]
        assert width[tops[0]].mean() > width[:15].mean()  # a full squeeze, and wider


def test_measures_are_absolute_at_the_finish_and_within_their_sigma(
    view: tuple[float, Calibration],
) -> None:
    yaw, own = view
    clip = smooth_poses(exercise_clip(SET[:4], yaw=yaw, seed=10))
    found = measure(clip, own)["retraction"]
    for top, share in zip(finishes(clip, 4), SQUEEZES[:4], strict=True):
        assert (found.status[top] == Status.OK).all()
        assert (found.reason[top] == Reason.NONE).all()
        assert np.all(np.abs(found.value[top] - 100 * share) < 2 * found.sigma[top])
    assert found.deg is not None
    assert np.nanmax(found.deg) == pytest.approx(18.0, abs=4)


def test_the_start_is_less_certain_than_the_finish(view: tuple[float, Calibration]) -> None:
    yaw, own = view
    clip = smooth_poses(exercise_clip(("squeeze",), yaw=yaw, seed=11))
    found = measure(clip, own)["retraction"]
    top = finishes(clip, 1)[0]
    assert np.nanmin(found.sigma[:10]) > np.nanmax(found.sigma[top])


def test_arms_off_the_calibrated_path_are_not_read() -> None:
    own = taken(exercise_clip(yaw=20.0))
    sideways = person(30, yaw=20.0, arm_swing=75.0)
    xy, world = sideways.xy.astype(float), sideways.world.astype(float)
    for hand, sign in (("LEFT", 1), ("RIGHT", -1)):
        for part, reach in (("ELBOW", 0.55), ("WRIST", 1.05)):
            there = Landmark[f"{hand}_{part}"]
            xy[:, there] = xy[:, Landmark[f"{hand}_SHOULDER"]] + [sign * reach * 150, -60]
    raised = replace(sideways, xy=xy, world=world)
    for name in ("retraction", "elevation"):
        found = measure(raised, own)[name]
        assert (found.status == Status.NOT_OBSERVABLE).all()
        assert (found.reason == Reason.ARMS_AWAY_FROM_CALIBRATION).all()


def test_a_swing_of_the_trunk_is_not_a_squeeze() -> None:
    own = taken(exercise_clip(yaw=60.0))
    clip = smooth_poses(exercise_clip(("arms_only",), yaw=60.0, lean=-22.0, seed=12))
    found = measure(clip, own)["retraction"]
    top = finishes(clip, 1)[0]
    assert (found.reason[top] == Reason.TRUNK_MOVED).all()
    assert np.isnan(found.value[top]).all()


@pytest.mark.parametrize("up", [1.0, -1.0])
def test_lying_down_is_withheld_even_with_its_own_calibration(up: float) -> None:
    def lying(clip: Poses) -> Poses:
        """The same picture, the world turned on its back or face."""
        world = clip.world[..., [0, 2, 1]] * np.float32([1, up, -up])
        return replace(clip, world=world)

    own = taken(lying(exercise_clip()))
    clip = smooth_poses(lying(exercise_clip(("squeeze",), seed=17)))
    top = finishes(clip, 1)[0]
    for name in ("retraction", "elevation"):
        assert (measure(clip, own)[name].reason[top] == Reason.SUPINE).all()


def test_ears_that_rise_over_the_shoulders_mean_that_the_trunk_swings() -> None:
    own = taken(exercise_clip(yaw=150.0))
    clip = smooth_poses(exercise_clip(("squeeze",), yaw=150.0, seed=16))
    top = finishes(clip, 1)[0]
    xy = clip.xy.copy()
    xy[:, [Landmark.LEFT_EAR, Landmark.RIGHT_EAR]] -= np.float32([0, 0.06 * 150])
    for name in ("retraction", "elevation"):
        assert (measure(clip, own)[name].status[top] == Status.OK).all()
        swung = measure(replace(clip, xy=xy), own)[name]
        assert (swung.reason[top] == Reason.TRUNK_MOVED).all()


def test_sides_are_distinguished_from_the_front_and_not_from_the_side() -> None:
    phase = phases(1)
    for yaw, status in ((0.0, Status.OK), (-90.0, Status.NOT_OBSERVABLE)):
        own = taken(exercise_clip(yaw=yaw))
        clip = dragged(
            person(len(phase), yaw=yaw, arm_swing=75 * (1 - phase), retraction_left=20 * phase,
                   retraction_right=14 * phase), phase
        )  # fmt: skip
        found = measure(clip, own)
        top = finishes(clip, 1)[0]
        assert (found["retraction_left"].status[top] == status).all()
        if status == Status.OK:
            assert found["retraction_left"].value[top].mean() > 90
            assert found["retraction_right"].value[top].mean() < 85


def test_with_a_posture_calibration_hanging_arms_are_read_as_before() -> None:
    clip = protocol_clip(yaw=20.0)
    posture = calibrate(clip, guided_segments(clip))
    both = combine(posture, taken(exercise_clip(yaw=20.0, arms=160.0)))
    still = person(20, yaw=20.0, retraction_left=10.0, retraction_right=10.0)
    with_both, alone = (measure(still, c)["retraction"] for c in (both, posture))
    off = with_both.status != Status.OK
    assert not off.any()
    assert alone.judged.all()


def test_a_hidden_wrist_widens_sigma_and_empty_frames_are_nan() -> None:
    own = taken(exercise_clip())
    assert own.exercise is not None
    clip = exercise_clip(("half",), seed=13)
    seen = read(clip, own.exercise)
    visibility = clip.visibility.copy()
    visibility[:, [Landmark.LEFT_WRIST, Landmark.LEFT_ELBOW]] = 0.05
    hidden = read(replace(clip, visibility=visibility), own.exercise)
    assert np.all(hidden.retraction_sigma[:, 0] > seen.retraction_sigma[:, 0])
    gone = replace(clip, xy=clip.xy * np.nan, world=clip.world * np.nan)
    for field in ("retraction", "elevation_sigma", "misfit", "arm_distance"):
        assert np.isnan(getattr(read(gone, own.exercise), field)).all()


# ---------------------------------------------------------------- what must not matter


def test_one_frame_and_the_whole_set_give_equal_results() -> None:
    own = taken(exercise_clip())
    clip = exercise_clip(("half", "squeeze"), seed=14)
    whole = measure(clip, own)["retraction"]
    for i in (0, 20, 45, 90):
        one = measure(clip[i : i + 1], own)["retraction"]
        np.testing.assert_allclose(one.value, whole.value[i : i + 1], rtol=1e-9)
        np.testing.assert_allclose(one.sigma, whole.sigma[i : i + 1], rtol=1e-9)


def test_place_in_the_picture_does_not_matter_and_a_mirror_swaps_sides() -> None:
    clip, calibration = exercise_clip(("half",), seed=15), exercise_clip()
    own, other = taken(calibration).exercise, taken(mirrored(calibration)).exercise
    assert own is not None
    assert other is not None
    seen = read(clip, own)
    moved = read(replace(clip, xy=clip.xy + np.float32([37, -21])), own)
    np.testing.assert_allclose(moved.retraction, seen.retraction, atol=1e-3)
    back = read(mirrored(clip), other)
    np.testing.assert_allclose(back.retraction[:, 0], seen.retraction[:, 0], atol=0.02)
    np.testing.assert_allclose(back.retraction[:, 1], seen.retraction[:, 2], atol=0.02)


def test_tables_and_noise_have_the_same_features() -> None:
    own = taken(exercise_clip()).exercise
    assert own is not None
    assert own.rest.shape == (len(PHASES), len(TemplateNoise().points))
    assert own.phase(own.arms).round(1)[[0, -1]].tolist() == [0.0, 1.0]
