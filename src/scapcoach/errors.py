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
        exit_code: what the command line ends with: 1, something was tried and failed.
    """

    exit_code: ClassVar[int] = 1


class UsageError(ScapcoachError):
    """Nothing was begun, and trying again is no use before what was asked for is changed.

    A name that was given is that of nothing, settings exclude each other, a text file that the
    user wrote has faults, or an optional dependency is not installed.
    """

    exit_code: ClassVar[int] = 2


class InputError(ScapcoachError):
    """The input cannot be used: not a video, no picture in it, unreadable, no such file."""


class MissingInputError(InputError, UsageError):
    """There is no such file, folder, session or entry; or a folder holds nothing of the kind."""


class SettingError(InputError, UsageError):
    """A setting means nothing, or does not go with another; or a list has faults."""


class CameraError(InputError):
    """A camera gives no pictures: missing, busy, unplugged, or not allowed."""


class SourceError(CameraError, UsageError):
    """What was named is no camera, no address of one and no video file."""


class ProtocolError(InputError):
    """A message of the page is none; the connection is closed."""


class DisplayError(ScapcoachError):
    """A window cannot be opened: there is no screen."""


class SoundError(ScapcoachError):
    """Nothing can be heard: no voice or player on this computer, or it failed or hung."""


class LandmarksError(InputError, ValueError):
    """Arrays offered as landmarks do not fit together; the message lists every fault."""


class ModelError(ScapcoachError):
    """A model file is missing, damaged or does not fit what was asked of it."""


class MissingModelError(ModelError, UsageError):
    """There is no model of that name, or it is one that has to be built first."""


class DelegateError(ModelError, UsageError):
    """The pose model was asked to run on what MediaPipe does not offer here."""


class CalibrationError(ScapcoachError):
    """A calibration clip, segment list or profile cannot be used."""


class ProfileNameError(CalibrationError, UsageError):
    """There is no profile or set-up of that name, or it cannot be a name."""


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
