"""The local server as a stranger sees it: requests, and the socket of a page, by hand."""

from __future__ import annotations

import http.client
import json
import struct
import time
from typing import TYPE_CHECKING, Any

from tests.support.cli import SAMPLES

if TYPE_CHECKING:
    from tests.support.browser import Served

CLIP = SAMPLES / "phantom_calibration_front.mp4"


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


def answer_to(socket: Any, sent: float, kind: str = "reading") -> dict[str, Any]:
    """The answer to the picture that was sent with that time; those before it are skipped."""
    while True:
        found = until(socket, kind)
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
