"""Profiles for the page: listed, exported, imported, deleted.

Names reach the disk only through `calibration.profiles.profile_path`, which refuses anything but
plain names; `web.guard` decides who may send requests at all.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scapcoach.calibration.profiles import (
    FORM,
    decode_profile,
    delete_profile,
    list_profiles,
    load_profile,
    profile_path,
    profile_text,
    save_profile,
)
from scapcoach.errors import CalibrationError, OutputError
from scapcoach.geometry.view import classify_view
from scapcoach.guide.holds import describe_ranges
from scapcoach.measures import View

if TYPE_CHECKING:
    from starlette.requests import Request


def profile_routes() -> list[Route]:
    """The routes for profiles."""
    return [
        Route("/api/profiles", _list, methods=["GET"]),
        Route("/api/profiles", _import, methods=["POST"]),
        Route("/api/profiles/{name}", _export, methods=["GET"]),
        Route("/api/profiles/{name}", _delete, methods=["DELETE"]),
    ]


def profile_cards() -> list[dict[str, Any]]:
    """Name and content of every saved profile, in words; a damaged one is marked as damaged."""
    return [_card(name) for name in list_profiles()]


def _card(name: str) -> dict[str, Any]:
    try:
        found = load_profile(name)
        saved = time.strftime("%Y-%m-%d %H:%M", time.localtime(profile_path(name).stat().st_mtime))
    except (CalibrationError, OSError) as error:
        return {"name": name, "damaged": str(error)}
    view = View(int(classify_view(np.array([found.neutral.yaw]))[0]))
    return {
        "name": name,
        "saved": saved,
        "camera": found.camera,
        "view": view.label,
        "posture": found.retraction is not None,
        "exercise": found.exercise is not None,
        "lines": list(describe_ranges(found)),
    }


async def _list(_request: Request) -> Response:
    return JSONResponse(await asyncio.to_thread(profile_cards))


async def _export(request: Request) -> Response:
    """The profile as a file."""
    name = request.path_params["name"]
    try:
        found = await asyncio.to_thread(load_profile, name)
    except CalibrationError as error:
        return _refused(error, 404)
    content = profile_text(found, name)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.json"}
    return Response(content, media_type="application/json", headers=headers)


async def _import(request: Request) -> Response:
    """Save a profile from its file under its own name; replace one only if asked to."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > FORM.limit:
            return _refused("This file is too large for a profile.", 413)
    try:
        return await asyncio.to_thread(_keep, bytes(body), request.query_params)
    except CalibrationError as error:
        return _refused(error, 400)
    except OutputError as error:
        return _refused(error, 500)


def _keep(body: bytes, query: Any) -> Response:
    found = decode_profile(body, "The file that was chosen")
    if profile_path(found.name).exists() and query.get("replace") != "yes":
        return _refused(f"There is a profile {found.name!r} already.", 409, name=found.name)
    save_profile(found, found.name)
    return JSONResponse(_card(found.name), 201)


async def _delete(request: Request) -> Response:
    try:
        await asyncio.to_thread(delete_profile, request.path_params["name"])
    except CalibrationError as error:
        return _refused(error, 404)
    except OutputError as error:
        return _refused(error, 500)
    return Response(status_code=204)


def _refused(why: object, status: int, **more: str) -> Response:
    return JSONResponse({"message": str(why), **more}, status)
