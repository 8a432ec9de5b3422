"""Noticing that a baseline no longer fits: seat, screen or camera have moved, at once or slowly.

A baseline is never adapted: a slump that creeps in over weeks would become the new normal. What
stays different for long is told apart by its shape instead. A moved camera or seat shifts head and
shoulders alike, or makes everything larger, and leaves the neck as it was: then a re-check is asked
for, and nothing is held against the person. A slump shortens the neck, and is for the policy.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from scapcoach.measures.series import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Minutes looked back on, and how many of them have to have been judged, or not to have fitted [E].
MINUTES: Final = 20
ENOUGH: Final = 12
#: Looks in which somebody was there that a minute needs to count.
LOOKS: Final = 15

#: Median over the minutes that is a shift of the whole person: neck heights up or down [M: who
#: leaves and sits down again is within 0.1, a full sinking into the chair is 0.4]; share of the
#: size of the head [E].
SHIFTED: Final = 0.15
SCALED: Final = 0.18
#: How alike head and shoulders have to have shifted, and how little the neck may have changed.
ALIKE: Final = 0.08

#: Seconds between two requests: whoever leaves it at that is not asked again soon.
AGAIN_S: Final = 4 * 3600.0

_ELSEWHERE: Final = frozenset({Reason.CALIBRATION_STALE, Reason.TOO_NEAR, Reason.TOO_FAR})


class Drift(StrEnum):
    """How somebody has sat for long, against the baseline."""

    ELSEWHERE = "elsewhere"
    LOWER = "lower"
    HIGHER = "higher"
    NEARER = "nearer"
    FARTHER = "farther"


@dataclass(slots=True)
class _Minute:
    """The looks of one minute."""

    begun: float
    looks: int = 0
    elsewhere: int = 0
    parts: list[tuple[float, float, float, float]] = field(default_factory=list)

    def middle(self) -> tuple[float, float, float, float] | None:
        """Medians; None when too little was judged."""
        if len(self.parts) < LOOKS / 2:
            return None
        lower, shoulders, neck, closer = (median(x) for x in zip(*self.parts, strict=True))
        return lower, shoulders, neck, closer


class _Past(NamedTuple):
    """A minute that is over: whether the baseline did not fit, and medians of what was judged."""

    elsewhere: bool
    middle: tuple[float, float, float, float] | None


@dataclass(slots=True)
class DriftWatch:
    """Remembers the last minutes at the desk, as their medians."""

    _now: _Minute | None = None
    _past: deque[_Past] = field(default_factory=lambda: deque(maxlen=MINUTES))
    _asked: float | None = None

    @property
    def held(self) -> int:
        """Things kept in memory."""
        return len(self._past) + (len(self._now.parts) if self._now else 0)

    def step(self, t: float, present: bool, reason: Reason, parts: Mapping[str, float]) -> None:
        """Take in one look.

        Args:
            t: seconds; grows.
            present: whether anybody was there; absence passes without a trace.
            reason: why there was no score, or of what kind it is.
            parts: `posture.PARTS` of the look, only what was seen.
        """
        if not present:
            return
        if self._now is None:
            self._now = _Minute(t)
        elif t - self._now.begun >= 60:
            self._close(self._now)
            self._now = _Minute(t)
        now = self._now
        now.looks += 1
        now.elsewhere += reason in _ELSEWHERE
        if all(name in parts for name in ("lower", "shoulders", "neck", "closer")):
            now.parts.append((parts["lower"], parts["shoulders"], parts["neck"], parts["closer"]))

    def _close(self, minute: _Minute) -> None:
        if minute.looks >= LOOKS:
            self._past.append(_Past(minute.elsewhere > minute.looks / 2, minute.middle()))

    def due(self, t: float) -> Drift | None:
        """What to ask a re-check for now; None when the baseline fits, or it was asked lately."""
        if self._asked is not None and t - self._asked < AGAIN_S:
            return None
        return self._found()

    def asked(self, t: float) -> None:
        """A re-check was asked for."""
        self._asked = t

    def _found(self) -> Drift | None:
        if sum(m.elsewhere for m in self._past) >= ENOUGH and self._past[-1].elsewhere:
            return Drift.ELSEWHERE
        known = [m.middle for m in self._past if m.middle is not None]
        if len(known) < ENOUGH:
            return None
        lower, shoulders, neck, closer = (median(x) for x in zip(*known, strict=True))
        if abs(neck) > ALIKE:
            return None
        if abs(shoulders - lower) < ALIKE and abs(shoulders) > SHIFTED:
            return Drift.LOWER if shoulders > 0 else Drift.HIGHER
        if abs(closer) > SCALED:
            return Drift.NEARER if closer > 0 else Drift.FARTHER
        return None
