"""The local server against those who are not its page: real process, real sockets."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from scapcoach.errors import ProtocolError
from scapcoach.history import History, Stamp
from scapcoach.web.past import report_file
from scapcoach.web.protocol import (
    MAX_BYTES,
    Finish,
    jpeg_size,
    parse_command,
    parse_picture,
)
from scapcoach.web.server import is_loopback
from tests.support.browser import Served
from tests.support.cli import no_traceback, scapcoach
from tests.support.web import ask, closed_with, connect, cookie, packed, until

if TYPE_CHECKING:
    from pathlib import Path


pytest.importorskip("starlette", reason="needs the extra 'web'")
pytest.importorskip("websockets", reason="needs the extra 'web'")


def test_the_key_opens_the_page_and_nothing_from_elsewhere_is_allowed(served) -> None:
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
     '{"do": []}', '{"do": {}}', '{"do": null}', '{"do": "mute", "on": NaN}',
     '{"do": "exercise", "name": "row", "focus": "sideways"}',
     '{"do": "exercise", "name": "row", "name": "squat", "focus": "external"}',
     '{"do": "exercise", "name": "row", "focus": "external", "focus": "internal"}',
     '{"do": "guide", "command": "rm"}', '{"do": "mute", "on": true, "x": ' + "[" * 3000 + "}",
     "x" * 5000, "[" * 4000,
     b"", b"SCF1", b"XXXX" + bytes(100), struct.pack("<4sd", b"SCF1", -1.0),
     struct.pack("<4sd", b"SCF1", float("nan")) + b"\xff\xd8\xff"],
)  # fmt: skip
def test_what_is_no_message_closes_the_socket(served, message: str | bytes) -> None:
    with connect(served) as socket:
        socket.send(message)
        assert until(socket, "problem")["message"].endswith(".")
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
    assert parse_command('{"do": "finish"}') == Finish()
    wrong = {
        '{"do": "mute"}': "there is no field 'on'",
        '{"do": []}': "do: expected text",
        '{"do": "rm"}': "do: unknown name 'rm'",
        '{"do": "mute", "on": 1}': "on: expected true or false, got a whole number",
        '{"do": "exercise", "name": "row", "focus": "up"}': "focus: unknown name 'up'",
        '{"do": "mute", "on": true, "on": false}': "the field 'on' is there twice",
        "[" * 4_000: "expected an object, got a list",
        '{"do": "mute", "on": true, "x": ' + "[" * 3_900: "nested too deeply",
        " " * 4_001: "larger than 4,000 bytes",
    }
    for text, why in wrong.items():
        with pytest.raises(ProtocolError, match=f"^The message cannot be used: .*{why}") as caught:
            parse_command(text)
        assert str(caught.value).endswith("Load the page again.")
    with pytest.raises(ProtocolError, match="not a picture"):
        parse_picture(packed(b"\xff\xd8\xff\xe0\x00\x10" + bytes(20), 1.0))
    assert jpeg_size(b"\x89PNG") is None
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("example.com")


def test_the_network_needs_consent_and_is_explained(tmp_path: Path) -> None:
    done = scapcoach("serve", "--host", "0.0.0.0", "--port", "0")
    no_traceback(done)
    assert done.returncode == 2
    assert "--allow-network" in done.stderr
    server = Served(tmp_path, "--host", "0.0.0.0", "--allow-network", env=dict(os.environ))
    _, error = server.stop()
    assert "nothing between you and this computer is encrypted" in error.replace("\n", " ")


def test_a_taken_port_is_reported(served) -> None:
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
