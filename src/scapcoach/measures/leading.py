"""Which measure of the shoulder blades the first card shows: retraction, or the gap between them.

Retraction that is judged absolutely comes first. Else, where the back is seen, the gap between the
blades says more than a relative retraction. The choice follows from the frames alone, so that live,
replayed and recorded sessions show the same card.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from scapcoach.measures.series import Measures

RETRACTION: Final = "retraction"
BLADE_GAP: Final = "blade_gap"

#: Seconds for which the other card must be the better one before it is shown. Absolute retraction
#: comes and goes with the arms within a repetition, which must not turn the card each time; nor may
#: a few frames in which a back looks like a front.
TO_RETRACTION: Final = 1.0
TO_GAP: Final = 1.0
FROM_ABSOLUTE: Final = 5.0


class LeadingMeasure:
    """Chooses the measure of the first card, frame by frame, without flicker."""

    def __init__(self) -> None:
        self._shown = ""
        self._since: float | None = None
        self._absolute = -float("inf")

    def step(self, measures: Measures, i: int = 0) -> str:
        """The measure for frame `i`, which follows the frame of the last call in time.

        Args:
            measures: of at least that frame.
            i: number of the frame in them.

        Returns:
            "retraction" or "blade_gap".
        """
        t = float(measures.t[i])
        better = self._better(measures, i, t)
        if not self._shown and better:
            self._shown = better
        if not better or better == self._shown:
            self._since = None
            return self._shown or RETRACTION
        if self._since is None:
            self._since = t
        if t - self._since >= (TO_GAP if better == BLADE_GAP else TO_RETRACTION):
            self._shown, self._since = better, None
        return self._shown

    def _better(self, measures: Measures, i: int, t: float) -> str:
        """The measure that says more in this frame; empty where nobody is there to be judged."""
        retraction, gap = measures.series.get(RETRACTION), measures.series.get(BLADE_GAP)
        if gap is None or retraction is None:
            return RETRACTION
        if gap.status[i] > Status.NOT_OBSERVABLE:
            return ""
        sides = (measures.series.get(f"{RETRACTION}_{side}") for side in ("left", "right"))
        known = [one for one in (retraction, *sides) if one is not None]
        if any(one.status[i] == Status.OK for one in known):
            self._absolute = t
        if t - self._absolute < FROM_ABSOLUTE:
            return RETRACTION
        return RETRACTION if gap.reason[i] == Reason.BACK_NOT_SEEN else BLADE_GAP


def leading_measures(measures: Measures) -> list[str]:
    """The measure of the first card in each of T frames."""
    leading = LeadingMeasure()
    return [leading.step(measures, i) for i in range(len(measures))]
