"""The local server against those who are not its page: real process, real sockets."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import sqlite3
import struct
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from scapcoach.calibration import calibrate, guided_segments
from scapcoach.calibration.profiles import profile_data
from scapcoach.history import History, Stamp
from scapcoach.sources.video import VideoFile
from scapcoach.web.past import report_file
from scapcoach.web.protocol import (
    MAX_BYTES,
    MAX_PROFILE,
    ProtocolError,
    encode,
    jpeg_size,
    parse_command,
    parse_picture,
)
from scapcoach.web.server import is_loopback
from tests.support.browser import Served
from tests.support.cli import SAMPLES, no_traceback, scapcoach
from tests.support.clips import protocol_clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("starlette", reason="needs the extra 'web'")
pytest.importorskip("websockets", reason="needs the extra 'web'")

CLIP = SAMPLES / "phantom_calibration_front.mp4"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("web")
    env = {**os.environ, "SCAPCOACH_DATA_DIR": str(place / "data")}
    server = Served(place / "sessions", "--model", "lite", env=env)
    server.sessions = place / "sessions"  # type: ignore[attr-defined]
    yield server
    code, error = server.stop()
    assert code == 0, error
    assert "Traceback" not in error, error


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    with VideoFile(CLIP) as source:
        return [encode(frame.image) for frame in source if frame.index < 60]


def ask(
    served: Served, path: str, method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    sent = {"Host": f"127.0.0.1:{served.port}", "Cookie": cookie(served)}
    if method != "GET":
        sent |= {"Origin": f"http://127.0.0.1:{served.port}", "Content-Length": str(len(body))}
    connection.putrequest(method, path, skip_host=True)
    for name, value in (sent | headers).items():
        if value:
            connection.putheader(name, value)
    connection.endheaders(body or None)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, body


def cookie(served: Served, token: str | None = None) -> str:
    return f"scapcoach_{served.port}={served.token if token is None else token}"


def connect(served: Served, **more: Any) -> Any:
    from websockets.sync.client import connect as open_socket

    settings: dict[str, Any] = {
        "origin": f"http://127.0.0.1:{served.port}",
        "additional_headers": {"Cookie": cookie(served)},
        "open_timeout": 60,
    } | more
    return open_socket(f"ws://127.0.0.1:{served.port}/live", **settings)


def packed(jpeg: bytes, t: float) -> bytes:
    return struct.pack("<4sd", b"SCF1", t) + jpeg


def until(socket: Any, kind: str, timeout: float = 60.0) -> dict[str, Any]:
    """The next message of that type."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        text = socket.recv(timeout=timeout)
        if isinstance(text, bytes):
            continue  # a picture of the server's own camera
        message = json.loads(text)
        if message["type"] == kind:
            return message
    raise AssertionError(f"no {kind} came")


def reading_of(socket: Any, sent: float) -> dict[str, Any]:
    """The reading of the picture that was sent with that time; those before it are skipped."""
    while True:
        found = until(socket, "reading")
        if found["sent"] >= sent - 1e-6:
            return found


def closed_with(socket: Any, timeout: float = 30.0) -> int:
    from websockets.exceptions import ConnectionClosed

    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            socket.recv(timeout=timeout)
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006
    raise AssertionError("the socket stayed open")


def test_who_has_the_key_gets_the_page_and_nothing_from_elsewhere_is_allowed(served) -> None:
    status, headers, body = ask(served, "/")
    assert status == 200
    assert b"scapcoach" in body
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    for path, kind in (("/static/app.js", "javascript"), ("/static/app.css", "css"),
                       ("/static/bold.woff", "font"), ("/static/icon.svg", "svg")):  # fmt: skip
        status, headers, body = ask(served, path)
        assert status == 200, path
        assert kind in headers["content-type"]
        assert b"https://" not in body
    status, _, body = ask(served, "/api/setup")
    assert {e["name"] for e in json.loads(body)["exercises"]} >= {"row", "shrug", "squat"}


def test_the_key_moves_from_the_address_into_a_cookie(served) -> None:
    status, headers, _ = ask(served, f"/?token={served.token}", Cookie="")
    assert status == 303
    assert headers["location"] == "/"
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=Strict" in headers["set-cookie"]
    assert ask(served, "/?token=wrong", Cookie="")[0] == 401
    # Only the page itself may be asked for with the key in the address.
    assert ask(served, f"/api/setup?token={served.token}", Cookie="")[0] == 401


@pytest.mark.parametrize("path", ["/", "/api/setup", "/api/sessions", "/static/app.js"])
def test_without_the_key_nothing_is_given(served, path: str) -> None:
    for shown in ("", cookie(served, "wrong"), cookie(served, ""), "nonsense;;;=", "scapcoach=x"):
        assert ask(served, path, Cookie=shown)[0] == 401


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "localhost:1"])
def test_a_name_that_was_bent_here_is_refused(served, host: str) -> None:
    assert ask(served, "/", Host=host)[0] == 421
    assert ask(served, "/", Host="")[0] in {400, 421}


def test_another_pages_requests_are_refused(served) -> None:
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{served.port}",
                   f"http://127.0.0.1:{served.port + 1}"):  # fmt: skip
        assert ask(served, "/api/setup", Origin=origin)[0] == 403
    assert ask(served, "/api/setup", Origin=f"http://localhost:{served.port}")[0] == 200


def test_sockets_of_others_are_refused(served) -> None:
    from websockets.exceptions import InvalidStatus

    bad: list[dict[str, Any]] = [
        {"origin": "http://evil.example"},
        {"origin": None},
        {"additional_headers": {}},
        {"additional_headers": {"Cookie": cookie(served, "wrong")}},
    ]
    for settings in bad:
        with pytest.raises(InvalidStatus) as refused:
            connect(served, **settings)
        assert refused.value.response.status_code == 403, settings
    handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                 "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Host": "evil.example",
                 "Origin": "http://evil.example"}  # fmt: skip
    assert ask(served, "/live", **handshake)[0] == 403


def test_a_socket_under_a_name_that_was_bent_here_is_refused(served) -> None:
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
             "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}  # fmt: skip
    own = f"127.0.0.1:{served.port}"
    assert ask(served, "/live", **asked, Host=own, Origin="http://evil.example")[0] == 403
    for host in ("evil.example", f"evil.example:{served.port}"):
        assert ask(served, "/live", **asked, Host=host, Origin=f"http://{host}")[0] == 403
        assert ask(served, "/live", **asked, Host=host, Origin=f"http://{own}")[0] == 403


@pytest.mark.parametrize(
    "path",
    ["/sessions/../../etc/passwd", "/sessions/2026-05-04_18-30-05/journal.scap",
     "/sessions/2026-05-04_18-30-05/%2e%2e/report.html", "/static/../app.py",
     "/static/%2e%2e%2fapp.py", "/static/worker.py", "/nothing"],
)  # fmt: skip
def test_no_other_file_is_handed_out(served, path: str) -> None:
    assert ask(served, path)[0] == 404


@pytest.fixture(scope="module")
def profile() -> dict[str, Any]:
    """A profile's file."""
    clip = protocol_clip()
    found = calibrate(clip, guided_segments(clip), name="anna rack")
    return profile_data(replace(found, camera="gym cam"), "anna rack")


def test_a_profile_is_imported_listed_exported_and_deleted(served, profile) -> None:
    body = json.dumps(profile).encode()
    status, _, told = ask(served, "/api/profiles", "POST", body)
    assert status == 201
    assert json.loads(told)["name"] == "anna rack"
    assert ask(served, "/api/profiles", "POST", body)[0] == 409  # none is replaced unasked
    assert ask(served, "/api/profiles?replace=yes", "POST", body)[0] == 201
    (card,) = json.loads(ask(served, "/api/profiles")[2])
    assert (card["posture"], card["exercise"], card["view"]) == (True, False, "front")
    assert any("Retraction" in line for line in card["lines"])
    assert card["camera"] == "gym cam"
    status, headers, exported = ask(served, "/api/profiles/anna%20rack")
    assert status == 200
    assert headers["content-disposition"].startswith("attachment")
    assert json.loads(exported) == profile
    assert "anna rack" in json.loads(ask(served, "/api/setup")[2])["profiles"]
    assert ask(served, "/api/profiles/anna%20rack", "DELETE")[0] == 204
    status, _, told = ask(served, "/api/profiles/anna%20rack", "DELETE")
    assert status == 404
    assert "no profile" in json.loads(told)["message"]
    assert json.loads(ask(served, "/api/profiles")[2]) == []


def test_a_profile_of_another_camera_is_used_and_said(served, profile, pictures) -> None:
    assert ask(served, "/api/profiles", "POST", json.dumps(profile).encode())[0] == 201
    try:
        with connect(served) as socket:
            until(socket, "ready")
            for k, camera in enumerate(("gym cam", "laptop cam")):
                wish = {"do": "profile", "name": "anna rack", "camera": camera}
                socket.send(json.dumps(wish))
                socket.send(packed(pictures[k], k / 10))
                if k == 0:
                    assert reading_of(socket, 0.0)["calibration"] == "profile"
            told = until(socket, "problem")["message"]  # none came for the first camera
            assert "'gym cam', and this is 'laptop cam'" in told
            assert reading_of(socket, 0.1)["calibration"] == "profile"
    finally:
        assert ask(served, "/api/profiles/anna%20rack", "DELETE")[0] == 204


def test_a_damaged_profile_is_listed_as_such_and_can_go(served) -> None:
    folder = served.sessions.parent / "data" / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "torn.json").write_text('{"schema": "scapcoach.profile/1"}')
    (card,) = json.loads(ask(served, "/api/profiles")[2])
    assert "damaged" in card["damaged"]
    assert ask(served, "/api/profiles/torn")[0] == 404
    assert ask(served, "/api/profiles/torn", "DELETE")[0] == 204
    assert not (folder / "torn.json").exists()


def test_others_can_neither_bring_nor_delete_a_profile(served, profile) -> None:
    body = json.dumps(profile).encode()
    assert ask(served, "/api/profiles", "POST", body)[0] == 201
    foreign: list[tuple[int, dict[str, str]]] = [
        (403, {"Origin": "http://evil.example"}), (403, {"Origin": "null"}), (403, {"Origin": ""}),
        (401, {"Cookie": ""}), (401, {"Cookie": cookie(served, "wrong")}),
        (421, {"Host": "evil.example"}),
    ]  # fmt: skip
    for expected, headers in foreign:
        assert ask(served, "/api/profiles/anna%20rack", "DELETE", **headers)[0] == expected
        assert ask(served, "/api/profiles?replace=yes", "POST", body, **headers)[0] == expected
    for headers in ({"Cookie": ""}, {"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        assert ask(served, "/api/profiles", **headers)[0] in {401, 403, 421}
        assert ask(served, "/api/profiles/anna%20rack", **headers)[0] in {401, 403, 421}
    assert ask(served, "/api/profiles/anna%20rack", "DELETE")[0] == 204


@pytest.mark.parametrize(
    "name",
    ["..%2f..%2fsetup", "%2e%2e%2fsecret", "..%5csecret", ".hidden", "%2e%2e", "a%00b", "a/b",
     "%2Fetc%2Fpasswd", "x" * 80],
)  # fmt: skip
def test_a_profiles_name_is_no_path(served, name: str) -> None:
    secret = served.sessions.parent / "data" / "secret.json"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("{}")
    assert ask(served, f"/api/profiles/{name}")[0] == 404
    assert ask(served, f"/api/profiles/{name}", "DELETE")[0] in {404, 405}
    assert secret.exists()


def test_what_is_no_profile_is_not_imported(served, profile) -> None:
    wrong = [b"", b"no json", b"[]", b"{}", b"[" * 100_000, json.dumps({**profile, "schema": "x"}),
             json.dumps({**profile, "name": "../../evil"}), json.dumps({**profile, "name": ""}),
             json.dumps({**profile, "neutral": {**profile["neutral"], "unit": 0}}),
             json.dumps({**profile, "neutral": None})]  # fmt: skip
    for body in wrong:
        data = body.encode() if isinstance(body, str) else body
        status, _, told = ask(served, "/api/profiles", "POST", data)
        assert status == 400, body[:40]
        assert json.loads(told)["message"]
    assert ask(served, "/api/profiles", "POST", b" " * (MAX_PROFILE + 1))[0] == 413
    assert json.loads(ask(served, "/api/profiles")[2]) == []


def test_report_addresses(tmp_path: Path) -> None:
    session = tmp_path / "2026-05-04_18-30-05"
    (session / "1-row").mkdir(parents=True)
    for place in (session, session / "1-row"):
        (place / "report.html").write_text("x")
    assert report_file(tmp_path, "2026-05-04_18-30-05/report.html") == session / "report.html"
    assert report_file(tmp_path, "2026-05-04_18-30-05/1-row/report.html") is not None
    for wrong in ("report.html", "../report.html", "2026-05-04_18-30-05/../report.html",
                  "2026-05-04_18-30-05/summary.json", "2026-05-04_18-30-05/1-row/../report.html",
                  "2026-05-04_18-30-05//report.html"):  # fmt: skip
        assert report_file(tmp_path, wrong) is None


@pytest.mark.parametrize(
    "message",
    ["no json", "[]", "{}", '{"do": "rm"}', '{"do": "mute"}', '{"do": "mute", "on": 1}',
     '{"do": "exercise", "name": 5, "focus": "external"}',
     '{"do": "calibrate", "slump": true, "name": "", "camera": ""}',
     '{"do": "calibrate", "what": "all", "slump": true, "name": "", "camera": ""}',
     "x" * 5000, "[" * 4000,
     b"", b"SCF1", b"XXXX" + bytes(100), struct.pack("<4sd", b"SCF1", -1.0),
     struct.pack("<4sd", b"SCF1", float("nan")) + b"\xff\xd8\xff"],
)  # fmt: skip
def test_what_is_no_message_closes_the_socket(served, message: str | bytes) -> None:
    with connect(served) as socket:
        socket.send(message)
        assert closed_with(socket) == 4002


def test_a_picture_that_would_fill_the_memory_is_never_decoded(served, pictures) -> None:
    huge = bytearray(pictures[0])
    at = huge.index(b"\xff\xc0")
    huge[at + 5 : at + 9] = struct.pack(">HH", 60_000, 60_000)
    assert jpeg_size(bytes(huge)) == (60_000, 60_000)
    with connect(served) as socket:
        socket.send(packed(bytes(huge), 1.0))
        assert closed_with(socket) == 4002
    with connect(served) as socket:
        socket.send(packed(pictures[0], 1.0) + bytes(MAX_BYTES))
        assert closed_with(socket) in {1009, 1006, 4002}


def test_parsing() -> None:
    with pytest.raises(ProtocolError, match="needs on"):
        parse_command('{"do": "mute"}')
    assert parse_command('{"do": "finish"}') == {"do": "finish"}
    with pytest.raises(ProtocolError, match="no picture"):
        parse_picture(packed(b"\xff\xd8\xff\xe0\x00\x10" + bytes(20), 1.0))
    assert jpeg_size(b"\x89PNG") is None
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("example.com")


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
            socket.send(packed(jpeg, 5.0 + k / 10))
            sight = until(socket, "sight")  # a picture's landmarks come before its reading
            seen.append(reading_of(socket, sight["sent"]))
        assert seen[-1]["t"] == pytest.approx(2.9, abs=0.2)
        assert seen[-1]["sent"] == pytest.approx(7.9)
        assert sight["sent"] == seen[-1]["sent"]
        assert len(sight["points"]) == 33
        assert "elevation" in seen[-1]["measures"]
        assert seen[-1]["recording"] is True
        torn = pictures[40][: len(pictures[40]) // 8]
        socket.send(packed(torn, 9.0))  # a damaged picture costs itself and nothing else
        socket.send(packed(pictures[41], 9.1))
        assert reading_of(socket, 9.1)["t"] > 3
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

    async def sit() -> int:
        socket = Stuck()
        socket.receive = asyncio.Event().wait
        seat = app._Seat(socket)
        seat.begin(None)
        await asyncio.wait_for(seat.run(), 5)
        await asyncio.wait_for(seat.leave(1000, ""), 5)
        return socket.sent

    assert asyncio.run(sit()) == 1
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
            told = json.loads(message[4 : 4 + length])
            assert told["type"] == "sight"
            assert len(told["points"]) == 33
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
                assert reading_of(socket, 5 + k / 10)["filming"] is True
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


def test_a_camera_of_the_server_that_is_not_there_is_told_to_the_page(tmp_path: Path) -> None:
    server = Served(tmp_path, "--source", "63", env=dict(os.environ))
    try:
        with connect(server) as socket:
            assert "63" in until(socket, "failed")["message"]
    finally:
        server.stop()


def test_the_network_needs_consent_and_is_explained(tmp_path: Path) -> None:
    done = scapcoach("serve", "--host", "0.0.0.0", "--port", "0")
    no_traceback(done)
    assert done.returncode == 2
    assert "--allow-network" in done.stderr
    server = Served(tmp_path, "--host", "0.0.0.0", "--allow-network", env=dict(os.environ))
    _, error = server.stop()
    assert "nothing between you and this computer is encrypted" in error.replace("\n", " ")


def test_a_taken_port_is_told(served) -> None:
    done = scapcoach("serve", "--port", served.port)
    no_traceback(done)
    assert done.returncode == 1
    assert "--port" in done.stderr


def test_the_desk_history_is_a_page_of_the_server(served: Served) -> None:
    data = served.sessions.parent / "data"  # type: ignore[attr-defined]
    now = Stamp.now()
    with History(data / "history.sqlite3") as history:
        history.write({(int(now.utc // 60) - 1, now.offset, "good"): 60.0})
    status, headers, body = ask(served, "/history")
    assert status == 200
    assert "Your posture history" in body.decode()
    assert "sandbox" in headers["content-security-policy"]
    assert ask(served, "/history", Cookie="")[0] == 401
    with closing(sqlite3.connect(data / "history.sqlite3")) as newer:
        newer.execute("PRAGMA user_version = 99")
    status, _, body = ask(served, "/history")
    assert status == 503
    assert "newer scapcoach" in body.decode()
