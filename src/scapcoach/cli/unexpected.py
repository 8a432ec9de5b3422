"""Errors that nobody foresaw: one sentence for a user, the whole trace for a developer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scapcoach.errors import unforeseen

if TYPE_CHECKING:
    from scapcoach.errors import ScapcoachError


def unexpected(error: Exception) -> ScapcoachError:
    """The error in words for a user; with SCAPCOACH_DEBUG set it is raised again instead."""
    if os.environ.get("SCAPCOACH_DEBUG"):
        raise error
    return unforeseen(error)
