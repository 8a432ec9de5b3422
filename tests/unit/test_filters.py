from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from scapcoach.filters import OneEuro, ZeroPhase, bridge_subject, fill_gaps, runs, smooth_poses
from tests.support.person import person

RNG = np.random.default_rng(7)


def uneven_times(n: int = 300) -> np.ndarray:
    return np.cumsum(RNG.uniform(0.01, 0.06, n))


def test_zero_phase_is_exact_on_straight_lines_at_uneven_intervals() -> None:
    t = uneven_times()
    np.testing.assert_allclose(ZeroPhase()(t, 3 * t - 1), 3 * t - 1, atol=1e-9)


def test_zero_phase_at_even_intervals_is_scipy_s_gaussian_filter() -> None:
    t = np.arange(200) / 50
    x = RNG.normal(size=200)
    width, reach = 0.085, 12  # of the 12.75 frames in three widths
    theirs = gaussian_filter1d(x, width * 50, radius=reach)
    ours = ZeroPhase(width)(t, x)
    np.testing.assert_allclose(ours[reach:-reach], theirs[reach:-reach], atol=1e-12)


def test_zero_phase_has_no_lag_and_halves_the_noise() -> None:
    t = np.arange(0, 6, 1 / 30)
    clean = np.sin(2 * np.pi * 0.5 * t)
    noisy = clean + RNG.normal(0, 0.1, len(t))
    smooth = ZeroPhase(0.08)(t, noisy)
    assert np.std(smooth - clean) < 0.5 * np.std(noisy - clean)
    lags = np.arange(-5, 6)
    fit = [np.corrcoef(np.roll(clean, k)[10:-10], smooth[10:-10])[0, 1] for k in lags]
    assert lags[int(np.argmax(fit))] == 0


def test_zero_phase_keeps_nan_and_does_not_spread_it() -> None:
    t = np.arange(50) / 30
    x = t.copy()
    x[20:25] = np.nan
    smooth = ZeroPhase()(t, x)
    assert np.isnan(smooth[20:25]).all()
    np.testing.assert_allclose(np.delete(smooth, range(20, 25)), np.delete(t, range(20, 25)))


def test_zero_phase_is_the_same_in_blocks_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    t = uneven_times(400)
    x = RNG.normal(size=(400, 3))
    whole = ZeroPhase()(t, x)
    monkeypatch.setattr("scapcoach.filters._FILTER_BLOCK", 37)
    np.testing.assert_allclose(ZeroPhase()(t, x), whole, rtol=1e-12)


def test_a_single_value_is_kept() -> None:
    np.testing.assert_allclose(ZeroPhase()(np.array([0.0, 5.0]), np.array([2.0, 3.0])), [2, 3])


def test_one_euro_follows_a_step_and_steadies_rest() -> None:
    t = np.arange(120) / 30
    x = np.where(t < 2, 0.0, 10.0) + RNG.normal(0, 0.05, len(t))
    smooth = OneEuro(min_cutoff=1.0, beta=0.5)(t, x)
    assert np.std(smooth[20:60]) < 0.5 * np.std(x[20:60])
    assert abs(smooth[-1] - 10) < 0.3
    assert smooth[66] > 5  # within a fifth of a second


def test_one_euro_in_pieces_equals_one_euro_at_once() -> None:
    t = uneven_times(60)
    x = RNG.normal(size=(60, 2))
    x[10:14] = np.nan
    whole = OneEuro()(t, x)
    live = OneEuro()
    pieces = [live(t[a:b], x[a:b]) for a, b in [(0, 1), (1, 12), (12, 40), (40, 60)]]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    assert np.isnan(whole[10:14]).all()


def test_one_euro_starts_from_the_beginning_after_a_long_gap() -> None:
    live = OneEuro()
    live(np.arange(30) / 30, np.zeros(30))
    assert live(np.array([5.0]), np.array([10.0]))[0] == 10.0


@pytest.mark.parametrize(("frames", "filled"), [(5, True), (6, False)])
def test_only_gaps_up_to_a_fifth_of_a_second_are_filled(frames: int, filled: bool) -> None:
    t = np.arange(40) / 30
    x = 2 * t
    x[10 : 10 + frames] = np.nan
    out = fill_gaps(t, x)
    assert np.isfinite(out).all() == filled
    if filled:
        np.testing.assert_allclose(out, 2 * t)


def test_gaps_at_the_ends_stay() -> None:
    x = np.array([np.nan, 1.0, 2.0, np.nan])
    np.testing.assert_array_equal(fill_gaps(np.arange(4) / 30, x), x)


def test_runs_cover_everything() -> None:
    assert runs(np.array([0, 0, -1, 1, 1])) == [slice(0, 2), slice(2, 3), slice(3, 5)]
    assert runs(np.array([], int)) == []


def test_a_short_absence_of_one_person_is_bridged_but_never_between_two() -> None:
    t = np.arange(9) / 30
    one = np.array([0, 0, -1, -1, 0, 0, 0, 0, 0])
    two = np.array([0, 0, -1, -1, 1, 1, 1, -1, -1])
    np.testing.assert_array_equal(bridge_subject(t, one), np.zeros(9))
    np.testing.assert_array_equal(bridge_subject(t, two), two)


def test_smoothing_fills_a_short_dropout_of_the_tracker() -> None:
    poses = person(30, retraction_left=np.linspace(0, 10, 30))
    xy = poses.xy.copy()
    xy[10:13] = np.nan
    subject = poses.subject.copy()
    subject[10:13] = -1
    smooth = smooth_poses(replace(poses, xy=xy, subject=subject))
    assert smooth.present.all()
    np.testing.assert_allclose(smooth.xy, poses.xy, atol=0.3)


def test_smoothing_never_mixes_two_people() -> None:
    a, b = person(20), person(20, hips_at=(100.0, 330.0))
    xy = np.concatenate([a.xy[:10], b.xy[10:]])
    subject = np.repeat([0, 1], 10)
    smooth = smooth_poses(replace(a, xy=xy, subject=subject))
    np.testing.assert_allclose(smooth.xy, xy, atol=1e-3)


def test_smoothing_does_not_cross_a_cut_of_the_film() -> None:
    before, after = person(20), person(20, hips_at=(140.0, 260.0), unit=90.0)
    xy = np.concatenate([before.xy[:10], after.xy[10:]])
    smooth = smooth_poses(replace(before, xy=xy))
    np.testing.assert_allclose(smooth.xy, xy, atol=1e-3)


def test_a_quick_but_human_movement_is_no_cut() -> None:
    t = np.arange(40) / 10  # ten frames a second, leaning fast
    poses = person(40, fps=10.0, yaw=90.0, lean=30 * np.sin(2 * np.pi * t))
    xy = poses.xy.copy()
    xy[20] = np.nan
    subject = poses.subject.copy()
    subject[20] = -1
    smooth = smooth_poses(replace(poses, xy=xy, subject=subject))
    assert np.isfinite(smooth.xy).all()
