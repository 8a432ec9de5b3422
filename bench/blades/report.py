"""The page of the blades bench."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.blades.examine import between, lazy_from_full, sides_right
from bench.report import REFERENCE, number, page, percent, ratio, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.blades.examine import Found
    from bench.blades.real import RealSet

PAGE: Final = REFERENCE / "blades_accuracy.md"

_CLOTHES: Final = {
    "bare": "bare back", "tank": "open tank top", "shirt": "T-shirt", "dark": "dark T-shirt"
}  # fmt: skip
_VIEWS: Final = {180.0: "behind", 150.0: "30 degrees left", 210.0: "30 degrees right"}

_INTRO: Final = """\
How well the gap between the shoulder blades is read from the surface of the back, seen from behind,
of people who calibrated nothing: [how it works](../explanation/blades.md). The gap is given in
per cent of its width over its height at the stretch of the repetition; errors below are logarithms
of that ratio (0.10 is about 10 %)."""

_ROWS: Final = """\
## Rendered rows

Seated rows with good, lazy, shrugged, swung, half and hyper-retracted repetitions mixed; another
person, clothing, room and camera in each; seeds that nothing was chosen on. `r per frame` is the
correlation of reading and truth over the frames that were judged, `r between repetitions` at their
finish, `within 2 sigma` the share of frames whose error is below two of the stated sigmas (95 % is
right)."""

_LOCKED: Final = """\
## Movements with locked blades

The blades stay where they are on the ribs; the right answer is 0 or nothing. `Beyond 2 sigma` is
the share of the judged frames whose reading claims a movement."""

_REAL: Final = """\
## Real clips

Clips of public repositories, fetched and never part of this project, with the times of stretch and
squeeze noted by eye. A move goes from a stretch to a squeeze or back. `Right` has the right sign,
`wrong` the other, `silent` is withheld or within one sigma of 0. Half of the repositories were set
aside by name before anything was chosen."""


def markdown(
    rows: Sequence[Found], locked: Sequence[Found], real: Sequence[RealSet], about: dict[str, Any]
) -> str:
    """The whole page."""
    words = "; ".join(f"{key} {value}" for key, value in about.items())
    return page(
        "Accuracy of the gap between the blades", "python -m bench.blades",
        _INTRO, _rows(rows), _locked(locked), _real(real), f"Measured with {words}.",
    )  # fmt: skip


def summary(rows: Sequence[Found]) -> dict[str, float]:
    """The figures over all rows."""
    repetitions = [q for f in rows for q in f.repetitions]
    auc, pairs = lazy_from_full([list(f.repetitions) for f in rows])
    right, some = sides_right(repetitions)
    return {
        "clips": len(rows),
        "judged": _mean(f.judged for f in rows),
        "r": _median(f.r for f in rows),
        "between": _median(between(list(f.repetitions)) for f in rows),
        "auc": auc,
        "pairs": pairs,
        "within": _mean(f.within for f in rows),
        "sides": ratio(right, some) or np.nan,
        "sides_n": some,
    }


def _rows(rows: Sequence[Found]) -> str:
    groups: dict[str, list[Found]] = defaultdict(list)
    for found in rows:
        groups[f"{_VIEWS.get(found.view, found.view)}, all clothes"].append(found)
        groups[f"{_CLOTHES[found.kind]}, all views"].append(found)
    groups["all"] = list(rows)
    lines = []
    for name, some in groups.items():
        s = summary(some)
        lines.append([
            name, s["clips"], percent(s["judged"]), number(s["r"], 2), number(s["between"], 2),
            f"{number(s['auc'], 2)} ({s['pairs']:.0f})", percent(s["within"]),
            f"{percent(s['sides'])} ({s['sides_n']:.0f})",
        ])  # fmt: skip
    heads = (
        "",
        "clips",
        "frames judged",
        "r per frame",
        "r between repetitions",
        "lazy from good, AUC (pairs)",
        "within 2 sigma",
        "left against right, sign (n)",
    )
    single = [
        [f.clip, percent(f.judged), number(f.r, 2), number(between(list(f.repetitions)), 2),
         _most(f.withheld)]
        for f in rows
    ]  # fmt: skip
    one = table(("clip", "frames judged", "r per frame", "r between repetitions", "withheld"),
                single)  # fmt: skip
    return f"{_ROWS}\n\n{table(heads, lines)}\n\nMedians over clips. Each clip:\n\n{one}"


def _locked(locked: Sequence[Found]) -> str:
    lines = [
        [f.script, _VIEWS.get(f.view, f.view), _CLOTHES[f.kind], percent(f.judged),
         number(f.largest, 2), percent(1 - f.within if np.isfinite(f.within) else None),
         _most(f.withheld)]
        for f in locked
    ]  # fmt: skip
    heads = ("movement", "view", "clothes", "frames judged", "size, 95th percentile",
             "beyond 2 sigma", "withheld")  # fmt: skip
    return f"{_LOCKED}\n\n{table(heads, lines)}"


def _real(real: Sequence[RealSet]) -> str:
    if not real:
        return ""
    lines = []
    for aside in (False, True):
        half = [s for s in real if s.aside == aside and not s.still]
        for clothes in ("bare or open", "T-shirt", ""):
            some = [s for s in half if not clothes or s.clothes == clothes]
            right, wrong, silent = (sum(getattr(s, n) for s in some)
                                    for n in ("right", "wrong", "silent"))  # fmt: skip
            there = np.sum([s.squeezes for s in some], axis=0) if some else np.zeros(3, int)
            lines.append([
                "set aside" if aside else "worked on", clothes or "all", len(some), right, wrong,
                silent, percent(ratio(right, right + wrong)),
                percent(ratio(right + wrong, right + wrong + silent)),
                "/".join(str(n) for n in there),
            ])  # fmt: skip
    heads = ("half", "clothes", "sets", "right", "wrong", "silent", "right of those told", "told",
             "squeezes right/wrong/silent")  # fmt: skip
    still = [
        ["set aside" if s.aside else "worked on", s.action,
         "withheld" if np.isnan(s.largest) else f"{number(s.largest, 0)} %", percent(s.beyond)]
        for s in real if s.still
    ]  # fmt: skip
    controls = table(("half", "movement", "size, 95th percentile", "beyond 2 sigma"), still)
    return (
        f"{_REAL}\n\n{table(heads, lines)}\n\nControls, in which the blades are not drawn together "
        f"on purpose:\n\n{controls}"
    )


def _most(withheld: dict[str, float]) -> str:
    """The causes of at least 3 % of the frames, most frequent first."""
    ranked = sorted(withheld.items(), key=lambda item: -item[1])
    return ", ".join(f"{n.replace('_', ' ')} {percent(s)}" for n, s in ranked if s >= 0.03)


def _mean(values: Iterable[float]) -> float:
    some = [v for v in values if np.isfinite(v)]
    return float(np.mean(some)) if some else np.nan


def _median(values: Iterable[float]) -> float:
    some = [v for v in values if np.isfinite(v)]
    return float(np.median(some)) if some else np.nan
