"""Repetitions laid over each other: where curves are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapcoach.coaching.results import Rep
from scapcoach.report.rep_curves import POINTS, normalised, phase_shares, small_plots
from tests.support.sets import sample_set

T = np.arange(750) / 30


def test_a_curve_is_cut_at_the_phases_and_never_drawn_across_a_gap() -> None:
    reps = [found.rep for found in sample_set().reps]
    shares = phase_shares(reps)
    assert shares == pytest.approx((0.9 / 2.4, 1.4 / 2.4))
    rep = reps[2]
    ramp = normalised(T, T, rep, shares)
    assert ramp.shape == (POINTS,)
    assert ramp[0] == pytest.approx(rep.start)
    assert ramp[-1] == pytest.approx(rep.end)
    assert np.interp(shares[0], np.linspace(0, 1, POINTS), ramp) == pytest.approx(rep.peak_start)
    holed = np.where((rep.peak_start < T) & (rep.peak_end > T), np.nan, T)
    gap = np.isnan(normalised(T, holed, rep, shares))
    inside = (np.linspace(0, 1, POINTS) > shares[0]) & (np.linspace(0, 1, POINTS) < shares[1])
    assert gap[inside].all()
    assert not gap[~inside][[0, -1]].any()


@given(
    st.lists(st.floats(0, 3), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=2, max_size=40),
)
def test_any_repetition_of_any_signal_gives_a_curve_within_its_values(
    spans: list[float], known: list[bool]
) -> None:
    edges = np.cumsum(spans)
    times = [float(edge) for edge in edges]
    rep = Rep(1, *times, *(round(30 * t) for t in times), known=times[-1], amplitude=1.0)
    t = np.linspace(0, 10, len(known))
    values = np.where(known, np.sin(t), np.nan)
    first, second = phase_shares([rep])
    assert 0 < first < second < 1
    curve = normalised(t, values, rep, (first, second))
    assert curve.shape == (POINTS,)
    finite = curve[np.isfinite(curve)]
    assert len(finite) == 0 or (
        finite.min() >= np.nanmin(values) - 1e-9 and finite.max() <= np.nanmax(values) + 1e-9
    )


def test_without_repetitions_there_are_no_plots() -> None:
    assert small_plots(T, [], sample_set(reps=0)) == []
