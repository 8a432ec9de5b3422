"""Detect that a baseline no longer fits: the seat, screen or camera has moved, at once or slowly.

A baseline is never adapted: a slump that develops over weeks would become the new normal. A lasting
change is classified by its shape instead. A moved camera or seat shifts head and shoulders alike,
or makes everything larger, and leaves the neck unchanged: then a new baseline is suggested. A slump
shortens the neck, and is handled by the policy.
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

#: Minutes remembered, and how many of them must have been judged, or must not have fitted [E].
MINUTES: Final = 20
ENOUGH: Final = 12
#: Looks with somebody present that a minute needs in order to be used.
LOOKS: Final = 15

#: Smallest median over the minutes that is a shift of the whole person: in neck heights, up or down
#: [M: people who leave and sit down again stay within 0.1, sinking fully into the chair is 0.4]; as
#: a share of the head's size [E].
SHIFTED: Final = 0.15
SCALED: Final = 0.18
#: Largest difference between the shifts of head and shoulders, and largest change of the neck.
ALIKE: Final = 0.08

#: Seconds between two suggestions: somebody who ignores one is not asked again soon.
ASK_AGAIN_S: Final = 4 * 3600.0

_ELSEWHERE: Final = frozenset({Reason.CALIBRATION_STALE, Reason.TOO_NEAR, Reason.TOO_FAR})


class Drift(StrEnum):
    """How somebody has been sitting for a long time, compared with the baseline."""

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
        """Medians of the parts; None when too few looks were judged."""
        if len(self.parts) < LOOKS / 2:
            return None
        lower, shoulders, neck, closer = (median(x) for x in zip(*self.parts, strict=True))
        return lower, shoulders, neck, closer


class _Past(NamedTuple):
    """A finished minute: whether the baseline did not fit, and the medians of the judged looks."""

    elsewhere: bool
    middle: tuple[float, float, float, float] | None


@dataclass(slots=True)
class DriftWatch:
    """Remembers the medians of the last minutes at the desk."""

    _now: _Minute | None = None
    _past: deque[_Past] = field(default_factory=lambda: deque(maxlen=MINUTES))
    _asked: float | None = None

    @property
    def held(self) -> int:
        """Number of items kept in memory."""
        return len(self._past) + (len(self._now.parts) if self._now else 0)

    def step(self, t: float, present: bool, reason: Reason, parts: Mapping[str, float]) -> None:
        """Add one look.

        Args:
            t: seconds; grows.
            present: whether anybody was there; looks without anybody are ignored.
            reason: why there was no score, or what limits it.
            parts: the `posture.PARTS` that were seen in the look.
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
        """The drift to report now; None when the baseline fits, or it was reported recently."""
        if self._asked is not None and t - self._asked < ASK_AGAIN_S:
            return None
        return self._found()

    def asked(self, t: float) -> None:
        """Note that a new baseline was suggested."""
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
