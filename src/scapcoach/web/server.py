"""Running the application: the socket it listens on, its limits, its address."""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
from typing import TYPE_CHECKING, Any, Final

from scapcoach.errors import MissingExtraError, OutputError
from scapcoach.installed import install_extra
from scapcoach.web.protocol import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scapcoach.web.worker import Rooms

#: Connections at once: a page with its files and socket, and some to spare.
_CONNECTIONS: Final = 40

#: Seconds that a session may take to be written when the server is stopped.
_LEAVE_S: Final = 90


def need_extra() -> None:
    """Make sure that the libraries of the extra are there.

    Raises:
        MissingExtraError: they are not.
    """
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
        import websockets  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"The web face needs the extra 'web': {install_extra('web')}"
        ) from error


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def run_server(
    host: str,
    port: int,
    rooms: Rooms,
    setup: Callable[[], dict[str, Any]],
    sessions: Path,
    announce: Callable[[str], None],
) -> None:
    """Serve until interrupted.

    Args:
        host: address to listen on.
        port: 0 for any that is free.
        rooms: what sessions are made of.
        setup: what the page has to know.
        sessions: folder of the recorded sessions.
        announce: is given the address to open, with its key.

    Raises:
        OutputError: the port is taken, or may not be used.
    """
    import uvicorn
    from uvicorn.config import LOGGING_CONFIG

    from scapcoach.web.app import make_app
    from scapcoach.web.guard import Door

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise OutputError(
            f"Cannot listen on {host} port {port} ({error.strerror}): another program has it? "
            "Choose another with --port."
        ) from error
    with listener:
        number = int(listener.getsockname()[1])
        token = secrets.token_urlsafe(24)
        door = Door.at(host, number, token)
        shown = f"[{host}]" if ":" in host else host
        config = uvicorn.Config(
            make_app(door, rooms, setup, sessions),
            ws="websockets-sansio",
            ws_max_size=MAX_BYTES + 64,
            ws_per_message_deflate=False,
            limit_concurrency=_CONNECTIONS,
            log_level="warning",
            # Without a set-up of its own, what it logs (a stranger's garbled request, say) reaches
            # only those who set up logging.
            log_config=LOGGING_CONFIG if os.environ.get("SCAPCOACH_DEBUG") else None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_LEAVE_S,
        )
        announce(f"http://{shown}:{number}/?token={token}")
        uvicorn.Server(config).run(sockets=[listener])
