"""MediaPipe, without the microphone library that it imports for its audio tasks."""

from __future__ import annotations

import importlib
import sys
import threading
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Takes a third of the time of MediaPipe's import [M], and opens the sound devices.
_POSTPONED: Final = "sounddevice"

_lock: Final = threading.Lock()


def load_mediapipe() -> Any:
    """The module `mediapipe`. Its audio tasks still work: sounddevice is imported when used."""
    with _lock:
        if "mediapipe" not in sys.modules:
            with _postponed():
                importlib.import_module("mediapipe")
    return sys.modules["mediapipe"]


class _Later(ModuleType):
    """Replaces a module until one of its attributes is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # From the import system and from inspection, not from code that wants to record.
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _postponed() -> Iterator[None]:
    """Postpone the real import of the module until it is used."""
    if _POSTPONED in sys.modules:
        yield
        return
    stand_in = _Later(_POSTPONED)
    sys.modules[_POSTPONED] = stand_in
    try:
        yield
    finally:
        if sys.modules.get(_POSTPONED) is stand_in:
            del sys.modules[_POSTPONED]
