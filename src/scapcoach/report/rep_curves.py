"""Repetitions laid over each other: time-normalised curves, and their small plots as SVG."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scapcoach.report.plots import axis_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.arrays import FloatArray
    from scapcoach.coaching.record import RepRow, SetRecord


#: Points of a curve: one per cent of a repetition each.
POINTS: Final = 101
#: A phase gets at least this share of the width, so that a peak held for an instant is seen.
_NARROWEST: Final = 0.06
#: A repetition whose curve covers less than this share is not worth a line.
_LEAST_COVER: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A signal over the whole recording, to be cut into repetitions.

    Attributes:
        title, unit, positive: in words; the unit "%", "deg" or another.
        values: (T,); NaN where it could not be judged.
        measure: name of the measure, for its targets; may be empty.
        why: what to say where no repetition has a curve.
    """

    title: str
    unit: str
    positive: str
    values: FloatArray
    measure: str = ""
    why: str = ""


def phase_shares(reps: Sequence[RepRow]) -> tuple[float, float]:
    """Where the peak begins and ends in the usual repetition, as shares of its time.

    Medians over the repetitions, each phase at least 6 % wide.
    """
    spans = np.array([(r.start, r.peak_start, r.peak_end, r.end) for r in reps], np.float64)
    whole = np.maximum(spans[:, 3] - spans[:, 0], 1e-9)
    widths = np.median(np.diff(spans, axis=1) / whole[:, None], axis=0)
    widths = np.maximum(widths, _NARROWEST)
    edges = np.cumsum(widths / widths.sum())
    return float(edges[0]), float(edges[1])


def normalised(
    t: FloatArray, values: FloatArray, rep: RepRow, shares: tuple[float, float]
) -> FloatArray:
    """One repetition of a signal at `POINTS` places from its start (0) to its end (1).

    The three phases are stretched to the same shares in every repetition, so that like is laid
    over like. Places next to a gap are NaN.

    Args:
        t: (T,) seconds, increasing.
        values: (T,) the signal.
        rep: which part of it.
        shares: as `phase_shares` gives them.

    Returns:
        (POINTS,) float64.
    """
    times = np.interp(
        np.linspace(0, 1, POINTS), (0.0, *shares, 1.0),
        (rep.start, rep.peak_start, rep.peak_end, rep.end),
    )  # fmt: skip
    if len(t) < 2:
        return np.full(POINTS, np.nan)
    at = np.interp(times, t, np.arange(len(t)))
    low = np.minimum(np.floor(at).astype(int), len(t) - 2)
    part = at - low
    # A place that falls on a frame needs that frame only.
    below, above = values[low], np.where(part > 0, values[low + 1], 0.0)
    return np.asarray(np.where(part < 1, below, 0.0) * (1 - part) + above * part)


def curves_block(t: FloatArray, curves: Sequence[Curve], record: SetRecord) -> str:
    """HTML of one small plot per curve, every repetition a line; empty without repetitions."""
    if not record.reps:
        return ""
    shares = phase_shares(record.reps)
    return "".join(_figure(t, curve, record, shares) for curve in curves)


def _figure(t: FloatArray, curve: Curve, record: SetRecord, shares: tuple[float, float]) -> str:
    lines = [(rep, normalised(t, curve.values, rep, shares)) for rep in record.reps]
    lines = [(r, v) for r, v in lines if np.isfinite(v).mean() >= _LEAST_COVER]
    head = (
        f"<figcaption><b>{html.escape(curve.title)}</b> "
        f"<span>+ {html.escape(curve.positive)}</span></figcaption>"
    )
    if not lines:
        why = html.escape(curve.why or "This could not be judged in any repetition.")
        return f'<figure class="small none">{head}<p>{why}</p></figure>'
    everything = np.concatenate([*(values for _, values in lines), _nearest_edges(curve, record)])
    low, high = axis_limits(everything, np.zeros(1), curve.unit)
    parts = [_targets(curve, record, shares, low, high), _grid(low, high)]
    last = max(rep.number for rep in record.reps)
    for rep, values in sorted(lines, key=lambda line: line[0].number in {record.best}):
        parts.append(_line(rep, values, record, (rep.number - 1) / max(1, last - 1), low, high))
    unit = {"deg": "\u00b0"}.get(curve.unit, f" {curve.unit}" if curve.unit else "")
    ticks = "".join(
        f'<span class="tick" style="top:{_y(v, low, high):.1f}%">{_signed(v)}{unit}</span>'
        for v in _ticks(low, high)
    )
    a, b = (f"{100 * share:.1f}%" for share in shares)
    phases = (
        f'<div class="phases" style="--a:{a};--b:{b}"><span>pull</span><span>peak</span>'
        "<span>return</span></div>"
    )
    drawing = (
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{html.escape(curve.title)}, {len(lines)} repetitions over each other">'
        f"{''.join(parts)}{_phase_lines(shares)}</svg>"
    )
    return f'<figure class="small">{head}<div class="graph">{drawing}{ticks}</div>{phases}</figure>'


def _nearest_edges(curve: Curve, record: SetRecord) -> list[float]:
    """Of each target of the measure the edge nearest to its curves, so that it is in sight."""
    middle = float(np.nanmedian(curve.values))
    mine = [t for t in record.targets if curve.measure and t.measure == curve.measure]
    nearest = [min((t.low, t.high), key=lambda edge: abs(edge - middle)) for t in mine]
    return [edge for edge in nearest if np.isfinite(edge)]


def _line(
    rep: RepRow, values: FloatArray, record: SetRecord, along: float, low: float, high: float
) -> str:
    """One repetition: a path per stretch without a gap, coloured from the first to the last."""
    path, drawing = [], False
    for k, value in enumerate(values):
        if not np.isfinite(value):
            drawing = False
            continue
        x = 100 * k / (POINTS - 1)
        path.append(f"{'L' if drawing else 'M'}{x:g} {_y(value, low, high):.2f}")
        drawing = True
    kind = {record.best: " best", record.worst: " worst"}.get(rep.number, "")
    note = {record.best: ", best", record.worst: ", weakest"}.get(rep.number, "")
    partial = " part" if rep.partial else ""
    return (
        f'<path class="rep{kind}{partial}" style="--along:{100 * along:.0f}%" d="{"".join(path)}">'
        f"<title>Repetition {rep.number}{note}</title></path>"
    )


def _targets(
    curve: Curve, record: SetRecord, shares: tuple[float, float], low: float, high: float
) -> str:
    """Where the measure should be, phase by phase."""
    edges = {"pull": (0.0, shares[0]), "peak": shares, "return": (shares[1], 1.0)}
    parts = []
    for target in record.targets:
        if target.measure != curve.measure or not curve.measure or target.phase not in edges:
            continue
        top, bottom = (
            _y(float(np.clip(v, low, high)), low, high) for v in (target.high, target.low)
        )
        a, b = edges[target.phase]
        if bottom - top > 0.5:
            parts.append(
                f'<rect class="target" x="{100 * a:.1f}" width="{100 * (b - a):.1f}" '
                f'y="{top:.1f}" height="{bottom - top:.1f}"/>'
            )
    return "".join(parts)


def _grid(low: float, high: float) -> str:
    return "".join(
        f'<line class="grid{" zero" if v == 0 else ""}" x1="0" x2="100" '
        f'y1="{_y(v, low, high):.2f}" y2="{_y(v, low, high):.2f}"/>'
        for v in _ticks(low, high)
    )


def _phase_lines(shares: tuple[float, float]) -> str:
    return "".join(
        f'<line class="phase" x1="{100 * s:.1f}" x2="{100 * s:.1f}" y1="0" y2="100"/>'
        for s in shares
    )


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers from `low` to `high`."""
    raw = (high - low) / 4
    power = 10 ** np.floor(np.log10(raw))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= raw)
    first = np.ceil(low / step - 1e-9)
    return [float(k * step) for k in np.arange(first, np.floor(high / step + 1e-9) + 1)]


def _y(value: float, low: float, high: float) -> float:
    return 100 - 100 * (value - low) / (high - low)


def _signed(value: float) -> str:
    return f"{value:+.0f}".replace("+0", "0").replace("-0", "0").replace("-", "\u2212")
