"""Nothing leaves this computer: every command, under a watch of its system calls.

No far end may be reached, no name may be looked up, and no door may stand open to other computers.
What only stays within this computer is fine: sockets of the system's own services, and loopback.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scapcoach.sources.video import VideoFile
from tests.support.browser import Served
from tests.support.cli import SAMPLES, no_traceback
from tests.support.desk import film
from tests.support.network_trace import Trace, departures, why_not
from tests.support.web import answer_to, ask, connect, packed, until

if TYPE_CHECKING:
    from pathlib import Path

#: The shortest one: 1.7 s.
CLIP = SAMPLES / "walking_front_portrait.mp4"
LITE = ("--model", "lite")


@pytest.fixture(scope="module")
def watch() -> None:
    if reason := why_not():
        pytest.skip(reason)


class Watched:
    """`scapcoach` under watch, with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.trace = Trace(folder)
        self.data = {"SCAPCOACH_DATA_DIR": str(folder / "data")}

    def __call__(self, *arguments: object, code: int = 0, **environment: str) -> str:
        """Run `scapcoach ARGUMENTS`; what it said on stdout."""
        command = [sys.executable, "-m", "scapcoach", *arguments]
        done = self.trace.run(command, **self.data, **environment)
        no_traceback(done)
        assert done.returncode == code, done.stderr
        self.trace.silence(" ".join(map(str, ("scapcoach", *arguments))))
        return done.stdout


@pytest.fixture
def scapcoach(watch: None, tmp_path: Path) -> Watched:
    return Watched(tmp_path)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Two clips, for a batch."""
    found = (tmp_path / "monday.mp4", tmp_path / "friday.mp4")
    for path in found:
        shutil.copyfile(CLIP, path)
    return found


_TCP = """
import socket
s = socket.socket()
s.setblocking(False)
s.connect_ex(("192.0.2.1", 9))
"""
_UDP = """
import socket
socket.socket(type=socket.SOCK_DGRAM).connect_ex(("192.0.2.1", 9))
"""
_NAME = """
import socket
try:
    socket.getaddrinfo("scapcoach-test.invalid", 80)
except OSError:
    pass
"""
_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_TCP!r}])"
_THREADS = f"""
import threading
threads = [threading.Thread(target=exec, args=({_UDP!r}, {{}})) for _ in range(20)]
for t in threads: t.start()
for t in threads: t.join()
"""
_DOOR = "import socket; s = socket.socket(); s.bind(('0.0.0.0', 0)); s.listen()"
_LOOPBACK = """
import socket
s = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(s.getsockname())
c.send(b"x")
socket.getaddrinfo("127.0.0.1", 80)
a, b = socket.socketpair()
a.send(b"x")
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (_TCP, "192.0.2.1, port 9"),
        (_UDP, "192.0.2.1, port 9"),
        (_CHILD, "192.0.2.1, port 9"),
        (_THREADS, "192.0.2.1, port 9"),
        (_NAME, "a name look-up"),
        (_DOOR, "open to other computers"),
    ],
    ids=["tcp", "udp", "child", "threads", "name", "door"],
)
def test_the_watch_sees_what_leaves(watch: None, tmp_path: Path, code: str, said: str) -> None:
    trace = Trace(tmp_path)
    assert trace.run([sys.executable, "-c", code]).returncode == 0
    found = departures(trace.path.read_text())
    assert said in " ".join(found)
    with pytest.raises(AssertionError, match="a program reaches out"):
        trace.silence("a program")


def test_the_watch_lets_loopback_pass(watch: None, tmp_path: Path) -> None:
    trace = Trace(tmp_path)
    assert trace.run([sys.executable, "-c", _LOOPBACK]).returncode == 0
    assert "127.0.0.1" in trace.path.read_text()
    trace.silence("loopback")


def test_analysing_a_clip(scapcoach: Watched, tmp_path: Path) -> None:
    scapcoach("analyze", CLIP, "--csv", "--trc", "--out", tmp_path / "results")


def test_a_batch_its_comparison_and_its_log(
    scapcoach: Watched, two: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "results"
    scapcoach("analyze", *two, "--workers", 2, "--exercise", "row", "--out", out, *LITE)
    results = [out / clip.stem for clip in two]
    scapcoach("compare", *results, "--html", tmp_path / "compared.html")
    scapcoach("history", "log", *results)
    scapcoach("history", "--html", tmp_path / "history.html")


def test_a_batch_on_a_cluster_of_our_own(
    scapcoach: Watched, two: tuple[Path, Path], tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason="needs the extra 'dask'")
    out = tmp_path / "results"
    scapcoach("analyze", *two, "--workers", 2, "--engine", "dask", "--out", out, *LITE)


def test_calibrating_from_a_clip(scapcoach: Watched, tmp_path: Path) -> None:
    scapcoach("calibrate", SAMPLES / "phantom_calibration_front.mp4", "--profile", "anna", *LITE)
    assert "anna" in scapcoach("profiles")
    scapcoach("profiles", "show", "anna")


def test_the_desk(scapcoach: Watched, tmp_path: Path) -> None:
    with VideoFile(SAMPLES / "phantom_desk_side.mp4") as source:
        upright = next(iter(source)).image
    still = film(tmp_path / "still.mp4", [([upright], 16)])
    scapcoach("desk", "calibrate", "--source", still, "--fast", "--no-slump")
    scapcoach("desk", "--source", still, "--fast", "--alert", "terminal")
    scapcoach("history")


def test_checking_a_picture(scapcoach: Watched, tmp_path: Path) -> None:
    import cv2

    with VideoFile(SAMPLES / "phantom_desk_side.mp4") as source:
        picture = next(iter(source)).image
    cv2.imwrite(str(tmp_path / "me.png"), picture[..., ::-1])
    scapcoach("check", tmp_path / "me.png", "--out", tmp_path / "me.html")


def test_serving_a_session_in_the_browser(
    watch: None, pictures: list[bytes], tmp_path: Path
) -> None:
    pytest.importorskip("starlette", reason="needs the extra 'web'")
    pytest.importorskip("websockets", reason="needs the extra 'web'")
    trace = Trace(tmp_path)
    env = {**os.environ, "SCAPCOACH_DATA_DIR": str(tmp_path / "data")}
    server = Served(tmp_path / "sessions", *LITE, env=env, under=trace.prefix)
    try:
        with connect(server) as socket:
            until(socket, "ready")
            for k, jpeg in enumerate(pictures[:10]):
                socket.send(packed(jpeg, k / 10))
                answer_to(socket, k / 10)
            socket.send('{"do": "finish"}')
            (report,) = until(socket, "finished")["reports"]
        for path in ("/", "/static/app.js", "/api/setup", "/api/sessions", "/api/profiles",
                     "/history", report["address"]):  # fmt: skip
            assert ask(server, path)[0] == 200, path
    finally:
        code, error = server.stop()
    assert code == 0, error
    trace.silence("scapcoach serve")


def test_a_live_session_and_its_replay(scapcoach: Watched, screen: str, tmp_path: Path) -> None:
    sessions = tmp_path / "sessions"
    scapcoach(
        "live", "--source", CLIP, "--exercise", "row", "--tones", "--record-video",
        "--sessions", sessions, *LITE, DISPLAY=screen,
    )  # fmt: skip
    (session,) = sessions.iterdir()
    scapcoach("replay", session)


def test_questions_about_this_computer_and_the_exercises(scapcoach: Watched) -> None:
    assert "row" in scapcoach("exercises")
    done = scapcoach.trace.run([sys.executable, "-m", "scapcoach", "doctor"], **scapcoach.data)
    no_traceback(done)
    assert "ok    pose" in done.stdout
    scapcoach.trace.silence("scapcoach doctor")


def test_the_library(watch: None, tmp_path: Path) -> None:
    code = "import scapcoach, sys; print(scapcoach.analyze(sys.argv[1]).measures['elevation'])"
    trace = Trace(tmp_path)
    done = trace.run([sys.executable, "-c", code, CLIP])
    assert done.returncode == 0, done.stderr
    trace.silence("scapcoach.analyze")


def test_a_cue_said_aloud(watch: None, tmp_path: Path) -> None:
    code = """
import contextlib, pathlib, sys, threading
from scapcoach.errors import SoundError
from scapcoach.system.sound.players import find_player
from scapcoach.system.sound.voices import find_voice
voice = find_voice(find_player(), pathlib.Path(sys.argv[1]))
with contextlib.suppress(SoundError):  # it is silent here: no loudspeaker
    voice.say("Lead with the elbows", threading.Event())
"""
    if shutil.which("espeak-ng") is None or shutil.which("aplay") is None:
        pytest.skip("needs espeak-ng and aplay (Debian: espeak-ng alsa-utils)")
    trace = Trace(tmp_path)
    done = trace.run([sys.executable, "-c", code, tmp_path])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "said.wav").stat().st_size > 10_000
    trace.silence("a cue said aloud")


#: A network namespace has no way out, and its loopback is down at first.
_ALONE = """
import fcntl, os, socket, struct, sys
with socket.socket() as any:
    fcntl.ioctl(any, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))  # up and running
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_batch_on_a_computer_without_any_network(two: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra 'dask'")
    alone = ["unshare", "--map-root-user", "--net", sys.executable, "-c", _ALONE, sys.executable]
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare (Debian: util-linux)")
    tried = subprocess.run([*alone, "-c", "pass"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"needs leave to make a network namespace: {tried.stderr.strip()}")
    done = subprocess.run(
        [*alone, "-m", "scapcoach", "analyze", *two, "--engine", "dask", "--workers", "2",
         "--json", "--out", tmp_path / "results", *LITE],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    no_traceback(done)
    assert done.returncode == 0, done.stderr
    assert [clip["status"] for clip in json.loads(done.stdout)["clips"]] == ["done", "done"]
