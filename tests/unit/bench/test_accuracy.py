"""The accuracy bench's own arithmetic, with answers known beforehand."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bench.accuracy.crosstalk import rounded_or_poked
from bench.accuracy.report import PAGE
from bench.accuracy.stats import (
    agreement,
    line,
    middle_and_worst,
    smallest_detectable_change,
)
from bench.report import number, percent
from tests.support.phantom import need_phantom

TRUTH = np.linspace(-20, 30, 101)


def test_a_perfect_estimate():
    a = agreement(TRUTH.copy(), TRUTH, np.ones(101), np.abs(TRUTH) > 5)
    assert (a.frames, a.judged, a.share_judged) == (101, 101, 1.0)
    assert a.slope == pytest.approx(1)
    assert a.r == pytest.approx(1)
    assert a.mae == a.rmse == a.bias == a.low == a.high == 0
    assert a.within_1 == a.within_2 == 1
    assert a.sign_errors == a.sure_sign_errors == 0
    assert a.signed == (np.abs(TRUTH) > 5).sum()


def test_slope_bias_and_limits_of_a_shrunken_shifted_estimate():
    a = agreement(0.5 * TRUTH + 3, TRUTH)
    assert a.slope == pytest.approx(0.5)
    assert a.r == pytest.approx(1)
    # The error is 3 - truth / 2: its mean and spread are those of the truth.
    assert a.bias == pytest.approx(3 - TRUTH.mean() / 2)
    spread = (TRUTH / 2).std(ddof=1)
    assert a.low == pytest.approx(a.bias - 1.96 * spread)
    assert a.high == pytest.approx(a.bias + 1.96 * spread)
    assert a.rmse == pytest.approx(np.sqrt(np.mean((3 - TRUTH / 2) ** 2)))
    assert a.mae_of_zero == pytest.approx(np.abs(TRUTH).mean())
    assert np.isnan(a.within_1)


def test_noise_of_known_size():
    rng = np.random.default_rng(1)
    truth = rng.uniform(-20, 20, 20_000)
    estimate = truth + rng.normal(0, 3, 20_000)
    a = agreement(estimate, truth, np.full(20_000, 3.0))
    assert a.mae == pytest.approx(3 * np.sqrt(2 / np.pi), rel=0.03)
    assert a.rmse == pytest.approx(3, rel=0.03)
    assert a.high - a.low == pytest.approx(2 * 1.96 * 3, rel=0.03)
    assert a.within_1 == pytest.approx(0.683, abs=0.01)
    assert a.within_2 == pytest.approx(0.954, abs=0.01)
    sure = agreement(estimate, truth, np.full(20_000, 1.5))
    assert sure.within_1 == pytest.approx(0.383, abs=0.01)


def test_withholding_is_not_accuracy():
    estimate = TRUTH + np.where(np.abs(TRUTH) > 10, 8.0, 0.0)
    complete = agreement(estimate, TRUTH)
    partial = agreement(np.where(np.abs(TRUTH) > 10, np.nan, estimate), TRUTH)
    assert partial.mae < complete.mae
    assert partial.frames == complete.frames == 101
    assert partial.share_judged == pytest.approx((np.abs(TRUTH) <= 10).mean())
    nothing = agreement(np.full(101, np.nan), TRUTH)
    assert (nothing.judged, nothing.share_judged) == (0, 0)
    assert np.isnan(nothing.mae)


def test_sign_errors_count_judged_frames_with_a_clear_truth():
    truth = np.array([10.0, 10, 10, 10, -10, -10, 2, 10])
    estimate = np.array([5.0, -1, -8, 0, -3, 4, -9, np.nan])
    sigma = np.full(8, 2.0)
    a = agreement(estimate, truth, sigma, np.abs(truth) > 5)
    assert a.signed == 6  # neither the small truth nor the withheld frame counts
    assert a.sign_errors == pytest.approx(3 / 6)  # -1, -8 and +4; zero is on no side
    assert a.sure_sign_errors == pytest.approx(2 / 6)  # -1 is within its sigma


def test_a_truth_that_stands_still_has_no_slope():
    slope, r = line(np.full(50, 3.0), np.linspace(0, 9, 50))
    assert np.isnan(slope)
    assert np.isnan(r)
    slope, r = line(TRUTH, np.zeros(101))
    assert slope == 0
    assert np.isnan(r)
    slope, r = line(TRUTH, -2 * TRUTH)
    assert (slope, r) == (pytest.approx(-2), pytest.approx(-1))


def test_the_smallest_detectable_change():
    # Two groups about different means, each with a variance of 4: SD 2.
    groups = [np.array([1.0, 3, 5]), np.array([11.0, 13, 15])]
    assert smallest_detectable_change(groups) == pytest.approx(2.77 * 2)
    with_holes = [*groups, np.array([7.0, np.nan]), np.array([])]
    assert smallest_detectable_change(with_holes) == pytest.approx(2.77 * 2)
    assert np.isnan(smallest_detectable_change([np.array([1.0])]))
    rng = np.random.default_rng(2)
    many = [rng.normal(k, 1.5, 4) for k in range(3000)]
    assert smallest_detectable_change(many) == pytest.approx(2.77 * 1.5, rel=0.03)


def test_median_and_worst():
    assert middle_and_worst([1.0, np.nan, 5, 2]) == (2, 5)
    assert middle_and_worst([0.9, 0.5, 0.8], high_is_bad=False) == (0.8, 0.5)
    assert np.isnan(middle_and_worst([np.nan])).all()


def test_per_cent_of_the_own_range_uses_its_two_parts():
    from bench.accuracy.observe import per_cent

    truth = np.array([-10.0, -5, 0, 10, 20])
    assert per_cent(truth, (20.0, -10.0)).tolist() == [-100, -50, 0, 50, 100]


# ---------------------------------------------------------------- the frozen test set


@pytest.fixture(scope="module")
def testset():
    from bench.accuracy.testset import load

    return load()


def test_the_test_set_is_the_frozen_one(testset):
    # A change of this file makes all published figures incomparable: freeze a new version.
    assert testset.digest == "c0cb582380f7"
    assert {s.view for s in testset.setups} == {"front", "oblique", "side", "back-oblique", "back"}


def test_no_seed_of_the_test_set_is_one_for_tuning(testset):
    from phantom.sampling import FIRST_TEST_SEED

    seeds = [s.seed for s in testset.setups]
    assert min(seeds) >= FIRST_TEST_SEED
    assert len(set(seeds)) == len(seeds)


def test_every_movement_has_a_condition_and_a_script(testset):
    from bench.accuracy.tables import CONDITIONS
    from phantom.library import SCRIPTS

    for setup in testset.setups:
        assert setup.calibration in SCRIPTS
        for script in setup.clips:
            assert script in CONDITIONS
            assert script in SCRIPTS


def test_desk_cameras_see_people_who_sit(testset):
    need_phantom()
    desks = [s for s in testset.setups if s.framing == "desk"]
    assert len(desks) == 6
    for setup in desks:
        job = setup.job("desk_hunching")
        frame, script = job.setup(), job.movement()
        # The shoulders are well inside the picture, not under its lower edge.
        half = frame.camera.distance * np.tan(np.radians(frame.camera.fov) / 2)
        assert abs(shoulder_height(frame, script) - frame.camera.aim) < 0.75 * half


def shoulder_height(frame, script):
    from phantom.body import make_body
    from phantom.skeleton import pose_body

    posed = pose_body(make_body(frame.shape), script.pose(0.0))
    return float(posed.joint("upperarm01.L")[1])


def test_the_short_subset_is_part_of_the_whole(testset):
    short = testset.shortened()
    whole = {(s.seed, c) for s in testset.setups for c in s.clips}
    assert {(s.seed, c) for s in short.setups for c in s.clips} == set(testset.quick)
    assert set(testset.quick) <= whole


def test_a_frozen_test_set_is_not_drawn_again(tmp_path, capsys):
    from bench.accuracy.freeze import main

    file = tmp_path / "testset.toml"
    file.write_text("mine")
    assert main([str(file)]) == 1
    assert file.read_text() == "mine"
    assert "frozen" in capsys.readouterr().err


def test_a_damaged_test_set_is_named(tmp_path):
    from bench.accuracy.testset import TestSetError, load

    file = tmp_path / "testset.toml"
    file.write_text("version = 1\nquick = []\n")
    with pytest.raises(TestSetError, match=r"testset\.toml is damaged"):
        load(file)


# ---------------------------------------------------------------- truth against labels


def fake_record(names, columns, fps=10.0):
    """A record of nobody: times, labels and truth alone."""
    from phantom.record import Record
    from phantom.truth import COLUMNS
    from scapcoach.landmarks import Poses

    n = len(names)
    nobody = Poses.empty((100, 100))
    points = np.full((n, 33), np.nan)
    poses = replace(
        nobody, t=np.arange(n) / fps, xy=np.full((n, 33, 2), np.nan),
        world=np.full((n, 33, 3), np.nan), visibility=points, presence=points,
        subject=np.full(n, -1),
    )  # fmt: skip
    truth = np.zeros((n, len(COLUMNS)))
    for name, values in columns.items():
        truth[:, COLUMNS.index(name)] = values
    return Record(
        poses, truth, np.array(names), np.zeros(n, int), {"sources": "", "model_sha256": ""}
    )


def calibration_record():
    names = ["neutral"] * 10 + [""] * 5
    values = [2.0] * 10 + [0.0] * 5
    for pose, angle in (("retraction", 20), ("protraction", -10), ("shrug", 2), ("depression", 2)):
        names += [pose] * 10 + [""] * 5
        values += [2.0 + angle if angle != 2 else 2.0] * 10 + [0.0] * 5
    names += ["neutral"] * 10 + ["slump"] * 10
    values += [2.0] * 20
    slump = np.where(np.array(names) == "slump", 24.0, 4.0)
    spine = {"thoracic_flexion": slump, "neck_flexion": slump}
    shrugs = np.where(np.array(names) == "shrug", 30.0, 0.0)
    shrugs[np.array(names) == "depression"] = -8.0
    return fake_record(names, spine | both("retraction", values) | both("elevation", shrugs))


def both(name, values):
    """Mean, left and right alike."""
    return {name + side: values for side in ("", "_left", "_right")}


def test_the_held_poses_come_from_the_labels():
    from bench.accuracy.observe import segments_of

    segments = segments_of(calibration_record())
    names = [s.pose for s in segments]
    assert names == ["neutral", "retract", "protract", "shrug", "depress", "neutral", "slump"]
    assert segments[1].start == pytest.approx(1.5)
    assert segments[1].end == pytest.approx(2.4)


def test_nobody_in_the_picture_is_withheld_and_not_left_out():
    from bench.accuracy.observe import compare, slump_share, take_calibration

    own = take_calibration(calibration_record())
    assert own.calibration is None
    assert "neutral" in own.fault or "shoulders" in own.fault
    assert own.zero["retraction"] == 2
    assert own.ends["retraction"] == (20, -10)
    assert own.ends["elevation_left"] == (30, -8)
    spine = {"thoracic_flexion": [14.0] * 8, "neck_flexion": [24.0] * 8}
    clip = fake_record(["x"] * 8, spine | both("retraction", [12.0] * 8))
    found = compare(clip, own)
    c = found["retraction_deg"]
    assert c.truth.tolist() == [10.0] * 8  # counted from the truth in the neutral holds
    assert found["retraction"].truth.tolist() == [50.0] * 8
    assert c.sided.all()
    a = agreement(c.estimate, c.truth, c.sigma, c.sided)
    assert (a.frames, a.judged) == (8, 0)
    # Half-way in the upper back, all the way in the neck.
    assert slump_share(clip, own).tolist() == [75.0] * 8


def test_the_digest_of_the_code_ignores_words_only():
    from bench.accuracy.record import _bare

    code = 'def f(x):\n    """One."""\n    return x + 1\n'
    assert _bare(code) == _bare(
        'def f(x):\n    """Two, longer."""\n\n    # why\n    return x + 1\n'
    )
    assert _bare(code) != _bare(code.replace("+ 1", "+ 2"))


def test_words_for_figures():
    from bench.accuracy.words import follows

    assert [percent(x) for x in (None, 0.0, 0.004, 0.5, 1.0)] == ["-", "0 %", "0.4 %", "50 %",
                                                                   "100 %"]  # fmt: skip
    assert number(None) == "-"
    assert number(1.25, 2) == "1.25"
    assert number(float("nan")) == percent(float("nan")) == "-"
    assert number(0.25, sign=True) == "+0.2"
    assert follows(0.95) == "follows the truth closely"
    assert follows(0.1) == "hardly follows the truth"
    assert follows(None) == "cannot be compared with the truth"


def test_the_published_figures_are_those_of_this_test_set(testset):
    page = PAGE.read_text(encoding="utf-8")
    assert f"test set {testset.version} (`{testset.digest}`)" in page
    assert "Incomplete" not in page
    for name in ("scatter", "signs", "crosstalk"):
        assert f"images/accuracy_{name}.png" in page
    linked = set(re.findall(rf"\({PAGE.stem}/(\w+\.csv)\)", page))
    assert linked == {f.name for f in PAGE.with_suffix("").glob("*.csv")}


def test_the_csv_files_hold_the_figures_of_the_page():
    page = PAGE.read_text(encoding="utf-8")
    with (PAGE.with_suffix("") / "agreement.csv").open(encoding="utf-8") as file:
        rows = [
            r
            for r in csv.DictReader(file)
            if (r["calibration"], r["condition"]) == ("own", "arms still")
        ]
    for r in rows:
        if r["measure"] == "retraction_deg":
            judged, mae = percent(float(r["share_judged"])), number(float(r["mae"]))
            start = f"| arms still | {r['view']} | {r['frames']} | {r['setups']} | {judged} | "
            (line,) = [x for x in page.splitlines() if x.startswith(start)]
            assert line.split(" | ")[6] == mae


def shown_alone(setup, script, degrees):
    t = np.arange(0, setup.job(script).movement().ends[-1], 0.1)
    reading = np.full(len(t), degrees)
    return SimpleNamespace(
        setup=setup, script=script, record=SimpleNamespace(poses=SimpleNamespace(t=t)),
        found={"rounding_deg": SimpleNamespace(estimate=reading)},
    )  # fmt: skip


def test_a_rounded_back_is_distinguished_from_a_poked_head(testset):
    side = next(s for s in testset.setups if s.view == "side")
    front = next(s for s in testset.setups if s.view == "front")
    clips = [
        shown_alone(side, "rounding_only", 20.0), shown_alone(side, "nodding", 4.0),
        shown_alone(front, "rounding_only", np.nan), shown_alone(front, "nodding", np.nan),
    ]  # fmt: skip
    (found,) = rounded_or_poked(clips)
    assert (found["view"], found["auc"], found["setups"]) == ("side", 1.0, 1)
    assert found["rounded"] > 5
    assert found["poked"] > 5
    (alike,) = rounded_or_poked([shown_alone(side, s, 7.0) for s in ("rounding_only", "nodding")])
    assert alike["auc"] == 0.5
