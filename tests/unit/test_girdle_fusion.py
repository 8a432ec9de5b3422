"""Fusion over time: exact against the direct solution, causal in chunks, honest about sigma."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapcoach.girdle.fusion import Belief, Dynamics, follow, smooth


def signal(rng: np.random.Generator, frames: int, channels: int = 3):
    t = np.cumsum(rng.uniform(0.01, 0.3, frames))
    value = rng.normal(0, 10, (frames, channels))
    sigma = rng.uniform(1, 12, (frames, channels))
    sigma[rng.random(sigma.shape) < 0.2] = np.nan
    return t, value, sigma


def direct(t: np.ndarray, value: np.ndarray, sigma: np.ndarray, d: Dynamics, last: int):
    """Value and sigma at the last of t from the frames up to `last`, by one big solve."""
    said = np.flatnonzero(np.isfinite(sigma[: last + 1]))
    walk = 1e8 + d.speed**2 * (np.minimum.outer(t, t) - t[0])
    lasting = d.lasting * np.exp(-np.abs(t[:, None] - t) / d.error_time)
    s = np.nan_to_num(sigma)
    error = np.outer(s, s) * (lasting + (1 - d.lasting) * np.eye(len(t)))
    both = (walk + error)[np.ix_(said, said)]
    cross = walk[:, said]
    mean = cross @ np.linalg.solve(both, value[said])
    var = np.diag(walk - cross @ np.linalg.solve(both, cross.T))
    return mean, np.sqrt(var)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_it_is_the_direct_solution_of_the_whole_problem(seed: int, frames: int) -> None:
    rng = np.random.default_rng(seed)
    t, value, sigma = signal(rng, frames, 1)
    sigma[0] = 4.0
    d = Dynamics(rng.uniform(2, 40), rng.uniform(0, 0.95), rng.uniform(0.2, 3))
    seen, sd, _ = follow(t, value, sigma, d)
    both, both_sd = smooth(t, value, sigma, d)
    mean, spread = direct(t, value[:, 0], sigma[:, 0], d, frames - 1)
    np.testing.assert_allclose(both[:, 0], mean, atol=2e-3)
    np.testing.assert_allclose(both_sd[:, 0], spread, atol=2e-3)
    for last in range(frames):
        mean, spread = direct(t, value[:, 0], sigma[:, 0], d, last)
        assert seen[last, 0] == pytest.approx(mean[last], abs=2e-3)
        assert sd[last, 0] == pytest.approx(spread[last], abs=2e-3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 40), max_size=5))
def test_chunks_give_the_same_as_the_whole(seed: int, cuts: list[int]) -> None:
    t, value, sigma = signal(np.random.default_rng(seed), 40)
    whole, sd, end = follow(t, value, sigma)
    belief, parts = None, []
    for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 40], strict=True):
        *part, belief = follow(t[a:b], value[a:b], sigma[a:b], belief=belief)
        parts.append(part)
    np.testing.assert_array_equal(np.concatenate([p[0] for p in parts]), whole)
    np.testing.assert_array_equal(np.concatenate([p[1] for p in parts]), sd)
    assert belief is not None
    assert belief.t == end.t


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_time_backwards_gives_the_same_smoothed_recording(seed: int) -> None:
    t, value, sigma = signal(np.random.default_rng(seed), 30)
    there, there_sd = smooth(t, value, sigma)
    back, back_sd = smooth(-t[::-1], value[::-1], sigma[::-1])
    np.testing.assert_allclose(back[::-1], there, atol=1e-3)
    np.testing.assert_allclose(back_sd[::-1], there_sd, atol=1e-3)


def test_what_comes_later_changes_nothing_in_the_causal_one() -> None:
    t, value, sigma = signal(np.random.default_rng(0), 30)
    first = follow(t[:20], value[:20], sigma[:20])[0]
    np.testing.assert_array_equal(follow(t, value, sigma)[0][:20], first)


def test_a_weak_frame_leans_on_its_strong_neighbours() -> None:
    t = np.arange(5) / 10
    value = np.array([[10.0], [10], [-30], [10], [10]])
    sigma = np.array([[2.0], [2], [25], [2], [2]])
    out, sd = smooth(t, value, sigma)
    assert out[2, 0] > 5
    assert sd[2, 0] < 8


def test_frames_without_a_value_are_predicted_with_growing_doubt() -> None:
    t = np.arange(30) / 10
    value, sigma = np.full((30, 1), 12.0), np.full((30, 1), 3.0)
    value[10:] = np.nan
    out, sd, _ = follow(t, value, sigma)
    np.testing.assert_allclose(out[10:], out[9, 0])
    assert np.all(np.diff(sd[9:, 0]) > 0)
    assert sd[-1, 0] > 15
    assert smooth(t[::-1] * -1, value[::-1], sigma[::-1])[1][0, 0] > 15


def test_nothing_said_stays_nan() -> None:
    t, value = np.arange(4.0), np.full((4, 2), 5.0)
    sigma = np.array([[np.nan, np.nan], [np.nan, 2.0], [0.0, 2.0], [-1.0, np.nan]])
    out, sd, _ = follow(t, value, sigma)
    assert np.isnan(out[:, 0]).all()
    assert np.isnan(sd[:, 0]).all()
    assert np.isnan(out[0, 1])
    np.testing.assert_allclose(out[1:, 1], 5.0)
    both, _ = smooth(t, value, sigma)
    assert np.isnan(both[:, 0]).all()
    np.testing.assert_allclose(both[:, 1], 5.0, atol=1e-3)


def test_sigma_shrinks_no_faster_than_lasting_errors_allow() -> None:
    """A constant, seen through errors that live for a second: coverage as promised."""
    rng = np.random.default_rng(1)
    d = Dynamics(speed=0.01, lasting=0.85, error_time=1.0)
    frames, people = 300, 400
    t = np.arange(frames) / 30
    fade = np.exp(-1 / 30)
    u = rng.normal(size=people)
    value = np.empty((frames, people))
    for i in range(frames):
        u = fade * u + np.sqrt(1 - fade**2) * rng.normal(size=people)
        value[i] = 5 * (np.sqrt(0.85) * u + np.sqrt(0.15) * rng.normal(size=people))
    out, sd, _ = follow(t, value, np.full_like(value, 5.0), d)
    # One second is worth far less than 30 frames: 5 / sqrt(30) would be 0.9.
    assert sd[30, 0] > 3
    for i in (0, 30, 299):
        assert 0.62 < np.mean(np.abs(out[i]) < sd[i]) < 0.74
        assert np.mean(np.abs(out[i]) < 2 * sd[i]) > 0.92


def test_frame_rate_does_not_buy_certainty() -> None:
    ends = []
    for rate in (10, 30, 120):
        t = np.arange(2 * rate + 1) / rate
        value = np.zeros((len(t), 1))
        ends.append(follow(t, value, value + 5.0, Dynamics(speed=2.0, lasting=0.95))[1][-1, 0])
    assert max(ends) < 1.35 * min(ends)


def test_bad_input_is_refused() -> None:
    one = np.ones((2, 1))
    with pytest.raises(ValueError, match="increase"):
        follow(np.array([1.0, 1.0]), one, one)
    belief = follow(np.array([0.0, 1.0]), one, one)[2]
    with pytest.raises(ValueError, match="increase"):
        follow(np.array([1.0, 2.0]), one, one, belief=belief)
    with pytest.raises(ValueError, match="quantities"):
        follow(np.array([0.0, 1.0]), one, one, belief=Belief.none(3))
    with pytest.raises(ValueError, match=r"\(T, C\)"):
        smooth(np.arange(3.0), one, one)
    with pytest.raises(ValueError, match="dynamics"):
        Dynamics(speed=0)
