"""Profiles: a calibration in a versioned JSON file in the platform's user data folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.calibration.types import Calibration, Kind, Opinion, Range, Slump
from scapcoach.errors import CalibrationError, OutputError, ProfileNameError
from scapcoach.folders import data_folder
from scapcoach.girdle.estimators import Estimator
from scapcoach.girdle.neutral import Neutral
from scapcoach.girdle.personal import FULL_POSES, POSE_POINTS, Shifts
from scapcoach.girdle.template import Template

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: Final = "scapcoach.profile/1"
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
    """Write a profile, in place of one of the same name.

    Raises:
        ProfileNameError: the name cannot be a file name.
        OutputError: the folder cannot be written to.
    """
    path = profile_path(name)
    data = profile_data(calibration, name)
    temporary = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(data, indent=1, allow_nan=False), "utf-8")
        temporary.replace(path)
    except OSError as error:
        raise OutputError(
            f"The profile could not be written to {path}: {error.strerror}."
        ) from error
    return path


def profile_data(calibration: Calibration, name: str) -> dict[str, Any]:
    """A calibration as plain JSON types; `parse_profile` reads it."""
    return {"schema": SCHEMA, **to_plain(calibration), "kind": Kind.PROFILE, "name": name}


def list_profiles() -> tuple[str, ...]:
    """Names of the saved profiles, sorted."""
    return tuple(sorted(path.stem for path in profiles_folder().glob("*.json")))


def delete_profile(name: str) -> None:
    """Get rid of a profile, damaged or not.

    Raises:
        ProfileNameError: no such profile.
        OutputError: it may not be deleted.
    """
    path = profile_path(name)
    try:
        path.unlink()
    except FileNotFoundError:
        raise ProfileNameError(f"There is no profile {name!r}.") from None
    except OSError as error:
        raise OutputError(f"{path} could not be deleted: {error.strerror}.") from error


def load_profile(name: str) -> Calibration:
    """Read a profile and check it; whether it fits a model tells `Calibration.check_model`.

    Raises:
        ProfileNameError: no such profile.
        CalibrationError: it is damaged, or of another version.
    """
    path = profile_path(name)
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        known = ", ".join(list_profiles()) or "none yet"
        raise ProfileNameError(
            f"There is no profile {name!r}; saved profiles: {known}. Make one with "
            f"'scapcoach calibrate CLIP --profile {name}'."
        ) from None
    except (OSError, ValueError) as error:
        raise CalibrationError(
            f"The profile {path} is damaged ({error}); calibrate again."
        ) from error
    return parse_profile(data, path)


def parse_profile(data: Any, path: Path) -> Calibration:
    """The calibration in data that `profile_data` made; `path` is named in messages.

    Raises:
        CalibrationError: damaged, or of another version.
    """
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise CalibrationError(
            f"The profile {path} has version {schema!r}, this program reads {SCHEMA!r}: "
            "calibrate again."
        )
    try:
        slump = data["slump"] and Slump(**{k: _number(v) for k, v in data["slump"].items()})
        return Calibration(
            kind=Kind.PROFILE,
            neutral=_parse_neutral(data["neutral"]),
            retraction=_parse_ranges(data["retraction"]),
            elevation=_parse_ranges(data["elevation"]),
            slump=slump,
            exercise=_parse_template(data.get("exercise")),
            model_sha256=str(data["model_sha256"]),
            name=str(data["name"]),
            estimator=Estimator(data.get("estimator", Estimator.GEOMETRIC)),
            shifts=_parse_shifts(data.get("shifts")),
            camera=str(data.get("camera", "")),
            observed=_parse_opinion(data.get("observed")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CalibrationError(
            f"The profile {path} is damaged ({error}); calibrate again."
        ) from error


def _parse_neutral(data: Any) -> Neutral:
    arrays = {"points": (33, 2), "arms": (2, 2, 3), "trunk": (3,)}
    values = {f.name: data[f.name] for f in fields(Neutral)}
    for key, shape in arrays.items():
        values[key] = np.array(values[key], np.float64).reshape(shape)
    for key in set(values) - set(arrays) - {"hips_seen"}:
        values[key] = _number(values[key])
    if not 0 < values["unit"] < np.inf:
        raise ValueError("the neutral's unit is not a positive number")
    return Neutral(**values)


def _parse_ranges(data: Any) -> tuple[Range, Range, Range] | None:
    if data is None:
        return None
    mean, left, right = (Range(**{k: _number(v) for k, v in r.items()}) for r in data)
    return mean, left, right


def _parse_opinion(data: Any) -> Opinion | None:
    if data is None:
        return None
    return Opinion(_parse_ranges(data["retraction"]), _parse_ranges(data["elevation"]))


def _parse_shifts(data: Any) -> Shifts | None:
    if data is None:
        return None
    shifts = np.array(data["shifts"], np.float64).reshape(len(FULL_POSES), len(POSE_POINTS), 2)
    return Shifts(shifts, np.array(data["ends"], np.float64).reshape(len(FULL_POSES)))


def _parse_template(data: Any) -> Template | None:
    if data is None:
        return None
    values: dict[str, Any] = {}
    for field in fields(Template):
        value = np.array(data[field.name], np.float64)
        values[field.name] = float(value) if value.ndim == 0 else value
    return Template(**values)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def to_plain(value: Any) -> Any:
    """The same as plain JSON types: dataclasses as objects, arrays as lists, NaN as null."""
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
