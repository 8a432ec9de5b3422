"""Readings of the gauges: the only place of the overlay where values are read. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.measures.registry import HUNCH_ZONES, degree_range
from scapcoach.measures.series import Reason, Status
from scapcoach.measures.words import figure, symbol

if TYPE_CHECKING:
    from scapcoach.measures.series import Series
    from scapcoach.overlay.paint import Color

#: Colour of what is good: the hunch gauge's "ok", a reached target, praise.
GOOD: Final[Color] = (64, 214, 176)
#: Colour of what asks for attention: cues that correct, checks that fail.
TO_DO: Final[Color] = (255, 214, 64)

#: Zones of the hunch gauge: upper edge, word, colour.
ZONES: Final[tuple[tuple[float, str, Color], ...]] = tuple(
    (edge, word, color)
    for (edge, word), color in zip(HUNCH_ZONES, (GOOD, (247, 226, 92), (255, 104, 74)), strict=True)
)

#: Reasons in two or three words, for places too small for the sentence.
SHORT: Final[dict[Reason, str]] = {
    Reason.NONE: "",
    Reason.NOT_CALIBRATED: "Not calibrated",
    Reason.AUTO_CALIBRATED: "Not calibrated",
    Reason.CALIBRATION_STALE: "Turned away",
    Reason.RANGE_TOO_SMALL: "Turn a little",
    Reason.ARMS_AWAY_FROM_CALIBRATION: "Arms moved",
    Reason.SHOULDER_HIDDEN: "Shoulder hidden",
    Reason.HIPS_HIDDEN: "Hips hidden",
    Reason.HEAD_HIDDEN: "Head hidden",
    Reason.OUT_OF_FRAME: "Out of picture",
    Reason.TURN_TOWARDS_CAMERA: "Turn to camera",
    Reason.TURN_SIDE_ON: "Turn side-on",
    Reason.TOO_FAR: "Step closer",
    Reason.TOO_NEAR: "Step back",
    Reason.LOW_CONFIDENCE: "Unclear picture",
    Reason.SUPINE: "Lying down",
    Reason.SHOULDERS_RAISED: "Shrugging",
    Reason.TOO_UNCERTAIN: "Turn a little",
    Reason.TRUNK_MOVED: "Trunk moved",
    Reason.MATCHED_REPS: "Compared",
    Reason.HANDS_NOT_SHOWN: "Hands not shown",
    Reason.BACK_NOT_SEEN: "Back not seen",
    Reason.NO_TEXTURE: "Back too plain",
    Reason.BACK_COVERED: "Back covered",
    Reason.NO_STRETCH: "No stretch yet",
    Reason.TURNED_SINCE_STRETCH: "Turned away",
    Reason.TRUNK_FOLDS: "Trunk folds",
    Reason.BACK_UNCLEAR: "Back unclear",
    Reason.NO_SQUEEZE: "No squeeze yet",
    Reason.SINCE_STRETCH: "Since stretch",
    Reason.BEST_SO_FAR: "Of your best",
}
assert set(SHORT) == set(Reason)


@dataclass(frozen=True, slots=True)
class GaugeReading:
    """The reading of one gauge on one frame.

    Attributes:
        status: decides the style; above ``relative`` neither number nor marker is shown.
        reason: why a number is withheld.
        value: shown by the marker, NaN when withheld.
        sigma: one standard deviation, same unit.
        unit: "%", "°" or "".
        low, high: ends of the scale.
    """

    status: Status
    reason: Reason
    value: float = np.nan
    sigma: float = np.nan
    unit: str = ""
    low: float = 0.0
    high: float = 100.0

    @property
    def shown(self) -> bool:
        """Whether there is a number to show."""
        return self.status <= Status.RELATIVE and bool(np.isfinite(self.value))

    @property
    def text(self) -> str:
        """The number with sign and unit, empty when withheld."""
        if not self.shown:
            return ""
        if not self.unit and self.value > self.high:
            return f"{self.high:.0f}+"  # an index ends at its scale
        return figure(self.value, self.unit, plus=self.low < 0)


def read(series: Series | None, i: int) -> GaugeReading:
    """The reading of the gauge of `series` on frame `i`; the only place where values are read."""
    if series is None:
        return GaugeReading(Status.NOT_OBSERVABLE, Reason.NONE)
    status, reason = Status(int(series.status[i])), Reason(int(series.reason[i]))
    spec = series.spec
    unit = symbol(spec.unit)
    if status == Status.OK or (status == Status.RELATIVE and series.deg is None):
        found = GaugeReading(
            status, reason, float(series.value[i]), float(series.sigma[i]), unit,
            spec.low, spec.high,
        )  # fmt: skip
    elif status == Status.RELATIVE and series.deg is not None:
        sigma = np.nan if series.deg_sigma is None else float(series.deg_sigma[i])
        found = GaugeReading(
            status, reason, float(series.deg[i]), sigma, symbol("deg"), *degree_range(spec.name)
        )
    else:
        return GaugeReading(status, reason)
    if np.isfinite(found.value):
        return found
    return GaugeReading(Status.NOT_OBSERVABLE, reason)  # status allows a value, but it is missing
