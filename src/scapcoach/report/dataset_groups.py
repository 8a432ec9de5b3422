"""How far the shoulders went, clip by clip, for each lifter and each exercise."""

from __future__ import annotations

import html
import statistics
from typing import TYPE_CHECKING, Final

from scapcoach.export.summary import MAIN
from scapcoach.measures.registry import SPECS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scapcoach.export.dataset_table import Row

#: Width and height of a strip in units of its own; the page stretches it.
_WIDTH: Final = 240.0
_HEIGHT: Final = 30.0
#: More dots than this in one strip run into a bar, and make the page heavy.
_MOST_DOTS: Final = 200
#: Degrees shown where values are relative.
_DEGREES: Final = (-25.0, 45.0)


def groups_block(rows: Sequence[Row]) -> str:
    """A section of strips, or "" where nothing is known to group by."""
    known = [row for row in rows if row.facts]
    tables = [
        _table(title, attribute, known)
        for title, attribute in (("Exercise", "exercise"), ("Lifter", "lifter"))
        if any(getattr(row, attribute) for row in known)
    ]
    if not tables:
        return ""
    return (
        '<section class="card groups" aria-label="Distributions"><h2>Peaks by group</h2>'
        '<p class="quiet key">One dot a clip: <i></i>% of the own range, or the index of the hunch '
        '<i class="hollow"></i>degrees from a moment of rest. Band and line: middle half and '
        f"median of the group.</p>{''.join(tables)}</section>"
    )


def _table(title: str, attribute: str, rows: Sequence[Row]) -> str:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, attribute), []).append(row)
    scales = {name: relative_only(name, rows) for name in MAIN}
    heads = "".join(
        f"<th>{words}<small>{_scale_words(name, relative=scales[name])}</small></th>"
        for name, words in MAIN.items()
    )
    lines = []
    for group in sorted(groups):
        cells = ""
        for name, words in MAIN.items():
            found = peaks(name, groups[group], relative=scales[name])
            drawn = strip(found, name, relative=scales[name])
            cells += f'<td data-name="{words}">{drawn}</td>'
        count = len(groups[group])
        called = html.escape(group) or "not told"
        lines.append(
            f'<tr><th scope="row">{called}<small>{count} clip{"" if count == 1 else "s"}</small>'
            f"</th>{cells}</tr>"
        )
    return (
        f'<h3>{title}</h3><div class="scroll"><table><thead><tr><th>{title}</th>{heads}</tr>'
        f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def relative_only(name: str, rows: Sequence[Row]) -> bool:
    """Whether no clip has values of this measure other than in degrees from a moment of rest."""
    return all(row.facts.get(f"{name}_p95") is None for row in rows) and any(
        row.facts.get(f"{name}_deg_p95") is not None for row in rows
    )


def peaks(name: str, rows: Sequence[Row], *, relative: bool) -> list[float]:
    """The 95th percentiles of the clips that have one, on one scale."""
    key = f"{name}_deg_p95" if relative else f"{name}_p95"
    return [row.facts[key] for row in rows if row.facts.get(key) is not None]


def _limits(name: str, *, relative: bool) -> tuple[float, float]:
    return _DEGREES if relative else (SPECS[name].low, SPECS[name].high)


def _scale_words(name: str, *, relative: bool) -> str:
    low, high = _limits(name, relative=relative)
    unit = "°" if relative else {"%": " %"}.get(SPECS[name].unit, "")
    return f"{low:.0f} to {high:.0f}{unit}".replace("-", "\u2212")


def strip(values: Sequence[float], name: str, *, relative: bool) -> str:
    """An SVG of the values on the measure's scale."""
    if not values:
        return ""
    low, high = _limits(name, relative=relative)

    def place(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return 4 + share * (_WIDTH - 8)

    middle = _HEIGHT / 2
    parts = [f'<line x1="0" x2="{_WIDTH:g}" y1="{middle:g}" y2="{middle:g}"/>']
    if low < 0 < high:
        zero = place(0)
        parts.append(f'<line class="zero" x1="{zero:.1f}" x2="{zero:.1f}" y1="4" y2="26"/>')
    if len(values) >= 4:
        first, half, third = (place(v) for v in statistics.quantiles(values, n=4))
        parts.append(
            f'<rect x="{first:.1f}" width="{max(third - first, 0.5):.1f}" y="6" height="18"/>'
            f'<line class="mid" x1="{half:.1f}" x2="{half:.1f}" y1="4" y2="26"/>'
        )
    step = max(1, len(values) // _MOST_DOTS)
    # Lines of no length with round ends stay round however the strip is stretched.
    dots = "".join(f"M{place(value):.1f} {middle:g}h0" for value in sorted(values)[::step])
    parts.append(f'<path d="{dots}"/>')
    if relative:
        parts.append(f'<path class="hole" d="{dots}"/>')
    told = f"{len(values)} clips, median {statistics.median(values):.0f}"
    return (
        f'<svg class="strip{" rel" if relative else ""}" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
        f'preserveAspectRatio="none" role="img" aria-label="{told}">{"".join(parts)}</svg>'
    )
