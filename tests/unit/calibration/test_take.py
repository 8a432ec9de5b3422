from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.calibration import (
    CalibrationKind,
    Segment,
    calibrate,
    calibrate_automatically,
    find_rest,
    guided_segments,
    read_segments,
)
from scapcoach.calibration.profiles import list_profiles, load_profile, profile_path, save_profile
from scapcoach.errors import CalibrationError
from scapcoach.girdle.neutral import neutral_from
from scapcoach.landmarks import Poses
from tests.support.clips import ORDER, eased, jittered, protocol_clip
from tests.support.person import person

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path / "data"))


def test_rest_is_found_and_the_earliest_of_equals() -> None:
    moving = 30 * np.sin(np.arange(60) / 3)
    poses = jittered(person(150, elevation_left=np.concatenate([moving, np.zeros(90)])), 0.1)
    window = find_rest(poses)
    assert window is not None
    assert poses.t[window.start] == pytest.approx(2.0, abs=0.3)
    assert poses.t[window.stop - 1] - poses.t[window.start] == pytest.approx(0.5, abs=0.05)


def test_the_hold_at_the_top_of_a_shrug_is_not_rest() -> None:
    up = eased([22.0, 0.0, 22.0, 0.0, 22.0], hold=1.2)
    poses = jittered(person(len(up), elevation_left=up, elevation_right=up), 0.1)
    window = find_rest(poses)
    assert window is not None
    assert np.median(np.abs(up[window])) < 1


def test_no_rest_without_a_person() -> None:
    poses = person(60)
    nobody = Poses(poses.t, poses.xy * np.nan, poses.world, poses.visibility, poses.presence,
                   np.full(60, -1), poses.size)  # fmt: skip
    assert find_rest(nobody) is None
    assert calibrate_automatically(nobody) is None
    assert calibrate_automatically(poses[:2]) is None


def test_an_automatic_calibration_has_a_neutral_and_no_ranges() -> None:
    found = calibrate_automatically(person(60), "abc")
    assert found is not None
    assert found.kind is CalibrationKind.AUTO
    assert found.retraction is None
    assert found.model_sha256 == "abc"


def test_the_guided_protocol_is_found_in_its_order() -> None:
    segments = guided_segments(protocol_clip())
    assert tuple(s.pose for s in segments) == ORDER
    for i, segment in enumerate(segments):
        assert segment.start == pytest.approx(3.8 * i, abs=0.5)
        assert segment.end == pytest.approx(3.8 * i + 3.0, abs=0.5)


def test_a_clip_that_is_no_protocol_says_what_one_is() -> None:
    with pytest.raises(CalibrationError, match=r"hold 6 poses.*1 still stretches"):
        guided_segments(person(120))


@pytest.mark.parametrize("yaw", [0.0, 25.0])
def test_ranges_are_those_of_the_person(yaw: float) -> None:
    clip = protocol_clip(yaw=yaw)
    found = calibrate(clip, guided_segments(clip), name="clip")
    assert found.kind is CalibrationKind.CLIP
    assert found.retraction is not None
    assert found.elevation is not None
    # Turned by 25 degrees one shoulder moves along the line of sight: only the mean is sure.
    for own in found.retraction if yaw == 0 else found.retraction[:1]:
        assert own.high > 6
        assert own.low < -1.5
        assert own.high > 2 * own.sdc
    for own in found.elevation:
        assert own.high == pytest.approx(26, abs=8)
        assert own.low < -3


def test_a_calibration_needs_a_neutral() -> None:
    with pytest.raises(CalibrationError, match="no frames of the pose 'neutral'"):
        calibrate(person(60), (Segment(0, 1, "retract"),), name="x.mp4")


def test_segments_are_read_and_every_fault_is_reported(tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_text("start,end,pose\n0,3,neutral\n4, 7 ,Retract\n", "utf-8")
    assert read_segments(good) == (Segment(0, 3, "neutral"), Segment(4, 7, "retract"))
    bad = tmp_path / "bad.csv"
    bad.write_text("start,end,pose\n3,1,neutral\nx,2,shrug\n0,1,bend\n", "utf-8")
    with pytest.raises(CalibrationError) as caught:
        read_segments(bad)
    for part in ("line 2", "line 3", "line 4", "bend", "bad.csv"):
        assert part in str(caught.value)
    empty = tmp_path / "empty.csv"
    empty.write_text("", "utf-8")
    with pytest.raises(CalibrationError, match="no lines"):
        read_segments(empty)
    with pytest.raises(CalibrationError, match="cannot be read"):
        read_segments(tmp_path / "none.csv")


def test_a_profile_comes_back_as_it_was_saved() -> None:
    clip = protocol_clip()
    made = calibrate(clip, guided_segments(clip), model_sha256="m1", name="clip")
    made = replace(made, camera="gym cam")
    save_profile(made, "Anna, 1".replace(",", ""))
    found = load_profile("Anna 1")
    assert list_profiles() == ("Anna 1",)
    assert found.kind is CalibrationKind.PROFILE
    assert found.retraction == made.retraction
    assert found.elevation == made.elevation
    np.testing.assert_array_equal(found.neutral.points, made.neutral.points)
    np.testing.assert_array_equal(found.neutral.arms, made.neutral.arms)
    assert found.neutral.yaw == made.neutral.yaw
    assert found.neutral.hips_seen is True
    assert found.camera == "gym cam"
    assert found.other_camera("gym cam") == found.other_camera("") == ""
    assert "'gym cam', and this is 'laptop'" in found.other_camera("laptop")
    assert replace(made, camera="").other_camera("laptop") == ""
    found.check_model("m1")
    with pytest.raises(CalibrationError, match="another pose model"):
        found.check_model("m2")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 80])
def test_names_that_are_no_file_names_are_refused(name: str) -> None:
    with pytest.raises(CalibrationError, match="cannot name a profile"):
        profile_path(name)


def test_damaged_and_foreign_profiles_are_refused() -> None:
    with pytest.raises(CalibrationError, match="no profile 'nobody'"):
        load_profile("nobody")
    save_profile(calibrate(person(60), (Segment(0, 2, "neutral"),)), "p")
    path = profile_path("p")
    data = json.loads(path.read_text("utf-8"))
    for broken in ("{", json.dumps({**data, "schema": "scapcoach.profile/9"}),
                   json.dumps({**data, "neutral": {}}), json.dumps([1]),
                   json.dumps({**data, "retraction": [1]})):  # fmt: skip
        path.write_text(broken, "utf-8")
        with pytest.raises(CalibrationError, match="Calibrate again"):
            load_profile("p")


def test_frames_in_which_the_tracker_has_flipped_do_not_spoil_a_calibration() -> None:
    clip = protocol_clip(yaw=180.0)
    segments = guided_segments(clip)
    flipped = person(len(clip), yaw=0.0)
    every = np.arange(len(clip)) % 4 == 0
    xy = np.where(every[:, None, None], flipped.xy, clip.xy)
    world = np.where(every[:, None, None], flipped.world, clip.world)
    spoilt = replace(clip, xy=xy, world=world)
    clean, found = calibrate(clip, segments), calibrate(spoilt, segments)
    assert abs(found.neutral.yaw) > 170
    assert clean.elevation is not None
    assert found.elevation is not None
    assert found.elevation[0].high == pytest.approx(clean.elevation[0].high, rel=0.1)


@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_without_hips_the_trunk_is_guessed_from_shoulders_or_head(yaw: float) -> None:
    poses = person(10, yaw=yaw)
    visibility = poses.visibility.copy()
    visibility[:, 23:] = 0.1
    neutral = neutral_from(replace(poses, visibility=visibility))
    assert not neutral.hips_seen
    assert neutral.unit == pytest.approx(150, rel=0.15)


def test_a_hold_in_which_the_person_faces_the_other_way_is_left_out() -> None:
    clip = protocol_clip(yaw=0.0)
    segments = guided_segments(clip)
    shrug = next(s for s in segments if s.pose == "shrug")
    away = (clip.t >= shrug.start) & (clip.t <= shrug.end)
    other = person(len(clip), yaw=180.0)
    world = np.where(away[:, None, None], other.world, clip.world)
    found = calibrate(replace(clip, world=world), segments)
    assert found.elevation is None
    assert found.retraction is not None
