"""Find model files and check their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from scapcoach import schema
from scapcoach.errors import MissingModelError, ModelError
from scapcoach.folders import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

ModelName = Literal["lite", "full", "heavy"]
MODEL_NAMES: Final[tuple[ModelName, ...]] = get_args(ModelName)

_MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model on disk whose content has been checked.

    Attributes:
        name: lite, full or heavy.
        path: the `.task` file.
        sha256: SHA-256 of its content.
        mask: whether it can make a mask. A model that cannot gives wrong masks without any
            error, so it must never be asked for one.
    """

    name: ModelName
    path: Path
    sha256: str
    mask: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """The entry of one file in the list of models."""

    sha256: str
    mask: bool = False


@dataclass(frozen=True, slots=True)
class _Manifest:
    """The list of models by file name: pose models, and the project's own models."""

    files: dict[str, _Entry]
    own: dict[str, _Entry]


def model_file(name: str, *, mask: bool) -> ModelFile:
    """The model file to use; its SHA-256 is checked against the manifest, once per process.

    Args:
        name: lite, full or heavy.
        mask: True for the stock model, False for the pruned one: the same landmarks without the
            segmentation branch, a third faster.

    Raises:
        MissingModelError: no such model, or it has to be built first.
        ModelError: the file is missing, or its content is not the expected one.
    """
    known = next((n for n in MODEL_NAMES if n == name), None)
    if known is None:
        raise MissingModelError(
            f"There is no model {name!r}: choose one of {', '.join(MODEL_NAMES)}."
        )
    return _checked(known, mask)


def landmark_model_sha256(name: str) -> str:
    """SHA-256 of the file that makes the landmarks of a model.

    Raises:
        MissingModelError: no such model, or it has to be built first.
        ModelError: the file is missing, or its content is not the expected one.
    """
    return model_file(name, mask=False).sha256


@cache
def shipped_file(file_name: str) -> Path:
    """A file of the `models` folder that is not a pose model; checked once per process.

    Raises:
        ModelError: the file is missing, or its content is not the expected one.
    """
    folder = next(iter(_shipped_folders()), None)
    entry = _manifest().own.get(file_name)
    if folder is None or entry is None or not (folder / file_name).is_file():
        raise ModelError(f"{file_name} is missing from scapcoach. Install it again.")
    path = folder / file_name
    if hashlib.sha256(path.read_bytes()).hexdigest() != entry.sha256:
        raise ModelError(f"{path} is damaged. Install scapcoach again.")
    return path


def model_folders() -> tuple[Path, ...]:
    """Where model files are looked for, in this order; not all of them need to exist.

    The last one is in the user data folder, which SCAPCOACH_DATA_DIR moves.
    """
    return (*_shipped_folders(), data_folder() / "models")


def _shipped_folders() -> Iterator[Path]:
    """The folder in the installed package; in a source tree, the one at its root."""
    package = Path(str(resources.files("scapcoach")))
    for folder in (package / "models", package.parent.parent / "models"):
        if (folder / _MANIFEST).is_file():
            yield folder


@cache
def _checked(name: ModelName, mask: bool) -> ModelFile:
    file_name = f"pose_landmarker_{name}{'' if mask else '_pruned'}.task"
    expected = _manifest().files.get(file_name)
    if expected is None:
        raise ModelError(f"{file_name} is not in the list of models.")
    folders = model_folders()
    path = next((p for f in folders if (p := f / file_name).is_file()), None)
    if path is None:
        kind = MissingModelError if name == "heavy" else ModelError
        raise kind(_missing(name, file_name, folders))
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"The model {path} cannot be read: {error.strerror}.") from error
    if found != expected.sha256:
        advice = _BUILD_HEAVY if name == "heavy" else "Install scapcoach again."
        raise ModelError(f"The model {path} is damaged (its SHA-256 is {found[:12]}...). {advice}")
    return ModelFile(name, path, found, expected.mask)


@cache
def _manifest() -> _Manifest:
    folder = next(iter(_shipped_folders()), None)
    if folder is None:
        raise ModelError("The folder of models is missing from scapcoach. Install it again.")
    form = schema.Format("Install scapcoach again", ModelError)
    return schema.read(folder / _MANIFEST, _Manifest, form)


_BUILD_HEAVY: Final = (
    "Build it from a source tree of scapcoach: python -m tools.build_models --model heavy"
)


def _missing(name: ModelName, file_name: str, folders: tuple[Path, ...]) -> str:
    if name == "heavy":
        return (
            f"The heavy model is not part of scapcoach and is not in {folders[-1]} either. "
            f"{_BUILD_HEAVY}; or use --model full."
        )
    places = ", ".join(str(f) for f in folders)
    return f"The model file {file_name} is in none of {places}. Install scapcoach again."
