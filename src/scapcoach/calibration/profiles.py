"""Profiles: a calibration in a versioned JSON file in the platform's user data folder.

Its fields are those of `Calibration`; docs/reference/profiles.md explains them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from scapcoach import schema
from scapcoach.calibration.calibration import Calibration, CalibrationKind
from scapcoach.errors import CalibrationError, OutputError, ProfileNameError
from scapcoach.files import write_private
from scapcoach.folders import data_folder
from scapcoach.girdle.estimators import Estimator

if TYPE_CHECKING:
    from pathlib import Path

FORM: Final = schema.Format(
    "Calibrate again",
    CalibrationError,
    version="scapcoach.profile/1",
    limit=1_000_000,  # a profile with an exercise has about 60,000 bytes
    later={
        "kind": CalibrationKind.PROFILE,
        "exercise": None,
        "estimator": Estimator.GEOMETRIC,
        "shifts": None,
        "camera": "",
        "observed": None,
    },
)
_NAME: Final = re.compile(r"[\w][\w .-]{0,63}")


def profiles_folder() -> Path:
    """Where profiles are kept; SCAPCOACH_DATA_DIR overrides the platform's user data folder."""
    return data_folder() / "profiles"


def profile_path(name: str) -> Path:
    """The file of a profile.

    Raises:
        ProfileNameError: the name cannot be a file name.
    """
    if not _NAME.fullmatch(name):
        raise ProfileNameError(
            f"{name!r} cannot name a profile: use up to 64 letters, digits, spaces, '.', '_', '-'."
        )
    return profiles_folder() / f"{name}.json"


def save_profile(calibration: Calibration, name: str) -> Path:
    """Write a profile; one of the same name is replaced.

    Raises:
        ProfileNameError: the name cannot be a file name.
        OutputError: the folder cannot be written to.
    """
    path = profile_path(name)
    write_private(path, profile_text(calibration, name))
    return path


def profile_text(calibration: Calibration, name: str) -> str:
    """A calibration as the content of a profile's file; `decode_profile` reads it."""
    return schema.text(_as_profile(calibration, name), FORM)


def profile_data(calibration: Calibration, name: str) -> dict[str, Any]:
    """A calibration as plain JSON types; `parse_profile` reads it."""
    return schema.versioned(_as_profile(calibration, name), FORM)


def _as_profile(calibration: Calibration, name: str) -> Calibration:
    return replace(calibration, kind=CalibrationKind.PROFILE, name=name)


def list_profiles() -> tuple[str, ...]:
    """Names of the saved profiles, sorted."""
    return tuple(sorted(path.stem for path in profiles_folder().glob("*.json")))


def delete_profile(name: str) -> None:
    """Delete a profile, also a damaged one.

    Raises:
        ProfileNameError: no such profile.
        OutputError: it cannot be deleted.
    """
    path = profile_path(name)
    try:
        path.unlink()
    except FileNotFoundError:
        raise ProfileNameError(f"There is no profile {name!r}.") from None
    except OSError as error:
        raise OutputError(f"{path} could not be deleted: {error.strerror}.") from error


def load_profile(name: str) -> Calibration:
    """Read a profile and check it; `Calibration.check_model` says whether it fits a model.

    Raises:
        ProfileNameError: no such profile.
        CalibrationError: it is damaged, or of another version.
    """
    path = profile_path(name)
    try:
        return read_profile(path)
    except FileNotFoundError:
        known = ", ".join(list_profiles()) or "none yet"
        raise ProfileNameError(
            f"There is no profile {name!r}; saved profiles: {known}. Make one with "
            f"'scapcoach calibrate CLIP --profile {name}'."
        ) from None


def read_profile(path: Path) -> Calibration:
    """The calibration in a profile's file; errors as `decode_profile`, or `FileNotFoundError`."""
    name = f"The profile {path}"
    return decode_profile(schema.read_bytes(path, FORM, name), name)


def decode_profile(data: bytes, name: str) -> Calibration:
    """The calibration in the content of a profile's file; `name` is what messages call it.

    Raises:
        CalibrationError: damaged, or of another version.
    """
    found = schema.decode(data, Calibration, FORM, name)
    return _as_profile(found, found.name)


def parse_profile(data: Any, name: str) -> Calibration:
    """The calibration in plain types from `profile_data`; errors as `decode_profile`."""
    found = schema.convert(data, Calibration, FORM, name)
    return _as_profile(found, found.name)
