"""The web application: the page, what it asks for, and the socket of a live session."""

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

    from scapcoach.web.guard import Door
    from scapcoach.web.worker import Rooms

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff": "font/woff",
}
#: Seconds after which a page that does not read what it is sent is given up.
_SLOW_S: Final = 10.0
#: Seconds for a session to be closed and written when its page has gone.
_CLOSE_S: Final = 60.0

#: Codes with which a socket is closed: in use elsewhere, and a message that cannot be read.
TAKEN, MALFORMED = 4001, 4002


def make_app(
    door: Door, rooms: Rooms, setup: Callable[[], dict[str, Any]], sessions: Path
) -> Guard:
    """The application, guarded.

    Args:
        door: who may come in.
        rooms: what sessions are made of.
        setup: what the page has to know: exercises, profiles, measures.
        sessions: folder of the recorded sessions.
    """
    desk = _Desk(rooms)

    async def page(_request: Request) -> Response:
        return _asset("index.html")

    async def static(request: Request) -> Response:
        return _asset(request.path_params["name"])

    async def tell_setup(_request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(setup))

    async def tell_sessions(_request: Request) -> Response:
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
        await desk.close()

    routes = [
        Route("/", page),
        Route("/static/{name}", static),
        Route("/api/setup", tell_setup),
        Route("/api/sessions", tell_sessions),
        *profile_routes(),
        *posture_routes(),
        Route("/sessions/{path:path}", report),
        WebSocketRoute("/live", desk.serve),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), door)


def _asset(name: str) -> Response:
    """A file of the page; only names that are there."""
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


class _Desk:
    """One live session at a time; the newest page has it."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._turn = asyncio.Lock()
        self._current: _Seat | None = None

    async def serve(self, socket: WebSocket) -> None:
        """One page's socket, until it leaves, finishes, or another page takes over."""
        await socket.accept()
        seat = _Seat(socket)
        async with self._turn:
            if self._current is not None:
                await self._current.leave(TAKEN, "This session goes on in another tab.")
            self._current = seat
            seat.begin(self._rooms)
        try:
            await seat.run()
        finally:
            await seat.leave(1000, "")

    async def close(self) -> None:
        """The server stops: the session is closed, and what was recorded is written."""
        if self._current is not None:
            await self._current.leave(1001, "The server was stopped.")


class _Seat:
    """A page's socket with its worker: states newest only, messages all."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        self._newest: dict[str, dict[str, Any] | bytes] = {}  # by type, in order of coming
        self._letters: deque[dict[str, Any] | bytes] = deque()
        self._something = asyncio.Event()
        self._worker: Worker | None = None

    def begin(self, rooms: Rooms) -> None:
        """Start the session."""
        self._worker = Worker(rooms, self._from_worker(self._put), self._from_worker(self._post))

    async def run(self) -> None:
        """Both directions, until one of them ends."""
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
        """Letters first, then the newest states; what a slow page missed is not sent later."""
        over = False
        while not over:
            await self._something.wait()
            self._something.clear()
            batch = list(self._letters)
            self._letters.clear()
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
        self._letters.append(message)
        self._something.set()

    def _from_worker(
        self, receive: Callable[[dict[str, Any] | bytes], None]
    ) -> Callable[[dict[str, Any] | bytes], None]:
        def call(message: dict[str, Any] | bytes) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(receive, message)

        return call
