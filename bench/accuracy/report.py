"""The page docs/reference/accuracy.md, and every figure in CSV files beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bench.accuracy.crosstalk import shown
from bench.accuracy.observe import TARGETS
from bench.accuracy.tables import ALONE, MIN_SIGNED, VIEWS
from bench.accuracy.weaknesses import CROSSTALK, TOO_SURE, WRONG_SIGNS, weaknesses
from bench.accuracy.words import find, summary
from bench.report import (
    REFERENCE,
    measured,
    number,
    page,
    percent,
    picture,
    table,
    write,
    write_csv,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PAGE: Final = REFERENCE / "accuracy.md"

_METHOD: Final = """\
- The product itself runs: rendered frames go through its tracker, subject lock, back contour,
  smoothing, calibration and measures as in `scapcoach analyze`.
- Each person is calibrated from a calibration clip of their own (neutral, retraction, protraction,
  shrug, depression, neutral, slump; arms down), which is not scored. At the desk it is taken at the
  desk.
- Truth is the girdle's angle against the thorax, from the positions of the joints. Changes count
  from the truth in the calibration's neutral. Per cent are of the person's own true range.
  Upper-back rounding is compared with the flexion of the thoracic spine, which the outline of
  clothing shows only in part; hunch with the share of the way to the person's slump.
- **arms still**: graded and combined girdle poses with hanging arms, and dumbbell shrugs. **arms
  moving**: rows (good and lazy), overhead presses, face pulls, squats. **nuisance**: the girdle
  does not move at all; turning, leaning, arm raises, nodding, stepping, rounding. **desk**:
  hunching, hips out of the picture.
- *n* frames and *judged*, the share of them in which a value is given; errors are over the judged
  ones. *Slope* and *r* of estimate on truth (missing where the truth hardly varies). *MAE of 0*:
  what saying 0 in the same frames would give. *SDC*, smallest detectable change: 2.77 x the SD
  between like holds repeated in a clip. *In 1 sigma, in 2 sigma*: share of truths that near to the
  estimate, by the product's own sigma. *Wrong sign*: of the judged frames with a truth beyond
  5 deg, those in which the estimate is on the other side.
- The **naive width rule** is shoulder width over hip width in the picture, scaled between the same
  neutral and full-retraction holds, with no gates. It gets the benefit of the doubt:
  where the width grows in that hold, wider counts as retracted for that person.
- The clips have {fps:g} frames a second, so that the bench takes half an hour. On two people
  outside the test set, filmed with 25 and with 6 frames a second, no error of a measure changed by
  more than 0.1 deg.
"""

_RENDERED: Final = (
    "These are numbers from rendered people. They say how the method behaves when the truth is "
    "known; skin, cloth, light and movement of real people are richer, and real errors will "
    "rather be larger."
)
_WEAK: Final = (
    "Picked by rule from the tables, per view, own calibration: **too sure**, fewer than 85 % of "
    "truths within two sigma (the share that is); **wrong signs**, in more than 10 % of clear "
    "cases; **cross-talk**, a change above half of the range from a motion that the measure is not "
    "meant for, in per cent of the range."
)
_SIGNS: Final = (
    "Retraction in clips in which it really changes, all views. Share of frames with a truth "
    "beyond 5 deg in which retracted is reported as protracted or the reverse; for scapcoach of "
    "the frames that it judges, whose share stands beside it."
)
_ESTIMATORS: Final = (
    "Own calibration, all views, per cent of the person's range, over the frames that each judges: "
    "all together, as in the rest of this page (`--estimator joint`, the default), the closed form "
    "alone (`geometric`), the observer alone (`observer`), each joined with the person's full "
    "poses where arms hang (docs/explanation/method.md), and the naive width rule."
)
_CROSSTALK: Final = (
    "One true motion at a time, all views: the median change of every reported measure between "
    "rest and hold, in per cent of its personal range (the largest single change in brackets), and "
    "the share of those frames judged; ± the median size where holds go both ways. Where a motion "
    "is what the measure is meant for, 100 is right (-100 for protraction and depression); "
    "everywhere else 0 is. Readings below neutral are per cent of the person's protraction or "
    "depression, which is the smaller part: 100 % of depression is 5 to 10 deg."
)
_AGAIN: Final = """\
```
pip install -e '.[bench]'
python -m bench.accuracy            # the whole test set; continues where it was stopped
python -m bench.accuracy --quick    # a short subset
```

The test set is `bench/accuracy/testset.toml`: people, cameras and movements were drawn and
committed before the first run and nothing is tuned on them. Landmarks are kept in
`bench/accuracy/.cache`; measures are computed again each time.
"""


def write_pages(results: Mapping[str, Any], path: Path = PAGE) -> None:
    """Write the page, and the CSV files into a folder beside it with the page's name."""
    for name, rows in csv_tables(results).items():
        write_csv(path.with_suffix("") / f"{name}.csv", rows)
    write(path, markdown(results, path.stem))


def csv_tables(results: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Every figure, by the name of the CSV file."""
    return {
        "agreement": results["agreement"],
        "clips": results["scripts"],
        "crosstalk": [
            {"view": view, "motion": m["motion"], "two_sided": m["two_sided"],
             "setups": m["setups"], "measure": name, **cell}
            for view, matrix in results["crosstalk"].items()
            for m in matrix
            for name, cell in m["cells"].items()
        ],
        "reasons": [
            {**{k: r[k] for k in ("measure", "view", "condition")}, "reason": why, "share": share}
            for r in results["reasons"]
            for why, share in r["reasons"].items()
        ],
        "weaknesses": list(weaknesses(results)),
    }  # fmt: skip


def markdown(results: Mapping[str, Any], folder: str = PAGE.stem) -> str:
    """The page; `folder` of the CSV files, as the page links to them."""
    about = results["about"]
    return page(
        "Accuracy", "python -m bench.accuracy",
        "How close scapcoach's numbers are to the truth, on rendered bodies whose joint angles are "
        "known exactly. Figures are as they came out.",
        *_measured(about),
        "## In plain words", *summary(results), _RENDERED,
        "## Per view", _per_view_words(folder), _per_view(results),
        picture("Estimate against truth, by view", "accuracy_scatter.png"),
        "## What is not right", _WEAK, _weak(results),
        "## The estimators and the width rule", _ESTIMATORS, _estimators(results),
        "## Wrong signs: scapcoach and the width rule", _SIGNS, _signs(results),
        picture("Wrong signs, scapcoach and the width rule", "accuracy_signs.png"),
        "## Cross-talk", _CROSSTALK, _crosstalk(results),
        picture("Cross-talk", "accuracy_crosstalk.png"), *_rounded_or_poked(results),
        "## How it was measured", _METHOD.format(fps=about["fps"]),
        "## All figures", _files(folder),
        "## Run it yourself", _AGAIN,
    )  # fmt: skip


def _measured(about: Mapping[str, Any]) -> Iterator[str]:
    yield measured(
        about,
        f"model {about['model']} (`{about['model_sha256'][:12]}`), test set "
        f"{about['testset_version']} (`{about['testset']}`): {about['setups']} people and cameras, "
        f"{about['clips']} clips, {about['frames']} frames at {about['fps']:g} frames a second",
    )
    if about["missing"]:
        yield (
            f"**Incomplete**: {about['missing']} of {about['clips'] + about['missing']} clips had "
            "not been rendered yet."
        )
    if about["older"]:
        yield (
            f"{about['older']} of the {about['clips']} clips were rendered and looked at before "
            "the last change of the code that does so; all measures are of the version named above."
        )


def _per_view_words(folder: str) -> str:
    return (
        "Own calibration, degrees; retraction and elevation (the shrug) are means of left and "
        "right. Columns are explained under *How it was measured*; all measures, each side, other "
        "calibrations and further columns are in "
        f"[agreement.csv]({folder}/agreement.csv)."
    )


def _per_view(results: Mapping[str, Any]) -> str:
    measures = {"retraction_deg": "retraction", "elevation_deg": "elevation"}
    columns = ("judged", "r", "MAE", "in 2 sigma", "wrong sign", "MAE of the worst set-up")
    heads = ["arms", "view", "n", "set-ups"]
    heads += [f"{m}: {c}" if c == "judged" else c for m in measures.values() for c in columns]
    rows = [r for r in results["agreement"] if r["calibration"] == "own"]
    conditions = dict.fromkeys(r["condition"] for r in rows)

    def lines() -> Iterator[list[str]]:
        for condition in conditions:
            for view in ("all", *VIEWS):
                found = [find(rows, measure=m, condition=condition, view=view) for m in measures]
                if found[0]:
                    cells = [condition, view, str(found[0]["frames"]), str(found[0]["setups"])]
                    yield [*cells, *(c for r in found for c in _cells(r))]

    return table(heads, lines())


def _cells(r: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        percent(r["share_judged"]), number(r["r"], 2), number(r["mae"]), percent(r["within_2"]),
        percent(r["sign_errors"]), number(r["mae_worst"]),
    )  # fmt: skip


def _weak(results: Mapping[str, Any]) -> str:
    """A line for each measure and kind, with every place where it was found."""
    places: dict[tuple[str, str], list[str]] = {}
    for w in weaknesses(results):
        target = TARGETS.get(w["measure"])
        title = target.title if target else w["measure"]
        size = percent(w["size"]) if w["kind"] != CROSSTALK else f"{_change(w)} %"
        places.setdefault((title, w["kind"]), []).append(f"{w['view']}, {w['where']} {size}")
    order = (TOO_SURE, WRONG_SIGNS, CROSSTALK)
    some = sorted(places.items(), key=lambda item: (item[0][0], order.index(item[0][1])))
    if not some:
        return "None."
    return table(
        ("measure", "weakness", "where"), ((*key, "; ".join(found)) for key, found in some)
    )


def _change(w: Mapping[str, Any]) -> str:
    return f"±{w['size']:.0f}" if w["two_sided"] else f"{w['size']:+.0f}"


def _estimators(results: Mapping[str, Any]) -> str:
    heads = ["measure", "arms"]
    for name in ("joint", "closed form", "observer"):
        heads += [f"{name}: judged", "r", "MAE, %"]
    rows = results["agreement"]

    def lines() -> Iterator[list[str]]:
        for r in rows:
            if (r["calibration"], r["view"]) != ("own", "all"):
                continue
            if r["measure"] not in {"retraction", "elevation"}:
                continue
            where = {"view": "all", "condition": r["condition"]}
            others = [find(rows, calibration=e, measure=r["measure"], **where) for e in ALONE]
            # The width rule says nothing of elevation.
            naive = find(rows, calibration="naive", **where) if r["measure"] == "retraction" else {}
            cells = [r["measure"], r["condition"]]
            for s in (r, *others):
                cells += [percent(s.get("share_judged")), number(s.get("r"), 2),
                          number(s.get("mae"), 0)]  # fmt: skip
            yield [*cells, number(naive.get("r"), 2), number(naive.get("mae"), 0)]

    return table([*heads, "width rule: r", "MAE, %"], lines())


def _signs(results: Mapping[str, Any]) -> str:
    heads = ("clip", "own calibration: judged", "wrong sign", "by more than 1 sigma",
             "automatic: judged", "wrong sign", "by more than 1 sigma",
             "width rule: judged", "wrong sign")  # fmt: skip

    def wrong(r: Mapping[str, Any]) -> str:
        return f"{percent(r['sign_errors'])} of {r['signed']}" if r["signed"] else "-"

    def lines() -> Iterator[tuple[str, ...]]:
        scripts = [r for r in results["scripts"] if r["view"] == "all"]
        for script in dict.fromkeys(r["script"] for r in scripts):
            naive = find(scripts, calibration="naive", script=script)
            if naive["signed"] < MIN_SIGNED:
                continue
            kinds = [
                find(scripts, measure="retraction_deg", calibration=c, script=script)
                for c in ("own", "auto")
            ]
            cells = (
                (percent(r["share_judged"]), wrong(r), percent(r["sure_sign_errors"]))
                for r in kinds
            )
            yield (script, *(c for three in cells for c in three),
                   percent(naive["share_judged"]), wrong(naive))  # fmt: skip

    return table(heads, lines())


def _crosstalk(results: Mapping[str, Any]) -> str:
    matrix = results["crosstalk"]["all"]
    if not matrix:
        return ""
    names = list(matrix[0]["cells"])
    heads = ("true motion", "set-ups", *(n.replace("_deg", "").replace("_", " ") for n in names))

    def cell(m: Mapping[str, Any], name: str) -> str:
        c = m["cells"][name]
        if not c["holds"]:
            return "withheld"
        return f"{shown(m, name)} ({c['worst']:+.0f}), {percent(c['share_judged'])}"

    return table(heads, ((m["motion"], m["setups"], *(cell(m, n) for n in names)) for m in matrix))


def _rounded_or_poked(results: Mapping[str, Any]) -> Iterator[str]:
    for a in results["rounded_or_poked"]:
        yield (
            f"**Rounded, or the head poked forward?** Seen from the {a['view']}, by upper-back "
            f"rounding alone: AUC {a['auc']:.2f} ({a['rounded']} frames of one and {a['poked']} of "
            f"the other, {a['setups']} set-ups)."
        )


def _files(folder: str) -> str:
    files = {
        "agreement": "every measure, calibration (own, automatic, each estimator alone, the width "
        "rule), view and condition",
        "clips": "retraction, elevation and hunch, movement by movement",
        "crosstalk": "every measure and motion, by view",
        "weaknesses": "each weakness with its n, bias, mean error and worst set-up",
        "reasons": "why values were withheld, as shares of all frames, own calibration; the "
        "reasons are those of the product",
    }
    lines = (f"- [{name}.csv]({folder}/{name}.csv): {what}" for name, what in files.items())
    return "\n".join([*lines, "", _COLUMNS])


_COLUMNS: Final = (
    "Shares run from 0 to 1; an empty cell is a figure that cannot be given. `low` and `high` are "
    "the 95 % limits of the error, `share_median` and `share_worst` the judged share of the middle "
    "and the worst set-up, as `mae_median` and `r_worst` are of its error and r. With automatic "
    "calibration (`auto`) the neutral is a moment of rest in the clip itself, and the truth counts "
    "from the same stretch; only degrees are given."
)
