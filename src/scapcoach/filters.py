"""Smoothing over real time: causal for live use, zero-phase for recordings, one interface.

A filter is called with ``(t, x)``: (T,) seconds that increase, and (T, ...) values. It returns
values of the same shape and never assumes a frame rate. NaN in gives NaN out; short gaps are
filled separately, with `fill_gaps`, before smoothing.

These are not SciPy's filters, because frames come at uneven times and with holes: `scipy.signal`
(savgol_filter, filtfilt, lfilter) takes evenly spaced values without NaN, and the splines of
`scipy.interpolate` fit a whole recording at once, across its holes. At even spacing, without holes
and away from the ends `ZeroPhase` is `scipy.ndimage.gaussian_filter1d`, as a test shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from scapcoach.landmarks import HIPS, SHOULDERS

if TYPE_CHECKING:
    from scapcoach.arrays import BoolArray, FloatArray, IntArray
    from scapcoach.landmarks import Poses


#: Longest gap that is filled, in seconds: a dropout of the tracker, not a movement.
MAX_GAP: Final = 0.2

_FILTER_BLOCK: Final = 2048  # frames smoothed at a time, to keep the memory flat on long recordings


class Filter(Protocol):
    """Smooths (T, ...) values over (T,) seconds."""

    def __call__(self, t: FloatArray, x: FloatArray) -> FloatArray:
        """Values of the same shape as `x`."""


@dataclass(frozen=True, slots=True)
class ZeroPhase:
    """Local straight-line fit with Gaussian weights: no lag, exact on straight movements.

    Half the amplitude is kept at about ``0.19 / width`` Hz, for real and uneven frame intervals
    (Fan & Gijbels, Local Polynomial Modelling, 1996, section 3.1).

    Attributes:
        width: standard deviation of the weights in seconds.
    """

    width: float = 0.04

    def __call__(self, t: FloatArray, x: FloatArray) -> FloatArray:
        """Smooth `x`; NaN stays NaN and is never used by its neighbours."""
        flat = np.asarray(x, np.float64).reshape(len(t), -1)
        out = np.full_like(flat, np.nan)
        reach = 3 * self.width
        for start in range(0, len(t), _FILTER_BLOCK):
            stop = min(start + _FILTER_BLOCK, len(t))
            low = int(np.searchsorted(t, t[start] - reach))
            high = int(np.searchsorted(t, t[stop - 1] + reach, side="right"))
            block = _local_line(t[low:high], flat[low:high], self.width, reach)
            out[start:stop] = block[start - low : stop - low]
        return out.reshape(np.shape(x))


def _local_line(t: FloatArray, x: FloatArray, width: float, reach: float) -> FloatArray:
    """(N, C) value at its own time of the weighted line through each frame's neighbours."""
    known = np.isfinite(x)
    filled = np.where(known, x, 0.0)
    s0, s1, s2, y0, y1 = (np.zeros_like(filled) for _ in range(5))
    ahead = int(np.max(np.searchsorted(t, t + reach, side="right") - np.arange(len(t)))) - 1
    for shift in range(-ahead, ahead + 1):
        own = slice(max(0, -shift), len(t) - max(0, shift))
        other = slice(max(0, shift), len(t) - max(0, -shift))
        dt = (t[other] - t[own])[:, None]
        weight = np.where(np.abs(dt) <= reach, np.exp(-0.5 * (dt / width) ** 2), 0.0) * known[other]
        s0[own] += weight
        s1[own] += weight * dt
        s2[own] += weight * dt**2
        y0[own] += weight * filled[other]
        y1[own] += weight * dt * filled[other]
    determinant = s0 * s2 - s1**2
    # With fewer than two different times there is no slope: use the weighted mean.
    sloped = determinant > 1e-9 * s0**2 * width**2
    with np.errstate(invalid="ignore", divide="ignore"):
        line = np.where(sloped, (s2 * y0 - s1 * y1) / determinant, y0 / s0)
    return np.where(known, line, np.nan)


@dataclass(slots=True)
class OneEuro:
    """The One-Euro filter (Casiez, Roussel & Vogel, CHI 2012): steady at rest, quick in motion.

    It keeps its state from call to call, so frames may come one by one or in runs of any
    length with the same result.

    Attributes:
        min_cutoff: Hz at rest; lower is steadier.
        beta: how much the cut-off rises with speed, Hz per unit per second.
        d_cutoff: Hz, for the speed itself.
        max_gap: seconds without a value after which the filter starts from the beginning.
    """

    min_cutoff: float = 1.5
    beta: float = 0.5
    d_cutoff: float = 1.0
    max_gap: float = MAX_GAP
    _time: FloatArray | None = None
    _value: FloatArray | None = None
    _speed: FloatArray | None = None

    def __call__(self, t: FloatArray, x: FloatArray) -> FloatArray:
        """Smooth the frames that follow those of the last call."""
        values = np.asarray(x, np.float64)
        out = np.empty_like(values)
        for i, time in enumerate(np.asarray(t, np.float64)):
            out[i] = self._step(float(time), values[i])
        return out

    def _step(self, time: float, x: FloatArray) -> FloatArray:
        if self._time is None or self._value is None or self._speed is None:
            self._time = np.full(np.shape(x), -np.inf)
            self._value = np.full(np.shape(x), np.nan)
            self._speed = np.zeros(np.shape(x))
        dt = time - self._time
        fresh = (dt > self.max_gap) | np.isnan(self._value)
        dt = np.where(fresh, 1.0, dt)
        previous = np.where(fresh, x, self._value)
        speed = np.where(fresh, 0.0, self._speed)
        speed = speed + _gain(self.d_cutoff, dt) * ((x - previous) / dt - speed)
        value = previous + _gain(self.min_cutoff + self.beta * np.abs(speed), dt) * (x - previous)
        known = np.isfinite(x)
        self._time = np.where(known, time, self._time)
        self._value = np.where(known, value, self._value)
        self._speed = np.where(known, speed, self._speed)
        return np.where(known, value, np.nan)


def _gain(cutoff: FloatArray | float, dt: FloatArray) -> FloatArray:
    """Share of the new value in an exponential filter of this cut-off (Hz)."""
    rate = 2 * np.pi * cutoff * dt
    return np.asarray(rate / (rate + 1))


def fill_gaps(t: FloatArray, x: FloatArray, max_gap: float = MAX_GAP) -> FloatArray:
    """Fill short gaps with straight lines between the values around them.

    Args:
        t: (T,) seconds.
        x: (T, ...) values, NaN where missing.
        max_gap: longest time between the two values around a gap, in seconds. Longer gaps,
            and gaps at the beginning or end, stay NaN.

    Returns:
        (T, ...) float64.
    """
    flat = np.array(x, np.float64).reshape(len(t), -1)
    for column in flat.T:
        known = np.flatnonzero(np.isfinite(column))
        for k in np.flatnonzero(np.diff(known) > 1):
            ends = known[k : k + 2]
            # 1e-6 s of tolerance for rounded timestamps.
            if t[ends[1]] - t[ends[0]] <= max_gap + 1e-6:
                gap = slice(ends[0] + 1, ends[1])
                column[gap] = np.interp(t[gap], t[ends], column[ends])
    return flat.reshape(np.shape(x))


def runs(labels: IntArray | BoolArray) -> list[slice]:
    """Stretches of equal neighbouring labels, in order, as slices that cover all of (T,)."""
    if len(labels) == 0:
        return []
    cuts = (np.flatnonzero(np.diff(labels.astype(np.int64))) + 1).tolist()
    return [slice(a, b) for a, b in zip([0, *cuts], [*cuts, len(labels)], strict=True)]


def bridge_subject(t: FloatArray, subject: IntArray, max_gap: float = MAX_GAP) -> IntArray:
    """Give short absences (-1) the number of the person seen before and after them.

    A gap between two different people stays a gap, so nothing is filled across a change.
    """
    out = subject.copy()
    for run in runs(subject):
        a, b = run.start, run.stop
        inner = subject[a] < 0 and a > 0 and b < len(subject)
        if inner and subject[a - 1] == subject[b] and t[b] - t[a - 1] <= max_gap + 1e-6:
            out[run] = subject[b]
    return out


def smooth_poses(poses: Poses, smoother: Filter | None = None, max_gap: float = MAX_GAP) -> Poses:
    """Fill short gaps and smooth a recording, each person separately.

    Image points, world points and contour are smoothed; visibility and presence are only
    carried across the gaps. Nothing crosses a change of subject or a cut of the film.

    Args:
        poses: T frames, not smoothed before.
        smoother: zero-phase by default.
        max_gap: longest gap to fill, in seconds.
    """
    smoother = smoother or ZeroPhase()
    subject = bridge_subject(poses.t, poses.subject, max_gap)
    names = ["xy", "world", "visibility", "presence"]
    if poses.contour is not None:
        names.append("contour")
    arrays = {name: getattr(poses, name).astype(np.float64) for name in names}
    for run in runs(np.where(subject < 0, -1, np.cumsum(_cuts(poses, subject)))):
        if subject[run.start] < 0:
            continue
        t = poses.t[run]
        for name, values in arrays.items():
            filled = fill_gaps(t, np.where(_seen(poses, run, values), values[run], np.nan), max_gap)
            values[run] = filled if name in {"visibility", "presence"} else smoother(t, filled)
    return replace(poses, subject=subject, **arrays)


#: A jump between two frames that is a cut of the film, or the tracker going to another place, in
#: trunk lengths, and its lowest speed in trunk lengths per second: no trunk moves at 3 m/s [E].
CUT: Final = 0.5
CUT_SPEED: Final = 6.0


def _cuts(poses: Poses, subject: IntArray) -> BoolArray:
    """(T,) True where a frame does not continue the one before: another person, or a cut.

    `subject` is that of the bridged recording: a gap in it is not a cut by itself, but a person
    who appears somewhere else after it is one.
    """
    seen = np.flatnonzero(poses.present)
    trunk, t = poses.point(*SHOULDERS, *HIPS)[seen], poses.t[seen]
    length = np.linalg.norm(poses.point(*SHOULDERS) - poses.point(*HIPS), axis=1)[seen]
    jump = np.linalg.norm(np.diff(trunk, axis=0), axis=1) / np.maximum(length[1:], 1.0)
    cut = np.concatenate([[False], np.diff(subject) != 0])
    cut[seen[1:]] |= (jump > CUT) & (jump > CUT_SPEED * np.diff(t))
    return cut


def _seen(poses: Poses, run: slice, values: FloatArray) -> BoolArray:
    """(N, 1, ...) where the frames of a run had a person before gaps were bridged."""
    seen = poses.subject[run] >= 0
    return seen.reshape(-1, *[1] * (values.ndim - 1))
