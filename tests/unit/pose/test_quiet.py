"""Native log lines are dropped, everything else comes out whole, and Python's at once."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from scapcoach.pose.quiet import quiet_stderr

if TYPE_CHECKING:
    from collections.abc import Sequence

LOG = b"W0000 00:00:1796062884.931858   14325 inference_feedback_manager.cc:114] Feedback manager\n"
CHATTER = {
    "absl": LOG,
    "before absl": (
        b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    ),
    "TensorFlow Lite": b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n",
    "delegate": b"VERBOSE: Replacing 364 out of 364 node(s) with delegate (TfLiteXNNPack)\n",
    "GPU": b"I0000 00:00:1700000000.123456  1 gl_context_egl.cc:85] Successfully initialized EGL\n",
    "trace": LOG + b"Stack trace:\n    @     0x7f34  absl::Fail()\n    @ 0x55d0 main\n",
}
#: What only looks a little like it, and bars that have not ended their line.
OTHERS = {
    "words": b"disk is full\n",
    "own log": b"WARNING: 3 files were not found\nINFO: Created 3 files\n",
    "part number": b"I0001 is the part number\n",
    "bar": b"\r\x1b[2K 50 %|#####     |",
    "colours": b"\x1b[31mred\x1b[0m",
    "bytes": b"\xff\xfe\x00 no text",
}


def test_chatter_is_dropped_and_the_rest_comes_out(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        for line in CHATTER.values():
            os.write(2, line)
        os.write(2, b"disk is full\n")
        assert capfd.readouterr().err == ""
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "disk is full\nafter\n"


@pytest.mark.parametrize("after", OTHERS)
@pytest.mark.parametrize("before", OTHERS)
def test_what_stands_around_a_log_line_stays_byte_for_byte(
    capfdbinary: pytest.CaptureFixture[bytes], before: str, after: str
) -> None:
    for chatter in CHATTER.values():
        with quiet_stderr():
            for part in (OTHERS[before], chatter, OTHERS[after], chatter):
                os.write(2, part)
        assert capfdbinary.readouterr().err == OTHERS[before] + OTHERS[after]


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
        os.write(2, LOG)
    second_done.set()
    thread.join()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_for_a_developer_nothing_is_dropped(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAPCOACH_DEBUG", "1")
    with quiet_stderr():
        os.write(2, LOG)
        assert capfdbinary.readouterr().err == LOG


_WAITING = """
import os, sys
from scapcoach.pose.quiet import quiet_stderr
held = sys.stderr  # as progress bars and log handlers hold it
with quiet_stderr():
    os.write(2, LOG)
    held.write("\\r\\x1b[2K 50 %")
    held.flush()
    assert sys.stdin.readline() == "seen\\n"
    os.write(2, LOG)
held.write(" 51 %")
"""


@pytest.mark.parametrize("flags", [(), ("-u",)])
def test_what_python_writes_meanwhile_gets_there_at_once(flags: Sequence[str]) -> None:
    with _python(_WAITING, *flags, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        begun = os.read(process.stderr.fileno(), 1000)  # the block has not ended yet
        process.stdin.write(b"seen\n")
        process.stdin.close()
        rest = process.stderr.read()
    assert (begun, rest) == (b"\r\x1b[2K 50 %", b" 51 %")
    assert process.returncode == 0


_BUSY = """
import os, sys, threading
from scapcoach.pose.quiet import quiet_stderr
done = threading.Event()
def write(name):
    for n in range(20_000):
        sys.stderr.write(f"{name} {n}\\n")
threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
for thread in threads:
    thread.start()
blocks = 0
while any(thread.is_alive() for thread in threads):
    with quiet_stderr():
        os.write(2, LOG)
    blocks += 1
print(blocks)
"""


def test_threads_that_write_all_the_time_lose_nothing() -> None:
    with _python(_BUSY, stdout=subprocess.PIPE) as process:
        out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    assert int(out) > 10, "too few blocks to mean anything"
    lines = error.decode().splitlines()
    assert not [line for line in lines if not re.fullmatch(r"[ab] \d+", line)]
    for name in "ab":
        numbers = [int(line[2:]) for line in lines if line[0] == name]
        assert sorted(numbers) == list(range(20_000)), "lost or doubled"
        # A write that is under way just as a block begins may come out at its end.
        late = sum(a > b for a, b in itertools.pairwise(numbers))
        assert late <= 5


def _python(code: str, *flags: str, **streams: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *flags, "-c", f"LOG = {LOG!r}\n{code}"], stderr=subprocess.PIPE, **streams
    )
