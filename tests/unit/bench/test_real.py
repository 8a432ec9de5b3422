"""The real-video check on made-up movements: it must be able to say right and wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from bench.real import Clip, Span, main, read_list, read_spans, table
from bench.real_checks import (
    bent_over,
    check_clip,
    check_pull,
    check_shrug,
    compare_segments,
    hand_height,
)
from bench.real_reps import arms_movement, check_reps, ends, lines
from scapcoach.measures import Reason
from tests.support.synthetic import synthetic_measures, synthetic_poses

WAVE = 0.5 - 0.5 * np.cos(np.linspace(0, 8 * np.pi, 240))
HEADER = "repo\tpath\taction\tview\tkind\n"


def changed(measures, **columns):
    """The same measures with other values or reasons in some series."""
    series = dict(measures.series)
    for name, columns_of in columns.items():
        series[name] = replace(series[name], **columns_of)
    return replace(measures, series=MappingProxyType(series))


@pytest.mark.parametrize(
    ("elevation", "verdict"),
    [
        (30 * WAVE, "right"),
        (30 * WAVE - 30, "zero off"),  # neutral taken at the top
        (-30 * WAVE, "wrong"),
        (3 * WAVE, "zero off"),
        (np.full(240, np.nan), "withheld"),
        (None, "withheld"),
    ],
)
def test_shrug_is_judged_by_the_hands(elevation, verdict):
    assert check_shrug(0.1 * WAVE, elevation)["verdict"] == verdict


def test_shrug_ends_are_read_where_elevation_is_judged():
    elevation = np.where(WAVE > 0.5, np.nan, 30 * WAVE)
    answer = check_shrug(0.1 * WAVE, elevation)
    assert answer["judged"] == pytest.approx(0.5, abs=0.05)
    assert answer["top"] < 16


@pytest.mark.parametrize(
    ("retraction", "verdict"),
    [
        (10 * WAVE, "not wrong"),
        (-10 * WAVE, "wrong"),
        (-3 * WAVE, "not wrong"),
        (np.where(WAVE > 0.5, np.nan, -10.0), "one end"),
        (np.where(WAVE < 0.5, np.nan, -10.0), "one end"),
        (np.full(240, np.nan), "withheld"),
        (None, "withheld"),
    ],
)
def test_pull_compares_finish_with_stretch(retraction, verdict):
    reach = 1 - 0.5 * WAVE
    assert check_pull(reach, retraction, 2 - 0.1 * WAVE)["verdict"] == verdict


@pytest.mark.parametrize(
    ("slope", "verdict"), [(-0.4, "right"), (0.4, "backwards"), (0.01, "says nothing")]
)
def test_naive_width_is_judged_by_its_sign(slope, verdict):
    answer = check_pull(1 - 0.5 * WAVE, None, 2 + slope * WAVE)
    assert answer["naive_verdict"] == verdict


def test_segments_tell_hunched_from_upright():
    poses = synthetic_poses(240)
    measures = synthetic_measures(poses)
    late = measures.t >= 4
    rng = np.random.default_rng(1)
    hunch = np.where(late, 50.0, 5.0) + rng.normal(0, 3, 240)
    hidden = np.full(240, np.nan)
    rounding = {"value": hidden, "deg": hunch / 2}
    measures = changed(
        measures, hunch={"value": hunch}, rounding=rounding, head_drop={"value": hidden}
    )
    spans = [Span(0, 4, "upright"), Span(4, 8, "hunched, head forward"), Span(0, 4, "transition")]
    answers = {a["measure"]: a for a in compare_segments(measures, spans)}
    assert answers["hunch"]["auc"] == 1
    assert answers["hunch"]["effect"] > 10
    assert answers["rounding"]["bent"] == pytest.approx(25, abs=1)  # degrees, where relative
    assert "head_drop" not in answers
    assert answers["hunch"]["label"] == "hunched"
    assert compare_segments(measures, spans[1:]) == []


def test_equal_spans_are_chance():
    measures = synthetic_measures(synthetic_poses(240))
    measures = changed(measures, hunch={"value": np.tile([1.0, 2.0], 120)})
    answers = compare_segments(measures, [Span(0, 4, "upright"), Span(4, 8, "slumped")])
    hunch = next(a for a in answers if a["measure"] == "hunch")
    assert hunch["auc"] == pytest.approx(0.5)
    assert hunch["effect"] == pytest.approx(0, abs=0.02)


def test_hands_rise_with_the_arms_of_the_figure():
    poses = synthetic_poses(90)
    height = hand_height(poses)
    assert height[45] - height[0] == pytest.approx(0.5, abs=0.05)
    assert np.isnan(height[~poses.present]).all()


def test_bent_over_counts_false_marks():
    measures = synthetic_measures(synthetic_poses(100))
    lean = np.where(np.arange(100) < 50, 60.0, 0.0)
    hunch = np.where(np.arange(100) < 10, 90.0, 10.0)
    there = changed(measures, trunk_lean={"value": lean}, hunch={"value": hunch})
    assert bent_over(there) == {"frames": 50, "marked": 0.2}
    assert bent_over(changed(there, trunk_lean={"value": 0 * lean})) is None


def test_check_clip_counts_people_shares_and_lying():
    poses = synthetic_poses(300)
    measures = synthetic_measures(poses)
    reason = np.full(300, Reason.NONE)
    reason[:150] = Reason.SUPINE
    checked = check_clip(poses, changed(measures, hunch={"reason": reason}), ("lying", "shrug"))
    assert checked["detected"] == pytest.approx(0.9)
    assert checked["lying"] == 0.5
    assert checked["judged"]["hunch"] == pytest.approx(measures["hunch"].judged.mean())
    assert "shrug" in checked
    assert "pull" not in checked
    json.dumps(checked)


@pytest.mark.parametrize(
    ("action", "path", "asked"),
    [
        ("sample shoulder shrug", "a.mp4", ("shrug",)),
        ("cable row", "a.mp4", ("pull",)),
        ("db rows", "a.mp4", ("pull",)),
        ("", "videos/lat_pulldown.mp4", ("pull",)),
        ("upright row (PVC)", "a.mp4", ()),
        ("arm throw", "a.mp4", ()),
        ("overhead_press", "a.mp4", ("arms",)),
        ("Front Raise", "a.mp4", ("arms",)),
        ("leg press", "a.mp4", ()),
        ("Barbell Bench Press", "a.mp4", ("lying",)),
        ("incline bench press", "a.mp4", ("reclined",)),
        ("inverted row", "a.mp4", ("pull", "lying")),
        ("squat", "a.mp4", ()),
    ],
)
def test_what_a_clip_is_asked(action, path, asked):
    assert Clip("r", path, action, "front", "video").asked() == asked


def test_lists_are_read_and_errors_reported(tmp_path):
    clips = tmp_path / "clips.tsv"
    clips.write_text(HEADER + "o/r\ta b.mp4\tsquat\tside\tvideo\n", "utf-8")
    assert read_list(clips) == [Clip("o/r", "a b.mp4", "squat", "side", "video")]
    spans = tmp_path / "spans.tsv"
    spans.write_text(
        "repo\tpath\tstart_s\tend_s\tlabel (by eye)\no/r\ta\t1.5\t2\tupright\n", "utf-8"
    )
    assert read_spans(spans) == {("o/r", "a"): [Span(1.5, 2.0, "upright")]}
    with pytest.raises(SystemExit, match="lacks the columns repo"):
        read_spans(_without_repo(spans))
    with pytest.raises(SystemExit, match="cannot be read"):
        read_list(tmp_path / "none.tsv")


def _without_repo(path):
    path.write_text(path.read_text("utf-8").replace("repo", "where"), "utf-8")
    return path


def test_nothing_there_is_no_failure(tmp_path, capsys):
    clips = tmp_path / "clips.tsv"
    clips.write_text(HEADER + "o/r\ta.mp4\t\tside\tvideo\no/r\tb\t\tfront\timages\n", "utf-8")
    out = tmp_path / "real.json"
    assert main(["--clips", str(tmp_path), "--list", str(clips), "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("skipped  o/r: a.mp4")
    assert lines[1] == "skipped  o/r: b: images, not a clip"
    assert lines[2] == "No clip of the list is there: nothing to check."
    assert not out.exists()


def test_broken_clip_is_reported_and_skipped(tmp_path, capsys):
    clips = tmp_path / "clips.tsv"
    clips.write_text(HEADER + "o/r\ta.mp4\t\tside\tvideo\n", "utf-8")
    (tmp_path / "o/r").mkdir(parents=True)
    (tmp_path / "o/r/a.mp4").write_bytes(b"no video")
    assert main(["--clips", str(tmp_path), "--list", str(clips)]) == 0
    assert "failed   o/r: a.mp4" in capsys.readouterr().out


def test_table_names_every_answer():
    poses = synthetic_poses(300)
    measures = synthetic_measures(poses)
    spans = [Span(0, 2, "upright"), Span(2, 4, "slumped")]
    results = []
    for asked in (("shrug",), ("pull",), ("lying",)):
        checked = check_clip(poses, measures, asked)
        checked["segments"] = compare_segments(measures, spans)
        results.append({"path": f"{asked[0]}.mp4", "view": "front?", "asked": asked, **checked})
    text = "\n".join(table(results))
    for words in ("Real clips: 3", "front", "Shrugs", "Rows", "Lying", "Upright", "lying down"):
        assert words in text


T = np.arange(240) / 30


@pytest.mark.parametrize(
    ("kind", "degrees", "judged", "right", "clearly_wrong"),
    [
        ("pull", 10 * WAVE, 4, 4, 0),
        ("pull", -10 * WAVE, 4, 0, 4),
        ("pull", -2 * WAVE, 4, 0, 0),
        ("pull", np.where(WAVE > 0.5, np.nan, 10 * WAVE), 0, 0, 0),
        ("pull", np.where((WAVE > 0.5) & (T > 2), np.nan, 10 * WAVE), 1, 1, 0),
        ("pull", None, 0, 0, 0),
        ("shrug", 20 * WAVE - 20, 4, 4, 0),
        ("shrug", -20 * WAVE, 4, 0, 4),
        ("arms", 2 * WAVE, 4, 4, 0),
        ("arms", 12 * WAVE, 4, 0, 4),
        ("arms", -12 * WAVE, 4, 4, 0),
        ("arms", np.where(WAVE > 0.5, np.nan, 10.0), 4, 0, 4),
        ("arms", None, 0, 0, 0),
    ],
)
def test_the_sign_of_every_repetition(kind, degrees, judged, right, clearly_wrong):
    found = check_reps(kind, T, WAVE, degrees)
    assert found["reps"] == 4
    assert (found["judged"], found["right"]) == (judged, right)
    assert found["clearly_wrong"] == clearly_wrong


def test_repetitions_are_cut_at_both_ends_and_stillness_has_none():
    cut = np.where((T > 2.5) & (T < 3.2), np.nan, WAVE)
    for wave in (WAVE, cut):
        for low, high in ends(T, wave, 0.5):
            assert low.stop <= high.start
            assert np.nanmax(wave[low]) < 0.4
            assert np.nanmin(wave[high]) > 0.6
    assert ends(T, 0.1 * WAVE, 0.5) == []
    assert ends(T, np.full(240, np.nan), 0.5) == []


def test_the_arms_are_followed_along_their_own_way():
    poses = synthetic_poses(90)
    there = poses.present
    assert np.ptp(arms_movement(poses)[there]) > 0.5
    gone = replace(poses, subject=np.full(90, -1))
    assert np.isnan(arms_movement(gone)).all()


def test_the_table_sums_repetitions_up():
    good = check_reps("pull", T, WAVE, 10 * WAVE)
    bad = check_reps("pull", T, WAVE, None)
    (blank, title, line) = lines([{"reps": good}, {"reps": bad}, {"reps": None}])
    assert not blank
    assert "sign" in title
    for words in ("2 clips", "8 repetitions", "4 (50%)", "right   4 (100%)", "deg 0"):
        assert words in line
    assert list(lines([{"reps": None}])) == []
