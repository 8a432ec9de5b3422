"""The web application: the page, its data, and the socket of a live session."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect, WebSocketState

from scapcoach.errors import ProtocolError
from scapcoach.overlay.text import font_bytes
from scapcoach.web.colors import picture_colors
from scapcoach.web.guard import REPORT_POLICY, Guard
from scapcoach.web.past import past_sessions, report_file
from scapcoach.web.posture import posture_routes
from scapcoach.web.profiles import profile_routes
from scapcoach.web.protocol import parse_command, parse_picture
from scapcoach.web.worker import Worker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from starlette.requests import Request
    from starlette.websockets import WebSocket

    from scapcoach.web.guard import AccessPolicy
    from scapcoach.web.worker import SessionFactories

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff": "font/woff",
}
#: Seconds after which a page that does not read its messages is disconnected.
_SLOW_S: Final = 10.0
#: Seconds to close and write a session after its page was closed.
_CLOSE_S: Final = 60.0

TAKEN, MALFORMED = 4001, 4002


def make_app(
    access: AccessPolicy,
    factories: SessionFactories,
    setup: Callable[[], dict[str, Any]],
    sessions: Path,
) -> Guard:
    """The application behind its access policy.

    Args:
        access: what a request must show.
        factories: make what sessions need.
        setup: gives the page's settings: exercises, profiles, measures.
        sessions: folder of the recorded sessions.
    """
    slot = _SessionSlot(factories)

    async def page(_request: Request) -> Response:
        return _asset("index.html")

    async def static(request: Request) -> Response:
        return _asset(request.path_params["name"])

    async def get_setup(_request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(setup))

    async def get_sessions(_request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(past_sessions, sessions))

    async def report(request: Request) -> Response:
        path = report_file(sessions, request.path_params["path"])
        if path is None:
            return Response("There is no such report.\n", 404)
        content = await asyncio.to_thread(path.read_bytes)
        headers = {"content-security-policy": REPORT_POLICY}
        return Response(content, media_type=_TYPES[".html"], headers=headers)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await slot.close()

    routes = [
        Route("/", page),
        Route("/static/{name}", static),
        Route("/api/setup", get_setup),
        Route("/api/sessions", get_sessions),
        *profile_routes(),
        *posture_routes(),
        Route("/sessions/{path:path}", report),
        WebSocketRoute("/live", slot.serve),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), access)


def _asset(name: str) -> Response:
    """A file of the page, by its name; no other files."""
    known = {
        file.name: file.read_bytes for file in files("scapcoach.web").joinpath("assets").iterdir()
    }
    palette = files("scapcoach.report").joinpath("assets", "palette.css")
    known |= {
        "medium.woff": partial(font_bytes, "medium"),
        "bold.woff": partial(font_bytes, "bold"),
        "palette.css": palette.read_bytes,
        "picture.css": picture_colors,
    }
    suffix = name[name.rfind(".") :]
    if name not in known or suffix not in _TYPES:
        return Response("There is no such file.\n", 404)
    return Response(known[name](), media_type=_TYPES[suffix])


class _SessionSlot:
    """Holds the one live session that can run at a time; it belongs to the newest page."""

    def __init__(self, factories: SessionFactories) -> None:
        self._factories = factories
        self._taking_over = asyncio.Lock()
        self._current: _PageConnection | None = None

    async def serve(self, socket: WebSocket) -> None:
        """One page's socket, until it leaves, finishes, or another page takes over."""
        await socket.accept()
        connection = _PageConnection(socket)
        async with self._taking_over:
            if self._current is not None:
                await self._current.leave(TAKEN, "This session goes on in another tab.")
            self._current = connection
            connection.begin(self._factories)
        try:
            await connection.run()
        finally:
            await connection.leave(1000, "")

    async def close(self) -> None:
        """End the session because the server stops; what was recorded is written."""
        if self._current is not None:
            await self._current.leave(1001, "The server was stopped.")


class _PageConnection:
    """A page's socket and its worker: sends only the newest states, but all messages."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        self._newest: dict[str, dict[str, Any] | bytes] = {}  # by type, in order of arrival
        self._messages: deque[dict[str, Any] | bytes] = deque()
        self._something = asyncio.Event()
        self._worker: Worker | None = None

    def begin(self, factories: SessionFactories) -> None:
        """Start the session."""
        put, post = (partial(self._from_worker, one) for one in (self._put, self._post))
        self._worker = Worker(factories, put, post)

    async def run(self) -> None:
        """Send and receive until one of the two ends."""
        tasks = {asyncio.create_task(self._receive()), asyncio.create_task(self._send())}
        _, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def leave(self, code: int, reason: str) -> None:
        """Close the socket and the session; results are written before this returns."""
        if self._socket.application_state is not WebSocketState.DISCONNECTED:
            with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                await asyncio.wait_for(self._socket.close(code, reason), _SLOW_S)
        if self._worker is not None:
            self._worker.stop()
            await asyncio.to_thread(self._worker.join, _CLOSE_S)

    async def _receive(self) -> None:
        assert self._worker is not None
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                data, text = message.get("bytes"), message.get("text")
                if data is not None:
                    self._worker.picture(parse_picture(data))
                elif text is not None:
                    self._worker.command(parse_command(text))
        except ProtocolError as error:
            with suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.send_json({"type": "problem", "message": str(error)})
                # The reason of a close may have 123 bytes.
                reason = str(error).encode()[:120].decode("utf-8", "ignore")
                await self._socket.close(MALFORMED, reason)

    async def _send(self) -> None:
        """Send messages, then the newest states; states that a slow page missed are dropped."""
        over = False
        while not over:
            await self._something.wait()
            self._something.clear()
            batch = list(self._messages)
            self._messages.clear()
            batch += self._newest.values()
            self._newest.clear()
            for message in batch:
                over |= isinstance(message, dict) and message["type"] in {"finished", "failed"}
                try:
                    await asyncio.wait_for(self._send_one(message), _SLOW_S)
                except (TimeoutError, WebSocketDisconnect, RuntimeError):
                    return

    async def _send_one(self, message: dict[str, Any] | bytes) -> None:
        if isinstance(message, bytes):
            await self._socket.send_bytes(message)
        else:
            await self._socket.send_json(message)

    def _put(self, message: dict[str, Any] | bytes) -> None:
        kind = "sight" if isinstance(message, bytes) else message["type"]
        self._newest[kind] = message
        self._something.set()

    def _post(self, message: dict[str, Any] | bytes) -> None:
        self._messages.append(message)
        self._something.set()

    def _from_worker(self, receive: Callable[[Any], None], message: object) -> None:
        """Hand a message of the session's thread over to the socket's."""
        with suppress(RuntimeError):  # the loop is closed: the page was closed
            self._loop.call_soon_threadsafe(receive, message)
