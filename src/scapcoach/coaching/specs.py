"""Every value of a repetition: name, title, unit and sign, in the order of the files."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RepValueSpec:
    """Description of a value of a repetition.

    Attributes:
        name: column name.
        title: words for people.
        unit: "%" of the personal range, "deg", "s", or "%" of the set's best for `range_share` and
            `blade_share`, and of the gap at the stretch for `blade_squeeze` and `blade_sides`.
        positive: what a greater value means.
    """

    name: str
    title: str
    unit: str
    positive: str

    @property
    def decimals(self) -> int:
        """Decimals worth showing: one for seconds, else none."""
        return 1 if self.unit == "s" else 0


def _specs(*rows: tuple[str, str, str, str]) -> Mapping[str, RepValueSpec]:
    return MappingProxyType({row[0]: RepValueSpec(*row) for row in rows})


#: The only relative value that a rule may judge: against the best squeeze of the same set.
SHARE: Final = "blade_share"

_DRAWN_BACK: Final = "shoulder blades drawn back"
_HIKED: Final = "shoulders hiked"

#: Every value of a repetition, in the order of the files. Values named `_deg` are degrees from
#: neutral: they may be ``relative``, and are then only for comparisons. Values
#: named `blade_` are always ``relative``; each title names what it is compared with.
REP_VALUES: Final = _specs(
    ("retraction_start", "Retraction at the start", "%", _DRAWN_BACK),
    ("retraction_peak", "Peak retraction", "%", _DRAWN_BACK),
    ("retraction_peak_left", "Peak retraction, left", "%", _DRAWN_BACK),
    ("retraction_peak_right", "Peak retraction, right", "%", _DRAWN_BACK),
    ("retraction_peak_deg", "Peak retraction", "deg", _DRAWN_BACK),
    ("retraction_drop", "Retraction lost on the way", "%", "blades let go"),
    ("blade_squeeze", "Blade gap since the stretch", "%",
     "blades further apart; negative: drawn together since this repetition's own stretch"),
    ("blade_share", "Squeeze of the set's best", "%",
     "nearer to the deepest squeeze of the whole set; while it runs: of the best one so far"),
    ("blade_hold", "Squeeze held", "s",
     "longer within 80 % of this repetition's own deepest squeeze"),
    ("blade_sides", "Squeeze, left minus right", "%",
     "left side drawn together more, since this repetition's own stretch"),
    ("elevation_start", "Shrug at the start", "%", _HIKED),
    ("elevation_peak", "Shrug at the peak", "%", _HIKED),
    ("elevation_peak_deg", "Shrug at the peak", "deg", _HIKED),
    ("elevation_gain", "Shrug from start to peak", "%", "shoulders rise"),
    ("elevation_end", "Shrug after the return", "%", "shoulders not lowered"),
    ("rounding_gain", "Upper back rounding on the way", "deg", "upper back rounds"),
    ("head_poke", "Head forward from start to peak", "deg", "head moves forward"),
    ("trunk_swing", "Trunk swing", "deg", "trunk moves"),
    ("lean_peak", "Trunk lean at the peak", "deg", "leaning forward"),
    ("retraction_asymmetry", "Retraction, left against right", "%", "sides differ more"),
    ("elevation_asymmetry", "Shrug, left against right", "%", "sides differ more"),
    ("arm_asymmetry", "Elbows, left against right", "deg", "sides differ more"),
    ("hold", "Peak hold", "s", "held longer"),
    ("squeeze", "Time under peak contraction", "s", "longer at 60 % retraction or more"),
    ("overdone", "Time over 110 % retraction", "s", "longer beyond the personal range"),
    ("pull_time", "Time of the pull", "s", "slower"),
    ("return_time", "Time of the return", "s", "slower"),
    ("range_share", "Range of movement", "%", "more of the best in this set"),
    ("pull_direction", "Direction of the load", "deg", "load above the shoulders"),
)  # fmt: skip
