"""The pose engines: what turns pictures into landmarks, one entry for each.

A model belongs to one engine, so the name of a model (``--model``) chooses the engine, too. Callers
open it here and know it as a `PoseEngine` only:

    from scapcoach.pose.engines import open_engine

    with open_engine("full") as engine:
        found = engine.detect(image, t)

How to add one: docs/how-to/add-a-pose-engine.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from scapcoach.errors import MissingModelError

if TYPE_CHECKING:
    from scapcoach.pose.detection import ParallelEngine
    from scapcoach.pose.mediapipe import MediaPipePose

    _FITS: type[ParallelEngine] = MediaPipePose  # for the type checker: it does all it has to


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """One pose engine.

    Attributes:
        name: for people.
        models: names of its models; no two engines share one.
        factory: "module:class or function", imported when it is first needed. It is called as
            ``factory(model, subject_at=..., delegate=...)`` and gives a `ParallelEngine`.
        sha256: "module:function": of a model's name the SHA-256 of its file, by which landmarks
            are known to fit; raises `ModelError` where the model is missing or damaged.
    """

    name: str
    models: tuple[str, ...]
    factory: str
    sha256: str


ENGINES: tuple[EngineEntry, ...] = (
    EngineEntry(
        "MediaPipe",
        ("lite", "full", "heavy"),
        "scapcoach.pose.mediapipe:MediaPipePose",
        "scapcoach.model_files:landmark_model_sha256",
    ),
)

#: The model where none is named.
DEFAULT_MODEL = "full"


def model_names() -> tuple[str, ...]:
    """The models of all engines."""
    return tuple(model for entry in ENGINES for model in entry.models)


def open_engine(
    model: str = DEFAULT_MODEL,
    *,
    subject_at: tuple[float, float] | None = None,
    delegate: str = "cpu",
) -> ParallelEngine:
    """The engine of a model, to be used in a `with` block.

    Args:
        model: one of `model_names`.
        subject_at: a point on the subject in the first picture: pixels from the upper left, or
            shares of width and height when both are at most 1; None for the largest person.
        delegate: what the network runs on: cpu, or gpu where the engine offers it.

    Raises:
        MissingModelError: there is no such model.
        ModelError: the model is missing or damaged, or the engine cannot load it.
        InputError: `subject_at` is outside the picture (raised at the first picture).
    """
    engine: ParallelEngine = resolve_name(_entry_of(model).factory)(
        model, subject_at=subject_at, delegate=delegate
    )
    return engine


def model_sha256(model: str) -> str:
    """SHA-256 of the file of a model.

    Raises:
        MissingModelError: there is no such model.
        ModelError: its file is missing or damaged.
    """
    return str(resolve_name(_entry_of(model).sha256)(model))


def _entry_of(model: str) -> EngineEntry:
    for entry in ENGINES:
        if model in entry.models:
            return entry
    names = ", ".join(model_names())
    raise MissingModelError(f"There is no model {model!r}: choose one of {names}.")
