"""The bounded read-ahead thread."""

from __future__ import annotations

import threading
import time

import pytest

from scapcoach.sources.ahead import ReadAhead
from tests.support.waiting import returns, until


def test_gives_every_item_in_order():
    reader = ReadAhead(lambda stop: iter(range(1000)), depth=3, name="t")
    assert list(reader) == list(range(1000))
    reader.close()


def test_runs_ahead_but_never_further_than_its_depth():
    made = []

    def make(stop):
        for i in range(100):
            made.append(i)
            yield i

    reader = ReadAhead(make, depth=4, name="t")
    assert until(lambda: len(made) == 5)  # four lie ready, the fifth waits to be put down
    time.sleep(0.05)  # that no sixth comes can only be waited for
    assert len(made) == 5
    next(reader)
    assert until(lambda: len(made) == 6)
    reader.close()


def test_an_error_comes_after_the_items_before_it():
    def make(stop):
        yield 1
        yield 2
        raise KeyError("lost")

    reader = ReadAhead(make, depth=8, name="t")
    assert [next(reader), next(reader)] == [1, 2]
    with pytest.raises(KeyError, match="lost"):
        next(reader)


def test_an_error_before_the_first_item_is_raised_too():
    def make(stop):
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        next(ReadAhead(make, depth=1, name="t"))


def test_close_stops_a_producer_that_waits_and_runs_its_clean_up():
    cleaned = threading.Event()

    def make(stop):
        try:
            while True:
                yield 0
        finally:
            cleaned.set()

    reader = ReadAhead(make, depth=2, name="waiting")
    next(reader)
    returns(reader.close)
    assert cleaned.is_set()
    assert not any(thread.name == "waiting" for thread in threading.enumerate())
    assert list(reader) == []
    reader.close()


def test_close_stops_a_producer_that_yields_nothing():
    def make(stop):
        stop.wait()
        yield from ()

    reader = ReadAhead(make, depth=2, name="idle")
    reader.close()
    assert not any(thread.name == "idle" for thread in threading.enumerate())
