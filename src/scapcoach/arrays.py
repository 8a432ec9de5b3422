"""Types of arrays and of numbers in documents, for annotations.

Import them under ``TYPE_CHECKING``, except where `scapcoach.schema` reads the annotations: in
dataclasses that are stored in files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Meta

if TYPE_CHECKING:
    from collections.abc import Callable

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.integer[Any]]
#: A picture: (H, W, 3) uint8, RGB.
Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Stored:
    """Marks an annotated type that documents hold as another one; `scapcoach.schema` converts them.

    Attributes:
        document: the type in documents.
        value: makes the program's value from that in a document.
    """

    document: Any
    value: Callable[[Any], Any]


def or_nan(number: Any) -> Stored:
    """A number that may be unknown: NaN in the program, null in documents."""
    return Stored(number | None, lambda found: float("nan") if found is None else found)


def table(shape: tuple[int, ...], number: Any) -> Stored:
    """A float64 array of this shape: lists in lists in documents; null becomes NaN."""
    document = number
    for size in reversed(shape):
        document = tuple[(document,) * size]  # type: ignore[misc]
    return Stored(document, lambda found: np.array(found, np.float64))


# Limits are wide: they exclude values that no body and no picture has.
Number: TypeAlias = Annotated[float, Meta(ge=-1e6, le=1e6)]
Positive: TypeAlias = Annotated[float, Meta(gt=0, le=1e6)]
Degrees: TypeAlias = Annotated[float, Meta(ge=-360, le=360)]
NumberOrNan: TypeAlias = Annotated[float, or_nan(Number)]
DegreesOrNan: TypeAlias = Annotated[float, or_nan(Degrees)]
