"""Names for the direction of the load and for the grip of a repetition.

An angle gets a name only where its uncertainty is small enough. The grip never has one: four points
of a hand do not show how the forearm is rotated.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.results import Label, Value
from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from scapcoach.coaching.readings import Readings
    from scapcoach.coaching.results import Rep


#: Smallest probability of being right with which a name is given [E].
MIN_CHANCE: Final = 0.8

#: The grip of every repetition: not observable [M, phantom, 595 repetitions: from the front and
#: obliquely, pronated forearms read -30 to -10 degrees and neutral ones 10 to 25, with 7 pixels
#: from wrist to index finger as well as with 22; the readings depend on exercise and view instead].
GRIP: Final = Label.withheld(Reason.HANDS_NOT_SHOWN)

#: Names for the direction of the load, and the degrees between them, where the load pulls as much
#: along the trunk as across it.
PULL_ANGLES: Final = (("low", "mid", "high"), (-45.0, 45.0))

#: One standard deviation of the direction of the load, degrees [M, phantom].
LOAD_SIGMA: Final = 14.0

#: Seconds before and after the start in which the arms are straight and the load is read [E].
_STRAIGHT_ARM_WINDOW: Final = (0.35, 0.15)


def measure_load(readings: Readings, rep: Rep) -> Value:
    """Direction of the load in degrees, read where the arms are straightest.

    The forearm of a bent arm deviates from the line of pull; a straight arm lies in it.
    """
    start = readings.between(
        rep.start - _STRAIGHT_ARM_WINDOW[0], rep.start + _STRAIGHT_ARM_WINDOW[1]
    )
    peak = readings.between(rep.peak_start - 1e-3, rep.peak_end + 1e-3)
    best = min(
        (part for part in (start, peak) if np.isfinite(part.quantity("load")).any()),
        key=lambda part: float(np.nanmedian(part.quantity("elbow"))),
        default=None,
    )
    if best is None:
        return Value.withheld(Reason.LOW_CONFIDENCE)
    return Value(float(np.nanmedian(best.quantity("load"))), LOAD_SIGMA)


def name_angle(value: Value, names: tuple[str, ...], cuts: tuple[float, ...]) -> Label:
    """The name of an angle, withheld where a neighbouring name may be right.

    Args:
        value: degrees.
        names: in the order of the angle.
        cuts: degrees between them, one fewer than names.
    """
    if not value.judged:
        return Label.withheld(value.reason, value.status)
    inside = [_below(cut, value) for cut in (*cuts, math.inf)]
    chances = np.diff([0.0, *inside])
    most = int(np.argmax(chances))
    if chances[most] < MIN_CHANCE:
        return Label.withheld(Reason.TOO_UNCERTAIN)
    return Label(names[most], float(chances[most]), value.status, value.reason)


def _below(cut: float, value: Value) -> float:
    """Probability that the true angle is below `cut`."""
    return 0.5 * (1 + math.erf((cut - value.value) / (math.sqrt(2) * value.sigma)))
