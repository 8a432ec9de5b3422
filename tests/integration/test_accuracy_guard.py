"""A short part of the accuracy bench, rendered and measured for real, as a guard.

The bounds are loose ones around what the frozen test set gave (docs/reference/accuracy.md): they
catch a sign that turns over, a gate that falls out, a sigma that shrinks. About a thousand frames.
"""

from __future__ import annotations

import json

import pytest

from tests.support.phantom import need_phantom


@pytest.fixture(scope="module")
def examined(tmp_path_factory):
    need_phantom()
    from bench.accuracy.__main__ import examine
    from bench.accuracy.testset import load

    return examine(load().shortened(), tmp_path_factory.mktemp("accuracy"), workers=2)


@pytest.fixture
def results(examined):
    return examined[0]


def row(results, table="agreement", **where):
    found = [r for r in results[table] if all(r.get(k) == v for k, v in where.items())]
    assert len(found) == 1, where
    return found[0]


def own(results, measure, view, condition="arms still"):
    return row(results, measure=measure, calibration="own", view=view, condition=condition)


def test_the_phantom_draws_the_frozen_people_and_everybody_is_seen(examined):
    results, clips = examined
    assert results["about"]["missing"] == 0
    assert results["faults"] == {}
    for clip in clips:
        assert clip.record.poses.present.mean() >= 0.98, clip.script


@pytest.mark.parametrize("view", ["front", "oblique"])
def test_a_shrug_is_read_with_hanging_arms(results, view):
    r = own(results, "elevation_deg", view)
    assert r["share_judged"] >= 0.9
    assert r["r"] >= 0.9
    assert 0.6 <= r["slope"] <= 1.2
    assert r["mae"] <= 3.5
    assert r["sign_errors"] <= 0.02
    assert own(results, "elevation", view)["mae"] <= 25


def test_retraction_is_read_from_the_front_with_hanging_arms(results):
    r = own(results, "retraction_deg", "front")
    assert r["share_judged"] >= 0.6
    assert r["r"] >= 0.85
    assert r["mae"] <= 4
    assert r["sign_errors"] <= 0.03
    assert own(results, "retraction", "front")["mae"] <= 25


def test_retraction_seldom_has_the_wrong_sign_from_an_angle(results):
    r = own(results, "retraction_deg", "oblique")
    assert r["share_judged"] >= 0.5
    assert r["r"] >= 0.7
    assert r["sign_errors"] <= 0.2
    assert r["sure_sign_errors"] <= 0.05


@pytest.mark.parametrize("name", ["retraction_deg", "elevation_deg"])
@pytest.mark.parametrize("view", ["front", "oblique"])
def test_sigma_is_no_smaller_than_the_errors(results, name, view):
    r = own(results, name, view)
    assert r["within_1"] >= 0.6
    assert r["within_2"] >= 0.93


def test_a_row_with_a_standing_calibration_is_withheld_and_not_misread(results):
    r = row(results, "scripts", measure="retraction_deg", calibration="own", script="row",
            view="oblique")  # fmt: skip
    naive = row(results, "scripts", calibration="naive", script="row", view="oblique")
    assert naive["sign_errors"] >= 0.2  # the movement that fools the width rule
    wrong = (r["sign_errors"] or 0) * r["share_judged"]
    assert wrong <= 0.03


def test_turning_and_raised_arms_are_no_retraction(results):
    r = own(results, "retraction_deg", "front", "nuisance")
    assert r["mae"] <= 3
    naive = row(results, measure="naive width rule", calibration="naive", view="front",
                condition="nuisance")  # fmt: skip
    assert own(results, "retraction", "front", "nuisance")["mae"] < 0.6 * naive["mae"]
    for motion in results["crosstalk"]["front"]:
        if motion["motion"] in {"arms forwards", "arms sideways", "arms overhead"}:
            assert not motion["cells"]["retraction"]["share_judged"], motion["motion"]


def test_yaw_is_known(results):
    r = own(results, "yaw", "front", "nuisance")
    assert r["share_judged"] >= 0.98
    assert r["mae"] <= 8


def test_the_results_are_plain_json_and_make_a_report(examined, tmp_path):
    from bench.accuracy.plots import write_plots
    from bench.accuracy.report import markdown

    results, clips = examined
    json.dumps(results, allow_nan=False)
    page = markdown(results)
    assert "In plain words" in page
    assert "nan" not in page.lower().replace("finance", "")
    for path in write_plots(clips, results, tmp_path):
        assert 3_000 < path.stat().st_size < 150_000


def test_kept_landmarks_are_not_rendered_again(examined, tmp_path):
    from bench.accuracy.record import missing_jobs, path_of
    from bench.accuracy.testset import load as load_testset
    from phantom.record import load, save

    _, clips = examined
    job = next(s for s in load_testset().setups if s.seed == clips[0].setup.seed).job("still")
    path = path_of(job, tmp_path)
    assert missing_jobs([job], tmp_path) == [job]
    save(clips[0].record, path)
    again = load(path)
    assert len(again.poses) == len(clips[0].record.poses)
    assert missing_jobs([job], tmp_path) == []
    from dataclasses import replace

    older = {**clips[0].record.info, "sources": "older"}
    save(replace(clips[0].record, info=older), path)
    assert missing_jobs([job], tmp_path) == [job]
    assert missing_jobs([job], tmp_path, keep=True) == []
