"""The estimators behind one choice: in calibrations, settings, sessions, on the command line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scapcoach.calibration import (
    Calibration,
    calibrate,
    calibrate_automatically,
    guided_segments,
)
from scapcoach.calibration.profiles import load_profile, profile_path, save_profile
from scapcoach.cli.sessions import session_head
from scapcoach.errors import CalibrationError, InputError
from scapcoach.girdle.estimators import Estimator, estimate
from scapcoach.girdle.geometric import solve
from scapcoach.girdle.observer import observe
from scapcoach.girdle.state import GirdleState
from scapcoach.measures import Reason, Status, measure
from scapcoach.recording.options import Options, estimator_of, settings
from scapcoach.recording.places import Key
from scapcoach.session.engine import Engine, run
from scapcoach.session.journal import Command, Recording
from scapcoach.session.replay import begin, plain_calibration, with_estimator
from tests.support.clips import jittered, protocol_clip
from tests.support.person import person

if TYPE_CHECKING:
    from pathlib import Path

KEY = Key("c" * 64, "m" * 64, "", delegate="cpu")


@pytest.fixture(scope="module")
def calibrations() -> dict[str, Calibration]:
    clip = protocol_clip(yaw=35.0)
    return {e: calibrate(clip, guided_segments(clip), estimator=e) for e in Estimator}


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAPCOACH_DATA_DIR", str(tmp_path))


def test_each_name_is_its_estimator(calibrations: dict[str, Calibration]) -> None:
    poses, neutral = jittered(person(4, yaw=35), 0.3), calibrations["geometric"].neutral
    for name, function in (("geometric", solve), ("observer", observe), ("joint", solve)):
        found, expected = estimate(poses, neutral, Estimator(name)), function(poses, neutral)
        for field in GirdleState.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(found, field), getattr(expected, field))


def test_ranges_and_frames_are_read_by_the_same(calibrations: dict[str, Calibration]) -> None:
    squeezed = person(5, yaw=35, retraction_left=20, retraction_right=20)
    ranges = set()
    for name, own in calibrations.items():
        assert own.estimator == name
        assert own.retraction is not None
        ranges.add(round(own.retraction[0].high, 3))
        found = measure(squeezed, own)["retraction"]
        assert found.status[0] == Status.OK
        assert found.value[0] == pytest.approx(100, abs=25)
    assert len(ranges) == 2  # the joint one's are those of the closed form


def test_the_joint_one_hears_the_observer_where_the_own_poses_are_known(
    calibrations: dict[str, Calibration],
) -> None:
    joint, geometric = calibrations["joint"], calibrations["geometric"]
    assert geometric.observed is None
    assert joint.observed is not None
    assert joint.observed.retraction == calibrations["observer"].retraction
    assert joint.observed.elevation == calibrations["observer"].elevation
    assert joint.retraction == geometric.retraction
    poses = jittered(person(6, yaw=35, retraction_left=8, retraction_right=8), 0.4)
    values = {name: measure(poses, own)["retraction"].value for name, own in calibrations.items()}
    assert np.abs(values["joint"] - values["geometric"]).max() > 0.1
    geometric_alone = measure(poses, replace(joint, observed=None))["retraction"].value
    np.testing.assert_array_equal(geometric_alone, values["geometric"])


def test_a_profile_keeps_what_the_observer_said(calibrations: dict[str, Calibration]) -> None:
    save_profile(calibrations["joint"], "both")
    again = load_profile("both")
    assert again.estimator is Estimator.JOINT
    assert again.observed == calibrations["joint"].observed


def test_an_unknown_estimator_is_reported() -> None:
    clip = protocol_clip()
    with pytest.raises(InputError, match="joint, geometric, observer"):
        calibrate(clip, guided_segments(clip), estimator="oracle")
    with pytest.raises(InputError, match="'oracle'"):
        calibrate_automatically(clip, estimator="oracle")
    with pytest.raises(InputError, match="'oracle'"):
        estimator_of(Options(estimator="oracle"), None)


def test_a_calibration_brings_its_estimator_and_refuses_the_other(
    calibrations: dict[str, Calibration],
) -> None:
    assert estimator_of(Options(), None) == "joint"
    assert estimator_of(Options(estimator="observer"), None) == "observer"
    for name, own in calibrations.items():
        assert estimator_of(Options(), own) == name
        assert estimator_of(Options(estimator=name), own) == name
    with pytest.raises(CalibrationError, match="taken with the geometric estimator"):
        settings(KEY, Options(estimator="observer"), calibrations["geometric"])


def test_settings_tell_estimators_apart() -> None:
    one, *others = (settings(KEY, Options(estimator=e), None) for e in Estimator)
    assert one["estimator"] == "joint"
    for other in others:
        assert {k for k in one if one[k] != other[k]} == {"estimator"}


def test_profiles_from_before_the_choice_are_geometric(
    calibrations: dict[str, Calibration],
) -> None:
    import json

    save_profile(calibrations["geometric"], "old")
    path = profile_path("old")
    data = json.loads(path.read_text("utf-8"))
    del data["estimator"], data["shifts"]
    path.write_text(json.dumps(data), "utf-8")
    again = load_profile("old")
    assert again.estimator is Estimator.GEOMETRIC
    assert again.shifts is None
    path.write_text(json.dumps({**data, "estimator": "oracle"}), "utf-8")
    with pytest.raises(CalibrationError, match="cannot be used: estimator: unknown name"):
        load_profile("old")


def test_a_session_without_calibration_uses_the_chosen_one() -> None:
    clip = person(150)
    engine = begin({"estimator": "observer"})
    readings = run(engine, clip)
    assert readings[-1].calibration is not None
    assert engine.calibration is not None
    assert engine.calibration.estimator is Estimator.OBSERVER
    assert begin({})._estimator == "geometric"  # of before the choice


@pytest.mark.parametrize("name", list(Estimator))
def test_live_equals_recorded(name: str, calibrations: dict[str, Calibration]) -> None:
    rng = np.random.default_rng(2)
    poses = jittered(person(8, yaw=35, retraction_left=rng.uniform(-8, 15, 8)), 0.4)
    engine = Engine(calibrations[name])
    readings = run(engine, poses)
    whole = measure(type(poses).concatenate([r.poses for r in readings]), calibrations[name])
    for i, reading in enumerate(readings):
        for measured, series in reading.measures.series.items():
            np.testing.assert_allclose(
                series.value[0], whole[measured].value[i], atol=1e-9, err_msg=measured
            )
            assert series.status[0] == whole[measured].status[i]


def test_a_recorded_session_can_be_read_by_the_other_estimator(
    calibrations: dict[str, Calibration],
) -> None:
    recording = Recording({"estimator": "geometric"}, person(3), (), complete=True)
    assert with_estimator(recording, None) is recording
    assert with_estimator(recording, "observer").head["estimator"] == "observer"
    with pytest.raises(InputError, match="'oracle'"):
        with_estimator(recording, "oracle")
    plain = plain_calibration(calibrations["geometric"])
    at_start = replace(recording, head={"calibration": plain})
    later = replace(recording, commands=(Command(1, "calibrate", plain),))
    for known in (at_start, later):
        with pytest.raises(CalibrationError, match="geometric estimator"):
            with_estimator(known, "observer")


def test_only_the_observer_distinguishes_rounding_from_a_slant(
    calibrations: dict[str, Calibration],
) -> None:
    poses = person(4, yaw=40, flexion=7.0, head_pitch=9.0)
    alone = measure(poses, calibrations["geometric"])["rounding"]
    assert alone.reason[0] == Reason.TURN_SIDE_ON
    found = measure(poses, calibrations["observer"])["rounding"]
    assert found.status[0] == Status.OK
    assert found.deg is not None
    assert found.deg[0] > 0
    assert np.sign(found.value[0]) == np.sign(found.deg[0])
    front = measure(person(4, yaw=5, flexion=10.0), calibrations["observer"])["rounding"]
    assert front.reason[0] == Reason.TURN_SIDE_ON


def test_the_command_line_refuses_a_profile_of_the_other_estimator(
    calibrations: dict[str, Calibration],
) -> None:
    save_profile(calibrations["geometric"], "anna")
    seen = type("Seen", (), {"model": "full", "model_sha256": ""})()
    head = session_head(seen, (320, 240), "file", profile="anna")
    assert head["estimator"] == "geometric"
    assert (
        session_head(seen, (320, 240), "file", girdle_estimator="observer")["estimator"]
        == "observer"
    )
    with pytest.raises(CalibrationError, match="leave --estimator out"):
        session_head(seen, (320, 240), "file", profile="anna", girdle_estimator="observer")
