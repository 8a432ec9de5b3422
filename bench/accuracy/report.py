"""The report: results as Markdown, with date, versions and hashes, flattering or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bench.accuracy.crosstalk import shown
from bench.accuracy.observe import TARGETS
from bench.accuracy.tables import MIN_SIGNED
from bench.accuracy.words import (
    SIDE_BY_SIDE,
    find,
    number,
    percent,
    side_by_side,
    summary,
    weaknesses,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Fold two-sided and per-cent variants of a measure into one section.
SECTIONS: Final = {
    "Retraction": ("retraction_deg", "retraction_left_deg", "retraction_right_deg", "retraction",
                   "naive width rule"),
    "Elevation (shrug)": ("elevation_deg", "elevation_left_deg", "elevation_right_deg",
                          "elevation"),
    "Upper-back rounding": ("rounding_deg",),
    "Head forward": ("head_forward",),
    "Trunk lean": ("trunk_lean",),
    "Hunch": ("hunch",),
    "Shoulder tilt": ("shoulder_tilt",),
    "Yaw": ("yaw",),
}  # fmt: skip
_HEADS: Final = (
    "view", "arms", "n", "set-ups", "judged", "slope", "r", "MAE", "MAE of 0", "RMSE", "bias",
    "95 % limits", "SDC", "in 1 sigma", "in 2 sigma", "wrong sign", "MAE median / worst set-up",
    "r median / worst set-up",
)  # fmt: skip

_METHOD: Final = """\
- The product itself runs: rendered frames go through its tracker, subject lock, back contour,
  smoothing, calibration and measures as in `scapcoach analyze`.
- Each person is calibrated from an own calibration clip (neutral, retraction, protraction, shrug,
  depression, neutral, slump; arms down), which is not scored. At the desk it is taken at the desk.
- Truth is the girdle's angle against the thorax, from the positions of the joints. Changes count
  from the truth in the calibration's neutral. Per cent are of the person's own true range.
  Upper-back rounding is compared with the flexion of the thoracic spine, which the outline of
  clothing shows only in part; hunch with the share of the way to the own slump.
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
  neutral and full-retraction holds, with no gates. It is treated kindly: should the width grow in
  that hold, wider counts as retracted for that person.
- The clips have {fps:g} frames a second, so that the bench is done in half an hour. On two people
  outside the test set, filmed with 25 and with 6 frames a second, no error of a measure changed by
  more than 0.1 deg.
"""


def markdown(results: Mapping[str, Any]) -> str:
    """The whole page."""
    parts = (_top, _method, _key, _beside, _signs, _crosstalk, _weak, _sections, _reasons, _again)
    return "\n".join([*(line for part in parts for line in part(results)), ""])


def _top(results: Mapping[str, Any]) -> Iterator[str]:
    about = results["about"]
    yield "# Accuracy"
    yield ""
    yield "<!-- Written by `python -m bench.accuracy`; not to be edited by hand. -->"
    yield ""
    yield (
        "How near scapcoach's numbers come to the truth, on rendered bodies whose joint angles are "
        "known exactly. Figures are as they came out."
    )
    yield ""
    yield (
        f"Measured {about['date']} with scapcoach {about['version']} ({about['commit']}) and "
        f"mediapipe {about['mediapipe']}, model {about['model']} "
        f"(`{about['model_sha256'][:12]}`), test set {about['testset_version']} "
        f"(`{about['testset']}`): {about['setups']} people and cameras, {about['clips']} clips, "
        f"{about['frames']} frames at {about['fps']:g} frames a second."
    )
    if about["missing"]:
        yield ""
        yield (
            f"**Incomplete**: {about['missing']} of {about['clips'] + about['missing']} clips had "
            "not been rendered yet."
        )
    yield ""
    yield "## In plain words"
    yield ""
    for paragraph in summary(results):
        yield paragraph
        yield ""
    yield (
        "These are numbers from rendered people. They say how the method behaves when the truth is "
        "known; skin, cloth, light and movement of real people are richer, and real errors will "
        "rather be larger."
    )
    yield ""


def _method(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## How it was measured"
    yield ""
    yield _METHOD.format(fps=results["about"]["fps"])


def _key(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## Key figures"
    yield ""
    yield "Own calibration. Retraction and elevation are means of left and right."
    yield ""
    some = [
        r
        for r in results["agreement"]
        if r["calibration"] == "own"
        and r["measure"] in {"retraction_deg", "elevation_deg"}
        and r["condition"] in {"arms still", "arms moving"}
    ]
    yield from table(("measure", *_HEADS), ((_title(r), *_cells(r)) for r in some))
    yield ""
    yield "![Estimate against truth, by view](images/accuracy_scatter.png)"
    yield ""


def _beside(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## The estimators and the width rule"
    yield ""
    yield (
        "Own calibration, per cent of the own range, over the frames that each judges: all "
        "together, as in the rest of this page (`--estimator joint`, the default), the closed form "
        "alone (`geometric`), the observer alone (`observer`), each joined with the own full poses "
        "where arms hang (docs/explanation/method.md), and the naive width rule."
    )
    yield ""
    yield from table(("measure", "arms", "view", *SIDE_BY_SIDE), side_by_side(results))
    yield ""


def _signs(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## Wrong signs: scapcoach and the width rule"
    yield ""
    yield (
        "Retraction in clips in which it really changes. Share of frames with a truth beyond 5 deg "
        "in which retracted is reported as protracted or the reverse; for scapcoach of the frames "
        "that it judges, whose share stands beside it."
    )
    yield ""
    heads = ("clip", "view", "own calibration: judged", "wrong sign", "by more than 1 sigma",
             "automatic: judged", "wrong sign", "by more than 1 sigma",
             "width rule: judged", "wrong sign")  # fmt: skip

    def wrong(r: Mapping[str, Any]) -> str:
        return f"{percent(r['sign_errors'])} of {r['signed']}" if r["signed"] else "-"

    def lines() -> Iterator[tuple[str, ...]]:
        scripts = results["scripts"]
        for r in scripts:
            if (r["measure"], r["calibration"]) != ("retraction_deg", "own"):
                continue
            where = {"script": r["script"], "view": r["view"]}
            auto = find(scripts, measure="retraction_deg", calibration="auto", **where)
            naive = find(scripts, calibration="naive", **where)
            if naive["signed"] >= MIN_SIGNED:
                yield (
                    r["script"], r["view"],
                    percent(r["share_judged"]), wrong(r), percent(r["sure_sign_errors"]),
                    percent(auto["share_judged"]), wrong(auto), percent(auto["sure_sign_errors"]),
                    percent(naive["share_judged"]), wrong(naive),
                )  # fmt: skip

    yield from table(heads, lines())
    yield ""
    yield "![Wrong signs, scapcoach and the width rule](images/accuracy_signs.png)"
    yield ""


def _crosstalk(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## Cross-talk"
    yield ""
    yield (
        "One true motion at a time, all views: the median change of every reported measure "
        "between rest and hold, in per cent of its personal range (the largest single change in "
        "brackets), and the share of those frames judged; ± the median size where holds go both "
        "ways. Where a motion is what the measure is "
        "meant for, 100 is right (-100 for protraction and depression); everywhere else 0 is. "
        "Readings below neutral are per cent of the own protraction or depression, which is the "
        "smaller part: 100 % of depression is 5 to 10 deg."
    )
    yield ""
    matrix = results["crosstalk"]["all"]
    if not matrix:
        return
    names = list(matrix[0]["cells"])
    heads = ("true motion", "set-ups", *(n.replace("_deg", "").replace("_", " ") for n in names))

    def cell(m: Mapping[str, Any], name: str) -> str:
        c = m["cells"][name]
        if not c["holds"]:
            return "withheld"
        return f"{shown(m, name)} ({c['worst']:+.0f}), {percent(c['share_judged'])}"

    yield from table(
        heads, ((m["motion"], str(m["setups"]), *(cell(m, n) for n in names)) for m in matrix)
    )
    yield ""
    yield "![Cross-talk](images/accuracy_crosstalk.png)"
    yield ""
    for a in results["told_apart"]:
        yield (
            f"**Rounded, or the head poked forward?** Seen from the {a['view']}, by upper-back "
            f"rounding alone: AUC {a['auc']:.2f} ({a['rounded']} frames of one and {a['poked']} of "
            f"the other, {a['setups']} set-ups)."
        )
        yield ""


def _weak(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## Weaknesses"
    yield ""
    yield (
        "Picked by rule from the tables: fewer than 85 % of truths within two sigma, more than "
        "10 % wrong signs, cross-talk above half of the range; per view, own calibration."
    )
    yield ""
    found = [f"- {line}" for line in weaknesses(results)]
    yield from found or ["None."]
    yield ""


def _sections(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## All figures"
    yield ""
    for kind, title in (("own", "own calibration"), ("auto", "automatic calibration")):
        if kind == "auto":
            yield (
                "Below, **automatic calibration**: the neutral is a moment of rest in the clip "
                "itself, and the truth counts from the same stretch. Only degrees are given."
            )
            yield ""
        for section, names in SECTIONS.items():
            kinds = {kind, "naive"} if kind == "own" else {kind}
            rows = [
                r
                for name in names
                for r in results["agreement"]
                if r["measure"] == name and r["calibration"] in kinds and r["view"] != "all"
            ]
            if kind == "auto" and section in {"Trunk lean", "Shoulder tilt", "Yaw", "Hunch"}:
                continue  # nothing in them depends on the kind of calibration
            if not rows:
                continue
            yield f"<details><summary>{section}, {title}</summary>"
            yield ""
            yield from table(("measure", *_HEADS), ((_title(r), *_cells(r)) for r in rows))
            yield ""
            yield "</details>"
            yield ""


def _reasons(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## Why values were withheld"
    yield ""
    yield "Shares of all frames, own calibration; the reasons are those of the product."
    yield ""

    def lines() -> Iterator[tuple[str, ...]]:
        for r in results["reasons"]:
            if r["measure"] in {"retraction", "elevation", "hunch", "head_forward", "rounding"}:
                why = ", ".join(f"{k} {percent(v)}" for k, v in r["reasons"].items() if v >= 0.01)
                if why:
                    yield r["measure"], r["view"], r["condition"], why

    yield "<details><summary>Reasons by measure, view and condition</summary>"
    yield ""
    yield from table(("measure", "view", "arms", "reasons"), sorted(lines()))
    yield ""
    yield "</details>"
    yield ""


def _again(results: Mapping[str, Any]) -> Iterator[str]:
    about = results["about"]
    yield "## Run it yourself"
    yield ""
    yield "```"
    yield "pip install -e '.[bench]'"
    yield "python -m bench.accuracy            # the whole test set; goes on where it was stopped"
    yield "python -m bench.accuracy --quick    # a short subset"
    yield "```"
    yield ""
    yield (
        "The test set is `bench/accuracy/testset.toml`: people, cameras and movements were drawn "
        "and committed before the first run and nothing is tuned on them. Landmarks are kept in "
        "`bench/accuracy/.cache`; measures are computed afresh. All figures, by clip type and "
        "view, are in `results.json` beside them."
    )
    if about["older"]:
        yield ""
        yield (
            f"{about['older']} of the {about['clips']} clips were rendered and looked at before "
            "the last change of the code that does so; all measures are of the version named above."
        )


def _title(r: Mapping[str, Any]) -> str:
    target = TARGETS.get(r["measure"])
    if target is None:
        return f"{r['measure']}, %"
    return f"{target.title}, {target.unit}" if target.unit else target.title


def _cells(r: Mapping[str, Any]) -> tuple[str, ...]:
    limits = "-" if r["low"] is None else f"{r['low']:+.1f} to {r['high']:+.1f}"
    bias = "-" if r["bias"] is None else f"{r['bias']:+.1f}"
    return (
        r["view"], r["condition"], str(r["frames"]), str(r["setups"]), percent(r["share_judged"]),
        number(r["slope"], 2), number(r["r"], 2), number(r["mae"]),
        number(r["mae_of_zero"]), number(r["rmse"]), bias,
        limits, number(r["sdc"]), percent(r["within_1"]), percent(r["within_2"]),
        percent(r["sign_errors"]), f"{number(r['mae_median'])} / {number(r['mae_worst'])}",
        f"{number(r['r_median'], 2)} / {number(r['r_worst'], 2)}",
    )  # fmt: skip


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = tuple(heads)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for cells in rows:
        yield "| " + " | ".join(cells) + " |"
