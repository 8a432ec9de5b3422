"""The exercise bench on made-up repetitions: it must be able to say good and bad."""

from __future__ import annotations

import numpy as np
import pytest

from bench.exercise import examine, scatter
from bench.exercise.examine import Table
from bench.exercise.report import auc, figures, joined
from phantom.record import Record
from phantom.truth import COLUMNS
from scapcoach.calibration.reps import REPS
from tests.support.exercise import ELEVATION, KINDS, RETRACTION, exercise_clip, phases

NAMES = {"shrug_rep": "shrug", "half": "half"}


def recorded(kinds: tuple[str, ...], *, truth: float = 1.0, yaw: float = 20.0, seed: int = 5):
    """A clip of these repetitions with its truth, as the phantom would give it."""
    poses = exercise_clip(kinds, yaw=yaw, seed=seed)
    phase = phases(len(kinds))
    number = np.arange(len(phase)) * len(kinds) // len(phase)
    share = np.array([KINDS[k] for k in kinds])[number] * phase[:, None]
    columns = np.zeros((len(phase), len(COLUMNS)))
    columns[:, COLUMNS.index("retraction")] = truth * RETRACTION * share[:, 0]
    columns[:, COLUMNS.index("elevation")] = truth * ELEVATION * share[:, 1]
    ends = np.where(phase > 0.98, ":finish", ":up")
    names = np.array([NAMES.get(k, k) for k in kinds])[number]
    info = {"sources": "", "model_sha256": ""}
    return Record(poses, columns, np.char.add(names, ends), number + 1, info)


def table(reading: np.ndarray, kind: str = "good") -> Table:
    truth = np.linspace(0, 20, len(reading))
    return Table(
        np.full(len(reading), kind), truth, reading, np.full(len(reading), 2.0), 20 - truth
    )


def test_figures_separate_good_from_bad_and_count_what_is_withheld() -> None:
    truth = np.linspace(0, 20, 41)
    good = figures(table(truth + 1))
    assert good["r"] == pytest.approx(1.0)
    assert good["mae"] == pytest.approx(1.0)
    assert (good["within_1"], good["wrong_sign"], good["judged"]) == (1.0, 0.0, 1.0)
    assert good["naive_r"] == pytest.approx(-1.0)
    bad = figures(table(np.where(truth > 10, np.nan, -truth)))
    assert bad["judged"] == pytest.approx(0.5, abs=0.02)
    assert bad["wrong_sign"] == 1.0
    assert bad["r"] == pytest.approx(-1.0)
    assert np.isnan(figures(table(np.full(41, np.nan)))["r"])


def test_good_repetitions_are_ranked_above_lazy_ones() -> None:
    good, lazy = table(np.array([10.0, 12.0])), table(np.array([1.0, 2.0]), "lazy")
    assert auc(joined([good, lazy])) == 1.0
    assert auc(joined([table(np.array([1.5, 1.5])), lazy])) == 0.5
    assert np.isnan(auc(good))


def test_repetitions_are_found_or_taken_from_the_labels() -> None:
    reference = recorded(REPS)
    calibration, found, fault = examine.calibrated(reference)
    assert calibration is not None
    assert calibration.exercise is not None
    assert found
    assert not fault
    assert [s.pose for s in examine.marked(reference)] == list(REPS)
    assert examine.held(reference, "squeeze", "retraction") == pytest.approx(RETRACTION, rel=0.02)


def test_what_template_and_truth_explain_is_not_left_over() -> None:
    reference = recorded(REPS)
    calibration = examine.calibrated(reference)[0]
    assert calibration is not None
    assert calibration.exercise is not None
    kinds = ("squeeze", "half", "arms_only", "squeeze")
    rest, wrong = (
        scatter.left_over(calibration.exercise, reference, recorded(kinds, truth=t, seed=9))
        for t in (1.0, -1.0)
    )
    assert rest.shape == (55, 55)
    np.testing.assert_allclose(rest, rest.T)
    assert np.trace(wrong) > 5 * np.trace(rest)


def test_a_covariance_for_each_view_in_the_order_of_their_yaw() -> None:
    views = [[(recorded(REPS, yaw=y), recorded(("half", "squeeze"), yaw=y))] for y in (150.0, 20.0)]
    made = scatter.measured(views)
    assert made.yaws == pytest.approx([20, 150], abs=8)
    assert made.people.tolist() == [1, 1]
    assert made.covariances.shape == (2, 55, 55)
