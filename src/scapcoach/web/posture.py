"""The history of the desk check as a page of the local server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from scapcoach.errors import ScapcoachError
from scapcoach.web.guard import REPORT_POLICY

if TYPE_CHECKING:
    from starlette.requests import Request


def posture_page() -> str:
    """Today, week, trend, hours of the day, reminders, lifting: as `scapcoach history --html`.

    Raises:
        HistoryError: the history cannot be read.
    """
    from scapcoach.history import History, Stamp
    from scapcoach.history.summary import summarise
    from scapcoach.report.history_page import history_page

    with History() as history:
        return history_page(summarise(history, Stamp.now()))


async def _serve(_request: Request) -> Response:
    try:
        page = await asyncio.to_thread(posture_page)
    except ScapcoachError as error:
        return PlainTextResponse(f"{error}\n", 503)
    return HTMLResponse(page, headers={"content-security-policy": REPORT_POLICY})


def posture_routes() -> list[Route]:
    """The route of the page."""
    return [Route("/history", _serve)]
