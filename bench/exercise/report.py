"""Tables of the exercise bench, and the page docs/reference/exercise_accuracy.md."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.accuracy import stats
from bench.accuracy.observe import SIGN_LIMIT
from bench.accuracy.stats import line, mean
from bench.accuracy.tables import VIEWS
from bench.exercise.examine import Table
from bench.report import REFERENCE, measured, number, page, percent, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.exercise.examine import Clip


PAGE: Final = REFERENCE / "exercise_accuracy.md"
ROWS: Final = ("row", "row_lazy", "row_mixed")
GOOD, LAZY = ("good", "hyper"), ("lazy",)
#: Repetitions that differ this little (standard deviation, degrees) give no correlation.
_LEAST_SPREAD: Final = 2.0


def joined(tables: Sequence[Table]) -> Table:
    """Rows of several tables as one."""
    parts = [[getattr(t, f.name) for t in tables] for f in fields(Table)]
    return Table(*(np.concatenate(p) if p else np.zeros(0) for p in parts))


def figures(table: Table) -> dict[str, float]:
    """The figures of a table: n, share judged, r, MAE, sigma, wrong signs; and the width rule's."""
    judged = np.isfinite(table.reading)
    error = np.abs(table.reading - table.truth)[judged]
    clear = np.abs(table.truth) > SIGN_LIMIT
    wrong = np.sign(table.reading) != np.sign(table.truth)
    naive = np.isfinite(table.naive)
    return {
        "n": len(judged),
        "judged": mean(judged),
        "r": line(table.truth[judged], table.reading[judged], _LEAST_SPREAD)[1],
        "mae": mean(error),
        "within_1": mean(error < table.sigma[judged]),
        "within_2": mean(error < 2 * table.sigma[judged]),
        "sigma": float(np.median(table.sigma[judged])) if judged.any() else np.nan,
        "wrong_sign": mean(wrong[judged & clear]),
        "naive_r": line(table.truth[naive], table.naive[naive], _LEAST_SPREAD)[1],
        "naive_mae": mean(np.abs(table.naive - table.truth)[naive]),
    }


def auc(table: Table) -> float:
    """Chance that a good repetition reads as more retracted than a lazy one; NaN without both."""
    good, lazy = (table.reading[np.isin(table.kind, kinds)] for kinds in (GOOD, LAZY))
    return stats.auc(good, lazy)


def results(clips: Sequence[Clip]) -> dict[str, Any]:
    """All figures, by view and for all views."""
    out: dict[str, Any] = {"views": {}, "others": {}}
    for view in (*VIEWS, "all"):
        chosen = [c for c in clips if view in {c.setup.view, "all"}]
        rows = [c for c in chosen if c.script in ROWS]
        if not rows:
            continue
        people = sorted({c.setup.name for c in rows})
        found = {c.setup.name: c.found and not c.fault for c in rows}
        entry: dict[str, Any] = {
            "people": len(people),
            "found": mean(np.array(list(found.values()))),
        }
        for name in ("retraction", "elevation"):
            entry[f"{name}_reps"] = figures(joined([c.reps[name] for c in rows]))
            entry[f"{name}_frames"] = figures(joined([c.frames[name] for c in rows]))
            each = [
                figures(joined([c.reps[name] for c in rows if c.setup.name == p])) for p in people
            ]
            entry[f"{name}_people"] = {
                "r": _known(np.median, [e["r"] for e in each]),
                "r_worst": _known(np.min, [e["r"] for e in each]),
                "mae": _known(np.median, [e["mae"] for e in each]),
                "mae_worst": _known(np.max, [e["mae"] for e in each]),
            }
        entry["auc"] = auc(joined([c.reps["retraction"] for c in rows]))
        out["views"][view] = entry
        others = [c for c in chosen if c.script not in ROWS]
        if others:
            out["others"][view] = {
                name: figures(joined([c.frames[name] for c in others]))
                for name in ("retraction", "elevation")
            }
    out["kinds"] = {
        kind: figures(
            _only(joined([c.reps["retraction"] for c in clips if c.script in ROWS]), kind)
        )
        for kind in ("good", "lazy", "half", "hyper", "shrug", "swing")
    }
    return out


def _known(take: Any, values: list[float]) -> float:
    known = [v for v in values if np.isfinite(v)]
    return float(take(known)) if known else np.nan


def _only(table: Table, kind: str) -> Table:
    keep = table.kind == kind
    return Table(*(getattr(table, f.name)[keep] for f in fields(Table)))


# ---------------------------------------------------------------- the page


def markdown(found: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """The page."""
    missing = " (the others are not rendered yet)" if about["clips"] < about["wanted"] else ""
    blocks = [
        _HEAD,
        measured(
            about,
            f"model full, test set {about['testset']}: {about['people']} people and cameras, "
            f"{about['clips']} of the set's {about['wanted']} clips{missing}, {about['frames']} "
            "frames at 10 a second, 640 x 480",
        ),
        "## How it was measured", _HOW,
        "## Per repetition, at the finish",
        "**Retraction**, degrees.", _repetitions(found["views"], "retraction"),
        "**Shrug**, degrees.", _repetitions(found["views"], "elevation"),
        "## Per frame", _frames(found["views"]),
        "## By kind of repetition", _kinds(found["kinds"]),
    ]  # fmt: skip
    if found["others"]:
        blocks += ["## Another movement than the calibrated one", _others(found["others"])]
    title = "Accuracy of lifts with an exercise calibration"
    return page(title, "python -m bench.exercise", *blocks)


def _repetitions(views: Mapping[str, Any], name: str) -> str:
    heads = ["seen from", "people", "repetitions", "judged", "r, median person", "worst",
             "MAE, median", "worst", "in 1 sigma", "in 2 sigma", "sigma"]  # fmt: skip
    rows = []
    for view, e in views.items():
        f, p = e[f"{name}_reps"], e[f"{name}_people"]
        rows.append([
            view, e["people"], f["n"], percent(f["judged"]), number(p["r"], 2),
            number(p["r_worst"], 2), number(p["mae"]), number(p["mae_worst"]),
            percent(f["within_1"]), percent(f["within_2"]), number(f["sigma"]),
        ])  # fmt: skip
        if name == "retraction":
            rows[-1] += [percent(f["wrong_sign"]), number(e["auc"], 2), number(f["naive_r"], 2),
                         number(f["naive_mae"])]  # fmt: skip
    if name == "retraction":
        heads += ["wrong sign", "good above lazy (AUC)", "width rule: r", "MAE"]
    return table(heads, rows)


def _frames(views: Mapping[str, Any]) -> str:
    heads = ("seen from", "frames", "retraction judged", "r", "MAE", "in 1 sigma", "wrong sign",
             "shrug judged", "r", "MAE")  # fmt: skip
    rows = []
    for view, e in views.items():
        f, g = e["retraction_frames"], e["elevation_frames"]
        rows.append((view, f["n"], percent(f["judged"]), number(f["r"], 2), number(f["mae"]),
                     percent(f["within_1"]), percent(f["wrong_sign"]), percent(g["judged"]),
                     number(g["r"], 2), number(g["mae"])))  # fmt: skip
    return table(heads, rows)


def _kinds(kinds: Mapping[str, Any]) -> str:
    rows = ((k, f["n"], percent(f["judged"]), number(f["mae"]), percent(f["within_2"]))
            for k, f in kinds.items())  # fmt: skip
    return table(("repetition", "n", "judged", "retraction's MAE", "in 2 sigma"), rows)


def _others(others: Mapping[str, Any]) -> str:
    rows = ((view, e["retraction"]["n"], percent(e["retraction"]["judged"]),
             percent(e["elevation"]["judged"])) for view, e in others.items())  # fmt: skip
    heads = ("seen from", "frames of an overhead press", "retraction judged", "shrug judged")
    return table(heads, rows)


_HEAD: Final = """\
Rows, read beside the same person's rows with still blades (`docs/explanation/method.md`), on
rendered bodies whose joint angles are known. Figures are as they came out.
"""
_HOW: Final = """\
- Each person is first filmed in five rows (two with the arms only, two full squeezes, one
  shrugged); the product finds them by itself, or gets their times where it does not. Then come sets
  of good rows, of lazy ones (the elbows come back, the blades do not) and a mixed one: good, lazy,
  shrugged, with the trunk swinging, half-way, beyond the person's full squeeze.
- Truth is the girdle's angle against the thorax. What the product reads in per cent of the person's
  squeeze is turned into degrees with that person's true squeeze; degrees that it gives itself
  rest on a typical one and are coarser.
- A repetition's value is the mean while its finish is held; it counts as judged if half of those
  frames are. *In 1 sigma, in 2 sigma*: share of truths that near, by the product's own sigma; 68
  % and 95 % are right. *Wrong sign*: of the judged frames with a truth beyond 5 degrees.
- The **width rule** is shoulder width over hip width, 0 at the finish with the arms only and full
  at the finish of the squeeze, narrower being retracted.
"""
