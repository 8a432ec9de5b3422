"""The exception tree: everything scapcoach raises on purpose is a ScapcoachError.

A message says what was wrong, with which input, and what to do next, in words that can be
shown to a user as they are. The command line prints ``str(error)`` and nothing else.
"""

from __future__ import annotations


class ScapcoachError(Exception):
    """Base of every error that scapcoach raises on purpose."""


class InputError(ScapcoachError):
    """The input cannot be used: not a video, no picture in it, unreadable, no such file."""


class CameraError(InputError):
    """A camera gives no pictures: missing, busy, unplugged, or not allowed."""


class DisplayError(ScapcoachError):
    """A window cannot be opened: there is no screen."""


class SoundError(ScapcoachError):
    """Nothing can be heard: no voice or player on this computer, or it failed or hung."""


class LandmarksError(InputError, ValueError):
    """Arrays offered as landmarks do not fit together; the message lists every fault."""


class ModelError(ScapcoachError):
    """A model file is missing, damaged or does not fit what was asked of it."""


class CalibrationError(ScapcoachError):
    """A calibration clip, segment list or profile cannot be used."""


class ExerciseError(InputError):
    """An exercise is unknown, or its file cannot be used; the message names line and field."""


class OutputError(ScapcoachError):
    """Results could not be written: no permission, no space, a file in the way."""


class HistoryError(ScapcoachError):
    """The history cannot be used: in use elsewhere, of a newer version, disk full."""


class MissingExtraError(ScapcoachError):
    """An optional dependency is not installed; the message names the extra."""


class EngineError(ScapcoachError):
    """Workers cannot be started or reached, or too many of them ended."""


class InstallationError(ScapcoachError):
    """A package, or a library of the system that one needs, is missing or damaged."""


def unforeseen(error: Exception) -> ScapcoachError:
    """An error that nobody foresaw, in words for a user.

    A package that cannot be imported becomes an `InstallationError`, which says what to install.
    """
    if isinstance(error, ImportError | OSError):
        from scapcoach.system_libraries import explained

        if reason := explained(error):
            return InstallationError(reason)
    name, text = type(error).__name__, str(error)
    told = f"{name}: {text}" if text else name
    return ScapcoachError(
        f"Something went wrong that was not foreseen ({told}). Please report it, with what "
        "SCAPCOACH_DEBUG=1 in front of the same command prints."
    )
