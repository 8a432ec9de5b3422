"""Sessions at the local server, by hand: damaged, many, slow and silent pages; its own camera."""

from __future__ import annotations

import asyncio
import json
import os
import struct
import time
from typing import TYPE_CHECKING, Any

import pytest

from scapcoach.sources.video import VideoFile
from scapcoach.web.protocol import jpeg_size
from tests.support.browser import Served
from tests.support.web import CLIP, answer_to, ask, closed_with, connect, packed, until

if TYPE_CHECKING:
    from pathlib import Path


pytest.importorskip("starlette", reason="needs the extra 'web'")
pytest.importorskip("websockets", reason="needs the extra 'web'")


def test_a_session_by_hand_damaged_pictures_and_a_report(served, pictures) -> None:
    with connect(served) as socket:
        until(socket, "ready")
        socket.send('{"do": "exercise", "name": "nonsense", "focus": "external"}')
        socket.send('{"do": "profile", "name": "nobody", "camera": ""}')
        socket.send(packed(pictures[0], 5.0))
        first = until(socket, "problem")
        assert "nonsense" in first["message"]
        assert "nobody" in until(socket, "problem")["message"]
        seen = []
        for k, jpeg in enumerate(pictures[1:30], start=1):
            sent = 5.0 + k / 10
            socket.send(packed(jpeg, sent))
            # A picture's landmarks come before its reading.
            sight = answer_to(socket, sent, "sight")
            seen.append(answer_to(socket, sight["sent"]))
        assert seen[-1]["t"] == pytest.approx(2.9, abs=0.2)
        assert seen[-1]["sent"] == pytest.approx(7.9)
        assert sight["sent"] == seen[-1]["sent"]
        assert len(sight["points"]) == 33
        assert "elevation" in seen[-1]["measures"]
        assert seen[-1]["recording"] is True
        torn = pictures[40][: len(pictures[40]) // 8]
        socket.send(packed(torn, 9.0))  # a damaged picture costs itself and nothing else
        socket.send(packed(pictures[41], 9.1))
        assert answer_to(socket, 9.1)["t"] > 3
        socket.send('{"do": "finish"}')
        done = until(socket, "finished")
    (report,) = done["reports"]
    status, headers, body = ask(served, report["address"])
    assert status == 200
    assert b"<html" in body
    assert "sandbox" in headers["content-security-policy"]
    listed = json.loads(ask(served, "/api/sessions")[2])
    assert done["name"] in {s["name"] for s in listed}


def test_a_tab_that_closes_in_the_middle_leaves_a_report(served, pictures) -> None:
    before = set(served.sessions.glob("*/report.html"))
    with connect(served) as socket:
        until(socket, "ready")
        for k, jpeg in enumerate(pictures[:12]):
            socket.send(packed(jpeg, k / 10))
            until(socket, "reading")
        socket.close(1001)
    deadline = time.monotonic() + 60
    while set(served.sessions.glob("*/report.html")) == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert set(served.sessions.glob("*/report.html")) - before


def test_the_newest_of_two_tabs_has_the_session(served, pictures) -> None:
    with connect(served) as first:
        until(first, "ready")
        first.send(packed(pictures[0], 0.0))
        until(first, "reading")
        with connect(served) as second:
            assert closed_with(first) == 4001
            until(second, "ready")
            second.send(packed(pictures[1], 0.0))
            until(second, "reading")


def test_a_page_that_does_not_read_gets_the_newest_state_only(served, pictures) -> None:
    with connect(served, max_queue=1) as socket:
        until(socket, "ready")
        for k in range(200):  # faster than anybody computes, and nothing is read meanwhile
            socket.send(packed(pictures[k % 60], k / 30))
        last = 0.0
        count = 0
        deadline = time.monotonic() + 60
        while last < 199 / 30 - 1e-6 and time.monotonic() < deadline:
            message = json.loads(socket.recv(timeout=60))
            if message["type"] == "reading":
                count, last = count + 1, message["sent"]
        assert last == pytest.approx(199 / 30)
        assert count < 200  # the ones between were dropped, on the way in or out


def test_a_page_that_reads_nothing_at_all_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.websockets import WebSocketState

    from scapcoach.web import app

    monkeypatch.setattr(app, "_SLOW_S", 0.1)

    class Stuck:
        """A socket whose other end never takes anything."""

        application_state = WebSocketState.CONNECTED
        sent = 0

        async def send_json(self, *_message: object) -> None:
            self.sent += 1
            await asyncio.Event().wait()

        async def close(self, *_reason: object) -> None:
            await asyncio.Event().wait()

    class Silent:
        stopped = False

        def __init__(self, _rooms: object, publish: Any, _tell: object) -> None:
            publish({"type": "reading"})

        def stop(self) -> None:
            Silent.stopped = True

        def join(self, _timeout: float) -> None:
            pass

    monkeypatch.setattr(app, "Worker", Silent)

    async def connect() -> int:
        socket = Stuck()
        socket.receive = asyncio.Event().wait
        connection = app._PageConnection(socket)
        connection.begin(None)
        await asyncio.wait_for(connection.run(), 5)
        await asyncio.wait_for(connection.leave(1000, ""), 5)
        return socket.sent

    assert asyncio.run(connect()) == 1
    assert Silent.stopped


def test_the_servers_own_camera(tmp_path: Path) -> None:
    env = {**os.environ, "SCAPCOACH_DATA_DIR": str(tmp_path)}
    server = Served(tmp_path, "--model", "lite", "--source", CLIP, "--no-record", env=env)
    try:
        with connect(server) as socket:
            until(socket, "ready")
            message = socket.recv(timeout=60)
            assert isinstance(message, bytes)
            (length,) = struct.unpack_from("<I", message)
            reported = json.loads(message[4 : 4 + length])
            assert reported["type"] == "sight"
            assert len(reported["points"]) == 33
            assert jpeg_size(message[4 + length :]) == (480, 640)
            read = until(socket, "reading")
            assert read["recording"] is False
            socket.send('{"do": "finish"}')
            assert until(socket, "finished") == {"type": "finished", "reports": []}
    finally:
        server.stop()


def test_pictures_are_kept_where_the_server_was_started_so(
    tmp_path: Path, pictures: list[bytes]
) -> None:
    sessions = tmp_path / "sessions"
    server = Served(sessions, "--model", "lite", "--record-video", env=dict(os.environ))
    try:
        assert json.loads(ask(server, "/api/setup")[2])["film"] is True
        with connect(server) as socket:
            until(socket, "ready")
            for k in range(12):
                socket.send(packed(pictures[k], 5 + k / 10))
                assert answer_to(socket, 5 + k / 10)["filming"] is True
            socket.send('{"do": "finish"}')
            assert until(socket, "finished")["reports"]
    finally:
        _, error = server.stop()
    (film,) = sessions.glob("*/camera.mp4")
    with VideoFile(film) as source:
        assert [frame.t for frame in source] == pytest.approx([k / 10 for k in range(12)], abs=1e-4)
    # The page does not wait for the annotated video; the terminal says how it is made.
    assert not film.with_name("annotated.mp4").exists()
    assert f"scapcoach replay {film.parent}" in error
    assert "Traceback" not in error


def test_a_camera_of_the_server_that_is_not_there_is_reported_to_the_page(tmp_path: Path) -> None:
    server = Served(tmp_path, "--source", "63", env=dict(os.environ))
    try:
        with connect(server) as socket:
            assert "63" in until(socket, "failed")["message"]
    finally:
        server.stop()


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "own.toml", "../row", "x" * 3000, "a\x00b", "sqat"]
)
def test_a_page_can_name_exercises_of_the_package_only(served, pictures, name: str) -> None:
    with connect(served) as socket:
        until(socket, "ready")
        socket.send(json.dumps({"do": "exercise", "name": name, "focus": "external"}))
        socket.send(packed(pictures[0], 0.0))
        assert "There is no exercise" in until(socket, "problem")["message"]
        assert answer_to(socket, 0.0)["count"] == 0  # the session goes on
