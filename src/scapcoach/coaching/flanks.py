"""One side of a repetition: when it leaves its rest, reaches the peak, and the other way round.

Thresholds on a smooth movement are crossed late: people start and stop with little acceleration
(Flash & Hogan 1985, J Neurosci 5:1688). So the times are taken where the movement is fast, and
carried on to its ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.reps import STILL

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.arrays import FloatArray

    _Crossing = Callable[[float], float]

#: Share of the way that is gone when a movement is seen to leave its rest [E].
_LEFT: Final = 0.08
#: Share of the way by which the movement has to turn for what lies before to be another one [E].
_TURN: Final = 0.12


@dataclass(frozen=True, slots=True)
class Timing:
    """How the ends of a flank are told from times at which it is under way.

    An end lies beyond a time in the flank by a multiple of the span between two crossings, and by
    some seconds. Movements that start and stop with little acceleration would need the multiple
    alone: 3.2 for the large ones, 1.8 for the small. But the landmarker smooths slow ends away, and
    the less a landmark moves the more so [M, tuned on the phantom].

    Attributes:
        shares: of the way, seen from an end, at which the flank is timed. Of one alone both ends'
            crossings are taken, and the time is in the middle between them; of two the first
            crossing is the time.
        leaving: times the span, and seconds, to an end from which the movement goes.
        arriving: the same to one where it stops.
    """

    shares: tuple[float, ...]
    leaving: tuple[float, float]
    arriving: tuple[float, float]

    def end(self, here: _Crossing, there: _Crossing, beyond: tuple[float, float]) -> float:
        """Seconds of an end.

        Args:
            here: seconds at which a share of the way is left to this end.
            there: the same to the other end.
            beyond: `leaving` or `arriving`.
        """
        near = here(self.shares[0])
        if len(self.shares) > 1:
            base, far = near, here(self.shares[1])
        else:
            far = there(self.shares[0])
            base = (near + far) / 2
        return base + beyond[0] * (near - far) + beyond[1]


#: Elbows and wrists, or hips, across the picture.
LARGE: Final = Timing((0.16, 0.3), (2.2, -0.13), (2.0, 0.12))
#: Shrugs and squeezes, which move landmarks by a tenth of a trunk length.
SMALL: Final = Timing((0.25,), (1.07, -0.26), (1.07, 0.18))


@dataclass(frozen=True, slots=True, eq=False)
class Flank:
    """One side of a repetition, walking away from the peak.

    Attributes:
        t: (N,) seconds, growing or shrinking.
        from_peak, from_rest: (N,) shares of the way between the two.
        half: frame in the middle of the way.
    """

    t: FloatArray
    from_peak: FloatArray
    from_rest: FloatArray
    half: int

    @classmethod
    def of(
        cls, t: FloatArray, gone: FloatArray, path: FloatArray, peak: FloatArray, half_way: float
    ) -> Flank:
        """From the frames of a movement.

        Args:
            t: (N,) seconds, from the top on, growing or shrinking.
            gone: (N,) share of the way at which each frame is.
            path: (N, C) what moves.
            peak: (M, C) the same while the peak is held.
            half_way: share at the middle of this flank.
        """
        half = int(np.flatnonzero(gone < half_way)[0])
        where = _rest(t[half:], gone[half:], half_way)
        rest = path[half:][where]
        return cls(t, _share(path, peak, rest), _share(path, rest, peak), half)

    def leaves(self) -> float:
        """Seconds at which a first small share of the way is gone, seen from rest."""
        return self._outward(_LEFT)

    def outer(self, timing: Timing, beyond: tuple[float, float]) -> float:
        """Seconds of the end at rest; `beyond` is one of the timing's two."""
        return timing.end(self._outward, self._inward, beyond)

    def inner(self, timing: Timing, beyond: tuple[float, float]) -> float:
        """Seconds of the end at the peak."""
        return timing.end(self._inward, self._outward, beyond)

    def _outward(self, share: float) -> float:
        """Seconds at which the way left to the rest falls below a share."""
        return _crossing(self.t[self.half :], self.from_rest[self.half :], share)

    def _inward(self, share: float) -> float:
        """Seconds at which the way left to the peak does, walking back."""
        back = slice(self.half, None, -1)
        return _crossing(self.t[back], self.from_peak[back], share)


def _share(path: FloatArray, near: FloatArray, far: FloatArray) -> FloatArray:
    """(N,) distance from the middle of `near` as a share of that of `far`; noise is no distance."""
    place = np.median(near, axis=0)
    floor = float(np.median(np.linalg.norm(near - place, axis=1)))
    whole = float(np.linalg.norm(np.median(far, axis=0) - place))
    return np.asarray((np.linalg.norm(path - place, axis=1) - floor) / max(whole - floor, 1e-9))


def _crossing(t: FloatArray, share: FloatArray, level: float) -> float:
    """When a share falls below `level`, between frames; the least there is, if it never does."""
    below = np.flatnonzero(share < level)
    if not len(below):
        return float(t[int(np.argmin(share))])
    i = int(below[0])
    if i == 0:
        return float(t[0])
    part = (level - share[i - 1]) / (share[i] - share[i - 1])
    return float(t[i - 1] + part * (t[i] - t[i - 1]))


def _rest(t: FloatArray, gone: FloatArray, half_way: float) -> slice:
    """The rest or turn from which a flank comes, walking away from its middle.

    Args:
        t: (N,) seconds walking away, growing or shrinking.
        gone: (N,) share of the way.
        half_way: share at the middle of the flank.

    Returns:
        The frames at that level.
    """
    low, at = np.inf, 0
    for i, g in enumerate(gone):
        if g < low:
            low, at = g, i
        elif g > low + _TURN:
            break
        since = int(np.searchsorted(np.abs(t - t[0]), abs(t[i] - t[0]) - STILL[0]))
        window = gone[since : i + 1]
        whole = abs(t[i] - t[since]) >= 0.8 * STILL[0]
        if whole and window.max() - window.min() <= STILL[1] and g < half_way:
            return slice(since, i + 1)
    return slice(at, at + 1)
