"""Every measure there is, in the order in which files list them: one entry each.

An entry says what the measure is called, its unit, sign and ranges, which function works it out and
where the report draws it. Everything else reads it here: `measure`, tables, summary, report,
overlay and page. How to add one: docs/how-to/add-a-measure.md.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scapcoach.measures.series import MeasureSpec, Plot
from scapcoach.measures.words import TITLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_GIRDLE: Final = "scapcoach.measures.girdle_series:girdle_series"
_BLADES: Final = "scapcoach.measures.blade_series:blade_series"
_POSTURE: Final = "scapcoach.measures.posture_series"

#: Hunch scores from which a hunch is called mild, and marked [E]. Windows, pages, the desk check
#: and the browser all read them here.
MILD: Final = 33.0
MARKED: Final = 67.0

#: Zones of the hunch score from upright on: where each ends, and its word.
HUNCH_ZONES: Final = ((MILD, "ok"), (MARKED, "mild"), (math.inf, "marked"))


def _sided(
    name: str, title: str, positive: str, degrees: tuple[float, float], plot: Plot
) -> tuple[MeasureSpec, ...]:
    """Mean, left and right; the report draws the two sides, and the mean where they hide."""
    return tuple(
        MeasureSpec(
            f"{name}_{side.lower()}" if side else name,
            f"{title}, {side.lower()}" if side else title,
            "%", positive, -100, 120, _GIRDLE, degrees,
            plot=Plot(plot.title, plot.place, side) if side else None,
            compared=not side,
        )
        for side in ("", "Left", "Right")
    )  # fmt: skip


_GAP_TITLE: Final = "Gap between the blades"


def _blade_gaps() -> tuple[MeasureSpec, ...]:
    """Mean, left and right, drawn together; both sides have the same base."""
    return tuple(
        MeasureSpec(
            f"blade_gap_{side.lower()}" if side else "blade_gap",
            f"{_GAP_TITLE}, {side.lower()}" if side else _GAP_TITLE,
            "%", "blades apart; negative is drawn together", -50, 20, _BLADES,
            plot=Plot(
                _GAP_TITLE, 0, side or "Both",
                "blades apart, since the stretch of this repetition", "drawn together",
            ),
        )
        for side in ("", "Left", "Right")
    )  # fmt: skip


MEASURES: Final[tuple[MeasureSpec, ...]] = (
    *_sided("retraction", "Retraction", "shoulder blades drawn back", (-25.0, 30.0),
            Plot(TITLES["retraction"], 1)),
    *_sided("elevation", TITLES["elevation"], "shoulders raised", (-15.0, 40.0),
            Plot(TITLES["elevation"], 2)),
    *_blade_gaps(),
    MeasureSpec(
        "squeeze_share", "Share of the best squeeze", "%",
        "blades drawn together, against the best repetition so far in this set", -20, 120, _BLADES,
    ),
    MeasureSpec(
        "head_forward", "Head forward", "deg", "ear further forward", -30, 60,
        f"{_POSTURE}:head_forward_series", plot=Plot("Head forward", 4), compared=True,
    ),
    MeasureSpec(
        "head_drop", "Head drop", "%", "head lower over the shoulders", -30, 60,
        f"{_POSTURE}:head_drop_series", plot=Plot("Head drop", 5), compared=True,
    ),
    MeasureSpec(
        "face_closer", "Face closer", "%", "face nearer to the camera", -30, 60,
        f"{_POSTURE}:face_closer_series",
    ),
    MeasureSpec(
        "trunk_lean", "Trunk lean", "deg", "trunk leaning forward", -45, 90,
        f"{_POSTURE}:trunk_lean_series", plot=Plot("Trunk lean", 7), compared=True,
    ),
    MeasureSpec(
        "rounding", "Upper-back rounding", "%", "upper back rounder", -10, 20,
        f"{_POSTURE}:rounding_series", (-30.0, 30.0),
        plot=Plot("Upper-back rounding", 6), compared=True,
    ),
    MeasureSpec(
        "hunch", TITLES["hunch"], "",
        f"more hunched; mild from {MILD:.0f}, marked from {MARKED:.0f}", 0, 100,
        "scapcoach.measures.hunch:hunch_series", zones=(MILD, MARKED),
        plot=Plot(TITLES["hunch"], 3), compared=True,
    ),
    MeasureSpec(
        "shoulder_tilt", "Shoulder tilt", "deg", "right shoulder higher", -20, 20,
        f"{_POSTURE}:shoulder_tilt_series",
    ),
    MeasureSpec(
        "head_tilt", "Head tilt", "deg", "right ear higher", -30, 30,
        f"{_POSTURE}:head_tilt_series",
    ),
)  # fmt: skip

_BY_NAME: Final = {spec.name: spec for spec in MEASURES}

#: By name, in the order of the registry.
SPECS: Final[Mapping[str, MeasureSpec]] = MappingProxyType(_BY_NAME)


def plots() -> list[tuple[str, list[tuple[str, str]]]]:
    """The report's plots from the top down: (title, (measure, label of its curve) of each)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for spec, plot in sorted(_drawn(SPECS.values()), key=lambda drawn: drawn[1].place):
        found.setdefault(plot.title, []).append((spec.name, plot.label))
    return list(found.items())


def _drawn(specs: Iterable[MeasureSpec]) -> Iterable[tuple[MeasureSpec, Plot]]:
    return ((spec, spec.plot) for spec in specs if spec.plot is not None)


def degree_range(name: str) -> tuple[float, float]:
    """Ends of a gauge in degrees."""
    return SPECS[name].degrees or (-30.0, 30.0)
