"""On a real terminal every line is ours: no library says a word, and no bar is cut.

`sitecustomize` makes every Python process of a command, workers included, write to the terminal
all the time in each way that libraries have, as soon as it has loaded one of them.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.support import videos
from tests.support.cli import COLUMNS, ROOT, SAMPLES, OnTerminal, scapcoach
from tests.support.terminal import Terminal
from tests.support.tiny import write_tiny

if TYPE_CHECKING:
    from pathlib import Path

CLIP = SAMPLES / "walking_front_portrait.mp4"

#: What libraries are known to write.
CHATTER = re.compile(
    r"[IWEF]\d{4} |InitializeLog|TensorFlow|XNNPACK|TfLite|@ ?0x|WARN|QFont|qt\.|libpng|Corrupt"
    r"|Warning|Traceback|noise"
)

_NOISE = """
import os, sys, threading, time

def main():
    while not {"av", "cv2", "mediapipe", "rich", "uvicorn"} & sys.modules.keys():
        time.sleep(0.001)
    import logging, warnings
    if os.environ.get("NOISE"):
        open(os.environ["NOISE"], "a").write(f"{os.getpid()}\\n")
    while True:
        os.write(2, b"[ WARN:0@1.234] noise\\n\\r\\x1b[31mnoise")
        warnings.warn("noise", stacklevel=1)
        logging.getLogger("noise").warning("noise")
        logging.getLogger("absl").error("noise")
        time.sleep(0.002)

threading.Thread(target=main, daemon=True).start()
"""


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which libraries are as loud as can be."""
    place = tmp_path_factory.mktemp("noise")
    (place / "sitecustomize.py").write_text(_NOISE, "utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(place), str(ROOT / "src"), str(ROOT)])}


def shown_by(*arguments: object, code: int = 0, **environment: str) -> list[str]:
    """The lines on the terminal at the end; bars are gone by then, whole."""
    with OnTerminal(*arguments, **environment) as terminal:
        found, shown = terminal.finish()
    assert found == code, shown
    return lines_of(shown)


def lines_of(shown: str) -> list[str]:
    assert not CHATTER.search(shown), shown
    screen = Terminal(COLUMNS)
    screen.feed(shown)
    lines = screen.lines()
    assert not [line for line in lines if re.search("━|fps", line)], lines
    return lines


def test_without_the_measures_the_noise_is_there(tmp_path: Path, noisy: dict[str, str]) -> None:
    """The control: for a developer, everything is shown."""
    with OnTerminal("analyze", CLIP, "--no-video", "--out", tmp_path, SCAPCOACH_DEBUG="1",
                    **noisy) as terminal:  # fmt: skip
        _, shown = terminal.finish()
    for word in ("WARN:0@", "UserWarning: noise", "XNNPACK", "InitializeLog"):
        assert word in shown


def test_one_clip(tmp_path: Path, noisy: dict[str, str]) -> None:
    with OnTerminal("analyze", CLIP, "--no-video", "--out", tmp_path, **noisy) as terminal:
        code, shown = terminal.finish()
    assert code == 0
    assert shown.count("━") > 100, "there was a bar"
    lines = lines_of(shown)
    assert " ".join(lines).split()[:2] == ["done", str(CLIP)]
    assert lines[-1].strip() == str(tmp_path / CLIP.stem / "report.html")
    # A line that fills the terminal goes on in the next one.
    begun = [line for before, line in pairwise(lines) if len(before) < COLUMNS]
    assert all(line.startswith("         ") for line in begun)


def test_results_are_not_on_the_terminal_when_they_go_elsewhere(
    tmp_path: Path, noisy: dict[str, str]
) -> None:
    with (tmp_path / "results.txt").open("wb") as file:
        arguments = ("analyze", CLIP, "--no-video", "--out", tmp_path / "out")
        with OnTerminal(*arguments, stdout=file, **noisy) as terminal:
            code, shown = terminal.finish()
    assert code == 0
    assert shown.count("━") > 100
    assert lines_of(shown) == []
    written = (tmp_path / "results.txt").read_text("utf-8").splitlines()
    assert written[0] == f"done     {CLIP}"
    assert written[-1].strip() == str(tmp_path / "out" / CLIP.stem / "report.html")


def test_a_batch_and_its_workers(tmp_path: Path, noisy: dict[str, str]) -> None:
    clips = [write_tiny(tmp_path / f"{name}.mp4") for name in "ab"]
    out, heard = tmp_path / "out", tmp_path / "heard"
    lines = shown_by("analyze", *clips, "--no-video", "--workers", 2, "--out", out,
                     NOISE=str(heard), **noisy)  # fmt: skip
    assert len(set(heard.read_text().split())) >= 3, "the workers were loud, too"
    assert sorted(lines[:2]) == [f"done     {clip}" for clip in clips]
    assert lines[2:] == ["2 clips: 2 done.", str(out / "summary.html")]


def test_workers_of_dask(tmp_path: Path, noisy: dict[str, str]) -> None:
    pytest.importorskip("distributed", reason="needs the extra: pip install -e '.[dask]'")
    clips = [write_tiny(tmp_path / f"{name}.mp4") for name in "ab"]
    out = tmp_path / "out"
    lines = shown_by("analyze", *clips, "--no-video", "--workers", 2, "--engine", "dask",
                     "--out", out, **noisy)  # fmt: skip
    assert sorted(lines[:2]) == [f"done     {clip}" for clip in clips]
    assert lines[2:] == ["2 clips: 2 done.", str(out / "summary.html")]


def test_damaged_files(tmp_path: Path, noisy: dict[str, str]) -> None:
    clips = [shutil.copy(CLIP, tmp_path / f"{name}.mp4") for name in ("middle", "end", "head")]
    videos.damage(clips[0], 0.4, 0.5)
    videos.damage(clips[1], 0.9, 1.0)
    videos.truncate(clips[2], 0.002)
    lines = shown_by("analyze", *clips, "--no-video", "--workers", 1, "--out", tmp_path / "out",
                     code=1, **noisy)  # fmt: skip
    begins = re.compile(r"(done|failed) +/|         Note: |\d clips: |/")
    long = [line for line in lines if not begins.match(line)]
    assert len(long) <= 4, lines  # ends of lines longer than the terminal is wide
    assert sum(line.startswith("failed") for line in lines) >= 1


def test_check_of_a_damaged_picture(tmp_path: Path, noisy: dict[str, str]) -> None:
    import cv2

    from scapcoach.sources.video import VideoFile

    with VideoFile(CLIP) as source:
        image = next(iter(source)).image[:, :, ::-1]
    cv2.imwrite(str(tmp_path / "me.jpg"), image)
    videos.damage(tmp_path / "me.jpg", 0.8, 0.82)
    page = tmp_path / "me.html"
    lines = shown_by("check", tmp_path / "me.jpg", "--out", page, **noisy)
    assert re.match(r"me\.jpg: \w+", lines[0])
    assert lines[-1] == f"Written: {page}"


def test_compare(tmp_path: Path, noisy: dict[str, str]) -> None:
    assert scapcoach("analyze", CLIP, "--no-video", "--out", tmp_path, "-q").returncode == 0
    lines = shown_by("compare", tmp_path / CLIP.stem, tmp_path / CLIP.stem, **noisy)
    assert lines[0] == "Nothing could be compared."
    assert lines[1].startswith("Note: ")


def test_live_in_a_window(screen: str, tmp_path: Path, noisy: dict[str, str]) -> None:
    sessions = tmp_path / "sessions"
    lines = shown_by("live", "--source", CLIP, "--model", "lite", "--record", "--sessions",
                     sessions, DISPLAY=screen, **noisy)  # fmt: skip
    (folder,) = sessions.iterdir()
    assert "".join(lines) == f"Session report: {folder / 'report.html'}"


def test_serve_from_start_to_stop(tmp_path: Path, noisy: dict[str, str]) -> None:
    pytest.importorskip("starlette", reason="needs the extra 'web'")
    with OnTerminal("serve", "--port", 0, "--sessions", tmp_path, **noisy) as terminal:
        terminal.read_until(r"Ctrl-C stops the server\.")
        port = re.search(r":(\d+)/", terminal.shown)
        assert port
        with socket.create_connection(("127.0.0.1", int(port[1])), timeout=20) as stranger:
            stranger.sendall(b"garbage\r\n\r\n")  # which the server would log
            assert stranger.recv(100).startswith(b"HTTP/1.1 400")
        terminal.process.send_signal(signal.SIGINT)
        code, shown = terminal.finish()
    assert code == 0
    first, *rest = lines_of(shown.replace("^C", ""))
    assert re.fullmatch(r"Open http://127\.0\.0\.1:\d+/\?token=\S+", first)
    assert rest == ["Ctrl-C stops the server.", "Stopped."]


def test_a_question_is_seen_and_answered(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    profile = tmp_path / "profiles" / "me.json"
    profile.write_text("{}")
    for answer, code in ((b"n\n", 130), (b"y\n", 0)):
        arguments = ("profiles", "delete", "me")
        with OnTerminal(*arguments, keys=answer, SCAPCOACH_DATA_DIR=str(tmp_path)) as terminal:
            found, shown = terminal.finish()
        assert found == code, shown
        assert "Delete the profile 'me'? [y/N]: " in shown
        assert profile.exists() == (code != 0)


def test_a_terminal_on_standard_error_alone_is_asked_for_its_width(tmp_path: Path) -> None:
    arguments = ("analyze", CLIP, "--no-video", "--out", tmp_path)
    with OnTerminal(*arguments, stdout=subprocess.DEVNULL, columns=64) as terminal:
        code, shown = terminal.finish()
    assert code == 0
    screen = Terminal(64)
    screen.feed(shown)  # a bar that is too wide would wrap, and not be erased as a whole
    assert screen.lines() == []


@pytest.mark.parametrize("how", ["2>&-", "2>/dev/full", ">&- 2>&-"])
def test_a_closed_or_full_standard_error_does_no_harm(tmp_path: Path, how: str) -> None:
    line = f'exec "{sys.executable}" -m scapcoach analyze "{CLIP}" --no-video -o "{tmp_path}" {how}'
    done = subprocess.run(["sh", "-c", line], stdout=subprocess.PIPE, timeout=120, check=False)
    assert done.returncode == 0
    assert (tmp_path / CLIP.stem / "report.html").is_file()
    assert done.stdout.startswith(b"done" if ">&- 2" not in how else b"")


def test_a_reader_that_goes_away_is_no_error_to_speak_of(tmp_path: Path) -> None:
    line = f'"{sys.executable}" -m scapcoach exercises --json | head -c 10'
    done = subprocess.run(["sh", "-c", line], capture_output=True, timeout=60, check=False)
    assert (done.stdout[:2], done.stderr) == (b"[\n", b"")


_LIBRARY = """
import sys, scapcoach
found = scapcoach.analyze(sys.argv[1])
assert len(found.poses) > 10
try:
    scapcoach.calibrate_clip(sys.argv[1])
except scapcoach.ScapcoachError:
    pass
"""


@pytest.mark.parametrize("damaged", [False, True])
def test_the_library_is_quiet(tmp_path: Path, damaged: bool) -> None:
    clip = shutil.copy(CLIP, tmp_path / "clip.mp4")
    if damaged:
        videos.damage(clip, 0.4, 0.5)
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", _LIBRARY, str(clip)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
