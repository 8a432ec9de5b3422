"""Unexpected errors: one sentence for users, the whole traceback for developers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scapcoach.errors import unforeseen

if TYPE_CHECKING:
    from scapcoach.errors import ScapcoachError


def unexpected(error: Exception) -> ScapcoachError:
    """The error as a sentence for users; with SCAPCOACH_DEBUG set it is raised again instead."""
    if os.environ.get("SCAPCOACH_DEBUG"):
        raise error
    return unforeseen(error)
