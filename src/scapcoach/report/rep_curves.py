"""Overlaid repetitions: time-normalised curves, and the values of their small plots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scapcoach.coaching.exercise import Phase
from scapcoach.measures.words import suffix
from scapcoach.report.plots import axis_limits, ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.arrays import FloatArray
    from scapcoach.coaching.exercise import Expected
    from scapcoach.coaching.results import Rep, SetResult


#: Points of a curve: one per cent of a repetition each.
POINTS: Final = 101
#: A phase gets at least this share of the width, so that a very short peak is visible.
_NARROWEST: Final = 0.06
#: A repetition whose curve covers less than this share is not drawn.
_LEAST_COVER: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A signal over the whole recording, to be cut into repetitions.

    Attributes:
        title, unit, positive: in words; the unit "%", "deg" or another.
        values: (T,); NaN where it could not be judged.
        measure: name of the measure, for its targets; may be empty.
        why: sentence shown where no repetition has a curve.
    """

    title: str
    unit: str
    positive: str
    values: FloatArray
    measure: str = ""
    why: str = ""


def phase_shares(reps: Sequence[Rep]) -> tuple[float, float]:
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
    t: FloatArray, values: FloatArray, rep: Rep, shares: tuple[float, float]
) -> FloatArray:
    """One repetition of a signal at `POINTS` places from its start (0) to its end (1).

    The three phases are stretched to the same shares in every repetition, so that the
    same phases are compared. Places next to a gap are NaN.

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
    # A place exactly on a frame needs that frame only.
    below, above = values[low], np.where(part > 0, values[low + 1], 0.0)
    return np.asarray(np.where(part < 1, below, 0.0) * (1 - part) + above * part)


def small_plots(t: FloatArray, curves: Sequence[Curve], result: SetResult) -> list[dict[str, Any]]:
    """One small plot per curve, every repetition a line; none without repetitions.

    Each holds ``title``, ``about`` (what a greater value means) and ``why`` there is no line; where
    there are lines also ``label``, ``targets``, ``grid``, ``lines``, ``edges`` of the phases and
    ``ticks``, all in per cent of the drawing, from its left and its top.
    """
    if not result.reps:
        return []
    shares = phase_shares([found.rep for found in result.reps])
    return [_small_plot(t, curve, result, shares) for curve in curves]


def _small_plot(
    t: FloatArray, curve: Curve, result: SetResult, shares: tuple[float, float]
) -> dict[str, Any]:
    reps = [one.rep for one in result.reps]
    found = [(rep, normalised(t, curve.values, rep, shares)) for rep in reps]
    found = [(r, v) for r, v in found if np.isfinite(v).mean() >= _LEAST_COVER]
    plot: dict[str, Any] = {"title": curve.title, "about": f"+ {curve.positive}", "why": ""}
    if not found:
        why = curve.why or "This could not be judged in any repetition."
        return {**plot, "why": why, "lines": []}
    targets = [e for e in result.exercise.expected if curve.measure and e.measure == curve.measure]
    everything = np.concatenate([*(values for _, values in found), _nearest_edges(curve, targets)])
    scale = Scale(*axis_limits(everything, np.zeros(1), curve.unit))
    last = max(rep.number for rep in reps)
    found.sort(
        key=lambda line: line[0].number == result.summary.best
    )  # the best one is drawn last, on top
    marks = ticks(scale.low, scale.high, curve.unit)
    after = "" if curve.unit == "deg" else suffix(curve.unit)
    return {
        **plot,
        "label": f"{curve.title}, {len(found)} repetitions over each other",
        "targets": _targets(targets, shares, scale),
        "grid": [(scale.y(v), v == 0) for v, _ in marks],
        "lines": [_line(r, v, result, (r.number - 1) / max(1, last - 1), scale) for r, v in found],
        "edges": [round(100 * share, 1) for share in shares],
        "ticks": [(scale.y(v), f"{words}{after}") for v, words in marks],
    }


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis of a small plot, from `low` at the bottom to `high` at the top."""

    low: float
    high: float

    def y(self, value: float) -> float:
        """Per cent from the top."""
        return round(float(100 - 100 * (value - self.low) / (self.high - self.low)), 2)


def _nearest_edges(curve: Curve, targets: Sequence[Expected]) -> list[float]:
    """For each target of the measure the edge nearest to its curves, so that it is visible."""
    middle = float(np.nanmedian(curve.values))
    nearest = [min((t.low, t.high), key=lambda edge: abs(edge - middle)) for t in targets]
    return [edge for edge in nearest if np.isfinite(edge)]


def _line(
    rep: Rep, values: FloatArray, result: SetResult, along: float, scale: Scale
) -> dict[str, Any]:
    """One repetition: a path per stretch without a gap, and how far it stands along the set."""
    path, drawing = [], False
    for k, value in enumerate(values):
        if not np.isfinite(value):
            drawing = False
            continue
        path.append(f"{'L' if drawing else 'M'}{100 * k / (POINTS - 1):g} {scale.y(value):.2f}")
        drawing = True
    kind = {result.summary.best: "best", result.summary.worst: "worst"}.get(rep.number, "")
    note = {"best": ", best", "worst": ", weakest"}.get(kind, "")
    return {
        "kind": f"{kind} part" if rep.partial else kind,
        "along": round(100 * along),
        "path": "".join(path),
        "title": f"Repetition {rep.number}{note}",
    }


def _targets(
    targets: Sequence[Expected], shares: tuple[float, float], scale: Scale
) -> list[dict[str, float]]:
    """Where the measure should be, phase by phase."""
    edges = {Phase.PULL: (0.0, shares[0]), Phase.PEAK: shares, Phase.RETURN: (shares[1], 1.0)}
    parts = []
    for target in targets:
        if target.phase not in edges:
            continue
        top, bottom = (
            scale.y(float(np.clip(v, scale.low, scale.high))) for v in (target.high, target.low)
        )
        a, b = edges[target.phase]
        if bottom - top > 0.5:
            parts.append(
                {"x": round(100 * a, 1), "width": round(100 * (b - a), 1), "y": top,
                 "height": round(bottom - top, 2)}
            )  # fmt: skip
    return parts
