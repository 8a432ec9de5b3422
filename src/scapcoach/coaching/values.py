"""Values of one repetition: all of `REP_VALUES`, with sigma, status and reason.

Values are read within the repetition and according to the status of the measures: absolute values
only from frames with status ``ok``, degrees also from ``relative`` ones.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.coaching.results import Value
from scapcoach.coaching.specs import REP_VALUES
from scapcoach.geometry.vectors import median
from scapcoach.measures.series import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapcoach.arrays import BoolArray
    from scapcoach.coaching.readings import Readings
    from scapcoach.coaching.results import Rep

    Window = tuple[float, float]

#: Smallest share of judged frames with which a value is read in a window [E].
MIN_JUDGED: Final = 0.5
#: ... for rounding, which only some frames have: the outline of the back is taken a few times a
#: second.
MIN_JUDGED_ROUNDING: Final = 0.12
#: Seconds before and after the start, around the middle of the peak, and before the end, in which
#: these positions are read [E].
_START: Final = (0.35, 0.05)
_PEAK: Final = 0.1
_END: Final = 0.1
#: Standard deviation of the end of a phase, in seconds [M, phantom], of the range, in per cent [E],
#: and of the difference between the elbows, in degrees [E].
TIME_SIGMA: Final = 0.09
RANGE_SHARE_SIGMA: Final = 5.0
ELBOW_SIGMA: Final = 10.0
#: Retraction in per cent from which a contraction is a peak contraction [E], and above which it is
#: overdone.
PEAK_CONTRACTION: Final = 60.0
OVERDONE: Final = 110.0


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of time, in seconds, in which the positions of a repetition are read."""

    start: Window
    peak: Window
    back: Window
    whole: Window
    end: Window

    @classmethod
    def of(cls, rep: Rep) -> Windows:
        """The windows of a repetition."""
        middle = (rep.peak_start + rep.peak_end) / 2
        return cls(
            start=(rep.start - _START[0], rep.start + _START[1]),
            peak=(min(rep.peak_start, middle - _PEAK), max(rep.peak_end, middle + _PEAK)),
            back=(rep.peak_end, rep.end),
            whole=(rep.start, rep.end),
            # Live, the end may be detected before it is reached.
            end=(min(rep.end, rep.known) - _END, max(rep.known, rep.end)),
        )


def rep_values(
    readings: Readings, rep: Rep, best: float, floors: Mapping[str, float]
) -> Mapping[str, Value]:
    """Every value of `REP_VALUES` in their order; the direction of the load is left withheld.

    Args:
        readings: that cover the repetition, from before its start to `rep.known`.
        rep: its times.
        best: largest range of the set so far, this repetition's included.
        floors: smallest sigma by measure, in its unit: the error between repeats of one position.
    """
    at = Windows.of(rep)
    found: dict[str, Value] = {}
    for side in ("", "_left", "_right"):
        found[f"retraction_peak{side}"] = read(readings, f"retraction{side}", at.peak, floors)
    for name, key in (("retraction", "retraction_peak_deg"), ("elevation", "elevation_peak_deg")):
        found[key] = read(readings, name, at.peak, floors, degrees=True)
    found["retraction_start"] = read(readings, "retraction", at.start, floors)
    found["retraction_drop"] = _drop(readings, at, floors)
    for key, window in (("start", at.start), ("peak", at.peak), ("end", at.end)):
        found[f"elevation_{key}"] = read(readings, "elevation", window, floors)
    found["elevation_gain"] = _difference(found["elevation_peak"], found["elevation_start"])
    found["rounding_gain"] = _rounding(readings, at, floors)
    head = [read(readings, "head_forward", w, floors) for w in (at.peak, at.start)]
    found["head_poke"] = _difference(*head)
    found["trunk_swing"] = _spread(readings, "trunk_lean", at.whole, floors)
    found["lean_peak"] = read(readings, "trunk_lean", at.peak, floors)
    found["retraction_asymmetry"] = _size(
        _difference(found["retraction_peak_left"], found["retraction_peak_right"])
    )
    sides = [
        [read(readings, f"elevation_{s}", w, floors) for s in ("left", "right")]
        for w in (at.peak, at.start)
    ]
    uneven = [_size(_difference(*pair)) for pair in sides]
    # With the arms overhead the peak is withheld; then the start is used.
    found["elevation_asymmetry"] = uneven[0] if uneven[0].judged else uneven[1]
    found["arm_asymmetry"] = _elbows(readings.between(*at.peak))
    found |= _durations(readings, rep, at)
    found["range_share"] = Value(100 * rep.amplitude / best, RANGE_SHARE_SIGMA)
    return MappingProxyType({name: found.get(name, _NO_VALUE) for name in REP_VALUES})


_NO_VALUE: Final = Value.withheld(Reason.NONE)


def read(
    readings: Readings,
    measure: str,
    window: Window,
    floors: Mapping[str, float],
    *,
    degrees: bool = False,
) -> Value:
    """The median of a measure in a window; its sigma does not shrink with the number of frames.

    Args:
        readings: that cover the window.
        measure: name in the measures' registry.
        window: seconds, from and to.
        floors: smallest sigma by measure.
        degrees: take the estimate in degrees, which may be relative.
    """
    part = readings.between(*window)
    known = _known(part, measure, degrees=degrees)
    least = MIN_JUDGED_ROUNDING if measure == "rounding" else MIN_JUDGED
    if len(part) == 0 or known.mean() < least:
        return why_not(part, measure)
    value, sigma = ("deg", "deg_sigma") if degrees else ("value", "sigma")
    middle = float(np.median(part.measure(measure, value)[known]))
    spread = float(np.median(part.measure(measure, sigma)[known]))
    return _with_weakest_status(
        part, measure, known, Value(middle, max(spread, floors.get(measure, 0.0)))
    )


def _known(part: Readings, measure: str, *, degrees: bool = False) -> BoolArray:
    """(T,) frames with a value that may be used.

    A measure in per cent of the personal range has no value, only degrees, where it is relative.
    """
    value = part.measure(measure, "deg" if degrees else "value")
    return np.asarray((part.status(measure) <= Status.RELATIVE) & np.isfinite(value))


def _with_weakest_status(part: Readings, measure: str, known: BoolArray, value: Value) -> Value:
    """`value` with the weakest status of the frames that it was read from."""
    status = part.status(measure)[known]
    if not (status == Status.RELATIVE).any():
        return value
    reasons = part.reason(measure)[known][status == Status.RELATIVE]
    return replace(value, status=Status.RELATIVE, reason=Reason(int(reasons[0])))


def why_not(part: Readings, measure: str) -> Value:
    """No value, with the most frequent reason of the frames that are not judged."""
    status, reason = part.status(measure), part.reason(measure)
    bad = status > Status.RELATIVE
    if not bad.any():
        # Judged, but only relatively, while per cent are required.
        reasons = Counter(int(r) for r in reason if r != Reason.NONE)
        why = reasons.most_common(1)[0][0] if reasons else Reason.LOW_CONFIDENCE
        return Value.withheld(Reason(why))
    pairs = Counter(zip(status[bad].tolist(), reason[bad].tolist(), strict=True))
    (code, why), _ = pairs.most_common(1)[0]
    return Value.withheld(Reason(why), Status(code))


def _difference(high: Value, low: Value) -> Value:
    """`high` minus `low`; constant errors cancel, so the sigma is that of one reading [E]."""
    for value in (high, low):
        if not value.judged:
            return value
    weakest = max(high, low, key=lambda v: v.status)
    return replace(weakest, value=high.value - low.value, sigma=max(high.sigma, low.sigma))


def _size(value: Value) -> Value:
    return replace(value, value=abs(value.value))


def _spread(readings: Readings, measure: str, window: Window, floors: Mapping[str, float]) -> Value:
    """From the 5th to the 95th percentile within a window."""
    part = readings.between(*window)
    known = _known(part, measure)
    middle = read(readings, measure, window, floors)
    if not middle.judged:
        return middle
    low, high = np.percentile(part.measure(measure)[known], [5, 95])
    return replace(middle, value=float(high - low))


def _drop(readings: Readings, at: Windows, floors: Mapping[str, float]) -> Value:
    """Retraction at the start minus the smallest one during the repetition (10th percentile)."""
    start = read(readings, "retraction", at.start, floors)
    whole = read(readings, "retraction", at.whole, floors)
    if not whole.judged:
        return whole
    part = readings.between(*at.whole)
    known = _known(part, "retraction")
    least = float(np.percentile(part.measure("retraction")[known], 10))
    return _difference(start, replace(whole, value=least))


def _rounding(readings: Readings, at: Windows, floors: Mapping[str, float]) -> Value:
    """Increase of rounding from the start to the return (its 90th percentile), in degrees."""
    start = read(readings, "rounding", at.start, floors, degrees=True)
    back = read(readings, "rounding", at.back, floors, degrees=True)
    if not back.judged:
        return back
    part = readings.between(*at.back)
    known = _known(part, "rounding", degrees=True)
    most = float(np.percentile(part.measure("rounding", "deg")[known], 90))
    return _difference(replace(back, value=most), start)


def _elbows(part: Readings) -> Value:
    """Absolute difference between the bends of the elbows."""
    both = part.quantity("both_seen")
    if not median(both) >= MIN_JUDGED:
        return Value.withheld(Reason.TURN_TOWARDS_CAMERA)
    difference = part.quantity("elbow_left") - part.quantity("elbow_right")
    return Value(abs(float(np.nanmedian(difference))), ELBOW_SIGMA)


def _durations(readings: Readings, rep: Rep, at: Windows) -> dict[str, Value]:
    frame = float(np.median(np.diff(readings.t))) if len(readings) > 1 else 0.0
    sigma = float(np.hypot(TIME_SIGMA, frame / 2))
    part = readings.between(*at.whole)
    peak = readings.between(*at.peak)
    judged = len(peak) > 0 and _known(peak, "retraction").mean() >= MIN_JUDGED
    over = {
        name: _seconds_over(part, level, sigma) if judged else why_not(peak, "retraction")
        for name, level in (("squeeze", PEAK_CONTRACTION), ("overdone", OVERDONE))
    }
    return {
        "hold": Value(rep.peak_end - rep.peak_start, np.sqrt(2) * sigma),
        "pull_time": Value(rep.peak_start - rep.start, np.sqrt(2) * sigma),
        "return_time": Value(rep.end - rep.peak_end, np.sqrt(2) * sigma),
        **over,
    }


def _seconds_over(part: Readings, level: float, sigma: float) -> Value:
    """Seconds of retraction over a level: the middle of the certain and the possible ones."""
    value, error = part.measure("retraction"), part.measure("retraction", "sigma")
    frames = np.gradient(part.t) if len(part) > 1 else np.zeros(len(part))
    with np.errstate(invalid="ignore"):
        least = float(frames[value - error > level].sum())
        most = float(frames[value + error > level].sum())
    return Value((least + most) / 2, max((most - least) / 2, np.sqrt(2) * sigma))
