"""Names for a repetition: how the hands hold on, and from where the load pulls.

An angle becomes a name only where its uncertainty leaves little doubt; else there is no name.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.coaching.types import Label, Value
from scapcoach.measures.types import Reason, Status

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.coaching.readings import Readings
    from scapcoach.coaching.types import Rep

    FloatArray = npt.NDArray[np.floating[Any]]

#: Chance of being right from which a name is told [E].
MIN_CHANCE: Final = 0.8

#: Names along an angle, and the angles in degrees that part them: half-way between the grips, and
#: where a load pulls as much along the trunk as across it.
GRIPS: Final = (("supinated", "neutral", "pronated"), (-45.0, 45.0))
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


#: Pixels from wrist to index finger from which a hand's turn shows at all, degrees by which the
#: two hands may differ to be believed, degrees from which they tell more than the landmarks do
#: when they see no hand, and one standard deviation [M: at 8 pixels pronated hands of the phantom
#: read -60 to +57 degrees; hands that are not made out read -30 to +35 there and on real sets with
#: a pronated grip, so that "neutral" is no finding].
MIN_HAND: Final = 18.0
MAX_APART: Final = 45.0
MIN_TURN: Final = 60.0
FOREARM_SIGMA: Final = 17.0


def forearm(readings: Readings, rep: Rep) -> Value:
    """Pronation of both forearms in degrees, told only where the hands are large and agree."""
    part = readings.between(rep.start, rep.end)
    sizes = [part.joint(f"hand_{side}") for side in ("left", "right")]
    turns = [part.joint(f"turn_{side}") for side in ("left", "right")]
    if not all(np.isfinite(size).mean() >= 0.5 for size in sizes):
        return Value.withheld(Reason.TURN_TOWARDS_CAMERA)
    if min(float(np.nanmedian(size)) for size in sizes) < MIN_HAND:
        return Value.withheld(Reason.TOO_FAR)
    if not all(np.isfinite(turn).any() for turn in turns):
        return Value.withheld(Reason.TOO_UNCERTAIN)
    left, right = (float(np.nanmedian(turn)) for turn in turns)
    if abs(left - right) > MAX_APART:
        return Value.withheld(Reason.TOO_UNCERTAIN)
    if abs(left + right) / 2 < MIN_TURN:
        return Value.withheld(Reason.TOO_UNCERTAIN)
    return Value((left + right) / 2, FOREARM_SIGMA)


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


#: Degrees of retraction that come with a shrug by itself, and its spread [E]: only more is "back".
_COUPLED: Final = (6.0, 4.0)


def shrug_path(start: Value, peak: Value) -> Label:
    """Up, or up-and-back: whether the blades are drawn back at the top of a shrug.

    Args:
        start: degrees of retraction at the start.
        peak: degrees of retraction at the top.
    """
    for value in (start, peak):
        if not value.judged:
            return Label.withheld(value.reason, value.status)
    sigma = math.hypot(max(start.sigma, peak.sigma), _COUPLED[1])
    status = max(start.status, peak.status)
    found = name(Value(peak.value - start.value, sigma), ("up", "up-and-back"), (_COUPLED[0],))
    if not found.name or status == Status.OK:
        return found
    return Label(found.name, found.chance, Status(status), peak.reason)
