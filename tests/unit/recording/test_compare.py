"""Comparing results: clear differences are reported, unclear ones are not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.coaching.results import FaultCount, RepValues, SetResult, Value
from scapcoach.errors import InputError, OutputError
from scapcoach.export.rep_tables import set_summary
from scapcoach.export.summary import build_summary, write_summary
from scapcoach.export.tables import frames_table, write_parquet
from scapcoach.measures.series import Reason
from scapcoach.recording.compare import Z95, compare
from scapcoach.report.comparison_page import (
    Comparison,
    Difference,
    DifferenceVerdict,
    Quantity,
    write_comparison,
)
from tests.support.sets import SHRUG, exercise, sample_set
from tests.support.synthetic import synthetic_measures, synthetic_poses

if TYPE_CHECKING:
    from pathlib import Path


def results(
    folder: Path, result: SetResult | None = None, *, calibration: str = "profile", **how: Any
) -> Path:
    """A folder as `scapcoach analyze` leaves it, as far as a comparison reads it."""
    poses = synthetic_poses(300)
    measures = synthetic_measures(poses, **how)
    summary = build_summary(
        measures, poses,
        source={"name": f"{folder.name}.mp4", "size": (640, 360), "fps": 30.0, "duration": 10.0,
                "warnings": []},
        model={"name": "full", "sha256": "ab"}, calibration=calibration,
        settings={"calibration": calibration},
        lifting=None if result is None else set_summary(result),
    )  # fmt: skip
    write_parquet(folder / "frames.parquet", frames_table(measures))
    write_summary(folder / "summary.json", summary)
    return folder


def with_values(result: SetResult, name: str, values: list[float], sigma: float) -> SetResult:
    def changed(rep: RepValues, value: float) -> RepValues:
        number = Value(value, sigma)
        if not np.isfinite(value):
            number = Value.withheld(Reason.SHOULDER_HIDDEN)
        full = replace(rep.rep, partial=False)
        return replace(rep, rep=full, values={**rep.values, name: number})

    rows = [changed(rep, value) for rep, value in zip(result.reps, values, strict=False)]
    return replace(result, reps=tuple(rows))


def of(found: Comparison, name: str) -> Difference:
    return next(d for d in found.differences if d.name == name)


def test_a_folder_differs_from_itself_in_nothing(tmp_path: Path) -> None:
    folder = results(tmp_path / "a", sample_set())
    found = compare(folder, folder)
    assert len(found.differences) > 10
    assert {d.verdict for d in found.differences} <= {
        DifferenceVerdict.SAME,
        DifferenceVerdict.UNKNOWN,
    }
    assert all(d.value == 0 for d in found.differences if d.verdict is DifferenceVerdict.SAME)
    assert found.headline.startswith("No clear difference")
    assert found.notes == ()


def test_a_clear_difference_is_reported_and_a_small_one_is_not(tmp_path: Path) -> None:
    name, base = "retraction_peak", [60.0] * 7
    a = results(tmp_path / "a", with_values(sample_set(), name, base, 5.0))
    for shift, verdict in (
        (10.0, DifferenceVerdict.SAME),
        (20.0, DifferenceVerdict.MORE),
        (-20.0, DifferenceVerdict.LESS),
    ):
        moved = with_values(sample_set(), name, [v + shift for v in base], 5.0)
        b = results(tmp_path / f"b{shift:g}", moved)
        d = of(compare(a, b), name)
        assert d.value == pytest.approx(shift)
        # The error of measurement lasts: seven repetitions do not make it smaller.
        assert d.sigma == pytest.approx(5 * np.sqrt(2))
        assert d.detectable == pytest.approx(Z95 * d.sigma)
        assert d.verdict is verdict


def test_scatter_between_repetitions_counts_too(tmp_path: Path) -> None:
    name = "retraction_peak"
    wild = [20.0, 100.0, 30.0, 90.0, 25.0, 95.0, 60.0]
    a = results(tmp_path / "a", with_values(sample_set(), name, [60.0] * 7, 1.0))
    b = results(tmp_path / "b", with_values(sample_set(), name, wild, 1.0))
    d = of(compare(a, b), name)
    assert d.sigma == pytest.approx(np.sqrt(1 + 1 + np.var(wild, ddof=1) / 7))


def test_few_repetitions_whose_scatter_counts_raise_the_limit(tmp_path: Path) -> None:
    name = "retraction_peak"

    def limit(place: str, values: list[float], sigma: float) -> float:
        a = results(tmp_path / place / "a", with_values(sample_set(), name, values, sigma))
        b = results(tmp_path / place / "b", with_values(sample_set(), name, values, sigma))
        d = of(compare(a, b), name)
        assert d.a.n == len(values)
        return d.detectable / d.sigma

    wild = [40.0, 80.0, 60.0, 50.0, 70.0]
    # Without an error that lasts it is the two-sample t-test: ttest_ind, equal scatter, 8 degrees.
    assert limit("scatter", wild, 0.0) == pytest.approx(2.306, abs=1e-3)
    assert limit("error", [60.0] * 5, 5.0) == pytest.approx(Z95)
    assert limit("both", wild, 5.0) < limit("scatter", wild, 0.0)
    assert limit("two", [40.0, 80.0], 0.0) == pytest.approx(4.303, abs=1e-3)


def test_what_is_withheld_on_one_side_is_not_compared(tmp_path: Path) -> None:
    a = results(tmp_path / "a", sample_set())
    b = results(tmp_path / "b", sample_set(judged=False))
    d = of(compare(a, b), "retraction_peak")
    assert d.verdict is DifferenceVerdict.UNKNOWN
    assert d.why == "not judged in B"
    assert np.isnan(d.value)
    assert of(compare(a, b), "score").verdict is DifferenceVerdict.UNKNOWN


def test_partial_repetitions_stay_out(tmp_path: Path) -> None:
    folder = results(tmp_path / "a", sample_set())
    assert of(compare(folder, folder), "elevation_peak").a.n == 6


def test_what_counts_from_the_set_s_own_best_is_not_compared(tmp_path: Path) -> None:
    folder = results(tmp_path / "a", sample_set())
    assert "range_share" not in {d.name for d in compare(folder, folder).differences}


def test_faults_of_a_few_repetitions_differ_only_when_it_is_certain(tmp_path: Path) -> None:
    def with_faults(faulty: int, judged: int) -> SetResult:
        result = sample_set()
        counts = (FaultCount(SHRUG, faulty, judged),)
        return replace(result, summary=replace(result.summary, faults=counts))

    none = results(tmp_path / "none", with_faults(0, 7))
    one = results(tmp_path / "one", with_faults(2, 7))
    all_ = results(tmp_path / "all", with_faults(7, 7))
    assert of(compare(none, one), "shrug").verdict is DifferenceVerdict.SAME
    assert of(compare(none, all_), "shrug").verdict is DifferenceVerdict.MORE
    assert of(compare(all_, none), "shrug").verdict is DifferenceVerdict.LESS
    never = results(tmp_path / "never", with_faults(0, 0))
    assert of(compare(none, never), "shrug").why == "not judged in B"


def test_a_session_takes_its_sets_of_one_exercise_together(tmp_path: Path) -> None:
    for name in ("one", "two"):
        results(tmp_path / "monday" / name, sample_set())
    single = results(tmp_path / "friday", sample_set())
    found = compare(tmp_path / "monday", single)
    assert found.a.exercises == {"row": 14}
    assert found.a.clips == ("one.mp4", "two.mp4")
    assert of(found, "elevation_peak").a.n == 12
    assert of(found, "elevation_peak").b.n == 6


def test_different_exercises_views_and_calibrations_are_said(tmp_path: Path) -> None:
    a = results(tmp_path / "a", sample_set())
    b = results(
        tmp_path / "b",
        replace(sample_set(), exercise=replace(exercise(), name="squat")),
        calibration="clip",
    )
    found = compare(a, b)
    assert any("A is row, B is squat" in note for note in found.notes)
    assert any("calibrated differently" in note for note in found.notes)
    assert {d.group for d in found.differences} == {"Over all frames"}
    auto = results(tmp_path / "c", calibration="auto", calibrated=False)
    assert any("stillest moment" in note for note in compare(auto, auto).notes)


def test_relative_and_absolute_values_do_not_mix(tmp_path: Path) -> None:
    a = results(tmp_path / "a")
    b = results(tmp_path / "b", calibrated=False, calibration="auto")
    d = of(compare(a, b), "retraction_typical")
    assert d.verdict is DifferenceVerdict.UNKNOWN
    assert d.why == "only relative in B"
    both = of(compare(b, b), "retraction_typical")
    assert both.unit == "deg"
    assert both.a.relative


@settings(deadline=None, max_examples=25)  # each writes and reads files
@given(
    st.lists(st.floats(-100, 100) | st.just(float("nan")), min_size=7, max_size=7),
    st.lists(st.floats(-100, 100) | st.just(float("nan")), min_size=7, max_size=7),
    st.floats(0.1, 30),
)
def test_the_other_way_round_is_the_same_with_the_sign_turned(
    tmp_path_factory: pytest.TempPathFactory, one: list[float], other: list[float], sigma: float
) -> None:
    name, folder = "retraction_peak", tmp_path_factory.mktemp("sets")
    a = results(folder / "a", with_values(sample_set(), name, one, sigma))
    b = results(folder / "b", with_values(sample_set(), name, other, sigma))
    there = {d.name: d for d in compare(a, b).differences}
    back = {d.name: d for d in compare(b, a).differences}
    assert set(there) == set(back)
    turned = {
        DifferenceVerdict.MORE: DifferenceVerdict.LESS,
        DifferenceVerdict.LESS: DifferenceVerdict.MORE,
    }
    for key, d in there.items():
        assert turned.get(d.verdict, d.verdict) is back[key].verdict
        np.testing.assert_allclose(d.value, -back[key].value, atol=1e-9)
        clear = d.verdict in {DifferenceVerdict.MORE, DifferenceVerdict.LESS}
        assert clear == (abs(d.value) > d.detectable)
    if not np.isfinite(one).any() and not np.isfinite(other).any():
        assert name not in there


def test_json_has_no_nan_and_the_page_no_markup_of_others(tmp_path: Path) -> None:
    a = results(tmp_path / "a", sample_set())
    b = results(tmp_path / "b", sample_set(judged=False, title="<script>x</script>"))
    found = compare(a, b)
    text = json.dumps(found.as_json(), allow_nan=False)
    assert json.loads(text)["differences"][0]["verdict"]
    write_comparison(tmp_path / "page.html", replace(found, notes=("<img src=x onerror=y>",)))
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "default-src 'none'" in page


def test_what_holds_no_results_is_said(tmp_path: Path) -> None:
    good = results(tmp_path / "good")
    with pytest.raises(InputError, match="There is no folder"):
        compare(tmp_path / "missing", good)
    with pytest.raises(InputError, match="give the folder"):
        compare(good / "summary.json", good)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no results"):
        compare(good, tmp_path / "empty")
    (good / "frames.parquet").write_text("nonsense")
    with pytest.raises(InputError, match=r"frames\.parquet cannot be read"):
        compare(good, good)
    (good / "summary.json").write_text("{}")
    with pytest.raises(InputError, match=r"summary\.json cannot be used: .*'schema'"):
        compare(good, good)


def test_a_page_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    folder = results(tmp_path / "a")
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OutputError, match=r"page\.html"):
        write_comparison(tmp_path / "page.html", compare(folder, folder))


def test_a_quantity_without_sigma_is_not_known() -> None:
    assert not Quantity(5.0).known
    assert Quantity(5.0, 1.0, 3).known
