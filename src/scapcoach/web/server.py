"""Run the application: its socket, its limits, its address."""

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

    from scapcoach.web.worker import SessionFactories

#: Connections at a time: a page with its files and socket, and some more.
_CONNECTIONS: Final = 40

#: Seconds that writing a session may take when the server is stopped.
_LEAVE_S: Final = 90


def need_extra() -> None:
    """Make sure that the libraries of the extra are installed.

    Raises:
        MissingExtraError: they are not installed.
    """
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
        import websockets  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"The web interface needs the extra 'web': {install_extra('web')}"
        ) from error


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach a server that listens at `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def run_server(
    host: str,
    port: int,
    factories: SessionFactories,
    setup: Callable[[], dict[str, Any]],
    sessions: Path,
    announce: Callable[[str], None],
) -> None:
    """Serve until interrupted.

    Args:
        host: address to listen on.
        port: 0 for any free port.
        factories: make what sessions need.
        setup: gives the page's settings.
        sessions: folder of the recorded sessions.
        announce: receives the address to open, with its key.

    Raises:
        OutputError: the port is in use, or may not be used.
    """
    import uvicorn
    from uvicorn.config import LOGGING_CONFIG

    from scapcoach.web.app import make_app
    from scapcoach.web.guard import AccessPolicy

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise OutputError(
            f"Cannot listen on {host} port {port} ({error.strerror}); another program may use it. "
            "Choose another with --port."
        ) from error
    with listener:
        number = int(listener.getsockname()[1])
        token = secrets.token_urlsafe(24)
        access = AccessPolicy.at(host, number, token)
        shown = f"[{host}]" if ":" in host else host
        config = uvicorn.Config(
            make_app(access, factories, setup, sessions),
            ws="websockets-sansio",
            ws_max_size=MAX_BYTES + 64,
            ws_per_message_deflate=False,
            limit_concurrency=_CONNECTIONS,
            log_level="warning",
            # Without its own logging configuration, messages (about a malformed request, for
            # example) reach only programs that configure logging.
            log_config=LOGGING_CONFIG if os.environ.get("SCAPCOACH_DEBUG") else None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_LEAVE_S,
        )
        announce(f"http://{shown}:{number}/?token={token}")
        uvicorn.Server(config).run(sockets=[listener])
