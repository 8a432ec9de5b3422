"""What several files of tests ask: a virtual screen, a server in a process, pictures for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from scapcoach.sources.video import VideoFile
from tests.support.browser import Served
from tests.support.web import CLIP
from tests.support.xvfb import virtual_screen

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """The DISPLAY of a virtual screen."""
    with virtual_screen() as found:
        yield found.display


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    pytest.importorskip("starlette", reason="needs the extra 'web'")
    pytest.importorskip("websockets", reason="needs the extra 'web'")
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
    from scapcoach.web.protocol import encode

    with VideoFile(CLIP) as source:
        return [encode(frame.image) for frame in source if frame.index < 60]
