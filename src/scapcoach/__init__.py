"""scapcoach: a coach for the shoulder girdle that says what it cannot see."""

from __future__ import annotations

from scapcoach._version import __version__

__all__ = ["__version__"]
