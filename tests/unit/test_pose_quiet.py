"""Native log lines are dropped, everything else comes out."""

from __future__ import annotations

import os
import threading

import pytest

from scapcoach.pose.quiet import quiet_stderr


def test_chatter_is_dropped_and_the_rest_comes_out(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        os.write(2, b"W0000 00:00:1.5 8600 inference_feedback_manager.cc:121] Feedback\n")
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        os.write(2, b"disk is full\n")
        assert capfd.readouterr().err == ""
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "disk is full\nafter\n"


def test_stderr_comes_back_after_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), quiet_stderr():
        raise KeyError
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_overlapping_blocks_in_threads_restore_it_once(capfd: pytest.CaptureFixture[str]) -> None:
    first_in, second_done = threading.Event(), threading.Event()

    def hold() -> None:
        with quiet_stderr():
            first_in.set()
            second_done.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    first_in.wait(5)
    with quiet_stderr():
        os.write(2, b"W0000 inside\n")
    second_done.set()
    thread.join()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"
