"""The rising or falling edge of a repetition: when it leaves rest or peak, and reaches the other.

A smooth movement crosses a low threshold late: people start and stop with little acceleration
(Flash & Hogan 1985, J Neurosci 5:1688). So the times are measured where the movement is fast, and
extrapolated to its ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.reps import REST_SECONDS, REST_SHARE

if TYPE_CHECKING:
    from collections.abc import Callable

    from scapcoach.arrays import FloatArray

    _Crossing = Callable[[float], float]

#: Share of the distance after which a movement has visibly left its rest [E].
_LEFT_REST: Final = 0.08
#: Share of the distance by which a movement must reverse to end an edge [E].
_REVERSAL: Final = 0.12


@dataclass(frozen=True, slots=True)
class Timing:
    """How the ends of an edge are extrapolated from times within it.

    An end lies beyond a time within the edge by a multiple of the span between two crossings, plus
    some seconds. For a minimum-jerk movement the multiple alone would be enough: 3.2 for large
    movements, 1.8 for small ones. But the landmarker smooths slow ends away, and more so the less a
    landmark moves [M, tuned on the phantom].

    Attributes:
        shares: of the distance, measured from an end, at which the edge is timed. With one share,
            the crossings from both ends are used, and the time is midway between them; with two,
            the first crossing is the time.
        leaving: multiple of the span, and seconds, to an end where the movement starts.
        arriving: the same to an end where it stops.
    """

    shares: tuple[float, ...]
    leaving: tuple[float, float]
    arriving: tuple[float, float]

    def end(self, here: _Crossing, there: _Crossing, beyond: tuple[float, float]) -> float:
        """Seconds of an end.

        Args:
            here: share -> seconds at which that share of the distance to this end is left.
            there: the same for the other end.
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
class Edge:
    """One edge of a repetition, from the peak outwards.

    Attributes:
        t: (N,) seconds, increasing or decreasing.
        from_peak, from_rest: (N,) distances from peak and rest, as shares of the whole distance.
        half: frame in the middle.
    """

    t: FloatArray
    from_peak: FloatArray
    from_rest: FloatArray
    half: int

    @classmethod
    def of(
        cls, t: FloatArray, gone: FloatArray, path: FloatArray, peak: FloatArray, half_way: float
    ) -> Edge:
        """From the frames of a movement.

        Args:
            t: (N,) seconds, from the top outwards, increasing or decreasing.
            gone: (N,) share of the distance from rest to peak, for each frame.
            path: (N, C) the moving coordinates.
            peak: (M, C) the same while the peak is held.
            half_way: share at the middle of this edge.
        """
        half = int(np.flatnonzero(gone < half_way)[0])
        where = _rest_frames(t[half:], gone[half:], half_way)
        rest = path[half:][where]
        return cls(t, _share(path, peak, rest), _share(path, rest, peak), half)

    def leaves_rest(self) -> float:
        """Seconds at which the movement has visibly left its rest."""
        return self._outward(_LEFT_REST)

    def outer(self, timing: Timing, beyond: tuple[float, float]) -> float:
        """Seconds of the end at rest; `beyond` is `Timing.leaving` or `Timing.arriving`."""
        return timing.end(self._outward, self._inward, beyond)

    def inner(self, timing: Timing, beyond: tuple[float, float]) -> float:
        """Seconds of the end at the peak; `beyond` as for `outer`."""
        return timing.end(self._inward, self._outward, beyond)

    def _outward(self, share: float) -> float:
        """Seconds at which the distance from rest falls below a share."""
        return _crossing(self.t[self.half :], self.from_rest[self.half :], share)

    def _inward(self, share: float) -> float:
        """Seconds at which the distance from the peak falls below a share, going inwards."""
        back = slice(self.half, None, -1)
        return _crossing(self.t[back], self.from_peak[back], share)


def _share(path: FloatArray, near: FloatArray, far: FloatArray) -> FloatArray:
    """(N,) distance from the median of `near`, as a share of that of `far`, without its noise."""
    place = np.median(near, axis=0)
    floor = float(np.median(np.linalg.norm(near - place, axis=1)))
    whole = float(np.linalg.norm(np.median(far, axis=0) - place))
    return np.asarray((np.linalg.norm(path - place, axis=1) - floor) / max(whole - floor, 1e-9))


def _crossing(t: FloatArray, share: FloatArray, level: float) -> float:
    """When a share falls below `level`, interpolated; the time of its minimum if it never does."""
    below = np.flatnonzero(share < level)
    if not len(below):
        return float(t[int(np.argmin(share))])
    i = int(below[0])
    if i == 0:
        return float(t[0])
    part = (level - share[i - 1]) / (share[i] - share[i - 1])
    return float(t[i - 1] + part * (t[i] - t[i - 1]))


def _rest_frames(t: FloatArray, gone: FloatArray, half_way: float) -> slice:
    """The frames of the rest, or of the reversal, where an edge begins.

    Args:
        t: (N,) seconds from the middle of the edge outwards, increasing or decreasing.
        gone: (N,) share of the distance from rest to peak.
        half_way: share at the middle of the edge.

    Returns:
        The frames at that level.
    """
    low, at = np.inf, 0
    for i, g in enumerate(gone):
        if g < low:
            low, at = g, i
        elif g > low + _REVERSAL:
            break
        since = int(np.searchsorted(np.abs(t - t[0]), abs(t[i] - t[0]) - REST_SECONDS))
        window = gone[since : i + 1]
        whole = abs(t[i] - t[since]) >= 0.8 * REST_SECONDS
        if whole and window.max() - window.min() <= REST_SHARE and g < half_way:
            return slice(since, i + 1)
    return slice(at, at + 1)
