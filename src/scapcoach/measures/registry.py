"""Every measure there is: name, unit, sign and range, in the order in which files list them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scapcoach.measures.series import MeasureSpec

if TYPE_CHECKING:
    from collections.abc import Mapping


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
            MeasureSpec("hunch", "Hunch", "", "more hunched; mild from 33, marked from 67", 0, 100),
            MeasureSpec("shoulder_tilt", "Shoulder tilt", "deg", "right shoulder higher", -20, 20),
            MeasureSpec("head_tilt", "Head tilt", "deg", "right ear higher", -30, 30),
        )
    }
)  # fmt: skip
