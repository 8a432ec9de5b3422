"""The data behind the report's plots: thinned for display, gaps kept, withheld spans named."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.measures.registry import plots
from scapcoach.measures.series import Reason, Status
from scapcoach.measures.words import figure, suffix, symbol
from scapcoach.overlay.readings import SHORT

if TYPE_CHECKING:
    import numpy.typing as npt

    from scapcoach.arrays import IntArray
    from scapcoach.measures.series import Measures, Series


#: Points of one plot at most: twice the pixels of a wide screen.
MAX_POINTS: Final = 4000
#: Shaded spans of one plot at most; shorter ones are joined to their neighbours.
MAX_SPANS: Final = 300


def plot_groups(measures: Measures) -> list[dict[str, Any]]:
    """One dict per plot, ready for JSON; measures that could never be judged come last.

    Each holds ``title``, ``about``, ``below`` (what values below zero mean), ``t`` (seconds),
    ``modes`` (one per unit: ``unit``, ``suffix`` of its numbers, ``low``, ``high``, ``ticks`` as
    [value, words], ``traces`` with ``label``, ``v``, ``s``, ``k``; k is 0 where ok, 1 where
    relative), ``spans`` ([from, to, short reason, sentence]) where nothing could be judged, and
    ``zones``, the edges between coloured zones.
    """
    groups = []
    for title, parts in plots():
        found = [(measures.series[name], label) for name, label in parts if name in measures.series]
        found = _both_sides(found, measures)
        if found:
            groups.append(_group(title, found, measures.t))
    groups.sort(key=lambda g: not g["modes"])
    if np.isfinite(measures.yaw).any():
        groups.append(_yaw(measures))
    return groups


def _both_sides(parts: list[tuple[Series, str]], measures: Measures) -> list[tuple[Series, str]]:
    """The mean of both sides instead of the sides, where those can rarely be judged."""
    if len(parts) != 2:
        return parts
    mean = measures.series.get(parts[0][0].spec.name.removesuffix("_left"))
    if mean is None:
        return parts
    sides = np.mean([series.judged.mean() for series, _ in parts])
    return [(mean, "")] if mean.judged.mean() > MEAN_INSTEAD_OF_SIDES * sides else parts


#: The mean is shown instead of the sides where it is judged this many times more often.
MEAN_INSTEAD_OF_SIDES: Final = 1.4


def thin(columns: list[npt.NDArray[Any]], limit: int) -> IntArray:
    """Indices of the rows to show: from every bucket the extremes of each column, and its gaps.

    A gap (NaN) keeps its first and last row, so that no line is drawn across it.
    """
    n = len(columns[0])
    if n <= limit:
        return np.arange(n)
    buckets = max(1, (limit - 2) // (4 * len(columns)))
    edges = np.linspace(0, n, buckets + 1).astype(int)
    keep = {0, n - 1}
    for a, b in pairwise(edges):
        for column in columns:
            part = column[a:b]
            finite = np.flatnonzero(np.isfinite(part))
            if len(finite):
                keep.add(int(a + finite[np.argmin(part[finite])]))
                keep.add(int(a + finite[np.argmax(part[finite])]))
            gap = np.flatnonzero(~np.isfinite(part))
            if len(gap):
                keep.update((int(a + gap[0]), int(a + gap[-1])))
    return np.array(sorted(keep))


def withheld_spans(series: list[Series], t: npt.NDArray[Any]) -> list[list[Any]]:
    """Runs of time in which none of `series` could be judged: [from, to, short, sentence]."""
    if not len(t):
        return []
    judged = np.any([s.judged & np.isfinite(_best(s)) for s in series], axis=0)
    first = series[0]
    code = np.where(judged, -1, first.status.astype(int) * 100 + first.reason)
    ends = np.append(t[1:], t[-1] + _step(t))
    shortest = float(ends[-1] - t[0]) / MAX_SPANS
    cuts = np.flatnonzero(np.diff(code)) + 1
    spans: list[list[Any]] = []
    for a, b in zip(np.append(0, cuts), np.append(cuts, len(t)), strict=True):
        if code[a] < 0:
            continue
        begin, end = float(t[a]), float(ends[b - 1])
        words = _words(int(code[a]))
        near = spans and begin - spans[-1][1] <= shortest
        if near and (spans[-1][2:] == list(words) or end - begin < shortest):
            spans[-1][1] = round(end, 3)
        else:
            spans.append([round(begin, 3), round(end, 3), *words])
    return spans


def _group(title: str, parts: list[tuple[Series, str]], t: npt.NDArray[Any]) -> dict[str, Any]:
    series = [s for s, _ in parts]
    spec = series[0].spec
    keep = thin([_best(s) for s in series], MAX_POINTS)
    modes = []
    if any(np.isfinite(s.value).any() for s in series):
        modes.append(_mode(parts, keep, degrees=False))
    if any(s.deg is not None and np.isfinite(s.deg).any() for s in series):
        modes.append(_mode(parts, keep, degrees=True))
    if len(modes) == 2:
        only = [np.where(np.isfinite(s.value), np.nan, _best(s)) for s in series]
        modes[0]["hint"] = _runs(np.any([np.isfinite(v) for v in only], axis=0), t)
    if len(modes) == 2:  # first the unit that says more of this recording
        shown = [sum(v is not None for trace in m["traces"] for v in trace["v"]) for m in modes]
        if shown[0] < 0.5 * shown[1]:
            modes.reverse()
    return {
        "title": title,
        "about": (spec.plot and spec.plot.about) or spec.positive,
        "below": spec.plot.below if spec.plot else "",
        "t": _rounded(t[keep], 3),
        "modes": modes,
        "spans": withheld_spans(series, t),
        "zones": list(spec.zones),
    }


def _mode(parts: list[tuple[Series, str]], keep: IntArray, *, degrees: bool) -> dict[str, Any]:
    traces, values, sigmas = [], [], []
    for series, label in parts:
        v = series.deg if degrees else series.value
        s = series.deg_sigma if degrees else series.sigma
        v = np.full(len(series), np.nan) if v is None else v
        s = np.full(len(series), np.nan) if s is None else s
        values.append(v)
        sigmas.append(s)
        kind = np.where(series.status[keep] == Status.RELATIVE, 1, 0)
        traces.append(
            {"label": label, "v": _rounded(v[keep], 2), "s": _rounded(s[keep], 2),
             "k": kind.tolist()}
        )  # fmt: skip
    spec = parts[0][0].spec
    unit = "deg" if degrees else spec.unit
    if spec.zones:  # zones are compared between recordings, so the scale is fixed
        marks = [(edge, figure(edge)) for edge in (spec.low, *spec.zones, spec.high)]
        return _scale(unit, spec.low, spec.high, marks, traces)
    low, high = axis_limits(np.concatenate(values), np.concatenate(sigmas), unit)
    return _scale(unit, low, high, ticks(low, high, unit), traces)


def _scale(
    unit: str,
    low: float,
    high: float,
    marks: list[tuple[float, str]],
    traces: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "unit": symbol(unit), "suffix": suffix(unit), "low": low, "high": high, "ticks": marks,
        "traces": traces, "hint": [],
    }  # fmt: skip


def _runs(mask: npt.NDArray[Any], t: npt.NDArray[Any]) -> list[list[float]]:
    """[from, to] of the stretches where `mask` holds, in seconds; the longest `MAX_SPANS`."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    ends = np.append(t, t[-1] + _step(t)) if len(t) else t
    runs = [[round(float(ends[a]), 3), round(float(ends[b]), 3)] for a, b in edges.reshape(-1, 2)]
    return sorted(sorted(runs, key=lambda run: run[0] - run[1])[:MAX_SPANS])


def axis_limits(
    values: npt.NDArray[Any], sigmas: npt.NDArray[Any], unit: str
) -> tuple[float, float]:
    """Ends of the axis: values and their usual sigma, zero, and a span that noise does not fill."""
    finite = values[np.isfinite(values)]
    around = float(np.nanmedian(sigmas)) if np.isfinite(sigmas).any() else 0.0
    low, high = min(0.0, float(finite.min()) - around), max(0.0, float(finite.max()) + around)
    least = 10.0 if unit == "deg" else 40.0
    spare = max(0.04 * (high - low), (least - (high - low)) / 2)
    step = 5.0 if unit == "deg" else 10.0
    low, high = np.floor((low - spare) / step) * step, np.ceil((high + spare) / step) * step
    return float(low), float(high)


def ticks(low: float, high: float, unit: str) -> list[tuple[float, str]]:
    """Two to five round numbers from `low` to `high`, and their words: degrees with their sign."""
    step = tick_step(high - low)
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    values = [float(k * step) for k in np.arange(first, last + 1)]
    return [(v, figure(v, unit if unit == "deg" else "", plus=True)) for v in values]


def tick_step(span: float) -> float:
    """A round number (1, 2 or 5 times a power of ten) of which four or fewer fill `span`."""
    raw = span / 4
    power = 10.0 ** np.floor(np.log10(raw))
    return float(next(k * power for k in (1, 2, 5, 10) if k * power >= raw))


def time_marks(end: float) -> list[tuple[float, str]]:
    """Round seconds up to `end` (more than 0), and their words."""
    step = tick_step(0.7 * end)
    marks = np.arange(0.0, 0.98 * end + 1e-9, step)
    return [(round(float(t), 6), figure(t, "s", decimals=int(step < 1))) for t in marks]


def _yaw(measures: Measures) -> dict[str, Any]:
    # Past 180 degrees the number starts again at -180: that is not a movement, so no line is drawn.
    yaw = np.where(np.abs(np.diff(measures.yaw, prepend=np.nan)) > 180, np.nan, measures.yaw)
    keep = thin([yaw], MAX_POINTS)
    low, high = axis_limits(yaw, measures.yaw_sigma, "deg")
    trace = {
        "label": "",
        "v": _rounded(yaw[keep], 1),
        "s": _rounded(measures.yaw_sigma[keep], 1),
        "k": [0] * len(keep),
    }
    return {
        "title": "Turn (view)",
        "about": "turned to their own left; 0 faces the camera, 180 the back",
        "below": "",
        "t": _rounded(measures.t[keep], 3),
        "modes": [_scale("deg", low, high, ticks(low, high, "deg"), [trace])],
        "spans": [],
        "zones": [],
    }


def _best(series: Series) -> npt.NDArray[Any]:
    """What there is to show: degrees where a measure has them (they cover more frames)."""
    return series.value if series.deg is None else series.deg


def _words(code: int) -> tuple[str, str]:
    status, reason = Status(code // 100), Reason(code % 100)
    if status == Status.NO_PERSON:
        return "No person", "Nobody is in the picture."
    if status == Status.SUBJECT_CHANGED:
        return "Another person", "Another person is in the place of the subject: not judged."
    return SHORT[reason] or "Not judged", reason.advice or "This could not be judged."


def _step(t: npt.NDArray[Any]) -> float:
    return float(np.median(np.diff(t))) if len(t) > 1 else 0.0


def _rounded(values: npt.NDArray[Any], decimals: int) -> list[float | None]:
    return [round(float(v), decimals) if np.isfinite(v) else None for v in values]
