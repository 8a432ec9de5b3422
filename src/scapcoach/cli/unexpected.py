"""Errors that nobody foresaw: one sentence for a user, the whole trace for a developer."""

from __future__ import annotations

import os

from scapcoach.errors import ScapcoachError


def unexpected(error: Exception) -> ScapcoachError:
    """The error in words for a user; with SCAPCOACH_DEBUG set it is raised again instead."""
    if os.environ.get("SCAPCOACH_DEBUG"):
        raise error
    name, text = type(error).__name__, str(error)
    told = f"{name}: {text}" if text else name
    return ScapcoachError(
        f"Something went wrong that was not foreseen ({told}). Please report it, with what "
        "SCAPCOACH_DEBUG=1 in front of the same command prints."
    )
