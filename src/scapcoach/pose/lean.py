"""MediaPipe, without what it imports for others."""

from __future__ import annotations

import importlib
import sys
import threading
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: For plots and for microphones; four fifths of the time that importing MediaPipe takes [M].
_POSTPONED: Final = ("matplotlib", "matplotlib.pyplot", "sounddevice")

_lock: Final = threading.Lock()


def load_mediapipe() -> Any:
    """The module `mediapipe`, imported in a fifth of the time.

    Its drawing helpers still work: what they need is imported when it is first asked for.
    """
    with _lock:
        if "mediapipe" not in sys.modules:
            with _postponed():
                importlib.import_module("mediapipe")
    return sys.modules["mediapipe"]


class _Later(ModuleType):
    """Stands for a module until something is asked of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # Questions of the import system and of inspection, not of somebody who wants to plot.
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _postponed() -> Iterator[None]:
    """Let imports of the postponed modules inside the block succeed at once, and later work."""
    stand_ins = {name: _Later(name) for name in _POSTPONED if name not in sys.modules}
    for name, module in stand_ins.items():
        parent, _, own = name.rpartition(".")
        if parent in stand_ins:
            setattr(stand_ins[parent], own, module)
    if "matplotlib" not in stand_ins:
        stand_ins.pop("matplotlib.pyplot", None)
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
