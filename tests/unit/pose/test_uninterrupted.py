"""Steps that a Ctrl-C must not cut in two."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from scapcoach.pose.uninterrupted import uninterrupted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_end_of_the_block(number: signal.Signals) -> None:
    got: list[int] = []
    before = signal.signal(number, lambda n, _frame: got.append(n))
    try:
        mine = signal.getsignal(number)
        with uninterrupted():
            os.kill(os.getpid(), number)
            assert got == []
        assert got == [number]
        assert signal.getsignal(number) is mine
    finally:
        signal.signal(number, before)


def test_ctrl_c_is_raised_after_the_block_and_not_within() -> None:
    done: list[bool] = []

    def step() -> None:
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            done.append(True)

    with pytest.raises(KeyboardInterrupt):
        step()
    assert done


def test_an_error_in_the_block_goes_through_and_the_handlers_are_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="mine"), uninterrupted():
        raise ValueError("mine")
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_and_foreign_handlers_are_left_alone() -> None:
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with uninterrupted():
                pass
        except BaseException as error:  # noqa: BLE001 - to be shown by the test
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not failed
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with uninterrupted():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
