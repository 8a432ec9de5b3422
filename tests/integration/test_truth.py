"""The product on rendered clips whose truth is known: what it says is so, or it says nothing."""

from __future__ import annotations

import csv
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

import scapcoach
from scapcoach.measures import Status
from tests.support.cli import SAMPLES

if TYPE_CHECKING:
    from scapcoach.recording import Analysis


@cache
def analysed(name: str) -> tuple[Analysis, dict[str, np.ndarray]]:
    """A sample clip as the product sees it, and its truth, frame by frame."""
    found = scapcoach.analyze(SAMPLES / f"phantom_{name}.mp4")
    with (SAMPLES / f"phantom_{name}.truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(found.measures)
    truth = {
        key: np.array([float(row[key]) if row[key] else np.nan for row in rows])
        for key in rows[0]
        if key != "segment"
    }
    np.testing.assert_allclose(truth["t"], found.poses.t, atol=2e-3)
    return found, truth


def agreement(
    name: str, measure: str, true: str, *, degrees: bool = False
) -> tuple[float, float, float]:
    """Share of frames judged, correlation, and slope of the estimates over the truth."""
    found, truth = analysed(name)
    series = found.measures[measure]
    measured = series.deg if degrees else series.value
    assert measured is not None
    known = np.isfinite(measured)
    if known.sum() < 10:
        return known.mean(), np.nan, np.nan
    x, y = truth[true][known], measured[known]
    return known.mean(), np.corrcoef(x, y)[0, 1], np.polyfit(x, y, 1)[0]


def test_a_shrug_is_seen_from_the_front() -> None:
    judged, r, slope = agreement("shrug_front", "elevation", "elevation", degrees=True)
    assert judged > 0.9
    assert r > 0.95
    assert 0.4 < slope < 1.3


def test_a_shrug_is_no_marked_hunch() -> None:
    found, _ = analysed("shrug_front")
    assert np.nanmax(found.measures["hunch"].value) < 50


def test_retraction_is_seen_at_an_angle_with_the_arms_still() -> None:
    judged, r, slope = agreement("retraction_oblique", "retraction", "retraction", degrees=True)
    assert judged > 0.5
    assert r > 0.9
    assert 0.15 < slope < 1.5


@pytest.mark.parametrize("name", ["row_oblique", "retraction_oblique", "shrug_front"])
def test_retraction_never_has_the_wrong_sign(name: str) -> None:
    found, truth = analysed(name)
    measured = found.measures["retraction"].deg
    assert measured is not None
    assert found.calibration is not None
    neutral = found.calibration.neutral
    rest = (truth["t"] >= neutral.start) & (truth["t"] <= neutral.end)
    change = truth["retraction"] - np.median(truth["retraction"][rest])
    clear = np.isfinite(measured) & (np.abs(change) > 5)
    wrong = clear & (np.sign(measured) == -np.sign(change)) & (np.abs(measured) > 1)
    assert wrong.sum() <= 0.05 * max(clear.sum(), 20)


def test_a_row_withholds_retraction_where_the_arms_have_moved() -> None:
    found, truth = analysed("row_oblique")
    pulled = truth["retraction"] > 0.8 * truth["retraction"].max()
    status = found.measures["retraction"].status[pulled]
    assert (status == Status.NOT_OBSERVABLE).mean() > 0.9


def test_turning_on_the_spot_moves_neither_retraction_nor_elevation() -> None:
    found, truth = analysed("turning_front")
    assert np.ptp(truth["yaw"]) > 30
    for name, most in (("retraction", 8.0), ("elevation", 6.0)):
        measured = found.measures[name].deg
        assert measured is not None
        assert np.isfinite(measured).mean() > 0.5
        assert np.nanmax(np.abs(measured)) < most


def test_a_hunch_at_the_desk_is_seen_from_the_side() -> None:
    for measure, true, degrees in (
        ("rounding", "thoracic_flexion", True),
        ("head_forward", "head_forward", False),
        ("trunk_lean", "trunk_lean", False),
    ):
        judged, r, slope = agreement("desk_side", measure, true, degrees=degrees)
        assert judged > 0.8, measure
        assert r > 0.95, measure
        assert 0.7 < slope < 1.4, measure
    found, truth = analysed("desk_side")
    hunch, flexion = found.measures["hunch"].value, truth["thoracic_flexion"]
    upright, slumped = flexion < 0.1 * flexion.max(), flexion > 0.9 * flexion.max()
    assert np.nanmedian(hunch[upright]) < 33
    assert np.nanmedian(hunch[slumped]) > 67
    assert (found.measures["retraction"].status == Status.NOT_OBSERVABLE).all()


def test_the_guided_protocol_is_found_in_a_real_recording_and_gives_the_ranges() -> None:
    clip = SAMPLES / "phantom_calibration_front.mp4"
    calibration = scapcoach.calibrate_clip(clip)
    assert calibration.retraction is not None
    assert calibration.elevation is not None
    assert calibration.slump is not None
    found = scapcoach.analyze(clip, calibration=calibration)
    _, truth = analysed("calibration_front")
    for name in ("retraction", "elevation"):
        measured, actual = found.measures[name].value, truth[name]
        full = actual > 0.95 * actual.max()
        rest = np.abs(actual) < 0.5
        quiet = np.abs(truth["thoracic_flexion"]) < 1
        assert np.nanmedian(measured[full & quiet]) == pytest.approx(100, abs=15)
        assert np.nanmedian(measured[rest & quiet]) == pytest.approx(0, abs=15)
