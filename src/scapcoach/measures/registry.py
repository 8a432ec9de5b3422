"""Every measure there is: name, unit, sign and range, in the order in which files list them."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scapcoach.measures.types import MeasureSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Hunch scores from which a hunch is called mild, and marked [E]. Windows, pages, the desk check
#: and the browser all read them here.
MILD: Final = 33.0
MARKED: Final = 67.0

#: Zones of the hunch score from upright on: where each ends, and its word.
HUNCH_ZONES: Final = ((MILD, "ok"), (MARKED, "mild"), (math.inf, "marked"))

#: What a gauge in degrees spans: typical ranges (docs/method.md, "Typical ranges"), rounded up.
_DEGREES: Final = {"retraction": (-25.0, 30.0), "elevation": (-15.0, 40.0)}


def _sided(
    name: str, title: str, positive: str, low: float, high: float
) -> tuple[MeasureSpec, ...]:
    return (
        MeasureSpec(name, title, "%", positive, low, high, has_degrees=True),
        MeasureSpec(f"{name}_left", f"{title}, left", "%", positive, low, high, has_degrees=True),
        MeasureSpec(f"{name}_right", f"{title}, right", "%", positive, low, high, has_degrees=True),
    )


SPECS: Final[Mapping[str, MeasureSpec]] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            *_sided("retraction", "Retraction", "shoulder blades drawn back", -100, 120),
            *_sided("elevation", "Elevation", "shoulders hiked (shrug)", -100, 120),
            MeasureSpec("head_forward", "Head forward", "deg", "ear further forward", -30, 60),
            MeasureSpec("head_drop", "Head drop", "%", "head lower over the shoulders", -30, 60),
            MeasureSpec("face_closer", "Face closer", "%", "face nearer to the camera", -30, 60),
            MeasureSpec("trunk_lean", "Trunk lean", "deg", "trunk leaning forward", -45, 90),
            MeasureSpec(
                "rounding", "Upper-back rounding", "%", "upper back rounder", -10, 20,
                has_degrees=True,
            ),
            MeasureSpec(
                "hunch", "Hunch", "",
                f"more hunched; mild from {MILD:.0f}, marked from {MARKED:.0f}", 0, 100,
            ),
            MeasureSpec("shoulder_tilt", "Shoulder tilt", "deg", "right shoulder higher", -20, 20),
            MeasureSpec("head_tilt", "Head tilt", "deg", "right ear higher", -30, 30),
        )
    }
)  # fmt: skip


def degree_range(name: str) -> tuple[float, float]:
    """Ends of a gauge in degrees: of a measure, or of one of its sides."""
    return _DEGREES.get(name.split("_", maxsplit=1)[0], (-30.0, 30.0))
