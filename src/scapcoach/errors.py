"""The exception tree: everything scapcoach raises on purpose is a ScapcoachError.

A message says what was wrong, with which input, and what to do next, in words that can be
shown to a user as they are. The command line prints ``str(error)`` and nothing else, and ends
with the error's exit code.
"""

from __future__ import annotations

from typing import ClassVar


class ScapcoachError(Exception):
    """Base of every error that scapcoach raises on purpose.

    Attributes:
        exit_code: of the command line; 1: something was tried and failed.
    """

    exit_code: ClassVar[int] = 1


class UsageError(ScapcoachError):
    """Nothing was started, and the same command will fail again until it is changed.

    A given name does not exist, settings exclude each other, a text file written by the user has
    faults, or an optional dependency is not installed.
    """

    exit_code: ClassVar[int] = 2


class InputError(ScapcoachError):
    """The input cannot be used: it is not a video, has no picture, or cannot be read."""


class MissingInputError(InputError, UsageError):
    """A file, folder, session or entry does not exist, or a folder has nothing suitable in it."""


class SettingError(InputError, UsageError):
    """A setting is not valid, contradicts another one, or a list has faults."""


class CameraError(InputError):
    """A camera gives no pictures: missing, busy, unplugged, or not allowed."""


class SourceError(CameraError, UsageError):
    """The given source is not a camera, not the address of one and not a video file."""


class ProtocolError(InputError):
    """A message of the page is none; the connection is closed."""


class DisplayError(ScapcoachError):
    """A window cannot be opened: there is no screen."""


class SoundError(ScapcoachError):
    """Nothing can be heard: no voice or player on this computer, or it failed or hung."""


class LandmarksError(InputError, ValueError):
    """Arrays given as landmarks do not fit together; the message lists every fault."""


class ModelError(ScapcoachError):
    """A model file is missing, damaged or does not fit what was asked of it."""


class MissingModelError(ModelError, UsageError):
    """There is no model of that name, or it has to be built first."""


class DelegateError(ModelError, UsageError):
    """The pose model should run on hardware that MediaPipe does not support here."""


class CalibrationError(ScapcoachError):
    """A calibration clip, segment list or profile cannot be used."""


class ProfileNameError(CalibrationError, UsageError):
    """There is no profile or set-up of that name, or the name is not allowed."""


class SegmentListError(CalibrationError, UsageError):
    """A list of segments cannot be read, or has faults; the message lists them."""


class ExerciseError(InputError, UsageError):
    """An exercise is unknown, or its file cannot be used; the message names line and field."""


class OutputError(ScapcoachError):
    """Results could not be written: no permission, no space, a file in the way."""


class HistoryError(ScapcoachError):
    """The history cannot be used: in use elsewhere, of a newer version, disk full."""


class MissingExtraError(UsageError):
    """An optional dependency is not installed; the message names the extra."""


class EngineError(ScapcoachError):
    """Workers cannot be started or reached, or too many of them ended."""


class InstallationError(ScapcoachError):
    """A package, or a library of the system that one needs, is missing or damaged."""


def unforeseen(error: Exception) -> ScapcoachError:
    """An unexpected error, in words for a user.

    A package that cannot be imported becomes an `InstallationError`, which says what to install.
    """
    if isinstance(error, ImportError | OSError):
        from scapcoach.system_libraries import explained

        if reason := explained(error):
            return InstallationError(reason)
    name, text = type(error).__name__, str(error)
    detail = f"{name}: {text}" if text else name
    return ScapcoachError(
        f"Something unexpected went wrong ({detail}). Please report it, together with the "
        "output of the same command with SCAPCOACH_DEBUG=1 in front of it."
    )
