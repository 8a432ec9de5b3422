"""Profiles: a calibration in a versioned JSON file in the platform's user data folder.

`calibration.records` has the fields of the file, docs/reference/profiles.md explains them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from scapcoach import schema
from scapcoach.calibration.calibration import (
    Calibration,
    CalibrationKind,
    PersonalRanges,
    Range,
    Slump,
)
from scapcoach.errors import CalibrationError, OutputError, ProfileNameError
from scapcoach.files import write_private
from scapcoach.folders import data_folder
from scapcoach.girdle.neutral import Neutral
from scapcoach.girdle.personal import Shifts
from scapcoach.girdle.template import Template

if TYPE_CHECKING:
    from pathlib import Path

    from scapcoach.calibration.records import ProfileRecord

_T = TypeVar("_T")

SCHEMA: Final = "scapcoach.profile/1"
#: A profile with an exercise has about 60,000 bytes.
FORM: Final = schema.Format("Calibrate again", CalibrationError, SCHEMA, limit=1_000_000)
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
    write_private(path, json.dumps(profile_data(calibration, name), indent=1, allow_nan=False))
    return path


def profile_data(calibration: Calibration, name: str) -> dict[str, Any]:
    """A calibration as plain JSON types; `parse_profile` reads it."""
    return {
        "schema": SCHEMA,
        **to_plain(calibration),
        "kind": CalibrationKind.PROFILE,
        "name": name,
    }


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
    from scapcoach.calibration.records import ProfileRecord

    return _calibration(schema.decode(data, ProfileRecord, FORM, name), name)


def parse_profile(data: Any, name: str) -> Calibration:
    """The calibration in plain types from `profile_data`; errors as `decode_profile`."""
    from scapcoach.calibration.records import ProfileRecord

    return _calibration(schema.convert(data, ProfileRecord, FORM, name), name)


def _calibration(record: ProfileRecord, name: str) -> Calibration:
    observed = record.observed
    try:
        return Calibration(
            kind=CalibrationKind.PROFILE,
            neutral=schema.built(Neutral, record.neutral),
            retraction=_ranges(record.retraction),
            elevation=_ranges(record.elevation),
            slump=_part(Slump, record.slump),
            exercise=_part(Template, record.exercise),
            model_sha256=record.model_sha256,
            name=record.name,
            estimator=record.estimator,
            shifts=_part(Shifts, record.shifts),
            camera=record.camera,
            observed=None
            if observed is None
            else PersonalRanges(_ranges(observed.retraction), _ranges(observed.elevation)),
        )
    except ValueError as error:  # arrays of another shape
        raise CalibrationError(f"{name} cannot be used: {error}. {FORM.advice}.") from error


def _part(kind: type[_T], record: Any) -> _T | None:
    return None if record is None else schema.built(kind, record)


def _ranges(records: tuple[Any, Any, Any] | None) -> tuple[Range, Range, Range] | None:
    if records is None:
        return None
    mean, left, right = (schema.built(Range, record) for record in records)
    return mean, left, right


def to_plain(value: Any) -> Any:
    """A value as plain JSON types: dataclasses as objects, arrays as lists, NaN as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {k: to_plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return to_plain(value.tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
