"""Access to the local server: only for the page that it served itself.

Any web page can make a browser send requests to 127.0.0.1, and a host name that somebody else
controls can be pointed there (DNS rebinding). So every request must name this server as its Host,
come from its own pages (Origin), and carry the token of this start.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: What a page may do: load from this server only.
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
#: Reports contain their scripts and styles; they get no access to this server.
REPORT_POLICY: Final = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
    (b"cache-control", b"no-store"),
)


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """What a request must show.

    Attributes:
        hosts: values of Host that name this server, e.g. "127.0.0.1:8765".
        token: secret of this start of the server.
        cookie: name of the cookie that carries it.
    """

    hosts: frozenset[str]
    token: str
    cookie: str

    @classmethod
    def at(cls, host: str, port: int, token: str) -> AccessPolicy:
        """The policy of a server that listens at this address."""
        names = {"127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host}
        hosts = frozenset(f"{name}:{port}" for name in names)
        return cls(hosts, token, f"scapcoach_{port}")

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Status and sentence for a request that is refused; None for one that is allowed."""
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get(b"host", "").lower() not in self.hosts:
            return 421, "This server has another name: use the address it printed."
        origin = headers.get(b"origin")
        own = origin is not None and origin.lower() in {f"http://{host}" for host in self.hosts}
        needed = scope["type"] == "websocket" or scope["method"] not in {"GET", "HEAD"}
        if (origin is None and needed) or (origin is not None and not own):
            return 403, "Other pages may not use this server."
        if not (self._matches(self._cookie(headers)) or self.has_token(scope)):
            return 401, "Open the address that 'scapcoach serve' printed; it contains the key."
        return None

    def has_token(self, scope: Scope) -> bool:
        """Whether the address contains the token, as the printed one does."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            return False
        query = parse_qs(scope["query_string"].decode("latin-1"))
        return self._matches(query.get("token", [""])[0])

    def _matches(self, shown: str) -> bool:
        return hmac.compare_digest(shown.encode(), self.token.encode())

    def _cookie(self, headers: dict[bytes, str]) -> str:
        try:
            found = SimpleCookie(headers.get(b"cookie", "")).get(self.cookie)
        except CookieError:
            return ""
        return "" if found is None else found.value


class Guard:
    """ASGI middleware that refuses requests that the policy does not allow."""

    def __init__(self, app: App, access: AccessPolicy) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self._access.refusal(scope)
        if refusal is not None:
            await _refuse(scope, receive, send, *refusal)
            return
        if self._access.has_token(scope):
            await self._store_token(send)
            return
        await self._app(scope, receive, _with_headers(send))

    async def _store_token(self, send: Send) -> None:
        """Store the token in a cookie, and redirect to the address without it."""
        cookie = f"{self._access.cookie}={self._access.token}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), *_HEADERS]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4000 + status, "reason": why})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{why}\n".encode()})


def _with_headers(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            have = {name.lower() for name, _ in headers}
            more = (*_HEADERS, (b"content-security-policy", PAGE_POLICY.encode()))
            message["headers"] = [*headers, *(h for h in more if h[0] not in have)]
        await send(message)

    return wrapped
