"""Time stamps into seconds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapcoach.sources.clock import StreamClock


def read(stamps, time_base=0.001, interval=0.04):
    clock = StreamClock(time_base, interval)
    return [clock.read(stamp) for stamp in stamps], clock.mended


def test_good_stamps_are_taken_as_they_are_from_zero():
    times, mended = read([500, 540, 555, 1000])
    assert times == pytest.approx([0, 0.04, 0.055, 0.5])
    assert mended == 0


def test_a_repeated_stamp_gets_half_a_step():
    times, mended = read([0, 40, 40, 80, 120])
    assert times == pytest.approx([0, 0.04, 0.06, 0.08, 0.12])
    assert mended == 1


def test_a_missing_stamp_gets_a_whole_step():
    times, mended = read([0, None, 80, None])
    assert times == pytest.approx([0, 0.04, 0.08, 0.12])
    assert mended == 2


def test_no_stamps_at_all():
    times, mended = read([None, None, None])
    assert times == pytest.approx([0, 0.04, 0.08])
    assert mended == 3


def test_stamps_that_begin_late_follow_on():
    times, _ = read([None, None, 700, 740])
    assert times == pytest.approx([0, 0.04, 0.08, 0.12])


def test_a_restarted_clock_goes_on_from_where_it_was():
    times, mended = read([0, 5000, 10000, 0, 40, 80])
    assert times == pytest.approx([0, 5, 10, 10.04, 10.08, 10.12])
    assert mended == 1


@given(st.lists(st.none() | st.integers(-(10**9), 10**9), max_size=60))
def test_times_begin_at_zero_and_grow_whatever_the_stamps(stamps):
    times, _ = read(stamps)
    assert not times or times[0] == 0
    assert all(a < b for a, b in pairwise(times))
