"""The progress display of many clips: what it counts, and how it guesses the time left."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from scapcoach.cli import board as board_module
from scapcoach.cli.board import Board


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(board_module.time, "monotonic", lambda: now[0])
    return now


def fields(board: Board) -> tuple[str, str, str, float]:
    task = board._progress.tasks[0]
    return task.description, task.fields["rate"], task.fields["left"], task.completed


def make(sizes: list[int], *, video: bool = False) -> Board:
    console = Console(file=io.StringIO(), force_terminal=True)
    return Board(console, sizes, enabled=True, video=video)


def test_time_left_follows_size_and_what_was_skipped_is_no_work(clock: list[float]) -> None:
    board = make([600, 200, 100, 100])
    board.end(1, "skipped")
    assert fields(board)[2] == "", "nothing has been worked on yet"
    clock[0] += 60
    board.watch(0, "landmarks", 50, 100)
    description, rate, left, share = fields(board)
    assert description == "1/4 clips"
    assert rate == "1 fps"
    assert left == "0:01:40 left"  # 300 of 800 in a minute: 500 more
    assert share == pytest.approx(0.5)
    board.end(2, "failed")
    assert fields(board)[0] == "2/4 clips, 1 failed"
    assert fields(board)[2] == "0:01:20 left"


def test_frames_of_all_clips_count_and_the_video_is_the_second_part(clock: list[float]) -> None:
    board = make([100, 100], video=True)
    for second in range(1, 11):
        clock[0] += 1
        board.watch(0, "landmarks", 30 * second, 300)
        board.watch(1, "landmarks", 20 * second, 200)
    assert fields(board)[1] == "50 fps"
    assert board._progress.tasks[0].fields["frames"] == "500 frames"
    assert fields(board)[3] == pytest.approx(0.65)
    board.watch(0, "video", 150, 300)
    assert fields(board)[3] == pytest.approx((0.65 + 0.825) / 2)
    board.end(0, "done")
    board.end(1, "done")
    assert fields(board)[3] == pytest.approx(1)


def test_a_clip_of_unknown_length_does_no_harm(clock: list[float]) -> None:
    board = make([0, 10])
    clock[0] += 1
    board.watch(0, "landmarks", 5, None)
    board.end(0, "done")
    assert fields(board)[0] == "1/2 clips"
