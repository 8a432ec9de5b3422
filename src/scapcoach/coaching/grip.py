"""Names for a repetition: from where the load pulls, and how the hands hold on.

An angle becomes a name only where its uncertainty leaves little doubt; else there is no name. The
grip has none: four points of a hand do not show how a forearm is turned.
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


#: Chance of being right from which a name is told [E].
MIN_CHANCE: Final = 0.8

#: The grip of every repetition: not observable [M, phantom, 595 repetitions: from the front and
#: obliquely pronated forearms read -30 to -10 degrees, less than neutral ones with 10 to 25, at 7
#: pixels from wrist to index finger as at 22; what is read follows exercise and view instead].
GRIP: Final = Label.withheld(Reason.HANDS_NOT_SHOWN)

#: Names along the direction of the load, and the degrees that part them: where it pulls as much
#: along the trunk as across it.
PULLS: Final = (("low", "mid", "high"), (-45.0, 45.0))

#: One standard deviation of the direction of the load, degrees [M, phantom].
LOAD_SIGMA: Final = 14.0

#: Seconds around the start in which the arms are straight and the load is read [E].
_STRETCH: Final = (0.35, 0.15)


def load(readings: Readings, rep: Rep) -> Value:
    """Direction of the load in degrees, read where the arms are straightest.

    A bent arm's forearm swings about the line of pull; a straight arm lies in it.
    """
    start = readings.between(rep.start - _STRETCH[0], rep.start + _STRETCH[1])
    peak = readings.between(rep.peak_start - 1e-3, rep.peak_end + 1e-3)
    best = min(
        (part for part in (start, peak) if np.isfinite(part.joint("load")).any()),
        key=lambda part: float(np.nanmedian(part.joint("elbow"))),
        default=None,
    )
    if best is None:
        return Value.withheld(Reason.LOW_CONFIDENCE)
    return Value(float(np.nanmedian(best.joint("load"))), LOAD_SIGMA)


def name(value: Value, names: tuple[str, ...], cuts: tuple[float, ...]) -> Label:
    """The name of an angle, withheld where it may as well be the neighbouring one.

    Args:
        value: degrees.
        names: along the angle.
        cuts: degrees between them, one less.
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
    """Chance that the true angle is below `cut`."""
    return 0.5 * (1 + math.erf((cut - value.value) / (math.sqrt(2) * value.sigma)))
